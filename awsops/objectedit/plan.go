package objectedit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/versioning"
)

// The kinds of this package's plans.
const (
	KindEdit = "objects.edit"
	KindTag  = "objects.tag"
	KindText = "object.text"
)

// Spec is what is changed about which objects.
type Spec struct {
	Set    objectset.Set `json:"set"`
	Change Change        `json:"change"`
}

// Planners are the package's planners by kind, for going on with a job.
func Planners() awsops.Planners {
	return awsops.Planners{KindEdit: parsed(PlanEdit), KindTag: parsed(PlanTags), KindText: parsed(PlanText)}
}

func parsed[T any](plan func(context.Context, *awsops.Reader, T) (*awsops.Plan, error)) awsops.Planner {
	return func(ctx context.Context, r *awsops.Reader, raw json.RawMessage) (*awsops.Plan, error) {
		var in T
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, awsops.Invalid("plan", "the job's parameters can't be read", "Plan the change again.")
		}
		return plan(ctx, r, in)
	}
}

// editor makes the copies of one plan.
type editor struct {
	spec Spec
	lock bool // the bucket has Object Lock

	keyFile func(fingerprint string) string // where a customer's key is kept

	changed *objectset.Changed // what the read-back looks at
}

// PlanEdit plans changing headers, metadata, the storage class and, along with these, tags, by copying each object onto
// itself. Only current objects can be: a copy of an older version would bring that back. Errors: KindInvalid for a
// change that can't be or changes nothing, KindConflict for an only object that a copy can't read.
func PlanEdit(ctx context.Context, r *awsops.Reader, in Spec) (*awsops.Plan, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	t, err := in.Set.Count(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	if t.N == 0 {
		return nil, nothingThere(KindEdit, in.Set)
	}
	p, err := newPlan(ctx, r, KindEdit, "Edit "+in.Set.Name(t), in.Set, in)
	if err != nil {
		return nil, err
	}
	lock := versioning.ReadLock(ctx, r, in.Set.Bucket)
	ed := &editor{spec: in, changed: objectset.Watch(t.First), keyFile: r.Session().Keys().File}
	ed.lock, _ = lock.Get()
	heads, err := ed.look(ctx, r, p, t)
	if err != nil {
		return nil, err
	}
	effects(p, t, 1, 2)
	ed.warn(ctx, r, p, t, heads)
	step := awsops.Step{Title: "copy each object onto itself", Command: ed.lines(p.Target, t, heads), Workers: 8, Do: ed.each, Source: in.Set.Source("objects.edited", nil)}
	if e, one := in.Set.Single(); one {
		step = awsops.Step{Title: "copy the object onto itself", Command: step.Command,
			Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
				return ed.one(ctx, w, e)
			}}
	}
	p.Steps = []awsops.Step{step}
	return p, nil
}

func (in Spec) check() error {
	text := in.Set.Problem()
	if text == "" {
		text = in.Change.Problem()
	}
	if text == "" && in.Change.None() {
		return awsops.Unchanged(KindEdit)
	}
	if text == "" && !in.Change.Tags.None() && !in.Change.Tags.Only {
		text = "tags that go along with a copy are given as a whole"
	}
	for _, e := range in.Set.Entries {
		if text == "" && !in.Set.Under && e.VersionID != "" {
			text = "only current objects can be edited: restore the version first, or change its tags, which needs no copy"
		}
	}
	if text != "" {
		return awsops.Invalid(KindEdit, text, "")
	}
	return nil
}

func nothingThere(kind string, s objectset.Set) error {
	return &awsops.Error{Op: kind, Bucket: s.Bucket, Kind: awsops.KindConflict, Message: "there is no such object", Hint: "Refresh and look again."}
}

func newPlan(ctx context.Context, r *awsops.Reader, kind, title string, s objectset.Set, spec any) (*awsops.Plan, error) {
	raw, err := json.Marshal(spec)
	if err != nil {
		return nil, awsops.Invalid(kind, "the change can't be recorded", "")
	}
	return &awsops.Plan{ID: r.Session().NewID(), Kind: kind, Title: title, Target: r.Target(ctx, s.Bucket),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}, Params: raw}, nil
}

