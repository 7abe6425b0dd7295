package edit

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objectedit"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// screen shows what an object has, and what is to be changed about it. Nothing is sent before it is saved.
type screen struct {
	env   *views.Env
	life  *ui.Life
	place ui.Place
	table views.Table

	now   objects.Details
	read  bool           // now was read at least once
	head  objects.Head   // as it shall be
	tags  []objects.Pair // as they shall be
	rows  []row
	width int
}

// New makes the screen of place.Key in place.Bucket; place.Version is "" for the current object.
func New(env *views.Env, place ui.Place) ui.View {
	v := &screen{env: env, life: env.Life(), place: place}
	v.table = views.NewTable(env.Theme, v, grid.Column{Title: "property", Width: 22}, grid.Column{Title: "value", Width: 20, Flex: 1, Pan: true})
	return v
}

func (v *screen) Title() string { return "edit" }
func (v *screen) Close()        { v.life.Close() }

// Crumbs shows the key, and the version where it is an older one.
func (v *screen) Crumbs() []string {
	crumbs := []string{ui.Clean(v.place.Key), "edit"}
	if v.place.Version != "" {
		crumbs = append(crumbs, "version "+ui.Clean(v.place.Version))
	}
	return crumbs
}

func (v *screen) Init() tea.Cmd { return v.refresh() }

func (v *screen) refresh() tea.Cmd {
	if !v.read {
		v.table.Picture(ui.Loading, "Reading headers, metadata and tags…")
	}
	return ui.Do(v.life, "read", func(ctx context.Context) (objects.Details, error) {
		return objects.ReadDetails(ctx, v.env.Session.Reader(), v.place.Bucket, v.place.Key, v.place.Version), nil
	}, func(d objects.Details, _ error) tea.Cmd {
		v.took(d)
		return nil
	})
}

// took takes in what was read. What was changed here and isn't saved stays.
func (v *screen) took(d objects.Details) {
	fresh := !v.read || v.Dirty() == ""
	v.now = d
	if fresh || d.Head.State != awsops.Known {
		v.drop()
	}
	v.read = v.read || d.Head.State == awsops.Known
	v.arrange()
}

// drop goes back to what the object has.
func (v *screen) drop() {
	v.head, v.tags = v.now.Head.Value, slices.Clone(v.now.Tags.Value)
	v.head.Metadata = slices.Clone(v.head.Metadata)
}

func (v *screen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case views.JobEnded:
		if m.Bucket == v.place.Bucket {
			return v.refresh()
		}
		return nil
	case ui.Resumed:
		return v.refresh()
	}
	return v.table.Update(msg)
}

// arrange makes the rows anew.
func (v *screen) arrange() {
	at, stood := v.table.Selected()
	v.rows = nil
	if v.now.Head.State == awsops.Known {
		v.rows = v.build()
	} else if v.now.Head.Err != nil {
		v.table.Trouble(v.now.Head.Err)
	}
	v.table.SetSource(v)
	if !stood {
		at = 1
	}
	v.table.SelectRow(min(at, max(len(v.rows)-1, 0)))
}

// Len, Want and Cell make it the table's source.
func (v *screen) Len() (int, bool) { return len(v.rows), true }

// Want does nothing: all rows are there.
func (v *screen) Want(int, int) {}

// Cell draws a label or a value.
func (v *screen) Cell(i, col int, buf []byte) ([]byte, grid.Style) {
	r := v.rows[i]
	switch {
	case col == 0 && r.kind == heading:
		return append(buf, r.label...), views.CellAccent
	case col == 0:
		return append(buf, "  "+r.label...), views.CellMuted
	}
	return append(buf, r.text...), r.style
}

func (v *screen) Render(w, h int) string {
	v.width = w
	if len(v.rows) == 0 || h < 6 {
		return v.table.Render(w, h)
	}
	foot := "Nothing is changed yet."
	role := ui.RoleMuted
	if text := v.Dirty(); text != "" {
		foot, role = text+" S shows the plan.", ui.RoleWarn
	}
	return v.table.Render(w, h-1) + "\n" + ui.Pad(ui.Cut(v.env.Theme.Paint(role, " "+foot), w), w)
}

// Dirty says that something was changed and not saved.
func (v *screen) Dirty() string {
	if !v.read {
		return ""
	}
	n := len(v.change().Headers)
	if v.head.StorageClass != v.now.Head.Value.StorageClass {
		n++
	}
	n += pairsDiffer(v.now.Head.Value.Metadata, v.head.Metadata) + pairsDiffer(v.now.Tags.Value, v.tags)
	if n == 0 {
		return ""
	}
	return ui.Plural(int64(n), "change is", "changes are") + " not saved."
}

// pairsDiffer counts the names whose value is another one, or that are in one of two lists only.
func pairsDiffer(a, b []objects.Pair) int {
	n := 0
	for _, p := range a {
		if !slices.Contains(b, p) {
			n++
		}
	}
	for _, p := range b {
		if !slices.ContainsFunc(a, func(q objects.Pair) bool { return q.Name == p.Name }) {
			n++
		}
	}
	return n
}

// change is what a copy onto itself would have to do.
func (v *screen) change() objectedit.Change {
	c := objectedit.Change{Headers: map[objectedit.Header]string{}}
	before := v.now.Head.Value
	for _, h := range objectedit.Headers() {
		if value := *h.Of(&v.head); value != *h.Of(&before) {
			c.Headers[h] = value
		}
	}
	if before.StorageClass != v.head.StorageClass {
		c.Class = v.head.StorageClass
	}
	if pairsDiffer(before.Metadata, v.head.Metadata) > 0 {
		c.Metadata = objectedit.Pairs{Only: true, Set: v.head.Metadata}
	}
	return c
}

// save plans the changes: of tags alone in place, of all else by a copy that takes the tags along.
func (v *screen) save() tea.Cmd {
	before := v.now.Head.Value
	set := objectset.One(v.place.Bucket, v.place.Key, v.place.Version, before.ETag, before.Size)
	c := v.change()
	tags := objectedit.Pairs{}
	if pairsDiffer(v.now.Tags.Value, v.tags) > 0 {
		tags = objectedit.Pairs{Only: true, Set: v.tags}
	}
	if c.None() {
		return propose(v.env, v.life, objectedit.PlanTags, objectedit.TagSpec{Set: set, Tags: tags})
	}
	c.Tags = tags
	return propose(v.env, v.life, objectedit.PlanEdit, objectedit.Spec{Set: set, Change: c})
}

// whyNoCopy says why nothing but tags can be changed, "" when all can.
func (v *screen) whyNoCopy() string {
	switch {
	case v.now.Head.State != awsops.Known:
		return "the object isn't read"
	case v.place.Version != "":
		return "this is an older version: only its tags can be changed; restore it first"
	case v.now.Head.Value.MissingMetadata > 0:
		return "it has metadata that no header can carry, and a copy would lose it"
	}
	if err := copies.Readable(copies.Place{Bucket: v.place.Bucket, Key: v.place.Key}, v.now.Head.Value); err != nil {
		return awsops.Wrap("", "", "", err).Message + ": restore it first; only tags can be changed"
	}
	return ""
}

// whyNoTags says why tags can't be changed.
func (v *screen) whyNoTags() string {
	if v.now.Head.State != awsops.Known {
		return "the object isn't read"
	}
	if v.now.Tags.State == awsops.Absent {
		return ""
	}
	return views.Offered(v.now.Tags)
}

// value shows an empty text as words.
func value(s string) string {
	if s == "" {
		return "(none)"
	}
	return ui.Clean(strings.TrimSpace(s))
}
