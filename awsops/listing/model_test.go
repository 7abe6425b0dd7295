package listing

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bucket is a model of a bucket: keys in order, served page by page.
type bucket struct {
	keys    []string
	latency time.Duration
	most    int // keys a page
	slow    func(n int) bool

	mu       sync.Mutex
	requests int
	inFlight int
	peak     int
}

func (b *bucket) enter() int {
	b.mu.Lock()
	b.requests++
	n := b.requests
	b.inFlight++
	b.peak = max(b.peak, b.inFlight)
	b.mu.Unlock()
	time.Sleep(b.latency)
	b.mu.Lock()
	b.inFlight--
	b.mu.Unlock()
	return n
}

// fetch answers in memory, for tests of the crew alone.
func (b *bucket) fetch(ctx context.Context, at place) (*page, error) {
	b.enter()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	after := string(at.after)
	if at.token != "" {
		after = at.token
	}
	keys, more := b.slice("", after)
	r := raw{truncated: more}
	for _, k := range keys {
		r.rows = append(r.rows, rawRow{key: []byte(k), size: int64(len(k)), nanos: noTime})
	}
	if more {
		r.token = []byte(keys[len(keys)-1])
	}
	return build(&r), nil
}

func (b *bucket) slice(prefix, after string) ([]string, bool) {
	i := sort.Search(len(b.keys), func(i int) bool { return b.keys[i] > after })
	if prefix > after {
		i = sort.SearchStrings(b.keys, prefix)
	}
	rest := b.keys[i:]
	end := min(len(rest), b.most)
	if prefix != "" {
		end = sort.Search(end, func(i int) bool { return !strings.HasPrefix(rest[i], prefix) })
		return rest[:end], end == b.most && end < len(rest) && strings.HasPrefix(rest[end], prefix)
	}
	return rest[:end], end < len(rest)
}

// rolledUp is slice with common prefixes. One that was answered before is not answered again.
func (b *bucket) rolledUp(prefix, delimiter, after string) (out []string, more bool) {
	for _, k := range b.keys {
		if !strings.HasPrefix(k, prefix) || k <= after {
			continue
		}
		if i := strings.Index(k[len(prefix):], delimiter); i >= 0 {
			k = k[:len(prefix)+i+len(delimiter)]
			if k == after || len(out) > 0 && out[len(out)-1] == k {
				continue
			}
		}
		if len(out) == b.most {
			return out, true
		}
		out = append(out, k)
	}
	return out, false
}

// RoundTrip answers ListObjectsV2 as S3 does, for tests through the SDK.
func (b *bucket) RoundTrip(req *http.Request) (*http.Response, error) {
	n := b.enter()
	if b.slow != nil && b.slow(n) {
		return answer(req, 503, `<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`), nil
	}
	q := req.URL.Query()
	after := q.Get("start-after")
	if t, err := hex.DecodeString(q.Get("continuation-token")); err == nil && len(t) > 0 {
		after = string(t)
	}
	keys, more := b.slice(q.Get("prefix"), after)
	if d := q.Get("delimiter"); d != "" {
		keys, more = b.rolledUp(q.Get("prefix"), d, after)
	}
	var w bytes.Buffer
	w.Grow(400 * len(keys))
	fmt.Fprintf(&w, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`+
		`<EncodingType>url</EncodingType><IsTruncated>%t</IsTruncated>`, more)
	if more {
		w.WriteString("<NextContinuationToken>" + hex.EncodeToString([]byte(keys[len(keys)-1])) + "</NextContinuationToken>")
	}
	for _, k := range keys {
		if d := q.Get("delimiter"); d != "" && strings.Contains(k[len(q.Get("prefix")):], d) {
			w.WriteString("<CommonPrefixes><Prefix>" + url.QueryEscape(k) + "</Prefix></CommonPrefixes>")
			continue
		}
		w.WriteString("<Contents><Key>" + strings.ReplaceAll(url.QueryEscape(k), "%2F", "/") + "</Key><LastModified>2026-03-01T12:34:56.000Z</LastModified>" +
			"<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>" + strconv.Itoa(len(k)) + "</Size><StorageClass>STANDARD</StorageClass></Contents>")
	}
	w.WriteString("</ListBucketResult>")
	return answer(req, 200, w.String()), nil
}

func answer(req *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Status: strconv.Itoa(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)), Request: req}
}

func flat(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("company-data/production/invoices/inv-%09d.pdf", i)
	}
	return out
}

func tree(n int) []string {
	out := make([]string, 0, n)
	for i := range n {
		out = append(out, fmt.Sprintf("home/user%03d/%c%c/file-%d.bin", i%977, 'a'+rune(i/7%26), 'A'+rune(i%11), i))
	}
	slices.Sort(out)
	return out
}

func dated(n int) []string {
	out := make([]string, 0, n)
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		out = append(out, fmt.Sprintf("logs/%s/%016x", day.Add(time.Duration(i)*time.Minute).Format("2006/01/02/15"), rnd.Uint64()))
	}
	slices.Sort(out)
	return out
}

func check(t *testing.T, want []string, v View) {
	t.Helper()
	if v.Len() != len(want) {
		t.Fatalf("%d rows, want %d", v.Len(), len(want))
	}
	n := 0
	v.Each(0, func(i int, key []byte, size int64, _, _ bool) bool {
		if string(key) != want[i] || size != int64(len(want[i])) {
			t.Fatalf("row %d is %q of %d, want %q", i, key, size, want[i])
		}
		n++
		return true
	})
	if n != len(want) {
		t.Fatalf("%d rows seen, want %d", n, len(want))
	}
}

func TestACrewListsEveryKeyOnceAndInOrder(t *testing.T) {
	for name, keys := range map[string][]string{
		"none": nil, "one": {"a"}, "flat": flat(60_000), "tree": tree(60_000), "dated": dated(60_000),
		"hostile": hostile(20_000),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &bucket{keys: keys, latency: 30 * time.Millisecond, most: 1000}
				var s Store
				c := newCrew(b, &s, 16, "", false)
				from := time.Now()
				if err := c.list(t.Context()); err != nil {
					t.Fatal(err)
				}
				check(t, keys, s.View())
				t.Logf("%d keys: %d requests, %v, %d at once", len(keys), b.requests, time.Since(from), b.peak)
			})
		})
	}
}

// hostile makes keys of any bytes, sorted and without doubles.
func hostile(n int) []string {
	rnd := rand.New(rand.NewPCG(3, 4))
	words := []string{"\x00", "\x7f", "é", "\xff\xfe", "日本", "/", "//", "..", "+", "%", "&", " ", "a", "z", "~", "\n", "🗝"}
	set := map[string]bool{}
	for len(set) < n {
		var k strings.Builder
		for range 1 + rnd.IntN(8) {
			k.WriteString(words[rnd.IntN(len(words))])
		}
		set[k.String()] = true
	}
	out := make([]string, 0, n)
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
