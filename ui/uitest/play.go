package uitest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// PlayOpts says how a tape is played. The zero value plays it in a shell, as
// fast as the program follows.
type PlayOpts struct {
	Argv []string // program to play against instead of the tape's shell
	Dir  string   // working folder
	Path string   // folder in front of PATH: where the program under test is
	Env  []string // the environment, "NAME=value"; nil: PATH, HOME, TMPDIR and LANG of this process

	Cols, Rows int // the terminal's size; 0: about what VHS makes of the tape's pixels

	// Pace scales sleeps and the pauses between keys: 1 is as written, 0 waits
	// only until the program has been quiet for a moment. A sleep is never cut
	// below MinSleep.
	Pace     float64
	MinSleep time.Duration

	// Screenshot is called for each Screenshot with its path; nil ignores them.
	Screenshot func(path string, s *Screen) error
	// Each is called before each command.
	Each func(c Command, hidden bool)
}

const (
	quiet    = 80 * time.Millisecond // no output for so long: the program waits
	settling = 5 * time.Second       // the longest wait for that
	escGap   = 90 * time.Millisecond // sooner, esc and the next key are one alt key to Bubble Tea
)

// player is a tape being played.
type player struct {
	o       PlayOpts
	screen  *Screen
	pty     *os.File
	changed chan struct{} // of capacity 1: there was output since it was last read
	gone    chan struct{} // closed when the program's output has ended

	typing time.Duration
	limit  time.Duration
	prompt *regexp.Regexp
	clip   string
	path   string
	hidden bool
}

// PlayFile plays the tape at path and fails the test if it can't be read or a
// wait in it isn't met. It returns the screen at the end.
func PlayFile(t testing.TB, path string, o PlayOpts) *Screen {
	t.Helper()
	tape, err := ReadTape(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Play(t.Context(), tape, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Play runs a program in a pseudo terminal, does what the tape says and ends
// the program. The screen it returns shows the end, also after an error, which
// carries the tape's line and what was on the screen.
func Play(ctx context.Context, tape *Tape, o PlayOpts) (*Screen, error) {
	set := readSettings(tape)
	cols, rows := o.Cols, o.Rows
	if cols == 0 || rows == 0 {
		cols, rows = set.size()
	}
	p := &player{
		o: o, screen: NewScreen(cols, rows), changed: make(chan struct{}, 1), gone: make(chan struct{}),
		typing: set.duration("TypingSpeed", 50*time.Millisecond), limit: set.duration("WaitTimeout", 15*time.Second),
		prompt: regexp.MustCompile(set.text("WaitPattern", ">$")),
	}
	env := p.environment(tape)
	if err := p.requirements(tape); err != nil {
		return p.screen, err
	}
	argv := o.Argv
	if argv == nil {
		argv = shell(set.text("Shell", "bash"))
	}
	cmd := exec.CommandContext(ctx, p.find(argv[0]), argv[1:]...)
	cmd.Env, cmd.Dir = env, o.Dir
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		return p.screen, fmt.Errorf("start %s in a pseudo terminal: %w", argv[0], err)
	}
	p.pty = tty
	p.screen.Answer(func(text string) { _, _ = tty.WriteString(text) })
	go p.read()
	defer p.end(cmd)
	if err := p.first(ctx); err != nil {
		return p.screen, err
	}
	for _, c := range tape.Commands {
		if err := p.do(ctx, c); err != nil {
			if ctx.Err() != nil { // which also ends the program
				err = context.Cause(ctx)
			}
			return p.screen, fmt.Errorf("%s: %w", c.Pos, err)
		}
	}
	return p.screen, nil
}

// shell is how a shell of a tape is started: without start files, with a
// prompt that the tape's waits know, and without job control: then what it runs
// is in its process group and ends with it.
func shell(name string) []string {
	if name == "bash" {
		return []string{"bash", "--noprofile", "--norc", "+o", "history", "+m"}
	}
	return []string{name}
}

func (p *player) environment(tape *Tape) []string {
	env := p.o.Env
	if env == nil {
		for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG"} {
			env = append(env, name+"="+os.Getenv(name))
		}
	}
	for _, kv := range env {
		if path, ok := strings.CutPrefix(kv, "PATH="); ok {
			p.path = path
		}
	}
	if p.o.Path != "" {
		p.path = p.o.Path + string(os.PathListSeparator) + p.path
	}
	env = append(env[:len(env):len(env)], "TERM=xterm-256color", "COLORTERM=truecolor", "PS1=> ", "PATH="+p.path)
	for _, c := range tape.Commands {
		if c.Name == "Env" {
			env = append(env, c.Arg+"="+c.Text)
		}
	}
	return env
}

// find looks a program up in the path it will run with, not in this process's.
func (p *player) find(name string) string {
	if strings.ContainsRune(name, filepath.Separator) {
		return name
	}
	for _, dir := range filepath.SplitList(p.path) {
		full := filepath.Join(dir, name)
		if st, err := os.Stat(full); err == nil && !st.IsDir() && st.Mode()&0o111 != 0 {
			return full
		}
	}
	return name
}

func (p *player) requirements(tape *Tape) error {
	for _, c := range tape.Commands {
		if c.Name == "Require" && p.find(c.Text) == c.Text && !filepath.IsAbs(c.Text) {
			return fmt.Errorf("%s: %s is required and not in the path", c.Pos, c.Text)
		}
	}
	return nil
}

// read draws the program's output until it ends.
func (p *player) read() {
	defer close(p.gone)
	buf := make([]byte, 32<<10)
	for {
		n, err := p.pty.Read(buf)
		if n > 0 {
			_, _ = p.screen.Write(buf[:n])
			p.screen.Mark() // what was read needn't be kept
			select {
			case p.changed <- struct{}{}:
			default:
			}
		}
		if err != nil {
			return // a pseudo terminal ends with an error of its own when the program is gone
		}
	}
}

// end hangs up, and kills what doesn't go by itself.
func (p *player) end(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait()
	}()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // also what the shell has left behind
	<-done
	_ = p.pty.Close()
	<-p.gone
}

