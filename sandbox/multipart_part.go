package sandbox

import (
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func uploadPart(c *call) error {
	text := c.query.Get("partNumber")
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > maxPartNumber {
		return errInvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text)
	}
	c.bucket.mu.RLock()
	u, err := c.findUpload()
	c.bucket.mu.RUnlock()
	if err != nil {
		return err
	}
	if err := c.checkPartKey(u.attrs.sse); err != nil {
		return err
	}
	if c.header("X-Amz-Copy-Source") != "" {
		return c.copyPart(u, number)
	}
	body, err := c.readPayload(u.sum.algorithm)
	if err != nil {
		return err
	}
	if err := u.checkPartSum(body); err != nil {
		return err
	}
	p := &uploadedPart{number: number, content: &content{
		size: int64(len(body.data)), etag: etagFor(body.md5, u.attrs.sse), sum: body.sum, data: body.data,
	}}
	if body.sum.algorithm != u.sum.algorithm {
		p.sum = u.sumOf(body)
	}
	if p.content, err = c.protect(p.content, u.attrs.sse); err != nil {
		return err
	}
	if err := c.storePart(u, p); err != nil {
		return err
	}
	c.describeSSE(u.attrs.sse)
	c.w.Header().Set("ETag", quoted(p.content.etag))
	c.w.Header().Set(p.content.sum.header(), p.content.sum.value)
	return c.writeStatus(http.StatusOK)
}

// sumOf is a part's checksum of the upload's algorithm.
func (u *upload) sumOf(body payload) checksum {
	h := newHash(u.sum.algorithm)
	_, _ = h.Write(body.data) // a hash takes everything
	return checksum{u.sum.algorithm, fullObjectSum, encodeSum(h)}
}

// checkPartSum compares the kind of checksum that came with a part with the one that the upload was begun with.
func (u *upload) checkPartSum(body payload) error {
	actual := "null"
	if body.told {
		actual = strings.ToLower(body.sum.algorithm)
	}
	wrong := body.told && body.sum.algorithm != u.sum.algorithm
	missing := !body.told && u.sum.kind == compositeSum
	if u.chosen && (wrong || missing) {
		return errInvalidRequest("Checksum Type mismatch occurred, expected checksum Type: " +
			strings.ToLower(u.sum.algorithm) + ", actual checksum Type: " + actual)
	}
	return nil
}

// storePart puts a part in the place of the one that had its number.
func (c *call) storePart(u *upload, p *uploadedPart) error {
	c.bucket.mu.Lock()
	defer c.bucket.mu.Unlock()
	if _, err := c.findUpload(); err != nil { // finished or aborted since
		return err
	}
	p.modified = c.now.UTC().Truncate(time.Second)
	u.parts[p.number] = p
	return nil
}

// copyPart answers UploadPartCopy.
func (c *call) copyPart(u *upload, number int) error {
	src, err := c.openSource()
	if err != nil {
		return err
	}
	from := src.version.content
	offset, size, err := c.copyRange(from.size)
	if err != nil {
		return err
	}
	piece := &content{size: size}
	if from.source == nil {
		piece.data = from.data[offset : offset+size]
	} else {
		piece.source = io.NewSectionReader(from.source, offset, size)
	}
	digest, sum := md5.New(), newHash(u.sum.algorithm) //nolint:gosec // see the import
	if _, err := io.Copy(io.MultiWriter(digest, sum), piece.section(0, size)); err != nil {
		return err
	}
	piece.etag = etagFor([16]byte(digest.Sum(nil)), u.attrs.sse)
	piece.sum = checksum{u.sum.algorithm, fullObjectSum, encodeSum(sum)}
	if piece, err = c.protectPart(src, piece, u.attrs.sse); err != nil {
		return err
	}
	p := &uploadedPart{number: number, content: piece}
	if err := c.storePart(u, p); err != nil {
		return err
	}
	if src.versioned {
		c.w.Header().Set("X-Amz-Copy-Source-Version-Id", src.version.id)
	}
	c.describeSSE(u.attrs.sse)
	w := newXMLWriter("CopyPartResult", 512)
	w.time("LastModified", p.modified)
	w.text("ETag", quoted(piece.etag))
	if u.chosen {
		w.text(piece.sum.element(), piece.sum.value)
	}
	return c.writeXML(w, "CopyPartResult")
}

// protectPart stores a part that was copied. What was read with the source's key must not go on holding it.
func (c *call) protectPart(src copySource, piece *content, sse sseState) (*content, error) {
	if src.version.attrs.sse.customerMD5 == "" || sse.customerMD5 != "" {
		return c.protect(piece, sse)
	}
	return piece.plain()
}

// copyRange reads x-amz-copy-source-range, which must name first and last byte.
func (c *call) copyRange(size int64) (offset, n int64, err error) {
	header := c.header("X-Amz-Copy-Source-Range")
	if header == "" {
		if size > maxUpload {
			return 0, 0, errInvalidRequest("The specified copy source is larger than the maximum allowable size for a " +
				"copy source: 5368709120")
		}
		return 0, size, nil
	}
	text, ok := strings.CutPrefix(header, "bytes=")
	from, to, dash := strings.Cut(text, "-")
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	if !ok || !dash || err1 != nil || err2 != nil || last < first {
		return 0, 0, errInvalidArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where "+
			"first and last are the zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", header)
	}
	if last >= size {
		return 0, 0, errInvalidArgument("Range specified is not valid for source object of size: "+
			strconv.FormatInt(size, 10), "x-amz-copy-source-range", header)
	}
	return first, last - first + 1, nil
}
