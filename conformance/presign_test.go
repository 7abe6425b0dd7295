package conformance

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/presign"
	"cooper/sandbox"
)

// openSockets is open with a sandbox that listens and goes by the machine's clock, for clients that are no part of
// this program. It also gives the file with the certificate to trust.
func openSockets(t *testing.T) (w *world, ca string) {
	t.Helper()
	if os.Getenv("S3_ENDPOINT") != "" {
		return openForeign(t), os.Getenv("S3_CA")
	}
	server := sandbox.New(sandbox.Options{Seed: 1})
	endpoint, pem := listen(t, server)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	root := server.Root()
	session, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: endpoint, Dialect: awsops.DialectSandbox,
		CABundle: ca, Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	return &world{name: serverSandbox, server: server, session: session, uploads: &ledger{},
		fixture: fixtureClient(sandboxURL, "eu-west-1", root.AccessKeyID, root.SecretAccessKey, &http.Client{Transport: server.Transport()})}, ca
}

// stranger is a client without credentials.
func stranger(t *testing.T, ca string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// sign makes a URL or form that is good for an hour, or was until an hour ago.
func (w *world) sign(t *testing.T, spec presign.Spec, over bool) *presign.Made {
	t.Helper()
	now := w.session.ServerNow()
	spec.Until = now.Add(time.Hour)
	if over {
		spec.At, spec.Until = now.Add(-2*time.Hour), now.Add(-time.Hour)
	}
	m, err := presign.Make(t.Context(), w.session, spec, presign.Surroundings{})
	if err != nil {
		t.Fatalf("%s: %v", spec.Title(), err)
	}
	return m
}

// use sends what a URL is for, as its user would, after change had its way with the request.
func use(t *testing.T, c *http.Client, m *presign.Made, body string, change func(*http.Request)) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), string(m.Spec.Method), m.URL().Reveal(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	for _, h := range m.Headers {
		if h.Name != "content-length" {
			req.Header.Set(h.Name, h.Value)
		}
	}
	if change != nil {
		change(req)
	}
	return send(t, c, req)
}

func send(t *testing.T, c *http.Client, req *http.Request) (int, string, http.Header) {
	t.Helper()
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(got), res.Header
}

