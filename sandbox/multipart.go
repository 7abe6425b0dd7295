package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	maxPartNumber = 10000
	minPart       = 5 << 20 // bytes of every part but the last
)

func multipartRoutes() []route {
	return []route{
		{level: objectLevel, method: http.MethodPost, sub: "uploads", handle: createUpload, action: "s3:PutObject"},
		{level: objectLevel, method: http.MethodPut, sub: "uploadId", handle: uploadPart, action: "s3:PutObject", query: "partNumber"},
		{level: objectLevel, method: http.MethodGet, sub: "uploadId", handle: listParts, action: "s3:ListMultipartUploadParts",
			query: "max-parts part-number-marker encoding-type"},
		{level: objectLevel, method: http.MethodPost, sub: "uploadId", handle: completeUpload, action: "s3:PutObject"},
		{level: objectLevel, method: http.MethodDelete, sub: "uploadId", handle: abortUpload, action: "s3:AbortMultipartUpload"},
		{level: bucketLevel, method: http.MethodGet, sub: "uploads", handle: listUploads, action: "s3:ListBucketMultipartUploads",
			query: "prefix delimiter key-marker upload-id-marker max-uploads encoding-type"},
	}
}

// upload is an incomplete multipart upload. Its parts change under the bucket's lock; all else is fixed.
type upload struct {
	key       string
	id        string
	started   time.Time
	initiator *principal
	attrs     *attributes
	sum       checksum // algorithm and kind of the object's checksum; no value yet
	chosen    bool     // the client chose the algorithm
	parts     map[int]*uploadedPart
}

// uploadedPart is a part as it was sent last.
type uploadedPart struct {
	number   int
	modified time.Time
	content  *content
	sum      checksum // of the upload's algorithm, where the part itself was sent with another
}

// uploadSum is the part's checksum of the upload's algorithm.
func (p *uploadedPart) uploadSum() checksum {
	if p.sum.algorithm == "" {
		return p.content.sum
	}
	return p.sum
}

// sortedParts returns the parts by number. The bucket's lock is held.
func (u *upload) sortedParts() []*uploadedPart {
	parts := make([]*uploadedPart, 0, len(u.parts))
	for _, p := range u.parts {
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b *uploadedPart) int { return cmp.Compare(a.number, b.number) })
	return parts
}

// compareUploads orders uploads as their listing does: by key, then by the time of their start.
func compareUploads(a, b *upload) int {
	return cmp.Or(strings.Compare(a.key, b.key), a.started.Compare(b.started), strings.Compare(a.id, b.id))
}

// findUpload returns the upload that the request names. The bucket's lock is held.
func (c *call) findUpload() (*upload, error) {
	id := c.query.Get("uploadId")
	for _, u := range c.bucket.uploads {
		if u.id == id && u.key == c.key {
			return u, nil
		}
	}
	return nil, errNoSuchUpload(id)
}

func createUpload(c *call) error {
	sum, chosen, err := c.chosenSum()
	if err != nil {
		return err
	}
	attrs, err := c.newAttributes(c.bucket)
	if err != nil {
		return err
	}
	u := &upload{
		key: c.key, id: c.server.newUploadID(), started: c.now.UTC().Truncate(time.Second), initiator: c.id.who, attrs: attrs,
		sum: sum, chosen: chosen, parts: map[int]*uploadedPart{},
	}
	b := c.bucket
	b.mu.Lock()
	deleted := b.deleted
	if !deleted {
		at, _ := slices.BinarySearchFunc(b.uploads, u, compareUploads)
		b.uploads = slices.Insert(b.uploads, at, u)
	}
	b.mu.Unlock()
	if deleted {
		return errNoSuchBucket(b.name)
	}
	c.describeSSE(attrs.sse)
	if chosen {
		c.w.Header().Set("X-Amz-Checksum-Algorithm", sum.algorithm)
		c.w.Header().Set("X-Amz-Checksum-Type", sum.kind)
	}
	w := newXMLWriter("InitiateMultipartUploadResult", 512)
	w.text("Bucket", b.name)
	w.text("Key", c.key)
	w.text("UploadId", u.id)
	return c.writeXML(w, "InitiateMultipartUploadResult")
}

// chosenSum reads which checksum the finished object is to have.
func (c *call) chosenSum() (sum checksum, chosen bool, err error) {
	algorithm, kind := strings.ToUpper(c.header("X-Amz-Checksum-Algorithm")), c.header("X-Amz-Checksum-Type")
	if algorithm == "" {
		if kind != "" {
			return sum, false, errInvalidRequest("The x-amz-checksum-type header can only be used with the " +
				"x-amz-checksum-algorithm header.")
		}
		return checksum{algorithm: defaultSum, kind: fullObjectSum}, false, nil
	}
	if newHash(algorithm) == nil {
		return sum, false, errUnknownAlgorithm()
	}
	if kind == "" {
		kind = defaultKind(algorithm)
	}
	if kind != compositeSum && kind != fullObjectSum {
		return sum, false, errInvalidRequest("Value for x-amz-checksum-type header is invalid.")
	}
	if !kindAllowed(algorithm, kind) {
		return sum, false, errInvalidRequest("The " + kind + " checksum type cannot be used with the " +
			strings.ToLower(algorithm) + " checksum algorithm.")
	}
	return checksum{algorithm: algorithm, kind: kind}, true, nil
}

func abortUpload(c *call) error {
	b := c.bucket
	b.mu.Lock()
	defer b.mu.Unlock()
	u, err := c.findUpload()
	if err != nil {
		return err
	}
	b.dropUpload(u)
	return c.writeStatus(http.StatusNoContent)
}

// dropUpload forgets an upload and says whether it was still there. The bucket's lock is held.
func (b *bucket) dropUpload(u *upload) bool {
	i := slices.Index(b.uploads, u)
	if i < 0 {
		return false
	}
	b.uploads = slices.Delete(b.uploads, i, i+1)
	return true
}
