package views

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// scroll is a window on lines that are longer than the screen.
type scroll struct {
	top, page, length int
}

func (s *scroll) move(n int) { s.top = max(0, min(s.top+n, s.length-s.page)) }

// window gives h of the lines, the last of them telling where the window stands when not all fit.
func (s *scroll) window(t *ui.Theme, lines []string, w, h int) []string {
	s.length = len(lines)
	if len(lines) <= h {
		s.top, s.page = 0, h
		return lines
	}
	s.page = max(h-1, 1)
	s.move(0)
	out := append([]string(nil), lines[s.top:s.top+s.page]...)
	where := fmt.Sprintf("lines %d-%d of %d", s.top+1, s.top+s.page, len(lines))
	return append(out, t.Paint(ui.RoleFaint, ui.PadLeft(where, w)))
}

func (s *scroll) actions() []ui.Action {
	by := func(n func() int) func() tea.Cmd {
		return func() tea.Cmd { s.move(n()); return nil }
	}
	return []ui.Action{
		{ID: "scroll.down", Keys: []string{"down", "j"}, Help: "scroll down", Quiet: true, Run: by(func() int { return 1 })},
		{ID: "scroll.up", Keys: []string{"up", "k"}, Help: "scroll up", Quiet: true, Run: by(func() int { return -1 })},
		{ID: "scroll.pagedown", Keys: []string{"pgdown", "space"}, Help: "page down", Quiet: true, Run: by(func() int { return s.page })},
		{ID: "scroll.pageup", Keys: []string{"pgup"}, Help: "page up", Quiet: true, Run: by(func() int { return -s.page })},
		{ID: "scroll.top", Keys: []string{"g", "home"}, Help: "top", Quiet: true, Run: by(func() int { return -s.length })},
		{ID: "scroll.bottom", Keys: []string{"G", "end"}, Help: "bottom", Quiet: true, Run: by(func() int { return s.length })},
	}
}