// fill sends a form with a file, after change had its way with the fields.
func fill(t *testing.T, c *http.Client, m *presign.Made, name, content string, change map[string]string) (int, string, http.Header) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, f := range m.Fields() {
		if v, ok := change[f.Name]; ok {
			f.Value = v
		}
		if err := w.WriteField(f.Name, f.Value); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range change {
		if strings.HasPrefix(name, "+") {
			if err := w.WriteField(name[1:], value); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.Address(), &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return send(t, c, req)
}

// oddKey holds what URLs, shells and XML have trouble with.
const oddKey = "in/a 'quoted' + ü%20&=?#.txt"

func TestAPresignedGETAndHEADReadAndDieAndCannotBeTamperedWith(t *testing.T) {
	w, ca := openSockets(t)
	b, c := w.bucket(t, ""), stranger(t, ca)
	w.put(t, b, oddKey, "the content")
	spec := presign.Spec{Bucket: b, Key: oddKey, Method: presign.Get, Response: presign.Response{Type: "text/x-other", Disposition: `attachment; filename="a b.txt"`}}
	m := w.sign(t, spec, false)
	status, body, header := use(t, c, m, "", nil)
	if status != 200 || body != "the content" || header.Get("Content-Type") != "text/x-other" || !strings.Contains(header.Get("Content-Disposition"), "a b.txt") {
		t.Errorf("GET: %d %q %v", status, body, header)
	}
	if status, _, _ := use(t, c, w.sign(t, spec, true), "", nil); status != 403 {
		t.Errorf("an ended URL answers %d", status)
	}
	for what, change := range map[string]func(*http.Request){
		"another key": func(r *http.Request) {
			r.URL.Path, r.URL.RawPath = strings.Replace(r.URL.Path, "quoted", "stolen", 1), ""
		},
		"another method": func(r *http.Request) { r.Method = http.MethodDelete },
		"another type":   func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "x-other", "html", 1) },
		"a longer life": func(r *http.Request) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "X-Amz-Expires=3600", "X-Amz-Expires=7200", 1)
		},
		"no signature":    func(r *http.Request) { r.URL.RawQuery, _, _ = strings.Cut(r.URL.RawQuery, "&X-Amz-Signature") },
		"no query at all": func(r *http.Request) { r.URL.RawQuery = "" },
	} {
		if status, body, _ := use(t, c, m, "", change); status < 400 {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	head := w.sign(t, presign.Spec{Bucket: b, Key: oddKey, Method: presign.Head}, false)
	if status, _, header := use(t, c, head, "", nil); status != 200 || header.Get("Content-Length") != "11" {
		t.Errorf("HEAD: %d %v", status, header)
	}
	if status, _, _ := use(t, c, head, "", func(r *http.Request) { r.Method = http.MethodGet }); status != 403 {
		t.Errorf("a HEAD used for GET answers %d", status)
	}
}

func TestAPresignedVersionIsTheOneThatWasPinned(t *testing.T) {
	w, ca := openSockets(t)
	b, c := w.bucket(t, "Enabled"), stranger(t, ca)
	first := w.put(t, b, "k", "first")
	w.put(t, b, "k", "second")
	if _, body, _ := use(t, c, w.sign(t, presign.Spec{Bucket: b, Key: "k", Version: first, Method: presign.Get}, false), "", nil); body != "first" {
		t.Errorf("the pinned version is %q", body)
	}
	if _, body, _ := use(t, c, w.sign(t, presign.Spec{Bucket: b, Key: "k", Method: presign.Get}, false), "", nil); body != "second" {
		t.Errorf("the current version is %q", body)
	}
	if status, _, _ := use(t, c, w.sign(t, presign.Spec{Bucket: b, Key: "k", Version: first, Method: presign.Delete}, false), "", nil); status != 204 {
		t.Errorf("DELETE of a version: %d", status)
	}
	if status, _, _ := use(t, c, w.sign(t, presign.Spec{Bucket: b, Key: "k", Version: first, Method: presign.Get}, false), "", nil); status != 404 {
		t.Errorf("the deleted version answers %d", status)
	}
}

func TestAPresignedPUTTakesWhatWasSignedAndNothingElse(t *testing.T) {
	w, ca := openSockets(t)
	b, c := w.bucket(t, ""), stranger(t, ca)
	spec := presign.Spec{Bucket: b, Key: oddKey, Method: presign.Put, Upload: presign.Upload{Type: "text/plain", Length: 7,
		Metadata: []awsops.Pair{{Name: "Team", Value: "billing"}}, Tags: []awsops.Pair{{Name: "a b", Value: "c=d+e"}}}}
	if status, body, _ := use(t, c, w.sign(t, spec, true), "content", nil); status != 403 {
		t.Errorf("an ended URL answers %d %s", status, body)
	}
	m := w.sign(t, spec, false)
	for what, change := range map[string]func(*http.Request){
		"another type":   func(r *http.Request) { r.Header.Set("Content-Type", "text/html") },
		"no type":        func(r *http.Request) { r.Header.Del("Content-Type") },
		"other metadata": func(r *http.Request) { r.Header.Set("X-Amz-Meta-Team", "other") },
		"no metadata":    func(r *http.Request) { r.Header.Del("X-Amz-Meta-Team") },
		"other tags":     func(r *http.Request) { r.Header.Set("X-Amz-Tagging", "a=b") },
		"another key": func(r *http.Request) {
			r.URL.Path, r.URL.RawPath = strings.Replace(r.URL.Path, "quoted", "stolen", 1), ""
		},
		"a longer body":   func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("content, more")), 13 },
		"a header more":   func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") },
		"another storage": func(r *http.Request) { r.Header.Set("X-Amz-Storage-Class", "GLACIER") },
	} {
		status, body, _ := use(t, c, m, "content", change)
		if (what == "a header more" || what == "another storage") && w.differs(t, "headers that were not signed are taken, which S3 refuses", serverRGW, serverVersityGW) {
			continue
		}
		if status != 403 {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	if status, body, _ := use(t, c, m, "content", nil); status != 200 {
		t.Fatalf("PUT: %d %s", status, body)
	}
	_, body, header := use(t, c, w.sign(t, presign.Spec{Bucket: b, Key: oddKey, Method: presign.Get}, false), "", nil)
	if body != "content" || header.Get("Content-Type") != "text/plain" || header.Get("X-Amz-Meta-Team") != "billing" {
		t.Errorf("what was put is %q %v", body, header)
	}
}

func TestAPresignedPUTForNewKeysOnlyOverwritesNothing(t *testing.T) {
	w, ca := openSockets(t)
	b, c := w.bucket(t, ""), stranger(t, ca)
	m := w.sign(t, presign.Spec{Bucket: b, Key: "k", Method: presign.Put, Upload: presign.Upload{NewOnly: true}}, false)
	if status, body, _ := use(t, c, m, "first", nil); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if status, body, _ := use(t, c, m, "second", nil); status != 412 && !w.differs(t, "If-None-Match of a PUT is not looked at", serverRGW) {
		t.Errorf("a second upload: %d %s", status, body)
	}
	if status, _, _ := use(t, c, m, "third", func(r *http.Request) { r.Header.Del("If-None-Match") }); status != 403 {
		t.Errorf("without the condition: %d", status)
	}
}

func TestAPresignedDELETEDeletesItsKeyAndNoOther(t *testing.T) {
	w, ca := openSockets(t)
	b, c := w.bucket(t, ""), stranger(t, ca)
	w.put(t, b, "k", "x")
	spec := presign.Spec{Bucket: b, Key: "k", Method: presign.Delete}
	if status, _, _ := use(t, c, w.sign(t, spec, true), "", nil); status != 403 {
		t.Errorf("an ended URL answers %d", status)
	}
	if status, _, _ := use(t, c, w.sign(t, spec, false), "", nil); status != 204 {
		t.Errorf("DELETE answers %d", status)
	}
	if status, _, _ := use(t, c, w.sign(t, presign.Spec{Bucket: b, Key: "k", Method: presign.Get}, false), "", nil); status != 404 {
		t.Errorf("the deleted object answers %d", status)
	}
}

func TestAPresignedListingShowsWhatIsBelowItsPrefix(t *testing.T) {
	w, ca := openSockets(t)
	b, c := w.bucket(t, ""), stranger(t, ca)
	w.put(t, b, "in/a", "x")
	w.put(t, b, "out/b", "x")
	m := w.sign(t, presign.Spec{Bucket: b, Prefix: "in/", Method: presign.Get}, false)
	status, body, _ := use(t, c, m, "", nil)
	if status != 200 || !strings.Contains(body, "in/a") || strings.Contains(body, "out/b") {
		t.Errorf("%d %s", status, body)
	}
	if status, _, _ := use(t, c, m, "", func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "prefix=in", "prefix=out", 1) }); status != 403 {
		t.Errorf("another prefix: %d", status)
	}
}

