package views

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
	"cooper/ui/grid"
)

// propertiesView is a bucket's ninth tab: who owns it, what guards it, its tags, its lifecycle rules
// and its incomplete uploads.
type propertiesView struct {
	env    *Env
	life   *ui.Life
	bucket string
	focus  string // the section to stand on at first, until it is there
	board  *buckets.Board
	table  *table

	uploads   awsops.Reading[uploadList]
	partition string

	items []property
	lines []propertyLine
	width int
}

// uploadList are the incomplete uploads, as far as they were read.
type uploadList struct {
	uploads []buckets.Upload
	parts   map[string]buckets.Parts // by upload id, for the first ones
	ours    map[string]awsops.UploadRecord
	more    bool
}

// propertyLine is one row of the table: a line of an item.
type propertyLine struct {
	item        int
	label, text string
	style       grid.Style
}

// NewProperties makes the properties tab of place.Bucket. place.Focus names the section to stand on:
// "access", "tags", "lifecycle" or "uploads".
func NewProperties(env *Env, place ui.Place) ui.View {
	v := &propertiesView{env: env, life: env.Life(), bucket: place.Bucket, focus: place.Focus, width: 80}
	v.board = buckets.NewBoard(v.life.Context(), env.Session.Reader())
	v.table = newTable(env.Theme, v, grid.Column{Title: "property", Width: 16}, grid.Column{Title: "", Width: 20, Flex: 1})
	return v
}

func (v *propertiesView) Title() string { return "properties" }
func (v *propertiesView) Close()        { v.life.Close() }

// Crumbs leads back to the bucket.
func (v *propertiesView) Crumbs() []string { return []string{ui.Clean(v.bucket), "properties"} }

func (v *propertiesView) Init() tea.Cmd {
	return tea.Batch(v.load(), askPartition(v.env, v.life, &v.partition))
}

func (v *propertiesView) load() tea.Cmd {
	v.board.Forget(v.bucket)
	v.board.Want([]string{v.bucket}, buckets.Everything)
	v.uploads.State = awsops.Loading
	v.build()
	return tea.Batch(ui.Watch(v.life, "facts", v.board), v.readUploads())
}

// The bounds on what is read of incomplete uploads for a look at them.
const (
	uploadsShown = 1000
	partsCounted = 20
)

// readUploads lists the incomplete uploads and counts what the oldest hold.
func (v *propertiesView) readUploads() tea.Cmd {
	return ui.Do(v.life, "uploads", func(ctx context.Context) (uploadList, error) {
		r, out := v.env.Session.Reader(), uploadList{parts: map[string]buckets.Parts{}, ours: v.env.ownUploads(v.bucket)}
		for page, err := range buckets.Uploads(ctx, r, v.bucket, "") {
			if err != nil {
				return out, err
			}
			out.uploads = append(out.uploads, page...)
			if len(out.uploads) >= uploadsShown {
				out.more = true
				break
			}
		}
		slices.SortStableFunc(out.uploads, func(a, b buckets.Upload) int { return a.Begun.Compare(b.Begun) })
		for _, u := range out.uploads[:min(len(out.uploads), partsCounted)] {
			p, err := buckets.ReadParts(ctx, r, v.bucket, u)
			if err != nil {
				break // the list is worth showing without the counts
			}
			out.parts[u.ID] = p
		}
		return out, nil
	}, func(list uploadList, err error) tea.Cmd {
		v.uploads = awsops.Read("ListMultipartUploads", v.env.Now(), list, err)
		v.build()
		return nil
	})
}

func (v *propertiesView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case ui.Grew:
		if m.Life == v.life {
			v.build()
		}
		return nil
	case JobEnded:
		if m.Bucket == v.bucket || m.Kind == buckets.KindAccountBlock {
			return v.load()
		}
		return nil
	case ui.Resumed:
		return v.load()
	}
	return v.table.Update(msg)
}

func (v *propertiesView) Render(w, h int) string {
	if w != v.width {
		v.width = w
		v.build()
	}
	return v.table.Render(w, h)
}

// Len, Want and Cell make the view its own table's source.
func (v *propertiesView) Len() (int, bool) { return len(v.lines), true }

// Want does nothing: everything is read when the tab opens.
func (v *propertiesView) Want(int, int) {}

func (v *propertiesView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	l := v.lines[row]
	if col == 0 {
		if v.items[l.item].kind == propSection {
			return append(buf, l.label...), cellAccent
		}
		return append(buf, l.label...), cellMuted
	}
	return append(buf, l.text...), l.style
}

// current is the item under the cursor.
func (v *propertiesView) current() property {
	if row, ok := v.table.Selected(); ok && row < len(v.lines) {
		return v.items[v.lines[row].item]
	}
	return property{}
}

// build makes the rows anew and keeps the cursor on its item.
func (v *propertiesView) build() {
	was := v.current().id
	v.items = v.properties()
	v.lines = v.lines[:0]
	at := -1
	for i, p := range v.items {
		if at < 0 && v.wants(p, was) {
			at = len(v.lines)
		}
		v.lines = append(v.lines, propertyLines(i, p, v.width)...)
	}
	if row, ok := v.table.Selected(); at >= 0 && (!ok || row != at) {
		v.table.SelectRow(at)
	}
	if at >= 0 && v.board.Complete() && v.uploads.Settled() {
		v.focus = ""
	}
}

// wants says whether the cursor belongs on p: in the section that was asked for, or where it was.
func (v *propertiesView) wants(p property, was string) bool {
	if v.focus != "" {
		return p.section == v.focus
	}
	return was != "" && p.id == was
}

// propertyLines breaks an item's text into the rows that a screen of this width needs.
func propertyLines(item int, p property, width int) []propertyLine {
	texts := []string{p.text}
	if p.text != "" {
		texts = ui.Wrap(p.text, max(width-24, 12))
	}
	out := make([]propertyLine, len(texts))
	for i, text := range texts {
		out[i] = propertyLine{item: item, text: text, style: p.style}
	}
	out[0].label = p.label
	return out
}

func (v *propertiesView) Copies() []ui.CopyItem {
	f := v.board.Facts(v.bucket)
	items := bucketCopies(v.env, v.partition, v.bucket, f.Region.Value)
	if p := v.current(); p.copy != "" {
		items = append([]ui.CopyItem{{Label: strings.TrimSpace(p.label), Value: p.copy}}, items...)
	}
	return items
}
