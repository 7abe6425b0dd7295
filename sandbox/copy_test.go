package sandbox

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// rich puts an object that has everything a copy may keep or drop.
func rich(t *testing.T, c *s3.Client, key string) *s3.PutObjectOutput {
	t.Helper()
	out, err := c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("bucket"), Key: &key, Body: strings.NewReader("body"), ContentType: aws.String("text/plain"),
		CacheControl: aws.String("no-store"), Metadata: map[string]string{"a": "1"}, Tagging: aws.String("t=1"),
		StorageClass: types.StorageClassStandardIa, WebsiteRedirectLocation: aws.String("/x"),
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: aws.String(DemoKMSKey(DefaultAccount, home)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func describe(t *testing.T, c *s3.Client, key string) string {
	t.Helper()
	h, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(aws.ToString(h.ContentType), " ", aws.ToString(h.CacheControl), " ", h.Metadata, " ", aws.ToInt32(h.TagCount),
		" ", h.StorageClass, " ", aws.ToString(h.WebsiteRedirectLocation), " ", h.ServerSideEncryption)
}

func TestACopyKeepsAndDropsWhatS3DoesByDefault(t *testing.T) {
	_, c := newSandbox(t)
	rich(t, c, "from")
	for _, in := range []struct {
		name string
		copy s3.CopyObjectInput
		want string
	}{
		{"by default", s3.CopyObjectInput{}, "text/plain no-store map[a:1] 1   AES256"},
		{"with other metadata", s3.CopyObjectInput{MetadataDirective: "REPLACE", Metadata: map[string]string{"b": "2"}},
			"binary/octet-stream  map[b:2] 1   AES256"},
		{"with other tags", s3.CopyObjectInput{TaggingDirective: "REPLACE", Tagging: aws.String("x=1&y=2")}, "text/plain no-store map[a:1] 2   AES256"},
		{"with no tags", s3.CopyObjectInput{TaggingDirective: "REPLACE"}, "text/plain no-store map[a:1] 0   AES256"},
		{"with class and redirect", s3.CopyObjectInput{StorageClass: "GLACIER_IR", WebsiteRedirectLocation: aws.String("/y")},
			"text/plain no-store map[a:1] 1 GLACIER_IR /y AES256"},
	} {
		in.copy.Bucket, in.copy.Key, in.copy.CopySource = aws.String("bucket"), aws.String("to"), aws.String("bucket/from")
		out, err := c.CopyObject(t.Context(), &in.copy)
		if err != nil {
			t.Errorf("%s: %v", in.name, err)
			continue
		}
		if got := describe(t, c, "to"); got != in.want {
			t.Errorf("%s:\ngot  %s\nwant %s", in.name, got, in.want)
		}
		if *out.CopyObjectResult.ETag != `"`+hexMD5("body")+`"` || get(t, c, "to", "") != "body" {
			t.Errorf("%s: ETag %s", in.name, *out.CopyObjectResult.ETag)
		}
	}
}

func TestACopyOntoItselfMustChangeSomething(t *testing.T) {
	_, c := newSandbox(t)
	setVersioning(t, c, types.BucketVersioningStatusEnabled)
	old := put(t, c, "k", "1").VersionId
	put(t, c, "k", "2")
	for _, in := range []struct {
		copy s3.CopyObjectInput
		code string
	}{
		{s3.CopyObjectInput{}, "InvalidRequest"},
		{s3.CopyObjectInput{TaggingDirective: "REPLACE"}, "InvalidRequest"},
		{s3.CopyObjectInput{MetadataDirective: "REPLACE"}, ""},
		{s3.CopyObjectInput{StorageClass: "STANDARD_IA"}, ""},
		{s3.CopyObjectInput{ServerSideEncryption: "AES256"}, ""},
		{s3.CopyObjectInput{CopySource: aws.String("bucket/k?versionId=" + *old)}, ""},
	} {
		in.copy.Bucket, in.copy.Key = aws.String("bucket"), aws.String("k")
		if in.copy.CopySource == nil {
			in.copy.CopySource = aws.String("/bucket/k")
		}
		_, err := c.CopyObject(t.Context(), &in.copy)
		if code(err) != in.code || (err != nil && !strings.Contains(err.Error(), "trying to copy an object to itself")) {
			t.Errorf("%+v: %v", in.copy, err)
		}
	}
	if got := get(t, c, "k", ""); got != "1" {
		t.Errorf("the old version was not restored: %q", got)
	}
}

func TestTheSourceOfACopyIsReadAsItIsEncoded(t *testing.T) {
	_, c := newSandbox(t)
	put(t, c, "a b+c%?é", "odd")
	setVersioning(t, c, types.BucketVersioningStatusEnabled)
	id := *put(t, c, "gone", "1").VersionId
	marker := *remove(t, c, "gone", "").VersionId
	for _, in := range []struct{ source, code, words string }{
		{"bucket/a%20b%2Bc%25%3F%C3%A9", "", ""},
		{"/bucket/a+b%2Bc%25%3F%C3%A9", "", ""},
		{"bucket/a b+c", "NoSuchKey", ""},
		{"bucket/gone", "NoSuchKey", ""},
		{"bucket/gone?versionId=" + id, "", ""},
		{"bucket/gone?versionId=" + marker, "InvalidRequest", "may not specifically refer to a delete marker by version id"},
		{"bucket/gone?versionId=" + strings.Repeat("x", 32), "NoSuchVersion", ""},
		{"bucket/gone?versionId=short", "InvalidArgument", "Invalid version id specified"},
		{"bucket/", "InvalidArgument", "Invalid copy source object key"},
		{"bucket", "InvalidArgument", "Invalid copy source object key"},
		{"//k", "InvalidArgument", "Invalid copy source bucket name"},
		{"nobucket/k", "NoSuchBucket", ""},
		{"bucket/%zz", "InvalidArgument", "encoding"},
	} {
		_, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("bucket"), Key: aws.String("to"), CopySource: &in.source})
		if code(err) != in.code || (err != nil && !strings.Contains(err.Error(), in.words)) {
			t.Errorf("%s: %v", in.source, err)
		}
	}
}

