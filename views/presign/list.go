package presign

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	sign "cooper/awsops/presign"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// list is the screen of what was made in this run.
type list struct {
	env   *views.Env
	life  *ui.Life
	shelf *Shelf
	table views.Table
}

// Screen makes the screen of the URLs and forms that were made in this run.
func (s *Shelf) Screen(env *views.Env, _ ui.Place) ui.View {
	v := &list{env: env, life: env.Life(), shelf: s}
	v.table = views.NewTable(env.Theme, v, grid.Column{Title: "dies in", Width: 14}, grid.Column{Title: "for", Width: 14},
		grid.Column{Title: "what", Width: 20, Flex: 1, Cut: grid.CutMiddle}, grid.Column{Title: "dies at", Width: 19, Drop: 1},
		grid.Column{Title: "key", Width: 5, Drop: 2})
	v.table.Picture(ui.Empty, "No URL was presigned in this run.", "p makes one on an object, a version, a prefix or a bucket. They are kept in memory only.")
	return v
}

func (v *list) Title() string { return "presigned" }
func (v *list) Close()        { v.life.Close() }
func (v *list) Init() tea.Cmd { return ui.Watch(v.life, "presign-clock", v) }

// Version and Complete let the countdowns run; the list itself is never over.
func (v *list) Version() uint64 {
	all := make([]*sign.Made, len(v.shelf.made))
	for i, it := range v.shelf.made {
		all[i] = it.Made
	}
	return clock{v.env, all}.Version() + v.shelf.version
}

// Complete is never true: there may be more at any time.
func (v *list) Complete() bool { return false }

func (v *list) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(ui.Grew); ok {
		return nil
	}
	return v.table.Update(msg)
}

func (v *list) Render(w, h int) string {
	t := v.env.Theme
	if len(v.shelf.made) == 0 || h < 3 {
		return v.table.Render(w, h)
	}
	head := ui.Plural(int64(len(v.shelf.made)), "URL or form was", "URLs and forms were") + " made in this run; they are in memory only"
	return t.Paint(ui.RoleMuted, ui.Cut(head, w)) + "\n" + v.table.Render(w, h-1)
}

// Len, Want and Cell make the view its table's source.
func (v *list) Len() (int, bool) { return len(v.shelf.made), true }

// Want has nothing to fetch.
func (v *list) Want(int, int) {}

// Cell writes one cell.
func (v *list) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	if row < 0 || row >= len(v.shelf.made) {
		return buf, views.CellText
	}
	m := v.shelf.made[row]
	clock := m.env.Session.ServerNow()
	over := m.Over(clock)
	style := views.CellText
	if over {
		style = views.CellMuted
	}
	switch col {
	case 0:
		if over {
			return append(buf, "dead"...), views.CellMuted
		}
		return append(buf, left(m.Death.At, clock)...), views.CellGood
	case 1:
		return append(buf, kindOf(m.Spec)...), style
	case 2:
		return append(buf, aimOf(m.Spec)...), style
	case 3:
		return append(buf, m.Death.At.UTC().Format("2006-01-02 15:04:05")...), views.CellMuted
	}
	return append(buf, ("…" + m.Key.Tail)...), views.CellMuted
}

func (v *list) selected() (item, bool) {
	row, ok := v.table.Selected()
	if !ok || row >= len(v.shelf.made) {
		return item{}, false
	}
	return v.shelf.made[row], true
}

func (v *list) Actions() []ui.Action {
	none := func() string {
		if _, ok := v.selected(); !ok {
			return "nothing was presigned in this run"
		}
		return ""
	}
	return append([]ui.Action{
		{ID: "presigned.open", Keys: []string{"enter", "i"}, Help: "open", Why: none, Run: func() tea.Cmd {
			it, _ := v.selected()
			return v.shelf.show(it, v.life)
		}},
		{ID: "presigned.forget", Keys: []string{"d"}, Help: "forget", Why: none, Run: v.forget},
	}, v.table.Keys()...)
}

// forget takes one off the list. That ends nothing, and is said.
func (v *list) forget() tea.Cmd {
	row, ok := v.table.Selected()
	if !ok || row >= len(v.shelf.made) {
		return nil
	}
	m := v.shelf.made[row]
	return ui.Push(ui.NewConfirm(ui.ConfirmOptions{Title: "Forget it?", Yes: "forget it",
		Text: fmt.Sprintf("cooper drops the %s from its memory. That does not revoke it: it works until %s for whoever has it.", kindOf(m.Spec), ui.Time(m.Death.At)),
		OK: func() tea.Cmd {
			v.shelf.drop(m.Made)
			return nil
		}}))
}

func (s *Shelf) drop(m *sign.Made) {
	for i, it := range s.made {
		if it.Made == m {
			s.made = append(s.made[:i:i], s.made[i+1:]...)
			s.version++
			return
		}
	}
}
