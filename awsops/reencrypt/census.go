package reencrypt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// KindCensus is the kind of the plan that counts, KindApply of the one that encrypts anew.
const (
	KindCensus = "objects.encryption.count"
	KindApply  = "objects.reencrypt"
)

// workers is how many objects are dealt with at once.
const workers = 48

// foundMost is how many objects a Census keeps to be shown.
const foundMost = 100_000

// Group is what was counted of one kind of encryption with one key.
type Group struct {
	Encryption sse.Choice // without a context, which S3 doesn't tell
	None       bool       // written before S3 encrypted everything, or on a server that doesn't tell
	Sealed     bool       // under a customer's key that isn't held: nothing more can be told
	Failed     bool       // HEAD was refused for another reason

	Objects, Bytes, Locked, Archived, Large int64
}

// Label names the group in the field's words.
func (g Group) Label() string {
	switch {
	case g.Failed:
		return "could not be read"
	case g.Sealed:
		return "SSE-C, key not held"
	case g.None:
		return "not told"
	}
	return g.Encryption.Kind.String()
}

// Key names the key of the group, "" for kinds without one.
func (g Group) Key() string { return g.Encryption.KeyID + g.Encryption.Fingerprint }

// Found is one object of a Census.
type Found struct {
	Key       string
	Size      int64
	Class     string
	Encrypted sse.Choice
	Group     int    // index into Groups
	Err       string // why it could not be read, "" when it could
}

// Census counts objects by how they are encrypted while its job runs. It is safe for use by several goroutines.
type Census struct {
	Scope Scope

	mu     sync.Mutex
	groups []Group
	index  map[groupKey]int
	found  []Found
	looked int64
	failed error // the first failure
}

type groupKey struct {
	choice               sse.Choice
	none, sealed, failed bool
}

// View is what a Census knows by now.
type View struct {
	Groups []Group // the largest first
	Found  []Found // at most 100,000, in the order in which the answers came
	Looked int64   // objects that a HEAD was sent for
	Err    error   // the first HEAD that failed, nil for none
}

// View gives what was counted so far.
func (c *Census) View() View {
	c.mu.Lock()
	defer c.mu.Unlock()
	order := make([]int, len(c.groups))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := c.groups[a], c.groups[b]
		return cmp.Or(cmp.Compare(y.Objects, x.Objects), cmp.Compare(x.Label(), y.Label()),
			cmp.Compare(fmt.Sprint(x.Encryption), fmt.Sprint(y.Encryption)))
	})
	v := View{Looked: c.looked, Err: c.failed, Found: slices.Clone(c.found)}
	place := make([]int, len(order))
	for i, at := range order {
		v.Groups = append(v.Groups, c.groups[at])
		place[at] = i
	}
	for i := range v.Found {
		v.Found[i].Group = place[v.Found[i].Group]
	}
	return v
}

// Looked is how many objects a HEAD was sent for.
func (c *Census) Looked() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.looked
}

// EncryptionOf gives an object's encryption as a choice that would make it again, but for the context.
func EncryptionOf(e objects.Encryption) (c sse.Choice, told bool) {
	switch {
	case e.CustomerKey != "":
		return sse.Choice{Kind: sse.Customer, Fingerprint: e.CustomerKey}, true
	case e.Algorithm == "":
		return c, false
	}
	for _, k := range []sse.Kind{sse.S3, sse.KMS, sse.DSSE} {
		if (sse.Choice{Kind: k}).Algorithm() == e.Algorithm {
			return sse.Choice{Kind: k, KeyID: e.KeyID, BucketKey: e.BucketKey && k == sse.KMS}, true
		}
	}
	return sse.Choice{Kind: sse.Kind(e.Algorithm), KeyID: e.KeyID}, true
}

// add counts one object. listed is what the listing told of it.
func (c *Census) add(r *awsops.Reader, listed awsops.Entry, class string, h objects.Head, err error) {
	f := Found{Key: listed.Key, Size: listed.Size, Class: class}
	k := groupKey{}
	told := false
	if err == nil {
		f.Size, f.Class = h.Size, h.StorageClass
		f.Encrypted, told = EncryptionOf(h.Encryption)
		k.choice, k.none = f.Encrypted, !told
	} else {
		_, k.sealed = errors.AsType[*sse.MissingKey](err)
		k.failed = !k.sealed
		f.Err = err.Error()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looked++
	if k.failed && c.failed == nil {
		c.failed = err
	}
	at, ok := c.index[k]
	if !ok {
		if c.index == nil {
			c.index = map[groupKey]int{}
		}
		at = len(c.groups)
		c.index[k] = at
		c.groups = append(c.groups, Group{Encryption: k.choice, None: k.none, Sealed: k.sealed, Failed: k.failed})
	}
	g := &c.groups[at]
	g.Objects, g.Bytes = g.Objects+1, g.Bytes+f.Size
	if err == nil && locked(r, h) {
		g.Locked++
	}
	if err == nil && !h.Archive().Readable() {
		g.Archived++
	}
	if f.Size > copies.Most {
		g.Large++
	}
	f.Group = at
	if len(c.found) < foundMost {
		c.found = append(c.found, f)
	}
}

// locked reports whether retention that still runs or a legal hold protects a version, as far as the caller may see it.
func locked(r *awsops.Reader, h objects.Head) bool {
	return h.LegalHold == "ON" || h.LockMode != "" && h.LockUntil.After(r.Session().ServerNow())
}

// Plan is counting as a plan: a HEAD for each object, many at once. It changes nothing. The Census is filled while the
// plan's job runs; cancelling that leaves what was counted, and it is begun anew rather than gone on with.
func (c *Census) Plan(ctx context.Context, r *awsops.Reader) *awsops.Plan {
	s := c.Scope
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: KindCensus, Title: "Look how objects are encrypted", Target: r.Target(ctx, s.Bucket),
		Effects: awsops.Effects{AtLeast: true, Counted: "while they are looked at", Requests: []awsops.RequestCount{{Class: "GET", N: int64(len(s.Keys))}}},
		Undo:    "Nothing is changed."}
	p.Steps = []awsops.Step{{Title: "send a HEAD for each object", Workers: workers, Source: s.source(),
		Command: awsops.Command(p.Target, "s3api", "head-object").Flag("--bucket", s.Bucket).Flag("--key", "KEY").String(),
		Read: func(ctx context.Context, r *awsops.Reader, it awsops.Item) (awsops.Receipt, error) {
			return c.look(ctx, r, it)
		}}}
	return p
}

// look counts one object. One that is gone by now isn't there to be counted.
func (c *Census) look(ctx context.Context, r *awsops.Reader, it awsops.Item) (awsops.Receipt, error) {
	e := it.Entries[0]
	h, err := objects.ReadHead(ctx, r, c.Scope.Bucket, e.Key, "")
	if ctx.Err() != nil {
		return awsops.Receipt{}, context.Cause(ctx)
	}
	if x := awsops.Wrap("HeadObject", c.Scope.Bucket, e.Key, err); x != nil {
		switch x.Kind {
		case awsops.KindThrottled, awsops.KindNetwork, awsops.KindExpired, awsops.KindCredentials:
			return awsops.Receipt{}, x
		case awsops.KindNotFound:
			return awsops.Receipt{Done: 1}, nil
		}
	}
	c.add(r, e, "", h, err)
	return awsops.Receipt{Done: 1}, nil
}