func TestACopyLooksAtTheConditionsOfBothSides(t *testing.T) {
	_, c := newSandbox(t)
	put(t, c, "from", "body")
	put(t, c, "to", "other")
	etag, other := aws.String(`"`+hexMD5("body")+`"`), aws.String(`"x"`)
	before, now := fixedClock().AddDate(0, 0, -1), fixedClock()
	for i, in := range []struct {
		copy s3.CopyObjectInput
		code string
	}{
		{s3.CopyObjectInput{CopySourceIfMatch: etag}, ""},
		{s3.CopyObjectInput{CopySourceIfMatch: other}, "PreconditionFailed"},
		{s3.CopyObjectInput{CopySourceIfNoneMatch: etag}, "PreconditionFailed"},
		{s3.CopyObjectInput{CopySourceIfModifiedSince: &now}, "PreconditionFailed"},
		{s3.CopyObjectInput{CopySourceIfUnmodifiedSince: &before}, "PreconditionFailed"},
		{s3.CopyObjectInput{CopySourceIfMatch: etag, CopySourceIfUnmodifiedSince: &before}, ""},
		{s3.CopyObjectInput{IfNoneMatch: aws.String("*")}, "PreconditionFailed"},
		{s3.CopyObjectInput{IfMatch: other}, "PreconditionFailed"},
		{s3.CopyObjectInput{IfMatch: etag}, ""},
	} {
		in.copy.Bucket, in.copy.Key, in.copy.CopySource = aws.String("bucket"), aws.String("to"), aws.String("bucket/from")
		if _, err := c.CopyObject(t.Context(), &in.copy); code(err) != in.code {
			t.Errorf("case %d: %v, want %q", i, err, in.code)
		}
	}
}

func TestACopyCanHaveAnotherChecksum(t *testing.T) {
	_, c := newSandbox(t)
	put(t, c, "from", "body")
	out, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("bucket"), Key: aws.String("to"),
		CopySource: aws.String("bucket/from"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256})
	if err != nil || out.CopyObjectResult.ChecksumSHA256 == nil || out.CopyObjectResult.ChecksumCRC32 != nil {
		t.Errorf("%+v, %v", out.CopyObjectResult, err)
	}
	if got := get(t, c, "to", ""); got != "body" {
		t.Error(got)
	}
}
