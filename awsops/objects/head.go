// Package objects reads single objects: everything HEAD tells, tags, and what protects them.
package objects

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/sse"
)

// Head is what HeadObject answers of one version of an object. Text fields are "" where the header
// was absent.
type Head struct {
	Key, VersionID string // VersionID is "" where the bucket never had versioning
	Size           int64  // bytes
	ETag           string // with its quotes
	Modified       time.Time
	StorageClass   string // STANDARD where the header is absent, which is what that means

	ContentType, ContentEncoding, ContentDisposition, ContentLanguage, CacheControl, Expires string

	Metadata []Pair // user metadata by name
	// MissingMetadata counts metadata entries that can't be sent as headers.
	MissingMetadata int32

	Encryption  Encryption
	Checksums   []Pair // algorithm and base64 value, such as CRC64NVME
	ChecksumFor string // FULL_OBJECT or COMPOSITE

	LockMode  string    // GOVERNANCE or COMPLIANCE; "" also where the caller may not see it
	LockUntil time.Time // zero where the header is absent
	LegalHold string    // ON or OFF; "" also where the caller may not see it

	Restore, ArchiveStatus, Replication, Expiration, Redirect string
	Tags                                                      int32 // how many, 0 also where the caller may not see it
	Parts                                                     int32 // 0 where it wasn't asked for
}

// Pair is a name and its value.
type Pair struct{ Name, Value string }

// Encryption is how one object is encrypted on the server.
type Encryption struct {
	Algorithm   string // AES256, aws:kms, aws:kms:dsse, "" where the header was absent
	KeyID       string // KMS key ARN
	BucketKey   bool
	CustomerKey string // MD5 of the SSE-C key, "" for other kinds
}

// String gives the kind of encryption in the field's words.
func (e Encryption) String() string {
	switch {
	case e.CustomerKey != "":
		return "SSE-C"
	case e.Algorithm == string(types.ServerSideEncryptionAes256):
		return "SSE-S3"
	case e.Algorithm == string(types.ServerSideEncryptionAwsKms):
		return "SSE-KMS"
	case e.Algorithm == string(types.ServerSideEncryptionAwsKmsDsse):
		return "DSSE-KMS"
	case e.Algorithm == "":
		return "not told"
	}
	return e.Algorithm
}

// ReadHead asks for one object's headers; version "" is the current one. Errors are *awsops.Error; for 403
// the hint names both things it can mean, and a delete marker is told from an object that isn't
// there by the code DeleteMarker.
func ReadHead(ctx context.Context, r *awsops.Reader, bucket, key, version string) (Head, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return Head{}, err
	}
	in := &s3.HeadObjectInput{Bucket: &bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled}
	if version != "" {
		in.VersionId = &version
	}
	out, err := api.HeadObject(ctx, in)
	if err != nil {
		return Head{}, unseen(ctx, r, api, in, headError(bucket, key, err))
	}
	return headOf(key, out), nil
}

// unseen asks why HEAD was refused where a customer-provided key may be the reason: HEAD has no body to say so, GET of
// one byte has. Other errors stay as they are.
func unseen(ctx context.Context, r *awsops.Reader, api awsops.ReadAPI, in *s3.HeadObjectInput, e *awsops.Error) *awsops.Error {
	keyed := e.Status == http.StatusBadRequest || e.Status == http.StatusForbidden && !r.Session().Keys().Empty()
	if !keyed {
		return e
	}
	out, err := api.GetObject(ctx, &s3.GetObjectInput{Bucket: in.Bucket, Key: in.Key, VersionId: in.VersionId, Range: aws.String("bytes=0-0"),
		SSECustomerAlgorithm: in.SSECustomerAlgorithm, SSECustomerKey: in.SSECustomerKey, SSECustomerKeyMD5: in.SSECustomerKeyMD5})
	if err != nil {
		why := awsops.Wrap("HeadObject", *in.Bucket, *in.Key, err)
		if _, ok := errors.AsType[*sse.MissingKey](why); ok {
			return why
		}
		return e
	}
	_ = out.Body.Close() // one byte
	return e
}

