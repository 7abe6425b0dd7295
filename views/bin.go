package views

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
	"cooper/ui"
	"cooper/ui/grid"
)

// binView is a bucket's recycle bin: the keys whose newest row is a delete marker, and what would come back.
type binView struct {
	pastRows
	place     ui.Place
	from, to  time.Time // when it was deleted; zero: no limit
	said      string    // the limits as they were typed
	state     awsops.Reading[versioning.State]
	partition string
}

var binColumns = []grid.Column{
	{Title: "deleted key", Width: 16, Flex: 1, Cut: grid.CutMiddle, Pan: true},
	{Title: "deleted (UTC)", Width: 16, Drop: 1},
	{Title: "keys", Width: 9, Drop: 2},
	{Title: "comes back", Width: 12, Align: grid.Right},
}

var binOrders = []pastOrder{
	{title: "key", col: 0},
	{title: "deleted, newest first", col: 1, desc: true, key: func(r pastRow) int64 { return r.nanos }},
	{title: "deleted, oldest first", col: 1, key: func(r pastRow) int64 { return r.nanos }},
	{title: "size, largest first", col: 3, desc: true, key: func(r pastRow) int64 { return r.bytes }},
}

// NewBin makes the recycle bin of place.Bucket, below place.Prefix. place.Focus is what is shown of it.
func NewBin(env *Env, place ui.Place) ui.View {
	v := &binView{place: place}
	v.pastRows = pastRows{bucket: place.Bucket, prefix: place.Prefix, flat: true, orders: binOrders, pick: v.picker}
	v.keyRows = keyRows{env: env, life: env.Life(), source: v, made: -1, skip: len(place.Prefix)}
	v.table = newTable(env.Theme, v, binColumns...)
	v.table.SetNoun("deleted key", "deleted keys")
	v.table.onFilter = func(string) tea.Cmd { return v.again() }
	v.focus(place.Focus)
	return v
}

// focus reads what a place says to show: "folders", then the limits in time as they were typed.
func (v *binView) focus(text string) {
	mode, limits, _ := strings.Cut(text, "|")
	v.flat = mode != "folders"
	if from, to, ok := strings.Cut(limits, "|"); ok {
		v.limit(from, to)
	}
}

// limit sets the limits in time; they were checked when they were typed.
func (v *binView) limit(from, to string) {
	v.from, v.to, v.said = time.Time{}, time.Time{}, ""
	if t, _, problem := readPast(from, v.env.Now()); problem == "" {
		v.from = t
		v.said = "from " + t.Format("2006-01-02 15:04")
	}
	if _, t, problem := readPast(to, v.env.Now()); problem == "" {
		v.to = t
		v.said = strings.TrimPrefix(v.said+" before "+t.Format("2006-01-02 15:04"), " ")
	}
}

func (v *binView) Title() string { return "recycle bin" }
func (v *binView) Typing() bool  { return v.table.Typing() }
func (v *binView) Close()        { v.life.Close() }

// Crumbs shows what is listed: the bucket stands before it.
func (v *binView) Crumbs() []string {
	if v.prefix == "" {
		return []string{"recycle bin"}
	}
	return []string{"recycle bin", ui.Clean(v.prefix)}
}

func (v *binView) Init() tea.Cmd {
	return tea.Batch(v.refresh(), askPartition(v.env, v.life, &v.partition))
}

func (v *binView) refresh() tea.Cmd {
	cmd := tea.Batch(v.begin(), v.readState())
	v.pictured()
	return cmd
}

func (v *binView) readState() tea.Cmd {
	if v.state.State == awsops.Unread {
		v.state.State = awsops.Loading
	}
	return ui.Do(v.life, "state", func(ctx context.Context) (awsops.Reading[versioning.State], error) {
		return versioning.Reading(ctx, v.env.Session.Reader(), v.bucket), nil
	}, func(r awsops.Reading[versioning.State], _ error) tea.Cmd {
		v.state = r
		return nil
	})
}

