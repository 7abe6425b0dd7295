package copies

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"cooper/awsops"
	"cooper/awsops/existing"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/sse"
	"cooper/awsops/versioning"
)

// Kind is the kind of the plans of this package.
const Kind = "objects.copy"

// Spec says what is copied where: the objects named, or all under a prefix. A key becomes Into and what follows Base
// in it, so that Base is a folder for a copy and the whole key for a rename.
type Spec struct {
	From    string // bucket
	Under   bool   // everything under Prefix, which may be ""; Entries are not looked at
	Prefix  string
	Entries []awsops.Entry // keys, with ETag and size as they were seen
	Base    string         // begins the keys, and is taken off
	To      string         // bucket
	Into    string
	Move    bool // each object is deleted once its copy was looked at
	// Existing is what becomes of objects that are at the destination already.
	Existing existing.Choice
	// Encryption is how the copies are encrypted; nil: as their sources are, with a KMS key of the same region or the
	// customer's key, and by the default of the destination's bucket otherwise.
	Encryption *sse.Choice
}

// Target gives the key that a key is copied to.
func (s Spec) Target(key string) string { return s.Into + strings.TrimPrefix(key, s.Base) }

// Problem says why a spec can't be carried out, "" when it can.
func (s Spec) Problem() string {
	switch {
	case s.From == "" || s.To == "":
		return "a bucket is missing"
	case !s.Existing.Valid():
		return "what becomes of what is there is not known"
	case s.Under && !strings.HasPrefix(s.Prefix, s.Base):
		return "the keys don't begin with what is taken off them"
	case s.From == s.To && s.Base == s.Into:
		return "this is the same place: nothing would change"
	case s.From == s.To && s.Under && strings.HasPrefix(s.Target(s.Prefix), s.Prefix):
		return "the destination lies within what is copied: the copies would be copied again"
	}
	return s.badKey()
}

func (s Spec) badKey() string {
	for _, e := range s.Entries {
		if n := len(s.Target(e.Key)); !s.Under && (n == 0 || n > 1024) {
			return "a key has 1 to 1,024 bytes"
		}
	}
	return ""
}

// Planners are the package's planners by kind, for going on with a job.
func Planners() awsops.Planners {
	return awsops.Planners{Kind: func(ctx context.Context, r *awsops.Reader, raw json.RawMessage) (*awsops.Plan, error) {
		var in Spec
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, awsops.Invalid(Kind, "the job's parameters can't be read", "Plan the copy again.")
		}
		return PlanCopy(ctx, r, in)
	}}
}

// PlanCopy plans copying or moving objects on the server, within a bucket or to another one, in whatever region. What
// a plain copy would lose is carried over, as the package says.
func PlanCopy(ctx context.Context, r *awsops.Reader, in Spec) (*awsops.Plan, error) {
	if text := in.Problem(); text != "" {
		return nil, awsops.Invalid(Kind, text, "")
	}
	if in.Encryption != nil {
		if err := r.Session().CheckEncryption("CopyObject", in.To, *in.Encryption); err != nil {
			return nil, err
		}
	}
	t, err := in.count(ctx, r)
	if err != nil {
		return nil, err
	}
	if t.n == 0 {
		return nil, in.nothing(&t)
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, awsops.Invalid(Kind, "the keys can't be recorded", "")
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: Kind, Title: in.title(&t), Target: r.Target(ctx, in.To),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}, Params: raw}
	heads, err := in.look(ctx, r, p, &t)
	if err != nil {
		return nil, err
	}
	lock := versioning.ReadLock(ctx, r, in.To)
	locked, _ := lock.Get()
	in.effects(p, &t)
	in.warn(ctx, r, p, locked)
	in.basis(p, &t)
	m := &mover{spec: in, lock: locked, check: r.Session().Dialect() == awsops.DialectCompatible, made: objectset.Watch(t.entries()), skip: t.skip}
	p.Steps = []awsops.Step{{Title: p.Title, Command: in.lines(p.Target, r.Target(ctx, in.From), &t, heads, r.Session().Keys().File), Source: in.source(), Workers: 8, Do: m.do}}
	p.Expect = []awsops.Expectation{{What: "the first copies", Want: "there", Read: m.there(t.first)}}
	return p, nil
}

func (s Spec) title(t *tally) string {
	verb := "Copy "
	switch {
	case s.Move && s.From == s.To && t.n == 1 && !s.Under:
		verb = "Rename "
	case s.Move:
		verb = "Move "
	}
	where := s.Into
	if s.From != s.To {
		where = s.To + "/" + s.Into
	}
	if where == "" {
		where = "the top of " + s.To
	}
	if t.n == 1 {
		return verb + "1 object to " + where
	}
	return fmt.Sprintf("%s%d objects to %s", verb, t.n, where)
}

