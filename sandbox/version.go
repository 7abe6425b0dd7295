package sandbox

import "time"

// nullVersion is the id of an object that was written while versioning was off or suspended.
const nullVersion = "null"

// version is one version of a key, or a delete marker. Its older and attrs change under the bucket's lock;
// all else is fixed once it is stored. To read one without the lock, copy it first.
type version struct {
	older    *version
	id       string
	seq      uint64 // grows with every version of a versioned bucket; 0 before versioning
	modified int64  // Unix seconds, the resolution that S3 shows
	content  *content
	attrs    *attributes
	marker   bool
}

func (v *version) time() time.Time { return time.Unix(v.modified, 0).UTC() }

// attributes are what a writer says about an object. They are never changed, only replaced as a whole;
// objects without anything special share one.
type attributes struct {
	class    string  // storage class; "" is STANDARD
	headers  []field // Content-Type, Cache-Control … by canonical header name
	metadata []field // names in lower case without x-amz-meta-
	tags     []tag
	sse      sseState
	lock     lockState
	restore  restoreState
	tier     string // ARCHIVE_ACCESS or DEEP_ARCHIVE_ACCESS of Intelligent-Tiering, "" for what is at hand
}

var noAttributes = &attributes{}

// storageClass returns the class by name, STANDARD too.
func (a *attributes) storageClass() string {
	if a.class == "" {
		return "STANDARD"
	}
	return a.class
}

// lockState is an object's retention and legal hold.
type lockState struct {
	mode  string // GOVERNANCE, COMPLIANCE, "" for none
	until time.Time
	hold  string // ON, OFF, "" when never set
}

// sseState is how an object is, or is to be, encrypted at rest.
type sseState struct {
	algorithm   string // AES256, aws:kms, aws:kms:dsse; "" with a customer's key
	keyID       string // KMS key as the answer names it, an ARN
	bucketKey   bool
	context     string // KMS encryption context, base64
	customerMD5 string // base64 MD5 of the customer's key (SSE-C), "" for none
}

// etagIsMD5 says whether the ETag of a single-part object is the MD5 of its bytes.
func (s sseState) etagIsMD5() bool { return s.customerMD5 == "" && s.algorithm == "AES256" }
