// Package encryption reads a bucket's default encryption, says what it means, and plans its changes. What a bucket's
// policy forces besides is found by package policy; the keys themselves are package kms's.
package encryption

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/document"
)

// The algorithms of a default, as the API spells them.
const (
	SSES3 = "AES256"
	KMS   = "aws:kms"
	DSSE  = "aws:kms:dsse"
)

// The encryption types that a bucket can block: all but SSE-C can't be, and None lifts the block.
const (
	BlockSSEC = "SSE-C"
	BlockNone = "NONE"
)

const opGet = "GetBucketEncryption"

// codeNone is what servers answer where there is no default. S3 itself has had one on every bucket since 2023.
const codeNone = "ServerSideEncryptionConfigurationNotFoundError"

// UsesKMS reports whether the algorithm is one of KMS's.
func UsesKMS(algorithm string) bool { return strings.HasPrefix(algorithm, KMS) }

// Blocks reports whether a default blocks uploads under a customer's key. known is false where the server says nothing
// of blocked types.
func Blocks(e buckets.Encryption) (blocked, known bool) {
	return slices.Contains(e.Blocked, BlockSSEC), len(e.Blocked) > 0
}

// Read reads a bucket's default encryption. A document with elements that are not known here is KindUnsupported, since
// sending it back would lose them. Errors are *Error.
func Read(ctx context.Context, r *awsops.Reader, bucket string) (buckets.Encryption, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return buckets.Encryption{}, err
	}
	var doc []byte
	_, err = api.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &bucket},
		document.Capture("ServerSideEncryptionConfiguration", func(b []byte) { doc = b }))
	if err != nil {
		return buckets.Encryption{}, awsops.Wrap(opGet, bucket, "", err)
	}
	e, message := parse(doc)
	if message != "" {
		return e, &awsops.Error{Op: opGet, Bucket: bucket, Kind: awsops.KindUnsupported, Status: 200, Message: message,
			Hint: "Change it with the tools of that server, or with the AWS CLI."}
	}
	return e, nil
}

// Reading is Read as a fact.
func Reading(ctx context.Context, r *awsops.Reader, bucket string) awsops.Reading[buckets.Encryption] {
	e, err := Read(ctx, r, bucket)
	return awsops.Read(opGet, r.Now(), e, err, codeNone)
}

// other is an element that a document holds beyond what is known here.
type other struct{ XMLName xml.Name }

type configuration struct {
	Rules []struct {
		Default struct {
			Algorithm string  `xml:"SSEAlgorithm"`
			Key       string  `xml:"KMSMasterKeyID"`
			Other     []other `xml:",any"`
		} `xml:"ApplyServerSideEncryptionByDefault"`
		BucketKey bool `xml:"BucketKeyEnabled"`
		Blocked   struct {
			Types []string `xml:"EncryptionType"`
			Other []other  `xml:",any"`
		} `xml:"BlockedEncryptionTypes"`
		Other []other `xml:",any"`
	} `xml:"Rule"`
	Other []other `xml:",any"`
}

// parse reads the document; a message says why it can't be taken as it is.
func parse(doc []byte) (e buckets.Encryption, message string) {
	var c configuration
	if err := xml.Unmarshal(doc, &c); err != nil {
		return e, "the answer can't be read"
	}
	switch len(c.Rules) {
	case 0:
		return e, "the server answered with an empty configuration, as one does that doesn't know default encryption"
	case 1:
	default:
		return e, "the configuration has more than one rule, and S3 knows one only"
	}
	rule := c.Rules[0]
	for _, x := range slices.Concat(c.Other, rule.Other, rule.Default.Other, rule.Blocked.Other) {
		return e, "the configuration holds something that is not known here: " + x.XMLName.Local
	}
	return buckets.Encryption{Algorithm: rule.Default.Algorithm, KeyID: rule.Default.Key, BucketKey: rule.BucketKey, Blocked: rule.Blocked.Types, Rules: 1}, ""
}

// none stands for a bucket without a default in fingerprints and read-backs.
const none = "none"

// state gives the default as text.
func state(bucket string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		e, err := Read(ctx, r, bucket)
		if x, ok := errors.AsType[*awsops.Error](err); ok && x.Code == codeNone {
			return none, nil
		}
		if err != nil {
			return "", err
		}
		return canonical(e), nil
	}
}

// canonical writes a default so that two texts are the same when the defaults mean the same: no word on blocked types
// is the same as none of them, and a Bucket Key means something with SSE-KMS alone.
func canonical(e buckets.Encryption) string {
	text := e.Algorithm
	if UsesKMS(e.Algorithm) {
		key := e.KeyID
		if key == "" {
			key = "aws/s3"
		}
		text += " " + key
	}
	if e.Algorithm == KMS && e.BucketKey {
		text += " with a Bucket Key"
	}
	for _, t := range e.Blocked {
		if t != BlockNone {
			text += ", blocks " + t
		}
	}
	return text
}

// ruleJSON is a default as the AWS CLI takes it.
type ruleJSON struct {
	Default struct {
		Algorithm string `json:"SSEAlgorithm"`
		Key       string `json:"KMSMasterKeyID,omitempty"`
	} `json:"ApplyServerSideEncryptionByDefault"`
	BucketKey bool         `json:"BucketKeyEnabled"`
	Blocked   *blockedJSON `json:"BlockedEncryptionTypes,omitempty"`
}

type blockedJSON struct {
	Types []string `json:"EncryptionType"`
}

// CompactJSON writes a default as put-bucket-encryption takes it.
func CompactJSON(e buckets.Encryption) string {
	rule := ruleJSON{BucketKey: e.BucketKey}
	rule.Default.Algorithm, rule.Default.Key = e.Algorithm, e.KeyID
	if len(e.Blocked) > 0 {
		rule.Blocked = &blockedJSON{e.Blocked}
	}
	text, err := json.Marshal(map[string][]ruleJSON{"Rules": {rule}})
	if err != nil {
		return "" // texts always marshal
	}
	return string(text)
}
