package sandbox

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
)

func hexMD5(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}

func TestWhatWasPutComesBackWithAllThatWasSaidAboutIt(t *testing.T) {
	_, c := newSandbox(t)
	_, err := c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("bucket"), Key: aws.String("a/é +%.txt"), Body: strings.NewReader("hello"),
		ContentType: aws.String("text/plain"), CacheControl: aws.String("no-store"), ContentLanguage: aws.String("de"),
		ContentDisposition: aws.String("inline"), ContentEncoding: aws.String("gzip"),
		Metadata: map[string]string{"Color": "blue", "name": "Zoë"}, StorageClass: types.StorageClassStandardIa,
		Tagging: aws.String("a=1&b=x%20y"), WebsiteRedirectLocation: aws.String("/there"),
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{
		Bucket: aws.String("bucket"), Key: aws.String("a/é +%.txt"), ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(*out.ContentType, *out.CacheControl, *out.ContentLanguage, *out.ContentDisposition, *out.ContentEncoding,
		out.StorageClass, *out.TagCount, *out.WebsiteRedirectLocation, *out.ContentLength, *out.ETag, out.ServerSideEncryption)
	want := fmt.Sprint("text/plain", "no-store", "de", "inline", "gzip",
		types.StorageClassStandardIa, 2, "/there", 5, `"`+hexMD5("hello")+`"`, types.ServerSideEncryptionAes256)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if d := cmp.Diff(map[string]string{"color": "blue", "name": "=?UTF-8?b?Wm/Dqw==?="}, out.Metadata); d != "" {
		t.Error(d)
	}
	sum := crc32.ChecksumIEEE([]byte("hello"))
	crc := base64.StdEncoding.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	if aws.ToString(out.ChecksumCRC32) != crc || out.ChecksumType != types.ChecksumTypeFullObject {
		t.Errorf("checksum %v %v", aws.ToString(out.ChecksumCRC32), out.ChecksumType)
	}
}

func TestAPutIsRefusedWhenItsPromisesDoNotHold(t *testing.T) {
	s, _ := newSandbox(t)
	md5Of := func(text string) string {
		sum := md5.Sum([]byte(text))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	shaOf := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	for _, c := range []struct {
		header []string
		status int
		code   string
		words  string
	}{
		{[]string{"Content-Md5", md5Of("body")}, 200, "", ""},
		{[]string{"Content-Md5", md5Of("other")}, 400, "BadDigest", "Content-MD5"},
		{[]string{"Content-Md5", "nonsense"}, 400, "InvalidDigest", "invalid"},
		{[]string{"X-Amz-Checksum-Sha256", shaOf("body")}, 200, "", ""},
		{[]string{"X-Amz-Checksum-Sha256", shaOf("other")}, 400, "BadDigest", "The SHA256 you specified did not match the calculated checksum."},
		{[]string{"X-Amz-Checksum-Sha256", "AAAA"}, 400, "InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid."},
		{[]string{"X-Amz-Checksum-Sha256", shaOf("body"), "X-Amz-Checksum-Crc32", "AAAAAA=="}, 400, "InvalidRequest", "Expecting a single"},
		{[]string{"X-Amz-Checksum-Xxhash3", "AAAA"}, 501, "NotImplemented", ""},
		{[]string{"X-Amz-Checksum-Nonsense", "AAAA"}, 200, "", ""},
		{[]string{"X-Amz-Sdk-Checksum-Algorithm", "CRC32", "X-Amz-Checksum-Sha256", shaOf("body")}, 400, "InvalidRequest",
			"Value for x-amz-sdk-checksum-algorithm header is invalid."},
		{[]string{"X-Amz-Sdk-Checksum-Algorithm", "CRC32"}, 400, "InvalidRequest", "no corresponding x-amz-checksum-"},
		{[]string{"X-Amz-Storage-Class", "ICE"}, 400, "InvalidStorageClass", "not valid"},
		{[]string{"X-Amz-Meta-Big", strings.Repeat("x", 2048)}, 400, "MetadataTooLarge", "<MaxSizeAllowed>2048</MaxSizeAllowed>"},
		{[]string{"X-Amz-Tagging", "a=1&a=2"}, 400, "InvalidTag", "same key"},
		{[]string{"X-Amz-Tagging", "a=x%26y"}, 400, "InvalidTag", "<TagKey>a</TagKey><TagValue>x&amp;y</TagValue>"},
		{[]string{"X-Amz-Tagging", "%C3%A9t%C3%A9=a+b%3A%2F%40"}, 200, "", ""},
		{[]string{"X-Amz-Tagging", strings.Repeat("k", 129) + "=1"}, 400, "InvalidTag", "TagKey"},
		{[]string{"X-Amz-Tagging", "a&b&c&d&e&f&g&h&i&j&k"}, 400, "BadRequest", "greater than 10"},
		{[]string{"X-Amz-Acl", "public-read"}, 400, "AccessControlListNotSupported", "does not allow ACLs"},
		{[]string{"X-Amz-Acl", "bucket-owner-full-control"}, 200, "", ""},
		{[]string{"X-Amz-Object-Lock-Legal-Hold", "ON"}, 400, "InvalidRequest", "Bucket is missing Object Lock Configuration"},
		{[]string{"If-None-Match", `"abc"`}, 501, "NotImplemented", ""},
	} {
		res, body := send(t, s, "PUT", "https://cooper.localhost/bucket/k", "body", c.header...)
		if res.StatusCode != c.status || (c.code != "" && !strings.Contains(body, "<Code>"+c.code+"<")) || !strings.Contains(body, c.words) {
			t.Errorf("%v: %d %s", c.header, res.StatusCode, body)
		}
	}
	res, body := send(t, s, "PUT", "https://cooper.localhost/bucket/k", "body", "X-Amz-Copy-Source", "bucket/k")
	wantError(t, res, body, 400, "InvalidRequest", "The request included a body.")
	res, body = send(t, s, "PUT", "https://cooper.localhost/bucket/"+strings.Repeat("k", 1025), "body")
	wantError(t, res, body, 400, "KeyTooLongError", "<MaxSizeAllowed>1024</MaxSizeAllowed>")
}

func TestEveryChecksumAlgorithmOfTheSDKIsCheckedAndStored(t *testing.T) {
	_, c := newSandbox(t)
	for _, algorithm := range []types.ChecksumAlgorithm{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512"} {
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k"),
			Body: strings.NewReader("body"), ChecksumAlgorithm: algorithm})
		if err != nil {
			t.Errorf("%s: %v", algorithm, err)
			continue
		}
		out, err := c.GetObjectAttributes(t.Context(), &s3.GetObjectAttributesInput{Bucket: aws.String("bucket"), Key: aws.String("k"),
			ObjectAttributes: []types.ObjectAttributes{"Checksum", "ETag", "ObjectSize", "StorageClass"}})
		if err != nil {
			t.Fatal(err)
		}
		if *out.ETag != hexMD5("body") || *out.ObjectSize != 4 || out.StorageClass != "STANDARD" || out.Checksum.ChecksumType != "FULL_OBJECT" {
			t.Errorf("%s: %+v", algorithm, out)
		}
		if got := get(t, c, "k", ""); got != "body" { // the SDK compares the checksum here
			t.Errorf("%s: %q", algorithm, got)
		}
	}
}

