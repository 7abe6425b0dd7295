package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"cooper/ui/uitest"
)

// asProgram makes this test binary run as the program: signals, terminals and exit codes need a process.
const asProgram = "COOPER_TEST_AS_PROGRAM"

// standsAt makes a verb's clock stand still at a time of RFC 3339.
const standsAt = "COOPER_TEST_STANDS_AT"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		_ = os.Unsetenv(asProgram)
		p := &process{env: os.Getenv, in: os.Stdin, out: os.Stdout, err: os.Stderr}
		if at, err := time.Parse(time.RFC3339, os.Getenv(standsAt)); err == nil {
			p.clock = newDemoClock(at)
		}
		os.Exit(p.run(context.Background(), os.Args[1:]))
	}
	os.Exit(m.Run())
}

// child is the program in a process of its own, on a pseudo-terminal with an emulated screen.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	tty    *os.File
	screen *uitest.Screen
	home   string
	drawn  chan struct{} // something was drawn since it was last looked at
	ended  chan struct{}
}

// patience is how long anything may take. It is no limit on speed: it ends a test that hangs.
const patience = 3 * time.Minute

func startChild(t *testing.T, w, h int, env []string, args ...string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, screen: uitest.NewScreen(max(w, 1), max(h, 1)), home: t.TempDir(),
		drawn: make(chan struct{}, 1), ended: make(chan struct{})}
	c.cmd = exec.CommandContext(t.Context(), exe, args...)
	c.cmd.Env = append([]string{asProgram + "=1", "TERM=xterm-256color", "HOME=" + c.home, "TMPDIR=" + c.home,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=eu-west-1"}, env...)
	c.tty, err = pty.StartWithSize(c.cmd, &pty.Winsize{Cols: uint16(w), Rows: uint16(h)}) //nolint:gosec // small numbers
	if err != nil {
		t.Fatal(err)
	}
	c.screen.Answer(func(s string) { _, _ = io.WriteString(c.tty, s) })
	go c.draw()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill() // it has ended in a test that passes
		_ = c.tty.Close()
	})
	return c
}

// draw shows what the program writes, until it goes.
func (c *child) draw() {
	defer close(c.ended)
	buf := make([]byte, 32<<10)
	for {
		n, err := c.tty.Read(buf)
		_, _ = c.screen.Write(buf[:n]) // never fails
		wake(c.drawn)
		if err != nil {
			return
		}
	}
}

// wake says that something happened, to whoever waits for it.
func wake(events chan<- struct{}) {
	select {
	case events <- struct{}{}:
	default: // it was said already
	}
}

// until waits for a text on the screen.
func (c *child) until(text string) {
	c.t.Helper()
	c.await(fmt.Sprintf("%q on the screen", text), func() bool { return strings.Contains(c.screen.Text(), text) }, c.drawn)
}

// await waits until ok, which it asks after each of the events.
func (c *child) await(what string, ok func() bool, events <-chan struct{}) {
	c.t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for !ok() {
		select {
		case <-events:
		case <-c.ended:
			if !ok() {
				c.t.Fatalf("the program ended without %s:\n%s", what, c.screen.Text())
			}
		case <-limit.C:
			c.t.Fatalf("there is no %s:\n%s", what, c.screen.Text())
		}
	}
}

// rest lets the time pass in which a dialog that opened by itself swallows keys. It began before the dialog was drawn, so
// a slow machine only makes it longer.
func (c *child) rest() { time.Sleep(awake) }

func (c *child) typed(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.tty, text); err != nil {
		c.t.Fatal(err)
	}
}

// exit waits for the end and gives the exit code.
func (c *child) exit() int {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Fatalf("the program goes on:\n%s", c.screen.Text())
	}
	_ = c.cmd.Wait() // the code is in ProcessState
	return c.cmd.ProcessState.ExitCode()
}

