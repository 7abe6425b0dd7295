package views

import (
	"bytes"
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/listing"
	"cooper/awsops/versions"
	"cooper/ui"
	"cooper/ui/grid"
)

// pastRow is a key, or a folder of keys, of a list that is computed from a version listing.
type pastRow struct {
	row    int    // the newest row of the key in the listing
	at     int    // the row that matters: the version that would come back, or was there; -1: none
	folder string // the whole prefix, "" for a key
	keys   int64
	bytes  int64
	nanos  int64 // when it was deleted or written; of a folder the newest
	past   versions.Past
	deed   versions.Deed
}

// pastOrder is an order of such rows.
type pastOrder struct {
	title string
	col   int
	desc  bool
	key   func(pastRow) int64 // nil: by name
}

// picked is what the rows are made of: one key, if the screen shows it.
type picked func(key []byte, h versions.History) (pastRow, bool)

// pastRows is what the recycle bin and the bucket at a moment share: a version listing that grows, and rows that are
// computed from it off the loop. They come in the listing's order, so that growth only appends.
type pastRows struct {
	keyRows
	bucket, prefix string
	flat           bool // all keys; else those of this level, and folders
	rows           []pastRow
	orders         []pastOrder
	pick           func() picked
	used           int // rows of the listing that rows were made of
	fresh          bool
	total          pastTotal
}

// pastTotal counts the keys that are shown.
type pastTotal struct{ keys, bytes int64 }

func (p *pastRows) begin() tea.Cmd {
	p.used, p.fresh = 0, true
	return p.start(listing.Query{Bucket: p.bucket, Prefix: p.prefix, Versions: true})
}

// grew takes in what has come.
func (p *pastRows) grew() tea.Cmd {
	fresh := p.list.View()
	if p.stale && fresh.Len() == 0 && !p.list.Ended() {
		return nil
	}
	p.stale, p.view = false, fresh
	return p.compute()
}

// again computes the rows anew, for another filter or level.
func (p *pastRows) again() tea.Cmd {
	p.life.Cancel("past")
	p.used, p.fresh = 0, true
	return p.compute()
}

type pastResult struct {
	rows  []pastRow
	total pastTotal
	order []uint32
}

// compute makes the rows of what is there. While that is under way more may come: it is done again then.
func (p *pastRows) compute() tea.Cmd {
	if p.life.Busy("past") || p.list == nil || p.view.Len() == p.used && !p.fresh {
		return nil
	}
	v, pick, keep, flat, o := p.view, p.pick(), p.keepKey(), p.flat, p.orders[p.sortBy]
	return ui.Do(p.life, "past", func(ctx context.Context) (pastResult, error) {
		var out pastResult
		for key, h := range versions.Histories(v) {
			if ctx.Err() != nil {
				return out, context.Cause(ctx)
			}
			row, ok := pick(key, h)
			if !ok || !keep(key) {
				continue
			}
			out.total.keys++
			out.total.bytes += row.bytes
			out.rows = addPast(out.rows, key, len(p.prefix), flat, row)
		}
		if o.key == nil {
			return out, nil
		}
		var err error
		out.order, err = grid.Sort(ctx, len(out.rows), func(int) bool { return true }, func(i int) int64 { return o.key(out.rows[i]) }, o.desc)
		return out, err
	}, func(out pastResult, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, p.again)
		}
		p.used = v.Len()
		p.rows, p.total = out.rows, out.total
		if p.fresh {
			p.fresh = false
			p.table.SetSource(p.source)
		}
		p.table.SetOrder(out.order)
		p.table.SetSort(o.col, o.desc)
		return p.compute()
	})
}

// addPast appends a key, or counts it into its folder, which is the last row when it is there already.
func addPast(rows []pastRow, key []byte, skip int, flat bool, row pastRow) []pastRow {
	row.keys = 1
	slash := bytes.IndexByte(key[min(skip, len(key)):], '/')
	if flat || slash < 0 {
		return append(rows, row)
	}
	folder := key[:skip+slash+1]
	if n := len(rows); n > 0 && rows[n-1].folder == string(folder) {
		last := &rows[n-1]
		last.keys++
		last.bytes += row.bytes
		last.nanos = max(last.nanos, row.nanos)
		return rows
	}
	row.folder, row.at = string(folder), -1
	return append(rows, row)
}

