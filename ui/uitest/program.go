package uitest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// frame is longer than the renderer's tick at 120 frames a second (8.3 ms)
// plus a gate of 8 ms in front of it, so that whatever was drawn is on the
// screen after it.
const frame = 25 * time.Millisecond

// Opts says in which terminal a program runs. The zero value is 80×24 in true
// colour, TERM=xterm-256color and an otherwise empty environment.
type Opts struct {
	Width, Height int
	Profile       colorprofile.Profile
	Env           []string // replaces the environment: "NAME=value"
	Options       []tea.ProgramOption
}

// Program is a Bubble Tea program that runs in virtual time on an emulated screen.
type Program struct {
	t      testing.TB
	prog   *tea.Program
	screen *Screen
	done   chan struct{}
	final  tea.Model
	err    error
	quit   bool
}

// Run starts model as a whole program and returns when its first frame is on
// the screen. It must be called inside a bubble of testing/synctest. The
// program is ended when the test ends, if Quit has not done it before.
func Run(t testing.TB, model tea.Model, o Opts) *Program {
	t.Helper()
	if o.Width == 0 {
		o.Width, o.Height = 80, 24
	}
	if o.Profile == colorprofile.Unknown {
		o.Profile = colorprofile.TrueColor
	}
	if o.Env == nil {
		o.Env = []string{"TERM=xterm-256color"}
	}
	p := &Program{t: t, screen: NewScreen(o.Width, o.Height), done: make(chan struct{})}
	p.screen.MapNewlines(true)
	opts := append([]tea.ProgramOption{
		tea.WithInput(nil), tea.WithOutput(p.screen),
		tea.WithoutSignalHandler(), tea.WithoutCatchPanics(),
		tea.WithColorProfile(o.Profile), tea.WithEnvironment(o.Env),
		tea.WithWindowSize(o.Width, o.Height), tea.WithFPS(60),
	}, o.Options...)
	p.prog = tea.NewProgram(model, opts...)
	go func() {
		defer close(p.done)
		p.final, p.err = p.prog.Run()
	}()
	t.Cleanup(func() { p.Quit() })
	p.Wait()
	return p
}

// InBubble runs script against model's program inside a bubble of its own.
// build is called in the bubble, so that timers and goroutines it makes are
// part of it.
func InBubble(t *testing.T, o Opts, build func(t *testing.T) tea.Model, script func(t *testing.T, p *Program)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { script(t, Run(t, build(t), o)) })
}

// Wait returns when the program is idle and what it drew is on the screen.
// Virtual time goes on by 25 ms.
func (p *Program) Wait() {
	synctest.Wait()
	time.Sleep(frame)
	synctest.Wait()
}

// Sleep lets virtual time pass.
func (p *Program) Sleep(d time.Duration) {
	time.Sleep(d)
	p.Wait()
}

// Send hands msg to the program and waits until it is dealt with.
func (p *Program) Send(msg tea.Msg) {
	p.prog.Send(msg)
	p.Wait()
}

// Press presses keys one after the other and waits after each until the
// program is idle. Names are those of Key.
func (p *Program) Press(names ...string) {
	p.t.Helper()
	for _, name := range names {
		k, err := Key(name)
		if err != nil {
			p.t.Fatal(err)
		}
		p.Send(k)
	}
}

// Burst presses keys without a pause between them, as a held key does, and
// waits once at the end.
func (p *Program) Burst(names ...string) {
	p.t.Helper()
	for _, name := range names {
		k, err := Key(name)
		if err != nil {
			p.t.Fatal(err)
		}
		p.prog.Send(k)
	}
	p.Wait()
}

// Type types text letter by letter. A line feed in it is the enter key.
func (p *Program) Type(text string) {
	for _, r := range text {
		switch r {
		case '\n':
			p.Send(tea.KeyPressMsg{Code: tea.KeyEnter})
		case ' ':
			p.Send(tea.KeyPressMsg{Code: tea.KeySpace, Text: " "})
		default:
			p.Send(letter(r, 0))
		}
	}
}

// Paste sends text as one bracketed paste.
func (p *Program) Paste(text string) { p.Send(tea.PasteMsg{Content: text}) }

// Wheel turns the mouse wheel by n notches over the cell x, y; up when n is negative.
func (p *Program) Wheel(x, y, n int) {
	m := tea.MouseWheelMsg{X: x, Y: y, Button: tea.MouseWheelDown}
	if n < 0 {
		n, m.Button = -n, tea.MouseWheelUp
	}
	for range n {
		p.Send(m)
	}
}

// Click presses and releases the left mouse button over the cell x, y.
func (p *Program) Click(x, y int) {
	p.Send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	p.Send(tea.MouseReleaseMsg{X: x, Y: y, Button: tea.MouseLeft})
}

// Resize changes the terminal's size.
func (p *Program) Resize(w, h int) {
	p.screen.Resize(w, h)
	p.Send(tea.WindowSizeMsg{Width: w, Height: h})
}

// Screen is the emulated screen.
func (p *Program) Screen() *Screen { return p.screen }

// Text is what the screen shows.
func (p *Program) Text() string { return p.screen.Text() }

// Mark sets the byte count back to zero.
func (p *Program) Mark() { p.screen.Mark() }

// Bytes is how many bytes the program wrote since the last Mark.
func (p *Program) Bytes() int { return p.screen.Bytes() }

// Ended says whether the program has ended by itself.
func (p *Program) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Sees fails the test unless every text stands on the screen.
func (p *Program) Sees(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.Text(), text) {
			p.t.Fatalf("%q is not on the screen:\n%s", text, p.Text())
		}
	}
}

// SeesNot fails the test if one of the texts stands on the screen.
func (p *Program) SeesNot(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if strings.Contains(p.Text(), text) {
			p.t.Fatalf("%q is still on the screen:\n%s", text, p.Text())
		}
	}
}

// Quit ends the program, if it has not ended by itself, lets a virtual hour
// pass so that every timer has run out, and returns the final model. The
// bubble fails the test when a goroutine is left then.
func (p *Program) Quit() tea.Model {
	p.t.Helper()
	if p.quit {
		return p.final
	}
	p.quit = true
	p.prog.Quit()
	<-p.done
	time.Sleep(time.Hour)
	synctest.Wait()
	if p.err != nil && !errors.Is(p.err, tea.ErrProgramKilled) {
		p.t.Error(fmt.Errorf("the program ended with an error: %w", p.err))
	}
	return p.final
}
