package sandbox

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

func getObject(c *call) error { return c.readObject(true) }

func headObject(c *call) error { return c.readObject(false) }

// versionNamed returns the version that the request names, "" meaning the current one.
func (c *call) versionNamed() (string, error) {
	id := c.query.Get("versionId")
	if c.query.Has("versionId") && id == "" {
		return "", errInvalidArgument("Version id cannot be the empty string", "versionId", "")
	}
	if err := checkVersionID(id); err != nil {
		return "", err
	}
	return id, nil
}

// checkVersionID refuses what can't be a version id.
func checkVersionID(id string) error {
	if id == "" || id == nullVersion || len(id) == 32 {
		return nil
	}
	return errInvalidArgument("Invalid version id specified", "versionId", id)
}

// find returns a copy of the version that the request means, and whether answers name versions. A missing
// key is AccessDenied to a caller who may not list the bucket. A delete marker is no object.
func (c *call) find(b *bucket, key, id string) (v version, versioned bool, err error) {
	b.mu.RLock()
	found := b.current(key)
	if id != "" {
		found = b.versionOf(key, id)
	}
	if found != nil {
		v = *found
	}
	versioned = b.everVersioned()
	b.mu.RUnlock()
	switch {
	case found == nil && id != "":
		return v, versioned, c.hidden(b, errNoSuchVersion(key, id))
	case found == nil:
		return v, versioned, c.hidden(b, errNoSuchKey(key))
	case v.marker && id != "":
		return v, versioned, markerError(errMethodNotAllowed(c.r.Method, "DeleteMarker"), v).
			with("Last-Modified", v.time().Format(http.TimeFormat)).with("Allow", "DELETE")
	case v.marker:
		return v, versioned, markerError(errNoSuchKey(key), v)
	}
	return v, versioned, nil
}

// hidden is what a caller learns of a missing key.
func (c *call) hidden(b *bucket, missing *apiError) error {
	if c.server.hooks.authorize(c, "s3:ListBucket", "arn:aws:s3:::"+b.name) != nil {
		return errAccessDenied("Access Denied")
	}
	return missing
}

func markerError(e *apiError, marker version) *apiError {
	return e.with("X-Amz-Delete-Marker", "true").with("X-Amz-Version-Id", marker.id)
}

// readObject answers GetObject and HeadObject.
func (c *call) readObject(body bool) error {
	id, err := c.versionNamed()
	if err != nil {
		return err
	}
	action := "s3:GetObject"
	if id != "" {
		action = "s3:GetObjectVersion"
	}
	if err := c.allowed(action); err != nil {
		return err
	}
	v, versioned, err := c.find(c.bucket, c.key, id)
	if err != nil {
		return err
	}
	if err := c.server.hooks.checkSSERead(c, v.attrs.sse, "X-Amz-"); err != nil {
		return err
	}
	if err := c.checkRead(v); err != nil {
		return err
	}
	if body && v.attrs.archived(c.now) {
		return errArchived(v.attrs, "The operation is not valid for the object's storage class")
	}
	c.objectSize = v.content.size
	span, err := c.spanOf(v.content)
	if err != nil {
		return err
	}
	c.describeObject(&v, versioned, span)
	if err := c.overrideHeaders(); err != nil {
		return err
	}
	return c.sendSpan(v.content.unlock(c.customerSecret("X-Amz-")), span, body)
}

// checkRead answers the read's conditions.
func (c *call) checkRead(v version) error {
	failed, notModified := c.readConditions("").check(v.content.etag, v.time())
	switch {
	case failed == "":
		return nil
	case notModified:
		return newError(304, "NotModified", "Not Modified").with("ETag", quoted(v.content.etag)).
			with("Last-Modified", v.time().Format(http.TimeFormat))
	}
	return errPreconditionFailed(failed)
}