func TestWhatStopsTheProgramAtTheStartIsToldInOneSentence(t *testing.T) {
	keys := []string{"AWS_ACCESS_KEY_ID=AKIAEXAMPLEEXAMPLE01", "AWS_SECRET_ACCESS_KEY=verysecret"}
	for _, c := range []struct {
		name   string
		config string
		env    []string
		args   []string
		says   string
		code   int
	}{
		{name: "unknown profile", env: keys, args: []string{"--profile", "nope"}, says: `there is no profile "nope"`, code: 1},
		{name: "unknown key in the configuration", config: "[theme]\nmode = \"light\"\nmoode = 3\n", env: keys, says: `config.toml:3: [theme] has no key "moode"`, code: 2},
		{name: "broken configuration", config: "[theme\n", env: keys, says: "config.toml:1:", code: 2},
		{name: "bad endpoint", env: keys, args: []string{"--endpoint-url", "ftp://x"}, says: "endpoint", code: 2},
		{name: "unreadable bundle", env: keys, args: []string{"--ca-bundle", "/nonexistent.pem"}, says: "nonexistent.pem", code: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			if c.config != "" {
				dir := filepath.Join(home, "cooper")
				if err := os.MkdirAll(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(c.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p := startChild(t, 300, 10, append(c.env, "XDG_CONFIG_HOME="+home), c.args...)
			code := p.exit()
			if text := p.screen.Text(); !strings.Contains(text, "cooper: ") || !strings.Contains(text, c.says) || code != c.code {
				t.Errorf("exit %d:\n%s", code, text)
			}
		})
	}
}

func TestMissingCredentialsAreToldOnTheScreen(t *testing.T) {
	p := startChild(t, 80, 24, nil, "--endpoint-url", "http://127.0.0.1:1")
	p.until("no credentials were found")
	p.until("--profile")
	p.typed("q")
	if code := p.exit(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

// toTheFirstCode starts a deletion of the demo's old versions and goes on until it asks for a code.
func (c *child) toTheFirstCode() {
	c.t.Helper()
	c.until("2019/")
	c.typed("2")
	c.until("2,640 noncurrent")
	c.typed("P")
	c.until("Everything under a prefix")
	c.typed("\r")
	c.until("Under which prefix?")
	c.typed("2019/\r")
	c.until("Plan: Delete all noncurrent versions")
	c.rest()
	c.typed("\r")
	c.until("Type ledger-archive to go on")
	c.typed("ledger-archive\r")
	c.until("code 1 of 3")
}

// endsAtAPlace holds a journal's last line to say where a job stopped, so that it can go on there.
func endsAtAPlace(t *testing.T, journal io.Reader) {
	t.Helper()
	lines, err := io.ReadAll(journal)
	all := strings.Split(strings.TrimSpace(string(lines)), "\n")
	if last := all[len(all)-1]; err != nil || !strings.HasPrefix(last, `{"at":{`) || !strings.HasSuffix(last, "}") {
		t.Errorf("the journal does not say where the job stopped: %s %v", lines, err)
	}
}

func TestASignalInTheMiddleOfAJobEndsTheJournalAndRestoresTheTerminal(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			p := startChild(t, 100, 30, nil, "--demo", "s3://ledger-archive")
			p.toTheFirstCode()
			journals, err := filepath.Glob(filepath.Join(p.home, "cooper-demo-*", "journal.jsonl"))
			if err != nil || len(journals) != 1 {
				t.Fatalf("journals: %v %v", journals, err)
			}
			journal, err := os.Open(journals[0])
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = journal.Close() }()
			if err := p.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if code := p.exit(); code != 128+int(signal) {
				t.Errorf("exit %d", code)
			}
			endsAtAPlace(t, journal) // the demo's folder is gone by now, the open file is not
			if _, err := os.Stat(journals[0]); err == nil {
				t.Error("the demo's folder is still there")
			}
			if _, _, visible := p.screen.Cursor(); p.screen.AltScreen() || !visible {
				t.Error("the terminal is not restored")
			}
		})
	}
}

func (c *child) resize(w, h int) {
	c.t.Helper()
	c.screen.Resize(max(w, 1), max(h, 1))
	if err := pty.Setsize(c.tty, &pty.Winsize{Cols: uint16(w), Rows: uint16(h)}); err != nil { //nolint:gosec // small numbers
		c.t.Fatal(err)
	}
}

// listening makes the terminal large and waits until the program shows a text on it. A size that comes while the program
// starts may be missed, so it is told again until then.
func (c *child) listening(text string) {
	c.t.Helper()
	c.await("full screen", c.screen.AltScreen, c.drawn)
	c.resize(100, 30)
	shown := make(chan struct{})
	defer close(shown)
	go func() {
		for {
			select {
			case <-shown:
				return
			case <-time.After(50 * time.Millisecond):
				_ = c.cmd.Process.Signal(syscall.SIGWINCH) // one that has ended is noticed elsewhere
			}
		}
	}()
	c.until(text)
}

func TestTinyTerminalsAndAStormOfSizesAreSurvived(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {20, 5}, {1, 1}} {
		p := startChild(t, size[0], size[1], nil, "--demo")
		p.listening("fresh-start")
		for i := range 60 {
			p.resize((i*37)%150, (i*11)%50)
			p.typed("\x1b[200~" + strings.Repeat("storm\n", 20) + "\x1b[201~j")
		}
		p.resize(80, 24)
		p.until("fresh-start")
		p.typed("q")
		if code := p.exit(); code != 0 {
			t.Errorf("%v: exit %d\n%s", size, code, p.screen.Text())
		}
	}
}
