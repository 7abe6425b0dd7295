package awsops

import (
	"errors"
	"strings"

	"cooper/awsops/sse"
)

// explainKey explains what S3 says of customer-provided keys (Amazon S3 User Guide, "Using server-side encryption with
// customer-provided keys"). The error then holds a *sse.MissingKey where another key would help.
func explainKey(e *Error) {
	says := func(part string) bool { return strings.Contains(e.Message, part) }
	switch {
	case says("stored using a form of Server Side Encryption"):
		e.missingKey(&sse.MissingKey{})
	case says("must provide a valid encryption algorithm"): // Ceph RGW, of a request without a key
		e.missingKey(&sse.MissingKey{})
	case says("must provide the correct secret key"), says("calculated MD5 hash of the key did not match"):
		// The second is Ceph RGW's: cooper computes the sum of what it sends, so it is the object's that differs.
		e.missingKey(&sse.MissingKey{Wrong: true})
	case says("encryption parameters are not applicable"):
		e.Hint = "The object is not encrypted with a key of your own (SSE-C): it is read without one."
	case says("Subsequent part requests must include"), says("did not match the ones used originally"):
		e.Hint = "Every part of an upload carries the key that it was begun with."
	case says("secret key was invalid for the specified algorithm"):
		e.Hint = "The key was damaged on its way; a key has 32 bytes."
	case says("must be made over a secure connection"):
		e.Hint = "Use the endpoint's https address."
	}
}

// missingKey makes an error one that another customer-provided key would mend.
func (e *Error) missingKey(m *sse.MissingKey) {
	e.Err = errors.Join(e.Err, m)
	e.Hint = "Give the key that the object was written with. Without it nobody can read the object, S3 and AWS neither."
	if m.Wrong {
		e.Hint = "Another key is wanted than the one that was sent. " + e.Hint
	}
}

// explainBlocked explains the refusal of a write with a key of one's own, which S3 words like any other: buckets block
// SSE-C unless that is taken back (BlockedEncryptionTypes).
func explainBlocked(e *Error) {
	if e.Kind == KindDenied && strings.HasPrefix(e.Hint, "No permission for ") {
		e.Hint = "New buckets block encryption with keys of your own (SSE-C): the Encryption tab shows it and can allow it. " + e.Hint
	}
}
