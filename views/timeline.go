package views

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versions"
	"cooper/ui"
)

// timelineLimit is how many versions of one key are read for a look at them.
const timelineLimit = 2000

// timelineView is the history of one key, drawn downwards from the newest version.
type timelineView struct {
	env         *Env
	life        *ui.Life
	bucket, key string
	version     string // to stand on at first

	line      awsops.Reading[versions.Timeline]
	at, top   int
	page      int
	partition string
}

// NewTimeline makes the history of place.Key in place.Bucket; place.Version is selected.
func NewTimeline(env *Env, place ui.Place) ui.View {
	return &timelineView{env: env, life: env.Life(), bucket: place.Bucket, key: place.Key, version: place.Version, page: 1}
}

func (v *timelineView) Title() string { return ui.Clean(lastPart(v.key)) }
func (v *timelineView) Close()        { v.life.Close() }

// Crumbs shows the whole key.
func (v *timelineView) Crumbs() []string { return []string{"timeline", ui.Clean(v.key)} }

func (v *timelineView) Init() tea.Cmd {
	v.line.State = awsops.Loading
	return tea.Batch(v.read(), askPartition(v.env, v.life, &v.partition))
}

func (v *timelineView) read() tea.Cmd {
	return ui.Do(v.life, "timeline", func(ctx context.Context) (versions.Timeline, error) {
		return versions.ReadTimeline(ctx, v.env.Session.Reader(), v.bucket, v.key, timelineLimit)
	}, func(t versions.Timeline, err error) tea.Cmd {
		v.line = awsops.Read("ListObjectVersions", v.env.Now(), t, err)
		for i, row := range t.Rows {
			if row.VersionID == v.version {
				v.at = i
			}
		}
		v.version = ""
		v.move(0)
		return nil
	})
}

func (v *timelineView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case JobEnded:
		if m.Bucket == v.bucket {
			return v.read()
		}
	case ui.Resumed:
		return v.read()
	case tea.MouseWheelMsg:
		if m.Button == tea.MouseWheelUp {
			v.move(-1)
		} else {
			v.move(1)
		}
	}
	return nil
}

// move puts the cursor n rows on and keeps it in sight.
func (v *timelineView) move(n int) {
	rows := len(v.line.Value.Rows)
	page := max(v.page, 1) // nothing was drawn yet: the first drawing moves again
	v.at = max(0, min(v.at+n, rows-1))
	v.top = min(max(min(v.top, v.at), v.at-page+1), max(rows-page, 0))
}

func (v *timelineView) current() (listing.Row, bool) {
	if rows := v.line.Value.Rows; v.at < len(rows) {
		return rows[v.at], true
	}
	return listing.Row{}, false
}

func (v *timelineView) Render(w, h int) string {
	t, ok := v.line.Get()
	switch {
	case v.line.State <= awsops.Loading:
		return ui.Picture(v.env.Theme, ui.Loading, "Reading the versions of this key…", w, h)
	case v.line.State == awsops.Denied:
		return ui.Picture(v.env.Theme, ui.Denied, ui.Clean(Explain(v.line.Err).Sentence), w, h)
	case v.line.State == awsops.Unsupported:
		return ui.Picture(v.env.Theme, ui.Unsupported, ui.Clean(Explain(v.line.Err).Sentence), w, h)
	case !ok:
		return ui.Picture(v.env.Theme, ui.Failed, ui.Clean(Explain(v.line.Err).Sentence), w, h)
	case len(t.Rows) == 0:
		return ui.Picture(v.env.Theme, ui.Empty, "No version of this key is left.", w, h)
	}
	lines := []string{ui.Cut(v.env.Theme.Paint(ui.RoleMuted, v.summary(t)), w)}
	// Two lines a row, the second for the distance in time to the row below, while there is room.
	roomy := 2*len(t.Rows) <= h-1
	v.page = max(h-1, 1)
	if roomy {
		v.page = len(t.Rows)
	}
	v.move(0)
	for i := v.top; i < len(t.Rows) && i < v.top+v.page; i++ {
		lines = append(lines, v.rowLine(t, i, w))
		if roomy && i+1 < len(t.Rows) {
			lines = append(lines, v.gapLine(t, i, w))
		}
	}
	return strings.Join(lines, "\n")
}

