// Package sigv4 checks AWS Signature Version 4 on the side of the server: the Authorization header, presigned
// query strings, and bodies that are hashed, unsigned or signed chunk by chunk.
//
// It canonicalises by itself instead of calling a client's signer: a server has to accept whatever order and
// escaping the wire brought, and it is the second opinion on what the client's signer did.
// Source: "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// How a request said who it is; the values of the condition key s3:authType.
const (
	AuthAnonymous = ""
	AuthHeader    = "REST-HEADER"
	AuthQuery     = "REST-QUERY-STRING"
)

// MaxSkew is how far the signing time may be from the server's clock.
const MaxSkew = 15 * time.Minute

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminal   = "aws4_request"
	timeFormat = "20060102T150405Z"
	dateFormat = "20060102"
)

// Key is what the server knows of an access key id.
type Key struct {
	Secret       string
	SessionToken string    // "" for a long-term key
	Expires      time.Time // zero for a long-term key
}

// Options say what a request is checked against.
type Options struct {
	Lookup func(accessKey string) (Key, bool)
	Now    time.Time
	Region string // the only region to accept; "" accepts any
}

// Identity is who signed a request, and how.
type Identity struct {
	AccessKey string // "" when anonymous
	AuthType  string
	Region    string // of the credential scope
	Service   string // of the credential scope: s3, sts, iam …
	SignedAt  time.Time
	Expires   time.Duration // how long a presigned URL is good for, 0 otherwise
	Temporary bool          // signed with a session token
}

// Anonymous reports whether nobody signed the request.
func (id Identity) Anonymous() bool { return id.AccessKey == "" }

// claim is what a request says of its own signature.
type claim struct {
	accessKey, date, region, service string
	signedHeaders                    []string
	signature                        string
	token                            string
	at                               time.Time
	expires                          time.Duration // presigned only
	payload                          string        // x-amz-content-sha256 as signed
	presigned                        bool
}

func (c *claim) scope() string {
	return c.date + "/" + c.region + "/" + c.service + "/" + terminal
}

// Verify checks who signed r and replaces r.Body by one that checks the content while it is read: the hash of
// x-amz-content-sha256, or the frames and signatures of aws-chunked, whose data it unwraps. A wrong content
// shows as an *Error from Read, so a handler must not commit before EOF. Trailing headers are in r.Trailer
// after EOF. Requests without any signature pass as anonymous. Every error is an *Error.
func Verify(r *http.Request, o Options) (Identity, error) {
	c, err := parse(r, o.Now)
	if err != nil {
		return Identity{}, err
	}
	if c == nil {
		return Identity{}, frameAnonymous(r)
	}
	if err := c.checkTime(o.Now); err != nil {
		return Identity{}, err
	}
	if o.Region != "" && c.region != o.Region {
		return Identity{}, c.malformed("the region '"+c.region+"' is wrong; expecting '"+o.Region+"'").with("Region", o.Region)
	}
	key, err := c.lookup(o)
	if err != nil {
		return Identity{}, err
	}
	if err := c.checkHeaders(r); err != nil {
		return Identity{}, err
	}
	if err := c.choosePayload(r); err != nil {
		return Identity{}, err
	}
	signing := signingKey(key.Secret, c.date, c.region, c.service)
	if err := c.checkSignature(r, signing); err != nil {
		return Identity{}, err
	}
	if err := frame(r, c, signing); err != nil {
		return Identity{}, err
	}
	return c.identity(), nil
}

func (c *claim) identity() Identity {
	id := Identity{AccessKey: c.accessKey, AuthType: AuthHeader, Region: c.region, Service: c.service,
		SignedAt: c.at, Expires: c.expires, Temporary: c.token != ""}
	if c.presigned {
		id.AuthType = AuthQuery
	}
	return id
}

// lookup finds the key and judges the session token. A temporary key without its token is an unknown key to
// AWS, and a token beside a long-term key is an invalid token.
func (c *claim) lookup(o Options) (Key, error) {
	key, ok := o.Lookup(c.accessKey)
	if !ok || key.SessionToken != "" && c.token == "" {
		return Key{}, &Error{Status: http.StatusForbidden, Code: "InvalidAccessKeyId",
			Message: "The AWS Access Key Id you provided does not exist in our records.",
			Fields:  []Field{{"AWSAccessKeyId", c.accessKey}}}
	}
	if key.SessionToken != c.token {
		return Key{}, &Error{Status: http.StatusBadRequest, Code: "InvalidToken",
			Message: "The provided token is malformed or otherwise invalid."}
	}
	if !key.Expires.IsZero() && !o.Now.Before(key.Expires) {
		return Key{}, &Error{Status: http.StatusBadRequest, Code: "ExpiredToken",
			Message: "The provided token has expired."}
	}
	return key, nil
}

func (c *claim) checkTime(now time.Time) error {
	if c.presigned {
		return c.checkExpiry(now)
	}
	if d := now.Sub(c.at); d > MaxSkew || d < -MaxSkew {
		return &Error{Status: http.StatusForbidden, Code: "RequestTimeTooSkewed",
			Message: "The difference between the request time and the current time is too large.",
			Fields: []Field{{"RequestTime", c.at.Format(timeFormat)}, {"ServerTime", isoTime(now)},
				{"MaxAllowedSkewMilliseconds", "900000"}}}
	}
	return nil
}

// checkHeaders refuses x-amz-* headers that the signature doesn't cover: someone may have added them.
func (c *claim) checkHeaders(r *http.Request) error {
	signed := make(map[string]bool, len(c.signedHeaders))
	for _, h := range c.signedHeaders {
		signed[h] = true
	}
	if !signed["host"] {
		return c.malformed("'host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	var loose []string
	for name := range r.Header {
		low := strings.ToLower(name)
		exempt := c.presigned && low == "x-amz-content-sha256"
		if strings.HasPrefix(low, "x-amz-") && !signed[low] && !exempt {
			loose = append(loose, low)
		}
	}
	if len(loose) == 0 {
		return nil
	}
	return &Error{Status: http.StatusForbidden, Code: "AccessDenied",
		Message: "There were headers present in the request which were not signed",
		Fields:  []Field{{"HeadersNotSigned", strings.Join(loose, ", ")}}}
}

func (c *claim) checkSignature(r *http.Request, signing []byte) error {
	canonical := canonicalRequest(r, c)
	toSign := strings.Join([]string{algorithm, c.at.Format(timeFormat), c.scope(), hexSum([]byte(canonical))}, "\n")
	want := hexHMAC(signing, toSign)
	if hmac.Equal([]byte(want), []byte(c.signature)) {
		return nil
	}
	return &Error{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch",
		Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		Fields: []Field{{"AWSAccessKeyId", c.accessKey}, {"StringToSign", toSign},
			{"SignatureProvided", c.signature}, {"StringToSignBytes", spacedHex(toSign)},
			{"CanonicalRequest", redact(canonical)}}}
}

func signingKey(secret, date, region, service string) []byte {
	k := sum(sum([]byte("AWS4"+secret), date), region)
	return sum(sum(k, service), terminal)
}

func sum(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

func hexHMAC(key []byte, data string) string { return hex.EncodeToString(sum(key, data)) }

func hexSum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
