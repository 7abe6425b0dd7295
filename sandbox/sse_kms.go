package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"cooper/sandbox/kms"
)

// usesKMS says whether a KMS key encrypts the object.
func (s sseState) usesKMS() bool { return strings.HasPrefix(s.algorithm, "aws:kms") }

// withKey settles which KMS key encrypts, the account's aws/s3 key when none is named, and has KMS make a data key: the
// caller needs the permission for that, and the key has to be usable. An id or alias is the requester's, not the
// bucket owner's.
func (c *call) withKey(s sseState, b *bucket) (sseState, error) {
	if !s.usesKMS() {
		return s, nil
	}
	if err := c.needsTLS("AWS KMS managed keys"); err != nil {
		return s, err
	}
	if s.algorithm == "aws:kms:dsse" {
		s.bucketKey = false // two layers know no bucket key
	}
	name := s.keyID
	if name == "" {
		name = "arn:aws:kms:" + b.region + ":" + b.owner + ":key/" + managedKeyID(b.owner, b.region)
	}
	k, err := c.server.kms.Find(name, b.region, c.id.who.Account)
	if err != nil {
		return s, s3KeyError(err)
	}
	s.keyID = k.ARN()
	return s, c.useKey("GenerateDataKey", s, objectARN(b.name, c.key), b.region)
}

// managedKeyID is the id of the account's aws/s3 key in a region.
func managedKeyID(account, region string) string {
	id := derived(32, account, region, "aws/s3")
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// useKey is S3 asking KMS on the caller's behalf for an operation on an object.
func (c *call) useKey(operation string, s sseState, object, region string) error {
	about, err := s.keyContext(object)
	if err != nil {
		return err
	}
	k, err := c.server.kms.Find(s.keyID, region, c.id.who.Account)
	if err == nil {
		err = c.allowedKey("kms:"+operation, k, about, "s3")
	}
	if err == nil {
		err = k.Usable(operation)
	}
	if k.ID != "" {
		c.recordS3KeyUse(operation, k, s, about, err)
	}
	return s3KeyError(err)
}

// keyContext is the encryption context of an object: what the caller gave, and the ARN of the object, or of the bucket
// where a Bucket Key is used.
func (s sseState) keyContext(object string) (kms.Context, error) {
	about := kms.Context{}
	if s.context != "" {
		raw, err := base64.StdEncoding.DecodeString(s.context)
		if err != nil || json.Unmarshal(raw, &about) != nil {
			return nil, errInvalidArgument("The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON "+
				"with the encryption context key-value pairs", "x-amz-server-side-encryption-context", s.context)
		}
	}
	if s.bucketKey {
		object, _, _ = strings.Cut(object, "/")
	}
	about["aws:s3:arn"] = object
	return about, nil
}

// s3KeyError words what KMS refuses the way S3 passes it on.
func s3KeyError(err error) error {
	if refusal, ok := errors.AsType[*kms.Error](err); ok {
		return newError(400, "KMS."+refusal.Code, refusal.Message)
	}
	return err
}

// checkKeyRead asks KMS for the data key of an object that is to be read; a HEAD needs none.
func (c *call) checkKeyRead(state sseState, prefix string) error {
	if err := c.needsTLS("AWS KMS managed keys"); err != nil || c.r.Method == "HEAD" {
		return err
	}
	object, region := objectARN(c.bucketName, c.key), c.bucket.region
	if prefix != "X-Amz-" {
		object = c.sourceARN
		name, _, _ := strings.Cut(strings.TrimPrefix(object, "arn:aws:s3:::"), "/")
		if b := c.server.findBucket(name); b != nil {
			region = b.region
		}
	}
	return c.useKey("Decrypt", state, object, region)
}
