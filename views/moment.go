package views

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
	"cooper/awsops/versions"
	"cooper/ui"
	"cooper/ui/grid"
)

// momentView is a bucket as it was at a moment, computed from its versions. Nothing can be changed in it; keys are
// brought back from it by a plan.
type momentView struct {
	pastRows
	moment    time.Time
	fault     string // why the place's moment can't be read
	partition string
}

var momentColumns = []grid.Column{
	{Title: "key then", Width: 16, Flex: 1, Cut: grid.CutMiddle, Pan: true},
	{Title: "written (UTC)", Width: 20, Drop: 2},
	{Title: "size", Width: 9, Align: grid.Right, Drop: 1},
	{Title: "since then", Width: 13},
}

var momentOrders = []pastOrder{
	{title: "key", col: 0},
	{title: "written, newest first", col: 1, desc: true, key: func(r pastRow) int64 { return r.nanos }},
	{title: "size, largest first", col: 2, desc: true, key: func(r pastRow) int64 { return r.bytes }},
	{title: "what changed since", col: 3, desc: true, key: func(r pastRow) int64 { return int64(r.deed) }},
}

// NewMoment makes the view of place.Bucket below place.Prefix as it was at place.Focus.
func NewMoment(env *Env, place ui.Place) ui.View {
	v := &momentView{}
	v.pastRows = pastRows{bucket: place.Bucket, prefix: place.Prefix, orders: momentOrders, pick: v.picker}
	v.keyRows = keyRows{env: env, life: env.Life(), source: v, made: -1, skip: len(place.Prefix)}
	v.moment, v.fault = readMoment(place.Focus, env.Now())
	v.table = newTable(env.Theme, v, momentColumns...)
	v.table.SetNoun("object", "objects")
	v.table.onFilter = func(string) tea.Cmd { return v.again() }
	return v
}

func (v *momentView) Title() string { return "point in time" }
func (v *momentView) Typing() bool  { return v.table.Typing() }
func (v *momentView) Close()        { v.life.Close() }

// Crumbs shows the moment and what is listed: the bucket stands before them.
func (v *momentView) Crumbs() []string {
	crumbs := []string{"at " + v.moment.Format(time.DateTime)}
	if v.fault != "" {
		crumbs = []string{"point in time"}
	}
	if v.prefix != "" {
		crumbs = append(crumbs, ui.Clean(v.prefix))
	}
	return crumbs
}

func (v *momentView) Init() tea.Cmd {
	if v.fault != "" {
		v.table.showPicture(ui.Failed, "This moment can't be read: "+v.fault)
		return nil
	}
	return tea.Batch(v.refresh(), askPartition(v.env, v.life, &v.partition))
}

func (v *momentView) refresh() tea.Cmd {
	cmd := v.begin()
	v.pictured()
	return cmd
}

// picker takes the keys that were there.
func (v *momentView) picker() picked {
	return func(_ []byte, h versions.History) (pastRow, bool) {
		p := h.At(v.moment)
		if p.At < 0 || h[p.At].Marker {
			return pastRow{}, false
		}
		e := h[p.At]
		return pastRow{row: h[0].Row, at: e.Row, bytes: e.Size, nanos: e.Nanos, past: p, deed: h.Back(p)}, true
	}
}

func (v *momentView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case ui.Grew:
		if m.Life != v.life {
			return nil
		}
		return v.grew()
	case JobEnded:
		if m.Bucket == v.bucket && v.fault == "" {
			return v.refresh()
		}
		return nil
	}
	return v.table.Update(msg)
}

func (v *momentView) pictured() {
	v.shown("No key was here at " + v.moment.Format(time.DateTime) + " UTC, as far as the versions that are left tell.")
}

