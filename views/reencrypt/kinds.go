// Package reencrypt is the screen that counts how a bucket's objects are encrypted, shows which differ from the
// default, and encrypts them anew.
package reencrypt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/encryption"
	"cooper/awsops/reencrypt"
	"cooper/awsops/sse"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// Screen is the screen's name.
const Screen = "kinds"

// kinds counts while it is looked at: by kind, or the objects of one kind, or those that differ from the default.
type kinds struct {
	env    *views.Env
	life   *ui.Life
	scope  reencrypt.Scope
	table  views.Table
	census *reencrypt.Census
	job    *awsops.Job
	view   reencrypt.View

	byDefault awsops.Reading[buckets.Encryption]

	list    bool  // objects, not kinds
	group   int   // of the objects that are listed; -1: all
	differs bool  // only what differs from the default
	shown   []int // indices into view.Found
	failed  error // why counting could not begin
}

// New makes the screen for place.Bucket: for what is under place.Prefix, for the object place.Key, or for the keys that
// place.Focus stands for.
func New(env *views.Env, place ui.Place) ui.View {
	v := &kinds{env: env, life: env.Life(), scope: reencrypt.Scope{Bucket: place.Bucket, Prefix: place.Prefix, Keys: env.Kept(place.Focus)}, group: -1}
	if place.Key != "" {
		v.scope.Keys = []string{place.Key}
	}
	v.table = views.NewTable(env.Theme, v, kindColumns...)
	return v
}

var kindColumns = []grid.Column{
	{Title: "encryption", Width: 20, Flex: 1, Max: 24},
	{Title: "objects", Width: 9, Align: grid.Right},
	{Title: "bytes", Width: 9, Align: grid.Right},
	{Title: "locked", Width: 7, Align: grid.Right, Drop: 2},
	{Title: "archived", Width: 8, Align: grid.Right, Drop: 1},
	{Title: "key", Width: 10, Flex: 2, Cut: grid.CutMiddle, Drop: 3},
}

var objectColumns = []grid.Column{
	{Title: "key", Width: 20, Flex: 2, Cut: grid.CutMiddle, Pan: true},
	{Title: "size", Width: 9, Align: grid.Right},
	{Title: "encryption", Width: 12},
	{Title: "with the key", Width: 12, Flex: 1, Cut: grid.CutMiddle, Drop: 1},
}

func (v *kinds) Title() string { return "encryption of objects" }

// Crumbs leads back to the objects.
func (v *kinds) Crumbs() []string {
	out := []string{"encryption of objects"}
	switch {
	case len(v.scope.Keys) == 1:
		out = append(out, ui.Clean(v.scope.Keys[0]))
	case len(v.scope.Keys) > 1:
		out = append(out, ui.Plural(int64(len(v.scope.Keys)), "object", "objects"))
	case v.scope.Prefix != "":
		out = append(out, ui.Clean(v.scope.Prefix))
	}
	return out
}

// Close stops counting: nobody would see the end of it.
func (v *kinds) Close() {
	v.stopJob()
	v.life.Close()
}

func (v *kinds) stopJob() {
	if v.job != nil {
		v.job.Cancel(errors.New("stopped"))
	}
}

func (v *kinds) Init() tea.Cmd { return v.count() }

// count looks at the default and at every object anew.
func (v *kinds) count() tea.Cmd {
	v.stopJob()
	v.failed = nil
	type begun struct {
		plan      *awsops.Plan
		census    *reencrypt.Census
		byDefault awsops.Reading[buckets.Encryption]
	}
	return ui.Do(v.life, "begin", func(ctx context.Context) (begun, error) {
		r := v.env.Session.Reader()
		var b begun
		b.byDefault = encryption.Reading(ctx, r, v.scope.Bucket)
		b.census = &reencrypt.Census{Scope: v.scope}
		b.plan = b.census.Plan(ctx, r)
		return b, nil
	}, func(b begun, err error) tea.Cmd {
		if v.failed = err; err != nil {
			return nil
		}
		v.byDefault, v.census = b.byDefault, b.census
		v.job = v.env.Session.Apply(v.env.Context, b.plan)
		v.refresh()
		return tea.Batch(ui.Wake(), ui.Watch(v.life, "census", growing{v.census, v.job}))
	})
}

// growing is a Census with its job, to be watched.
type growing struct {
	census *reencrypt.Census
	job    *awsops.Job
}

// Version counts the objects that were looked at.
func (g growing) Version() uint64 { return uint64(g.census.Looked()) } //nolint:gosec // a count

// Complete reports the end of the job.
func (g growing) Complete() bool {
	select {
	case <-g.job.Done():
		return true
	default:
		return false
	}
}

func (v *kinds) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case ui.Grew:
		if m.Life == v.life {
			v.refresh()
		}
		return nil
	case views.JobEnded:
		if m.Bucket == v.scope.Bucket && m.Kind == reencrypt.KindApply {
			return v.count()
		}
		return nil
	}
	return v.table.Update(msg)
}

// refresh takes over what was counted.
func (v *kinds) refresh() {
	if v.census != nil {
		v.view = v.census.View()
	}
	v.shown = v.shown[:0]
	for i, f := range v.view.Found {
		if v.list && (v.group < 0 || f.Group == v.group) && (!v.differs || v.differsFromDefault(f)) {
			v.shown = append(v.shown, i)
		}
	}
	if !v.running() { // while it runs there is no order to keep, and sorting again and again would cost
		slices.SortFunc(v.shown, func(a, b int) int { return strings.Compare(v.view.Found[a].Key, v.view.Found[b].Key) })
	}
	v.picture()
}

