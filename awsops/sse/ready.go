package sse

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Ready is a choice with its key at hand. It fills the requests of one object in.
type Ready struct {
	choice Choice
	key    CustomerKey
}

// Choice is what was chosen.
func (r Ready) Choice() Choice { return r.choice }

// server gives the settings of server-side encryption with keys that S3 holds.
func (r Ready) server() (kind types.ServerSideEncryption, key, context *string, bucketKey *bool) {
	c := r.choice
	kind, key = types.ServerSideEncryption(c.Algorithm()), optional(c.KeyID)
	if value, err := contextHeader(c.Context); err == nil {
		context = optional(value)
	}
	if c.BucketKey {
		bucketKey = &c.BucketKey
	}
	return kind, key, context, bucketKey
}

// customer gives the three headers of SSE-C, nil for other kinds.
func (r Ready) customer() (algorithm, key, sum *string) { return triple(r.key) }

func triple(k CustomerKey) (algorithm, key, sum *string) {
	if k.IsZero() {
		return nil, nil, nil
	}
	name, value, print := "AES256", k.header(), k.Fingerprint()
	return &name, &value, &print
}

// Triple gives the values of a key's three headers, for requests that this package doesn't know.
func (k CustomerKey) Triple() (algorithm, key, sum *string) { return triple(k) }

// Put fills a PutObject in.
func (r Ready) Put(in *s3.PutObjectInput) {
	in.ServerSideEncryption, in.SSEKMSKeyId, in.SSEKMSEncryptionContext, in.BucketKeyEnabled = r.server()
	in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = r.customer()
}

// Create fills a CreateMultipartUpload in.
func (r Ready) Create(in *s3.CreateMultipartUploadInput) {
	in.ServerSideEncryption, in.SSEKMSKeyId, in.SSEKMSEncryptionContext, in.BucketKeyEnabled = r.server()
	in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = r.customer()
}

// Part fills an UploadPart in: only a customer's key goes with each part.
func (r Ready) Part(in *s3.UploadPartInput) {
	in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = r.customer()
}

// PartCopy fills the destination of an UploadPartCopy in.
func (r Ready) PartCopy(in *s3.UploadPartCopyInput) {
	in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = r.customer()
}

// Parts fills a ListParts in: S3 wants the key for the checksums of parts.
func (r Ready) Parts(in *s3.ListPartsInput) {
	in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = r.customer()
}

// Complete fills a CompleteMultipartUpload in: S3 wants the key where the upload has checksums.
func (r Ready) Complete(in *s3.CompleteMultipartUploadInput) {
	in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = r.customer()
}

// Copy fills the destination of a CopyObject in.
func (r Ready) Copy(in *s3.CopyObjectInput) {
	in.ServerSideEncryption, in.SSEKMSKeyId, in.SSEKMSEncryptionContext, in.BucketKeyEnabled = r.server()
	in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = r.customer()
}

// Source fills the source of a CopyObject in with the key that it needs.
func (k CustomerKey) Source(in *s3.CopyObjectInput) {
	in.CopySourceSSECustomerAlgorithm, in.CopySourceSSECustomerKey, in.CopySourceSSECustomerKeyMD5 = triple(k)
}

// SourcePart fills the source of an UploadPartCopy in with the key that it needs.
func (k CustomerKey) SourcePart(in *s3.UploadPartCopyInput) {
	in.CopySourceSSECustomerAlgorithm, in.CopySourceSSECustomerKey, in.CopySourceSSECustomerKeyMD5 = triple(k)
}

// Told is what an answer says of how an object is encrypted, as its headers spell it.
type Told struct {
	Algorithm   string // x-amz-server-side-encryption
	KeyID       string
	Fingerprint string // x-amz-server-side-encryption-customer-key-MD5
}

// Ignored says what an answer shows to be otherwise than was asked, "" when it is as asked. Some servers take every
// header of encryption, store the bytes as they are and answer with success: only the answer tells.
func (c Choice) Ignored(t Told) string {
	switch {
	case c.Kind == Customer && t.Fingerprint != c.Fingerprint:
		return "the server ignored the key of your own (SSE-C)"
	case c.Kind != Customer && c.Algorithm() != "" && t.Algorithm != c.Algorithm():
		return fmt.Sprintf("the server ignored %s: its answer says %s", c.Kind, orNone(t.Algorithm))
	case c.KeyID != "" && !sameKey(c.KeyID, t.KeyID):
		return fmt.Sprintf("the server ignored the KMS key %s: its answer says %s", c.KeyID, orNone(t.KeyID))
	}
	return ""
}

// sameKey compares KMS keys: an answer may name by its ARN what was named by its id.
func sameKey(asked, told string) bool {
	return asked == told || strings.HasSuffix(told, ":key/"+asked)
}

func orNone(s string) string {
	if s == "" {
		return "no encryption"
	}
	return s
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Option is an option of the aws command line and its value; a switch has none.
type Option struct{ Name, Value string }

// APIOptions are the options of aws s3api put-object, create-multipart-upload and copy-object that do the same. file is
// where the customer's key is kept.
func (c Choice) APIOptions(file string) []Option {
	if c.Kind == Customer {
		return []Option{{"--sse-customer-algorithm", "AES256"}, {"--sse-customer-key", KeyArgument(file)}}
	}
	var out []Option
	add := func(name, value string) {
		if value != "" {
			out = append(out, Option{name, value})
		}
	}
	add("--server-side-encryption", c.Algorithm())
	add("--ssekms-key-id", c.KeyID)
	if value, err := contextHeader(c.Context); err == nil {
		add("--ssekms-encryption-context", value)
	}
	if c.BucketKey {
		out = append(out, Option{"--bucket-key-enabled", ""})
	}
	return out
}

// CopyOptions are the options of aws s3 cp, which has none for a context or a bucket key.
func (c Choice) CopyOptions(file string) []Option {
	switch c.Kind {
	case Default:
		return nil
	case Customer:
		return []Option{{"--sse-c", "AES256"}, {"--sse-c-key", KeyArgument(file)}}
	}
	out := []Option{{"--sse", c.Algorithm()}}
	if c.KeyID != "" {
		out = append(out, Option{"--sse-kms-key-id", c.KeyID})
	}
	return out
}

// ReadOptions are the options of aws s3api head-object and get-object for an object that is encrypted so.
func (c Choice) ReadOptions(file string) []Option {
	if c.Kind != Customer {
		return nil
	}
	return c.APIOptions(file)
}

// KeyArgument is how a command line names a key: by its file, never by the key. Without a file it is one to be filled
// in.
func KeyArgument(file string) string {
	if file == "" {
		file = "key.bin"
	}
	return "fileb://" + file
}
