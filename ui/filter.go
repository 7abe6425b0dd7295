package ui

import (
	tea "charm.land/bubbletea/v2"
)

// Filter is the "/" line of a list: typing narrows at once, enter keeps the
// text and gives the keys back, esc takes the filter away. A view embeds it,
// forwards Update while Typing, and puts Actions among its own.
type Filter struct {
	field   *Field
	open    bool
	changed func(text string) tea.Cmd
}

// NewFilter makes an empty filter; changed is called whenever its text changes.
func NewFilter(changed func(text string) tea.Cmd) *Filter {
	return &Filter{field: NewField(FieldOptions{Placeholder: "type to filter"}), changed: changed}
}

// Typing says whether the filter has the keyboard.
func (f *Filter) Typing() bool { return f.open }

// Text is what is filtered by, "" when nothing is.
func (f *Filter) Text() string { return f.field.Value() }

// Update takes typed keys and pastes.
func (f *Filter) Update(msg tea.Msg) tea.Cmd {
	if !f.open {
		return nil
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch keyName(k) {
		case "enter", "down", "tab":
			f.open = false
			return nil
		}
	}
	if f.field.Update(msg) {
		return f.changed(f.field.Value())
	}
	return nil
}

// Clear takes the filter away.
func (f *Filter) Clear() tea.Cmd {
	f.open = false
	if f.field.Value() == "" {
		return nil
	}
	f.field.SetValue("")
	return f.changed("")
}

// Shown says whether there is a line to draw: while typing or filtered.
func (f *Filter) Shown() bool { return f.open || f.field.Value() != "" }

// Line draws the filter, one row of w columns.
func (f *Filter) Line(t *Theme, w int) string {
	return t.Paint(RoleKey, "/") + " " + f.field.Render(t, w-2, f.open)
}

// Actions open the filter and take it away. With no filter set, esc goes on to
// whatever else it means.
func (f *Filter) Actions() []Action {
	return []Action{
		{ID: "list.filter", Keys: []string{"/"}, Help: "filter", Run: func() tea.Cmd {
			f.open = true
			return nil
		}},
		{ID: "list.unfilter", Keys: []string{"esc"}, Help: "clear filter", Why: func() string {
			if !f.Shown() {
				return "no filter is set"
			}
			return ""
		}, Run: f.Clear},
	}
}
