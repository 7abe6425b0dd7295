package copies

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/existing"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
)

// shownKeys is for how many keys a plan says what becomes of them, countLimit how many of a prefix it counts, and
// lookLimit for how many that are named it looks at the destination.
const (
	shownKeys  = 5
	countLimit = 200_000
	lookLimit  = 1000
	looking    = 16 // at a time
)

// fate is what becomes of one object of a job.
type fate uint8

const (
	fresh fate = iota // nothing is there
	over              // what is there is replaced
	again             // of a move: what is there may be its own copy, made before the job was cut off
	left              // what is there stays, and a move leaves the source
)

// fate decides for an object with whose key something is there.
func (s Spec) fate(source, there existing.State) fate {
	switch {
	case s.Existing.Replaces(source, there):
		return over
	case s.Move && source.Size == there.Size:
		return again
	}
	return left
}

// seen is an object that would be copied, and the ETag of what is there in its place; "" for nothing.
type seen struct {
	awsops.Entry
	there string
	over  bool // and it is replaced
}

// tally is what would be copied.
type tally struct {
	n, bytes, larger, archived int64
	left, replaced, again      int64
	unseen                     int64 // of those that are named: nobody looked at the destination
	atLeast                    bool
	first                      []seen
	skip                       map[string]bool // of those that are named: these are left
	replaces                   uint64          // hash over what is replaced
}

// add counts an object with its fate.
func (t *tally) add(e awsops.Entry, class string, f fate, there string) {
	switch f {
	case left:
		t.left++
		return
	case over:
		t.replaced++
		h := fnv.New64a()
		_, _ = h.Write([]byte(e.Key + "\x00" + there)) // never fails
		t.replaces ^= h.Sum64()
	case again:
		t.again++
	}
	t.n, t.bytes = t.n+1, t.bytes+e.Size
	if e.Size > Most {
		t.larger++
	}
	if class == "GLACIER" || class == "DEEP_ARCHIVE" {
		t.archived++
	}
	if len(t.first) < shownKeys {
		t.first = append(t.first, seen{e, there, f == over})
	}
}

// entries are the first of them.
func (t *tally) entries() []awsops.Entry {
	out := make([]awsops.Entry, len(t.first))
	for i, e := range t.first {
		out[i] = e.Entry
	}
	return out
}

func (s Spec) count(ctx context.Context, r *awsops.Reader) (tally, error) {
	if s.Under {
		return s.countUnder(ctx, r)
	}
	return s.countNamed(ctx, r)
}

// countUnder lists both sides at once.
func (s Spec) countUnder(ctx context.Context, r *awsops.Reader) (tally, error) {
	var t tally
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	from := listing.Start(ctx, r, listing.Query{Bucket: s.From, Prefix: s.Prefix})
	to := listing.Start(ctx, r, listing.Query{Bucket: s.To, Prefix: s.Target(s.Prefix)})
	complete, err := from.Settle(ctx, countLimit)
	if err != nil {
		return t, err
	}
	known, err := to.Settle(ctx, countLimit)
	if err != nil {
		return t, err
	}
	t.atLeast = !complete || !known
	source, there := from.View(), to.View()
	at := 0
	for i := range source.Len() {
		row := source.Row(i)
		e, key := awsops.Entry{Key: row.Key, Size: row.Size, ETag: row.ETag}, s.Target(row.Key)
		for at < there.Len() && there.Row(at).Key < key {
			at++
		}
		if at == there.Len() || there.Row(at).Key != key {
			t.add(e, row.Class, fresh, "")
			continue
		}
		has := there.Row(at)
		t.add(e, row.Class, s.fate(stateOf(row), stateOf(has)), quoted(has.ETag))
	}
	return t, nil
}

func stateOf(row listing.Row) existing.State {
	return existing.State{Size: row.Size, At: row.Modified}
}

// quoted is an ETag as conditions carry it; a listing may give it bare.
func quoted(etag string) string {
	if etag == "" || etag[0] == '"' {
		return etag
	}
	return `"` + etag + `"`
}