// keepKey is the filter of the table: keys that hold the text below the prefix, whatever the case of ASCII letters.
func (p *pastRows) keepKey() func(key []byte) bool {
	b := versions.Bin{Prefix: p.prefix, Text: p.table.text}
	return func(key []byte) bool { return b.Has(key, 0) }
}

// Len is how many rows there are.
func (p *pastRows) Len() (int, bool) {
	return len(p.rows), p.list == nil || p.list.Ended() && !p.stale && p.used == p.view.Len()
}

// here is the row under the cursor.
func (p *pastRows) here() (pastRow, bool) {
	if i, ok := p.table.Selected(); ok && i < len(p.rows) {
		return p.rows[i], true
	}
	return pastRow{}, false
}

// key gives a row's key, or its folder.
func (p *pastRows) key(r pastRow) string {
	if r.folder != "" {
		return r.folder
	}
	return string(p.view.AppendKey(nil, r.row))
}

// meant gives what is chosen: keys, or one folder; why says why that can't be acted on.
func (p *pastRows) meant() (keys []string, folder, why string) {
	n := 0
	for i := range p.table.Chosen() {
		if i >= len(p.rows) {
			continue
		}
		if n++; p.rows[i].folder != "" {
			folder = p.rows[i].folder
			continue
		}
		keys = append(keys, p.key(p.rows[i]))
	}
	switch {
	case n == 0:
		why = "There is nothing here."
	case folder != "" && n > 1:
		why = "One folder at a time, and not together with keys: take some marks away, or show all keys."
	}
	return keys, folder, why
}

func (p *pastRows) whyNone() string {
	if _, ok := p.here(); !ok {
		return "there is no key here"
	}
	return ""
}

func (p *pastRows) noKey() string {
	r, ok := p.here()
	switch {
	case !ok:
		return "there is no key here"
	case r.folder != "":
		return "this is a folder, not a key"
	}
	return ""
}

// nameCell draws the key below the prefix.
func (p *pastRows) nameCell(r pastRow, buf []byte) ([]byte, grid.Style) {
	key := p.key(r)
	if len(key) > p.skip {
		key = key[p.skip:]
	}
	if r.folder != "" {
		return append(buf, ui.Clean(key)...), cellAccent
	}
	return append(buf, ui.Clean(key)...), cellText
}

// keysCell says how many keys a folder holds.
func keysCell(r pastRow, buf []byte) []byte {
	if r.folder == "" {
		return buf
	}
	return append(buf, ui.Plural(r.keys, "key", "keys")...)
}

func (p *pastRows) toggleFlat() tea.Cmd {
	p.flat = !p.flat
	return p.again()
}

func (p *pastRows) choosePast() tea.Cmd {
	items := make([]ui.Choice, len(p.orders))
	for i, o := range p.orders {
		items[i] = ui.Choice{Title: o.title}
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Sort by", Items: items, At: p.sortBy, OK: func(i int) tea.Cmd {
		p.sortBy = i
		return p.again()
	}}))
}

// shown says why there are no rows.
func (p *pastRows) shown(empty ...string) {
	if p.view.Len() > 0 && len(p.rows) == 0 && p.list.Err() == nil {
		p.table.SetNote("", grid.Pair{})
		switch {
		case !p.list.Ended() || p.life.Busy("past"):
			p.table.showPicture(ui.Loading, "Listing versions…")
		case p.table.text != "":
			p.table.showPicture(ui.Empty, "Nothing here holds this text.")
		default:
			p.table.showPicture(ui.Empty, empty...)
		}
		return
	}
	p.picture(empty...)
}

// sideLines draws facts under a title.
func sideLines(t *ui.Theme, title string, facts []ui.Fact, w, h int) string {
	lines := append([]string{t.Paint(ui.RoleTitle, ui.Cut(title, w)), ""}, ui.FactLines(t, facts, w)...)
	return strings.Join(lines[:min(len(lines), h)], "\n")
}
