package buckets

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
)

// uploadServer lists uploads page by page, one key a page, and encodes keys as servers differ in it.
type uploadServer struct {
	keys   []string
	echoes bool // says that it encoded
	asks   int
}

func (s *uploadServer) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body, h := http.StatusOK, "", http.Header{"Content-Type": {"application/xml"}}
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodHead:
		h.Set("X-Amz-Bucket-Region", "eu-west-1")
	case q.Has("uploads"):
		s.asks++
		body = s.page(q)
	default:
		status, body = 501, "<Error><Code>NotImplemented</Code></Error>"
	}
	return &http.Response{StatusCode: status, Header: h, Request: r, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
}

func (s *uploadServer) page(q url.Values) string {
	at := slices.Index(s.keys, q.Get("key-marker")) + 1
	key, encoding := s.keys[at], ""
	if q.Get("encoding-type") == "url" {
		key = url.QueryEscape(key)
		if s.echoes {
			encoding = "<EncodingType>url</EncodingType>"
		}
	}
	key = strings.ReplaceAll(key, "&", "&amp;")
	more := "<IsTruncated>false</IsTruncated>"
	if at+1 < len(s.keys) {
		more = "<IsTruncated>true</IsTruncated><NextKeyMarker>" + key + "</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>"
	}
	return "<ListMultipartUploadsResult>" + encoding + more + "<Upload><Key>" + key + "</Key><UploadId>u</UploadId><Initiated>2026-01-02T03:04:05.000Z</Initiated></Upload></ListMultipartUploadsResult>"
}

func TestEveryByteOfAnUploadsKeyArrivesWhateverTheServerEncodes(t *testing.T) {
	keys := []string{"a b+c%20", "plain", "ä&/", "100%"}
	for _, echoes := range []bool{true, false} {
		srv := &uploadServer{keys: keys, echoes: echoes}
		var got []string
		for page, err := range Uploads(context.Background(), session(t, srv, compatible).Reader(), "b", "") {
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page {
				got = append(got, u.Key)
			}
		}
		if !slices.Equal(got, keys) {
			t.Errorf("a server that says so: %v: got %q in %d requests", echoes, got, srv.asks)
		}
		if echoes && srv.asks != len(keys) {
			t.Errorf("%d requests for %d pages", srv.asks, len(keys))
		}
	}
}

func TestAPlaceInTheListKeepsEveryByteOfItsKey(t *testing.T) {
	for _, key := range []string{"", "a b", "\x00\xff", "%2F +", "ä"} {
		want := uploadCursor{key, "id with space"}
		if got, err := parseUploadCursor(want.String()); err != nil || got != want {
			t.Errorf("%q became %+v, %v", key, got, err)
		}
	}
	if _, err := parseUploadCursor("%zz x"); err == nil {
		t.Error("a broken place was read")
	}
}

func TestAnAbortMeansUploadsOfAnAgeOrTheNamedOnes(t *testing.T) {
	old, fresh := Upload{Key: "k", ID: "1", Begun: time.Unix(1000, 0)}, Upload{Key: "k", ID: "2", Begun: time.Unix(5000, 0)}
	for name, c := range map[string]struct {
		spec       AbortSpec
		old, fresh bool
	}{
		"all":   {AbortSpec{}, true, true},
		"age":   {AbortSpec{Before: time.Unix(2000, 0)}, true, false},
		"named": {AbortSpec{Only: []awsops.Entry{{Key: "k", UploadID: "2"}}, Before: time.Unix(2000, 0)}, false, true},
	} {
		if c.spec.means(old) != c.old || c.spec.means(fresh) != c.fresh {
			t.Errorf("%s: old %v, fresh %v", name, c.spec.means(old), c.spec.means(fresh))
		}
	}
}