// differsFromDefault compares an object with what the bucket's default would make of it.
func (v *kinds) differsFromDefault(f reencrypt.Found) bool {
	e, ok := v.byDefault.Get()
	if !ok || f.Err != "" {
		return f.Err != ""
	}
	c := asChoice(e)
	told := sse.Told{Algorithm: f.Encrypted.Algorithm(), KeyID: f.Encrypted.KeyID, Fingerprint: f.Encrypted.Fingerprint}
	return c.Ignored(told) != "" || c.Kind == sse.KMS && c.BucketKey != f.Encrypted.BucketKey
}

// asChoice is the default as a choice that sends it.
func asChoice(e buckets.Encryption) sse.Choice {
	for _, k := range []sse.Kind{sse.S3, sse.KMS, sse.DSSE} {
		if (sse.Choice{Kind: k}).Algorithm() == e.Algorithm {
			return sse.Choice{Kind: k, KeyID: e.KeyID, BucketKey: e.BucketKey && k == sse.KMS}
		}
	}
	return sse.Choice{}
}

func (v *kinds) picture() {
	switch {
	case v.failed != nil:
		v.table.Trouble(v.failed)
	case v.running():
		v.table.Picture(ui.Loading, "Sending a HEAD for each object: a listing doesn't tell how it is encrypted.")
	case v.jobErr() != nil && v.view.Looked == 0:
		v.table.Trouble(v.jobErr())
	case v.list && v.differs:
		v.table.Picture(ui.Empty, "None of those that were looked at differs from the bucket's default.")
	default:
		v.table.Picture(ui.Empty, "There are no current objects here.")
	}
}

func (v *kinds) running() bool {
	return v.job == nil || !v.job.Snapshot().State.Ended()
}

// jobErr is why counting ended early, nil when it didn't or a person stopped it.
func (v *kinds) jobErr() error {
	if v.job == nil {
		return nil
	}
	if s := v.job.Snapshot(); s.Err != nil && s.State != awsops.JobCancelled {
		return s.Err
	}
	return nil
}

// Len is how many rows there are.
func (v *kinds) Len() (int, bool) {
	if v.list {
		return len(v.shown), !v.running()
	}
	return len(v.view.Groups), !v.running()
}

// Want is not needed: everything is here.
func (v *kinds) Want(int, int) {}

// Cell draws a cell.
func (v *kinds) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	if v.list {
		return v.objectCell(v.view.Found[v.shown[row]], col, buf)
	}
	g := v.view.Groups[row]
	switch col {
	case 0:
		return append(buf, ui.Clean(g.Label())...), kindStyle(g)
	case 1:
		return append(buf, ui.Thousands(g.Objects)...), views.CellText
	case 2:
		return append(buf, ui.Bytes(g.Bytes)...), views.CellText
	case 3:
		return append(buf, orDash(g.Locked)...), views.CellMuted
	case 4:
		return append(buf, orDash(g.Archived)...), views.CellMuted
	}
	key := g.Key()
	if g.Encryption.BucketKey {
		key = "bucket key, " + key
	}
	return append(buf, ui.Clean(key)...), views.CellMuted
}

func kindStyle(g reencrypt.Group) grid.Style {
	if g.Failed || g.Sealed || g.None {
		return views.CellWarn
	}
	return views.CellText
}

func orDash(n int64) string {
	if n == 0 {
		return "-"
	}
	return ui.Thousands(n)
}

func (v *kinds) objectCell(f reencrypt.Found, col int, buf []byte) ([]byte, grid.Style) {
	g := v.view.Groups[f.Group]
	switch col {
	case 0:
		return append(buf, ui.Clean(f.Key)...), views.CellText
	case 1:
		return append(buf, ui.Bytes(f.Size)...), views.CellText
	case 2:
		return append(buf, ui.Clean(g.Label())...), kindStyle(g)
	}
	if f.Err != "" {
		return append(buf, ui.Clean(f.Err)...), views.CellWarn
	}
	return append(buf, ui.Clean(g.Key())...), views.CellMuted
}

func (v *kinds) Render(w, h int) string {
	if h < 6 {
		return v.table.Render(w, h)
	}
	head := ui.Wrap(v.said(), w)
	head = head[:min(len(head), 2)]
	for i, l := range head {
		head[i] = v.env.Theme.Paint(ui.RoleMuted, l)
	}
	return strings.Join(head, "\n") + "\n" + v.table.Render(w, h-len(head))
}

// said is what was counted, honestly: how many were looked at, and whether that is all.
func (v *kinds) said() string {
	n := ui.Plural(v.view.Looked, "object", "objects")
	what := "HEADs sent for " + n + ", all there are."
	switch {
	case v.running():
		what = "HEADs sent for " + n + ", and going on."
	case v.jobErr() != nil:
		what = "HEADs sent for " + n + ", then it failed: " + ui.Clean(v.jobErr().Error())
	case v.job.Snapshot().State == awsops.JobCancelled:
		what = "HEADs sent for " + n + ", then it was stopped: there are more."
	}
	def := "The bucket's default is not known"
	if e, ok := v.byDefault.Get(); ok {
		def = "Default: " + ui.Clean(asChoice(e).String())
	}
	if v.list {
		def = fmt.Sprintf("%s shown%s. %s", ui.Thousands(int64(len(v.shown))), map[bool]string{true: " that differ from the default"}[v.differs], def)
	}
	return what + " " + def + "."
}
