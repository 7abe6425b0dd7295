package sandbox

import (
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/url"
	"strconv"
	"strings"
)

type completeDocument struct {
	XMLName xml.Name       `xml:"CompleteMultipartUpload"`
	Parts   []completePart `xml:"Part"`
}

type completePart struct {
	PartNumber int    `xml:"PartNumber"`
	ETag       string `xml:"ETag"`
	Others     []struct {
		XMLName xml.Name
		Value   string `xml:",chardata"`
	} `xml:",any"`
}

// sum returns the part's checksum of an algorithm as the request repeats it, "" when it does not.
func (p completePart) sum(algorithm string) string {
	for _, o := range p.Others {
		if o.XMLName.Local == "Checksum"+algorithm {
			return o.Value
		}
	}
	return ""
}

func completeUpload(c *call) error {
	condition, err := c.writeCondition()
	if err != nil {
		return err
	}
	data, err := readBody(c.id.body, max(0, c.id.length))
	if err != nil {
		return err
	}
	var doc completeDocument
	if err := unmarshalXML(data, "CompleteMultipartUpload", &doc); err != nil {
		return err
	}
	u, chosen, err := c.chooseParts(doc.Parts)
	if err != nil {
		return err
	}
	stored, err := u.assemble(chosen)
	if err != nil {
		return err
	}
	if err := c.checkWhole(stored); err != nil {
		return err
	}
	v, versioned, err := c.finish(u, condition, stored)
	if err != nil {
		return err
	}
	c.describeWrite(v, versioned)
	w := newXMLWriter("CompleteMultipartUploadResult", 512)
	w.text("Location", "https://"+c.bucketName+".s3."+c.bucket.region+".amazonaws.com/"+url.PathEscape(c.key))
	w.text("Bucket", c.bucketName)
	w.text("Key", c.key)
	w.text("ETag", quoted(stored.etag))
	w.text(stored.sum.element(), stored.sum.value)
	w.text("ChecksumType", stored.sum.kind)
	return c.writeXML(w, "CompleteMultipartUploadResult")
}

// chooseParts finds the upload and those of its parts that the document lists.
func (c *call) chooseParts(listed []completePart) (*upload, []*uploadedPart, error) {
	c.bucket.mu.RLock()
	defer c.bucket.mu.RUnlock()
	u, err := c.findUpload()
	if err != nil {
		return nil, nil, err
	}
	if len(listed) == 0 {
		return nil, nil, errMalformedXML()
	}
	for i := 1; i < len(listed); i++ {
		if listed[i].PartNumber <= listed[i-1].PartNumber {
			return nil, nil, newError(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be "+
				"ordered by part number.", field{"UploadId", u.id})
		}
	}
	chosen := make([]*uploadedPart, len(listed))
	for i, l := range listed {
		chosen[i] = u.parts[l.PartNumber]
		if err := u.checkListed(l, chosen[i]); err != nil {
			return nil, nil, err
		}
	}
	return u, chosen, checkPartSizes(chosen)
}

// checkPartSizes refuses small parts before the last.
func checkPartSizes(parts []*uploadedPart) error {
	for _, p := range parts[:len(parts)-1] {
		if p.content.size < minPart {
			return newError(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
				field{"ProposedSize", strconv.FormatInt(p.content.size, 10)}, field{"MinSizeAllowed", itoa(minPart)},
				field{"PartNumber", itoa(p.number)}, field{"ETag", p.content.etag})
		}
	}
	return nil
}

// checkListed compares a part as it is listed with the part as it was sent.
func (u *upload) checkListed(l completePart, p *uploadedPart) error {
	sum := l.sum(u.sum.algorithm)
	if p != nil && strings.Trim(l.ETag, `"`) == p.content.etag {
		switch {
		case sum == "" && u.chosen && u.sum.kind == compositeSum:
			return errInvalidRequest("The upload was created using a " + strings.ToLower(u.sum.algorithm) + " checksum. " +
				"The complete request must include the checksum for each part. It was missing for part " +
				itoa(p.number) + " in the request.")
		case sum == "" || p.content.sum.algorithm != u.sum.algorithm || sum == p.content.sum.value:
			return nil
		}
	}
	return newError(400, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have "+
		"been uploaded, or the specified entity tag may not match the part's entity tag.",
		field{"UploadId", u.id}, field{"PartNumber", itoa(l.PartNumber)}, field{"ETag", strings.Trim(l.ETag, `"`)})
}

