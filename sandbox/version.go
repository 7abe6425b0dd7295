package sandbox

import "time"

// nullVersion is the id of an object that was written while versioning was off or suspended.
const nullVersion = "null"

// version is one version of a key, or a delete marker. Everything but attrs, older and locks is fixed once
// it is stored; those change under the bucket's lock, and attrs is replaced as a whole.
type version struct {
	older    *version
	id       string
	modified int64 // Unix nanoseconds
	content  *content
	attrs    *attributes
	marker   bool
}

func (v *version) time() time.Time { return time.Unix(0, v.modified) }

// content is an object's bytes and what follows from them. It is never changed, and copies share it.
type content struct {
	size int64
	etag string // without quotes
	data []byte
}

// attributes are what a writer says about an object. They are never changed, only replaced; objects without
// any share one.
type attributes struct {
	class    string // storage class; "" is STANDARD
	headers  []field
	metadata []field // names in lower case without x-amz-meta-
	tags     []tag
	sse      sseState
	lock     lockState
}

// lockState is an object's retention and legal hold.
type lockState struct {
	mode  string // GOVERNANCE, COMPLIANCE, "" for none
	until time.Time
	hold  bool
}

// sseState is how an object is, or is to be, encrypted at rest.
type sseState struct {
	algorithm   string // AES256, aws:kms, aws:kms:dsse; "" with a customer's key
	keyID       string // KMS key as the answer names it, an ARN
	bucketKey   bool
	context     string // KMS encryption context, base64
	customerMD5 string // base64 MD5 of the customer's key (SSE-C), "" for none
}
