package views

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/copies"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
	"cooper/ui"
	"cooper/ui/grid"
)

// objectsView is a bucket's first tab: the prefixes and keys of one level, or all keys below it.
type objectsView struct {
	keyRows
	bucket, prefix string
	flat           bool // all keys below the prefix, without levels
	details        *objectDetails
	partition      string
}

// objectDetails is what was last read of one object.
type objectDetails struct {
	key     string
	details objects.Details
}

var objectColumns = []grid.Column{
	{Title: "name", Width: 20, Flex: 1, Cut: grid.CutMiddle, Pan: true},
	{Title: "size", Width: 9, Align: grid.Right},
	{Title: "modified (UTC)", Width: 16, Drop: 1},
	{Title: "class", Width: 14, Drop: 2},
}

var objectOrders = []keyOrder{
	{title: "name", col: 0},
	{title: "name, descending", col: 0, desc: true, key: func(_ listing.View, row int) int64 { return int64(row) }},
	{title: "size, largest first", col: 1, desc: true, key: listing.View.Size},
	{title: "size, smallest first", col: 1, key: listing.View.Size},
	{title: "modified, newest first", col: 2, desc: true, key: listing.View.Nanos},
	{title: "modified, oldest first", col: 2, key: listing.View.Nanos},
}

// NewObjects makes the objects tab of place.Bucket, at place.Prefix. place.Focus "flat" lists all keys below the
// prefix, without levels.
func NewObjects(env *Env, place ui.Place) ui.View {
	v := &objectsView{bucket: place.Bucket, prefix: place.Prefix, flat: place.Focus == "flat"}
	v.keyRows = keyRows{env: env, life: env.Life(), source: v, orders: objectOrders, made: -1, skip: len(place.Prefix)}
	v.table = newTable(env.Theme, v, objectColumns...)
	v.table.onFilter = v.filtered
	if place.Key != "" {
		v.find = place.Key
	}
	return v
}

func (v *objectsView) Title() string { return "objects" }
func (v *objectsView) Typing() bool  { return v.table.Typing() }
func (v *objectsView) Close()        { v.life.Close() }

// Crumbs shows the level: the bucket stands before it.
func (v *objectsView) Crumbs() []string {
	if v.prefix != "" {
		return []string{ui.Clean(v.prefix)}
	}
	return []string{"objects"}
}

// counted is what the rows are that the foot counts.
func (v *objectsView) counted() (one, many string) {
	if v.flat {
		return "object at all levels", "objects at all levels"
	}
	return "row", "rows"
}

func (v *objectsView) Init() tea.Cmd {
	cmd := v.refresh()
	v.picture()
	return tea.Batch(cmd, askPartition(v.env, v.life, &v.partition))
}

func (v *objectsView) refresh() tea.Cmd {
	q := listing.Query{Bucket: v.bucket, Prefix: v.prefix, Delimiter: "/"}
	if v.flat {
		q.Delimiter = ""
	}
	v.details = nil
	return v.start(q)
}

func (v *objectsView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case ui.Grew:
		if m.Life != v.life {
			return nil
		}
		cmd := v.grew()
		v.picture()
		return cmd
	case JobEnded:
		if m.Bucket == v.bucket || m.Kind == copies.Kind { // a move changes two buckets
			return v.refresh()
		}
		return nil
	}
	return v.table.Update(msg)
}

func (v *objectsView) picture() {
	switch {
	case v.prefix != "":
		v.keyRows.picture("No key begins with "+ui.Clean(v.prefix)+".", "u uploads a file here.")
	default:
		v.keyRows.picture("This bucket has no current objects.", "u uploads a file; versions of deleted ones are on the next tab (2).")
	}
}

func (v *objectsView) Render(w, h int) string {
	if v.sized(w) && v.list != nil {
		v.picture()
	}
	if h < 6 || v.view.Len() == 0 {
		return v.table.Render(w, h)
	}
	v.table.SetNoun(v.counted())
	return v.table.Render(w, h-1) + "\n" + v.foot(w)
}

// Cell draws a cell of the table.
func (v *objectsView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	prefix := v.view.IsPrefix(row)
	switch col {
	case 0:
		name := v.name(row)
		if prefix {
			return append(buf, name...), cellAccent
		}
		return append(buf, name...), cellText
	case 1:
		if prefix {
			return append(buf, "prefix"...), cellFaint
		}
		return append(buf, ui.Bytes(v.view.Size(row))...), cellText
	case 2:
		return appendTime(buf, v.view.Nanos(row), prefix), cellMuted
	}
	return classCell(v.env.Theme, buf, v.view.Class(row), v.view.Restore(row)), cellMuted
}

// name is what a row's key has after the level's prefix. A key that is the prefix itself is shown as a dot: it is the
// object that consoles make for a folder.
func (v *objectsView) name(row int) string {
	key := v.view.AppendKey(nil, row)
	if len(key) < v.skip {
		return ui.Clean(string(key))
	}
	if len(key) == v.skip {
		return "."
	}
	return ui.Clean(string(key[v.skip:]))
}

func appendTime(buf []byte, nanos int64, none bool) []byte {
	if none || nanos < 0 && nanos < time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() {
		return buf
	}
	return time.Unix(0, nanos).UTC().AppendFormat(buf, "2006-01-02 15:04")
}

// Side is what the selected row is, in words.
func (v *objectsView) Side(w, h int) string {
	row, ok := v.current()
	if !ok {
		return ""
	}
	facts := rowFacts(row)
	if d := v.details; d != nil && d.key == row.Key {
		facts = objectFacts(row.Key, d.details)
	} else if !row.Prefix {
		facts = append(facts, ui.Fact{Label: "more", Value: "enter reads metadata, tags, encryption and locks"})
	}
	lines := append([]string{v.env.Theme.Paint(ui.RoleTitle, ui.Cut(ui.Clean(lastPart(row.Key)), w)), ""},
		ui.FactLines(v.env.Theme, facts, w)...)
	return strings.Join(lines[:min(len(lines), h)], "\n")
}

// lastPart is the part of a key after the last slash that isn't its end.
func lastPart(key string) string {
	trimmed := strings.TrimRight(key, "/")
	if i := strings.LastIndexByte(trimmed, '/'); i >= 0 && trimmed != "" {
		return key[i+1:]
	}
	return key
}

// rowFacts are what a listing says of a row; values are clean.
func rowFacts(row listing.Row) []ui.Fact {
	facts := []ui.Fact{{Label: "key", Value: ui.Clean(row.Key)}}
	if row.Prefix {
		return append(facts, ui.Fact{Label: "kind", Value: "common prefix: keys below it begin so"}, ui.Fact{Label: "more", Value: "i counts what is below it"})
	}
	if row.VersionID != "" {
		facts = append(facts, ui.Fact{Label: "version", Value: ui.Clean(row.VersionID)}, ui.Fact{Label: "state", Value: versionState(row)})
	}
	if !row.Marker {
		facts = append(facts, ui.Fact{Label: "size", Value: exactBytes(row.Size)},
			ui.Fact{Label: "class", Value: ui.Clean(row.Class)}, ui.Fact{Label: "ETag", Value: ui.Clean(row.ETag)})
	}
	if text := restoreWords(row.Restore); text != "" {
		facts = append(facts, ui.Fact{Label: "restored", Value: text})
	}
	if !row.Modified.IsZero() {
		facts = append(facts, ui.Fact{Label: "modified", Value: ui.Time(row.Modified)})
	}
	return facts
}
