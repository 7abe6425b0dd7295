package sandbox

import (
	"slices"
	"strconv"
	"strings"
)

// queryNumber reads a parameter that holds a count.
func (c *call) queryNumber(name string, otherwise int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, errInvalidArgument("Argument "+name+" must be an integer between 0 and 2147483647", name, text)
	}
	return int(n), nil
}

func listParts(c *call) error {
	limit, err := c.queryNumber("max-parts", maxPage)
	if err != nil {
		return err
	}
	limit = min(limit, maxPage)
	after, err := c.queryNumber("part-number-marker", 0)
	if err != nil {
		return err
	}
	w, err := c.partsDocument(limit, after)
	if err != nil {
		return err
	}
	return c.writeXML(w, "ListPartsResult")
}

// partsDocument writes a page of an upload's parts.
func (c *call) partsDocument(limit, after int) (*xmlWriter, error) {
	c.bucket.mu.RLock()
	defer c.bucket.mu.RUnlock()
	u, err := c.findUpload()
	if err != nil {
		return nil, err
	}
	parts := slices.DeleteFunc(u.sortedParts(), func(p *uploadedPart) bool { return p.number <= after })
	more := len(parts) > limit
	parts = parts[:min(limit, len(parts))]
	w := newXMLWriter("ListPartsResult", 1024+256*len(parts))
	w.text("Bucket", c.bucketName)
	w.text("Key", c.key)
	w.text("UploadId", u.id)
	writeParties(w, u, c.bucket.owner)
	w.text("StorageClass", u.attrs.storageClass())
	w.number("PartNumberMarker", int64(after))
	if len(parts) > 0 {
		w.number("NextPartNumberMarker", int64(parts[len(parts)-1].number))
	}
	w.number("MaxParts", int64(limit))
	w.flag("IsTruncated", more)
	if u.chosen {
		w.text("ChecksumAlgorithm", u.sum.algorithm)
		w.text("ChecksumType", u.sum.kind)
	}
	for _, p := range parts {
		w.open("Part")
		w.number("PartNumber", int64(p.number))
		w.time("LastModified", p.modified)
		w.text("ETag", quoted(p.content.etag))
		w.number("Size", p.content.size)
		w.text(p.content.sum.element(), p.content.sum.value)
		w.close("Part")
	}
	return w, nil
}

// writeParties names who began an upload and who owns what comes of it.
func writeParties(w *xmlWriter, u *upload, owner string) {
	w.open("Initiator")
	if u.initiator.Kind == rootPrincipal {
		w.text("ID", canonicalID(u.initiator.Account))
	} else {
		w.text("ID", u.initiator.ARN)
		w.text("DisplayName", u.initiator.Name)
	}
	w.close("Initiator")
	w.open("Owner")
	w.text("ID", canonicalID(owner))
	w.close("Owner")
}

// uploadPage is one page of incomplete uploads.
type uploadPage struct {
	uploads          []*upload
	prefixes         []string
	truncated        bool
	nextKey, nextID  string
	afterKey, marker string // where the page begins: behind this key, or behind this upload of it
}

// passed says whether an upload lies before the page.
func (p *uploadPage) passed(u *upload, all []*upload) bool {
	if u.key != p.afterKey || p.marker == "" {
		return p.afterKey != "" && u.key <= p.afterKey
	}
	at := slices.IndexFunc(all, func(other *upload) bool { return other.id == p.marker })
	return at >= 0 && slices.Index(all, u) <= at
}

// collect fills the page. The bucket's lock is held.
func (p *uploadPage) collect(all []*upload, q listQuery) {
	for _, u := range all {
		if !strings.HasPrefix(u.key, q.prefix) || p.passed(u, all) {
			continue
		}
		common := q.rolled(u.key)
		if common != "" && (slices.Contains(p.prefixes, common) || common == p.afterKey) {
			continue
		}
		if p.truncated = len(p.uploads)+len(p.prefixes) >= q.limit; p.truncated {
			return
		}
		if common != "" {
			p.prefixes = append(p.prefixes, common)
			p.nextKey, p.nextID = common, ""
			continue
		}
		p.uploads = append(p.uploads, u)
		p.nextKey, p.nextID = u.key, u.id
	}
}

func listUploads(c *call) error {
	q, err := c.listQuery("max-uploads")
	if err != nil {
		return err
	}
	p := uploadPage{afterKey: c.query.Get("key-marker")}
	if p.afterKey != "" { // without a key the id means nothing
		p.marker = c.query.Get("upload-id-marker")
	}
	if p.marker != "" && len(p.marker) != uploadIDLength {
		return errInvalidArgument("Invalid uploadId marker", "upload-id-marker", p.marker)
	}
	c.bucket.mu.RLock()
	p.collect(c.bucket.uploads, q)
	c.bucket.mu.RUnlock()
	w := newXMLWriter("ListMultipartUploadsResult", 1024+512*len(p.uploads))
	w.text("Bucket", c.bucketName)
	q.text(w, "KeyMarker", p.afterKey)
	w.text("UploadIdMarker", p.marker)
	if p.nextKey != "" { // S3 tells where the page ends even when it is the last
		q.text(w, "NextKeyMarker", p.nextKey)
		w.text("NextUploadIdMarker", p.nextID)
	}
	q.text(w, "Prefix", q.prefix)
	w.number("MaxUploads", int64(q.limit))
	q.tail(w, p.truncated)
	for _, u := range p.uploads {
		w.open("Upload")
		q.text(w, "Key", u.key)
		w.text("UploadId", u.id)
		writeParties(w, u, c.bucket.owner)
		w.text("StorageClass", u.attrs.storageClass())
		w.time("Initiated", u.started)
		if u.chosen {
			w.text("ChecksumAlgorithm", u.sum.algorithm)
			w.text("ChecksumType", u.sum.kind)
		}
		w.close("Upload")
	}
	q.commonPrefixes(w, p.prefixes)
	return c.writeXML(w, "ListMultipartUploadsResult")
}
