package uitest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
)

// childEnv makes the test binary the program that tapes are played against.
const childEnv = "COOPER_UITEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "tui":
		if _, err := tea.NewProgram(&recorder{}).Run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case "shell":
		fmt.Printf("args %q in %s with %s\n> ", os.Args[1:], filepath.Base(workingDir()), os.Getenv("GREETING"))
		var line string
		for line != "exit" {
			if _, err := fmt.Scanln(&line); err != nil {
				os.Exit(0)
			}
			fmt.Printf("you said %s\n> ", line)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return err.Error()
	}
	return dir
}

// tui are options that play a tape against the recorder in a real pseudo terminal.
func tui() PlayOpts {
	return PlayOpts{Argv: []string{os.Args[0]}, Env: []string{childEnv + "=tui"}, Cols: 100, Rows: 5}
}

func parse(t *testing.T, text string) *Tape {
	t.Helper()
	tape, err := ParseTape("play.tape", text, noFiles)
	if err != nil {
		t.Fatal(err)
	}
	return tape
}

func TestATapeDrivesARealProgramInAPseudoTerminal(t *testing.T) {
	tape := parse(t, `Set TypingSpeed 1ms
Wait+Screen /100×5/
Type "ab"
Down 2 Escape Type "j" Ctrl+C
Hide
Copy "123 456" Paste
Show
Wait+Screen@10s /down down esc j ctrl\+c paste:123 456/
Screenshot one.png
Sleep 10ms
Type "q"
`)
	o := tui()
	o.Pace = 1
	var shots, hidden []string
	o.Screenshot = func(path string, s *Screen) error {
		shots = append(shots, path+" "+s.Line(1))
		return nil
	}
	o.Each = func(c Command, isHidden bool) {
		if isHidden {
			hidden = append(hidden, c.Name)
		}
	}
	s, err := Play(t.Context(), tape, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Text())
	}
	if d := cmp.Diff([]string{"one.png a b down down esc j ctrl+c paste:123 456"}, shots); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"Copy", "Paste", "Show"}, hidden); d != "" {
		t.Error(d)
	}
}

func TestAWaitThatIsNeverMetFailsWithTheScreen(t *testing.T) {
	s, err := Play(t.Context(), parse(t, "Wait+Screen /last line/\nType x\nWait+Screen@300ms /never/"), tui())
	if err == nil {
		t.Fatal("the wait was met")
	}
	for _, want := range []string{"play.tape:3: Wait+Screen /never/: not within 300ms", "|100×5 after", "|x\n"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	if s.Line(1) != "x" {
		t.Errorf("%q", s.Line(1))
	}
}

func TestAProgramThatEndsEndsTheWaitAtOnce(t *testing.T) {
	start := time.Now()
	_, err := Play(t.Context(), parse(t, "Wait+Screen /last line/\nType q\nWait+Screen@1m /never/"), tui())
	if !errors.Is(err, errGone) || time.Since(start) > 30*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestATapeRunsInItsShellWithItsEnvironment(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(os.Args[0], filepath.Join(dir, "fakesh")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "shell.tape")
	tape := "Set Shell fakesh\nRequire fakesh\nEnv GREETING \"hello\"\nWait\nType \"word\" Enter\nWait+Screen /you said word/\nWait"
	if err := os.WriteFile(path, []byte(tape), 0o600); err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(dir, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	s := PlayFile(t, path, PlayOpts{Path: dir, Dir: work, Env: []string{childEnv + "=shell"}})
	want := "args [] in work with hello\n> word\nyou said word\n>\n"
	if got := s.Text(); !strings.HasPrefix(got, want) {
		t.Errorf("%s", Diff(want, got))
	}
}

func TestTheWheelAndSettingsOnTheWayArePlayed(t *testing.T) {
	_, err := Play(t.Context(), parse(t, `Set WaitTimeout 20s
Wait+Screen /last line/
ScrollDown ScrollUp 2
Wait+Screen /wheel:49,1 wheel:49,1 wheel:49,1/
Set TypingSpeed 1s
Set WaitPattern /^never$/
Set WaitTimeout 250ms
Type "z"
Wait+Screen`), tui())
	if err == nil || !strings.Contains(err.Error(), "play.tape:9: Wait+Screen /^never$/: not within 250ms") ||
		!strings.Contains(err.Error(), "wheel:49,1 z") {
		t.Errorf("%v", err)
	}
}

func TestAPlayerStopsWhenItIsCancelled(t *testing.T) {
	why := errors.New("enough")
	for _, text := range []string{"Wait+Screen /never/", "Sleep 10m", "Type@10m \"ab\"", "Enter@10m 2", "Copy \"x\" Paste Wait+Screen /never/"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		o := tui()
		o.Pace = 1
		o.Each = func(c Command, _ bool) {
			if c.Name != "Copy" && c.Name != "Paste" {
				cancel(why)
			}
		}
		if _, err := Play(ctx, parse(t, text), o); !errors.Is(err, why) || !strings.HasPrefix(err.Error(), "play.tape:1: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTypingIntoAProgramThatHasEndedFails(t *testing.T) {
	_, err := Play(t.Context(), parse(t, `Wait+Screen /last line/
Type q
Wait+Screen@20s /^\s*$/
Sleep 1s
Type abc
Wait`), tui())
	if !errors.Is(err, errGone) {
		t.Errorf("%v", err)
	}
}

func TestWhatATapeRequiresMustBeThere(t *testing.T) {
	_, err := Play(t.Context(), parse(t, "Require nosuchprogram"), tui())
	if err == nil || !strings.Contains(err.Error(), "play.tape:1: nosuchprogram is required") {
		t.Errorf("%v", err)
	}
	o := tui()
	o.Argv = []string{filepath.Join(t.TempDir(), "missing")}
	if _, err = Play(t.Context(), parse(t, ""), o); err == nil || !strings.Contains(err.Error(), "start ") {
		t.Errorf("%v", err)
	}
}

func TestPlayingLeavesNoGoroutineBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		if _, err := Play(t.Context(), parse(t, "Wait+Screen /last line/\nSleep 1s\nScrollUp\nScrollDown"), tui()); err != nil {
			t.Fatal(err)
		}
	}
	for until := time.Now().Add(time.Minute); time.Now().Before(until); { // the last one may be about to return
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func TestShellsStartWithoutTheirStartFiles(t *testing.T) {
	if d := cmp.Diff([]string{"bash", "--noprofile", "--norc", "+o", "history", "+m"}, shell("bash")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"fish"}, shell("fish")); d != "" {
		t.Error(d)
	}
}
