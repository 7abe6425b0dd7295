package views

import (
	"bytes"
	"context"
	"sort"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/s3ec"
	"cooper/ui"
	"cooper/ui/grid"
)

// keyOrder is an order that a list of keys can have.
type keyOrder struct {
	title string
	col   int
	desc  bool
	key   func(v listing.View, row int) int64 // nil: as the server lists, by name
}

// keyRows is a list of keys or versions that grows while it is looked at: what the screens of
// objects and of versions share. Filter and sort run off the loop and follow the growth.
type keyRows struct {
	env    *Env
	life   *ui.Life
	table  *table
	source grid.Source // the screen itself
	list   *listing.Listing
	view   listing.View // what is drawn; taken anew when the listing has grown
	skip   int          // length of what all keys begin with, which is not drawn
	orders []keyOrder
	sortBy int
	made   int // rows that the order in force was made of; -1: none is in force
	find   string
	stale  bool
	first  bool // go to the first row once the new order is there
	width  int  // of the last drawing
}

// running is a listing as something that grows: it is complete when nothing more will come, whatever the reason.
type running struct{ *listing.Listing }

// Complete reports whether nothing more will come.
func (r running) Complete() bool { return r.Ended() }

// beside reports whether the listing has an object with the name of a key's instruction file, as far as it has come.
func (k *keyRows) beside(key string) bool { return k.lists(key + s3ec.InstructionSuffix) }

// lists reports whether the listing has an object, as far as it has come.
func (k *keyRows) lists(want string) bool {
	i := sort.Search(k.view.Len(), func(i int) bool { return k.view.Row(i).Key >= want })
	if i == k.view.Len() {
		return false
	}
	row := k.view.Row(i)
	return row.Key == want && !row.Prefix && !row.Marker
}

// start begins a listing. What was drawn stays until the first rows come.
func (k *keyRows) start(q listing.Query) tea.Cmd {
	if k.list != nil {
		k.list.Stop()
		if i, ok := k.table.Selected(); ok && i < k.view.Len() {
			k.find = k.view.Row(i).Key
		}
	}
	k.list = listing.Start(k.life.Context(), k.env.Session.Reader(), q)
	k.stale, k.made = true, -1
	return ui.Watch(k.life, "list", running{k.list})
}

// grew takes in what has come.
func (k *keyRows) grew() tea.Cmd {
	fresh := k.list.View()
	if k.stale {
		if fresh.Len() == 0 && !k.list.Ended() {
			return nil
		}
		k.stale = false
		k.view = fresh
		k.table.SetSource(k.source)
	}
	k.view = fresh
	k.refind()
	return k.reorder()
}

// refind puts the cursor back on the key it stood on before a refresh.
func (k *keyRows) refind() {
	if k.find == "" || k.ordered() {
		return
	}
	v, at := k.view, -1
	v.Each(0, func(i int, key []byte, _ int64, _, _ bool) bool {
		if string(key) >= k.find {
			at = i
			return false
		}
		return true
	})
	if at >= 0 || k.list.Ended() {
		k.find = ""
		if at >= 0 {
			k.table.SelectRow(at)
		}
	}
}

func (k *keyRows) ordered() bool { return k.table.text != "" || k.orders[k.sortBy].key != nil }

// reorder filters and sorts what is there. While that is under way more may come: it is done again then.
func (k *keyRows) reorder() tea.Cmd {
	if !k.ordered() {
		k.life.Cancel("order")
		k.made = -1
		k.show(nil)
		return nil
	}
	if k.life.Busy("order") {
		return nil
	}
	return k.order()
}

func (k *keyRows) order() tea.Cmd {
	v, o := k.view, k.orders[k.sortBy]
	keep := k.keep()
	return ui.Do(k.life, "order", func(ctx context.Context) ([]uint32, error) {
		if o.key == nil {
			return grid.Filter(ctx, nil, 0, v.Len(), func(row int) bool { return keep(v, row) })
		}
		return grid.Sort(ctx, v.Len(), func(row int) bool { return keep(v, row) }, func(row int) int64 { return o.key(v, row) }, o.desc)
	}, func(perm []uint32, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, k.order)
		}
		k.made = v.Len()
		k.show(perm)
		if k.view.Len() != k.made {
			return k.order()
		}
		return nil
	})
}

// show puts an order into the table.
func (k *keyRows) show(perm []uint32) {
	k.table.SetOrder(perm)
	o := k.orders[k.sortBy]
	k.table.SetSort(o.col, o.desc)
	if k.first {
		k.first = false
		k.table.Move(grid.First)
	}
}

