package conformance

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
)

// dump writes down all that a server holds, a line a fact, as its own API tells it. Left out is what two runs of one
// change cannot share: times, request ids, checksums of an algorithm that the sender chose, and the ids of versions
// that were not there before; known are the ids that were.
func (w *world) dump(t *testing.T, known map[string]bool) []string {
	t.Helper()
	list, err := w.fixture.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, b := range list.Buckets {
		name := aws.ToString(b.Name)
		out = append(out, "bucket "+name+" in "+aws.ToString(b.BucketRegion))
		out = append(out, w.dumpSettings(t, name)...)
		out = append(out, w.dumpVersions(t, name, known)...)
		out = append(out, w.dumpUploads(t, name)...)
	}
	return append(out, w.dumpAccount(t))
}

// dumpSettings reads every configuration of a bucket that the sandbox has.
func (w *world) dumpSettings(t *testing.T, name string) []string {
	t.Helper()
	ctx, c, b := t.Context(), w.fixture, &name
	var out []string
	fact := func(op string, answer any, err error) {
		if err != nil {
			e := awsops.Wrap(op, name, "", err)
			if e.Status == 0 {
				t.Fatalf("%s %s: %v", op, name, err)
			}
			out = append(out, fmt.Sprintf("%s %s: %s", name, op, e.Code))
			return
		}
		out = append(out, fmt.Sprintf("%s %s: %s", name, op, plainJSON(t, answer)))
	}
	versioning, err := c.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: b})
	fact("versioning", versioning, err)
	lifecycle, err := c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: b})
	fact("lifecycle", lifecycle, err)
	block, err := c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: b})
	fact("public access block", block, err)
	ownership, err := c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: b})
	fact("ownership", ownership, err)
	acl, err := c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: b})
	fact("ACL", acl, err)
	policy, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: b})
	fact("policy", policy, err)
	sse, err := c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: b})
	fact("encryption", sse, err)
	lock, err := c.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: b})
	fact("lock", lock, err)
	logging, err := c.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: b})
	fact("logging", logging, err)
	cors, err := c.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: b})
	fact("CORS", cors, err)
	tags, err := c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: b})
	if err == nil {
		slices.SortFunc(tags.TagSet, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	}
	fact("tags", tags, err)
	return out
}

// plainJSON is an answer without what the SDK adds to it.
func plainJSON(t *testing.T, answer any) string {
	t.Helper()
	raw, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	delete(fields, "ResultMetadata")
	raw, err = json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// dumpVersions tells every version with its bytes, headers and tags, and every delete marker, in the order of the
// server, which is that of their age within a key.
func (w *world) dumpVersions(t *testing.T, name string, known map[string]bool) []string {
	t.Helper()
	var rows []string // versions and markers come in two lists: the order within a key is told by IsLatest and ids
	id := func(v *string) string {
		if s := aws.ToString(v); s == "null" || known[s] {
			return s
		}
		return "new"
	}
	pages := s3.NewListObjectVersionsPaginator(w.fixture, &s3.ListObjectVersionsInput{Bucket: &name, EncodingType: types.EncodingTypeUrl})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Versions {
			v.Key = unescaped(t, v.Key)
			rows = append(rows, fmt.Sprintf("%s %q version %s latest=%t %d %s %s %s", name, *v.Key, id(v.VersionId), aws.ToBool(v.IsLatest),
				aws.ToInt64(v.Size), aws.ToString(v.ETag), v.StorageClass, w.dumpObject(t, name, v)))
		}
		for _, m := range page.DeleteMarkers {
			rows = append(rows, fmt.Sprintf("%s %q marker %s latest=%t", name, *unescaped(t, m.Key), id(m.VersionId), aws.ToBool(m.IsLatest)))
		}
	}
	return rows
}

func (w *world) dumpObject(t *testing.T, bucket string, v types.ObjectVersion) string {
	t.Helper()
	got, err := w.fixture.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: v.Key, VersionId: v.VersionId})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	body, err := w.fixture.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: v.Key, VersionId: v.VersionId})
	switch x := awsops.Wrap("GetObject", bucket, *v.Key, err); {
	case err == nil:
		if _, err = io.Copy(sum, body.Body); err == nil {
			err = body.Body.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	case x.Code != "InvalidObjectState": // archived
		t.Fatal(err)
	}
	tags, err := w.fixture.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: &bucket, Key: v.Key, VersionId: v.VersionId})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x %s %s %s %s %s %v %s %s %s %s %s", sum.Sum(nil)[:8], aws.ToString(got.ContentType), aws.ToString(got.CacheControl),
		aws.ToString(got.ContentLanguage), aws.ToString(got.ContentDisposition), aws.ToString(got.ExpiresString), got.Metadata, got.ServerSideEncryption,
		got.ObjectLockMode, got.ObjectLockLegalHoldStatus, tagText(tags.TagSet), aws.ToString(got.Restore))
}

func (w *world) dumpUploads(t *testing.T, name string) []string {
	t.Helper()
	out, err := w.fixture.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &name})
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, u := range out.Uploads {
		rows = append(rows, fmt.Sprintf("%s %q upload %s", name, *u.Key, *u.UploadId))
	}
	return rows
}

// versionIDs are the ids of all versions and markers on a server.
func (w *world) versionIDs(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	list, err := w.fixture.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range list.Buckets {
		pages := s3.NewListObjectVersionsPaginator(w.fixture, &s3.ListObjectVersionsInput{Bucket: b.Name, EncodingType: types.EncodingTypeUrl})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range page.Versions {
				ids[aws.ToString(v.VersionId)] = true
			}
			for _, m := range page.DeleteMarkers {
				ids[aws.ToString(m.VersionId)] = true
			}
		}
	}
	return ids
}

// unescaped decodes a key of a listing: some keys can't be written in XML.
func unescaped(t *testing.T, key *string) *string {
	t.Helper()
	s, err := url.QueryUnescape(aws.ToString(key))
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

func tagText(tags []types.Tag) string {
	var out []string
	for _, tag := range tags {
		out = append(out, fmt.Sprintf("%q=%q", aws.ToString(tag.Key), aws.ToString(tag.Value)))
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}
