package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// canned answers every request with the same body.
type canned struct{ body []byte }

// RoundTrip gives the body.
func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/xml"}}, ContentLength: int64(len(c.body)),
		Body: io.NopCloser(bytes.NewReader(c.body))}, nil
}

// BenchmarkTheSDKDecodesAPage is what a page of 1,000 keys costs the SDK's client when the answer costs nothing. The
// sandbox must be faster, see BenchmarkPageOf1000Of1000000.
func BenchmarkTheSDKDecodesAPage(b *testing.B) {
	s := filledServer(b, 10_000)
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://cooper.localhost/bucket?list-type=2&encoding-type=url", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	var page bytes.Buffer
	c := s.newCall(recording{discard{header: http.Header{}}, &page}, r)
	c.bucketName, c.bucket = "bucket", s.findBucket("bucket")
	if err := listObjects(c); err != nil {
		b.Fatal(err)
	}
	client := s3.New(s3.Options{Region: home, BaseEndpoint: aws.String("https://" + baseHost), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("A", "B", ""), HTTPClient: &http.Client{Transport: canned{page.Bytes()}}})
	b.ReportAllocs()
	for b.Loop() {
		out, err := client.ListObjectsV2(b.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), EncodingType: types.EncodingTypeUrl})
		if err != nil || len(out.Contents) != 1000 {
			b.Fatal(err)
		}
	}
}

// recording is a ResponseWriter that keeps the body.
type recording struct {
	discard
	body *bytes.Buffer
}

// Header gives the headers.
func (r recording) Header() http.Header { return r.header }

// WriteHeader is not looked at.
func (r recording) WriteHeader(int) {}

// Write keeps p.
func (r recording) Write(p []byte) (int, error) { return r.body.Write(p) }
