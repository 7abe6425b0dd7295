package uitest

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/google/go-cmp/cmp"
)

// recorder is a model that shows what arrived.
type recorder struct {
	log   []string
	w, h  int
	ticks int
}

type second struct{}

func (r *recorder) Init() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return second{} })
}

func (r *recorder) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		r.w, r.h = m.Width, m.Height
	case second:
		r.ticks++
		return r, r.Init()
	case tea.KeyPressMsg:
		r.log = append(r.log, m.String())
		if m.String() == "q" {
			return r, tea.Quit
		}
	case tea.PasteMsg:
		r.log = append(r.log, "paste:"+m.Content)
	case tea.MouseWheelMsg:
		r.log = append(r.log, fmt.Sprintf("wheel:%d,%d", m.X, m.Y))
	case tea.MouseClickMsg:
		r.log = append(r.log, fmt.Sprintf("click:%d,%d", m.X, m.Y))
	}
	return r, nil
}

func (r *recorder) View() tea.View {
	style := lipgloss.NewStyle().Foreground(lipgloss.Color("#ff8000"))
	v := tea.NewView(fmt.Sprintf("%d×%d after %d s\n%s\nlast line", r.w, r.h, r.ticks, style.Render(strings.Join(r.log, " "))))
	v.AltScreen = true
	v.WindowTitle = "recorder"
	v.MouseMode = tea.MouseModeCellMotion
	return v
}

func build(*testing.T) tea.Model { return &recorder{} }

func TestAWholeProgramRunsInVirtualTime(t *testing.T) {
	InBubble(t, Opts{Width: 80, Height: 4}, build, func(t *testing.T, p *Program) {
		p.Sees("80×4 after 0 s", "last line")
		if p.Screen().Title() != "recorder" || !p.Screen().AltScreen() {
			t.Error("title or alternate screen was not set")
		}
		p.Sleep(3 * time.Second)
		p.Sees("after 3 s")
		p.Press("j", "G", "enter", "ctrl+c", "esc", "pgdown", "space")
		p.Type("a b\n")
		p.Paste("123 456")
		want := "j G enter ctrl+c esc pgdown space a space b enter paste:123 456"
		if d := cmp.Diff(want, p.Screen().Line(1)); d != "" {
			t.Error(d)
		}
	})
}

func TestEverythingAPersonDoesArrives(t *testing.T) {
	InBubble(t, Opts{Width: 70, Height: 3}, build, func(t *testing.T, p *Program) {
		p.Paste("123 456")
		p.Wheel(4, 1, 1)
		p.Wheel(5, 1, -1)
		p.Click(2, 2)
		p.Burst("x", "y", "z")
		if got, want := p.Screen().Line(1), "paste:123 456 wheel:4,1 wheel:5,1 click:2,2 x y z"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		p.SeesNot("home")
		p.Resize(90, 5)
		p.Sees("90×5", "last line")
	})
}

func TestAnIdleProgramWritesNothing(t *testing.T) {
	InBubble(t, Opts{}, build, func(t *testing.T, p *Program) {
		p.Mark()
		p.Wait()
		if n := p.Bytes(); n != 0 {
			t.Errorf("%d bytes while idle: %q", n, p.Screen().Raw())
		}
		p.Press("j")
		if n := p.Bytes(); n == 0 || n > 60 {
			t.Errorf("one letter cost %d bytes", n)
		}
	})
}

func TestTheColourProfileIsTheOneAskedFor(t *testing.T) {
	for profile, want := range map[colorprofile.Profile]string{
		colorprofile.TrueColor: "38;2;255;128;0", colorprofile.ANSI256: "38;5;208", colorprofile.ANSI: "91m", colorprofile.Ascii: "j",
	} {
		InBubble(t, Opts{Profile: profile}, build, func(t *testing.T, p *Program) {
			p.Mark()
			p.Press("j")
			if raw := p.Screen().Raw(); !strings.Contains(raw, want) {
				t.Errorf("%v: %q lacks %q", profile, raw, want)
			}
			if c := p.Screen().Cell(0, 1); profile == colorprofile.Ascii && c.Fg != nil {
				t.Errorf("colour without a colour profile: %+v", c)
			}
		})
	}
}

func TestQuitLeavesNoGoroutineAndReturnsTheModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Run(t, &recorder{}, Opts{})
		p.Press("a")
		final, ok := p.Quit().(*recorder)
		if !ok || len(final.log) != 1 {
			t.Errorf("final model %+v", final)
		}
		if p.Screen().AltScreen() || !p.Ended() {
			t.Error("the terminal was not restored")
		}
	})
}

func TestAProgramThatEndsByItselfIsSeenToHaveEnded(t *testing.T) {
	InBubble(t, Opts{}, build, func(t *testing.T, p *Program) {
		if p.Ended() {
			t.Error("ended before it was asked to")
		}
		p.Press("q")
		if !p.Ended() {
			t.Error("still running")
		}
		p.Press("x") // must not block
	})
}

func TestKeysHaveBubbleTeasNames(t *testing.T) {
	for _, name := range []string{
		"a", "G", "?", "/", "+", "ä", "木", "enter", "esc", "tab", "shift+tab", "space", "ctrl+space", "ctrl+c",
		"alt+x", "ctrl+alt+x", "pgup", "pgdown", "home", "end", "f1", "f12", "up", "ctrl+left", "delete", "ctrl++",
	} {
		k, err := Key(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if k.String() != name {
			t.Errorf("%q became %q", name, k.String())
		}
	}
	for _, name := range []string{"", "entre", "ctrl+", "hyper+x", "ab", "ctrl+ab"} {
		if k, err := Key(name); err == nil {
			t.Errorf("%q was accepted as %q", name, k.String())
		}
	}
}
