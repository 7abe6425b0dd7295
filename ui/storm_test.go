package ui

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

// event makes a random thing a person, a terminal or a screen does.
func event(rnd *rand.Rand) tea.Msg {
	keys := strings.Fields(`enter esc q : ? ! @ J y 1 2 9 [ ] tab shift+tab up down left right pgup pgdown home end
		space backspace delete a d g G j k n / f1 f5 ctrl+l ctrl+a ctrl+u alt+x é 鍵 Q r x`)
	samples := samples()
	switch n := rnd.IntN(40); {
	case n == 0:
		return tea.WindowSizeMsg{Width: rnd.IntN(140), Height: rnd.IntN(45)}
	case n == 1:
		return tea.PasteMsg{Content: "one\ttwo\n\x1b]52;c;\a" + strings.Repeat("鍵", rnd.IntN(90))}
	case n == 2:
		return Open(Place{Screen: "objects", Bucket: "b\u202e", Prefix: strings.Repeat("p/", rnd.IntN(60))})()
	case n == 3:
		return Status(strings.Repeat("s ", rnd.IntN(99)), Level(rnd.IntN(4)))()
	case n == 4:
		names := []string{"confirm", "typename", "prompt", "choose", "form", "value", "error", "text"}
		return Push(samples[names[rnd.IntN(len(names))]]())()
	case n == 5:
		return Raise(codePrompt(func(string) {}))()
	case n == 6:
		return tea.MouseWheelMsg{Button: tea.MouseWheelDown}
	case n == 7:
		return tea.BackgroundColorMsg{Color: nil}
	default:
		k, err := uitest.Key(keys[rnd.IntN(len(keys))])
		if err != nil {
			panic(err)
		}
		return k
	}
}

func TestNothingAPersonDoesBreaksTheShell(t *testing.T) {
	for seed := range uint64(12) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			r := newRig().start(80, 24)
			r.works = []Work{&work{snap: WorkSnapshot{Title: "job", Total: 3}}}
			for range 200 {
				msg := event(rnd)
				r.Update(msg) // timers aren't run: the shell may not depend on their order
				if rnd.IntN(3) == 0 {
					time.Sleep(gate)
				}
				if r.over {
					r = newRig().start(80, 24)
				}
				if r.crash != nil {
					t.Fatalf("seed %d, %T: %v\n%s", seed, msg, r.crash, r.crash.Stack)
				}
				checkScreen(t, r.Shell)
			}
		})
	}
}

func checkScreen(t *testing.T, s *Shell) {
	t.Helper()
	content := s.draw().Content
	if s.w <= 0 || s.h <= 0 {
		return
	}
	lines := strings.Split(content, "\n")
	if len(lines) > s.h {
		t.Fatalf("%d lines on %d rows", len(lines), s.h)
	}
	for i, l := range lines {
		if Width(l) > s.w {
			t.Fatalf("line %d has %d columns of %d: %q", i, Width(l), s.w, l)
		}
	}
}
