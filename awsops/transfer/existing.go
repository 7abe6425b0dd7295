package transfer

import (
	"bytes"
	"encoding/json"
	"fmt"

	"cooper/awsops"
	"cooper/awsops/existing"
)

// Existing says what becomes of what is at the destination already.
type Existing = existing.Choice

// What can be done about something that is there.
const (
	Leave   = existing.Leave
	Replace = existing.Replace
	Differ  = existing.Differ
)

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
