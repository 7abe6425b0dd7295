package awsops

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cooper/awsops/sse"
)

// MaxPresigned is the longest that S3 honours a presigned URL or form.
const MaxPresigned = 7 * 24 * time.Hour

// AddressStyle says how a URL names its bucket.
type AddressStyle uint8

// The address styles. Auto is what the session itself uses. DualStack is for AWS only.
const (
	AddressAuto AddressStyle = iota
	AddressVirtualHost
	AddressPath
	AddressDualStack
)

// String names the style as AWS's documents do.
func (s AddressStyle) String() string {
	return [...]string{"as configured", "virtual host", "path", "dual-stack"}[s]
}

// Presigning is a request that a URL is to be good for. Reading methods are GET and HEAD; PUT and DELETE are made only
// by a session that may write.
type Presigning struct {
	Bucket, Key string // Key "" is the bucket itself
	Method      string
	Query       url.Values  // versionId, response-content-type, list-type …, without what the signature adds
	Header      http.Header // whoever uses the URL must send these exactly so; keys don't belong here
	Length      int64       // exact Content-Length that is signed; 0 for any
	// Customer is the customer-provided key (SSE-C) whose three headers are signed; its user must have it, too.
	Customer sse.CustomerKey
	Style    AddressStyle
	At       time.Time // when it is signed; zero: now by the server's clock
	Life     time.Duration
}

// SignedURL is a presigned URL: who holds it may do what it says until it ends. It redacts itself; Reveal gives it.
type SignedURL struct{ text func() string }

// NewSignedURL hides a URL.
func NewSignedURL(text string) SignedURL { return SignedURL{func() string { return text }} }

// Reveal gives the URL itself, for a person who asked for it.
func (u SignedURL) Reveal() string {
	if u.text == nil {
		return ""
	}
	return u.text()
}

// Address gives the URL without its query, so without the signature.
func (u SignedURL) Address() string {
	before, _, _ := strings.Cut(u.Reveal(), "?")
	return before
}

// String hides the URL.
func (SignedURL) String() string { return "SignedURL{redacted}" }

// GoString hides the URL from %#v.
func (u SignedURL) GoString() string { return u.String() }

// LogValue hides the URL from slog.
func (u SignedURL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalJSON hides the URL from encoders.
func (u SignedURL) MarshalJSON() ([]byte, error) { return []byte(`"` + u.String() + `"`), nil }

// SignedHeader is a header that the user of a URL must send as it was signed.
type SignedHeader struct {
	Name  string // as it is written on the wire, in lower case
	Value string // "" when Secret
	// Secret is set for a customer's key: it is neither shown nor put into a command line.
	Secret bool
}

// secretHeader tells headers whose values are keys.
func secretHeader(name string) bool {
	return strings.HasSuffix(strings.ToLower(name), "server-side-encryption-customer-key")
}

func signedHeaders(h http.Header) []SignedHeader {
	var out []SignedHeader
	for name, values := range h {
		low := strings.ToLower(name)
		if low == "host" {
			continue
		}
		s := SignedHeader{Name: low, Value: strings.Join(values, ",")}
		if secretHeader(low) {
			s = SignedHeader{Name: low, Secret: true}
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b SignedHeader) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Presigned is what SignURL made.
type Presigned struct {
	URL     SignedURL
	Method  string
	Headers []SignedHeader // that must be sent, besides Host
	At      time.Time
	Ends    time.Time // by its own terms: the credentials or a policy can end it before
	Region  string
	Key     KeyInfo
}

// FormSigning is an upload form to be signed (SigV4's POST policy).
type FormSigning struct {
	Bucket string
	Style  AddressStyle
	At     time.Time // zero: now by the server's clock
	// Policy makes the policy document when it is told the fields that the signature adds to the form.
	Policy func(signing []Pair) ([]byte, error)
}

// Pair is a name and its value.
type Pair struct{ Name, Value string }

// SignedForm are the fields of an upload form, the signature among them. It redacts itself.
type SignedForm struct {
	Address string // where the form is posted to
	At      time.Time
	Region  string
	Key     KeyInfo
	fields  func() []Pair
}

// NewSignedForm hides the fields of a form.
func NewSignedForm(address string, fields []Pair) SignedForm {
	return SignedForm{Address: address, fields: func() []Pair { return slices.Clone(fields) }}
}

// Reveal gives the fields that the signature adds: policy, credential, date and the signature itself.
func (f SignedForm) Reveal() []Pair {
	if f.fields == nil {
		return nil
	}
	return f.fields()
}

// String hides the fields.
func (SignedForm) String() string { return "SignedForm{redacted}" }

// GoString hides the fields from %#v.
func (f SignedForm) GoString() string { return f.String() }

// LogValue hides the fields from slog.
func (f SignedForm) LogValue() slog.Value { return slog.StringValue(f.String()) }

// MarshalJSON hides the fields from encoders.
func (f SignedForm) MarshalJSON() ([]byte, error) { return []byte(`"` + f.String() + `"`), nil }
