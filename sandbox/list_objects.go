package sandbox

import (
	"net/http"
	"sync"
)

func listRoutes() []route {
	return []route{
		{level: bucketLevel, method: http.MethodGet, handle: listObjects, action: "s3:ListBucket",
			query: "list-type prefix delimiter marker max-keys encoding-type start-after continuation-token fetch-owner"},
		{level: bucketLevel, method: http.MethodGet, sub: "versions", handle: listVersions, action: "s3:ListBucketVersions",
			query: "prefix delimiter key-marker version-id-marker max-keys encoding-type"},
	}
}

// listed is one entry of a page: a key with what is shown of its version, or a common prefix.
type listed struct {
	key      string // or the common prefix
	version  *version
	modified int64
	content  *content
	attrs    *attributes
	latest   bool
}

// page is one page of a listing in order. Its slices are reused.
type page struct {
	entries   []listed // a common prefix has no version
	prefixes  int
	truncated bool
}

var pages = sync.Pool{New: func() any { return &page{entries: make([]listed, 0, maxPage)} }}

func newPage() *page {
	p := pages.Get().(*page)
	p.entries, p.prefixes, p.truncated = p.entries[:0], 0, false
	return p
}

func (p *page) release() {
	clear(p.entries)
	pages.Put(p)
}

// last returns the key or common prefix that ends the page.
func (p *page) last() string { return p.entries[len(p.entries)-1].key }

// collect fills the page with current objects after a key or common prefix. The bucket is locked for
// reading only while it runs. A common prefix costs one search, however many keys it holds.
func (p *page) collect(b *bucket, q listQuery, after string) {
	from, ok := q.start(after)
	if !ok || q.limit == 0 {
		return
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	c := b.keys.seek(from)
	for e := c.entry(); e != nil; e = c.entry() {
		if len(e.key) < len(q.prefix) || e.key[:len(q.prefix)] != q.prefix {
			return
		}
		if e.head.marker {
			c.next()
			continue
		}
		if len(p.entries) == q.limit {
			p.truncated = true
			return
		}
		common := q.rolled(e.key)
		if common == "" {
			v := e.head
			p.entries = append(p.entries, listed{e.key, v, v.modified, v.content, v.attrs, true})
			c.next()
			continue
		}
		p.entries = append(p.entries, listed{key: common})
		p.prefixes++
		next, ok := afterPrefix(common)
		if !ok {
			return
		}
		c = b.keys.seek(next)
	}
}

// listObjects answers ListObjects, in both versions.
func listObjects(c *call) error {
	q, err := c.listQuery("max-keys")
	if err != nil {
		return err
	}
	if c.query.Get("list-type") == "2" {
		return listObjectsV2(c, q)
	}
	return listObjectsV1(c, q) // whatever else the type says, as S3 does
}

func listObjectsV2(c *call, q listQuery) error {
	after, token := c.query.Get("start-after"), c.query.Get("continuation-token")
	if c.query.Has("continuation-token") {
		last, err := parseToken(token)
		if err != nil {
			return err
		}
		after = last
	}
	p := newPage()
	defer p.release()
	p.collect(c.bucket, q, after)
	w := newListWriter("ListBucketResult", len(p.entries))
	defer w.release()
	w.text("Name", c.bucketName)
	q.text(w.xmlWriter, "Prefix", q.prefix)
	if token == "" {
		q.optional(w.xmlWriter, "StartAfter", after)
	}
	w.optional("ContinuationToken", token)
	if p.truncated {
		w.text("NextContinuationToken", newToken(p.last()))
	}
	w.number("KeyCount", int64(len(p.entries)))
	w.number("MaxKeys", int64(q.limit))
	q.tail(w.xmlWriter, p.truncated)
	w.contents(q, p, c.ownerShown(c.query.Get("fetch-owner") == "true"))
	return c.writeXML(w.xmlWriter, "ListBucketResult")
}

func listObjectsV1(c *call, q listQuery) error {
	marker := c.query.Get("marker")
	p := newPage()
	defer p.release()
	p.collect(c.bucket, q, marker)
	w := newListWriter("ListBucketResult", len(p.entries))
	defer w.release()
	w.text("Name", c.bucketName)
	q.text(w.xmlWriter, "Prefix", q.prefix)
	q.text(w.xmlWriter, "Marker", marker)
	if p.truncated && q.delimiter != "" {
		q.text(w.xmlWriter, "NextMarker", p.last())
	}
	w.number("MaxKeys", int64(q.limit))
	q.tail(w.xmlWriter, p.truncated)
	w.contents(q, p, c.ownerShown(true))
	return c.writeXML(w.xmlWriter, "ListBucketResult")
}

// ownerShown returns the canonical id that a listing names as owner, "" for none.
func (c *call) ownerShown(wanted bool) string {
	if !wanted {
		return ""
	}
	return canonicalID(c.bucket.owner)
}