// countNamed looks at the destination for each key.
func (s Spec) countNamed(ctx context.Context, r *awsops.Reader) (tally, error) {
	t := tally{skip: map[string]bool{}}
	fates, etags := make([]fate, len(s.Entries)), make([]string, len(s.Entries))
	var unseen sync.Map
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(looking)
	for i, e := range s.Entries[:min(len(s.Entries), lookLimit)] {
		group.Go(func() error {
			var err error
			fates[i], etags[i], _, err = s.meet(gctx, r, e.Key)
			if err != nil && i >= shownKeys && ctx.Err() == nil { // it is a failure of its own, when its turn comes
				unseen.Store(i, true)
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return t, err
	}
	for i, e := range s.Entries {
		if _, not := unseen.Load(i); not || i >= lookLimit {
			t.unseen++
		}
		if fates[i] == left {
			t.skip[e.Key] = true
		}
		t.add(e, "", fates[i], etags[i])
	}
	return t, nil
}

// meet looks what is there in an object's place and decides. source is the object itself, nil when nothing is there and
// nobody had to look, or when a move took it away before.
func (s Spec) meet(ctx context.Context, r *awsops.Reader, key string) (f fate, etag string, source *objects.Head, err error) {
	there, err := objects.ReadHead(ctx, r, s.To, s.Target(key), "")
	switch {
	case gone(err):
		return fresh, "", nil, nil
	case err != nil:
		return fresh, "", nil, err
	}
	if s.Existing == existing.Replace {
		return over, there.ETag, nil, nil
	}
	head, err := objects.ReadHead(ctx, r, s.From, key, "")
	switch {
	case gone(err):
		return again, there.ETag, nil, nil
	case err != nil:
		return fresh, "", nil, err
	}
	f = s.fate(existing.State{Size: head.Size, At: head.Modified}, existing.State{Size: there.Size, At: there.Modified})
	if f == again && !own(ctx, r, Place{Bucket: s.From, Key: key}, Place{Bucket: s.To, Key: s.Target(key)}, there, head) {
		f = left
	}
	return f, there.ETag, &head, nil
}

// own reports whether an object can be the copy that a job made before it was cut off: the same bytes, headers and tags.
func own(ctx context.Context, r *awsops.Reader, from, to Place, there, source objects.Head) bool {
	return alike(there, source) && SameHeaders(there, source) && sameTags(ctx, r, from, to)
}

// sameTags compares what is known of the tags of two objects: a move would lose what the one that is there doesn't have.
func sameTags(ctx context.Context, r *awsops.Reader, from, to Place) bool {
	a, b := objects.ReadTags(ctx, r, from.Bucket, from.Key, ""), objects.ReadTags(ctx, r, to.Bucket, to.Key, "")
	return a.State == b.State && Tagging(a.Value) == Tagging(b.Value)
}

// nothing is the error of a copy that has nothing to do.
func (s Spec) nothing(t *tally) error {
	if t.left == 1 && len(s.Entries) == 1 {
		return occupied(Place{Bucket: s.To, Key: s.Target(s.Entries[0].Key)})
	}
	e := &awsops.Error{Op: "copy", Bucket: s.From, Kind: awsops.KindConflict, Message: "there is nothing to copy"}
	if t.left > 0 {
		e.Message += fmt.Sprintf(": %d are there already", t.left)
		e.Hint = "Choose others, or replace what is there explicitly."
	}
	return e
}

// errOccupied is inside the error of an object whose place is taken.
var errOccupied = errors.New("there is another object")

func occupied(p Place) error {
	return &awsops.Error{Op: "copy to", Bucket: p.Bucket, Key: p.Key, Kind: awsops.KindConflict, Err: errOccupied,
		Message: "there is an object with this key already", Hint: "Choose another place, or replace it explicitly."}
}

// meets says what becomes of what is there.
func (s Spec) meets(p *awsops.Plan, t *tally) {
	add := func(level awsops.Level, format string, args ...any) {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: level, Text: fmt.Sprintf(format, args...)})
	}
	if t.left > 0 {
		add(awsops.Note, "Already there, and left as they are%s: %d.", map[bool]string{true: ", here and there"}[s.Move], t.left)
	}
	if t.again > 0 {
		add(awsops.Note, "Already there in the same size: %d. Where that is the same object the source is deleted, else both stay.", t.again)
	}
	if t.unseen > 0 {
		add(awsops.Note, "Nobody looked yet whether these are there already: %d. That is done when the turn of each comes.", t.unseen)
	}
	if t.replaced > 0 {
		add(awsops.Risk, "Replaced at the destination, with metadata and tags: %d. Only what was seen is. "+
			"Where versioning is not enabled they are gone for good.", t.replaced)
	}
}

// basis makes what would be replaced part of what the plan was computed from.
func (s Spec) basis(p *awsops.Plan, t *tally) {
	if t.replaced == 0 || t.atLeast {
		return
	}
	p.Basis = append(p.Basis, awsops.Fingerprint{What: "what is replaced", Value: fmt.Sprint(t.replaces, t.replaced),
		Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
			now, err := s.count(ctx, r)
			return fmt.Sprint(now.replaces, now.replaced), err
		}})
}

// lines are the command lines. A prefix takes the high-level commands, which set one class for all.
func (s Spec) lines(to, from awsops.Target, t *tally, heads []objects.Head, file func(string) string) string {
	if s.Under {
		return s.underLines(to, from, file)
	}
	head := map[string]int{}
	for i, e := range t.first {
		head[e.Key] = i
	}
	var out []string
	for _, e := range s.Entries {
		if t.skip[e.Key] {
			continue
		}
		if len(out) == lineEntries {
			out = append(out, fmt.Sprintf("# and so on for %d more", t.n-lineEntries))
			break
		}
		h, at := objects.Head{Size: e.Size}, seen{Entry: e}
		if i, ok := head[e.Key]; ok && i < len(heads) {
			h, at = heads[i], t.first[i]
		}
		line := s.line(to, from, at, h, file)
		if s.Move {
			line += " && " + awsops.Command(from, "s3api", "delete-object").Flag("--bucket", s.From).Flag("--key", e.Key).String()
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// underLines are those of a prefix.
func (s Spec) underLines(to, from awsops.Target, file func(string) string) string {
	verb, remark := "cp", "# this makes every copy STANDARD, and replaces what is there\n"
	switch {
	case s.Move:
		verb = "mv"
	case s.Existing == existing.Differ:
		verb, remark = "sync", "# this makes every copy STANDARD\n"
	}
	c := awsops.Command(to, "s3", verb).Arg("s3://"+s.From+"/"+s.Prefix, "s3://"+s.To+"/"+s.Target(s.Prefix))
	if verb != "sync" {
		c.Switch("--recursive")
	}
	c.FlagIf("--source-region", otherRegion(from, to))
	if s.Encryption != nil {
		c = options(c, s.Encryption.CopyOptions(file(s.Encryption.Fingerprint)))
	}
	return remark + c.String()
}