func TestAnObjectWithoutAPromisedChecksumGetsCRC64NVME(t *testing.T) {
	s, _ := newSandbox(t)
	res, _ := send(t, s, "PUT", "https://cooper.localhost/bucket/k", "123456789")
	// The check value of CRC-64/NVME for these nine digits is ae8b14860a799888.
	want := base64.StdEncoding.EncodeToString([]byte{0xae, 0x8b, 0x14, 0x86, 0x0a, 0x79, 0x98, 0x88})
	if got := res.Header.Get("X-Amz-Checksum-Crc64nvme"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestConditionalWritesLookAtTheCurrentObject(t *testing.T) {
	s, c := newSandbox(t)
	send1 := func(name, value string) (int, string) {
		res, body := send(t, s, "PUT", "https://cooper.localhost/bucket/k", "body", name, value)
		return res.StatusCode, body
	}
	etag := `"` + hexMD5("body") + `"`
	for _, step := range []struct {
		name, value string
		status      int
		code        string
	}{
		{"If-Match", etag, 404, "NoSuchKey"},
		{"If-None-Match", "*", 200, ""},
		{"If-None-Match", "*", 412, "PreconditionFailed"},
		{"If-Match", etag, 200, ""},
		{"If-Match", hexMD5("body"), 200, ""},
		{"If-Match", `"0123"`, 412, "PreconditionFailed"},
	} {
		if status, body := send1(step.name, step.value); status != step.status || !strings.Contains(body, step.code) {
			t.Errorf("%+v: %d %s", step, status, body)
		}
	}
	setVersioning(t, c, types.BucketVersioningStatusEnabled)
	if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")}); err != nil {
		t.Fatal(err)
	}
	if status, body := send1("If-None-Match", "*"); status != 200 {
		t.Errorf("a delete marker counts as an object: %d %s", status, body)
	}
}

func TestRangesAreAnsweredAsRFC7233Says(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "0123456789")
	put(t, c, "empty", "")
	for _, r := range []struct {
		key, header string
		status      int
		body, span  string
	}{
		{"k", "bytes=0-0", 206, "0", "bytes 0-0/10"},
		{"k", "bytes=2-5", 206, "2345", "bytes 2-5/10"},
		{"k", "bytes=7-", 206, "789", "bytes 7-9/10"},
		{"k", "bytes=-3", 206, "789", "bytes 7-9/10"},
		{"k", "bytes=-30", 206, "0123456789", "bytes 0-9/10"},
		{"k", "bytes=5-500", 206, "56789", "bytes 5-9/10"},
		{"k", "bytes=10-", 416, "InvalidRange", ""},
		{"k", "bytes=-0", 416, "InvalidRange", ""},
		{"empty", "bytes=0-0", 416, "InvalidRange", ""},
		{"k", "bytes=5-2", 200, "0123456789", ""},
		{"k", "chapters=1-2", 200, "0123456789", ""},
		{"k", "bytes=a-b", 200, "0123456789", ""},
	} {
		res, body := send(t, s, "GET", "https://cooper.localhost/bucket/"+r.key, "", "Range", r.header)
		if res.StatusCode != r.status || res.Header.Get("Content-Range") != r.span || !strings.Contains(body, r.body) {
			t.Errorf("%+v: %d %q %q", r, res.StatusCode, res.Header.Get("Content-Range"), body)
		}
	}
}