func headError(bucket, key string, err error) *awsops.Error {
	e := awsops.Wrap("HeadObject", bucket, key, err)
	var re *awshttp.ResponseError
	marker := errors.As(err, &re) && re.Response != nil && re.Response.Header.Get("X-Amz-Delete-Marker") == "true"
	switch {
	case marker:
		e.Kind, e.Code, e.Message = awsops.KindNotFound, CodeMarker, "this is a delete marker: it has no content"
		e.Hint = "The versions below it are still there; see the Versions tab."
	case e.Status == http.StatusForbidden:
		e.Hint = "Either you may not read this object (s3:GetObject), or it isn't there and you may not list the bucket (s3:ListBucket): " +
			"S3 answers both the same way. The key of its encryption may be denied too."
	case e.Status == http.StatusBadRequest:
		e.Hint = "An object that is encrypted with a customer-provided key (SSE-C) can be read only with that key."
	}
	return e
}

// CodeMarker is the code of an error that says the object's current version, or the named one, is a
// delete marker.
const CodeMarker = "DeleteMarker"

func headOf(key string, out *s3.HeadObjectOutput) Head {
	h := Head{
		Key: key, VersionID: aws.ToString(out.VersionId), Size: aws.ToInt64(out.ContentLength), ETag: aws.ToString(out.ETag),
		Modified: aws.ToTime(out.LastModified), StorageClass: string(out.StorageClass),
		ContentType: aws.ToString(out.ContentType), ContentEncoding: aws.ToString(out.ContentEncoding),
		ContentDisposition: aws.ToString(out.ContentDisposition), ContentLanguage: aws.ToString(out.ContentLanguage),
		CacheControl: aws.ToString(out.CacheControl), Expires: aws.ToString(out.ExpiresString),
		MissingMetadata: aws.ToInt32(out.MissingMeta),
		Encryption: Encryption{Algorithm: string(out.ServerSideEncryption), KeyID: aws.ToString(out.SSEKMSKeyId),
			BucketKey: aws.ToBool(out.BucketKeyEnabled), CustomerKey: aws.ToString(out.SSECustomerKeyMD5)},
		ChecksumFor: string(out.ChecksumType),
		LockMode:    string(out.ObjectLockMode), LockUntil: aws.ToTime(out.ObjectLockRetainUntilDate), LegalHold: string(out.ObjectLockLegalHoldStatus),
		Restore: aws.ToString(out.Restore), ArchiveStatus: string(out.ArchiveStatus), Replication: string(out.ReplicationStatus),
		Expiration: aws.ToString(out.Expiration), Redirect: aws.ToString(out.WebsiteRedirectLocation),
		Tags: aws.ToInt32(out.TagCount), Parts: aws.ToInt32(out.PartsCount),
	}
	if h.StorageClass == "" {
		h.StorageClass = string(types.StorageClassStandard)
	}
	for _, name := range slices.Sorted(maps.Keys(out.Metadata)) {
		h.Metadata = append(h.Metadata, Pair{name, out.Metadata[name]})
	}
	for _, c := range []struct {
		name  string
		value *string
	}{
		{"CRC64NVME", out.ChecksumCRC64NVME}, {"CRC32", out.ChecksumCRC32}, {"CRC32C", out.ChecksumCRC32C},
		{"SHA1", out.ChecksumSHA1}, {"SHA256", out.ChecksumSHA256}, {"SHA512", out.ChecksumSHA512}, {"MD5", out.ChecksumMD5},
		{"XXHASH3", out.ChecksumXXHASH3}, {"XXHASH64", out.ChecksumXXHASH64}, {"XXHASH128", out.ChecksumXXHASH128},
	} {
		if c.value != nil {
			h.Checksums = append(h.Checksums, Pair{c.name, *c.value})
		}
	}
	return h
}
