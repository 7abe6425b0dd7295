package sandbox

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"

	"cooper/sandbox/postpolicy"
	"cooper/sandbox/sigv4"
)

func postRoutes() []route {
	return []route{{level: bucketLevel, method: http.MethodPost, handle: postObject, open: true}}
}

// postObject answers POST Object: a browser's form that uploads a file, signed by its policy.
func postObject(c *call) error {
	form, err := readUploadForm(c)
	if err != nil {
		return err
	}
	if err := c.authenticateForm(form); err != nil {
		return err
	}
	if c.key = form.fields["key"]; c.key == "" {
		return errInvalidArgument("User key must have a length greater than 0.", "key", "")
	}
	if len(c.key) > maxKey {
		return newError(400, "KeyTooLongError", "Your key is too long", field{"Size", itoa(len(c.key))}, field{"MaxSizeAllowed", itoa(maxKey)})
	}
	c.level = objectLevel
	header, err := form.header(c.r.Header)
	if err != nil {
		return err
	}
	asPut := c.r.Clone(c.r.Context())
	asPut.Header = header
	c.r = asPut
	c.id.body, c.id.length, c.id.trailer = bytes.NewReader(form.file), int64(len(form.file)), nil
	if err := c.allowed("s3:PutObject"); err != nil {
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
	stored := &content{size: int64(len(body.data)), etag: etagFor(body.md5, attrs.sse), sum: body.sum, data: body.data}
	v, versioned, err := c.storeVersion(writeCondition{}, stored, attrs)
	if err != nil {
		return err
	}
	c.describeWrite(v, versioned)
	return c.answerForm(form, v)
}

// authenticateForm finds who signed a form and holds it to its policy.
func (c *call) authenticateForm(form *uploadForm) error {
	found, err := sigv4.VerifyForm(form.fields, sigv4.Options{Now: c.server.signing(), Lookup: c.server.lookupKey, Region: c.bucket.region})
	if err != nil {
		return signatureError(err)
	}
	if found.Anonymous() {
		return nil
	}
	c.id.who = c.server.findPrincipal(found.AccessKey)
	c.id.scheme, c.id.service, c.id.region, c.id.signed = formSigned, found.Service, found.Region, found.SignedAt.Unix()
	policy, err := postpolicy.Parse(form.fields["policy"])
	if err == nil {
		err = policy.Check(c.server.signing(), c.bucket.name, form.fields, int64(len(form.file)))
	}
	refusal, ok := errors.AsType[*postpolicy.Error](err)
	if !ok {
		return err
	}
	e := newError(refusal.Status, refusal.Code, refusal.Message)
	for _, f := range refusal.Fields {
		e.fields = append(e.fields, field{f[0], f[1]})
	}
	return e
}

// answerForm answers an upload that went well, as the form asked for.
func (c *call) answerForm(form *uploadForm, v version) error {
	h := c.w.Header()
	at := url.URL{Scheme: "http", Host: c.r.Host, Path: "/" + c.key}
	if c.tls {
		at.Scheme = "https"
	}
	if !c.virtualHost {
		at.Path = "/" + c.bucketName + "/" + c.key
	}
	h.Set("ETag", quoted(v.content.etag))
	h.Set("Location", at.String())
	target := form.fields["success_action_redirect"]
	if target == "" {
		target = form.fields["redirect"]
	}
	if next, err := url.Parse(target); err == nil && next.IsAbs() {
		q := next.Query()
		q.Set("bucket", c.bucketName)
		q.Set("key", c.key)
		q.Set("etag", quoted(v.content.etag))
		next.RawQuery = q.Encode()
		h.Set("Location", next.String())
		return c.writeStatus(http.StatusSeeOther)
	}
	switch form.fields["success_action_status"] {
	case "200":
		return c.writeStatus(http.StatusOK)
	case "201":
		w := &xmlWriter{buf: []byte(xmlHeader)}
		w.open("PostResponse")
		w.text("Location", at.String())
		w.text("Bucket", c.bucketName)
		w.text("Key", c.key)
		w.text("ETag", quoted(v.content.etag))
		w.close("PostResponse")
		return c.writeBody(http.StatusCreated, "application/xml", w.buf)
	}
	return c.writeStatus(http.StatusNoContent)
}