// Render draws the table and, below it, the moment, what was there, and what can't be told.
func (v *momentView) Render(w, h int) string {
	if v.fault != "" {
		return v.table.Render(w, h)
	}
	v.sized(w)
	v.pictured()
	if h < 6 {
		return v.table.Render(w, h)
	}
	sep := " " + v.env.Theme.Glyph().Sep + " "
	text := " as of " + v.moment.Format(time.DateTime) + " UTC" + sep + ui.Plural(v.total.keys, "key", "keys") + sep + ui.Bytes(v.total.bytes)
	if !v.list.Ended() {
		text += sep + "so far; X stops"
	}
	warn := " Read-only. What was deleted for good since then is not shown."
	lines := []string{ui.Pad(ui.Cut(v.env.Theme.Paint(ui.RoleInfo, text), w), w), ui.Pad(ui.Cut(v.env.Theme.Paint(ui.RoleMuted, warn), w), w)}
	return v.table.Render(w, h-2) + "\n" + strings.Join(lines, "\n")
}

// deedWord says what became of a key since the moment.
func deedWord(r pastRow) (string, grid.Style) {
	switch r.deed {
	case versions.Uncover:
		return "deleted", cellBad
	case versions.Copy:
		return "changed", cellWarn
	}
	return "same", cellMuted
}

// Cell draws a cell of the table.
func (v *momentView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	r := v.rows[row]
	switch col {
	case 0:
		return v.nameCell(r, buf)
	case 1:
		buf = appendTime(buf, r.nanos, false)
		if r.folder == "" && r.past.Tied {
			return append(buf, " tie"...), cellWarn
		}
		return buf, cellMuted
	case 2:
		return append(buf, ui.Bytes(r.bytes)...), cellText
	}
	if r.folder != "" {
		return keysCell(r, buf), cellMuted
	}
	word, style := deedWord(r)
	return append(buf, word...), style
}

// Side is what the selected row was, in words.
func (v *momentView) Side(w, h int) string {
	r, ok := v.here()
	if !ok {
		return ""
	}
	if r.folder != "" {
		return sideLines(v.env.Theme, ui.Clean(lastPart(r.folder)), []ui.Fact{{Label: "folder", Value: ui.Clean(r.folder)},
			{Label: "held", Value: ui.Plural(r.keys, "key", "keys")}, {Label: "size", Value: ui.Bytes(r.bytes)}}, w, h)
	}
	then := v.view.Row(r.at)
	word, _ := deedWord(r)
	facts := append(rowFacts(then), ui.Fact{Label: "since then", Value: word})
	if r.past.Tied {
		facts = append(facts, ui.Fact{Label: "tie", Value: "another version or marker was written within the same second; the server's order says that this was the last"})
	}
	if r.past.Began {
		facts = append(facts, ui.Fact{Label: "in parts", Value: "its time is when the upload began; it may have been there only later"})
	}
	return sideLines(v.env.Theme, ui.Clean(lastPart(then.Key)), facts, w, h)
}

func (v *momentView) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "moment.restore", Keys: []string{"R"}, Help: "bring back", Why: v.whyNone, Run: v.restore},
		{ID: "moment.all", Keys: []string{"A"}, Help: "bring all back", Why: v.whyFault, Run: v.restoreAll},
		{ID: "moment.open", Keys: []string{"enter"}, Help: "open, timeline", Why: v.whyNone, Run: v.open},
		{ID: "moment.other", Keys: []string{"T"}, Help: "another moment", Run: func() tea.Cmd { return askMoment(v.env, v.bucket, v.prefix, v.moment.Format(time.DateTime)) }},
		{ID: "moment.flat", Keys: []string{"F"}, Help: "all keys, or folders", Why: v.whyFault, Run: v.toggleFlat},
		{ID: "moment.details", Keys: []string{"i"}, Help: "details", Why: v.noKey, Run: v.details},
		{ID: "moment.download", Keys: []string{"D"}, Help: "download", Why: v.noKey, Run: v.download},
		v.env.presign(v.life, v.noKey, func() ui.Place {
			row, _ := v.then()
			return ui.Place{Bucket: v.bucket, Key: row.Key, Version: row.VersionID}
		}),
		{ID: "moment.sort", Keys: []string{"s"}, Help: "sort", Why: v.whyFault, Run: v.choosePast},
		{ID: "moment.refresh", Keys: []string{"r"}, Help: "refresh", Why: v.whyFault, Run: v.refresh},
		{ID: "moment.stop", Keys: []string{"X"}, Help: "stop listing", Why: v.whyStop, Run: v.stop},
	}
	return append(own, v.table.actions()...)
}

