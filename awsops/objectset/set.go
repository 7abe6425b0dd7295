// Package objectset names the objects that a change is for: those that were marked, or all under a prefix. It counts
// them and feeds them to a job one by one.
package objectset

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"strconv"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// Set is the objects of a change.
type Set struct {
	Bucket  string
	Under   bool           // all current objects under Prefix, which may be ""; Entries are not looked at
	Prefix  string         // begins the keys
	Entries []awsops.Entry // with the ETag and the size that were seen
}

// One is the set of one object; version "" is the current one, and etag, with its quotes, is the one that was seen.
func One(bucket, key, version, etag string, size int64) Set {
	return Set{Bucket: bucket, Entries: []awsops.Entry{{Key: key, VersionID: version, ETag: etag, Size: size}}}
}

// Single gives the only object of a set that names just one.
func (s Set) Single() (awsops.Entry, bool) {
	if s.Under || len(s.Entries) != 1 {
		return awsops.Entry{}, false
	}
	return s.Entries[0], true
}

// Problem says why a set can't be acted on, "" when it can.
func (s Set) Problem() string {
	switch {
	case s.Bucket == "":
		return "a bucket is missing"
	case !s.Under && len(s.Entries) == 0:
		return "no object was chosen"
	}
	for _, e := range s.Entries {
		if !s.Under && e.Marker {
			return "a delete marker is no object"
		}
	}
	return ""
}

// Limits of what a plan looks at beforehand.
const (
	shown      = 5       // objects of which it says what becomes of each
	countLimit = 200_000 // objects that it counts
)

// Tally is what a set holds.
type Tally struct {
	N, Bytes int64
	AtLeast  bool // counting was cut short
	Largest  int64
	Classes  map[string]int64 // objects by storage class, as far as a listing told it
	First    []awsops.Entry   // some of them, to be looked at
}

func (t *Tally) add(e awsops.Entry, class string) {
	t.N, t.Bytes, t.Largest = t.N+1, t.Bytes+e.Size, max(t.Largest, e.Size)
	if class != "" {
		t.Classes[class]++
	}
	if len(t.First) < shown {
		t.First = append(t.First, e)
	}
}

// Count counts a set; keep chooses from what a listing tells, and nil keeps all.
func (s Set) Count(ctx context.Context, r *awsops.Reader, keep func(listing.Row) bool) (Tally, error) {
	t := Tally{Classes: map[string]int64{}}
	if !s.Under {
		for _, e := range s.Entries {
			t.add(e, "")
		}
		return t, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := listing.Start(ctx, r, listing.Query{Bucket: s.Bucket, Prefix: s.Prefix})
	complete, err := l.Settle(ctx, countLimit)
	if err != nil {
		return t, err
	}
	t.AtLeast = !complete
	v := l.View()
	for i := range v.Len() {
		if row := v.Row(i); keep == nil || keep(row) {
			t.add(entry(row), row.Class)
		}
	}
	return t, nil
}

func entry(row listing.Row) awsops.Entry {
	return awsops.Entry{Key: row.Key, Size: row.Size, ETag: row.ETag}
}

// Name says in a few words what the set is.
func (s Set) Name(t Tally) string {
	switch {
	case t.N == 1 && len(t.First) == 1:
		return t.First[0].Key
	case t.AtLeast:
		return fmt.Sprintf("at least %d objects", t.N)
	}
	return fmt.Sprintf("%d objects", t.N)
}

// Source feeds the objects one by one. Its cursor is a place in Entries, or a key.
func (s Set) Source(kind string, keep func(listing.Row) bool) *awsops.Source {
	return &awsops.Source{Kind: kind, Bucket: s.Bucket, Prefix: s.Prefix,
		Open: func(ctx context.Context, r *awsops.Reader, cursor string) iter.Seq2[awsops.Item, error] {
			return func(yield func(awsops.Item, error) bool) {
				var err error
				if s.Under {
					err = s.under(ctx, r, cursor, keep, yield)
				} else {
					err = s.named(cursor, yield)
				}
				if err != nil {
					yield(awsops.Item{}, err)
				}
			}
		}}
}

func badCursor() error {
	return awsops.Invalid("resume", "the journal's place can't be read", "Plan the change again.")
}

func (s Set) named(cursor string, yield func(awsops.Item, error) bool) error {
	from := 0
	if cursor != "" {
		var err error
		if from, err = strconv.Atoi(cursor); err != nil || from < 0 || from > len(s.Entries) {
			return badCursor()
		}
	}
	for i := from; i < len(s.Entries); i++ {
		if !yield(awsops.Item{Entries: s.Entries[i : i+1], Cursor: strconv.Itoa(i + 1)}, nil) {
			return nil
		}
	}
	return nil
}

func (s Set) under(ctx context.Context, r *awsops.Reader, cursor string, keep func(listing.Row) bool, yield func(awsops.Item, error) bool) error {
	after, err := url.QueryUnescape(cursor)
	if err != nil {
		return badCursor()
	}
	for rows, err := range listing.Pages(ctx, r, listing.Query{Bucket: s.Bucket, Prefix: s.Prefix, After: after}) {
		if err != nil {
			return err
		}
		for _, row := range rows {
			if keep != nil && !keep(row) {
				continue
			}
			if !yield(awsops.Item{Entries: []awsops.Entry{entry(row)}, Cursor: url.QueryEscape(row.Key)}, nil) {
				return nil
			}
		}
	}
	return nil
}

// exact is text that JSON keeps byte for byte.
func exact(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// kept is a Set in a journal; keys are base64.
type kept struct {
	Bucket  string      `json:"bucket"`
	Under   bool        `json:"under,omitempty"`
	Prefix  string      `json:"prefix,omitempty"`
	Entries []keptEntry `json:"entries,omitempty"`
}

type keptEntry struct {
	K string `json:"k"`
	V string `json:"v,omitempty"`
	E string `json:"e,omitempty"`
	S int64  `json:"s,omitempty"`
}

// MarshalJSON keeps keys byte for byte.
func (s Set) MarshalJSON() ([]byte, error) {
	k := kept{Bucket: s.Bucket, Under: s.Under, Prefix: exact(s.Prefix)}
	for _, e := range s.Entries {
		k.Entries = append(k.Entries, keptEntry{exact(e.Key), e.VersionID, e.ETag, e.Size})
	}
	return json.Marshal(k)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Set) UnmarshalJSON(raw []byte) error {
	var k kept
	if err := json.Unmarshal(raw, &k); err != nil {
		return err
	}
	prefix, err := base64.StdEncoding.DecodeString(k.Prefix)
	if err != nil {
		return err
	}
	*s = Set{Bucket: k.Bucket, Under: k.Under, Prefix: string(prefix)}
	for _, e := range k.Entries {
		key, err := base64.StdEncoding.DecodeString(e.K)
		if err != nil {
			return err
		}
		s.Entries = append(s.Entries, awsops.Entry{Key: string(key), VersionID: e.V, ETag: e.E, Size: e.S})
	}
	return nil
}