func TestReadsHonourTheirConditions(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "body")
	etag, before, now := `"`+hexMD5("body")+`"`, "Sat, 21 Nov 2026 09:00:00 GMT", "Sat, 21 Nov 2026 10:00:00 GMT"
	for _, r := range []struct {
		header []string
		status int
	}{
		{[]string{"If-Match", etag}, 200},
		{[]string{"If-Match", `"x"`}, 412},
		{[]string{"If-Match", `"x", ` + etag}, 200},
		{[]string{"If-Match", "*"}, 200},
		{[]string{"If-None-Match", etag}, 304},
		{[]string{"If-None-Match", `"x"`}, 200},
		{[]string{"If-Modified-Since", before}, 200},
		{[]string{"If-Modified-Since", now}, 304},
		{[]string{"If-Unmodified-Since", before}, 412},
		{[]string{"If-Unmodified-Since", now}, 200},
		{[]string{"If-Match", etag, "If-Unmodified-Since", before}, 200},
		{[]string{"If-None-Match", `"x"`, "If-Modified-Since", now}, 200},
		{[]string{"If-None-Match", etag, "If-Modified-Since", before}, 304},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			res, body := send(t, s, method, "https://cooper.localhost/bucket/k", "", r.header...)
			if res.StatusCode != r.status || (res.StatusCode == 304 && body != "") {
				t.Errorf("%s %v: %d %q", method, r.header, res.StatusCode, body)
			}
		}
	}
}