// look says what becomes of the first keys and makes them part of what the plan was computed from.
func (s Spec) look(ctx context.Context, r *awsops.Reader, p *awsops.Plan, t *tally) ([]objects.Head, error) {
	var heads []objects.Head
	for i, e := range t.first {
		head, err := objects.ReadHead(ctx, r, s.From, e.Key, "")
		if gone(err) && s.Move && e.there != "" { // a job that goes on has moved it
			heads = append(heads, objects.Head{Size: e.Size})
			continue
		}
		if err == nil && t.n == 1 { // of several, one is a failure of its own
			err = Readable(Place{Bucket: s.From, Key: e.Key}, head)
		}
		if err != nil {
			return nil, err
		}
		if !s.Under {
			t.bytes += head.Size - e.Size
			t.first[i].Size = head.Size
		}
		heads = append(heads, head)
		p.Basis = append(p.Basis, awsops.Fingerprint{What: "the object " + e.Key, Value: head.ETag, Read: state(s.From, e.Key)})
		p.Changes = append(p.Changes, s.changes(e, head)...)
	}
	if s.Encryption != nil {
		p.Changes = append(p.Changes, awsops.Change{Field: "encryption", Before: "as each source", After: s.Encryption.String()})
	}
	if more := t.n - int64(len(t.first)); more > 0 {
		p.Changes = append(p.Changes, awsops.Change{Field: fmt.Sprintf("and %d more", more), Before: "…", After: "the same way"})
	}
	return heads, nil
}

func (s Spec) changes(e seen, head objects.Head) []awsops.Change {
	was := e.there
	if was == "" {
		was = noObject
	}
	out := []awsops.Change{{Field: s.Target(e.Key), Before: was, After: fmt.Sprintf("a copy of %s, %d bytes", e.Key, head.Size)}}
	if s.Move {
		out = append(out, awsops.Change{Field: e.Key, Before: head.ETag, After: "deleted, after the copy was looked at"})
	}
	return out
}

// gone reports whether an error says that there is no such object.
func gone(err error) bool {
	e := awsops.Wrap("HeadObject", "", "", err)
	return e != nil && e.Code != "NoSuchBucket" && (e.Status == 404 || e.Kind == awsops.KindNotFound)
}

const noObject = "no object"

// state is the ETag of a key's current object, or that there is none.
func state(bucket, key string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		head, err := objects.ReadHead(ctx, r, bucket, key, "")
		if err == nil {
			return head.ETag, nil
		}
		if gone(err) {
			return noObject, nil
		}
		return "", err
	}
}

func (s Spec) effects(p *awsops.Plan, t *tally) {
	p.Effects = awsops.Effects{Objects: t.n, Bytes: t.bytes, Left: t.left, AtLeast: t.atLeast, Counted: "as seen now",
		Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: t.n}, {Class: "GET", N: 2 * t.n}}}
	if s.Move {
		p.Effects.Requests = append(p.Effects.Requests, awsops.RequestCount{Class: "DELETE (free)", N: t.n})
	}
	if t.larger > 0 {
		p.Effects.Lines = append(p.Effects.Lines, fmt.Sprintf("%d of them are larger than 5 GiB and copied by parts, each a request more.", t.larger))
	}
	if t.archived > 0 {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: fmt.Sprintf(
			"%d are of an archive class: those that were not restored from it can't be copied, and are listed as failures.", t.archived)})
	}
	s.meets(p, t)
}

func (s Spec) warn(ctx context.Context, r *awsops.Reader, p *awsops.Plan, locked bool) {
	add := func(level awsops.Level, text string) {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: text})
	}
	kept := "the website redirect and the key: a KMS key within a region, and a key of your own. "
	if s.Encryption != nil {
		kept = "and the website redirect. "
	}
	add(awsops.Note, "Carried over: data, metadata, headers, tags, the storage class, "+kept+
		"Not carried over: the ACL, which becomes private, the date, the layout in parts, which changes the ETag, and a KMS encryption context.")
	if s.Encryption != nil && s.Encryption.Kind == sse.Customer {
		add(awsops.Risk, "S3 keeps no copy of the key "+s.Encryption.Fingerprint+": whoever loses it loses the copies. Each read needs it.")
	}
	if locked {
		add(awsops.Risk, "The destination has Object Lock: retention that still runs and legal holds are set on the copies, too. Compliance mode can't be taken back.")
	} else {
		add(awsops.Note, "Retention and legal holds are not carried over: the destination has no Object Lock, or it can't be read.")
	}
	a, errA := r.Region(ctx, s.From)
	if b, errB := r.Region(ctx, s.To); errA == nil && errB == nil && a != b {
		add(awsops.Note, "The buckets are in "+a+" and "+b+": data transfer between regions is billed, and the destination's default encryption applies.")
	}
	p.Undo = "Delete the copies."
	if !s.Move {
		return
	}
	p.Undo = "Move them back."
	source := versioning.Reading(ctx, r, s.From)
	if v, ok := source.Get(); ok && v.On() {
		add(awsops.Note, "The source is versioned: what is moved stays there as noncurrent versions below delete markers, and stays billed.")
		return
	}
	add(awsops.Risk, "Versioning is not enabled at the source, or can't be read: what is moved is gone from there for good. Each object is deleted only after its copy was looked at.")
}
