package sandbox

import (
	"sync"
	"time"
)

// listWriter writes listing pages into a buffer that is used again, and formats an instant once as long as
// it does not change.
type listWriter struct {
	*xmlWriter
	second int64
	stamp  []byte
}

var listBuffers = sync.Pool{New: func() any { return &xmlWriter{} }}

func newListWriter(root string, entries int) *listWriter {
	w := listBuffers.Get().(*xmlWriter)
	if need := 1024 + 400*entries; cap(w.buf) < need {
		w.buf = make([]byte, 0, need)
	}
	w.buf = append(w.buf[:0], xmlHeader...)
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, root...)
	w.buf = append(w.buf, ` xmlns="`+namespace+`">`...)
	return &listWriter{xmlWriter: w}
}

// release gives the buffer back. Nothing may hold it any more.
func (w *listWriter) release() {
	listBuffers.Put(w.xmlWriter)
	w.xmlWriter = nil
}

// modified writes LastModified.
func (w *listWriter) modified(second int64) {
	if w.stamp == nil || second != w.second {
		w.second = second
		w.stamp = time.Unix(second, 0).UTC().AppendFormat(w.stamp[:0], timeLayout)
	}
	w.buf = append(w.buf, "<LastModified>"...)
	w.buf = append(w.buf, w.stamp...)
	w.buf = append(w.buf, "</LastModified>"...)
}

// contents writes the keys of a page, then its common prefixes.
func (w *listWriter) contents(q listQuery, p *page, owner string) {
	for i := range p.entries {
		if e := &p.entries[i]; e.version != nil {
			w.open("Contents")
			q.text(w.xmlWriter, "Key", e.key)
			w.modified(e.modified)
			w.describe(e, owner)
			w.restoreStatus(e.attrs, q.restore)
			w.close("Contents")
		}
	}
	w.prefixes(q, p)
}

func (w *listWriter) prefixes(q listQuery, p *page) {
	if p.prefixes == 0 {
		return
	}
	for i := range p.entries {
		if e := &p.entries[i]; e.version == nil {
			w.open("CommonPrefixes")
			q.text(w.xmlWriter, "Prefix", e.key)
			w.close("CommonPrefixes")
		}
	}
}

// describe writes what a listing tells of an object's content.
func (w *listWriter) describe(e *listed, owner string) {
	w.buf = append(w.buf, "<ETag>&quot;"...)
	w.buf = append(w.buf, e.content.etag...)
	w.buf = append(w.buf, "&quot;</ETag>"...)
	if e.content.sum.algorithm != "" {
		w.text("ChecksumAlgorithm", e.content.sum.algorithm)
		w.text("ChecksumType", e.content.sum.kind)
	}
	w.number("Size", e.content.size)
	w.owner(owner)
	w.text("StorageClass", e.attrs.storageClass())
}

// restoreStatus writes how far a restore is, for an object that was asked back and a listing that was asked for it.
func (w *listWriter) restoreStatus(a *attributes, now time.Time) {
	if now.IsZero() || a.restoreHeader(now) == "" {
		return
	}
	w.open("RestoreStatus")
	w.flag("IsRestoreInProgress", a.restore.ongoing(now))
	if !a.restore.ongoing(now) {
		w.time("RestoreExpiryDate", a.restore.until)
	}
	w.close("RestoreStatus")
}

func (w *listWriter) owner(id string) {
	if id != "" {
		w.open("Owner")
		w.text("ID", id)
		w.close("Owner")
	}
}
