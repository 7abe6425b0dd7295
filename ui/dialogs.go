package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// base is what the dialogs of this package share. The shell gives them its
// theme when it takes them on; until then they draw in the default one.
type base struct {
	th    *Theme
	title string
	over  bool // an action has decided: take the dialog off
}

func (b *base) setTheme(t *Theme) { b.th = t }

func (b *base) theme() *Theme {
	if b.th == nil {
		b.th = NewTheme(ThemeOptions{})
	}
	return b.th
}

// Title is what the dialog is about.
func (b *base) Title() string { return b.title }

// Cancel of most dialogs has nothing to undo.
func (b *base) Cancel() {}

// done ends the dialog with a command.
func (b *base) done(cmd tea.Cmd) tea.Cmd {
	b.over = true
	return cmd
}

func (b *base) finished() bool { return b.over }

// themed and finisher are how the shell speaks to the dialogs of this package:
// their actions end them without a message in between.
type (
	themed   interface{ setTheme(*Theme) }
	finisher interface{ finished() bool }
)

// paragraphs wraps text of several lines to w columns.
func paragraphs(text string, w int) []string {
	var out []string
	for line := range strings.SplitSeq(CleanLines(text), "\n") {
		out = append(out, Wrap(line, w)...)
	}
	return out
}

// scroller keeps the first line to be seen of a longer text.
type scroller struct {
	top, page, length int
}

func (s *scroller) move(n int) {
	s.top = max(0, min(s.top+n, s.length-s.page))
}

// window cuts lines to h rows from where the scroller stands, with a last row
// that tells where that is when not all of it fits.
func (s *scroller) window(t *Theme, lines []string, w, h int) []string {
	s.length = len(lines)
	if len(lines) <= h {
		s.page, s.top = h, 0
		return lines
	}
	s.page = max(h-1, 1)
	s.move(0)
	out := append([]string{}, lines[s.top:s.top+s.page]...)
	where := Thousands(int64(s.top+1)) + "–" + Thousands(int64(s.top+s.page)) + " of " + Thousands(int64(s.length))
	return append(out, t.Paint(RoleFaint, PadLeft(where, w)))
}

func (s *scroller) actions() []Action {
	step := func(n func() int) func() tea.Cmd {
		return func() tea.Cmd { s.move(n()); return nil }
	}
	actions := []Action{
		{ID: "scroll.down", Keys: []string{"down", "j"}, Help: "scroll down", Quiet: true, Run: step(func() int { return 1 })},
		{ID: "scroll.up", Keys: []string{"up", "k"}, Help: "scroll up", Quiet: true, Run: step(func() int { return -1 })},
		{ID: "scroll.pagedown", Keys: []string{"pgdown", "space"}, Help: "page down", Quiet: true, Run: step(func() int { return s.page })},
		{ID: "scroll.pageup", Keys: []string{"pgup"}, Help: "page up", Quiet: true, Run: step(func() int { return -s.page })},
		{ID: "scroll.top", Keys: []string{"g", "home"}, Help: "top", Quiet: true, Run: step(func() int { return -s.length })},
		{ID: "scroll.bottom", Keys: []string{"G", "end"}, Help: "bottom", Quiet: true, Run: step(func() int { return s.length })},
	}
	for i := range actions {
		actions[i].Why = func() string {
			if s.page > 0 && s.length <= s.page {
				return "all of it is on the screen"
			}
			return ""
		}
	}
	return actions
}
