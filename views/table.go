package views

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/grid"
)

// The styles of a cell, as the tables' sources name them.
const (
	cellText grid.Style = iota
	cellMuted
	cellFaint
	cellGood
	cellWarn
	cellBad
	cellInfo
	cellAccent
)

var cellRoles = []ui.Role{
	ui.RoleText, ui.RoleMuted, ui.RoleFaint, ui.RoleGood, ui.RoleWarn, ui.RoleBad, ui.RoleInfo, ui.RoleAccent,
}

// table is a grid with the theme's look and a filter line, as the screens share it.
type table struct {
	*grid.Grid
	theme  *ui.Theme
	styled uint64 // the theme's version that the look was made from

	kind  ui.PictureKind // what stands where there are no rows, and in which words
	said  []string
	width int // of the last drawing

	pictured bool // showPicture was called

	field    *ui.Field
	typing   bool
	text     string               // the filter in force
	onFilter func(string) tea.Cmd // told while the filter is typed; nil: the screen has none
}

func newTable(t *ui.Theme, src grid.Source, columns ...grid.Column) *table {
	b := &table{Grid: grid.New(src, columns...), theme: t, field: ui.NewField(ui.FieldOptions{Placeholder: "filter"})}
	b.restyle()
	return b
}

func (b *table) restyle() {
	pair := func(r ui.Role) grid.Pair {
		prefix, suffix := b.theme.Cell(r)
		return grid.Pair{Prefix: prefix, Suffix: suffix}
	}
	g := b.theme.Glyph()
	look := grid.Look{
		Header: pair(ui.RoleHeader), Selected: pair(ui.RoleSelected), Blurred: pair(ui.RoleMuted), Marked: pair(ui.RoleMarked),
		Title: pair(ui.RoleTitle), Hint: pair(ui.RoleMuted), Cursor: g.Pointer, Mark: g.Mark, Dots: g.Ellipsis, Up: g.Up, Down: g.Down,
	}
	for _, r := range cellRoles {
		look.Cells = append(look.Cells, pair(r))
	}
	b.SetLook(look)
	b.styled = b.theme.Version()
}

// Render draws the grid and, while there is a filter, its line below.
func (b *table) Render(w, h int) string {
	if b.width != w {
		if b.width = w; b.pictured {
			b.layPicture()
		}
	}
	if b.styled != b.theme.Version() {
		b.restyle()
	}
	if !b.typing && b.text == "" {
		return b.Grid.Render(w, h)
	}
	line := b.theme.Paint(ui.RoleKey, "/") + " "
	if b.typing {
		line += b.field.Render(b.theme, max(w-2, 1), true)
	} else {
		line += ui.Cut(ui.Clean(b.text)+"  "+b.theme.Paint(ui.RoleMuted, b.Count()+", esc shows all"), max(w-2, 1))
	}
	return b.Grid.Render(w, max(h-1, 0)) + "\n" + line
}

// Typing says whether the filter is being typed.
func (b *table) Typing() bool { return b.typing }

// Update gives keys to the filter while it is typed, else to the grid.
func (b *table) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.KeyPressMsg:
		if b.typing {
			return b.edit(m)
		}
		b.Key(m)
	case tea.PasteMsg:
		if b.typing {
			return b.edit(m)
		}
	case tea.MouseWheelMsg:
		if m.Button == tea.MouseWheelUp {
			b.Wheel(-1)
		} else {
			b.Wheel(1)
		}
	}
	return nil
}

func (b *table) edit(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "enter":
			b.typing = false
			return nil
		case "up", "down", "pgup", "pgdown":
			b.Key(k)
			return nil
		}
	}
	b.field.Update(msg)
	return b.setFilter(b.field.Value())
}

func (b *table) setFilter(text string) tea.Cmd {
	if text == b.text {
		return nil
	}
	b.text = text
	return b.onFilter(text)
}

// actions are the motions of the grid and, where the screen has one, the filter.
func (b *table) actions() []ui.Action {
	var out []ui.Action
	if b.onFilter != nil {
		out = append(out, ui.Action{ID: "table.filter", Keys: []string{"/"}, Help: "filter", Run: func() tea.Cmd {
			b.typing = true
			return nil
		}})
		if b.typing || b.text != "" {
			out = append(out, ui.Action{ID: "table.unfilter", Keys: []string{"esc"}, Help: "show all", Run: func() tea.Cmd {
				b.typing = false
				b.field.SetValue("")
				return b.setFilter("")
			}})
		}
	}
	for _, m := range grid.Motions() {
		out = append(out, ui.Action{ID: m.ID(), Keys: m.Keys(), Help: m.Help(), Quiet: m != grid.ToggleMark && m != grid.ToggleAll,
			Run: func() tea.Cmd { b.Move(m); return nil }})
	}
	return out
}

// withoutMarks are the actions of a table in which marking rows means nothing.
func (b *table) withoutMarks() []ui.Action {
	return slices.DeleteFunc(b.actions(), func(a ui.Action) bool {
		return a.ID == grid.ToggleMark.ID() || a.ID == grid.ToggleAll.ID()
	})
}

// showPicture puts a sentence where there are no rows. Emptiness, waiting and every kind of failure look different.
func (b *table) showPicture(kind ui.PictureKind, lines ...string) {
	b.kind, b.said, b.pictured = kind, lines, true
	b.layPicture()
}

// layPicture wraps the picture's sentences to the width of the last drawing.
func (b *table) layPicture() {
	kind, lines := b.kind, b.said
	words := map[ui.PictureKind]struct {
		title string
		role  ui.Role
	}{
		ui.Empty: {"nothing here", ui.RoleMuted}, ui.Loading: {"loading", ui.RoleInfo}, ui.Partial: {"not all of it", ui.RoleWarn},
		ui.Denied: {"access denied", ui.RoleBad}, ui.Unsupported: {"not offered by this server", ui.RoleMuted}, ui.Failed: {"failed", ui.RoleBad},
		ui.LoggedOut: {"not logged in", ui.RoleWarn},
	}[kind]
	prefix, suffix := b.theme.Cell(words.role)
	p := grid.Picture{Title: words.title, Style: grid.Pair{Prefix: prefix, Suffix: suffix}}
	width := b.width - 6
	if b.width == 0 {
		width = 72
	}
	for _, text := range lines {
		for l := range strings.SplitSeq(ui.CleanLines(text), "\n") {
			p.Lines = append(p.Lines, ui.Wrap(l, max(width, 20))...)
		}
	}
	b.SetPicture(p)
}

// showError is the picture of a failure, in the words that go with its kind.
func (b *table) showError(err error) {
	kind := ui.Failed
	if e, ok := asError(err); ok {
		switch e.Kind {
		case awsops.KindDenied:
			kind = ui.Denied
		case awsops.KindUnsupported:
			kind = ui.Unsupported
		}
	}
	b.showPicture(kind, Explain(err).Sentence)
}
