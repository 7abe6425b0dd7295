// Package presign makes presigned URLs and upload forms, and says what is known of them beforehand: when they die and
// why, which headers their user must send, and what the bucket's policy will say.
//
// Sources: Amazon S3 User Guide, "Download and upload objects with presigned URLs"; Amazon S3 API Reference,
// "Authenticating Requests: Using Query Parameters" and "Creating a POST Policy".
package presign

import (
	"net/http"
	"time"

	"cooper/awsops"
	"cooper/awsops/sse"
)

// Kind is what the journal calls the making of a URL or form.
const Kind = "presign.make"

// Method is what a URL is good for.
type Method string

// The methods. Form is an upload by POST, as browsers send forms.
const (
	Get    Method = http.MethodGet
	Head   Method = http.MethodHead
	Put    Method = http.MethodPut
	Delete Method = http.MethodDelete
	Form   Method = http.MethodPost
)

// Writes reports whether the method changes something.
func (m Method) Writes() bool { return m == Put || m == Delete || m == Form }

// Spec is what is asked for.
type Spec struct {
	Bucket string
	Key    string // "" with Get and Head: the bucket itself, which Get lists
	// Prefix, with a Form whose Key is "", lets the user of the form choose any key below it, "" in the whole bucket;
	// with a Get of the bucket only what is below it is listed.
	Prefix  string
	Version string // pinned, "" for what is current when the URL is used
	Method  Method
	Until   time.Time // asked for; what lies behind the 7 days of S3 is cut off
	Style   awsops.AddressStyle
	// Customer is the fingerprint of the customer-provided key (SSE-C) that a Get or Head needs, "" for none.
	Customer string
	Response Response
	Upload   Upload
	At       time.Time // signed as if at this time, for tests; zero: now
}

// Response are headers that S3 answers a Get or Head with in place of the object's own. "" leaves a header as it is.
type Response struct{ Disposition, Type, Cache, Encoding, Language, Expires string }

func (r Response) pairs() []awsops.Pair {
	return kept(awsops.Pair{Name: "response-content-disposition", Value: r.Disposition}, awsops.Pair{Name: "response-content-type", Value: r.Type},
		awsops.Pair{Name: "response-cache-control", Value: r.Cache}, awsops.Pair{Name: "response-content-encoding", Value: r.Encoding},
		awsops.Pair{Name: "response-content-language", Value: r.Language}, awsops.Pair{Name: "response-expires", Value: r.Expires})
}

// Upload is what a Put or a Form demands of the upload.
type Upload struct {
	Type       string     // Content-Type
	TypePrefix bool       // Form: Type is only how it must begin, such as image/
	Length     int64      // Put: the exact size in bytes, 0 for any
	Min, Max   int64      // Form: bytes; Max 0 for any size
	NewOnly    bool       // Put: refused where the key has an object already (If-None-Match: *)
	Encryption sse.Choice // Fingerprint names the key of the session's keyring that signs, for SSE-C
	Checksum   Checksum
	Class      string // storage class, "" for STANDARD
	Metadata   []awsops.Pair
	Tags       []awsops.Pair
	Status     string // Form: 200, 201 or 204 for an upload that went well, "" for 204
	Redirect   string // Form: where the browser goes after it, "" for nowhere
}

// Checksum pins the content to one digest.
type Checksum struct {
	Algorithm string // one of ChecksumAlgorithms, "" for none
	Value     string // base64
}

// ChecksumAlgorithms are those that S3 takes, with the bytes of their digests.
var ChecksumAlgorithms = []struct {
	Name  string
	Bytes int
}{{"SHA256", 32}, {"SHA1", 20}, {"CRC32", 4}, {"CRC32C", 4}, {"CRC64NVME", 8}}

// fingerprint names the customer-provided key that the signature covers, "" for none.
func (s Spec) fingerprint() string {
	switch s.Method {
	case Get, Head:
		return s.Customer
	case Put:
		return s.Upload.Encryption.Fingerprint
	}
	return ""
}

func kept(pairs ...awsops.Pair) []awsops.Pair {
	var out []awsops.Pair
	for _, p := range pairs {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	return out
}