// bin is what is shown, as the planner is asked for it.
func (v *binView) bin() versions.Bin {
	return versions.Bin{Bucket: v.bucket, Prefix: v.prefix, Text: v.table.text, From: v.from, To: v.to}
}

// picker takes the keys that are deleted. Those with no version left have nothing to bring back and are left out.
func (v *binView) picker() picked {
	b := versions.Bin{From: v.from, To: v.to}
	return func(_ []byte, h versions.History) (pastRow, bool) {
		markers, below := h.Hidden()
		if markers == 0 || below == nil || !b.Has(nil, h[0].Nanos) {
			return pastRow{}, false
		}
		return pastRow{row: h[0].Row, at: below.Row, bytes: below.Size, nanos: h[0].Nanos}, true
	}
}

func (v *binView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case ui.Grew:
		if m.Life != v.life {
			return nil
		}
		return v.grew()
	case JobEnded:
		if m.Bucket == v.bucket {
			return v.refresh()
		}
		return nil
	}
	return v.table.Update(msg)
}

func (v *binView) pictured() {
	text := "No key here is deleted with a version left that could come back."
	if v.said != "" {
		text = "No key here was deleted " + v.said + " UTC."
	}
	v.shown(text)
}

// Render draws the table and, below it, what is shown and what would come back.
func (v *binView) Render(w, h int) string {
	v.sized(w)
	v.pictured()
	if h < 6 {
		return v.table.Render(w, h)
	}
	sep := " " + v.env.Theme.Glyph().Sep + " "
	text := " " + ui.Plural(v.total.keys, "deleted key", "deleted keys") + sep + ui.Bytes(v.total.bytes) + " would come back"
	if v.said != "" {
		text += sep + "deleted " + v.said
	}
	if !v.list.Ended() {
		text += sep + "so far; X stops"
	}
	state, style := readingCell(v.state, "", stateCell)
	foot := ui.Cut(v.env.Theme.Paint(ui.RoleMuted, " versioning ")+v.env.Theme.Paint(cellRoles[style], state), w)
	return v.table.Render(w, h-2) + "\n" + ui.Pad(foot, w) + "\n" + ui.Pad(ui.Cut(v.env.Theme.Paint(ui.RoleMuted, text), w), w)
}

// Cell draws a cell of the table.
func (v *binView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	r := v.rows[row]
	switch col {
	case 0:
		return v.nameCell(r, buf)
	case 1:
		return appendTime(buf, r.nanos, false), cellMuted
	case 2:
		return keysCell(r, buf), cellMuted
	}
	return append(buf, ui.Bytes(r.bytes)...), cellText
}

// Side is what the selected row is, in words.
func (v *binView) Side(w, h int) string {
	r, ok := v.here()
	if !ok {
		return ""
	}
	if r.folder != "" {
		return sideLines(v.env.Theme, ui.Clean(lastPart(r.folder)), []ui.Fact{{Label: "folder", Value: ui.Clean(r.folder)},
			{Label: "deleted", Value: ui.Plural(r.keys, "key", "keys")}, {Label: "comes back", Value: ui.Bytes(r.bytes)},
			{Label: "last deleted", Value: ui.Time(time.Unix(0, r.nanos))}}, w, h)
	}
	marker, back := v.view.Row(r.row), v.view.Row(r.at)
	facts := []ui.Fact{{Label: "key", Value: ui.Clean(marker.Key)}, {Label: "deleted", Value: ui.Time(marker.Modified)},
		{Label: "marker", Value: ui.Clean(marker.VersionID)}, {Label: "comes back", Value: ui.Bytes(back.Size) + " of " + ui.Time(back.Modified)},
		{Label: "version", Value: ui.Clean(back.VersionID)}, {Label: "class", Value: ui.Clean(back.Class)}}
	if n := r.at - r.row; n > 1 {
		facts = append(facts, ui.Fact{Label: "markers", Value: ui.Plural(int64(n), "delete marker", "delete markers") + " on top of one another"})
	}
	return sideLines(v.env.Theme, ui.Clean(lastPart(marker.Key)), facts, w, h)
}
