package sigv4

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func newBufio(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }

func TestUnsignedRequestsPassAsAnonymous(t *testing.T) {
	id, err := Verify(httptest.NewRequestWithContext(t.Context(), "GET", "/b/k?versionId=1", nil), exampleOptions())
	if err != nil || !id.Anonymous() {
		t.Errorf("%+v, %v", id, err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "PUT", "/b/k", strings.NewReader("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"))
	r.Header.Set("X-Amz-Content-Sha256", unsignedTrailer)
	r.Header.Set("X-Amz-Decoded-Content-Length", "5")
	r.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32")
	r.Header.Set("Content-Encoding", "aws-chunked, gzip")
	if _, err := Verify(r, exampleOptions()); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r.Body)
	if string(data) != "hello" || err != nil || r.Header.Get("Content-Encoding") != "gzip" || r.Trailer.Get("X-Amz-Checksum-Crc32") == "" {
		t.Errorf("%q, %v, %v, %v", data, err, r.Header, r.Trailer)
	}
}

func TestABodyOfAnotherHashIsNoticedAtItsEnd(t *testing.T) {
	header := map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY",
		"X-Amz-Content-Sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
		"Authorization":        exampleScope + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"}
	r := exampleRequest(t, "PUT", "/test$file.text", "Welcome to Amazon S4.", header)
	if _, err := Verify(r, exampleOptions()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r.Body); code(err) != "XAmzContentSHA256Mismatch" {
		t.Errorf("%v", err)
	}
	r = exampleRequest(t, "PUT", "/test$file.text", "", header)
	r.Body = http.NoBody
	if _, err := Verify(r, exampleOptions()); code(err) != "XAmzContentSHA256Mismatch" {
		t.Errorf("no body at all: %v", err)
	}
}

func TestMalformedSignaturesGetAWSsRefusals(t *testing.T) {
	good := "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=00"
	query := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
	cases := []struct {
		name, auth, query, code, message string
	}{
		{"wrong signature", good, "", "SignatureDoesNotMatch", "does not match"},
		{"version two", "AWS AKID:sig=", "", "InvalidRequest", "Please use AWS4-HMAC-SHA256"},
		{"no such type", "Basic abc", "", "InvalidArgument", "Unsupported Authorization Type"},
		{"a component without value", "AWS4-HMAC-SHA256 Credential", "", "AuthorizationHeaderMalformed", "malformed"},
		{"nothing but the algorithm", "AWS4-HMAC-SHA256", "", "AuthorizationHeaderMalformed", "malformed"},
		{"short credential", strings.Replace(good, "/s3/", "/", 1), "", "AuthorizationHeaderMalformed", "expecting"},
		{"no key", strings.Replace(good, "AKIAIOSFODNN7EXAMPLE", "", 1), "", "AuthorizationHeaderMalformed", "non-empty Access Key"},
		{"another region", strings.Replace(good, "us-east-1", "eu-west-1", 1), "", "AuthorizationHeaderMalformed", "the region 'eu-west-1' is wrong; expecting 'us-east-1'"},
		{"another day", strings.Replace(good, "20130524", "20130523", 1), "", "AuthorizationHeaderMalformed", "Invalid credential date"},
		{"another end", strings.Replace(good, "aws4_request", "aws5_request", 1), "", "AuthorizationHeaderMalformed", "incorrect terminal"},
		{"host not signed", strings.Replace(good, "host;", "", 1), "", "AuthorizationHeaderMalformed", "'host'"},
		{"header not signed", strings.Replace(good, ";x-amz-date", "", 1), "", "AccessDenied", "headers present in the request which were not signed"},
		{"both ways", good, query, "InvalidArgument", "Only one auth mechanism"},
		{"presigned, too long", "", strings.Replace(query, "=60", "=604801", 1), "AuthorizationQueryParametersError", "less than a week"},
		{"presigned, negative", "", strings.Replace(query, "=60", "=-1", 1), "AuthorizationQueryParametersError", "non-negative"},
		{"presigned, no number", "", strings.Replace(query, "=60", "=x", 1), "AuthorizationQueryParametersError", "should be a number"},
		{"presigned, half", "", "X-Amz-Signature=00", "AuthorizationQueryParametersError", "requires"},
		{"presigned, wrong signature", "", query, "SignatureDoesNotMatch", "does not match"},
		{"presigned, version two", "", "AWSAccessKeyId=A&Signature=x&Expires=1", "InvalidRequest", "Please use"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := exampleRequest(t, "GET", "/k?"+c.query, "", map[string]string{"X-Amz-Content-Sha256": emptyHash})
			if c.auth != "" {
				r.Header.Set("Authorization", c.auth)
			} else {
				r.Header.Del("X-Amz-Date")
			}
			_, err := Verify(r, exampleOptions())
			if code(err) != c.code || !strings.Contains(err.Error(), c.message) {
				t.Errorf("%v, want %s with %q", err, c.code, c.message)
			}
		})
	}
}

