package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// FuzzNoRequestBringsTheServerDown sends whatever comes to a bucket that holds something, and expects an
// answer that is no internal error and leaves the server usable.
func FuzzNoRequestBringsTheServerDown(f *testing.F) {
	for _, seed := range []struct{ method, path, query, header, body string }{
		{"GET", "/bucket", "list-type=2&delimiter=/&prefix=a", "", ""},
		{"GET", "/bucket/a/b", "versionId=null", "Range: bytes=0-1", ""},
		{"PUT", "/bucket/a", "tagging", "Content-Md5: AAAA", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"},
		{"PUT", "/bucket/a", "", "X-Amz-Copy-Source: /bucket/a%2Fb?versionId=null", ""},
		{"POST", "/bucket", "delete", "Content-Md5: x", "<Delete><Object><Key>a</Key></Object></Delete>"},
		{"POST", "/bucket/a", "uploads", "X-Amz-Checksum-Algorithm: SHA1", ""},
		{"PUT", "/bucket/a", "uploadId=x&partNumber=1", "X-Amz-Copy-Source-Range: bytes=1-2", ""},
		{"GET", "/bucket", "versions&key-marker=a&version-id-marker=null&max-keys=1", "", ""},
		{"PUT", "/bucket", "versioning", "", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
		{"GET", "/bucket/a/b", "attributes", "X-Amz-Object-Attributes: ETag,ObjectParts", ""},
		{"DELETE", "/bucket/a", "", "If-Match: *", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.header, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, query, header, body string) {
		s := New(Options{Clock: fixedClock})
		if err := s.addBucket(newBucket("bucket", home, s.Account(), s.Now())); err != nil {
			t.Fatal(err)
		}
		fill(s, "a", "a/b", "c")
		r, err := http.NewRequestWithContext(t.Context(), "GET", "https://cooper.localhost/", iotest.OneByteReader(strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		r.Method, r.ContentLength = method, int64(len(body))
		r.URL = &url.URL{Scheme: "https", Host: baseHost, Path: path, RawQuery: query}
		name, value, _ := strings.Cut(header, ": ")
		r.Header = http.Header{http.CanonicalHeaderKey(name): {value}}
		out := &answer{header: http.Header{}}
		c := s.newCall(out, r)
		c.id = identity{who: s.findPrincipal(s.Root().AccessKeyID), scheme: headerSigned, region: home, service: "s3",
			body: r.Body, length: r.ContentLength}
		if err := c.dispatch(); err != nil {
			c.fail(err)
		}
		if out.status >= 500 && out.status != http.StatusNotImplemented {
			t.Errorf("%s %s?%s %s: %d %s", method, path, query, header, out.status, out.body.String())
		}
		if res, body := send(t, s, "HEAD", "https://cooper.localhost/other", ""); res.StatusCode != 404 {
			t.Errorf("afterwards the server answers %d %s", res.StatusCode, body)
		}
	})
}

func FuzzARangeLiesInsideItsObject(f *testing.F) {
	f.Add("bytes=0-1", int64(10))
	f.Add("bytes=-5", int64(3))
	f.Add("bytes=9-", int64(9))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		first, last, ok := parseRange(header, size)
		if ok && (first < 0 || last > size || (first < size && last >= first && last >= size)) {
			t.Errorf("%q of %d bytes: %d to %d", header, size, first, last)
		}
	})
}

func FuzzConditionsNeverContradictThemselves(f *testing.F) {
	f.Add(`"a"`, `"a", "b"`, "Sat, 21 Nov 2026 10:00:00 GMT")
	f.Fuzz(func(t *testing.T, etag, header, date string) {
		modified := time.Unix(1_800_000_000, 0)
		match, _ := readConditions{match: header}.check(etag, modified)
		none, unmodified := readConditions{noneMatch: header}.check(etag, modified)
		if header != "" && (match == "") == (none == "") {
			t.Errorf("%q both matches and does not match %q", header, etag)
		}
		if none != "" && !unmodified {
			t.Error("a failed If-None-Match of a read is 304")
		}
		since, _ := readConditions{modifiedSince: date}.check(etag, modified)
		until, _ := readConditions{unmodifiedSince: date}.check(etag, modified)
		if since != "" && until != "" {
			t.Errorf("%q is before and after %v", date, modified)
		}
	})
}
