package listing

import (
	"bytes"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Row is one line of a listing: a key, a common prefix, a version or a delete marker.
type Row struct {
	Key       string // the true bytes; a common prefix ends in the delimiter
	Prefix    bool   // a common prefix: only Key is set
	Size      int64  // bytes
	Modified  time.Time
	ETag      string // without quotes
	Class     string // as the server wrote it
	VersionID string // "null" for the null version; only in version listings
	Latest    bool   // the current version or marker of its key; only in version listings
	Marker    bool   // a delete marker
	Restore   Restore
}

// Restore is how far an archived object's restore is, as far as a listing tells it (RestoreStatus).
type Restore uint8

// The states of a restore. Compatible servers are not asked, so there it is never told.
const (
	NoRestore Restore = iota // none was asked for, or it isn't told
	Restoring
	Restored
)

func restoreOf(flags uint8) Restore {
	switch {
	case flags&flagRestoring != 0:
		return Restoring
	case flags&flagRestored != 0:
		return Restored
	}
	return NoRestore
}

// page is one answer of a listing in compact form: what all its keys have in common is stored once,
// the rest one after the other in one arena.
type page struct {
	shared []byte // what all keys begin with
	keys   []byte // the rest of each key
	ends   []uint32
	sizes  []int64
	nanos  []int64
	flags  []uint8
	class  []uint8
	names  []string // of classes
	sums   []byte   // 16 bytes a row: the MD5 of an ETag
	parts  []uint16 // 0: a plain MD5; n: MD5-n; oddETag: see odd; noETag
	odd    map[int]string
	ids    []byte // version ids
	idEnds []uint32

	truncated bool
	token     string
	nextKey   []byte // decoded
	nextRaw   []byte // as written
	nextID    string
	sorted    bool // strictly ascending, or not descending in a version listing
}

const (
	oddETag = math.MaxUint16
	noETag  = math.MaxUint16 - 1
)

func (p *page) len() int { return len(p.ends) }

// rest gives the part of row i's key after the shared part.
func (p *page) rest(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = p.ends[i-1]
	}
	return p.keys[from:p.ends[i]]
}

func (p *page) appendKey(dst []byte, i int) []byte {
	return append(append(dst, p.shared...), p.rest(i)...)
}

func (p *page) key(i int) []byte { return p.appendKey(nil, i) }

// compare orders row i's key against k.
func (p *page) compare(i int, k []byte) int {
	n := min(len(p.shared), len(k))
	if c := bytes.Compare(p.shared[:n], k[:n]); c != 0 {
		return c
	}
	if len(k) < len(p.shared) {
		return 1
	}
	return bytes.Compare(p.rest(i), k[n:])
}

func (p *page) versionID(i int) string {
	if p.idEnds == nil {
		return ""
	}
	from := uint32(0)
	if i > 0 {
		from = p.idEnds[i-1]
	}
	return string(p.ids[from:p.idEnds[i]])
}

func (p *page) etag(i int) string {
	switch n := p.parts[i]; n {
	case noETag:
		return ""
	case oddETag:
		return p.odd[i]
	case 0:
		return hex.EncodeToString(p.sums[16*i : 16*i+16])
	default:
		return hex.EncodeToString(p.sums[16*i:16*i+16]) + "-" + strconv.Itoa(int(n))
	}
}

func (p *page) row(i int) Row {
	r := Row{Key: string(p.key(i)), Size: p.sizes[i], ETag: p.etag(i), VersionID: p.versionID(i)}
	f := p.flags[i]
	r.Prefix, r.Marker, r.Latest = f&flagPrefix != 0, f&flagMarker != 0, f&flagLatest != 0
	r.Restore = restoreOf(f)
	r.Modified = p.modified(i)
	r.Class = p.names[p.class[i]]
	return r
}

func (p *page) modified(i int) time.Time {
	if p.nanos[i] == noTime {
		return time.Time{}
	}
	return time.Unix(0, p.nanos[i]).UTC()
}

// keep cuts the page to its first n rows, and lets go of the memory when much is cut.
func (p *page) keep(n int) {
	if n == p.len() {
		return
	}
	end, idEnd := uint32(0), uint32(0)
	if n > 0 {
		end = p.ends[n-1]
		if p.idEnds != nil {
			idEnd = p.idEnds[n-1]
		}
	}
	cut := n < p.len()/4*3
	p.keys, p.ends = shorten(p.keys, int(end), cut), shorten(p.ends, n, cut)
	p.sizes, p.nanos = shorten(p.sizes, n, cut), shorten(p.nanos, n, cut)
	p.flags, p.class = shorten(p.flags, n, cut), shorten(p.class, n, cut)
	p.sums, p.parts = shorten(p.sums, 16*n, cut), shorten(p.parts, n, cut)
	if p.idEnds != nil {
		p.ids, p.idEnds = shorten(p.ids, int(idEnd), cut), shorten(p.idEnds, n, cut)
	}
}

func shorten[T any](s []T, n int, cut bool) []T {
	if cut {
		return slices.Clone(s[:n:n])
	}
	return s[:n]
}

// dropFirst removes the first row, which the server said twice.
func (p *page) dropFirst() {
	q := &page{truncated: p.truncated, token: p.token, nextKey: p.nextKey, nextRaw: p.nextRaw, nextID: p.nextID, sorted: p.sorted}
	r := raw{versions: p.idEnds != nil}
	for i := 1; i < p.len(); i++ {
		row := p.row(i)
		r.rows = append(r.rows, rawRow{key: []byte(row.Key), id: []byte(row.VersionID), class: []byte(row.Class),
			etag: []byte(row.ETag), size: row.Size, nanos: p.nanos[i], flags: p.flags[i]})
	}
	q.fill(&r)
	*p = *q
}

