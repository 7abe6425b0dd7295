package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// Existing says what becomes of what is at the destination already.
type Existing string

// What can be done about something that is there. Nothing is replaced unless that was asked for.
const (
	Leave   Existing = ""        // it stays, and is not transferred
	Replace Existing = "replace" // the very one that was seen is replaced
	Differ  Existing = "differ"  // as Replace, where the size differs or the source is newer
)

// Valid reports whether e is one of the three.
func (e Existing) Valid() bool { return e == Leave || e == Replace || e == Differ }

// state is what is known of one side of a transfer.
type state struct {
	size int64
	at   time.Time
}

// replaces decides for one that is there.
func (e Existing) replaces(source, there state) bool {
	switch e {
	case Replace:
		return true
	case Differ:
		return source.size != there.size || source.at.Truncate(time.Second).After(there.at)
	}
	return false
}

// present looks keys up in a listing that goes along: they must be asked for in ascending order.
type present struct {
	next func() ([]listing.Row, error, bool)
	stop func()
	rows []listing.Row
}

func openPresent(ctx context.Context, r *awsops.Reader, bucket, prefix string) *present {
	p := &present{}
	p.next, p.stop = iter.Pull2(listing.Pages(ctx, r, listing.Query{Bucket: bucket, Prefix: prefix}))
	return p
}

// find gives the object of a key.
func (p *present) find(key string) (listing.Row, bool, error) {
	for {
		for len(p.rows) > 0 {
			switch c := bytes.Compare([]byte(p.rows[0].Key), []byte(key)); {
			case c == 0:
				return p.rows[0], true, nil
			case c > 0:
				return listing.Row{}, false, nil
			}
			p.rows = p.rows[1:]
		}
		rows, err, ok := p.next()
		if err != nil || !ok {
			return listing.Row{}, false, err
		}
		p.rows = rows
	}
}

// tally is what a plan counts of a transfer, in one pass.
type tally struct {
	files, bytes int64 // that are transferred
	requests     int64
	left         int64 // that are there and stay
	replaced     int64
	archived     int64 // objects that must be restored first
	odd          []string
	odds         int64
	first        []awsops.Change
	hash         hash64
}

// shown is how many single files a plan shows.
const shown = 10

func (t *tally) oddity(text string) {
	if t.odds++; len(t.odd) < shown {
		t.odd = append(t.odd, text)
	}
}

// hash64 is FNV-1a over what a plan was made from.
type hash64 uint64

func (h *hash64) add(parts ...any) {
	v := uint64(*h)
	if v == 0 {
		v = 14695981039346656037
	}
	for _, c := range fmt.Append(nil, parts...) {
		v = (v ^ uint64(c)) * 1099511628211
	}
	*h = hash64((v ^ 0xff) * 1099511628211)
}

// String is the state as a plan's basis holds it.
func (h *hash64) String() string { return fmt.Sprintf("%016x", uint64(*h)) }

// quoted is an ETag as conditions carry it; a listing may give it bare.
func quoted(etag string) string {
	if etag == "" || etag[0] == '"' {
		return etag
	}
	return `"` + etag + `"`
}

// params is what a plan is made again from. A key or path that JSON can't hold byte for byte gives none: going on with
// another one would be worse than not going on.
func params(spec any) json.RawMessage {
	raw, err := json.Marshal(spec)
	if err != nil || bytes.Contains(raw, []byte(`\ufffd`)) || bytes.Contains(raw, []byte("\ufffd")) {
		return nil
	}
	return raw
}
