package sandbox

import (
	"io"
	"net/http"
)

// authScheme is how a request was signed.
type authScheme uint8

const (
	unsigned     authScheme = iota
	headerSigned            // Authorization header
	querySigned             // presigned URL
	formSigned              // POST form policy
)

// identity is what the authenticate hook makes of a request.
type identity struct {
	who     *principal
	scheme  authScheme
	service string // of the credential scope: s3, sts, iam, kms …; "" when unsigned
	region  string // of the credential scope; "" when unsigned
	signed  int64  // Unix seconds of the signature's date; 0 when unsigned
	expires int64  // seconds that a presigned URL is good for

	// body is the payload without aws-chunked framing. Reading it to the end checks the payload's hash or
	// the chunks' signatures; a mismatch is an *apiError from Read.
	body io.Reader
	// length is the decoded length, -1 when it is not known.
	length int64
	// trailer returns the verified trailing headers once body was read to its end. It may be nil.
	trailer func() http.Header
}

// hooks are the places where other parts of the sandbox plug into the router.
type hooks struct {
	// authenticate says who sent the request and hands over its payload. It must not read the body.
	authenticate func(s *Server, r *http.Request) (identity, error)

	// authorize says whether the caller may do action (s3:GetObject) on resource (an ARN, or "*" for the
	// service). Handlers call it again for what only they know, such as the source of a copy, whose bucket
	// is not the call's. No lock is held.
	authorize func(c *call, action, resource string) error

	// checkMFA looks at x-amz-mfa. needed says that the bucket demands a code for this request. A header
	// that is sent without need is checked all the same. It spends the code.
	checkMFA func(c *call, needed bool) error

	// checkDelete refuses the permanent removal of a version that Object Lock protects. v is a copy, and
	// no lock is held.
	checkDelete func(c *call, key string, v version) error

	// defaultLock is the retention that a new object gets from its bucket's configuration.
	defaultLock func(c *call, b *bucket) lockState

	// resolveSSE settles how a new object is encrypted, from the request's headers and the bucket's default.
	resolveSSE func(c *call, b *bucket) (sseState, error)

	// checkSSERead refuses a read without the key that the object needs. prefix begins the names of the
	// headers that carry a customer's key: X-Amz- for a read, X-Amz-Copy-Source- for the source of a copy.
	checkSSERead func(c *call, state sseState, prefix string) error
}

func defaultHooks() hooks {
	return hooks{
		authenticate: authenticateSigned,
		authorize:    authorizeByPolicy,
		checkMFA:     checkMFADevice,
		checkDelete:  checkLock,
		defaultLock:  defaultRetention,
		resolveSSE:   resolveSSE,
		checkSSERead: checkSSERead,
	}
}

// controlPrefix begins every path of the S3 Control API.
const controlPrefix = "/v20180820/"
