package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// command is one entry of the palette.
type command struct {
	name string // what tab completes to
	run  func() tea.Cmd
}

// palette is the ":" line: every root screen and every action by name.
type palette struct {
	base
	*picker
	commands []command
	other    func(string) tea.Cmd // what was typed is no name
	what     func(string) (string, bool)
	tell     string
}

func (s *Shell) newPalette() *palette {
	p := &palette{base: base{title: "Command"}, other: s.elsewhere, what: s.whatElse}
	var items []Choice
	add := func(c Choice, name string, run func() tea.Cmd) {
		items = append(items, c)
		p.commands = append(p.commands, command{name, run})
	}
	for _, r := range s.o.Roots {
		if s.o.Screens[r.Place.Screen] != nil {
			add(Choice{Title: r.Name, Detail: r.Title}, r.Name, func() tea.Cmd { return s.open(r.Place) })
		}
	}
	var actions []Action
	if t := s.top(); t != nil {
		actions = t.view.Actions()
	}
	for _, a := range append(actions, s.globals()...) {
		if a.Quiet || a.ID == "shell.palette" || a.Run == nil {
			continue
		}
		detail := a.ID
		if keys := s.keys.of(a); len(keys) > 0 {
			detail += "  " + strings.Join(keys, " ")
		}
		add(Choice{Title: a.Help, Detail: detail, Why: sentence(a.Reason())}, a.ID, func() tea.Cmd { return s.run(a) })
	}
	p.picker = newPicker(items, 0)
	return p
}

// elsewhere resolves a text that is no name of ours.
func (s *Shell) elsewhere(text string) tea.Cmd {
	if s.o.Goto == nil {
		s.say("There is no command "+text+".", Warn)
		return nil
	}
	place, err := s.o.Goto(text)
	if err != nil {
		s.say(sentence(err.Error()), Warn)
		return nil
	}
	return s.open(place)
}

// whatElse says what enter does with a text that is no name of ours, and whether it does anything.
func (s *Shell) whatElse(text string) (string, bool) {
	if s.o.Goto == nil {
		return "No command has this name.", false
	}
	place, err := s.o.Goto(text)
	switch {
	case err != nil:
		return "No command has this name, and " + strings.TrimSuffix(err.Error(), ".") + ".", false
	case place.Prefix != "":
		return "No command has this name. Enter opens the bucket " + Clean(place.Bucket) + " at " + Clean(place.Prefix) + ".", true
	}
	return "No command has this name. Enter opens the bucket " + Clean(place.Bucket) + ".", true
}

func (p *palette) Typing() bool      { return true }
func (p *palette) Actions() []Action { return nil }

func (p *palette) Update(msg tea.Msg) (tea.Cmd, bool) {
	k, isKey := msg.(tea.KeyPressMsg)
	if !isKey {
		p.update(msg)
		return nil, false
	}
	p.tell = ""
	switch keyName(k) {
	case "tab":
		if i := p.chosen(); i >= 0 {
			p.field.SetValue(p.commands[i].name)
			p.filter()
		}
		return nil, false
	case "enter":
		return p.enter()
	}
	p.update(msg)
	return nil, false
}

func (p *palette) enter() (tea.Cmd, bool) {
	text := strings.TrimSpace(p.field.Value())
	i := p.chosen()
	if i < 0 || strings.Contains(text, "://") {
		if why, can := p.what(text); !can {
			if i >= 0 { // else it stands there already
				p.tell = why
			}
			return nil, false
		}
		return p.other(text), true
	}
	if p.tell = p.items[i].Why; p.tell != "" {
		return nil, false
	}
	return p.commands[i].run(), true
}

func (p *palette) Render(w, h int) string {
	t := p.theme()
	w = min(w, 76)
	lines := []string{": " + p.field.Render(t, w-2, true)}
	if text := strings.TrimSpace(p.field.Value()); p.chosen() < 0 && text != "" {
		words, _ := p.what(text)
		for _, l := range Wrap(words, w) {
			lines = append(lines, t.Paint(RoleText, l))
		}
		lines = lines[:min(len(lines), max(h-1, 1))]
	} else {
		lines = append(lines, p.lines(t, w, min(h-2, 14))...)
	}
	tail := t.Paint(RoleFaint, Cut("enter run "+t.Glyph().Sep+" tab complete "+t.Glyph().Sep+" esc cancel", w))
	if p.tell != "" {
		tail = t.Paint(RoleWarn, Cut(t.Glyph().Warn+" "+p.tell, w))
	}
	return strings.Join(append(lines, tail), "\n")
}
