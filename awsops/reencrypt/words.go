package reencrypt

import (
	"fmt"
	"time"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/sse"
	"cooper/awsops/versioning"
)

// tally is what a sample comes to.
type tally struct {
	by                             map[string]*groupTally // by label and key
	order                          []string
	methods                        [4]int64
	bytes                          [4]int64
	already, locked, archived, bad int64
	parts, kms                     int64
	firstBad                       error
	firstWhy                       string
}

type groupTally struct {
	from     string
	n, bytes int64
	methods  [4]int64
}

func (t *tally) todo() int64 { return t.methods[InPlace] + t.methods[Copy] + t.methods[CopyParts] }

func (s sample) count() *tally {
	t := &tally{by: map[string]*groupTally{}}
	for _, l := range s.all {
		t.add(l)
	}
	return t
}

func (t *tally) add(l looked) {
	g := t.group(l.from())
	g.n, g.bytes = g.n+1, g.bytes+l.entry.Size
	if l.err != nil {
		t.bad++
		if t.firstBad == nil {
			t.firstBad = l.err
		}
		return
	}
	g.methods[l.how]++
	t.methods[l.how]++
	t.bytes[l.how] += l.head.Size
	if l.how == Skip {
		t.skip(l)
		return
	}
	if l.how == CopyParts {
		t.parts += (l.head.Size + copies.Most - 1) / copies.Most
	}
	if e := l.head.Encryption; e.KeyID != "" && !e.BucketKey {
		t.kms++ // Decrypt
	}
}

// from says how an object is encrypted now.
func (l looked) from() string {
	c, told := EncryptionOf(l.head.Encryption)
	switch {
	case l.err != nil:
		return "could not be read"
	case !told:
		return "not told"
	}
	return c.String()
}

func (t *tally) group(from string) *groupTally {
	g := t.by[from]
	if g == nil {
		g = &groupTally{from: from}
		t.by[from] = g
		t.order = append(t.order, from)
	}
	return g
}

// skip counts why an object is left as it is.
func (t *tally) skip(l looked) {
	switch {
	case l.done:
		t.already++
		return
	case !l.head.Archive().Readable():
		t.archived++
	default:
		t.locked++
	}
	if t.firstWhy == "" {
		t.firstWhy = l.why
	}
}

func (t *tally) nothing(in Spec) error {
	e := &awsops.Error{Op: KindApply, Bucket: in.Scope.Bucket, Kind: awsops.KindConflict, Message: "there is nothing to encrypt anew"}
	switch {
	case t.bad > 0:
		first := awsops.Wrap("HeadObject", in.Scope.Bucket, "", t.firstBad)
		return first
	case t.firstWhy != "":
		e.Message += ": " + t.firstWhy
	case t.already > 0:
		e.Message += ": all are encrypted so already"
	}
	return e
}

// describe says what becomes of each kind.
func (in Spec) describe(p *awsops.Plan, s sample, t *tally) {
	for _, from := range t.order {
		g := t.by[from]
		after := ""
		for m, n := range g.methods {
			if n > 0 {
				after += fmt.Sprintf(", %d by %s", n, Method(m))
				if Method(m) == Skip {
					after = after[:len(after)-len(" by left as it is")] + " left as they are"
				}
			}
		}
		if after == "" {
			after = ", none can be"
		}
		p.Changes = append(p.Changes, awsops.Change{Field: objectsText(g.n, s.atLeast), Before: from, After: in.To.String() + ": " + after[2:]})
	}
	p.Effects = awsops.Effects{Objects: int64(len(s.all)), Bytes: t.bytes[InPlace] + t.bytes[Copy] + t.bytes[CopyParts], AtLeast: s.atLeast,
		Counted: "by a HEAD for each, now"}
	if s.atLeast {
		p.Effects.Counted = fmt.Sprintf("by a HEAD for each of the first %d; the job looks at each of them", len(s.all))
	}
	if in.To.KeyID != "" && !in.To.BucketKey {
		t.kms += t.todo()
	}
	requests := t.methods[InPlace] + t.methods[Copy] + t.parts + 2*t.methods[CopyParts]
	p.Effects.Requests = []awsops.RequestCount{{Class: "LIST/PUT", N: requests + int64(len(s.all)+999)/1000}, {Class: "GET", N: int64(len(s.all))}}
	if t.kms > 0 {
		p.Effects.Requests = append(p.Effects.Requests, awsops.RequestCount{Class: "KMS", N: t.kms})
	}
}

