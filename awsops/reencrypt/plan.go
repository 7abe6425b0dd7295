package reencrypt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/sse"
	"cooper/awsops/versioning"
)

// Spec says which objects are encrypted anew, and how.
type Spec struct {
	Scope Scope      `json:"scope"`
	To    sse.Choice `json:"to"`
	// Above is from how many objects on the plan names S3 Batch Operations as the tool; 0 is a million.
	Above int64 `json:"above,omitempty"`
}

const (
	// sampleMost is how many objects a plan looks at itself.
	sampleMost = 2000
	// aboveUsual is from how many objects on S3's own batches are the tool.
	aboveUsual = 1_000_000
	shownKeys  = 5
	linesShown = 20
)

// Planners are the package's planners by kind, for going on with a job.
func Planners() awsops.Planners {
	return awsops.Planners{KindApply: func(ctx context.Context, r *awsops.Reader, raw json.RawMessage) (*awsops.Plan, error) {
		var in Spec
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, awsops.Invalid(KindApply, "the job's parameters can't be read", "Plan it again.")
		}
		return Plan(ctx, r, in)
	}}
}

// looked is an object that the planner has looked at.
type looked struct {
	entry awsops.Entry
	head  objects.Head
	how   Method
	why   string
	done  bool
	err   error
}

// sample is what a planner found.
type sample struct {
	all     []looked
	atLeast bool // there are more objects than were looked at
	took    time.Duration
}

// Plan plans encrypting objects anew. It looks at the first 2,000 of them; the job looks at each again before it changes
// it. Errors: KindInvalid for a choice that can't be, KindConflict when there is nothing to do, and an error that holds a
// *sse.MissingKey when the key isn't held.
func Plan(ctx context.Context, r *awsops.Reader, in Spec) (*awsops.Plan, error) {
	if in.To.Kind == sse.Default {
		return nil, awsops.Invalid(KindApply, "say how the objects are to be encrypted: the bucket's default is read by S3 only when an object is written", "")
	}
	if err := r.Session().CheckEncryption(KindApply, in.Scope.Bucket, in.To); err != nil {
		return nil, err
	}
	s, err := in.look(ctx, r)
	if err != nil {
		return nil, err
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: KindApply, Title: "Encrypt " + in.Scope.words() + " anew", Target: r.Target(ctx, in.Scope.Bucket),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}}
	if p.Params, err = json.Marshal(in); err != nil {
		return nil, awsops.Invalid(KindApply, "the keys can't be recorded", "")
	}
	t := s.count()
	if t.todo() == 0 && !s.atLeast {
		return nil, t.nothing(in)
	}
	if t.todo() > 1 || s.atLeast {
		p.Consent = awsops.Consent{Kind: awsops.ConsentType, Phrase: in.Scope.Bucket}
	}
	state := versioning.Reading(ctx, r, in.Scope.Bucket)
	in.describe(p, s, t, state)
	older := Older{}
	if now, ok := state.Get(); !in.Scope.Versions && !(ok && now.Never()) {
		older = in.Scope.older(ctx, r)
	}
	in.warn(p, t, state, older)
	in.estimate(p, s, t)
	first := s.first()
	e := &encrypter{spec: in, changed: objectset.Watch(first)}
	p.Steps = []awsops.Step{{Title: "encrypt the objects", Command: in.lines(r, p.Target, s), Source: in.Scope.source(), Workers: workers, Do: e.do}}
	read := in.readBack(first, e.changed)
	p.Expect = []awsops.Expectation{{What: "the encryption of the first objects", Want: asChosen, Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
		e.report(ctx)
		return read(ctx, r)
	}}}
	return p, nil
}

// errEnough ends the feed of a sample.
var errEnough = errors.New("enough")

// look sends a HEAD for the first objects of the scope, many at once.
func (in Spec) look(ctx context.Context, r *awsops.Reader) (sample, error) {
	began := time.Now()
	var s sample
	var mu sync.Mutex
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for it, err := range in.Scope.source().Open(gctx, r, "") {
		if err != nil {
			_ = group.Wait() // the listing's error is the one
			return s, err
		}
		mu.Lock()
		at := len(s.all)
		full := at == sampleMost
		if !full {
			s.all = append(s.all, looked{entry: it.Entries[0]})
		}
		mu.Unlock()
		if full {
			s.atLeast = true
			break
		}
		group.Go(func() error {
			l := in.one(gctx, r, it.Entries[0])
			mu.Lock()
			s.all[at] = l
			mu.Unlock()
			return gctx.Err()
		})
	}
	if err := group.Wait(); err != nil && !errors.Is(err, errEnough) {
		return s, awsops.Wrap("HeadObject", in.Scope.Bucket, "", err)
	}
	s.took = time.Since(began)
	return s, nil
}

// one looks at one object and decides.
func (in Spec) one(ctx context.Context, r *awsops.Reader, e awsops.Entry) looked {
	l := looked{entry: e}
	if l.head, l.err = objects.ReadHead(ctx, r, in.Scope.Bucket, e.Key, e.VersionID); l.err == nil {
		l.entry.Size = l.head.Size
		l.how, l.why, l.done = choose(factsOf(r, e, l.head, in.To), in.To)
	}
	return l
}

const asChosen = "as chosen"

// first are the first objects that are to be changed.
func (s sample) first() []awsops.Entry {
	var out []awsops.Entry
	for _, l := range s.all {
		if l.err == nil && l.how != Skip && len(out) < shownKeys {
			out = append(out, l.entry)
		}
	}
	return out
}

// readBack looks at the first objects that were changed.
func (in Spec) readBack(first []awsops.Entry, changed *objectset.Changed) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		for _, e := range first {
			key := e.Key
			if !changed.Has(e) {
				continue
			}
			h, err := objects.ReadHead(ctx, r, in.Scope.Bucket, key, e.VersionID)
			if e := awsops.Wrap("HeadObject", in.Scope.Bucket, key, err); e != nil {
				if e.Kind == awsops.KindNotFound {
					continue
				}
				return "", e
			}
			if why := in.To.Ignored(sse.Told{Algorithm: h.Encryption.Algorithm, KeyID: h.Encryption.KeyID, Fingerprint: h.Encryption.CustomerKey}); why != "" {
				return fmt.Sprintf("%s: %s", key, why), nil
			}
		}
		return asChosen, nil
	}
}

// encrypter deals with one object after the other.
type encrypter struct {
	spec                           Spec
	changed                        *objectset.Changed
	already, skipped, inOld, older atomic.Int64
	said                           sync.Once
}
