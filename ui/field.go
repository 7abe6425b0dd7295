package ui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// FieldOptions describe a line of text to be typed.
type FieldOptions struct {
	Value       string
	Placeholder string // shown faintly while the field is empty
	Secret      bool   // drawn as dots
	Limit       int    // characters; 0 for any number
}

// Field is one line of editable text: filters, prompts and forms all use it.
// It edits what was typed as it is and cleans it only for drawing.
type Field struct {
	in   textinput.Model
	opts FieldOptions
}

// NewField makes a focused field with its cursor at the end.
func NewField(o FieldOptions) *Field {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = o.Limit
	in.SetVirtualCursor(false) // no blinking: an idle screen writes nothing
	in.KeyMap.Paste = key.NewBinding()
	in.KeyMap.NextSuggestion = key.NewBinding()
	in.KeyMap.PrevSuggestion = key.NewBinding()
	in.KeyMap.AcceptSuggestion = key.NewBinding()
	in.Focus()
	in.SetValue(o.Value)
	in.CursorEnd()
	return &Field{in: in, opts: o}
}

// Update edits the text by a key or a paste and says whether it changed.
func (f *Field) Update(msg tea.Msg) bool {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
	default:
		return false
	}
	before := f.in.Value()
	f.in, _ = f.in.Update(msg)
	return f.in.Value() != before
}

// Value is what was typed.
func (f *Field) Value() string { return f.in.Value() }

// SetValue replaces the text and puts the cursor at its end.
func (f *Field) SetValue(s string) {
	f.in.SetValue(s)
	f.in.CursorEnd()
}

// Render draws the field w columns wide, scrolled so that the cursor is seen.
// The cursor is drawn only when the field has the focus.
func (f *Field) Render(t *Theme, w int, focus bool) string {
	if w <= 0 {
		return ""
	}
	runes := []rune(f.in.Value())
	if len(runes) == 0 && f.opts.Placeholder != "" {
		return f.placeholder(t, w, focus)
	}
	pos := min(f.in.Position(), len(runes))
	left, at, right := f.shown(runes[:pos]), " ", ""
	if pos < len(runes) {
		at, right = f.shown(runes[pos:pos+1]), f.shown(runes[pos+1:])
	}
	if at == "" { // a combining mark has no cell of its own
		at = " "
	}
	if !focus {
		return Pad(t.Paint(RoleInput, Cut(strings.TrimRight(left+at+right, " "), w)), w)
	}
	if room := w - Width(at); Width(left) > room {
		left = CutLeft(left, room)
	}
	right = cutPlain(right, w-Width(left)-Width(at))
	return Pad(t.Paint(RoleInput, left)+t.Paint(RoleCursor, at)+t.Paint(RoleInput, right), w)
}

func (f *Field) placeholder(t *Theme, w int, focus bool) string {
	p := Cut(Clean(f.opts.Placeholder), w)
	if !focus {
		return Pad(t.Paint(RoleFaint, p), w)
	}
	_, n := utf8.DecodeRuneInString(p)
	return Pad(t.Paint(RoleCursor, p[:n])+t.Paint(RoleFaint, p[n:]), w)
}

func (f *Field) shown(r []rune) string {
	if f.opts.Secret {
		return strings.Repeat("*", len(r))
	}
	return Clean(string(r))
}

// cutPlain cuts without a mark: text that goes on at the right of a field is
// reached by moving the cursor.
func cutPlain(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if Width(s) <= w {
		return s
	}
	return strings.TrimSuffix(Cut(s, w+1), "…")
}
