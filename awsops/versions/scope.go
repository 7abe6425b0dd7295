package versions

import (
	"context"
	"iter"
	"net/url"
	"slices"
	"sync/atomic"

	"cooper/awsops"
	"cooper/awsops/listing"
)

const sourceKeys = "versions.keys" // what a rule picks, key by key

// scope is the keys that a plan looks at: all under a prefix, or those named.
type scope struct {
	bucket, prefix string
	keys           []string // sorted; none: all under the prefix
}

func newScope(bucket, prefix string, keys []string) scope {
	return scope{bucket, prefix, slices.Compact(slices.Sorted(slices.Values(keys)))}
}

// each goes through the keys after one, in their order, with all rows of each.
func (s scope) each(ctx context.Context, r *awsops.Reader, after string) iter.Seq2[[]listing.Row, error] {
	if len(s.keys) > 0 && len(s.keys) <= apart {
		return s.one(ctx, r, after)
	}
	return func(yield func([]listing.Row, error) bool) {
		for rows, err := range byKey(listing.Pages(ctx, r, s.query(after))) {
			if err == nil && len(s.keys) > 0 {
				if rows[0].Key > s.keys[len(s.keys)-1] {
					return
				}
				if _, named := slices.BinarySearch(s.keys, rows[0].Key); !named {
					continue
				}
			}
			if !yield(rows, err) || err != nil {
				return
			}
		}
	}
}

// query lists no more than it takes to see the keys after one.
func (s scope) query(after string) listing.Query {
	q := listing.Query{Bucket: s.bucket, Prefix: s.prefix, Versions: true, After: after}
	if len(s.keys) == 0 {
		return q
	}
	low := s.keys[0]
	q.Prefix = low[:shared(low, s.keys[len(s.keys)-1])]
	if below := low[:max(len(low)-1, 0)]; after == "" && len(below) >= len(q.Prefix) {
		q.After = below
	}
	return q
}

// one lists the named keys one by one.
func (s scope) one(ctx context.Context, r *awsops.Reader, after string) iter.Seq2[[]listing.Row, error] {
	return func(yield func([]listing.Row, error) bool) {
		for _, key := range s.keys {
			if key <= after {
				continue
			}
			rows, _, err := listing.Exactly(ctx, r, s.bucket, key, countLimit)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(rows) > 0 && !yield(rows, nil) {
				return
			}
		}
	}
}

// byKey gathers the rows of each key from the pages of a version listing.
func byKey(pages iter.Seq2[[]listing.Row, error]) iter.Seq2[[]listing.Row, error] {
	return func(yield func([]listing.Row, error) bool) {
		var rows []listing.Row
		for page, err := range pages {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range page {
				if len(rows) > 0 && rows[0].Key != row.Key {
					if !yield(rows, nil) {
						return
					}
					rows = nil
				}
				rows = append(rows, row)
			}
		}
		if len(rows) > 0 {
			yield(rows, nil)
		}
	}
}

// picks says what is done to a key: versions and markers that go for good, the version that is copied onto the key,
// and whether the key gets a delete marker.
type picks struct {
	gone []awsops.Entry
	copy *awsops.Entry
	hide bool
}

func (p picks) none() bool { return len(p.gone) == 0 && p.copy == nil && !p.hide }

// chooser picks from the rows of one key.
type chooser func(rows []listing.Row) picks

// queue collects what is done into batches of one kind each. A cursor is only given where nothing waits.
type queue struct {
	yield      func(awsops.Item, error) bool
	gone, hide []awsops.Entry
	done       string // the last key of which everything is in gone, hide or earlier batches
}

// add takes what is done to a key.
func (q *queue) add(key string, p picks) bool {
	for _, e := range p.gone {
		if !q.wait(&q.gone, e) {
			return false
		}
	}
	if p.hide && !q.wait(&q.hide, awsops.Entry{Key: key}) {
		return false
	}
	q.done = key
	if p.copy == nil {
		return true
	}
	item := awsops.Item{Entries: []awsops.Entry{*p.copy}}
	if len(q.gone) == 0 && len(q.hide) == 0 {
		item.Cursor = url.QueryEscape(key)
	}
	return q.yield(item, nil)
}

// wait puts an entry to those of its kind, and sends everything once a batch is full.
func (q *queue) wait(list *[]awsops.Entry, e awsops.Entry) bool {
	if Single(e.Key) {
		return q.send(e)
	}
	*list = append(*list, e)
	return len(*list) < batchSize || q.flush()
}

func (q *queue) send(e awsops.Entry) bool {
	return q.yield(awsops.Item{Entries: []awsops.Entry{e}}, nil)
}

// flush sends what waits. The last batch carries the place before which nothing is left.
func (q *queue) flush() bool {
	cursor := url.QueryEscape(q.done)
	gone, hide := q.gone, q.hide
	q.gone, q.hide = nil, nil
	if len(gone) > 0 {
		item := awsops.Item{Entries: gone}
		if len(hide) == 0 {
			item.Cursor = cursor
		}
		if !q.yield(item, nil) {
			return false
		}
	}
	return len(hide) == 0 || q.yield(awsops.Item{Entries: hide, Cursor: cursor}, nil)
}

// source feeds what the chooser picks. Its cursor is the last key of which everything is in earlier batches.
func (s scope) source(filter string, choose chooser) *awsops.Source {
	return &awsops.Source{Kind: sourceKeys, Bucket: s.bucket, Prefix: s.prefix, Filter: filter,
		Open: func(ctx context.Context, r *awsops.Reader, cursor string) iter.Seq2[awsops.Item, error] {
			return func(yield func(awsops.Item, error) bool) {
				after, err := url.QueryUnescape(cursor)
				if err != nil {
					yield(awsops.Item{}, awsops.Invalid("resume", "the journal's place can't be read", "Plan the change again."))
					return
				}
				q := &queue{yield: yield, done: after}
				for rows, err := range s.each(ctx, r, after) {
					if err != nil {
						yield(awsops.Item{}, err)
						return
					}
					if !q.add(rows[0].Key, choose(rows)) {
						return
					}
				}
				q.flush()
			}
		}}
}

// checkedKeys is how many keys a read-back looks at: enough to tell.
const checkedKeys = 20_000

// expectDone makes the read-back look that the chooser finds nothing left to do, but what failed.
func (s scope) expectDone(p *awsops.Plan, failed *atomic.Int64, choose chooser) {
	p.Expect = append(p.Expect, awsops.Expectation{What: "what was to be done", Want: "done",
		Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
			left, looked := int64(0), 0
			for rows, err := range s.each(ctx, r, "") {
				if err != nil {
					return "", err
				}
				c := choose(rows)
				left += int64(len(c.gone))
				if c.copy != nil || c.hide {
					left++
				}
				if looked++; left > failed.Load() || looked == checkedKeys {
					break
				}
			}
			if left > failed.Load() {
				return number(left-failed.Load(), "entry is left", "entries are left"), nil
			}
			return "done", nil
		}})
}
