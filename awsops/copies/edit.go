package copies

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// Edit says what a copy gets in place of what its source has. A copy onto its own key is how S3 changes metadata,
// headers and the storage class; the source must then be the current object, and Place.Version "".
type Edit struct {
	// Head gives what the copy shall have: its content headers, metadata, storage class and redirect are looked at.
	Head func(objects.Head) objects.Head
	Tags func([]objects.Pair) []objects.Pair // nil: as the source has them
	ETag string                              // with its quotes, of the object that was seen; "" takes any
}

// of makes what the copy shall have, and refuses where something would be lost or the object is another one.
func (e *Edit) of(head objects.Head) (objects.Head, error) {
	if e.ETag != "" && head.ETag != e.ETag {
		return head, &awsops.Error{Op: "CopyObject", Key: head.Key, Kind: awsops.KindChanged, Err: awsops.ErrChanged,
			Message: "the object changed since it was seen", Hint: "It was left as it is. Refresh and look again."}
	}
	if head.MissingMetadata > 0 {
		return head, &awsops.Error{Op: "CopyObject", Key: head.Key, Kind: awsops.KindConflict,
			Message: "it has metadata that no header can carry, and a copy would lose it", Hint: "Write it anew with the tool that wrote it."}
	}
	want := e.Head(head)
	if !clientside.Keeps(head.Metadata, want.Metadata) {
		return head, &awsops.Error{Op: "CopyObject", Key: head.Key, Kind: awsops.KindConflict, Code: "Envelope",
			Message: "the object is client-side encrypted, and without its envelope in the metadata nobody can read it", Hint: "Leave what begins with x-amz- as it is."}
	}
	if e.Tags == nil && SameHeaders(head, want) && want.StorageClass == head.StorageClass && want.Redirect == head.Redirect {
		return want, awsops.ErrUnchanged
	}
	return want, nil
}

// SameHeaders reports whether two heads have the same content headers and metadata.
func SameHeaders(a, b objects.Head) bool {
	return a.ContentType == b.ContentType && a.ContentEncoding == b.ContentEncoding && a.ContentDisposition == b.ContentDisposition &&
		a.ContentLanguage == b.ContentLanguage && a.CacheControl == b.CacheControl && a.Expires == b.Expires && slices.Equal(a.Metadata, b.Metadata)
}

// edit puts into a request what is to differ from the source.
func (c *copying) edit(ctx context.Context, in *s3.CopyObjectInput) ([]func(*s3.Options), error) {
	e := c.opt.Edit
	if e == nil {
		return nil, nil
	}
	if err := c.editTags(ctx, in); err != nil {
		return nil, err
	}
	if SameHeaders(c.head, c.want) {
		return nil, nil
	}
	h := c.want
	in.MetadataDirective, in.Metadata = types.MetadataDirectiveReplace, Metadata(h)
	in.ContentType, in.ContentEncoding, in.ContentDisposition = optional(h.ContentType), optional(h.ContentEncoding), optional(h.ContentDisposition)
	in.ContentLanguage, in.CacheControl = optional(h.ContentLanguage), optional(h.CacheControl)
	return Expires(h.Expires), nil
}

// editTags sends the tags that the copy shall have where they are to differ, and remembers them for a server that may
// drop them.
func (c *copying) editTags(ctx context.Context, in *s3.CopyObjectInput) error {
	e, compatible := c.opt.Edit, c.w.Session().Dialect() == awsops.DialectCompatible
	if e.Tags == nil && !compatible {
		return nil
	}
	c.tags = objects.ReadTags(ctx, &c.w.Reader, c.from.Bucket, c.from.Key, c.from.Version)
	if e.Tags == nil {
		return nil
	}
	set, ok := c.tags.Get()
	if !ok {
		return c.tags.Err
	}
	c.tags.Value = e.Tags(set)
	in.TaggingDirective, in.Tagging = types.TaggingDirectiveReplace, optional(Tagging(c.tags.Value))
	return nil
}

// keepTags puts tags back that a compatible server dropped from an object whose metadata was replaced: S3 keeps them,
// and some servers don't.
func (c *copying) keepTags(ctx context.Context, version *string) error {
	want, ok := c.tags.Get()
	if !ok || len(want) == 0 || c.w.Session().Dialect() != awsops.DialectCompatible {
		return nil
	}
	after := objects.ReadTags(ctx, &c.w.Reader, c.to.Bucket, c.to.Key, deref(version))
	if now, ok := after.Get(); ok && Tagging(now) == Tagging(want) {
		return nil
	}
	set := &types.Tagging{}
	for _, t := range want {
		set.TagSet = append(set.TagSet, types.Tag{Key: &t.Name, Value: &t.Value})
	}
	_, err := c.api.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: &c.to.Bucket, Key: &c.to.Key, VersionId: version, Tagging: set})
	if e := awsops.Wrap("PutObjectTagging", c.to.Bucket, c.to.Key, err); e != nil {
		e.Hint = "The server dropped the tags with the copy, and they could not be set again: " + Tagging(want)
		return e
	}
	return nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Metadata gives the user metadata of a head as a request takes it.
func Metadata(h objects.Head) map[string]string {
	m := map[string]string{}
	for _, p := range h.Metadata {
		m[p.Name] = p.Value
	}
	return m
}

// Tagging gives tags as x-amz-tagging takes them, "" for none. A space is %20: some servers take a plus sign for itself.
func Tagging(tags []objects.Pair) string {
	query := url.Values{}
	for _, t := range tags {
		query.Set(t.Name, t.Value)
	}
	return strings.ReplaceAll(query.Encode(), "+", "%20")
}

// Expires sends the Expires header as it is: what people keep there need not be a time, which is all that the SDK
// would send.
func Expires(value string) []func(*s3.Options) {
	if value == "" {
		return nil
	}
	return []func(*s3.Options){func(o *s3.Options) { o.APIOptions = append(o.APIOptions, smithyhttp.AddHeaderValue("Expires", value)) }}
}

// Keep puts into a PUT of new content what the object it replaces has besides headers, tags and encryption: its class
// and, where the bucket has Object Lock, retention that still runs and a legal hold. A checksum goes along.
func Keep(in *s3.PutObjectInput, h objects.Head, lock bool, now time.Time) {
	if h.StorageClass != string(types.StorageClassStandard) {
		in.StorageClass = types.StorageClass(h.StorageClass)
	}
	in.ChecksumAlgorithm = types.ChecksumAlgorithmCrc64nvme
	if lock {
		in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus = lockOf(h, now)
	}
}

// Encryption is how an object is encrypted, for storing it anew in its bucket, whose default may be another one.
func Encryption(h objects.Head) sse.Choice {
	e := h.Encryption
	switch {
	case e.CustomerKey != "":
		return sse.Choice{Kind: sse.Customer, Fingerprint: e.CustomerKey}
	case e.Algorithm == string(types.ServerSideEncryptionAes256):
		return sse.Choice{Kind: sse.S3}
	case e.Algorithm == string(types.ServerSideEncryptionAwsKms):
		return sse.Choice{Kind: sse.KMS, KeyID: e.KeyID, BucketKey: e.BucketKey}
	case e.Algorithm == string(types.ServerSideEncryptionAwsKmsDsse):
		return sse.Choice{Kind: sse.DSSE, KeyID: e.KeyID}
	}
	return sse.Choice{}
}
