package sandbox

import (
	"net/http"
	"strconv"
)

func objectRoutes() []route {
	return []route{
		{level: objectLevel, method: http.MethodPut, handle: putObject, action: "s3:PutObject"},
		{level: objectLevel, method: http.MethodGet, handle: getObject, open: true, query: readParameters},
		{level: objectLevel, method: http.MethodHead, handle: headObject, open: true, query: readParameters},
		{level: objectLevel, method: http.MethodDelete, handle: deleteObject, action: "s3:DeleteObject",
			versionAction: "s3:DeleteObjectVersion", query: "versionId"},
		{level: bucketLevel, method: http.MethodPost, sub: "delete", handle: deleteObjects, open: true},
		{level: objectLevel, method: http.MethodGet, sub: "attributes", handle: getObjectAttributes, open: true, query: "versionId"},
		{level: objectLevel, method: http.MethodGet, sub: "tagging", handle: getObjectTagging,
			action: "s3:GetObjectTagging", versionAction: "s3:GetObjectVersionTagging", query: "versionId"},
		{level: objectLevel, method: http.MethodPut, sub: "tagging", handle: putObjectTagging,
			action: "s3:PutObjectTagging", versionAction: "s3:PutObjectVersionTagging", query: "versionId"},
		{level: objectLevel, method: http.MethodDelete, sub: "tagging", handle: deleteObjectTagging,
			action: "s3:DeleteObjectTagging", versionAction: "s3:DeleteObjectVersionTagging", query: "versionId"},
		{level: objectLevel, method: http.MethodGet, sub: "acl", handle: getObjectACL,
			action: "s3:GetObjectAcl", versionAction: "s3:GetObjectVersionAcl", query: "versionId"},
	}
}

// readParameters are what GetObject and HeadObject know besides the version.
const readParameters = "versionId partNumber response-cache-control response-content-disposition " +
	"response-content-encoding response-content-language response-content-type response-expires"

// putObject answers PutObject, and CopyObject when the request names a source.
func putObject(c *call) error {
	if c.header("X-Amz-Copy-Source") != "" {
		return copyObject(c)
	}
	condition, err := c.writeCondition()
	if err != nil {
		return err
	}
	attrs, err := c.newAttributes(c.bucket)
	if err != nil {
		return err
	}
	body, err := c.readPayload(defaultSum)
	if err != nil {
		return err
	}
	if attrs.lock.mode != "" && c.header("X-Amz-Object-Lock-Mode") != "" && !body.told && c.header("Content-Md5") == "" {
		return errInvalidRequest("Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with " +
			"Object Lock parameters")
	}
	stored := &content{size: int64(len(body.data)), etag: etagFor(body.md5, attrs.sse), sum: body.sum, data: body.data}
	v, versioned, err := c.storeVersion(condition, stored, attrs)
	if err != nil {
		return err
	}
	c.describeWrite(v, versioned)
	c.w.Header().Set("ETag", quoted(v.content.etag))
	c.w.Header().Set(v.content.sum.header(), v.content.sum.value)
	c.w.Header().Set("X-Amz-Checksum-Type", v.content.sum.kind)
	c.w.Header().Set("X-Amz-Object-Size", strconv.FormatInt(v.content.size, 10))
	return c.writeStatus(http.StatusOK)
}

// storeVersion makes a version of the call's key, if the condition holds now, and returns a copy of it.
// versioned says whether answers of this bucket name versions.
func (c *call) storeVersion(cond writeCondition, stored *content, attrs *attributes) (v version, versioned bool, err error) {
	if stored, err = c.protect(stored, attrs.sse); err != nil {
		return v, false, err
	}
	b := c.bucket
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deleted {
		return v, false, errNoSuchBucket(b.name)
	}
	if err := cond.check(c.key, b.live(c.key)); err != nil {
		return v, false, err
	}
	made := &version{modified: c.now.Unix(), content: stored, attrs: b.share(attrs)}
	b.put(c.key, made, c.server.nextVersion)
	c.objectSize = stored.size
	return *made, b.everVersioned(), nil
}

// share returns the same attributes for all objects that have nothing special, to spare memory.
func (b *bucket) share(a *attributes) *attributes {
	plain := a.class == "" && a.metadata == nil && a.tags == nil && a.lock == (lockState{}) &&
		a.sse == (sseState{algorithm: "AES256"}) && len(a.headers) == 1
	if !plain {
		return a
	}
	if old, ok := b.plain[a.headers[0]]; ok {
		return old
	}
	if b.plain == nil {
		b.plain = map[field]*attributes{}
	}
	if len(b.plain) < 256 {
		b.plain[a.headers[0]] = a
	}
	return a
}

// describeWrite sets the headers that every write of an object answers with.
func (c *call) describeWrite(v version, versioned bool) {
	if versioned && v.id != nullVersion { // S3 names no null version on a write
		c.w.Header().Set("X-Amz-Version-Id", v.id)
	}
	c.describeSSE(v.attrs.sse)
}

// describeSSE sets the headers that say how an object is encrypted.
func (c *call) describeSSE(s sseState) {
	h := c.w.Header()
	if s.customerMD5 != "" {
		h.Set("X-Amz-Server-Side-Encryption-Customer-Algorithm", "AES256")
		h.Set("X-Amz-Server-Side-Encryption-Customer-Key-Md5", s.customerMD5)
		return
	}
	h.Set("X-Amz-Server-Side-Encryption", s.algorithm)
	if s.keyID != "" {
		h.Set("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", s.keyID)
	}
	if s.context != "" {
		h.Set("X-Amz-Server-Side-Encryption-Context", s.context)
	}
	if s.bucketKey {
		h.Set("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled", "true")
	}
}

func quoted(etag string) string { return `"` + etag + `"` }