func TestAnUploadFormTakesWhatItsPolicyAllowsAndNothingElse(t *testing.T) {
	w, ca := openSockets(t)
	b, c := w.bucket(t, ""), stranger(t, ca)
	spec := presign.Spec{Bucket: b, Prefix: "in/", Method: presign.Form, Upload: presign.Upload{Type: "text/", TypePrefix: true, Min: 2, Max: 10, Status: "201",
		Metadata: []awsops.Pair{{Name: "team", Value: "billing"}}}}
	plain := map[string]string{"+Content-Type": "text/plain"}
	if w.differs(t, "${filename} stays as it is, so the user of a form must name the key", serverVersityGW) {
		plain["key"] = "in/a b.txt"
	}
	if status, body, _ := fill(t, c, w.sign(t, spec, true), "a.txt", "content", plain); status != 403 {
		t.Errorf("an ended form answers %d %s", status, body)
	}
	m := w.sign(t, spec, false)
	status, body, _ := fill(t, c, m, "a b.txt", "content", plain)
	if status != 201 || !strings.Contains(body, "in/a b.txt") && !strings.Contains(body, "in/a%20b.txt") {
		t.Fatalf("the form: %d %s", status, body)
	}
	_, got, header := use(t, c, w.sign(t, presign.Spec{Bucket: b, Key: "in/a b.txt", Method: presign.Get}, false), "", nil)
	if got != "content" || header.Get("Content-Type") != "text/plain" || header.Get("X-Amz-Meta-Team") != "billing" {
		t.Errorf("what was uploaded is %q %v", got, header)
	}
	for _, x := range []struct {
		what, content string
		change        map[string]string
		status        int
	}{
		{"too large", "content, more", nil, 400},
		{"too small", "c", nil, 400},
		{"outside of the prefix", "content", map[string]string{"key": "out/${filename}"}, 403},
		{"another type", "content", map[string]string{"+Content-Type": "image/png"}, 403},
		{"other metadata", "content", map[string]string{"x-amz-meta-team": "other"}, 403},
		{"a field more", "content", map[string]string{"+x-amz-meta-more": "1"}, 403},
		{"another policy", "content", map[string]string{"policy": "eyJleHBpcmF0aW9uIjoiMjA5OS0wMS0wMVQwMDowMDowMFoiLCJjb25kaXRpb25zIjpbXX0="}, 403},
		{"another signature", "content", map[string]string{"x-amz-signature": strings.Repeat("0", 64)}, 403},
	} {
		change := map[string]string{"+Content-Type": "text/plain"}
		for k, v := range x.change {
			change[k] = v
		}
		if status, body, _ := fill(t, c, m, "other.txt", x.content, change); status != x.status {
			t.Errorf("%s: %d, want %d: %s", x.what, status, x.status, body)
		}
	}
}
