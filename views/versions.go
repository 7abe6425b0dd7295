package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
	"cooper/ui"
	"cooper/ui/grid"
)

// versionsView is a bucket's second tab: every version and delete marker under a prefix.
type versionsView struct {
	keyRows
	bucket, prefix string
	state          awsops.Reading[versioning.State]
	tally          versions.Tally
	totals         versions.Totals
	partition      string
}

var versionColumns = []grid.Column{
	{Title: "key", Width: 26, Flex: 1, Cut: grid.CutMiddle, Pan: true},
	{Title: "state", Width: 13},
	{Title: "version", Width: 9, Drop: 3},
	{Title: "size", Width: 9, Align: grid.Right, Drop: 1},
	{Title: "modified (UTC)", Width: 20, Drop: 2},
	{Title: "class", Width: 11, Drop: 4},
}

var versionOrders = []keyOrder{
	{title: "key, newest version first", col: 0},
	{title: "key, descending", col: 0, desc: true, key: func(_ listing.View, row int) int64 { return int64(row) }},
	{title: "state: deleted, current, noncurrent", col: 1, key: func(v listing.View, row int) int64 {
		latest, marker := v.Flags(row)
		switch {
		case latest && marker:
			return 0
		case latest:
			return 1
		case marker:
			return 2
		}
		return 3
	}},
	{title: "size, largest first", col: 3, desc: true, key: listing.View.Size},
	{title: "modified, newest first", col: 4, desc: true, key: listing.View.Nanos},
	{title: "modified, oldest first", col: 4, key: listing.View.Nanos},
}

// NewVersions makes the versions tab of place.Bucket, below place.Prefix.
func NewVersions(env *Env, place ui.Place) ui.View {
	v := &versionsView{bucket: place.Bucket, prefix: place.Prefix}
	v.keyRows = keyRows{env: env, life: env.Life(), source: v, orders: versionOrders, made: -1, skip: len(place.Prefix)}
	v.table = newTable(env.Theme, v, versionColumns...)
	v.table.SetNoun("row", "rows")
	v.table.onFilter = v.filtered
	return v
}

func (v *versionsView) Title() string { return "versions" }
func (v *versionsView) Typing() bool  { return v.table.Typing() }
func (v *versionsView) Close()        { v.life.Close() }

// Crumbs shows what is listed: the bucket stands before it.
func (v *versionsView) Crumbs() []string {
	if v.prefix == "" {
		return []string{"versions"}
	}
	return []string{"versions", ui.Clean(v.prefix)}
}

func (v *versionsView) Init() tea.Cmd {
	cmd := v.refresh()
	v.picture()
	return tea.Batch(cmd, askPartition(v.env, v.life, &v.partition))
}

func (v *versionsView) refresh() tea.Cmd {
	v.tally = versions.Tally{}
	return tea.Batch(v.start(listing.Query{Bucket: v.bucket, Prefix: v.prefix, Versions: true}), v.readState())
}

func (v *versionsView) readState() tea.Cmd {
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

func (v *versionsView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case ui.Grew:
		if m.Life != v.life {
			return nil
		}
		cmd := v.grew()
		if !v.stale {
			v.totals = v.tally.Count(v.view)
		}
		v.picture()
		return cmd
	case JobEnded:
		if m.Bucket == v.bucket {
			return v.refresh()
		}
		return nil
	}
	return v.table.Update(msg)
}

func (v *versionsView) picture() {
	if v.prefix != "" {
		v.keyRows.picture("No version has a key that begins with "+ui.Clean(v.prefix)+".", "esc goes back.")
		return
	}
	v.keyRows.picture("This bucket holds no versions and no delete markers.")
}

// Render draws the table and, below it, the bucket's state and the totals.
func (v *versionsView) Render(w, h int) string {
	if v.sized(w) && v.list != nil {
		v.picture()
	}
	if h < 6 {
		return v.table.Render(w, h)
	}
	foot := []string{v.stateLine(w)}
	if total := v.totalLine(w); total != "" {
		foot = append(foot, total)
	}
	return v.table.Render(w, h-len(foot)) + "\n" + strings.Join(foot, "\n")
}