// keep gives the filter: keys that hold the text, whatever the case of its ASCII letters.
func (k *keyRows) keep() func(listing.View, int) bool {
	want := bytes.ToLower([]byte(k.table.text))
	skip := k.skip
	if len(want) == 0 {
		return func(listing.View, int) bool { return true }
	}
	return func(v listing.View, row int) bool {
		var room [256]byte
		key := v.AppendKey(room[:0], row)[skip:]
		for i, c := range key {
			if c >= 'A' && c <= 'Z' {
				key[i] = c + 'a' - 'A'
			}
		}
		return bytes.Contains(key, want)
	}
}

// filtered is told while the filter is typed.
func (k *keyRows) filtered(string) tea.Cmd {
	k.life.Cancel("order")
	return k.reorder()
}

// Len and Want make it part of the table's source.
func (k *keyRows) Len() (int, bool) {
	return k.view.Len(), k.list == nil || k.list.Ended() && !k.stale
}

// Want does nothing: a listing goes on by itself.
func (k *keyRows) Want(int, int) {}

func (k *keyRows) current() (listing.Row, bool) {
	if row, ok := k.table.Selected(); ok && row < k.view.Len() {
		return k.view.Row(row), true
	}
	return listing.Row{}, false
}

// chosen gives the marked rows, or the one under the cursor.
func (k *keyRows) chosen() []listing.Row {
	var rows []listing.Row
	for i := range k.table.Chosen() {
		if i < k.view.Len() {
			rows = append(rows, k.view.Row(i))
		}
	}
	return rows
}

// chooseOrder asks for the order of the rows.
func (k *keyRows) chooseOrder() tea.Cmd {
	items := make([]ui.Choice, len(k.orders))
	for i, o := range k.orders {
		items[i] = ui.Choice{Title: o.title}
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Sort by", Items: items, At: k.sortBy, OK: func(i int) tea.Cmd {
		k.sortBy, k.first = i, true
		k.life.Cancel("order")
		return k.reorder()
	}}))
}

// stop ends the listing; what is there stays.
func (k *keyRows) stop() tea.Cmd {
	k.list.Stop()
	return nil
}

func (k *keyRows) whyStop() string {
	if k.list == nil || k.list.Ended() {
		return "the listing has ended"
	}
	return ""
}

// picture says why there are no rows, or no more of them.
func (k *keyRows) picture(empty ...string) {
	k.table.SetNote("", grid.Pair{})
	err := k.list.Err()
	switch {
	case err != nil && k.view.Len() > 0:
		k.brokenOff(err)
	case err != nil && err.Kind == awsops.KindCancelled:
		k.table.showPicture(ui.Partial, "The listing was stopped before anything came.", "r lists again.")
	case err != nil:
		k.table.showPicture(errorPicture(err), strings.Join(ui.Wrap(ui.Clean(Explain(err).Sentence), max(k.width-6, 20)), "\n"))
	case k.view.Len() > 0:
		k.table.showPicture(ui.Empty, "Nothing here holds this text.")
	case !k.list.Ended():
		k.table.showPicture(ui.Loading, "Listing…")
	default:
		k.table.showPicture(ui.Empty, empty...)
	}
}

// brokenOff says below the rows that they are not all.
func (k *keyRows) brokenOff(err *awsops.Error) {
	role, text := ui.RoleBad, "The list is not whole: "+ui.Clean(Explain(err).Sentence)
	if err.Kind == awsops.KindCancelled {
		role, text = ui.RoleWarn, "Stopped: these are not all. r lists again."
	}
	prefix, suffix := k.env.Theme.Cell(role)
	k.table.SetNote(text, grid.Pair{Prefix: prefix, Suffix: suffix})
}

// foot counts what is listed, and says while more comes.
func (k *keyRows) foot(w int) string {
	text := " " + k.table.Count()
	if k.list != nil && !k.list.Ended() {
		text += "  listing"
		if found := k.list.Found(); found > k.view.Len() {
			text += ", " + ui.Thousands(int64(found)) + " found"
		}
		text += "; X stops"
	}
	return ui.Pad(ui.Cut(k.env.Theme.Paint(ui.RoleMuted, text), w), w)
}

// errorPicture is the kind of picture that goes with an error.
func errorPicture(e *awsops.Error) ui.PictureKind {
	switch e.Kind {
	case awsops.KindDenied:
		return ui.Denied
	case awsops.KindUnsupported:
		return ui.Unsupported
	}
	return ui.Failed
}

// sized notes the width of a drawing and reports whether it is another one.
func (k *keyRows) sized(w int) bool {
	other := k.width != w
	k.width = w
	return other
}
