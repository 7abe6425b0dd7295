package edit

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
	"cooper/ui/uitest"
)

func editor(value string) *Editor {
	return New(Options{Theme: ui.NewTheme(ui.ThemeOptions{}), Title: "text", Value: value, Check: func(s string) []Problem {
		if i := strings.Index(s, "!"); i >= 0 {
			return []Problem{{Line: 1 + strings.Count(s[:i], "\n"), Column: i - strings.LastIndex(s[:i], "\n"), Text: "no exclamation mark"}}
		}
		return nil
	}})
}

func press(t *testing.T, e *Editor, names ...string) {
	t.Helper()
	for _, name := range names {
		k, err := uitest.Key(name)
		if err != nil {
			t.Fatal(err)
		}
		e.Update(k)
	}
}

func TestEveryPrintableKeyArrives(t *testing.T) {
	e := editor("")
	want := ""
	for _, name := range uitest.PrintableKeys() {
		press(t, e, name)
		k, err := uitest.Key(name)
		if err != nil {
			t.Fatal(err)
		}
		want += k.Text
	}
	if e.Value() != want || len(want) < 90 {
		t.Errorf("%q arrived as %q", want, e.Value())
	}
}

func TestKeysEditAndMove(t *testing.T) {
	for _, c := range []struct {
		name, value string
		keys        []string
		want        string
	}{
		{"a line is broken and indented", "  ab", []string{"right", "right", "right", "enter", "x"}, "  a\n  xb"},
		{"a line is joined", "a\nb", []string{"down", "backspace"}, "ab"},
		{"the next line is joined", "a\nb", []string{"end", "delete"}, "ab"},
		{"at the beginning nothing is removed", "a", []string{"backspace"}, "a"},
		{"at the end nothing is removed", "a", []string{"end", "delete"}, "a"},
		{"up and down keep the column", "long\na\nlong", []string{"end", "down", "down", "x"}, "long\na\nlongx"},
		{"left and right pass over line ends", "a\nb", []string{"right", "right", "x", "left", "left", "y"}, "ay\nxb"},
		{"tab is four spaces", "a", []string{"tab"}, "    a"},
		{"home and page", "ab\ncd", []string{"pgdown", "end", "home", "x", "pgup", "y"}, "ayb\nxcd"},
	} {
		e := editor(c.value)
		press(t, e, c.keys...)
		if got := e.Value(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAPasteOfSeveralLinesIsInserted(t *testing.T) {
	e := editor("[]")
	press(t, e, "right")
	e.Update(tea.PasteMsg{Content: "1,\r\n2"})
	press(t, e, "x")
	if e.Value() != "[1,\n2x]" {
		t.Errorf("%q", e.Value())
	}
}

func TestAProblemIsShownGoneToAndKeepsTheEditorOpen(t *testing.T) {
	said := ""
	e := editor("one\ntwo!")
	e.o.OK = func(s string) (tea.Cmd, string) { said = s; return nil, "" }
	if got := e.Render(40, 6); !strings.Contains(got, "line 2, column 4: no exclamation mark") {
		t.Errorf("%s", got)
	}
	submit, find, cut := e.Actions()[0], e.Actions()[1], e.Actions()[2]
	if submit.Reason() == "" || find.Reason() != "" {
		t.Errorf("%q, %q", submit.Reason(), find.Reason())
	}
	find.Run()
	cut.Run()
	if e.Value() != "one\ntwo" || submit.Reason() != "" || find.Reason() == "" {
		t.Errorf("%q %q", e.Value(), submit.Reason())
	}
	submit.Run()
	if said != "one\ntwo" {
		t.Errorf("%q was submitted", said)
	}
	e.o.OK = func(string) (tea.Cmd, string) { return nil, "not today" }
	submit.Run()
	if got := e.Render(40, 6); !strings.Contains(got, "not today") {
		t.Errorf("%s", got)
	}
}

// remarking finds every ? mild and every ! not.
func remarking(s string) []Problem {
	var out []Problem
	for i, line := range strings.Split(s, "\n") {
		for j, c := range line { // j counts bytes
			if c == '?' || c == '!' {
				out = append(out, Problem{Line: i + 1, Column: j + 1, Text: "found " + string(c), Mild: c == '?'})
			}
		}
	}
	return out
}

func TestProblemsAreGoneThroughAndOnlyMistakesKeepTheTextFromBeingSubmitted(t *testing.T) {
	e := New(Options{Theme: ui.NewTheme(ui.ThemeOptions{}), Value: "a?\nb\nc!\nd?", Check: remarking})
	submit, next := e.Actions()[0], e.Actions()[1]
	if submit.Reason() != "found !" {
		t.Errorf("%q", submit.Reason())
	}
	for i, want := range []string{"line 1, column 2: found ?", "line 3, column 2: found !", "line 4, column 2: found ?", "line 1, column 2: found ?"} {
		next.Run()
		if got := e.Render(60, 8); !strings.Contains(got, want) || !strings.Contains(got, "1 mistake, 2 remarks") {
			t.Errorf("%d: %s", i, got)
		}
	}
	press(t, e, "down", "down", "end", "backspace")
	if submit.Reason() != "" {
		t.Errorf("remarks keep the text from being submitted: %q", submit.Reason())
	}
	if got := uitest.Draw(t, e.Render(60, 8), 60, 8).Text(); !strings.Contains(got, "4⚠d?") || !strings.Contains(got, "3 c") {
		t.Errorf("%s", got)
	}
}

func TestAProblemBehindLongCharactersIsFound(t *testing.T) {
	e := New(Options{Theme: ui.NewTheme(ui.ThemeOptions{}), Value: "üü! ü!", Check: remarking})
	e.Actions()[1].Run()
	press(t, e, "delete")
	e.Actions()[1].Run()
	press(t, e, "delete")
	if e.Value() != "üü ü" {
		t.Errorf("%q", e.Value())
	}
}

func TestLeavingHandsOverWhatWasChangedAndNothingElse(t *testing.T) {
	var left []string
	e := New(Options{Theme: ui.NewTheme(ui.ThemeOptions{}), Value: "a\r\nb", Left: func(s string) { left = append(left, s) }})
	e.Cancel()
	press(t, e, "x")
	e.Cancel()
	if len(left) != 1 || left[0] != "xa\nb" {
		t.Errorf("%q", left)
	}
}

func TestAnotherEditorGetsTheTextAsItIs(t *testing.T) {
	got := ""
	e := New(Options{Theme: ui.NewTheme(ui.ThemeOptions{}), Value: "a", Outside: func(s string) tea.Cmd { got = s; return nil }})
	press(t, e, "x")
	travels(t, e, "edit.outside")
	if got != "xa" {
		t.Errorf("%q", got)
	}
}

func TestTheCursorIsAlwaysSeenAndForeignTextIsCleaned(t *testing.T) {
	e := editor(strings.Repeat("line\n", 50) + strings.Repeat("x", 100) + "\x1b[31m\u202e")
	press(t, e, "pgdown", "pgdown", "pgdown")
	for range 60 {
		press(t, e, "down")
	}
	press(t, e, "end")
	got := uitest.Draw(t, e.Render(30, 8), 30, 8).Text()
	if !strings.Contains(got, "51 ") || strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("%q", got)
	}
}