func (v *momentView) whyFault() string { return v.fault }

func (v *momentView) open() tea.Cmd {
	r, ok := v.here()
	if !ok {
		return nil
	}
	if r.folder != "" {
		return ui.Open(ui.Place{Screen: "moment", Bucket: v.bucket, Prefix: r.folder, Focus: v.moment.Format(time.DateTime)})
	}
	return ui.Open(ui.Place{Screen: "timeline", Bucket: v.bucket, Key: v.key(r), Version: v.view.VersionID(r.at)})
}

// then gives the version that the selected key was.
func (v *momentView) then() (listing.Row, bool) {
	r, ok := v.here()
	if !ok || r.folder != "" {
		return listing.Row{}, false
	}
	return v.view.Row(r.at), true
}

func (v *momentView) details() tea.Cmd {
	row, ok := v.then()
	if !ok {
		return nil
	}
	return readDetails(v.env, v.life, ui.Place{Bucket: v.bucket, Key: row.Key, Version: row.VersionID}, false, func(d objects.Details) tea.Cmd { return detailsDialog(row.Key, d) })
}

func (v *momentView) download() tea.Cmd {
	row, ok := v.then()
	if !ok {
		return nil
	}
	return openDownload(v.env, v.life, ui.Place{Bucket: v.bucket, Key: row.Key, Version: row.VersionID}, false)
}

// Copies are what may be taken away of the selected version.
func (v *momentView) Copies() []ui.CopyItem {
	row, ok := v.then()
	if !ok {
		return nil
	}
	return keyCopies(v.env, v.partition, v.bucket, row)
}

func (v *momentView) restore() tea.Cmd {
	keys, folder, why := v.meant()
	if why != "" {
		return ui.Status(why, ui.Warn)
	}
	if folder != "" {
		return v.propose(versions.Rewind{Bucket: v.bucket, Prefix: folder, Moment: v.moment})
	}
	return v.propose(versions.Rewind{Bucket: v.bucket, Prefix: v.prefix, Keys: keys, Moment: v.moment})
}

func (v *momentView) restoreAll() tea.Cmd {
	return v.propose(versions.Rewind{Bucket: v.bucket, Prefix: v.prefix, Moment: v.moment})
}

// propose asks how, then plans it.
func (v *momentView) propose(in versions.Rewind) tea.Cmd {
	named := len(in.Keys) > 0
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Bring back to " + v.moment.Format(time.DateTime) + " UTC", Submit: "count and plan",
		Text: "Delete markers that came since are removed; versions that newer ones hide are copied. All versions stay.",
		Fields: []ui.FormField{
			{ID: "copy", Label: "by copy only", Kind: ui.CheckField, Help: "Removes no delete marker, so that no code is needed; everything that comes back is stored once more."},
			{ID: "hide", Label: "delete what is new", Kind: ui.CheckField, Hidden: func(ui.Values) bool { return named },
				Help: "Keys that were not there then get a delete marker. Else they stay."},
		},
		OK: func(values ui.Values) (tea.Cmd, string) {
			in.Copy, in.Hide = values.Yes("copy"), !named && values.Yes("hide")
			return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
				return versions.PlanRewind(ctx, r, in)
			}), ""
		}}))
}

// askMoment asks for a moment and opens the bucket as it was then.
func askMoment(env *Env, bucket, prefix, was string) tea.Cmd {
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "The bucket as it was at", Label: "moment (UTC)", Value: was, Placeholder: "2026-03-01 18:30",
		Text: "A day and a time, or how long ago: 90m, 12h, 3d, 2w. It is now " + env.Now().UTC().Format(time.DateTime) + " UTC.",
		Check: func(text string) string {
			_, problem := readMoment(text, env.Now())
			return problem
		},
		OK: func(text string) tea.Cmd {
			moment, _ := readMoment(text, env.Now())
			return ui.Open(ui.Place{Screen: "moment", Bucket: bucket, Prefix: prefix, Focus: moment.Format(time.DateTime)})
		}}))
}