// first waits for the first sign of life.
func (p *player) first(ctx context.Context) error {
	if err := p.until(ctx, p.limit, func() bool { return strings.TrimSpace(p.screen.Text()) != "" }); err != nil {
		return fmt.Errorf("nothing appeared on the screen: %w", err)
	}
	return nil
}

var errGone = errors.New("the program has ended")

// until waits until ok, which is asked after every output.
func (p *player) until(ctx context.Context, limit time.Duration, ok func() bool) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		if ok() {
			return nil
		}
		select {
		case <-p.changed:
		case <-p.gone:
			if ok() {
				return nil
			}
			return errGone
		case <-timer.C:
			return fmt.Errorf("not within %v", limit)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// settle waits until the program has been quiet for a moment.
func (p *player) settle(ctx context.Context) {
	end := time.Now().Add(settling)
	for time.Now().Before(end) {
		select {
		case <-p.changed:
		case <-p.gone:
			return
		case <-ctx.Done():
			return
		case <-time.After(quiet):
			return
		}
	}
}

// tapeSettings are a tape's settings as it starts: the first value of each name.
type tapeSettings map[string]string

func readSettings(tape *Tape) tapeSettings {
	s := tapeSettings{}
	for _, c := range tape.Commands {
		if _, seen := s[c.Arg]; c.Name == "Set" && !seen {
			s[c.Arg] = c.Text
		}
	}
	return s
}

func (s tapeSettings) text(name, usual string) string {
	if v, ok := s[name]; ok {
		return v
	}
	return usual
}

func (s tapeSettings) number(name string, usual float64) float64 {
	if v, err := strconv.ParseFloat(s[name], 64); err == nil {
		return v
	}
	return usual
}

func (s tapeSettings) duration(name string, usual time.Duration) time.Duration {
	if d, err := time.ParseDuration(s[name]); err == nil {
		return d
	}
	return usual
}

// size is about the terminal that VHS makes of a picture's size in pixels: a
// character of its font is 0.6 of the font's size wide and 1.3 high.
func (s tapeSettings) size() (cols, rows int) {
	font, pad := s.number("FontSize", 22), 2*s.number("Padding", 60)+2*s.number("Margin", 0)
	bar := 0.0
	if s["WindowBar"] != "" {
		bar = s.number("WindowBarSize", 30)
	}
	w := s.number("Width", 1200) - pad
	h := s.number("Height", 600) - pad - bar
	cols = int(w / (font*0.6 + s.number("LetterSpacing", 0)))
	rows = int(h / (font * 1.3 * s.number("LineHeight", 1)))
	return max(10, min(cols, 500)), max(3, min(rows, 200))
}