// summary counts the history.
func (v *timelineView) summary(t versions.Timeline) string {
	sep := " " + v.env.Theme.Glyph().Sep + " "
	parts := []string{ui.Plural(int64(t.Versions), "version", "versions"), ui.Plural(int64(t.Markers), "delete marker", "delete markers"), ui.Bytes(t.Bytes)}
	if t.AtLeast {
		parts = append(parts, "only the newest "+ui.Thousands(timelineLimit)+" are shown")
	}
	if _, _, ok := t.Stacked(); ok {
		parts = append(parts, "deleted: U brings it back")
	}
	return " " + strings.Join(parts, sep)
}

// rowLine draws one version: a node, when, what, how large, how long it was the current one.
func (v *timelineView) rowLine(t versions.Timeline, i, w int) string {
	th, row := v.env.Theme, t.Rows[i]
	g := th.Glyph()
	word, style := stateWord(row.Latest, row.Marker)
	node := g.Off
	switch {
	case row.Marker:
		node = g.Cross
	case row.Latest:
		node = g.Mark
	}
	pointer := " "
	if i == v.at {
		pointer = g.Pointer
	}
	when := row.Modified.UTC().Format("2006-01-02 15:04:05")
	if row.Modified.IsZero() {
		when = "no time"
	}
	tie := "    "
	if t.Tied[i] {
		tie = " tie"
	}
	text := fmt.Sprintf("%s %s %s%s  %-13s  %-9s", pointer, node, when, tie, word, ui.Clean(shortVersion(row.VersionID)))
	if !row.Marker {
		text += ui.PadLeft(ui.Bytes(row.Size), 10)
		if w >= 100 {
			text += "  " + sizeBar(th, row.Size, largest(t), 16)
		}
	}
	role := cellRoles[style]
	if i == v.at {
		role = ui.RoleSelected
	}
	return ui.Cut(th.Paint(role, ui.Pad(ui.Cut(text, w), w)), w)
}

// gapLine draws the time between a row and the one below it.
func (v *timelineView) gapLine(t versions.Timeline, i, w int) string {
	th := v.env.Theme
	gap := ui.Span(t.Rows[i].Modified.Sub(t.Rows[i+1].Modified)) + " after the one below"
	if t.Tied[i] && t.Rows[i].Modified.Equal(t.Rows[i+1].Modified) {
		gap = "same time: which is older can't be told"
	}
	return ui.Cut(th.Paint(ui.RoleFaint, ui.Pad("  "+th.Glyph().V+"   "+gap, w)), w)
}

func largest(t versions.Timeline) int64 {
	most := int64(1)
	for _, row := range t.Rows {
		most = max(most, row.Size)
	}
	return most
}

// sizeBar is a size beside the largest one, at least one block long where there is any data.
func sizeBar(th *ui.Theme, size, most int64, w int) string {
	n := int(float64(size) / float64(most) * float64(w))
	if size > 0 {
		n = max(n, 1)
	}
	return strings.Repeat(th.Glyph().BarFull, n)
}

// Side is what the selected version is, in words.
func (v *timelineView) Side(w, h int) string {
	row, ok := v.current()
	if !ok {
		return ""
	}
	facts := rowFacts(row)
	if t := v.line.Value; v.at < len(t.Rows) && !row.Modified.IsZero() {
		label := "was current for"
		if v.at == 0 {
			label = "age"
		}
		facts = append(facts, ui.Fact{Label: label, Value: ui.Span(t.Until(v.at, v.env.Now()))})
	}
	lines := append([]string{v.env.Theme.Paint(ui.RoleTitle, ui.Cut(ui.Clean(lastPart(v.key)), w)), ""}, ui.FactLines(v.env.Theme, facts, w)...)
	return strings.Join(lines[:min(len(lines), h)], "\n")
}