func TestARefusalNeverRepeatsACodeOrAToken(t *testing.T) {
	r := exampleRequest(t, "DELETE", "/k?versionId=v", "", map[string]string{"X-Amz-Content-Sha256": emptyHash, "X-Amz-Mfa": "serial 123456",
		"Authorization": exampleScope + "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-mfa,Signature=00"})
	_, err := Verify(r, exampleOptions())
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != "SignatureDoesNotMatch" {
		t.Fatal(err)
	}
	for _, f := range e.Fields {
		if strings.Contains(f.Value, "123456") {
			t.Errorf("%s holds the code", f.Name)
		}
	}
}

func FuzzCanonicalisationIsStable(f *testing.F) {
	f.Add("/a%2Fb//%zz?x=1", "a=b&c&=d&%=+")
	f.Add("//", "X-Amz-Signature=1;2")
	f.Fuzz(func(t *testing.T, path, query string) {
		once := escape(unescape(path, false), true)
		if again := escape(unescape(once, false), true); again != once {
			t.Errorf("path %q: %q, then %q", path, once, again)
		}
		q := canonicalQuery(queryPairs(query))
		if again := canonicalQuery(queryPairs(q)); again != q {
			t.Errorf("query %q: %q, then %q", query, q, again)
		}
	})
}

func FuzzAHeaderNeverPanics(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=a/20130524/c/d/aws4_request,SignedHeaders=host,Signature=x", "20130524T000000Z", emptyHash)
	f.Add("AWS4-HMAC-SHA256 =,=,", "", "STREAMING-")
	f.Fuzz(func(t *testing.T, auth, date, payload string) {
		r := httptest.NewRequestWithContext(t.Context(), "PUT", "/k", strings.NewReader("x"))
		r.Header.Set("Authorization", auth)
		r.Header.Set("X-Amz-Date", date)
		r.Header.Set("X-Amz-Content-Sha256", payload)
		if id, err := Verify(r, exampleOptions()); err == nil && !id.Anonymous() {
			t.Errorf("accepted %q", auth)
		}
	})
}

func FuzzTheChunkReaderEndsAndNeverExceedsItsLength(f *testing.F) {
	f.Add([]byte("5\r\nhello\r\n0\r\n\r\n"), 5)
	f.Add([]byte("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n"), 5)
	f.Add([]byte("7fffffffffffffff\r\nx"), 5)
	f.Add([]byte(";\r\n"), 0)
	f.Fuzz(func(t *testing.T, body []byte, length int) {
		r := httptest.NewRequestWithContext(t.Context(), "PUT", "/k", nil)
		c := newChunked(r, io.NopCloser(strings.NewReader(string(body))), &claim{payload: unsignedTrailer}, nil, int64(length))
		data, err := io.ReadAll(io.LimitReader(c, int64(len(body))+1))
		if len(data) > len(body) || err == nil && len(data) != length {
			t.Errorf("%d bytes of %d announced, %v", len(data), length, err)
		}
	})
}
