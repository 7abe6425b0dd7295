package sandbox

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// sender drives one multipart upload of the key "big".
type sender struct {
	t    *testing.T
	c    *s3.Client
	id   *string
	done []types.CompletedPart
}

func begin(t *testing.T, c *s3.Client, in s3.CreateMultipartUploadInput) *sender {
	t.Helper()
	in.Bucket, in.Key = aws.String("bucket"), aws.String("big")
	out, err := c.CreateMultipartUpload(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return &sender{t: t, c: c, id: out.UploadId}
}

func (s *sender) part(number int32, body []byte, algorithm types.ChecksumAlgorithm) {
	s.t.Helper()
	out, err := s.c.UploadPart(s.t.Context(), &s3.UploadPartInput{Bucket: aws.String("bucket"), Key: aws.String("big"), UploadId: s.id,
		PartNumber: &number, Body: bytes.NewReader(body), ChecksumAlgorithm: algorithm})
	if err != nil {
		s.t.Fatal(err)
	}
	s.done = append(s.done, types.CompletedPart{PartNumber: &number, ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32,
		ChecksumCRC32C: out.ChecksumCRC32C, ChecksumCRC64NVME: out.ChecksumCRC64NVME, ChecksumSHA1: out.ChecksumSHA1, ChecksumSHA256: out.ChecksumSHA256})
}

func (s *sender) complete(edit func(*s3.CompleteMultipartUploadInput)) (*s3.CompleteMultipartUploadOutput, error) {
	in := &s3.CompleteMultipartUploadInput{Bucket: aws.String("bucket"), Key: aws.String("big"), UploadId: s.id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: s.done}}
	if edit != nil {
		edit(in)
	}
	return s.c.CompleteMultipartUpload(s.t.Context(), in)
}

func filled(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }

func TestPartsBecomeOneObjectWithAnETagOfTheirDigests(t *testing.T) {
	for _, c := range []struct {
		algorithm types.ChecksumAlgorithm
		kind      types.ChecksumType
		suffix    bool
	}{
		{"CRC32", "COMPOSITE", true}, {"CRC32", "FULL_OBJECT", false}, {"CRC32C", "COMPOSITE", true},
		{"CRC64NVME", "FULL_OBJECT", false}, {"SHA1", "COMPOSITE", true}, {"SHA256", "COMPOSITE", true},
	} {
		s, client := newSandbox(t)
		up := begin(t, client, s3.CreateMultipartUploadInput{ChecksumAlgorithm: c.algorithm, ChecksumType: c.kind, Metadata: map[string]string{"a": "1"}})
		one, two := filled('a', minPart), filled('b', 100)
		up.part(3, one, c.algorithm)
		up.part(7, two, c.algorithm)
		out, err := up.complete(func(in *s3.CompleteMultipartUploadInput) { in.MpuObjectSize = aws.Int64(minPart + 100) })
		if err != nil {
			t.Errorf("%s: %v", c.algorithm, err)
			continue
		}
		d1, d2 := md5.Sum(one), md5.Sum(two)
		if want := fmt.Sprintf("\"%x-2\"", md5.Sum(append(d1[:], d2[:]...))); *out.ETag != want || out.ChecksumType != c.kind {
			t.Errorf("%s: ETag %s, want %s, %s", c.algorithm, *out.ETag, want, out.ChecksumType)
		}
		stored := s.findBucket("bucket").current("big").content
		if strings.HasSuffix(stored.sum.value, "-2") != c.suffix || stored.sum.algorithm != string(c.algorithm) {
			t.Errorf("%s: %+v", c.algorithm, stored.sum)
		}
		if got := get(t, client, "big", ""); got != string(one)+string(two) {
			t.Errorf("%s: %d bytes came back", c.algorithm, len(got))
		}
		checkPartRead(t, client, c.kind)
	}
}

