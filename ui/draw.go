package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// MinWidth is how many columns the smallest screen has that anything is drawn on.
	MinWidth = 40
	// MinHeight is how many rows it has.
	MinHeight = 10
	// SideFrom is from how many columns on there is a side panel.
	SideFrom = 120
)

func (s *Shell) usable() bool { return s.w >= MinWidth && s.h >= MinHeight }

// regions are the parts of the screen.
type regions struct {
	identity, crumbs, tabs, main, rule, side, jobs, status, hints Box
}

func (s *Shell) regions() regions {
	tabs, _ := s.tabs()
	rows := Box{0, 0, s.w, s.h}.Rows(Fixed(1), Fixed(1), Fixed(min(len(tabs), 1)), Fill(1),
		Fixed(min(len(s.works), 1)), Fixed(1), Fixed(1))
	r := regions{identity: rows[0], crumbs: rows[1], tabs: rows[2], main: rows[3],
		jobs: rows[4], status: rows[5], hints: rows[6]}
	if s.sideOpen() {
		cols := r.main.Columns(Fill(1), Fixed(1), Fixed(max(s.w/3, 38)))
		r.main, r.rule, r.side = cols[0], cols[1], cols[2]
	}
	return r
}

func (s *Shell) sideOpen() bool {
	t := s.top()
	if t == nil || s.w < SideFrom {
		return false
	}
	_, ok := t.view.(Sider)
	return ok
}

func (s *Shell) draw() tea.View {
	v := tea.View{AltScreen: true, WindowTitle: s.o.Name}
	if s.o.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if !s.usable() {
		text := "This terminal is too small: " + s.o.Name + " needs 40 columns and 10 rows."
		v.Content = Fit(strings.Join(Wrap(text, s.w), "\n"), s.w, s.h)
		return v
	}
	v.Content = s.guarded(s.w, s.h, func() string {
		r := s.regions()
		v.WindowTitle = s.windowTitle()
		v.Cursor = s.viewCursor(r.main)
		v.ProgressBar = s.progress()
		return s.compose(r)
	})
	for _, l := range s.dialogs[max(0, len(s.dialogs)-shownDialogs):] {
		v.Content = s.drawDialog(v.Content, l, &v)
	}
	if s.th.ASCII() { // marks that Cut and the dates leave have ASCII forms as wide
		v.Content = strings.NewReplacer("…", "~", "–", "-").Replace(v.Content)
	}
	return v
}

func (s *Shell) compose(r regions) string {
	lines := make([]string, 0, s.h)
	lines = append(lines, s.identityLine(r.identity.W), s.crumbLine(r.crumbs.W))
	if r.tabs.H > 0 {
		lines = append(lines, s.tabLine(r.tabs.W))
	}
	main := s.mainLines(r.main)
	if r.side.W > 0 {
		rule := s.th.Paint(RoleBorder, s.th.Glyph().V)
		side := fitLines(s.sideText(r.side.W-1, r.side.H), r.side.W-1, r.side.H)
		for i := range main {
			main[i] += rule + " " + side[i]
		}
	}
	lines = append(lines, main...)
	if r.jobs.H > 0 {
		lines = append(lines, s.jobLine(r.jobs.W))
	}
	lines = append(lines, s.statusLine(r.status.W), s.hintLine(r.hints.W))
	return strings.Join(lines, "\n")
}

func (s *Shell) mainLines(b Box) []string {
	t := s.top()
	if t == nil {
		return fitLines("", b.W, b.H)
	}
	return fitLines(s.guarded(b.W, b.H, func() string { return t.view.Render(b.W, b.H) }), b.W, b.H)
}

// sideText is the side panel. While the person types it stays as it was: a
// cursor that moves would otherwise send the panel along with every step.
func (s *Shell) sideText(w, h int) string {
	v := s.top().view
	p := &s.side
	if p.view == v && p.w == w && p.h == h && time.Since(s.lastKey) < rest {
		return p.text
	}
	p.view, p.w, p.h = v, w, h
	p.text = s.guarded(w, h, func() string { return v.(Sider).Side(w, h) })
	return p.text
}

func (s *Shell) viewCursor(main Box) *tea.Cursor {
	t := s.top()
	if t == nil || len(s.dialogs) > 0 {
		return nil
	}
	c, ok := t.view.(Cursorer)
	if !ok {
		return nil
	}
	return placed(c.Cursor(), main)
}

// placed moves a cursor from its part of the screen to the screen.
func placed(c *tea.Cursor, in Box) *tea.Cursor {
	if c == nil || c.X < 0 || c.Y < 0 || c.X >= in.W || c.Y >= in.H {
		return nil
	}
	out := *c
	out.X += in.X
	out.Y += in.Y
	return &out
}

// shownDialogs is how many dialogs are drawn, counted from the top; what lies
// deeper is hidden by them anyway.
const shownDialogs = 3

// dialogWidth is the widest a dialog's inside gets: longer lines are hard to read.
const dialogWidth = 92

func (s *Shell) drawDialog(base string, l *layer, v *tea.View) string {
	margin := 2
	if s.h < 18 || s.w < 60 {
		margin = 0
	}
	w := min(s.w-4-2*margin, dialogWidth)
	h := s.h - 3 - margin // the hint line stays to be seen
	text := s.guarded(w, h, func() string { return l.d.Render(w, h) })
	lines := strings.Split(text, "\n")
	lines = lines[:min(len(lines), h)]
	title := Clean(l.d.Title())
	wide := Width(title) + 2
	for _, line := range lines {
		wide = max(wide, Width(line))
	}
	wide = min(wide, w)
	box := Box{W: wide + 4, H: len(lines) + 2}
	box.X, box.Y = (s.w-box.W)/2, (s.h-1-box.H)/2
	v.Cursor = nil
	if c, ok := l.d.(Cursorer); ok && l == s.dialog() {
		v.Cursor = placed(c.Cursor(), Box{box.X + 2, box.Y + 1, wide, len(lines)})
	}
	return Overlay(base, s.th.Frame(title, lines, box.W, box.H, true), box.X, box.Y)
}

func (s *Shell) progress() *tea.ProgressBar {
	done, total, ok := int64(0), int64(0), false
	if t := s.top(); t != nil {
		if p, is := t.view.(Progresser); is {
			done, total, ok = p.Progress()
		}
	}
	if !ok && len(s.works) > 0 {
		w := s.works[0].Snapshot()
		done, total, ok = w.Done, w.Total, true
	}
	switch {
	case !ok:
		return nil
	case total <= 0:
		return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	default:
		return tea.NewProgressBar(tea.ProgressBarDefault, int(100*min(max(done, 0), total)/total))
	}
}
