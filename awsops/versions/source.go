package versions

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"unicode/utf8"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// batchSize is how many entries one DeleteObjects takes.
const batchSize = 1000

// The kinds of sources.
const (
	sourceList   = "versions.list"   // entries that were named
	sourcePrefix = "versions.prefix" // versions and markers under a prefix, those that a filter picks
	sourceObject = "objects.prefix"  // current objects under a prefix
)

// Filters of a prefix source.
const (
	filterAll        = "all"
	filterNoncurrent = "noncurrent"
	filterMarkers    = "markers" // delete markers that hide a version
)

// Single reports whether a key must be deleted by a request of its own: XML 1.0 can't carry it, and
// in a DeleteObjects document it would become another key.
func Single(key string) bool {
	for i := 0; i < len(key); {
		c := key[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
				return true
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(key[i:])
		if r == utf8.RuneError && n == 1 || r == 0xFFFE || r == 0xFFFF {
			return true
		}
		i += n
	}
	return false
}

func entryOf(row listing.Row) awsops.Entry {
	return awsops.Entry{Key: row.Key, VersionID: row.VersionID, ETag: row.ETag, Size: row.Size, Marker: row.Marker}
}

// picker chooses entries of a version listing, row by row.
type picker struct {
	filter string
	key    string
	before []awsops.Entry // markers of key with no version seen yet
	passed bool
}

// pick gives the entries that are certain after row.
func (p *picker) pick(row listing.Row) []awsops.Entry {
	switch p.filter {
	case filterNoncurrent:
		if row.Latest {
			return nil
		}
		return []awsops.Entry{entryOf(row)}
	case filterMarkers:
		if row.Key != p.key {
			p.key, p.before, p.passed = row.Key, nil, false
		}
		if p.passed {
			return nil
		}
		if row.Marker {
			p.before = append(p.before, entryOf(row))
			return nil
		}
		out := p.before
		p.before, p.passed = nil, true
		return out
	}
	return []awsops.Entry{entryOf(row)}
}

// batcher collects entries into items.
type batcher struct {
	yield func(awsops.Item, error) bool
	items []awsops.Entry
}

// add takes one entry. cursor names the place before which everything is in items that were yielded,
// should the batch end with this entry.
func (b *batcher) add(e awsops.Entry, cursor string) bool {
	if Single(e.Key) {
		return b.yield(awsops.Item{Entries: []awsops.Entry{e}}, nil) // no cursor: others wait before it
	}
	b.items = append(b.items, e)
	if len(b.items) < batchSize {
		return true
	}
	return b.flush(cursor)
}

func (b *batcher) flush(cursor string) bool {
	if len(b.items) == 0 {
		return true
	}
	item := awsops.Item{Entries: b.items, Cursor: cursor}
	b.items = nil
	return b.yield(item, nil)
}

// anew makes a source go through its list from the start whatever the cursor: the list was made from
// what a listing shows now, and what was done before is not in it.
func anew(s *awsops.Source) *awsops.Source {
	open := s.Open
	s.Open = func(ctx context.Context, r *awsops.Reader, _ string) iter.Seq2[awsops.Item, error] {
		return open(ctx, r, "")
	}
	return s
}

// listSource feeds entries that were named. Its cursor counts them.
func listSource(bucket string, entries []awsops.Entry) *awsops.Source {
	return &awsops.Source{Kind: sourceList, Bucket: bucket,
		Open: func(_ context.Context, _ *awsops.Reader, cursor string) iter.Seq2[awsops.Item, error] {
			return func(yield func(awsops.Item, error) bool) {
				from := 0
				if cursor != "" {
					var err error
					if from, err = strconv.Atoi(cursor); err != nil || from < 0 || from > len(entries) {
						yield(awsops.Item{}, awsops.Invalid("resume", fmt.Sprintf("%q is no place in this list", cursor), "Plan the change again."))
						return
					}
				}
				b := &batcher{yield: yield}
				for i := from; i < len(entries); i++ {
					if !b.add(entries[i], strconv.Itoa(i+1)) {
						return
					}
				}
				b.flush(strconv.Itoa(len(entries)))
			}
		}}
}

// prefixSource feeds what is under a prefix as it is listed. Its cursor is the last key of which
// everything is in earlier batches, so a job that goes on looks at the key after it again, whose
// remaining versions are then listed.
func prefixSource(q listing.Query, filter string) *awsops.Source {
	kind := sourcePrefix
	if !q.Versions {
		kind = sourceObject
	}
	return &awsops.Source{Kind: kind, Bucket: q.Bucket, Prefix: q.Prefix, Filter: filter,
		Open: func(ctx context.Context, r *awsops.Reader, cursor string) iter.Seq2[awsops.Item, error] {
			return func(yield func(awsops.Item, error) bool) {
				after, err := url.QueryUnescape(cursor)
				if err != nil {
					yield(awsops.Item{}, awsops.Invalid("resume", "the journal's place can't be read", "Plan the change again."))
					return
				}
				at := q
				at.After = after
				feed(listing.Pages(ctx, r, at), &picker{filter: filter}, &batcher{yield: yield})
			}
		}}
}

func feed(pages iter.Seq2[[]listing.Row, error], p *picker, b *batcher) {
	key, done := "", "" // done: the key before key
	for rows, err := range pages {
		if err != nil {
			b.yield(awsops.Item{}, err)
			return
		}
		for _, row := range rows {
			if row.Prefix {
				continue
			}
			if row.Key != key {
				key, done = row.Key, key
			}
			for _, e := range p.pick(row) {
				if !b.add(e, url.QueryEscape(done)) {
					return
				}
			}
		}
	}
	b.flush(url.QueryEscape(key))
}