// describeObject sets the headers of a read.
func (c *call) describeObject(v *version, versioned bool, s span) {
	h, a := c.w.Header(), v.attrs
	h.Set("Last-Modified", v.time().Format(http.TimeFormat))
	h.Set("ETag", quoted(v.content.etag))
	h.Set("Accept-Ranges", "bytes")
	for _, f := range a.headers {
		h.Set(f.name, f.value)
	}
	for _, f := range a.metadata {
		h.Set("X-Amz-Meta-"+f.name, f.value)
	}
	if versioned {
		h.Set("X-Amz-Version-Id", v.id)
	}
	c.describeSSE(a.sse)
	h.Del("X-Amz-Server-Side-Encryption-Context")
	if a.class != "" {
		h.Set("X-Amz-Storage-Class", a.class)
	}
	if restore := a.restoreHeader(c.now); restore != "" {
		h.Set("X-Amz-Restore", restore)
	}
	if status := a.archiveStatus(c.now); status != "" {
		h.Set("X-Amz-Archive-Status", status)
	}
	if len(a.tags) > 0 && c.mayRead("s3:GetObjectTagging", "s3:GetObjectVersionTagging") {
		h.Set("X-Amz-Tagging-Count", itoa(len(a.tags)))
	}
	c.describeLock(a.lock)
	if s.part != 0 && len(v.content.parts) > 0 {
		h.Set("X-Amz-Mp-Parts-Count", itoa(len(v.content.parts)))
	}
	if strings.EqualFold(c.header("X-Amz-Checksum-Mode"), "ENABLED") {
		c.describeSum(v.content, s)
	}
}

// mayRead asks for a permission whose lack only hides something.
func (c *call) mayRead(action, versionAction string) bool {
	if c.query.Has("versionId") {
		action = versionAction
	}
	return c.allowed(action) == nil
}

func (c *call) describeLock(l lockState) {
	h := c.w.Header()
	if l.mode != "" && c.mayRead("s3:GetObjectRetention", "s3:GetObjectRetention") {
		h.Set("X-Amz-Object-Lock-Mode", l.mode)
		h.Set("X-Amz-Object-Lock-Retain-Until-Date", l.until.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	if l.hold != "" && c.mayRead("s3:GetObjectLegalHold", "s3:GetObjectLegalHold") {
		h.Set("X-Amz-Object-Lock-Legal-Hold", l.hold)
	}
}

// describeSum names the checksum of what is sent: of the whole object, or of one part of it.
func (c *call) describeSum(stored *content, s span) {
	sum := stored.sum
	if s.part != 0 && len(stored.parts) > 0 {
		sum = stored.parts[s.part-1].sum
	} else if s.partial {
		return
	}
	if sum.algorithm == "" {
		return
	}
	c.w.Header().Set(sum.header(), sum.value)
	c.w.Header().Set("X-Amz-Checksum-Type", stored.sum.kind)
}

// overrideHeaders applies response-content-type and its like, which only signed requests may use.
func (c *call) overrideHeaders() error {
	for name, values := range c.query {
		header, ok := strings.CutPrefix(name, "response-")
		if !ok {
			continue
		}
		if c.id.scheme == unsigned {
			return errInvalidRequest("Request specific response headers cannot be used for anonymous GET requests.")
		}
		c.w.Header().Set(header, values[0])
	}
	return nil
}

// sendSpan sends the answer of a read.
func (c *call) sendSpan(stored *content, s span, body bool) error {
	h := c.w.Header()
	h.Set("Content-Length", strconv.FormatInt(s.size, 10))
	status := http.StatusOK
	if s.partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", "bytes "+strconv.FormatInt(s.offset, 10)+"-"+strconv.FormatInt(s.offset+s.size-1, 10)+
			"/"+strconv.FormatInt(stored.size, 10))
	}
	_ = c.writeStatus(status)
	if body {
		c.sent, _ = io.Copy(c.w, stored.section(s.offset, s.size)) // the client may have gone
	}
	return nil
}
