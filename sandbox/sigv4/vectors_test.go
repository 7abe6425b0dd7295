package sigv4

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The examples of the Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header" and the
// pages on query parameters and chunked upload.
const (
	exampleKey    = "AKIAIOSFODNN7EXAMPLE"
	exampleSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	exampleScope  = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
)

var exampleTime = time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)

func exampleOptions() Options {
	return Options{Now: exampleTime, Region: "us-east-1", Lookup: func(id string) (Key, bool) {
		return Key{Secret: exampleSecret}, id == exampleKey
	}}
}

func exampleRequest(t *testing.T, method, target, body string, header map[string]string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Host = "examplebucket.s3.amazonaws.com"
	r.Header.Set("X-Amz-Date", "20130524T000000Z")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	return r
}

func TestTheDocumentedHeaderExamplesAreAccepted(t *testing.T) {
	cases := []struct {
		name, method, target, body string
		header                     map[string]string
	}{
		{"GET Object", "GET", "/test.txt", "", map[string]string{"Range": "bytes=0-9", "X-Amz-Content-Sha256": emptyHash,
			"Authorization": exampleScope + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"}},
		{"PUT Object", "PUT", "/test$file.text", "Welcome to Amazon S3.", map[string]string{
			"Date": "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY",
			"X-Amz-Content-Sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
			"Authorization":        exampleScope + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"}},
		{"GET Bucket Lifecycle", "GET", "/?lifecycle", "", map[string]string{"X-Amz-Content-Sha256": emptyHash,
			"Authorization": exampleScope + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"}},
		{"List Objects", "GET", "/?max-keys=2&prefix=J", "", map[string]string{"X-Amz-Content-Sha256": emptyHash,
			"Authorization": exampleScope + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := exampleRequest(t, c.method, c.target, c.body, c.header)
			id, err := Verify(r, exampleOptions())
			if err != nil {
				t.Fatal(err)
			}
			if id.AccessKey != exampleKey || id.Service != "s3" || id.AuthType != AuthHeader || id.Temporary {
				t.Errorf("identity %+v", id)
			}
			if got, err := io.ReadAll(r.Body); err != nil || string(got) != c.body {
				t.Errorf("body %q, %v", got, err)
			}
		})
	}
}

func TestTheDocumentedPresignedExampleIsAcceptedUntilItExpires(t *testing.T) {
	target := "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{0, ""}, {24 * time.Hour, ""}, {24*time.Hour + time.Second, "AccessDenied: Request has expired"}, {-16 * time.Minute, "AccessDenied: Request is not yet valid"}} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", target, nil)
		r.Host = "examplebucket.s3.amazonaws.com"
		o := exampleOptions()
		o.Now = o.Now.Add(c.after)
		_, err := Verify(r, o)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%v after signing: %v, want %q", c.after, err, c.want)
		}
	}
}

// chunkedExample is the documented upload of 66,560 bytes "a" in chunks of 64 KiB.
func chunkedExample(signatures [3]string, tail string) []byte {
	var b bytes.Buffer
	for i, size := range []int{65536, 1024, 0} {
		b.WriteString([]string{"10000", "400", "0"}[i] + ";chunk-signature=" + signatures[i] + "\r\n")
		b.WriteString(strings.Repeat("a", size))
		if size > 0 {
			b.WriteString("\r\n")
		}
	}
	b.WriteString(tail)
	return b.Bytes()
}

// chunkedCase is one documented upload: its payload word, what it signs, and the signatures of its parts.
type chunkedCase struct {
	name, payload, signedHeaders, seed string
	chunks                             [3]string
	tail                               string
	header                             map[string]string
}

var chunkedCases = []chunkedCase{
	{"signed chunks", signedChunks, "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
		"4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
		[3]string{"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"},
		"\r\n", map[string]string{"Content-Length": "66824"}},
	{"signed trailer", signedTrailer, "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
		"106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
		[3]string{"b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2", "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"},
		"x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
		map[string]string{"X-Amz-Trailer": "x-amz-checksum-crc32c"}},
}

// send verifies the upload with a body and reads it to its end.
func (c chunkedCase) send(t *testing.T, body []byte) (*http.Request, []byte, error) {
	t.Helper()
	r := exampleRequest(t, "PUT", "/examplebucket/chunkObject.txt", "", c.header)
	r.Host = "s3.amazonaws.com"
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.Header.Set("X-Amz-Storage-Class", "REDUCED_REDUNDANCY")
	r.Header.Set("X-Amz-Decoded-Content-Length", "66560")
	r.Header.Set("Content-Encoding", "aws-chunked")
	r.Header.Set("X-Amz-Content-Sha256", c.payload)
	r.Header.Set("Authorization", exampleScope+"SignedHeaders="+c.signedHeaders+",Signature="+c.seed)
	if _, err := Verify(r, exampleOptions()); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r.Body)
	return r, data, err
}

func TestTheDocumentedChunkedUploadsAreUnwrapped(t *testing.T) {
	for _, c := range chunkedCases {
		t.Run(c.name, func(t *testing.T) {
			r, data, err := c.send(t, chunkedExample(c.chunks, c.tail))
			if err != nil || string(data) != strings.Repeat("a", 66560) {
				t.Fatalf("%d bytes, %v", len(data), err)
			}
			if r.ContentLength != 66560 || r.Header.Get("Content-Encoding") != "" {
				t.Errorf("length %d, encoding %q", r.ContentLength, r.Header.Get("Content-Encoding"))
			}
			if c.payload == signedTrailer && r.Trailer.Get("X-Amz-Checksum-Crc32c") != "sOO8/Q==" {
				t.Errorf("trailer %v", r.Trailer)
			}
		})
	}
}

func TestADamagedChunkedUploadIsNoticed(t *testing.T) {
	for _, c := range chunkedCases {
		good := chunkedExample(c.chunks, c.tail)
		for _, at := range []int{100, 65536 + 200, len(good) - 8} {
			bad := bytes.Clone(good)
			bad[at] ^= 1
			if _, _, err := c.send(t, bad); err == nil {
				t.Errorf("%s: a flipped bit at %d went unnoticed", c.name, at)
			}
		}
		if _, _, err := c.send(t, good[:66000]); code(err) != "IncompleteBody" {
			t.Errorf("%s: a cut body: %v", c.name, err)
		}
	}
}