// assemble makes the object of the parts: its ETag is the MD5 of the parts' digests and their number.
func (u *upload) assemble(chosen []*uploadedPart) (*content, error) {
	pieces := make([]*content, len(chosen))
	whole := &content{parts: make([]part, len(chosen))}
	digests := md5.New() //nolint:gosec // see the import
	for i, p := range chosen {
		pieces[i] = p.content
		whole.parts[i] = part{number: p.number, size: p.content.size, sum: p.content.sum}
		raw, err := hex.DecodeString(p.content.etag)
		if err != nil {
			return nil, err
		}
		_, _ = digests.Write(raw) // a hash takes everything
	}
	joined := newChain(pieces)
	whole.size, whole.source = joined.size, joined
	if pieces[0].locked != nil {
		whole.source, whole.locked = nil, sealedParts(pieces)
	}
	suffix := "-" + itoa(len(chosen))
	whole.etag = hex.EncodeToString(digests.Sum(nil)) + suffix
	h := newHash(u.sum.algorithm)
	whole.sum = u.sum
	if u.sum.kind == fullObjectSum {
		if value, ok := joinSums(u.sum.algorithm, chosen); ok {
			whole.sum.value = value
			return whole, nil
		}
		if _, err := io.Copy(h, whole.section(0, whole.size)); err != nil {
			return nil, err
		}
		whole.sum.value = encodeSum(h)
		return whole, nil
	}
	for _, p := range chosen {
		raw, err := base64.StdEncoding.DecodeString(p.content.sum.value)
		if err != nil {
			return nil, err
		}
		_, _ = h.Write(raw) // a hash takes everything
	}
	whole.sum.value = encodeSum(h) + suffix
	return whole, nil
}

// checkWhole compares what the request says about the whole object with what came of its parts.
func (c *call) checkWhole(stored *content) error {
	if size := c.header("X-Amz-Mp-Object-Size"); size != "" && size != strconv.FormatInt(stored.size, 10) {
		return errInvalidRequest("The provided 'x-amz-mp-object-size' header value " + size +
			" does not match what was computed: " + strconv.FormatInt(stored.size, 10))
	}
	for _, algorithm := range checksumAlgorithms {
		value := c.header("X-Amz-Checksum-" + algorithm)
		if value == "" {
			continue
		}
		plain, _, _ := strings.Cut(stored.sum.value, "-")
		if algorithm != stored.sum.algorithm || (value != stored.sum.value && value != plain) {
			return newError(400, "BadDigest", "The "+strings.ToLower(algorithm)+" you specified did not match the calculated checksum.")
		}
	}
	if kind := c.header("X-Amz-Checksum-Type"); kind != "" && kind != stored.sum.kind {
		return errInvalidRequest("The upload was created using the " + stored.sum.kind + " checksum mode. The complete " +
			"request must use the same checksum mode.")
	}
	return nil
}

// finish turns the upload into an object, unless another request was faster.
func (c *call) finish(u *upload, cond writeCondition, stored *content) (v version, versioned bool, err error) {
	b := c.bucket
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deleted {
		return v, false, errNoSuchBucket(b.name)
	}
	if err := cond.check(c.key, b.live(c.key)); err != nil {
		return v, false, err
	}
	if !b.dropUpload(u) {
		return v, false, errNoSuchUpload(u.id)
	}
	made := &version{modified: c.now.Unix(), content: stored, attrs: u.attrs}
	b.put(c.key, made, c.server.nextVersion)
	return *made, b.everVersioned(), nil
}