func objectsText(n int64, atLeast bool) string {
	s := fmt.Sprintf("%d objects", n)
	if n == 1 {
		s = "1 object"
	}
	if atLeast {
		s = "at least " + s
	}
	return s
}

// estimate says how long it takes, from the pace of the HEADs: each object takes one more request than that.
func (in Spec) estimate(p *awsops.Plan, s sample, t *tally) {
	if len(s.all) >= 100 && s.took > 0 {
		each := s.took / time.Duration(len(s.all))
		pace := time.Second / max(2*each, time.Microsecond)
		p.Effects.Lines = append(p.Effects.Lines, fmt.Sprintf("At the pace of these HEADs about %d objects a second: a million would take %s.",
			pace, (1_000_000*2*each).Round(time.Minute)))
	}
	if t.kms > 0 {
		p.Effects.Lines = append(p.Effects.Lines, "KMS calls are counted without a Bucket Key's help: they are billed, and use the account's rate of KMS calls.")
	}
}

// warn says what each method loses.
func (in Spec) warn(p *awsops.Plan, t *tally, state awsops.Reading[versioning.State]) {
	add := func(level awsops.Level, format string, args ...any) {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: fmt.Sprintf(format, args...)})
	}
	p.Undo = "Encrypt them anew with what they had. Neither way changes what they hold."
	if t.methods[InPlace] > 0 {
		add(awsops.Note, "UpdateObjectEncryption changes an object in place: version, date, ETag, class, tags and metadata stay, and no data moves.")
	}
	n := t.methods[Copy] + t.methods[CopyParts]
	if n > 0 {
		add(awsops.Risk, "%d are copied onto themselves. Kept: data, metadata, headers, tags, the storage class and the website redirect. "+
			"Lost: the ACL, which becomes private, the date, the layout in parts, which changes the ETag, and a KMS context. Lifecycle ages begin anew, "+
			"replication and events fire, and a class with a minimum age is billed to its end.", n)
		if v, ok := state.Get(); ok && v.On() {
			add(awsops.Risk, "The bucket is versioned: each copy is a new version, the old one keeps its encryption and stays billed (%d bytes). "+
				"Its key must stay usable as long as any version uses it.", t.bytes[Copy]+t.bytes[CopyParts])
		} else {
			p.Undo = "Encrypt them anew. What a copy loses can't be brought back: versioning is not enabled, or can't be read."
		}
	}
	if t.methods[CopyParts] > 0 {
		add(awsops.Note, "%d are larger than 5 GiB and copied by parts; annotations are not carried over.", t.methods[CopyParts])
	}
	now, known := state.Get()
	in.left(add, t, !known || !now.Never())
	if above := in.Above; t.todo() > 0 {
		if above == 0 {
			above = aboveUsual
		}
		if int64(len(p.Changes)) > 0 && p.Effects.Objects >= above || p.Effects.AtLeast {
			add(awsops.Note, "Above %d objects S3 Batch Operations is the tool: it runs on S3's side (S3UpdateObjectEncryption, or S3PutObjectCopy up to 5 GiB; "+
				"neither knows SSE-C). Here this machine sends every request.", above)
		}
	}
}

// left says what stays as it is; versions: there can be older ones.
func (in Spec) left(add func(awsops.Level, string, ...any), t *tally, versions bool) {
	if t.already > 0 {
		add(awsops.Note, "%d are encrypted so already and are left as they are.", t.already)
	}
	if t.locked > 0 {
		add(awsops.Risk, "%d are protected by Object Lock and are left as they are: they can't be changed in place, and a copy would lose the lock.", t.locked)
	}
	if t.archived > 0 {
		add(awsops.Risk, "%d are archived and are left as they are: they must be restored before they can be copied.", t.archived)
	}
	if t.bad > 0 {
		add(awsops.Risk, "%d can't be looked at, and will be failures: %s", t.bad, awsops.Wrap("HeadObject", "", "", t.firstBad).Message)
	}
	if versions {
		add(awsops.Note, "Only current versions are encrypted anew. Older versions keep their encryption, and need their key.")
	}
	if in.To.Kind == sse.Customer {
		add(awsops.Irreversible, "Nobody can read them without the key %s from then on. S3 keeps no copy of it: a lost key is lost data.", in.To.Fingerprint)
	}
}
