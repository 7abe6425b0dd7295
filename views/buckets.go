package views

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
	"cooper/ui/grid"
)

// bucketsView is the home screen: the account's buckets and how they are protected.
type bucketsView struct {
	env    *Env
	life   *ui.Life
	stream *buckets.Stream
	board  *buckets.Board
	table  *table

	rows   []buckets.Bucket // the grid's rows: what was listed, then what was opened by name
	listed int              // how many of them were listed
	typed  []string         // opened by name, for accounts that may not list

	sortBy int // index into bucketOrders
	desc   bool
	width  int // of the last drawing
	height int

	seek      string // a bucket that was just made: the cursor goes there when it is listed
	partition string // of the caller, "" while it isn't known
}

// NewBuckets makes the screen of all buckets. A place with a bucket adds it to the list, whether
// it is listed or not.
func NewBuckets(env *Env, place ui.Place) ui.View {
	v := &bucketsView{env: env, life: env.Life(), width: 80, height: 24}
	v.board = buckets.NewBoard(v.life.Context(), env.Session.Reader())
	v.table = newTable(env.Theme, v, bucketColumns...)
	v.table.SetNoun("bucket", "buckets")
	v.table.onFilter = func(string) tea.Cmd { v.arrange(); return v.follow() }
	if place.Bucket != "" {
		v.typed = append(v.typed, place.Bucket)
	}
	return v
}

func (v *bucketsView) Title() string { return "buckets" }
func (v *bucketsView) Typing() bool  { return v.table.Typing() }
func (v *bucketsView) Init() tea.Cmd {
	return tea.Batch(v.list(), askPartition(v.env, v.life, &v.partition))
}

// askPartition finds out which partition ARNs are of. Without an answer they are written as those of aws.
func askPartition(env *Env, life *ui.Life, into *string) tea.Cmd {
	return ui.Do(life, "who", func(ctx context.Context) (awsops.Reading[awsops.Identity], error) {
		return env.Session.Identity(ctx), nil
	}, func(r awsops.Reading[awsops.Identity], _ error) tea.Cmd {
		*into = r.Value.Partition
		return nil
	})
}

// Close ends the reading; nothing is waited for on the loop.
func (v *bucketsView) Close() {
	v.life.Close()
}

// list asks for the list anew and keeps what is known of each bucket until it is read again.
func (v *bucketsView) list() tea.Cmd {
	v.stream = buckets.Start(v.life.Context(), v.env.Session.Reader())
	v.take()
	return tea.Batch(ui.Watch(v.life, "list", v.stream), v.follow())
}

func (v *bucketsView) refresh() tea.Cmd {
	v.board.Forget()
	return v.list()
}

func (v *bucketsView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case ui.Grew:
		return v.grew(m)
	case JobEnded:
		return v.changed(m)
	case ui.Resumed:
		return v.follow()
	}
	return tea.Batch(v.table.Update(msg), v.follow())
}

// grew takes what arrived: rows, or facts, which move rows only where they are sorted by.
func (v *bucketsView) grew(m ui.Grew) tea.Cmd {
	switch {
	case m.Life != v.life:
		return nil
	case m.Slot == "list":
		v.take()
	case bucketOrders[v.sortBy].facts:
		v.arrange()
	}
	return v.follow()
}

// changed reads again what a job may have changed.
func (v *bucketsView) changed(m JobEnded) tea.Cmd {
	if m.Kind == "bucket.create" || strings.HasPrefix(m.Kind, "bucket.delete") {
		v.typed = slices.DeleteFunc(v.typed, func(n string) bool { return n == m.Bucket && m.Kind != "bucket.create" })
		v.board.Forget(m.Bucket)
		if m.Kind == "bucket.create" {
			v.seek = m.Bucket
		}
		return v.list()
	}
	if m.Kind == buckets.KindAccountBlock {
		v.board.Forget()
		return v.follow()
	}
	v.board.Forget(m.Bucket)
	return v.follow()
}

// take puts what has arrived into the grid.
func (v *bucketsView) take() {
	all := v.stream.Buckets()
	if len(all) == 0 && v.stream.Err() == nil && !v.stream.Complete() && v.listed > 0 {
		return // a refresh keeps the old rows until the new ones come
	}
	selected, had := v.current()
	v.rows = slices.Clone(all)
	v.listed = len(all)
	for _, name := range v.typed {
		if !slices.ContainsFunc(v.rows, func(b buckets.Bucket) bool { return b.Name == name }) {
			v.rows = append(v.rows, buckets.Bucket{Name: name})
		}
	}
	v.arrange()
	switch {
	case v.seek != "" && v.find(v.seek):
		v.seek = ""
	case had:
		if now, ok := v.current(); !ok || now.Name != selected.Name {
			v.find(selected.Name)
		}
	}
	v.picture()
}

