package sandbox

import (
	"net/url"
	"strings"
)

// copySource is what x-amz-copy-source names, and a copy of the version that it means.
type copySource struct {
	bucket    *bucket
	key       string
	versionID string // as asked for, "" for the current version
	version   version
	versioned bool // the source's bucket names versions
}

// parseCopySource reads BUCKET/KEY or BUCKET/KEY?versionId=ID, percent-encoded, with or without a slash
// in front.
func parseCopySource(header string) (bucket, key, versionID string, err error) {
	path, query, _ := strings.Cut(header, "?")
	if query != "" {
		id, ok := strings.CutPrefix(query, "versionId=")
		if !ok {
			return "", "", "", errCopySource("Unsupported copy source parameter.", header)
		}
		if versionID, err = url.QueryUnescape(id); err != nil {
			return "", "", "", errCopySource("Invalid copy source encoding.", header)
		}
	}
	plain, err := url.QueryUnescape(strings.TrimPrefix(path, "/"))
	if err != nil {
		return "", "", "", errCopySource("Invalid copy source encoding.", header)
	}
	bucket, key, _ = strings.Cut(plain, "/")
	if bucket == "" {
		return "", "", "", errCopySource("Invalid copy source bucket name", header)
	}
	if key == "" {
		return "", "", "", errCopySource("Invalid copy source object key", header)
	}
	return bucket, key, versionID, nil
}

func errCopySource(message, header string) *apiError {
	return errInvalidArgument(message, "x-amz-copy-source", header)
}

// openSource finds the source of a copy and asks whether the caller may read it.
func (c *call) openSource() (copySource, error) {
	var src copySource
	if c.id.length > 0 {
		return src, errInvalidRequest("The request included a body. Requests of this type must not include a non-empty body.")
	}
	name, key, id, err := parseCopySource(c.header("X-Amz-Copy-Source"))
	if err != nil {
		return src, err
	}
	if err := checkVersionID(id); err != nil {
		return src, err
	}
	src.key, src.versionID = key, id
	if src.bucket = c.server.findBucket(name); src.bucket == nil {
		return src, errNoSuchBucket(name)
	}
	if owner := c.header("X-Amz-Source-Expected-Bucket-Owner"); owner != "" && owner != src.bucket.owner {
		return src, errAccessDenied("Access Denied")
	}
	action := "s3:GetObject"
	if id != "" {
		action = "s3:GetObjectVersion"
	}
	if err := c.server.hooks.authorize(c, action, objectARN(name, key)); err != nil {
		return src, err
	}
	if src.version, src.versioned, err = c.find(src.bucket, key, id); err != nil {
		return src, c.sourceError(err, src)
	}
	c.sourceARN = objectARN(name, key)
	if err := c.checkSource(src); err != nil {
		return src, err
	}
	src.version.content = src.version.content.unlock(c.customerSecret("X-Amz-Copy-Source-"))
	return src, nil
}

// sourceError words a missing source as S3 does for copies.
func (c *call) sourceError(err error, src copySource) error {
	if src.version.marker && src.versionID != "" {
		return errInvalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.")
	}
	if src.version.marker {
		return errNoSuchKey(src.key)
	}
	return err
}

// checkSource looks at conditions, key, class and size of a source.
func (c *call) checkSource(src copySource) error {
	v := src.version
	if failed, _ := c.readConditions("X-Amz-Copy-Source-").check(v.content.etag, v.time()); failed != "" {
		return errPreconditionFailed("x-amz-copy-source-" + failed)
	}
	if v.attrs.archived(c.now) {
		return errArchived(v.attrs, "Operation is not valid for the source object's storage class")
	}
	return c.server.hooks.checkSSERead(c, v.attrs.sse, "X-Amz-Copy-Source-")
}
