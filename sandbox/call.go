package sandbox

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// call is one request on its way through the server.
type call struct {
	server *Server
	r      *http.Request
	w      http.ResponseWriter
	id     identity

	requestID, hostID string
	now               time.Time
	tls               bool

	address
	query  url.Values
	route  *route
	bucket *bucket // nil at service level and while the bucket is being created

	sourceARN string // of the object that a copy reads

	status int   // as answered
	sent   int64 // bytes of the answer's body

	// For the access log, besides.
	code       string // of the error, "" for none
	objectSize int64  // of the object that was read or written, -1 for none
	batch      []batchDelete
	source     *copySource // of a copy that was made
}

func (s *Server) newCall(w http.ResponseWriter, r *http.Request) *call {
	id, hostID := s.newRequestID()
	return &call{
		server: s, r: r, w: w, requestID: id, hostID: hostID, now: s.clock(), tls: r.TLS != nil,
		id: identity{who: anonymous}, query: r.URL.Query(), objectSize: -1,
	}
}

func (c *call) stampHeaders() {
	h := c.w.Header()
	h.Set("X-Amz-Request-Id", c.requestID)
	h.Set("X-Amz-Id-2", c.hostID)
	h.Set("Date", c.now.UTC().Format(http.TimeFormat))
	h.Set("Server", "AmazonS3")
}

// serve finds out who calls, then which service and operation is meant, and runs it.
func (c *call) serve() error {
	if c.r.Method == http.MethodOptions {
		// A browser signs no preflight, and one for a presigned URL carries a signature of another method.
		if a, err := parseAddress(c.r); err == nil && a.level != serviceLevel {
			c.address = a
			return c.preflight()
		}
	}
	id, err := c.server.hooks.authenticate(c.server, c.r)
	if err != nil {
		return err
	}
	c.id = id
	if handle, ok := c.service(); ok {
		return handle(c)
	}
	return c.dispatch()
}

// dispatch runs the S3 operation that an authenticated request asks for.
func (c *call) dispatch() (err error) {
	if c.address, err = parseAddress(c.r); err != nil {
		return err
	}
	if c.route, err = findRoute(c); err != nil {
		return err
	}
	if err := c.enterBucket(); err != nil {
		return err
	}
	if !c.route.open {
		if err := c.allowed(c.route.actionFor(c)); err != nil {
			return err
		}
	}
	return c.route.handle(c)
}

func (c *call) service() (func(*call) error, bool) {
	name := c.id.service
	if unsignedForm(c.r) {
		name = "sts"
	}
	if len(c.r.URL.Path) >= len(controlPrefix) && c.r.URL.Path[:len(controlPrefix)] == controlPrefix {
		name = "s3-control"
	}
	handle, ok := c.server.services[name]
	return handle, ok
}

// enterBucket finds the bucket that the request names, and checks region and expected owner.
func (c *call) enterBucket() error {
	if c.level == serviceLevel || c.route.creates {
		return nil
	}
	b := c.server.findBucket(c.bucketName)
	if b == nil {
		return errNoSuchBucket(c.bucketName)
	}
	c.bucket = b
	c.shareAnswer()
	if c.level == bucketLevel && c.route.sub == "" {
		c.w.Header().Set("X-Amz-Bucket-Region", b.region)
	}
	if err := c.checkRegion(b); err != nil {
		return err
	}
	if owner := c.r.Header.Get("X-Amz-Expected-Bucket-Owner"); owner != "" && owner != b.owner {
		return errAccessDenied("Access Denied")
	}
	return nil
}

// allowed asks whether the caller may do action on what the request addresses.
func (c *call) allowed(action string) error {
	return c.server.hooks.authorize(c, action, c.resource())
}

// resource is the ARN that the request addresses.
func (c *call) resource() string {
	switch c.level {
	case bucketLevel:
		return "arn:aws:s3:::" + c.bucketName
	case objectLevel:
		return objectARN(c.bucketName, c.key)
	}
	return "*"
}

func objectARN(bucket, key string) string { return "arn:aws:s3:::" + bucket + "/" + key }

// header returns a request header.
func (c *call) header(name string) string { return c.r.Header.Get(name) }

// region is the region whose endpoint the request came to.
func (c *call) region() string {
	switch {
	case c.hostRegion != "":
		return c.hostRegion
	case c.id.region != "":
		return c.id.region
	}
	return "us-east-1"
}

// writeStatus sends an answer without a body.
func (c *call) writeStatus(status int) error {
	c.status = status
	c.w.WriteHeader(status)
	return nil
}

// writeXML sends a document that was built with an xmlWriter.
func (c *call) writeXML(w *xmlWriter, root string) error {
	w.close(root)
	return c.writeBody(200, "application/xml", w.buf)
}

// writeBody sends an answer whose body is in memory.
func (c *call) writeBody(status int, contentType string, body []byte) error {
	h := c.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.status, c.sent = status, int64(len(body))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // the client may have gone, which is no error of ours
	return nil
}

// marshalXML sends v as an S3 document; v names its own root element.
func (c *call) marshalXML(v any) error {
	body, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	return c.writeBody(200, "application/xml", append([]byte(xmlHeader), body...))
}

// fail answers with an error document, or with the status alone to a HEAD request.
func (c *call) fail(err error) {
	api := asAPIError(err)
	c.code = api.code
	if c.failService(api) {
		return
	}
	for name, values := range api.header {
		c.w.Header()[name] = values
	}
	if c.r.Method == http.MethodHead || api.status == http.StatusNotModified {
		_ = c.writeStatus(api.status)
		return
	}
	_ = c.writeBody(api.status, "application/xml", c.errorDocument(api))
}

func (c *call) errorDocument(e *apiError) []byte {
	w := &xmlWriter{buf: append(make([]byte, 0, 512), xmlHeader...)}
	w.open("Error")
	w.text("Code", e.code)
	w.text("Message", e.message)
	for _, f := range e.fields {
		w.text(f.name, f.value)
	}
	w.text("RequestId", c.requestID)
	w.text("HostId", c.hostID)
	w.close("Error")
	return w.buf
}
