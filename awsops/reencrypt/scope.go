package reencrypt

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// Scope is the current objects under a prefix, or those that are named.
type Scope struct {
	Bucket string
	Prefix string   // "" for all of the bucket
	Keys   []string // when not empty, these and no others
	// Versions takes the older versions in, too, also below delete markers.
	Versions bool
}

// source feeds the objects one by one: a current one without its version, so that it is what it is by then, and an older
// one with it. Its cursor is the last key that is dealt with.
func (s Scope) source() *awsops.Source {
	return &awsops.Source{Kind: "objects.encryption", Bucket: s.Bucket, Prefix: s.Prefix, Open: func(ctx context.Context, r *awsops.Reader, cursor string) iter.Seq2[awsops.Item, error] {
		return func(yield func(awsops.Item, error) bool) {
			after, err := base64.StdEncoding.DecodeString(cursor)
			if err != nil {
				yield(awsops.Item{}, awsops.Invalid("resume", "the journal's place can't be read", "Plan it again."))
				return
			}
			if len(s.Keys) > 0 {
				s.named(ctx, r, string(after), yield)
				return
			}
			s.listed(ctx, r, string(after), yield)
		}
	}}
}

func (s Scope) listed(ctx context.Context, r *awsops.Reader, after string, yield func(awsops.Item, error) bool) {
	done, key := after, after // done: the key before key
	for row, err := range rowsOf(ctx, r, listing.Query{Bucket: s.Bucket, Prefix: s.Prefix, After: after, Versions: s.Versions}) {
		if err != nil {
			yield(awsops.Item{}, err)
			return
		}
		if row.Key != key {
			done, key = key, row.Key
		}
		if row.Marker {
			continue
		}
		if !s.Versions {
			done = key // it is all there is of the key
		}
		if !yield(item(s.entry(row), done), nil) {
			return
		}
	}
}

func (s Scope) entry(row listing.Row) awsops.Entry {
	e := awsops.Entry{Key: row.Key, Size: row.Size, ETag: row.ETag}
	if s.Versions && !row.Latest {
		e.VersionID = row.VersionID
	}
	return e
}

func item(e awsops.Entry, done string) awsops.Item {
	return awsops.Item{Entries: []awsops.Entry{e}, Cursor: base64.StdEncoding.EncodeToString([]byte(done))}
}

func rowsOf(ctx context.Context, r *awsops.Reader, q listing.Query) iter.Seq2[listing.Row, error] {
	return func(yield func(listing.Row, error) bool) {
		for rows, err := range listing.Pages(ctx, r, q) {
			if err != nil {
				yield(listing.Row{}, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// versionsOf are the versions and markers of one key.
func (s Scope) versionsOf(ctx context.Context, r *awsops.Reader, key string) iter.Seq2[listing.Row, error] {
	return func(yield func(listing.Row, error) bool) {
		for row, err := range rowsOf(ctx, r, listing.Query{Bucket: s.Bucket, Prefix: key, Versions: true}) {
			if err == nil && row.Key != key { // keys that go on come after it
				return
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func (s Scope) named(ctx context.Context, r *awsops.Reader, after string, yield func(awsops.Item, error) bool) {
	done := after
	for _, key := range slices.Sorted(slices.Values(s.Keys)) {
		if key <= after {
			continue
		}
		if !s.Versions {
			if !yield(item(awsops.Entry{Key: key}, key), nil) {
				return
			}
			continue
		}
		for row, err := range s.versionsOf(ctx, r, key) {
			if err != nil {
				yield(awsops.Item{}, err)
				return
			}
			if !row.Marker && !yield(item(s.entry(row), done), nil) {
				return
			}
		}
		done = key
	}
}

// Older is what there is of older versions in a scope.
type Older struct {
	Versions, Bytes int64
	AtLeast         bool // there are more than were counted
	Known           bool
}

// How much is listed to count older versions: rows under a prefix, and keys that are named.
const (
	olderRows = 20_000
	olderKeys = 20
)

// older counts the older versions of a scope, as far as a few listings tell.
func (s Scope) older(ctx context.Context, r *awsops.Reader) Older {
	var o Older
	seen := 0
	count := func(rows iter.Seq2[listing.Row, error]) bool {
		for row, err := range rows {
			if err != nil {
				return false
			}
			if seen++; seen > olderRows {
				o.AtLeast = true
				return true
			}
			if !row.Latest && !row.Marker {
				o.Versions, o.Bytes = o.Versions+1, o.Bytes+row.Size
			}
		}
		return true
	}
	if len(s.Keys) == 0 {
		o.Known = count(rowsOf(ctx, r, listing.Query{Bucket: s.Bucket, Prefix: s.Prefix, Versions: true}))
		return o
	}
	o.AtLeast, o.Known = len(s.Keys) > olderKeys, true
	for _, key := range s.Keys[:min(len(s.Keys), olderKeys)] {
		o.Known = o.Known && count(s.versionsOf(ctx, r, key))
	}
	return o
}

// words says which objects a scope holds.
func (s Scope) words() string {
	what := map[bool]string{false: "all current objects", true: "all versions of all objects"}[s.Versions]
	switch {
	case len(s.Keys) == 1 && s.Versions:
		return "all versions of " + s.Keys[0]
	case len(s.Keys) == 1:
		return s.Keys[0]
	case len(s.Keys) > 1 && s.Versions:
		return fmt.Sprintf("all versions of %d objects", len(s.Keys))
	case len(s.Keys) > 1:
		return fmt.Sprintf("%d objects", len(s.Keys))
	case s.Prefix != "":
		return what + " under " + s.Prefix
	}
	return what + " of " + s.Bucket
}

// keptScope is a Scope in a journal; prefix and keys are base64.
type keptScope struct {
	Bucket, Prefix string
	Keys           []string `json:",omitempty"`
	Versions       bool     `json:",omitempty"`
}

// MarshalJSON keeps keys byte for byte.
func (s Scope) MarshalJSON() ([]byte, error) {
	k := keptScope{Bucket: s.Bucket, Prefix: base64.StdEncoding.EncodeToString([]byte(s.Prefix)), Versions: s.Versions}
	for _, key := range s.Keys {
		k.Keys = append(k.Keys, base64.StdEncoding.EncodeToString([]byte(key)))
	}
	return json.Marshal(k)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Scope) UnmarshalJSON(raw []byte) error {
	var k keptScope
	if err := json.Unmarshal(raw, &k); err != nil {
		return err
	}
	prefix, err := base64.StdEncoding.DecodeString(k.Prefix)
	*s = Scope{Bucket: k.Bucket, Prefix: string(prefix), Versions: k.Versions}
	for _, text := range k.Keys {
		key, kerr := base64.StdEncoding.DecodeString(text)
		err = errors.Join(err, kerr)
		s.Keys = append(s.Keys, string(key))
	}
	return err
}