func note(p *awsops.Plan, level awsops.Level, format string, args ...any) {
	p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: fmt.Sprintf(format, args...)})
}

// effects counts requests: puts and gets for each object.
func effects(p *awsops.Plan, t objectset.Tally, puts, gets int64) {
	p.Effects = awsops.Effects{Objects: t.N, AtLeast: t.AtLeast, Counted: "as seen now",
		Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: puts * t.N}, {Class: "GET", N: gets * t.N}}}
}

// look reads the first objects, says what becomes of them, and makes them part of the basis and of the read-back.
func (ed *editor) look(ctx context.Context, r *awsops.Reader, p *awsops.Plan, t objectset.Tally) ([]objects.Head, error) {
	_, alone := ed.spec.Set.Single()
	var heads []objects.Head
	for _, e := range t.First {
		head, err := objects.ReadHead(ctx, r, ed.spec.Set.Bucket, e.Key, "")
		if err == nil && alone {
			err = ed.alone(e, head)
		}
		if err != nil {
			return nil, err
		}
		heads = append(heads, head)
		changes := headChanges(head, ed.spec.Change.Head(head))
		if !alone {
			changes = oneLine(e.Key, changes)
		}
		p.Changes = append(p.Changes, changes...)
		if !ed.spec.Change.Tags.None() {
			if err := ed.lookTags(ctx, r, p, e, alone); err != nil {
				return nil, err
			}
		}
		ed.pin(p, e, head)
	}
	if len(p.Changes) == 0 {
		return nil, awsops.Unchanged(KindEdit)
	}
	if more := t.N - int64(len(t.First)); more > 0 {
		p.Changes = append(p.Changes, awsops.Change{Field: fmt.Sprintf("and %d more", more), Before: "…", After: "the same way"})
	}
	return heads, nil
}

func (ed *editor) lookTags(ctx context.Context, r *awsops.Reader, p *awsops.Plan, e awsops.Entry, alone bool) error {
	tags := objects.ReadTags(ctx, r, ed.spec.Set.Bucket, e.Key, "")
	now, ok := tags.Get()
	if !ok {
		return tags.Err
	}
	want := ed.spec.Change.Tags.Of(now)
	if alone {
		if text := whole(objects.Head{}, want); text != "" {
			return awsops.Invalid(KindEdit, text, "")
		}
	}
	if tagText(now) != tagText(want) {
		p.Changes = append(p.Changes, awsops.Change{Field: "tags of " + e.Key, Before: tagText(now), After: tagText(want)})
		p.Expect = append(p.Expect, ed.expectTags(e, want))
	}
	return nil
}

// alone refuses what can't be done for the only object of a plan. Of several, one is a failure of its own.
func (ed *editor) alone(e awsops.Entry, head objects.Head) error {
	if e.ETag != "" && quoted(e.ETag) != head.ETag {
		return changed(ed.spec.Set.Bucket, e.Key)
	}
	want := ed.spec.Change.Head(head)
	if ed.spec.Change.Tags.None() && copies.SameHeaders(head, want) && head.StorageClass == want.StorageClass && head.Redirect == want.Redirect {
		return awsops.Unchanged(KindEdit)
	}
	if text := whole(want, nil); text != "" && !ed.spec.Change.Metadata.None() {
		return awsops.Invalid(KindEdit, text, "")
	}
	return copies.Readable(copies.Place{Bucket: ed.spec.Set.Bucket, Key: e.Key}, head)
}

func changed(bucket, key string) *awsops.Error {
	return &awsops.Error{Op: KindEdit, Bucket: bucket, Key: key, Kind: awsops.KindChanged, Err: awsops.ErrChanged,
		Message: "the object changed since it was seen", Hint: "Refresh and look again."}
}