func TestTheCallerMayOverrideTheHeadersOfASignedRead(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "body")
	url := "https://cooper.localhost/bucket/k?response-content-type=text%2Fx&response-content-disposition=attachment"
	res, _ := send(t, s, "GET", url, "")
	if res.Header.Get("Content-Type") != "text/x" || res.Header.Get("Content-Disposition") != "attachment" {
		t.Error(res.Header)
	}
}

func TestTagsOfAnObjectAreReadReplacedAndRemoved(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "body")
	bucket, key := aws.String("bucket"), aws.String("k")
	set := []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("")}}
	if _, err := c.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: bucket, Key: key, Tagging: &types.Tagging{TagSet: set}}); err != nil {
		t.Fatal(err)
	}
	out, err := c.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: bucket, Key: key})
	if err != nil || len(out.TagSet) != 2 || *out.TagSet[0].Key != "a" || *out.TagSet[1].Value != "" {
		t.Errorf("%v, %v", out, err)
	}
	if _, err := c.DeleteObjectTagging(t.Context(), &s3.DeleteObjectTaggingInput{Bucket: bucket, Key: key}); err != nil {
		t.Fatal(err)
	}
	out, err = c.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: bucket, Key: key})
	if err != nil || len(out.TagSet) != 0 {
		t.Errorf("%v, %v", out, err)
	}
	res, body := send(t, s, "PUT", "https://cooper.localhost/bucket/k?tagging", "<Tagging><TagSet/></Tagging>")
	wantError(t, res, body, 400, "InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	_, err = c.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: bucket, Key: aws.String("none")})
	wantCode(t, err, "NoSuchKey", "")
}

func TestEncryptionIsEchoedAndTheETagIsNoMD5UnderKMS(t *testing.T) {
	_, c := newSandbox(t)
	arn := DemoKMSKey(DefaultAccount, home)
	out, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k"), Body: strings.NewReader("body"),
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: &arn, BucketKeyEnabled: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	if head.ServerSideEncryption != "aws:kms" || *head.SSEKMSKeyId != arn || !*head.BucketKeyEnabled || *head.ETag != *out.ETag ||
		strings.Contains(*out.ETag, hexMD5("body")) {
		t.Errorf("%+v", head)
	}
}

func TestAnArchivedObjectCanNotBeReadUntilItIsRestored(t *testing.T) {
	s, _ := newSandbox(t)
	send(t, s, "PUT", "https://cooper.localhost/bucket/k", "body", "X-Amz-Storage-Class", "GLACIER")
	res, body := send(t, s, "GET", "https://cooper.localhost/bucket/k", "")
	wantError(t, res, body, 403, "InvalidObjectState", "<StorageClass>GLACIER</StorageClass>")
	res, _ = send(t, s, "HEAD", "https://cooper.localhost/bucket/k", "")
	if res.StatusCode != 200 || res.Header.Get("X-Amz-Storage-Class") != "GLACIER" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

func TestKeysAreTakenAsTheyAre(t *testing.T) {
	_, c := newSandbox(t)
	keys := []string{".", "..", "a/../b", "//", "a//b", "/lead", "trail/", "a b+c%2F", "é", "e\u0301", "?x=1#y", "\x1b[31m", "a\nb", "\t", "💡"}
	for i, key := range keys {
		put(t, c, key, fmt.Sprint(i))
	}
	for i, key := range keys {
		if got := get(t, c, key, ""); got != fmt.Sprint(i) {
			t.Errorf("%q holds %q, want %d", key, got, i)
		}
	}
}

func TestAMissingObjectIsNoSuchKeyAndHasNoBodyOnHead(t *testing.T) {
	s, _ := newSandbox(t)
	res, body := send(t, s, "GET", "https://cooper.localhost/bucket/no%20key", "")
	wantError(t, res, body, 404, "NoSuchKey", "<Key>no key</Key>")
	res, body = send(t, s, "HEAD", "https://cooper.localhost/bucket/none", "")
	if res.StatusCode != http.StatusNotFound || body != "" {
		t.Errorf("%d %q", res.StatusCode, body)
	}
	res, body = send(t, s, "GET", "https://cooper.localhost/nobucket/none", "")
	wantError(t, res, body, 404, "NoSuchBucket", "<BucketName>nobucket</BucketName>")
}
