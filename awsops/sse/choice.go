package sse

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Kind is a kind of server-side encryption.
type Kind string

// The kinds that a write can choose from. Default sends no header: the bucket's default encryption holds.
const (
	Default  Kind = ""
	S3       Kind = "sse-s3"
	KMS      Kind = "sse-kms"
	DSSE     Kind = "dsse-kms"
	Customer Kind = "sse-c"
)

// Kinds are all kinds, in the order in which a form offers them.
func Kinds() []Kind { return []Kind{Default, S3, KMS, DSSE, Customer} }

// String gives the kind in the field's words.
func (k Kind) String() string {
	switch k {
	case Default:
		return "bucket default"
	case S3:
		return "SSE-S3"
	case KMS:
		return "SSE-KMS"
	case DSSE:
		return "DSSE-KMS"
	case Customer:
		return "SSE-C"
	}
	return string(k)
}

// Choice is how an object is to be encrypted. It holds no key material: it may be shown, logged and recorded.
type Choice struct {
	Kind Kind `json:"kind,omitempty"`
	// KeyID is the full ARN of the KMS key, for KMS and DSSE. S3 would take no key for the account's aws/s3 key and not
	// for the bucket's default key, and resolves an alias in the account of whoever writes, so neither is sent.
	KeyID string `json:"key,omitempty"`
	// Context is the KMS encryption context beside what S3 adds itself: a JSON object of strings, "" for none.
	Context   string `json:"context,omitempty"`
	BucketKey bool   `json:"bucket_key,omitempty"`
	// Fingerprint names the customer's key of SSE-C: the base64 MD5 that its header carries.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Client is set when the object is encrypted before it is sent; the rest then says how the server encrypts that.
	Client *Client `json:"client,omitempty"`
}

// Client names the key of client-side encryption in the Amazon S3 Encryption Client's format.
type Client struct {
	KeyID       string `json:"key,omitempty"`         // KMS key ARN that wraps the data key
	Context     string `json:"context,omitempty"`     // its encryption context, a JSON object of strings
	Fingerprint string `json:"fingerprint,omitempty"` // of a raw AES key among the session's ClientKeys, when no KMS key wraps
	Old         bool   `json:"old,omitempty"`         // message format V2, for readers that don't know key commitment (V3)
}

// String says by which key, in one line.
func (c Client) String() string {
	format := "client-side V3, "
	if c.Old {
		format = "client-side V2, "
	}
	if c.KeyID != "" {
		return format + "KMS key " + c.KeyID
	}
	return format + "key " + c.Fingerprint
}

// IsZero reports the bucket's default without client-side encryption: nothing is sent and nothing recorded.
func (c Choice) IsZero() bool { return c == Choice{} }

// String says what was chosen, in one line, without what the kind doesn't use.
func (c Choice) String() string {
	s := c.Kind.String()
	switch c.Kind {
	case KMS, DSSE:
		s += " with " + c.KeyID
		if c.BucketKey && c.Kind == KMS {
			s += ", bucket key"
		}
	case Customer:
		s += " with the key " + c.Fingerprint
	}
	if c.Client != nil {
		s = c.Client.String() + "; on the server " + s
	}
	return s
}

// Check says what is wrong with the choice, "" when nothing is. anyKeyID is for compatible servers, whose KMS keys have
// no ARN.
func (c Choice) Check(anyKeyID bool) string {
	switch c.Kind {
	case Default, S3:
		return c.extra("")
	case KMS, DSSE:
		if c.KeyID == "" {
			return c.Kind.String() + " needs the ARN of a KMS key: without one S3 takes the account's aws/s3 key, and not the bucket's"
		}
		if why := keyARN(c.KeyID); why != "" && !anyKeyID {
			return why
		}
		if c.Kind == DSSE && c.BucketKey {
			return "DSSE-KMS knows no bucket key"
		}
		if c.Fingerprint != "" {
			return c.Kind.String() + " takes no key of your own"
		}
		_, err := contextHeader(c.Context)
		return text(err)
	case Customer:
		if c.Fingerprint == "" {
			return "SSE-C needs a key of your own"
		}
		return c.extra(c.Fingerprint)
	}
	return fmt.Sprintf("there is no encryption %q", string(c.Kind))
}

// extra refuses what the kind has no use for: somebody who gave a key would believe that it is used.
func (c Choice) extra(fingerprint string) string {
	if c.KeyID != "" || c.Context != "" || c.BucketKey || c.Fingerprint != fingerprint {
		return c.Kind.String() + " takes no KMS key, context, bucket key or key of your own"
	}
	return ""
}

// keyShape is the ARN of one KMS key.
var keyShape = regexp.MustCompile(`^arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]+:key/[A-Za-z0-9-]+$`)

// keyARN says why an id isn't the ARN of one KMS key.
func keyARN(id string) string {
	switch {
	case keyShape.MatchString(id):
		return ""
	case strings.HasPrefix(id, "alias/"), strings.HasPrefix(id, "arn:") && strings.Contains(id, ":alias/"):
		return "an alias is looked up in the account of whoever writes: give the key's full ARN"
	}
	return "a KMS key is given by its full ARN, such as arn:aws:kms:eu-west-1:111122223333:key/…"
}

// Algorithm is the value of x-amz-server-side-encryption, "" for the kinds that don't send it.
func (c Choice) Algorithm() string {
	switch c.Kind {
	case S3:
		return "AES256"
	case KMS:
		return "aws:kms"
	case DSSE:
		return "aws:kms:dsse"
	}
	return ""
}

// Header is one header of a request.
type Header struct{ Name, Value string }

// Names of headers.
const (
	hdrAlgorithm = "x-amz-server-side-encryption"
	hdrKeyID     = "x-amz-server-side-encryption-aws-kms-key-id"
	hdrContext   = "x-amz-server-side-encryption-context"
	hdrBucketKey = "x-amz-server-side-encryption-bucket-key-enabled"
	hdrCustomer  = "x-amz-server-side-encryption-customer-"
)

// Hidden stands for a key in what is shown.
const Hidden = "(32 bytes in base64, never shown)"

// Headers are exactly the headers that the choice sends with a PUT, in their order, with the key hidden. The bucket's
// default sends none. What client-side encryption adds as metadata is not among them.
func (c Choice) Headers() []Header {
	var out []Header
	switch c.Kind {
	case S3, KMS, DSSE:
		out = append(out, Header{hdrAlgorithm, c.Algorithm()})
	case Customer:
		return []Header{{hdrCustomer + "algorithm", "AES256"}, {hdrCustomer + "key", Hidden}, {hdrCustomer + "key-MD5", c.Fingerprint}}
	}
	if c.KeyID != "" {
		out = append(out, Header{hdrKeyID, c.KeyID})
	}
	if c.Context != "" {
		if value, err := contextHeader(c.Context); err == nil {
			out = append(out, Header{hdrContext, value})
		}
	}
	if c.BucketKey {
		out = append(out, Header{hdrBucketKey, "true"})
	}
	return out
}

// contextHeader encodes an encryption context as its header carries it: base64 of a JSON object of strings.
func contextHeader(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	var pairs map[string]string
	if err := json.Unmarshal([]byte(text), &pairs); err != nil || pairs == nil {
		return "", errors.New(`an encryption context is a JSON object of strings, such as {"project":"x"}`)
	}
	if _, ok := pairs["aws:s3:arn"]; ok {
		return "", errors.New("S3 adds aws:s3:arn to the context itself")
	}
	raw, err := json.Marshal(pairs)
	return base64.StdEncoding.EncodeToString(raw), err
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
