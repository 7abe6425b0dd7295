package sandbox

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// reply is what tests look at of an answer whose body was read.
type reply struct {
	StatusCode int
	Header     http.Header
}

// send makes a request as the account's root in region eu-west-1, or in the one that the header
// "Region" names.
func send(t *testing.T, s *Server, method, url, body string, header ...string) (reply, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	region := "eu-west-1"
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Region" {
			region = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	signFor(s, r, region)
	res, err := s.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header}, string(b)
}

// wantError checks status and code of an error answer, and that the message has the words.
func wantError(t *testing.T, res reply, body string, status int, code, words string) {
	t.Helper()
	if res.StatusCode != status || !strings.Contains(body, "<Code>"+code+"</Code>") || !strings.Contains(body, words) {
		t.Errorf("%d %s, want %d %s with %q", res.StatusCode, body, status, code, words)
	}
}

func TestAnUnknownSubresourceIsNotImplementedAndNeverThePlainOperation(t *testing.T) {
	s := New(Options{})
	for _, query := range []string{"nonsense", "nonsense=1", "torrent", "metadataAnnotationTable"} {
		for _, method := range []string{"GET", "PUT", "DELETE", "POST"} {
			for _, path := range []string{"/b", "/b/k"} {
				res, body := send(t, s, method, "https://cooper.localhost"+path+"?"+query, "")
				wantError(t, res, body, 501, "NotImplemented", "")
			}
		}
	}
}

func TestASubresourceOfBucketsIsRefusedForAKey(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	for _, sub := range []string{"versions", "versioning", "location"} {
		res, body := send(t, s, "GET", "https://cooper.localhost/b/k?"+sub, "")
		wantError(t, res, body, 400, "InvalidRequest", "There is no such thing as the ?"+sub+" sub-resource for a key")
	}
}

func TestEveryAnswerCarriesRequestIdsAndTheServersTime(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	res, body := send(t, s, "GET", "https://cooper.localhost/b?torrent", "")
	id := res.Header.Get("X-Amz-Request-Id")
	if len(id) != 16 || len(res.Header.Get("X-Amz-Id-2")) != 76 {
		t.Errorf("ids %q %q", id, res.Header.Get("X-Amz-Id-2"))
	}
	if !strings.Contains(body, "<RequestId>"+id+"</RequestId><HostId>"+res.Header.Get("X-Amz-Id-2")) {
		t.Errorf("the document names other ids: %s", body)
	}
	if got := res.Header.Get("Date"); got != "Sat, 21 Nov 2026 10:00:00 GMT" {
		t.Errorf("Date %q", got)
	}
}

func TestAddressesAreReadInBothStyles(t *testing.T) {
	for _, c := range []struct{ url, bucket, key, region string }{
		{"http://127.0.0.1:9000/b/k/l", "b", "k/l", ""},
		{"http://localhost:9000/b", "b", "", ""},
		{"http://cooper.localhost:9000/", "", "", ""},
		{"http://b.cooper.localhost:9000/k//l", "b", "k//l", ""},
		{"http://dotted.name.cooper.localhost/", "dotted.name", "", ""},
		{"http://b.s3.eu-west-1.amazonaws.com/k", "b", "k", "eu-west-1"},
		{"http://s3.eu-west-1.amazonaws.com/b/k", "b", "k", "eu-west-1"},
		{"http://b.s3.dualstack.eu-west-1.amazonaws.com/k", "b", "k", "eu-west-1"},
		{"http://b.s3-eu-west-1.amazonaws.com/k", "b", "k", "eu-west-1"},
		{"http://b.s3.amazonaws.com/%C3%A9%2F+", "b", "é/+", ""},
		{"http://[::1]:9000/b/../k", "b", "../k", ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = r.URL.Host
		a, err := parseAddress(r)
		if err != nil || a.bucketName != c.bucket || a.key != c.key || a.hostRegion != c.region {
			t.Errorf("%s: %+v, %v", c.url, a, err)
		}
	}
}
