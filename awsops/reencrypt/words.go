package reencrypt

import (
	"fmt"
	"slices"
	"time"

	"cooper/awsops"
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
	older                          int64 // older versions that only a copy could change
	oldBytes                       int64 // of those
	current                        int64 // current ones among all
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
	if l.entry.VersionID == "" {
		t.current++
	}
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
	case l.why == whyOlder:
		t.older, t.oldBytes = t.older+1, t.oldBytes+l.head.Size
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
func (in Spec) describe(p *awsops.Plan, s sample, t *tally, state awsops.Reading[versioning.State]) {
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
		p.Changes = append(p.Changes, awsops.Change{Field: in.Scope.countText(g.n, s.atLeast), Before: from, After: in.To.String() + ": " + after[2:]})
	}
	p.Effects = awsops.Effects{Objects: t.current, Versions: int64(len(s.all)) - t.current, AtLeast: s.atLeast, Bill: true,
		Bytes: t.bytes[InPlace] + t.bytes[Copy] + t.bytes[CopyParts], Counted: "by a HEAD for each, now"}
	if s.atLeast {
		p.Effects.Counted = fmt.Sprintf("by a HEAD for each of the first %d; the job looks at each of them", len(s.all))
	}
	b := in.bill(s.all, state)
	p.Effects.Requests, p.Effects.Storage = b.requests(), b.stored()
}

// countText counts what a scope holds.
func (s Scope) countText(n int64, atLeast bool) string {
	what := "object"
	if s.Versions {
		what = "version"
	}
	if n != 1 {
		what += "s"
	}
	text := fmt.Sprintf("%d %s", n, what)
	if atLeast {
		return "at least " + text
	}
	return text
}

// estimate says how long it takes, from the pace of the HEADs: each object takes one more request than that.
func (in Spec) estimate(p *awsops.Plan, s sample, t *tally) {
	if len(s.all) >= 100 && s.took > 0 {
		each := s.took / time.Duration(len(s.all))
		pace := time.Second / max(2*each, time.Microsecond)
		p.Effects.Lines = append(p.Effects.Lines, fmt.Sprintf("At the pace of these HEADs about %d objects a second: a million would take %s.",
			pace, (1_000_000*2*each).Round(time.Minute)))
	}
	if slices.ContainsFunc(p.Effects.Requests, func(r awsops.RequestCount) bool { return r.Class == "KMS" }) {
		p.Effects.Lines = append(p.Effects.Lines, "KMS calls are counted without a Bucket Key's help: they are billed, and use the account's rate of KMS calls.")
	}
}

// warn says what each method loses.
func (in Spec) warn(p *awsops.Plan, t *tally, state awsops.Reading[versioning.State], older Older) {
	add := func(level awsops.Level, format string, args ...any) {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: fmt.Sprintf(format, args...)})
	}
	p.Undo = in.undo()
	if t.methods[InPlace] > 0 {
		add(awsops.Note, "UpdateObjectEncryption changes an object in place: version, date, ETag, class, tags and metadata stay, and no data moves.")
	}
	n := t.methods[Copy] + t.methods[CopyParts]
	if n > 0 {
		add(awsops.Risk, "%d are copied onto themselves. Kept: data, metadata, headers, tags, the storage class and the website redirect. "+
			"Lost: the ACL, which becomes private, the date, the layout in parts, which changes the ETag, and a KMS context. Lifecycle ages begin anew, "+
			"replication and events fire, and a class with a minimum age is billed to its end.", n)
		if v, ok := state.Get(); ok && v.On() {
			add(awsops.Risk, "The bucket is versioned: each copy is a new version. %d old ones (%d bytes) stay under the key that they had, and billed, until "+
				"they are purged: E on the Versions tab does that by a rule. Their keys must stay usable until then.", n, t.bytes[Copy]+t.bytes[CopyParts])
		} else {
			p.Undo = "Encrypt them anew. What a copy loses can't be brought back: versioning is not enabled, or can't be read."
		}
	}
	if t.methods[CopyParts] > 0 {
		add(awsops.Note, "%d are larger than 5 GiB and copied by parts; annotations are not carried over.", t.methods[CopyParts])
	}
	now, known := state.Get()
	in.left(add, t)
	in.leftOlder(add, t, older, !known || !now.Never())
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

// undo says how to go back, where a copy loses nothing that can't be had again.
func (in Spec) undo() string {
	s := "Encrypt them anew with what they had: a KMS key in place, anything else by a copy. No way changes what they hold."
	if in.Scope.Versions {
		s += " An older version that was SSE-S3 can't go back to that."
	}
	return s
}

// leftOlder says what stays of older versions; can: there can be some.
func (in Spec) leftOlder(add func(awsops.Level, string, ...any), t *tally, o Older, can bool) {
	const purge = "until they are purged (E on the Versions tab) they need their key"
	switch {
	case t.older > 0:
		add(awsops.Risk, "%d older versions (%d bytes) are left as they are: only a copy could change them, and that would be a new current version. They keep "+
			"their encryption, and "+purge+".", t.older, t.oldBytes)
	case in.Scope.Versions || !can || o.Known && o.Versions == 0 && !o.AtLeast:
	case !o.Known:
		add(awsops.Note, "Only current versions are encrypted anew. How many older ones there are can't be told; they keep their encryption, and "+purge+".")
	default:
		add(awsops.Risk, "Only current versions are encrypted anew. %s%d older ones (%d bytes) keep their encryption, and "+purge+".",
			map[bool]string{true: "At least "}[o.AtLeast], o.Versions, o.Bytes)
	}
}

// left says what stays as it is.
func (in Spec) left(add func(awsops.Level, string, ...any), t *tally) {
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
	if in.To.Kind == sse.Customer {
		add(awsops.Irreversible, "Nobody can read them without the key %s from then on. S3 keeps no copy of it: a lost key is lost data.", in.To.Fingerprint)
	}
}
