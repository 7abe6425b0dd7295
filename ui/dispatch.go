package ui

import (
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"
)

// twice is within what time a second ctrl+c quits at once.
const twice = time.Second

// key finds out who a key is for: the dialog on top, else the view, else the
// actions that work everywhere.
func (s *Shell) key(k tea.KeyPressMsg) tea.Cmd {
	name := keyName(k)
	if name == "ctrl+c" {
		return s.interrupted()
	}
	if !s.usable() { // nobody acts on what can't be seen
		if name == "q" && len(s.dialogs) == 0 && !s.typingNow() {
			return s.leave()
		}
		return nil
	}
	if l := s.dialog(); l != nil {
		if l.swallows() {
			return nil
		}
		return s.dialogKey(l.d, k, name)
	}
	return s.viewKey(k, name)
}

func (s *Shell) typingNow() bool {
	if l := s.dialog(); l != nil {
		return typing(l.d)
	}
	t := s.top()
	return t != nil && typing(t.view)
}

func (s *Shell) dialogKey(d Dialog, k tea.KeyPressMsg, name string) tea.Cmd {
	types := typing(d)
	if !types || live(k) {
		if a, ok := s.keys.find(d.Actions(), name); ok {
			return s.run(a)
		}
		switch {
		case name == "esc":
			s.drop(d, true)
			return nil
		case name == "ctrl+l":
			return tea.ClearScreen
		}
		if a, ok := s.keys.find([]Action{s.helpAction()}, name); ok && !isHelp(d) {
			return s.run(a)
		}
	}
	return s.tell(d, k)
}

func (s *Shell) viewKey(k tea.KeyPressMsg, name string) tea.Cmd {
	t := s.top()
	if t == nil {
		return nil
	}
	types := typing(t.view)
	if types && !live(k) {
		return t.view.Update(k)
	}
	if a, ok := s.keys.find(t.view.Actions(), name); ok {
		return s.run(a)
	}
	if !types || name != "esc" { // esc ends the typing, it doesn't leave the screen
		if a, ok := s.keys.find(s.globals(), name); ok {
			return s.run(a)
		}
	}
	return t.view.Update(k)
}

func (s *Shell) run(a Action) tea.Cmd {
	if why := a.Reason(); why != "" {
		s.o.Log.Debug("refused", "action", a.ID)
		s.say(sentence(why), Warn)
		return nil
	}
	s.o.Log.Debug("action", "id", a.ID)
	return a.Run()
}

// paste goes where text is being typed; anywhere else its letters would be
// commands.
func (s *Shell) paste(m tea.PasteMsg) tea.Cmd {
	l := s.dialog()
	switch {
	case !s.usable():
		return nil
	case l != nil && l.swallows():
		return nil
	case l != nil && typing(l.d):
		return s.tell(l.d, m)
	case l == nil && s.typingNow():
		return s.top().view.Update(m)
	}
	s.say("Nothing takes text here, so what was pasted is ignored.", Info)
	return nil
}

func (s *Shell) wheel(m tea.MouseWheelMsg) tea.Cmd {
	code := map[tea.MouseButton]rune{tea.MouseWheelUp: tea.KeyUp, tea.MouseWheelDown: tea.KeyDown}[m.Button]
	if code == 0 || !s.usable() {
		return nil
	}
	k := tea.KeyPressMsg{Code: code}
	if l := s.dialog(); l != nil {
		if l.deaf {
			return nil
		}
		return s.dialogKey(l.d, k, keyName(k))
	}
	return s.viewKey(k, keyName(k))
}

// globals are the actions that work on every screen.
func (s *Shell) globals() []Action {
	out := []Action{
		{ID: "shell.palette", Keys: []string{":"}, Help: "command", Run: func() tea.Cmd {
			return s.push(pushMsg{dialog: s.newPalette()})
		}},
		s.helpAction(),
		{ID: "shell.back", Keys: []string{"esc"}, Help: "back", Run: s.back},
		{ID: "shell.leave", Keys: []string{"q"}, Help: "back, or quit", Run: s.leave},
		{ID: "shell.copy", Keys: []string{"y"}, Help: "copy…", Why: s.whyNoCopy, Run: s.copyMenu},
		{ID: "shell.error", Keys: []string{"!"}, Help: "last error", Why: func() string {
			if s.lastErr == nil && s.whole == "" {
				return "there was no error so far"
			}
			return ""
		}, Run: s.showWhole},
		s.screenAction("shell.calls", "@", "command log", "calls"),
		s.screenAction("shell.jobs", "J", "jobs", "jobs"),
		{ID: "shell.redraw", Keys: []string{"ctrl+l"}, Help: "redraw", Run: func() tea.Cmd { return tea.ClearScreen }},
		{ID: "shell.quit", Help: "quit", Run: s.quit},
	}
	return append(append(out, s.tabActions()...), s.o.Actions...)
}

func (s *Shell) screenAction(id, key, help, screen string) Action {
	return Action{ID: id, Keys: []string{key}, Help: help, Why: func() string {
		if s.o.Screens[screen] == nil {
			return "this program has no such screen"
		}
		return ""
	}, Run: func() tea.Cmd { return s.open(Place{Screen: screen}) }}
}

func (s *Shell) tabActions() []Action {
	tabs, at := s.tabs()
	if len(tabs) == 0 {
		return nil
	}
	out := make([]Action, 0, len(tabs)+2)
	for _, t := range tabs {
		out = append(out, Action{ID: "tab." + t.Screen, Keys: []string{strconv.Itoa(t.Digit)}, Help: "tab " + t.Title,
			Run: func() tea.Cmd { return s.tab(t) }})
	}
	n := len(tabs)
	return append(out,
		Action{ID: "tab.next", Keys: []string{"]"}, Help: "next tab", Run: func() tea.Cmd { return s.tab(tabs[(at+1)%n]) }},
		Action{ID: "tab.previous", Keys: []string{"["}, Help: "previous tab", Run: func() tea.Cmd { return s.tab(tabs[(at+n-1)%n]) }})
}

func (s *Shell) copies() []CopyItem {
	t := s.top()
	if t == nil {
		return nil
	}
	if c, ok := t.view.(Copier); ok {
		return c.Copies()
	}
	return nil
}

func (s *Shell) whyNoCopy() string {
	if len(s.copies()) == 0 {
		return "there is nothing to copy here"
	}
	return ""
}

func (s *Shell) copyMenu() tea.Cmd {
	items := s.copies()
	choices := make([]Choice, 0, len(items))
	for _, it := range items {
		choices = append(choices, Choice{Title: it.Label, Detail: it.Value})
	}
	return s.push(pushMsg{dialog: NewChoose(ChooseOptions{Title: "Copy", Items: choices, OK: func(i int) tea.Cmd {
		return Copy(items[i].Label, items[i].Value)
	}})})
}