// picture says why there are no rows, or no more of them.
func (v *bucketsView) picture() {
	err := v.stream.Err()
	prefix, suffix := v.env.Theme.Cell(ui.RoleWarn)
	v.table.SetNote("", grid.Pair{})
	switch {
	case err != nil && len(v.rows) > 0:
		v.table.SetNote("The list is not whole: "+ui.Clean(Explain(err).Sentence)+" Press o to open a bucket by its name.", grid.Pair{Prefix: prefix, Suffix: suffix})
	case err != nil && err.Kind == awsops.KindDenied:
		v.table.showPicture(ui.Denied, v.wrapped(Explain(err).Sentence), "Buckets may be open to you all the same:", "press o and type a bucket's name.")
	case err != nil:
		v.table.showError(err)
	case !v.stream.Complete():
		v.table.showPicture(ui.Loading, "Asking for the buckets…")
	case len(v.rows) == 0:
		v.table.showPicture(ui.Empty, "This account has no bucket.", "Press n to create one, o to open one of another account.")
	default:
		v.table.showPicture(ui.Empty, "No bucket has this in its name.")
	}
}

// wrapped breaks a sentence for the middle of the screen.
func (v *bucketsView) wrapped(s string) string {
	return strings.Join(ui.Wrap(ui.Clean(s), max(v.width-6, 20)), "\n")
}

// follow reads the facts of the buckets around the cursor, nearest first, and watches them arrive.
func (v *bucketsView) follow() tea.Cmd {
	n, at := v.table.Len(), v.table.Cursor()
	var names []string
	for d := range v.height {
		for _, pos := range []int{at + d, at - d} {
			if pos >= 0 && pos < n && (d > 0 || pos == at) {
				names = append(names, v.rows[v.table.Row(pos)].Name)
			}
		}
	}
	if bucketOrders[v.sortBy].facts {
		for _, b := range v.rows {
			names = append(names, b.Name)
		}
	}
	v.board.Want(names, buckets.Columns)
	if v.board.Complete() {
		return nil
	}
	return ui.Watch(v.life, "facts", v.board)
}

func (v *bucketsView) current() (buckets.Bucket, bool) {
	if row, ok := v.table.Selected(); ok && row < len(v.rows) {
		return v.rows[row], true
	}
	return buckets.Bucket{}, false
}

// find puts the cursor on a bucket and says whether it is there.
func (v *bucketsView) find(name string) bool {
	i := slices.IndexFunc(v.rows, func(b buckets.Bucket) bool { return b.Name == name })
	return i >= 0 && v.table.SelectRow(i)
}

// bucketOrders are the orders that the list can have.
var bucketOrders = []struct {
	title string
	col   int
	facts bool // needs every bucket's facts
	key   func(*bucketsView, buckets.Bucket) string
}{
	{"name", 0, false, func(_ *bucketsView, b buckets.Bucket) string { return b.Name }},
	{"region", 1, false, func(v *bucketsView, b buckets.Bucket) string { return v.region(b) }},
	{"created", 2, false, func(_ *bucketsView, b buckets.Bucket) string { return b.Created.UTC().Format(time.RFC3339) }},
	{"versioning", 3, true, func(v *bucketsView, b buckets.Bucket) string { return v.word(b, 3) }},
	{"MFA delete", 4, true, func(v *bucketsView, b buckets.Bucket) string { return v.word(b, 4) }},
	{"encryption", 5, true, func(v *bucketsView, b buckets.Bucket) string { return v.word(b, 5) }},
	{"public", 6, true, func(v *bucketsView, b buckets.Bucket) string {
		return fmt.Sprint(int(buckets.IsPublic-v.board.Facts(b.Name).Public().Exposure), b.Name)
	}},
}

func (v *bucketsView) word(b buckets.Bucket, col int) string {
	text, _ := bucketCell(b, v.board.Facts(b.Name), col)
	return text
}

// arrange filters and sorts the rows. Even the largest quota of buckets is sorted faster than a key repeats.
func (v *bucketsView) arrange() {
	want := strings.ToLower(v.table.text)
	order := bucketOrders[v.sortBy]
	perm := make([]uint32, 0, len(v.rows))
	keys := make([]string, len(v.rows))
	for i, b := range v.rows {
		if strings.Contains(strings.ToLower(b.Name), want) {
			perm = append(perm, uint32(i))
			keys[i] = order.key(v, b)
		}
	}
	slices.SortStableFunc(perm, func(a, b uint32) int {
		c := cmp.Or(strings.Compare(keys[a], keys[b]), strings.Compare(v.rows[a].Name, v.rows[b].Name))
		if v.desc {
			return -c
		}
		return c
	})
	v.table.SetOrder(perm)
	v.table.SetSort(order.col, v.desc)
	v.picture()
}

func (v *bucketsView) Render(w, h int) string {
	if v.height = h; v.width != w {
		v.width = w
		v.picture()
	}
	return v.table.Render(w, h)
}
