package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// page is a view and the place it was opened for.
type page struct {
	place Place
	view  View
}

// entry is one step of the stack. A bucket's tabs share a step: the pages of
// tabs seen before stay alive, and coming back finds them as they were.
type entry struct {
	pages []*page
	at    int
}

func (e *entry) page() *page { return e.pages[e.at] }

// top is the page on top, nil before the home screen is open.
func (s *Shell) top() *page {
	if len(s.stack) == 0 {
		return nil
	}
	return s.stack[len(s.stack)-1].page()
}

func (s *Shell) build(p Place) *page {
	open, ok := s.o.Screens[p.Screen]
	if !ok {
		s.say("There is no screen called "+p.Screen+".", Warn)
		return nil
	}
	v := open(p)
	if v == nil {
		s.say("The screen "+p.Screen+" can't be opened.", Warn)
		return nil
	}
	return &page{p, v}
}

func (s *Shell) open(p Place) tea.Cmd {
	if t := s.top(); t != nil {
		if t.place == p {
			return nil
		}
		if p == s.o.Home {
			return s.leaving(s.stack[1:], s.home)
		}
	}
	pg := s.build(p)
	if pg == nil {
		return nil
	}
	s.stack = append(s.stack, &entry{pages: []*page{pg}})
	s.status = statusMsg{}
	return pg.view.Init()
}

func (s *Shell) home() tea.Cmd {
	for len(s.stack) > 1 {
		s.pop()
	}
	return s.resume()
}

func (s *Shell) replace(p Place) tea.Cmd {
	pg := s.build(p)
	if pg == nil {
		return nil
	}
	if len(s.stack) == 0 {
		s.stack = append(s.stack, &entry{pages: []*page{pg}})
		return pg.view.Init()
	}
	e := s.stack[len(s.stack)-1]
	closeView(e.page().view)
	e.pages[e.at] = pg
	s.status = statusMsg{}
	return pg.view.Init()
}

// back goes one step down the stack; the root stays.
func (s *Shell) back() tea.Cmd {
	if len(s.stack) < 2 {
		return nil
	}
	return s.leaving(s.stack[len(s.stack)-1:], func() tea.Cmd {
		s.pop()
		return s.resume()
	})
}

func (s *Shell) resume() tea.Cmd {
	s.status = statusMsg{}
	if t := s.top(); t != nil {
		return t.view.Update(Resumed{})
	}
	return nil
}

func (s *Shell) pop() {
	e := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	for _, p := range e.pages {
		closeView(p.view)
	}
}

func closeView(v View) {
	if c, ok := v.(Closer); ok {
		c.Close()
	}
}

// leaving asks first when one of the steps would lose something.
func (s *Shell) leaving(steps []*entry, then func() tea.Cmd) tea.Cmd {
	loss := s.loss(steps)
	if loss == "" {
		return then()
	}
	return s.push(pushMsg{dialog: NewConfirm(ConfirmOptions{
		Title: "Leave?", Text: loss, Yes: "leave", No: "stay", Danger: true, OK: then,
	})})
}

func (s *Shell) loss(entries []*entry) string {
	for _, e := range entries {
		for _, p := range e.pages {
			if d, ok := p.view.(Dirtier); ok && d.Dirty() != "" {
				return d.Dirty()
			}
		}
	}
	return ""
}

// tabs are the tabs of the bucket on top and which of them is shown; none when
// the page on top belongs to no bucket or to no tab.
func (s *Shell) tabs() (tabs []Tab, at int) {
	t := s.top()
	if t == nil || t.place.Bucket == "" {
		return nil, -1
	}
	for _, tab := range s.o.Tabs {
		if s.o.Screens[tab.Screen] != nil {
			tabs = append(tabs, tab)
		}
	}
	at = slices.IndexFunc(tabs, func(tab Tab) bool { return tab.Screen == t.place.Screen })
	if at < 0 {
		return nil, -1
	}
	return tabs, at
}

// tab shows another tab of the same bucket.
func (s *Shell) tab(to Tab) tea.Cmd {
	e := s.stack[len(s.stack)-1]
	if e.page().place.Screen == to.Screen {
		return nil
	}
	s.status = statusMsg{}
	at := e.page().place // a tab shows the same part of the bucket as the one before
	want := Place{Screen: to.Screen, Bucket: at.Bucket, Prefix: at.Prefix}
	if i := slices.IndexFunc(e.pages, func(p *page) bool { return samePart(p.place, want) }); i >= 0 {
		e.at = i
		return s.resume()
	}
	pg := s.build(want)
	if pg == nil {
		return nil
	}
	e.pages = append(e.pages, pg)
	e.at = len(e.pages) - 1
	return pg.view.Init()
}

func samePart(a, b Place) bool {
	return a.Screen == b.Screen && a.Bucket == b.Bucket && a.Prefix == b.Prefix
}
