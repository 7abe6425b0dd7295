package sandbox

import (
	"cmp"
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5
	"io"
	"strings"
)

// copyObject answers CopyObject. What it keeps: bytes, metadata and headers unless replaced, tags unless
// replaced. What it does not: class, ACL, lock, encryption, website redirect, the layout in parts.
func copyObject(c *call) error {
	condition, err := c.writeCondition()
	if err != nil {
		return err
	}
	src, err := c.openSource()
	if err != nil {
		return err
	}
	if src.version.content.size > maxUpload {
		return errInvalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
	}
	if err := c.checkSelfCopy(src); err != nil {
		return err
	}
	attrs, err := c.copiedAttributes(src)
	if err != nil {
		return err
	}
	stored, err := c.copiedContent(src.version, attrs.sse)
	if err != nil {
		return err
	}
	v, versioned, err := c.storeVersion(condition, stored, attrs)
	if err != nil {
		return err
	}
	c.source = &src
	if src.versioned {
		c.w.Header().Set("X-Amz-Copy-Source-Version-Id", src.version.id)
	}
	c.describeWrite(v, versioned)
	return c.writeCopyResult("CopyObjectResult", v)
}

func (c *call) writeCopyResult(root string, v version) error {
	w := newXMLWriter(root, 512)
	w.time("LastModified", v.time())
	w.text("ETag", quoted(v.content.etag))
	if sum := v.content.sum; sum.algorithm != "" {
		w.text(sum.element(), sum.value)
		w.text("ChecksumType", sum.kind)
	}
	return c.writeXML(w, root)
}

// directive reads x-amz-metadata-directive or x-amz-tagging-directive.
func (c *call) directive(kind string) (replace bool, err error) {
	switch value := c.header("X-Amz-" + kind + "-Directive"); value {
	case "", "COPY":
		return false, nil
	case "REPLACE":
		return true, nil
	default:
		kind = strings.ToLower(kind)
		return false, errInvalidArgument("Unknown "+kind+" directive.", "x-amz-"+kind+"-directive", value)
	}
}

// checkSelfCopy refuses a copy of the current version onto itself that changes nothing.
func (c *call) checkSelfCopy(src copySource) error {
	if src.bucket != c.bucket || src.key != c.key || src.versionID != "" {
		return nil
	}
	for _, name := range []string{
		"X-Amz-Storage-Class", "X-Amz-Website-Redirect-Location", "X-Amz-Server-Side-Encryption",
		"X-Amz-Server-Side-Encryption-Customer-Algorithm",
	} {
		if c.header(name) != "" {
			return nil
		}
	}
	if replace, err := c.directive("Metadata"); replace || err != nil {
		return err
	}
	return errInvalidRequest("This copy request is illegal because it is trying to copy an object to itself without " +
		"changing the object's metadata, storage class, website redirect location or encryption attributes.")
}

// copiedAttributes are what the request says, with the source's metadata and tags where it does not replace
// them.
func (c *call) copiedAttributes(src copySource) (*attributes, error) {
	replaceMetadata, err := c.directive("Metadata")
	if err != nil {
		return nil, err
	}
	replaceTags, err := c.directive("Tagging")
	if err != nil {
		return nil, err
	}
	a, err := c.newAttributes(c.bucket)
	if err != nil {
		return nil, err
	}
	from := src.version.attrs
	if !replaceMetadata {
		a.metadata = from.metadata
		a.headers = withRedirect(from.headers, c.header("X-Amz-Website-Redirect-Location"))
	}
	if replaceTags {
		return a, nil
	}
	if a.tags = from.tags; len(a.tags) == 0 {
		return a, nil
	}
	if err := c.allowed("s3:PutObjectTagging"); err != nil {
		return nil, err
	}
	read := "s3:GetObjectTagging"
	if src.versionID != "" {
		read = "s3:GetObjectVersionTagging"
	}
	return a, c.server.hooks.authorize(c, read, objectARN(src.bucket.name, src.key))
}

// withRedirect copies headers but the website redirect, which a copy gets from its request alone.
func withRedirect(headers []field, redirect string) []field {
	var kept []field
	for _, f := range headers {
		if f.name != "X-Amz-Website-Redirect-Location" {
			kept = append(kept, f)
		}
	}
	if redirect != "" {
		kept = append(kept, field{"X-Amz-Website-Redirect-Location", redirect})
	}
	return kept
}

// forCopy gives the content to copy. What was opened with its customer's key is read into memory: a copy must not hold
// the key.
func (v version) forCopy() (*content, error) {
	if v.attrs.sse.customerMD5 == "" {
		return v.content, nil
	}
	return v.content.plain()
}

// copiedContent shares the source's bytes. ETag and checksum are made anew where they can't be taken over:
// for an object in parts, or when another checksum is asked for.
func (c *call) copiedContent(v version, sse sseState) (*content, error) {
	from, err := v.forCopy()
	if err != nil {
		return nil, err
	}
	to := *from
	to.parts = nil
	algorithm := strings.ToUpper(c.header("X-Amz-Checksum-Algorithm"))
	if algorithm != "" && newHash(algorithm) == nil {
		return nil, errUnknownAlgorithm()
	}
	again := len(from.parts) > 0 || (algorithm != "" && algorithm != from.sum.algorithm) || from.sum.algorithm == ""
	algorithm = cmp.Or(algorithm, from.sum.algorithm, defaultSum)
	if !again && v.attrs.sse.etagIsMD5() && sse.etagIsMD5() {
		return &to, nil
	}
	digest, sum := md5.New(), newHash(algorithm) //nolint:gosec // see the import
	if _, err := io.Copy(io.MultiWriter(digest, sum), from.section(0, from.size)); err != nil {
		return nil, err
	}
	to.etag = etagFor([16]byte(digest.Sum(nil)), sse)
	to.sum = checksum{algorithm, fullObjectSum, encodeSum(sum)}
	return &to, nil
}