// build makes a page of what was scanned. The url-encoding of keys is undone here, since the
// element that announces it may follow them.
func build(r *raw) *page {
	p := &page{truncated: r.truncated, token: string(r.token), nextID: string(r.nextID), nextKey: r.nextKey, nextRaw: bytes.Clone(r.nextKey)}
	if r.urlEncoded {
		for i := range r.rows {
			r.rows[i].key = unescape(r.rows[i].key)
		}
		p.nextKey = unescape(bytes.Clone(p.nextKey)) // the SDK gets it as it came
	} else {
		p.nextKey = bytes.Clone(p.nextKey)
	}
	if r.prefixes > 0 {
		// Keys and prefixes are each in order; a page shows them as one list, as if by name.
		slices.SortStableFunc(r.rows, func(a, b rawRow) int { return bytes.Compare(a.key, b.key) })
	}
	p.fill(r)
	if r.versions && !p.sorted {
		// Some servers list a page's markers before its versions.
		sortVersions(r.rows)
		q := *p
		p = &page{truncated: q.truncated, token: q.token, nextKey: q.nextKey, nextRaw: q.nextRaw, nextID: q.nextID}
		p.fill(r)
	}
	return p
}

// fill copies the rows into arenas of exactly their size.
func (p *page) fill(r *raw) {
	n := len(r.rows)
	p.measure(r)
	p.ends, p.sizes, p.nanos = make([]uint32, n), make([]int64, n), make([]int64, n)
	p.flags, p.class = make([]uint8, n), make([]uint8, n)
	p.sums, p.parts = make([]byte, 16*n), make([]uint16, n)
	if r.versions {
		p.idEnds = make([]uint32, n)
	}
	for i := range r.rows {
		row := &r.rows[i]
		p.keys = append(p.keys, row.key[len(p.shared):]...)
		p.ends[i] = uint32(len(p.keys))
		p.sizes[i], p.nanos[i], p.flags[i] = row.size, row.nanos, row.flags
		p.class[i] = p.classID(row.class)
		p.setETag(i, row.etag)
		if r.versions {
			p.ids = append(p.ids, row.id...)
			p.idEnds[i] = uint32(len(p.ids))
		}
	}
}

// measure finds what all keys share, whether they are in order, and makes the arenas.
func (p *page) measure(r *raw) {
	p.sorted = true
	keys, ids := 0, 0
	var shared []byte
	for i := range r.rows {
		row := &r.rows[i]
		keys += len(row.key)
		ids += len(row.id)
		if i == 0 {
			shared = row.key
			continue
		}
		shared = shared[:common(shared, row.key)]
		c := bytes.Compare(r.rows[i-1].key, row.key)
		if c > 0 || c == 0 && !r.versions {
			p.sorted = false
		}
	}
	p.shared = bytes.Clone(shared)
	p.keys = make([]byte, 0, keys-len(r.rows)*len(shared))
	if r.versions {
		p.ids = make([]byte, 0, ids)
	}
}

// common gives the length of what a and b begin with.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

func (p *page) classID(name []byte) uint8 {
	for i, s := range p.names {
		if s == string(name) {
			return uint8(i)
		}
	}
	if len(p.names) > math.MaxUint8 {
		p.names[math.MaxUint8] = "unknown" // no server has more classes on one page than a byte counts
		return math.MaxUint8
	}
	p.names = append(p.names, strings.Clone(string(name)))
	return uint8(len(p.names) - 1)
}

// setETag keeps the usual form, an MD5 in hex with or without a number of parts, in 18 bytes.
func (p *page) setETag(i int, tag []byte) {
	tag = bytes.TrimSuffix(bytes.TrimPrefix(tag, []byte(`"`)), []byte(`"`))
	if len(tag) == 0 {
		p.parts[i] = noETag
		return
	}
	if n, ok := md5Parts(tag); ok {
		if _, err := hex.Decode(p.sums[16*i:16*i+16], tag[:32]); err == nil {
			p.parts[i] = n
			return
		}
	}
	if p.odd == nil {
		p.odd = map[int]string{}
	}
	p.odd[i] = string(tag)
	p.parts[i] = oddETag
}

// md5Parts gives the number of parts of an ETag in lower-case hex, 0 for none.
func md5Parts(tag []byte) (uint16, bool) {
	if len(tag) < 32 || bytes.ContainsAny(tag[:32], "ABCDEF") {
		return 0, false
	}
	if len(tag) == 32 {
		return 0, true
	}
	if tag[32] != '-' || len(tag) > 38 || len(tag) < 34 || tag[33] == '0' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(tag[33:]), 10, 16)
	return uint16(n), err == nil && n < noETag && n > 0
}

// unescape undoes EncodingType=url in place: '+' is a space and %XX any byte. Text that is not of that
// form is given back as it is: a server that announces an encoding and does not apply it.
func unescape(b []byte) []byte {
	if !encoded(b) {
		return b
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '+':
			out = append(out, ' ')
		case '%':
			hi, _ := digit(b[i+1])
			lo, _ := digit(b[i+2])
			out = append(out, byte(hi<<4|lo))
			i += 2
		default:
			out = append(out, b[i])
		}
	}
	return out
}

// encoded reports whether there is something to undo, and all of it can be.
func encoded(b []byte) bool {
	any := false
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '+':
			any = true
		case '%':
			if i+2 >= len(b) {
				return false
			}
			_, ok1 := digit(b[i+1])
			_, ok2 := digit(b[i+2])
			if !ok1 || !ok2 {
				return false
			}
			any = true
			i += 2
		}
	}
	return any
}
