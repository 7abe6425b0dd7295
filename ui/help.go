package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// helpDialog is a text dialog of its own type, so that ? in it doesn't open it
// again.
type helpDialog struct{ textDialog }

func isHelp(d Dialog) bool {
	_, ok := d.(*helpDialog)
	return ok
}

func (s *Shell) helpAction() Action {
	return Action{ID: "shell.help", Keys: []string{"?", "f1"}, Help: "help", Run: func() tea.Cmd {
		return s.push(pushMsg{dialog: s.newHelp()})
	}}
}

type helpSection struct {
	title   string
	actions []Action
}

// newHelp lists every action of what is on top and those that work everywhere,
// with the reason beside those that can't be done now.
func (s *Shell) newHelp() Dialog {
	var sections []helpSection
	if l := s.dialog(); l != nil {
		sections = append(sections, helpSection{l.d.Title(), l.d.Actions()})
	} else if t := s.top(); t != nil {
		sections = append(sections, helpSection{t.view.Title(), t.view.Actions()})
	}
	if s.dialog() == nil {
		sections = append(sections, helpSection{"In lists", moving()})
	}
	sections = append(sections, helpSection{"Everywhere", append(s.globals(),
		Action{ID: "ctrl+c", Keys: []string{"ctrl+c"}, Help: "like q; twice quits at once", Run: s.quit})})
	d := &helpDialog{}
	d.textDialog = *newLines("Help", func(t *Theme, w int) []string { return s.helpLines(t, sections, w) })
	return d
}

// moving are the keys every list has; they are the list's own and not rebound.
func moving() []Action {
	return []Action{
		{Keys: []string{"up", "down", "k", "j"}, Help: "one up, one down"},
		{Keys: []string{"left", "right", "h", "l"}, Help: "scroll sideways"},
		{Keys: []string{"pgup", "pgdown"}, Help: "a page up, down"},
		{Keys: []string{"g", "G"}, Help: "first, last"},
		{Keys: []string{"space", "a"}, Help: "mark, mark all"},
	}
}

func (s *Shell) helpLines(t *Theme, sections []helpSection, w int) []string {
	var out []string
	for i, sec := range sections {
		if i > 0 {
			out = append(out, "")
		}
		out = append(out, t.Paint(RoleTitle, Cut(Clean(sec.title), w)))
		for _, a := range sec.actions {
			keys := s.keys.of(a)
			if len(keys) == 0 {
				continue
			}
			line := t.Paint(RoleKey, Pad(strings.Join(keys, " "), 16)) + " " + a.Help
			if why := a.Reason(); why != "" {
				line += t.Paint(RoleFaint, "  "+t.Glyph().Off+" "+Clean(why))
			}
			out = append(out, Cut(line, w))
		}
	}
	return out
}

// sentence gives a reason a capital and a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[n:]
	if !strings.ContainsAny(s[len(s)-1:], ".!?…") {
		s += "."
	}
	return s
}