// checkPartRead reads the second part by its number and a range across the seam.
func checkPartRead(t *testing.T, client *s3.Client, kind types.ChecksumType) {
	t.Helper()
	in := &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("big"), PartNumber: aws.Int32(2)}
	out, err := client.GetObject(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(out.Body)
	if string(body) != string(filled('b', 100)) || *out.PartsCount != 2 || *out.ContentRange != "bytes 5242880-5242979/5242980" {
		t.Errorf("%s: %d bytes, %d parts, %s", kind, len(body), *out.PartsCount, *out.ContentRange)
	}
	in.PartNumber, in.Range = nil, aws.String("bytes=5242879-5242881")
	if out, err = client.GetObject(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if body, _ = io.ReadAll(out.Body); string(body) != "abb" {
		t.Errorf("%q", body)
	}
	in.PartNumber, in.Range = aws.Int32(3), nil
	_, err = client.GetObject(t.Context(), in)
	wantCode(t, err, "InvalidPartNumber", "")
	attrs, err := client.GetObjectAttributes(t.Context(), &s3.GetObjectAttributesInput{Bucket: in.Bucket, Key: in.Key, MaxParts: aws.Int32(1),
		ObjectAttributes: []types.ObjectAttributes{"ObjectParts"}})
	if err != nil || *attrs.ObjectParts.TotalPartsCount != 2 || len(attrs.ObjectParts.Parts) != 1 || !*attrs.ObjectParts.IsTruncated {
		t.Errorf("%+v, %v", attrs, err)
	}
}

func TestCompletingChecksTheListOfParts(t *testing.T) {
	_, c := newSandbox(t)
	up := begin(t, c, s3.CreateMultipartUploadInput{ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT"})
	up.part(1, filled('a', 100), "CRC32")
	up.part(2, filled('b', 100), "CRC32")
	one, two := up.done[0], up.done[1]
	badTag, missing, badSum := one, one, one
	badTag.ETag, missing.PartNumber, badSum.ChecksumCRC32 = aws.String(`"x"`), aws.Int32(9), aws.String("AAAAAA==")
	for _, in := range []struct {
		parts []types.CompletedPart
		code  string
	}{
		{nil, "MalformedXML"},
		{[]types.CompletedPart{two, one}, "InvalidPartOrder"},
		{[]types.CompletedPart{one, one}, "InvalidPartOrder"},
		{[]types.CompletedPart{badTag}, "InvalidPart"},
		{[]types.CompletedPart{missing}, "InvalidPart"},
		{[]types.CompletedPart{badSum}, "InvalidPart"},
		{[]types.CompletedPart{one, two}, "EntityTooSmall"},
	} {
		up.done = in.parts
		_, err := up.complete(nil)
		wantCode(t, err, in.code, "")
	}
	up.done = []types.CompletedPart{two}
	_, err := up.complete(func(in *s3.CompleteMultipartUploadInput) { in.MpuObjectSize = aws.Int64(7) })
	wantCode(t, err, "InvalidRequest", "The provided 'x-amz-mp-object-size' header value 7 does not match what was computed: 100")
	_, err = up.complete(func(in *s3.CompleteMultipartUploadInput) { in.ChecksumCRC32 = aws.String("AAAAAA==") })
	wantCode(t, err, "BadDigest", "did not match the calculated checksum")
	put(t, c, "big", "first")
	_, err = up.complete(func(in *s3.CompleteMultipartUploadInput) { in.IfNoneMatch = aws.String("*") })
	wantCode(t, err, "PreconditionFailed", "")
	if _, err = up.complete(nil); err != nil {
		t.Fatal(err)
	}
	_, err = up.complete(nil)
	wantCode(t, err, "NoSuchUpload", "may have been aborted or completed")
}

func TestTheChecksumOfAnUploadIsSettledWhenItBegins(t *testing.T) {
	s, c := newSandbox(t)
	for _, in := range []struct {
		algorithm types.ChecksumAlgorithm
		kind      types.ChecksumType
		words     string
	}{
		{"SHA256", "FULL_OBJECT", "The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm."},
		{"CRC64NVME", "COMPOSITE", "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm."},
	} {
		_, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String("bucket"), Key: aws.String("big"),
			ChecksumAlgorithm: in.algorithm, ChecksumType: in.kind})
		wantCode(t, err, "InvalidRequest", in.words)
	}
	up := begin(t, c, s3.CreateMultipartUploadInput{ChecksumAlgorithm: "SHA256"})
	_, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: aws.String("bucket"), Key: aws.String("big"), UploadId: up.id,
		PartNumber: aws.Int32(1), Body: strings.NewReader("x"), ChecksumAlgorithm: "CRC32"})
	wantCode(t, err, "InvalidRequest", "expected checksum Type: sha256, actual checksum Type: crc32")
	up.part(1, []byte("x"), "SHA256")
	up.done[0].ChecksumSHA256 = nil
	_, err = up.complete(nil)
	wantCode(t, err, "InvalidRequest", "It was missing for part 1 in the request.")
	res, body := send(t, s, "PUT", "https://cooper.localhost/bucket/big?partNumber=10001&uploadId="+*up.id, "x")
	wantError(t, res, body, 400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
	res, body = send(t, s, "PUT", "https://cooper.localhost/bucket/big?partNumber=1&uploadId=none", "x")
	wantError(t, res, body, 404, "NoSuchUpload", "<UploadId>none</UploadId>")
}

