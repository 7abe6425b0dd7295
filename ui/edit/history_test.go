package edit

import (
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// travels presses the key of an action as the shell would.
func travels(t *testing.T, e *Editor, id string) {
	t.Helper()
	for _, a := range e.Actions() {
		if a.ID == id {
			if why := a.Reason(); why != "" {
				t.Fatalf("%s can't be done: %s", id, why)
			}
			a.Run()
			return
		}
	}
	t.Fatalf("there is no %s", id)
}

func reason(e *Editor, id string) string {
	for _, a := range e.Actions() {
		if a.ID == id {
			return a.Reason()
		}
	}
	return "there is no such action"
}

func typeText(t *testing.T, e *Editor, s string) {
	t.Helper()
	for _, c := range s {
		e.Update(tea.KeyPressMsg{Text: string(c), Code: c})
	}
}

func TestUndoTakesBackAWordAPasteOrACutAtATime(t *testing.T) {
	for _, c := range []struct {
		name, value string
		do          func(*Editor)
		want        []string // after each undo
	}{
		{"words", "", func(e *Editor) { typeText(t, e, "one two  three") }, []string{"one two  ", "one ", ""}},
		{"a new line begins a step", "  a", func(e *Editor) {
			press(t, e, "end", "enter")
			typeText(t, e, "b")
		}, []string{"  a\n  ", "  a"}},
		{"a move begins a step", "", func(e *Editor) {
			typeText(t, e, "ab")
			press(t, e, "left")
			typeText(t, e, "x")
		}, []string{"ab", ""}},
		{"erasing", "one two", func(e *Editor) { press(t, e, "end", "backspace", "backspace", "backspace", "backspace", "backspace") }, []string{"one ", "one two"}},
		{"deleting", "one two", func(e *Editor) { press(t, e, "delete", "delete", "delete", "delete", "delete") }, []string{"two", "one two"}},
		{"joined lines", "a\nb", func(e *Editor) { press(t, e, "end", "delete", "delete") }, []string{"ab", "a\nb"}},
		{"a paste", "[]", func(e *Editor) {
			press(t, e, "right")
			e.Update(tea.PasteMsg{Content: "1, 2\r\n3"})
			typeText(t, e, "x")
		}, []string{"[1, 2\n3]", "[]"}},
		{"a cut", "ab\ncd", func(e *Editor) {
			travels(t, e, "edit.cut")
			travels(t, e, "edit.cut")
		}, []string{"\ncd", "ab\ncd"}},
		{"tabs", "", func(e *Editor) { press(t, e, "tab", "tab") }, []string{"    ", ""}},
		{"what does nothing is no step", "a", func(e *Editor) {
			press(t, e, "backspace", "end", "delete")
			e.Update(tea.PasteMsg{})
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := editor(c.value)
			c.do(e)
			states := []string{e.Value()}
			for _, want := range c.want {
				travels(t, e, "edit.undo")
				if got := e.Value(); got != want {
					t.Fatalf("%q, want %q", got, want)
				}
				states = append(states, want)
			}
			if why := reason(e, "edit.undo"); why != "nothing was changed" {
				t.Errorf("more can be taken back: %q", why)
			}
			for i := len(states) - 2; i >= 0; i-- {
				travels(t, e, "edit.redo")
				if got := e.Value(); got != states[i] {
					t.Fatalf("again: %q, want %q", got, states[i])
				}
			}
			if why := reason(e, "edit.redo"); why != "nothing was taken back" {
				t.Errorf("more can be done again: %q", why)
			}
		})
	}
}

func TestTheCursorGoesBackWithTheText(t *testing.T) {
	e := editor("one\ntwo")
	press(t, e, "down", "end")
	typeText(t, e, "x")
	press(t, e, "up", "home")
	travels(t, e, "edit.undo")
	typeText(t, e, "y")
	if got := e.Value(); got != "one\ntwoy" {
		t.Errorf("%q", got)
	}
	if why := reason(e, "edit.redo"); why == "" {
		t.Error("what was taken back before something else was typed can be done again")
	}
}

func TestTypingAfterUndoIsAStepOfItsOwn(t *testing.T) {
	e := editor("")
	typeText(t, e, "a b")
	travels(t, e, "edit.undo")
	travels(t, e, "edit.redo")
	typeText(t, e, "c")
	travels(t, e, "edit.undo")
	if got := e.Value(); got != "a b" {
		t.Errorf("%q", got)
	}
}

func TestProblemsFollowUndo(t *testing.T) {
	e := editor("")
	typeText(t, e, "a! ")
	if e.worst() == nil {
		t.Fatal("no problem is found")
	}
	travels(t, e, "edit.undo")
	if p := e.worst(); p != nil {
		t.Errorf("%v is left", p)
	}
	travels(t, e, "edit.redo")
	if e.worst() == nil {
		t.Error("the problem that came back is not found")
	}
}

func TestThePastIsBoundedAndItsLastStepStays(t *testing.T) {
	e := editor("")
	big := strings.Repeat("x", pastLimit/4)
	for range 9 {
		e.Update(tea.PasteMsg{Content: big})
	}
	if p := e.text.past; p.size > pastLimit || len(p.done) != 3 {
		t.Errorf("%d bytes of the past are kept, in %d steps", p.size, len(p.done))
	}
	e.Update(tea.PasteMsg{Content: strings.Repeat(big, 5)})
	travels(t, e, "edit.undo")
	if got := len(e.Value()); got != 9*len(big) {
		t.Errorf("the last step can't be taken back: %d bytes", got)
	}
	travels(t, e, "edit.redo")
	typeText(t, e, "y")
	if p := e.text.past; p.size != p.done[len(p.done)-1].size() || len(p.done) != 1 {
		t.Errorf("a step of %d bytes counts %d, of %d", p.done[0].size(), p.size, len(p.done))
	}
}

// anyEdit does one of all edits and moves.
func anyEdit(t *testing.T, e *Editor, r *rand.Rand) {
	keys := []string{"left", "right", "up", "down", "home", "end", "pgup", "pgdown", "enter", "tab", "backspace", "delete", "backspace", "delete", "enter"}
	switch r.IntN(8) {
	case 0, 1:
		typeText(t, e, []string{"a", " ", "ü", "{", "\"", "\u202e", "世", "x y"}[r.IntN(8)])
	case 2:
		e.Update(tea.PasteMsg{Content: []string{"a\r\nb", "\n", "é\xff", "one two\n\n  three", "\r\r", ""}[r.IntN(6)]})
	case 3:
		e.Actions()[2].Run() // cut
	case 4:
		if reason(e, "edit.undo") == "" && r.IntN(2) == 0 {
			travels(t, e, "edit.undo")
		}
	default:
		press(t, e, keys[r.IntN(len(keys))])
	}
}

func TestUndoingAllGivesTheFirstTextAndRedoingAllTheLast(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 400 {
		first := []string{"", "\n", "  {\n  \"a\": 1\n}\n", "ü\r\nb\xff"}[round%4]
		e := New(Options{Theme: ui.NewTheme(ui.ThemeOptions{}), Value: first})
		begin := e.Value()
		for range r.IntN(60) {
			anyEdit(t, e, r)
		}
		redoAll(t, e)
		last := e.Value()
		for reason(e, "edit.undo") == "" {
			travels(t, e, "edit.undo")
		}
		if got := e.Value(); got != begin {
			t.Fatalf("round %d: %q, want %q", round, got, begin)
		}
		redoAll(t, e)
		if got := e.Value(); got != last {
			t.Fatalf("round %d: %q, want %q", round, got, last)
		}
	}
}

func redoAll(t *testing.T, e *Editor) {
	t.Helper()
	for reason(e, "edit.redo") == "" {
		travels(t, e, "edit.redo")
	}
}
