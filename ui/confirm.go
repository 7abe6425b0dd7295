package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// ConfirmOptions describe a question with two answers.
type ConfirmOptions struct {
	Title, Text string
	Yes, No     string         // the answers in words; "yes" and "no" when empty
	Danger      bool           // enter doesn't mean yes
	OK          func() tea.Cmd // called on yes
	Cancelled   func()         // called on no, esc or when it is taken off
}

type confirm struct {
	base
	o ConfirmOptions
}

// NewConfirm makes a dialog that asks yes or no.
func NewConfirm(o ConfirmOptions) Dialog {
	if o.Yes == "" {
		o.Yes = "yes"
	}
	if o.No == "" {
		o.No = "no"
	}
	return &confirm{base{title: o.Title}, o}
}

func (c *confirm) Update(tea.Msg) (tea.Cmd, bool) { return nil, false }

func (c *confirm) Render(w, h int) string {
	t := c.theme()
	lines := append(paragraphs(c.o.Text, w), "",
		t.Paint(RoleKey, "y")+" "+c.o.Yes+"    "+t.Paint(RoleKey, "n")+" "+c.o.No)
	if len(lines) > h { // the answers stay, whatever is long
		lines = append(lines[:max(h-1, 0)], lines[len(lines)-1])
	}
	return strings.Join(lines, "\n")
}

func (c *confirm) Actions() []Action {
	yes := []string{"y"}
	if !c.o.Danger {
		yes = append(yes, "enter")
	}
	return []Action{
		{ID: "confirm.yes", Keys: yes, Help: c.o.Yes, Run: func() tea.Cmd {
			c.over = true
			if c.o.OK == nil {
				return nil
			}
			return c.o.OK()
		}},
		{ID: "confirm.no", Keys: []string{"n", "q"}, Help: c.o.No, Run: func() tea.Cmd {
			c.Cancel()
			return c.done(nil)
		}},
	}
}

func (c *confirm) Cancel() {
	if c.o.Cancelled != nil {
		c.o.Cancelled()
	}
}

// PromptOptions describe one line to be typed.
type PromptOptions struct {
	Title, Text string
	Label       string
	Value       string // to start with
	Placeholder string
	Secret      bool
	Check       func(string) string        // what is wrong with it, "" when it is fine; called as it is typed
	OK          func(value string) tea.Cmd // called on enter when Check has nothing to say
	Cancelled   func()
	Clean       func(string) string // applied to what is pasted, when given
}

type prompt struct {
	base
	o       PromptOptions
	field   *Field
	touched bool
}

// NewPrompt makes a dialog that asks for one line of text.
func NewPrompt(o PromptOptions) Dialog {
	return &prompt{
		base: base{title: o.Title}, o: o,
		field: NewField(FieldOptions{Value: o.Value, Placeholder: o.Placeholder, Secret: o.Secret}),
	}
}

// NewTypeName makes a dialog that goes on only when name was typed exactly: the
// consent for what can't be undone.
func NewTypeName(title, text, name string, ok func() tea.Cmd, cancelled func()) Dialog {
	return NewPrompt(PromptOptions{
		Title: title, Text: text, Label: "Type " + Clean(name) + " to go on",
		Check: func(s string) string {
			if s != name {
				return "not the same yet"
			}
			return ""
		},
		OK:        func(string) tea.Cmd { return ok() },
		Cancelled: cancelled,
	})
}

func (p *prompt) Typing() bool { return true }

func (p *prompt) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if keyName(msg) == "enter" {
			return p.submit()
		}
	case tea.PasteMsg:
		if p.o.Clean != nil {
			p.touched = p.field.Update(tea.PasteMsg{Content: p.o.Clean(msg.Content)}) || p.touched
			return nil, false
		}
	}
	p.touched = p.field.Update(msg) || p.touched
	return nil, false
}

func (p *prompt) submit() (tea.Cmd, bool) {
	p.touched = true
	if p.wrong() != "" {
		return nil, false
	}
	if p.o.OK == nil {
		return nil, true
	}
	return p.o.OK(p.field.Value()), true
}

func (p *prompt) wrong() string {
	if p.o.Check == nil {
		return ""
	}
	return p.o.Check(p.field.Value())
}

func (p *prompt) Render(w, h int) string {
	t := p.theme()
	var lines []string
	if p.o.Text != "" {
		lines = append(paragraphs(p.o.Text, w), "")
	}
	if p.o.Label != "" {
		lines = append(lines, t.Paint(RoleMuted, Cut(p.o.Label, w)))
	}
	tail := []string{p.field.Render(t, w, true)}
	if wrong := p.wrong(); wrong != "" && p.touched {
		tail = append(tail, t.Paint(RoleWarn, Cut(t.Glyph().Warn+" "+Clean(wrong), w)))
	} else {
		tail = append(tail, t.Paint(RoleFaint, Cut("enter ok "+t.Glyph().Sep+" esc cancel", w)))
	}
	if room := max(h-len(tail), 0); len(lines) > room {
		lines = lines[:room]
	}
	return strings.Join(append(lines, tail...), "\n")
}

func (p *prompt) Actions() []Action { return nil }

func (p *prompt) Cancel() {
	if p.o.Cancelled != nil {
		p.o.Cancelled()
	}
}