// pin makes an object part of the basis, and of what the read-back looks at.
func (ed *editor) pin(p *awsops.Plan, e awsops.Entry, head objects.Head) {
	bucket, key := ed.spec.Set.Bucket, e.Key
	p.Basis = append(p.Basis, awsops.Fingerprint{What: "the object " + key, Value: state(head), Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
		now, err := objects.ReadHead(ctx, r, bucket, key, "")
		return state(now), err
	}})
	want := facts(ed.spec.Change.Head(head))
	p.Expect = append(p.Expect, awsops.Expectation{What: key, Want: want, Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
		if !ed.changed.Has(e) {
			return want, nil
		}
		now, err := objects.ReadHead(ctx, r, bucket, key, "")
		return facts(now), err
	}})
}

// state tells one state of an object from another.
func state(h objects.Head) string { return h.ETag + " " + h.VersionID + " " + facts(h) }

// facts are what an edit can change, in one line.
func facts(h objects.Head) string {
	parts := []string{"class " + h.StorageClass}
	for _, name := range Headers() {
		if value := *name.Of(&h); value != "" {
			parts = append(parts, string(name)+": "+value)
		}
	}
	return strings.Join(append(parts, "metadata "+tagText(h.Metadata)), "; ")
}

// tagText writes pairs in the order of their names: the order in which S3 keeps them means nothing.
func tagText(pairs []objects.Pair) string {
	if len(pairs) == 0 {
		return "none"
	}
	pairs = slices.Clone(pairs)
	slices.SortFunc(pairs, func(a, b objects.Pair) int { return strings.Compare(a.Name, b.Name) })
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p.Name + "=" + p.Value
	}
	return strings.Join(parts, ", ")
}

// one edits one object.
func (ed *editor) one(ctx context.Context, w *awsops.Writer, e awsops.Entry) (awsops.Receipt, error) {
	at := copies.Place{Bucket: ed.spec.Set.Bucket, Key: e.Key}
	edit := &copies.Edit{Head: ed.spec.Change.Head, ETag: quoted(e.ETag)}
	if !ed.spec.Change.Tags.None() {
		edit.Tags = ed.spec.Change.Tags.Of
	}
	made, err := copies.One(ctx, w, at, at, copies.Options{Key: true, Lock: ed.lock, Edit: edit, Onto: true})
	if err != nil && !errors.Is(err, awsops.ErrUnchanged) {
		return awsops.Receipt{}, awsops.Wrap("CopyObject", at.Bucket, at.Key, err)
	}
	ed.changed.Add(e)
	if err != nil {
		return awsops.Receipt{Done: 1}, nil
	}
	return awsops.Receipt{RequestID: made.RequestID, Done: 1, Note: madeNote(made.Version, made.ETag, made.Source.ETag)}, nil
}

// madeNote tells the new version, and the ETag where it is another one.
func madeNote(version, etag, before string) string {
	var parts []string
	if version != "" {
		parts = append(parts, "The new version is "+version+".")
	}
	if etag != "" && etag != before {
		parts = append(parts, "The ETag is now "+etag+".")
	}
	return strings.Join(parts, " ")
}

// each edits one of many objects. What only this object meets is its failure, and the job goes on.
func (ed *editor) each(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
	e := item.Entries[0]
	rec, err := ed.one(ctx, w, e)
	rec.Note = "" // a million of them would fill the memory
	if err == nil {
		return rec, nil
	}
	return failure(e, err)
}

// failure books what only one object meets, and gives back what meets them all.
func failure(e awsops.Entry, err error) (awsops.Receipt, error) {
	x, ok := errors.AsType[*awsops.Error](err)
	if !ok {
		return awsops.Receipt{}, err
	}
	switch x.Kind {
	case awsops.KindConflict, awsops.KindDenied, awsops.KindNotFound, awsops.KindPrecondition, awsops.KindInvalid, awsops.KindChanged, awsops.KindUnsupported:
		return awsops.Receipt{RequestID: x.RequestID, Failures: []awsops.Failure{{Entry: e, Err: x}}}, nil
	}
	return awsops.Receipt{}, err
}

// quoted is an ETag with its quotes, as HEAD gives it; listings give it without.
func quoted(etag string) string {
	if etag == "" || strings.HasPrefix(etag, `"`) {
		return etag
	}
	return `"` + etag + `"`
}
