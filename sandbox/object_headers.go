package sandbox

import (
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

const maxMetadata = 2048 // bytes of names and values of user metadata

// contentHeaders are what S3 stores and sends back of a write's headers.
var contentHeaders = []string{
	"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires",
	"X-Amz-Website-Redirect-Location",
}

var storageClasses = []string{
	"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER",
	"DEEP_ARCHIVE",
}

// newAttributes reads what a write says about its object: headers, metadata, class, tags, lock, ACL.
func (c *call) newAttributes(b *bucket) (*attributes, error) {
	if err := c.checkACLHeader(b); err != nil {
		return nil, err
	}
	a := &attributes{headers: c.storedHeaders()}
	var err error
	if a.metadata, err = userMetadata(c.r.Header); err != nil {
		return nil, err
	}
	if a.class, err = c.storageClass(); err != nil {
		return nil, err
	}
	if header := c.header("X-Amz-Tagging"); header != "" {
		if a.tags, err = parseTagging(header); err != nil {
			return nil, err
		}
		if err = c.allowed("s3:PutObjectTagging"); err != nil {
			return nil, err
		}
	}
	if a.lock, err = c.lockHeaders(b); err != nil {
		return nil, err
	}
	a.sse, err = c.server.hooks.resolveSSE(c, b)
	return a, err
}

func (c *call) storedHeaders() []field {
	var kept []field
	for _, name := range contentHeaders {
		value := strings.Join(c.r.Header[name], ", ")
		if name == "Content-Encoding" {
			value = withoutChunked(value)
		}
		if name == "Content-Type" && value == "" {
			value = "binary/octet-stream"
		}
		if value != "" {
			kept = append(kept, field{name, value})
		}
	}
	return kept
}

// withoutChunked takes aws-chunked, which is framing and no encoding of the content, out of the list.
func withoutChunked(encoding string) string {
	var kept []string
	for coding := range strings.SplitSeq(encoding, ",") {
		if coding = strings.TrimSpace(coding); coding != "" && coding != "aws-chunked" {
			kept = append(kept, coding)
		}
	}
	return strings.Join(kept, ",")
}

// userMetadata collects x-amz-meta-…; values that are not ASCII come back in the form of RFC 2047.
func userMetadata(h http.Header) ([]field, error) {
	var found []field
	size := 0
	for name, values := range h {
		short, ok := strings.CutPrefix(name, "X-Amz-Meta-")
		if !ok {
			continue
		}
		f := field{strings.ToLower(short), strings.Join(values, ",")}
		size += len(f.name) + len(f.value)
		found = append(found, field{f.name, mime.BEncoding.Encode("UTF-8", f.value)})
	}
	if size > maxMetadata {
		return nil, newError(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size",
			field{"Size", itoa(size)}, field{"MaxSizeAllowed", itoa(maxMetadata)})
	}
	slices.SortFunc(found, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return found, nil
}

func (c *call) storageClass() (string, error) {
	class := c.header("X-Amz-Storage-Class")
	if class == "" || class == "STANDARD" {
		return "", nil
	}
	if !slices.Contains(storageClasses, class) {
		return "", newError(400, "InvalidStorageClass", "The storage class you specified is not valid",
			field{"StorageClassRequested", class})
	}
	return class, nil
}

// checkACLHeader refuses ACLs where the bucket has them off.
func (c *call) checkACLHeader(b *bucket) error {
	b.mu.RLock()
	enforced := b.ownership == "BucketOwnerEnforced"
	b.mu.RUnlock()
	acl := c.header("X-Amz-Acl")
	grants := false
	for name := range c.r.Header {
		grants = grants || strings.HasPrefix(name, "X-Amz-Grant-")
	}
	if enforced && (grants || (acl != "" && acl != "bucket-owner-full-control")) {
		return newError(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
	}
	if acl != "" && !slices.Contains(cannedACLs, acl) {
		return errInvalidArgument("", "x-amz-acl", acl)
	}
	return nil
}

// lockHeaders reads retention and legal hold of a write.
func (c *call) lockHeaders(b *bucket) (lockState, error) {
	lock := lockState{mode: c.header("X-Amz-Object-Lock-Mode"), hold: c.header("X-Amz-Object-Lock-Legal-Hold")}
	until := c.header("X-Amz-Object-Lock-Retain-Until-Date")
	if lock.mode == "" && lock.hold == "" && until == "" {
		return c.server.hooks.defaultLock(c, b), nil
	}
	if !b.lockOn() {
		return lock, errInvalidRequest("Bucket is missing Object Lock Configuration")
	}
	if (lock.mode == "") != (until == "") {
		return lock, errInvalidArgument("x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
			"x-amz-object-lock-mode", lock.mode)
	}
	if lock.mode == "" {
		held := lock.hold
		lock = c.server.hooks.defaultLock(c, b)
		lock.hold = held
		return lock, c.checkHold(held)
	}
	var err error
	if lock.until, err = c.retainUntil(lock.mode, until); err != nil {
		return lock, err
	}
	if err = c.allowed("s3:PutObjectRetention"); err != nil {
		return lock, err
	}
	return lock, c.checkHold(lock.hold)
}

// checkHold checks the legal hold of a write, "" for none.
func (c *call) checkHold(hold string) error {
	switch hold {
	case "":
		return nil
	case "ON", "OFF":
		return c.allowed("s3:PutObjectLegalHold")
	}
	return errInvalidArgument("Legal Hold must be either of 'ON' or 'OFF'", "x-amz-object-lock-legal-hold", hold)
}

func (c *call) retainUntil(mode, until string) (time.Time, error) {
	if mode != "GOVERNANCE" && mode != "COMPLIANCE" {
		return time.Time{}, errInvalidArgument("Unknown wormMode directive.", "x-amz-object-lock-mode", mode)
	}
	t, err := time.Parse(time.RFC3339, until)
	if err != nil {
		return t, errInvalidArgument("The retain until date must be provided in ISO 8601 format",
			"x-amz-object-lock-retain-until-date", until)
	}
	if !t.After(c.now) {
		return t, errInvalidArgument("The retain until date must be in the future!",
			"x-amz-object-lock-retain-until-date", until)
	}
	return t, nil
}