func TestPartsCanBeCopiedFromRangesOfOtherObjects(t *testing.T) {
	_, c := newSandbox(t)
	put(t, c, "from", "0123456789")
	up := begin(t, c, s3.CreateMultipartUploadInput{})
	for _, in := range []struct{ span, code, words string }{
		{"bytes=2-5", "", ""},
		{"bytes=5-", "InvalidArgument", "must be of the form bytes=first-last"},
		{"bytes=5-10", "InvalidArgument", "Range specified is not valid for source object of size: 10"},
	} {
		out, err := c.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{Bucket: aws.String("bucket"), Key: aws.String("big"), UploadId: up.id,
			PartNumber: aws.Int32(1), CopySource: aws.String("bucket/from"), CopySourceRange: &in.span})
		wantCode(t, err, in.code, in.words)
		if err == nil {
			up.done = []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: out.CopyPartResult.ETag, ChecksumCRC32: out.CopyPartResult.ChecksumCRC32}}
		}
	}
	if _, err := up.complete(nil); err != nil {
		t.Fatal(err)
	}
	if got := get(t, c, "big", ""); got != "2345" {
		t.Errorf("%q", got)
	}
}

func TestPartsAndUploadsAreListedInPagesAndAborted(t *testing.T) {
	s, c := newSandbox(t)
	up := begin(t, c, s3.CreateMultipartUploadInput{StorageClass: "STANDARD_IA"})
	for i := range int32(5) {
		up.part(5-i, filled('x', int(i)+1), "")
	}
	var sizes []int64
	pages := 0
	for p := s3.NewListPartsPaginator(c, &s3.ListPartsInput{Bucket: aws.String("bucket"), Key: aws.String("big"), UploadId: up.id,
		MaxParts: aws.Int32(2)}); p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		if err != nil || out.StorageClass != "STANDARD_IA" {
			t.Fatal(out, err)
		}
		for _, part := range out.Parts {
			sizes = append(sizes, *part.Size)
		}
	}
	if !slices.Equal(sizes, []int64{5, 4, 3, 2, 1}) || pages != 3 {
		t.Errorf("%v on %d pages", sizes, pages)
	}
	for _, key := range []string{"a/1", "a/2", "big", "c"} {
		send(t, s, "POST", "https://cooper.localhost/bucket/"+key+"?uploads", "")
	}
	if got := uploads(t, c, "", 1); !slices.Equal(got, []string{"a/1", "a/2", "big", "big", "c"}) {
		t.Errorf("%q", got)
	}
	if got := uploads(t, c, "/", 2); !slices.Equal(got, []string{"<a/>", "big", "big", "c"}) {
		t.Errorf("%q", got)
	}
}

func TestAnAbortedUploadIsGone(t *testing.T) {
	_, c := newSandbox(t)
	up := begin(t, c, s3.CreateMultipartUploadInput{})
	up.part(1, []byte("x"), "")
	for _, want := range []string{"", "NoSuchUpload"} {
		_, err := c.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: aws.String("bucket"), Key: aws.String("big"), UploadId: up.id})
		wantCode(t, err, want, "")
	}
	_, err := up.complete(nil)
	wantCode(t, err, "NoSuchUpload", "")
	if got := uploads(t, c, "", 1000); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func uploads(t *testing.T, c *s3.Client, delimiter string, size int32) (got []string) {
	t.Helper()
	in := &s3.ListMultipartUploadsInput{Bucket: aws.String("bucket"), MaxUploads: &size}
	if delimiter != "" {
		in.Delimiter = &delimiter
	}
	for p := s3.NewListMultipartUploadsPaginator(c, in); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range out.CommonPrefixes {
			got = append(got, "<"+*p.Prefix+">")
		}
		for _, u := range out.Uploads {
			got = append(got, *u.Key)
		}
	}
	return got
}

func TestACopyOfAMultipartObjectIsOnePart(t *testing.T) {
	_, c := newSandbox(t)
	up := begin(t, c, s3.CreateMultipartUploadInput{ChecksumAlgorithm: "CRC64NVME"})
	up.part(1, filled('a', minPart), "CRC64NVME")
	up.part(2, filled('b', 1), "CRC64NVME")
	if _, err := up.complete(nil); err != nil {
		t.Fatal(err)
	}
	out, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("bucket"), Key: aws.String("copy"), CopySource: aws.String("bucket/big")})
	if err != nil {
		t.Fatal(err)
	}
	if want := `"` + hexMD5(string(filled('a', minPart))+"b") + `"`; *out.CopyObjectResult.ETag != want {
		t.Errorf("ETag %s, want %s", *out.CopyObjectResult.ETag, want)
	}
}