// stateLine says how versioning stands.
func (v *versionsView) stateLine(w int) string {
	text, style := readingCell(v.state, "", stateCell)
	if text == "" {
		text = "not read yet"
	}
	role := cellRoles[style]
	return ui.Pad(ui.Cut(v.env.Theme.Paint(ui.RoleMuted, " versioning ")+v.env.Theme.Paint(role, text), w), w)
}

// stateCell words a versioning state and says how sure a deletion can be undone.
func stateCell(s versioning.State) (string, grid.Style) {
	text, style := s.String(), cellGood
	switch {
	case s.Never():
		style = cellMuted
		text += ": deleting is for good"
	case !s.On():
		style = cellWarn
		text += ": PUT and DELETE destroy null versions"
	}
	return text, style
}

func (v *versionsView) totalLine(w int) string {
	n, _ := v.Len()
	if n == 0 {
		return ""
	}
	so := " "
	if !v.list.Complete() {
		so = " so far, "
	}
	t, sep := v.totals, " "+v.env.Theme.Glyph().Sep+" "
	full := so + strings.Join([]string{
		ui.Thousands(t.Current) + " current, " + ui.Bytes(t.CurrentBytes),
		ui.Thousands(t.Noncurrent) + " noncurrent, " + ui.Bytes(t.NoncurrentBytes),
		ui.Plural(t.Markers, "delete marker", "delete markers"),
		ui.Plural(t.Deleted, "key deleted", "keys deleted"),
	}, sep)
	short := so + strings.Join([]string{ // of all that the markers stand for, how many keys are hidden says least
		ui.Thousands(t.Current) + " current, " + ui.Bytes(t.CurrentBytes),
		ui.Thousands(t.Noncurrent) + " noncurrent, " + ui.Bytes(t.NoncurrentBytes),
		ui.Plural(t.Markers, "delete marker", "delete markers"),
	}, sep)
	line := full
	if ui.Width(full) > w {
		line = short
	}
	return ui.Pad(ui.Cut(v.env.Theme.Paint(ui.RoleMuted, line), w), w)
}

// Cell draws a cell of the table.
func (v *versionsView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	latest, marker := v.view.Flags(row)
	switch col {
	case 0:
		key := v.view.AppendKey(nil, row)
		if len(key) > v.skip {
			key = key[v.skip:]
		}
		return append(buf, ui.Clean(string(key))...), cellText
	case 1:
		word, style := stateWord(latest, marker)
		return append(buf, word...), style
	case 2:
		return append(buf, ui.Clean(shortVersion(v.view.VersionID(row)))...), cellMuted
	case 3:
		if marker {
			return buf, cellFaint
		}
		return append(buf, ui.Bytes(v.view.Size(row))...), cellText
	case 4:
		buf = appendTime(buf, v.view.Nanos(row), false)
		if versions.Tie(v.view, row) {
			return append(buf, " tie"...), cellWarn
		}
		return buf, cellMuted
	}
	return append(buf, ui.Clean(v.view.Class(row))...), cellMuted
}

// stateWord says what a row is. Colour only repeats it.
func stateWord(latest, marker bool) (string, grid.Style) {
	switch {
	case latest && marker:
		return "DELETE MARKER", cellBad
	case marker:
		return "old marker", cellMuted
	case latest:
		return "current", cellGood
	}
	return "noncurrent", cellMuted
}

func versionState(row listing.Row) string {
	word, _ := stateWord(row.Latest, row.Marker)
	return word
}

// shortVersion is as much of a version id as tells it from others.
func shortVersion(id string) string {
	if len(id) > 9 {
		return id[:8] + "…"
	}
	return id
}

// Side is what the selected row is, in words.
func (v *versionsView) Side(w, h int) string {
	row, ok := v.current()
	if !ok {
		return ""
	}
	facts := rowFacts(row)
	if i, ok := v.table.Selected(); ok && versions.Tie(v.view, i) {
		facts = append(facts, ui.Fact{Label: "tie", Value: "another version of this key has the same time; which of them is older can't be told from the times"})
	}
	lines := append([]string{v.env.Theme.Paint(ui.RoleTitle, ui.Cut(ui.Clean(lastPart(row.Key)), w)), ""},
		ui.FactLines(v.env.Theme, facts, w)...)
	return strings.Join(lines[:min(len(lines), h)], "\n")
}
