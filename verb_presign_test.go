package main

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func fetch(t *testing.T, method, url string, header map[string]string, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal("this is no URL")
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal("no answer")
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(got)
}

func TestThePresignVerbPrintsAURLThatWorksAndNothingElse(t *testing.T) {
	w := openShell(t)
	code, out, errs := w.run(t, "presign", "--method", "put", "--until", "90m", "--content-type", "text/plain", "--json", "s3://box/a b.txt")
	var put struct {
		URL, Why string
		Headers  map[string]string
	}
	if err := json.Unmarshal([]byte(out), &put); code != 0 || err != nil || put.Headers["if-none-match"] != "*" || put.Headers["content-type"] != "text/plain" {
		t.Fatalf("%d %s %v", code, errs, err)
	}
	if status, body := fetch(t, http.MethodPut, put.URL, put.Headers, "content"); status != 200 {
		t.Fatalf("PUT: %d %s", status, body)
	}
	checkPrinted(t, w)
}

// checkPrinted prints a URL for what was put, and looks at what the journal got.
func checkPrinted(t *testing.T, w *shellWorld) {
	t.Helper()
	code, out, errs := w.run(t, "presign", "s3://box/a b.txt")
	if code != 0 || !strings.HasPrefix(out, "http://") || strings.Count(out, "\n") != 1 {
		t.Fatalf("%d %s", code, errs)
	}
	for _, want := range []string{"Presigned GET for s3://box/a b.txt", "dies at", "asked for", "the bucket lets it pass", "plain http"} {
		if !strings.Contains(errs, want) {
			t.Errorf("%q is not in %s", want, errs)
		}
	}
	if status, body := fetch(t, http.MethodGet, strings.TrimSpace(out), nil, ""); status != 200 || body != "content" {
		t.Errorf("GET: %d %s", status, body)
	}
	log, err := os.ReadFile(filepath.Join(w.vars["XDG_STATE_HOME"], "cooper", "journal.jsonl"))
	if err != nil || strings.Count(string(log), "presign.make") != 2 || strings.Contains(string(log)+errs, "X-Amz-") {
		t.Errorf("%v %s", err, log)
	}
}

func TestThePresignVerbPrintsTheFieldsOfAFormAndCurlLines(t *testing.T) {
	w := openShell(t)
	var form struct {
		URL    string
		Fields map[string]string
	}
	_, out, _ := w.run(t, "presign", "--method", "POST", "--size", "1 KB - 1 MB", "s3://box/in/")
	if err := json.Unmarshal([]byte(out), &form); err != nil || form.Fields["key"] != "in/${filename}" || form.Fields["policy"] == "" || !strings.HasSuffix(form.URL, "/box") {
		t.Errorf("%+v %v", form, err)
	}
	if _, out, _ := w.run(t, "presign", "--curl", "--method", "HEAD", "s3://box/k"); !strings.HasPrefix(out, "curl -sS --fail-with-body -I 'http://") {
		t.Error("this is no curl line")
	}
}

func TestThePresignVerbRefusesWhatCannotBe(t *testing.T) {
	w := openShell(t)
	for want, args := range map[string][]string{
		"3600 of what?":                        {"--until", "3600", "s3://box/k"},
		"a URL is for GET":                     {"--method", "PATCH", "s3://box/k"},
		"name the key that is deleted":         {"--method", "DELETE", "s3://box"},
		"--size is for PUT and POST":           {"--size", "5", "s3://box/k"},
		"--save-as is for GET and HEAD":        {"--method", "PUT", "--save-as", "a", "s3://box/k"},
		"--overwrite is for PUT, not":          {"--method", "POST", "--overwrite", "s3://box/k"},
		"--sse-c-key is for GET, HEAD and PUT": {"--method", "POST", "--sse-c-key", "x", "s3://box/k"},
		"--version-id is for GET":              {"--method", "PUT", "--version-id", "v", "s3://box/k"},
		"--sse-c-key: ":                        {"--sse-c-key", "/nowhere/key", "s3://box/k"},
		"--sse is AES256":                      {"--method", "PUT", "--sse", "rot13", "s3://box/k"},
		"--checksum wants":                     {"--method", "PUT", "--checksum", "abc", "s3://box/k"},
		"name the checksum's algorithm":        {"--method", "PUT", "--checksum", "MD5=abc=", "s3://box/k"},
		"a SHA1 checksum is 20 bytes":          {"--method", "PUT", "--checksum", "sha1=YWJj", "s3://box/k"},
		"--tag wants name=value":               {"--method", "PUT", "--tag", "x", "s3://box/k"},
		"tags that begin with aws:":            {"--method", "POST", "--tag", "aws:x=1", "s3://box/k"},
		"--address is auto, dual-stack":        {"--address", "nearby", "s3://box/k"},
		"give that or":                         {"--save-as", "a", "--response-content-disposition", "inline", "s3://box/k"},
		"plain ASCII only":                     {"--save-as", "ü", "s3://box/k"},
		"the status of an upload":              {"--method", "POST", "--status", "302", "s3://box/k"},
		"a smaller to a larger":                {"--method", "POST", "--size", "9 - 1", "s3://box/k"},
		"a byte at least":                      {"--method", "PUT", "--size", "0", "s3://box/k"},
		"one object has one":                   {"--sse-c-key", "KEY", "--sse-c-key", "KEY", "s3://box/k"},
		"--yes says":                           {"--method", "DELETE", "--version-id", "v", "s3://box/k"},
		"only a form can leave":                {"--method", "PUT", "--content-type", "image/*", "s3://box/k"},
	} {
		for i := range args {
			if args[i] == "KEY" {
				args[i] = filepath.Join(writeTree(t, map[string][]byte{"key": bytes.Repeat([]byte{7}, 32)}), "key")
			}
		}
		if code, out, errs := w.run(t, append([]string{"presign"}, args...)...); code != exitUsage || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%v: %d %q %s", args, code, out, errs)
		}
	}
	if code, out, errs := w.run(t, "presign", "--read-only", "--method", "PUT", "s3://box/k"); code != exitFailed || out != "" || !strings.Contains(errs, "read-only") {
		t.Errorf("%d %q %s", code, out, errs)
	}
}

func TestThePresignVerbTakesWhatTheFormTakes(t *testing.T) {
	w := openShell(t)
	var put struct {
		URL     string
		Headers map[string]string
	}
	sum := "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=" // of "abc"
	_, out, errs := w.run(t, "presign", "--method", "PUT", "--metadata", "Job=nightly, twice", "--metadata", "b=", "--tag", "k=a b", "--tag", "l=1", "--storage-class", "STANDARD_IA",
		"--checksum", "sha256="+sum, "--sse", "AES256", "--size", "3", "--overwrite", "--json", "s3://box/k")
	if err := json.Unmarshal([]byte(out), &put); err != nil {
		t.Fatalf("%v %s", err, errs)
	}
	for name, want := range map[string]string{"x-amz-meta-job": "nightly, twice", "x-amz-meta-b": "", "x-amz-tagging": "k=a+b&l=1", "x-amz-storage-class": "STANDARD_IA",
		"x-amz-checksum-sha256": sum, "x-amz-server-side-encryption": "AES256", "content-length": "3"} {
		if got, ok := put.Headers[name]; !ok || got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	delete(put.Headers, "content-length") // the client's own
	if status, body := fetch(t, http.MethodPut, put.URL, put.Headers, "abd"); status != 400 || !strings.Contains(body, "BadDigest") {
		t.Errorf("another content: %d %s", status, body)
	}
	if status, body := fetch(t, http.MethodPut, put.URL, put.Headers, "abc"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	answersOtherwise(t, w)
}

// answersOtherwise looks at the answer to a URL with other headers than the object's.
func answersOtherwise(t *testing.T, w *shellWorld) {
	t.Helper()
	_, out, errs := w.run(t, "presign", "--save-as", `a "b".txt`, "--response-content-type", "text/x-new", "--response-cache-control", "no-store", "--address", "path", "s3://box/k")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSpace(out), nil)
	if err != nil {
		t.Fatalf("this is no URL: %s", errs)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal("no answer")
	}
	defer func() { _ = res.Body.Close() }()
	h := res.Header
	if h.Get("Content-Disposition") != `attachment; filename="a \"b\".txt"` || h.Get("Content-Type") != "text/x-new" || h.Get("Cache-Control") != "no-store" || h.Get("X-Amz-Meta-Job") != "nightly, twice" {
		t.Errorf("%d %v", res.StatusCode, h)
	}
}

func TestThePresignVerbSaysWhatStandsAtTheKey(t *testing.T) {
	w := openShell(t)
	if _, _, errs := w.run(t, "presign", "s3://box/k"); !strings.Contains(errs, "There is nothing at this key now") {
		t.Errorf("nothing says that there is none: %s", errs)
	}
}

func TestAURLForAnUploadThatTheBucketBlocksSaysSo(t *testing.T) {
	w := openShell(t)
	endpoint := httptest.NewTLSServer(w.server) // a key goes over TLS only
	t.Cleanup(endpoint.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: endpoint.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	w.vars["AWS_ENDPOINT_URL"], w.vars["AWS_CA_BUNDLE"] = endpoint.URL, ca
	key := filepath.Join(writeTree(t, map[string][]byte{"key": bytes.Repeat([]byte{7}, 32)}), "key")
	if code, _, errs := w.run(t, "presign", "--method", "PUT", "--sse-c-key", key, "s3://box/k"); code != 0 || !strings.Contains(errs, "The bucket blocks SSE-C") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestAPresignedURLUnderAKeyOfOnesOwnNamesTheKeyAndHoldsNone(t *testing.T) {
	w := openTLSShell(t)
	raw := bytes.Repeat([]byte{7}, 32)
	key := filepath.Join(writeTree(t, map[string][]byte{"key": raw}), "key")
	secret := base64.StdEncoding.EncodeToString(raw)
	for _, c := range []struct{ method, body, want string }{{http.MethodPut, "sealed", ""}, {http.MethodGet, "", "sealed"}} {
		var made struct {
			URL     string
			Headers map[string]string
			Keys    []string `json:"key_headers"`
		}
		_, out, errs := w.run(t, "presign", "--method", c.method, "--sse-c-key", key, "--json", "s3://box/k")
		const header = "x-amz-server-side-encryption-customer-key"
		if err := json.Unmarshal([]byte(out), &made); err != nil || len(made.Keys) != 1 || made.Keys[0] != header {
			t.Fatalf("%s: %v %v %s", c.method, err, made.Keys, errs)
		}
		if strings.Contains(out+errs, secret) || !strings.Contains(errs, header+": the key itself, in base64") {
			t.Errorf("%s: the key is told, or nothing is of it: %s", c.method, errs)
		}
		made.Headers[header] = secret
		req, err := http.NewRequestWithContext(t.Context(), c.method, made.URL, strings.NewReader(c.body))
		if err != nil {
			t.Fatal("this is no URL")
		}
		for k, v := range made.Headers {
			req.Header.Set(k, v)
		}
		rec := httptest.NewRecorder()
		req.TLS = &tls.ConnectionState{}
		w.server.ServeHTTP(rec, req)
		if rec.Code != 200 || rec.Body.String() != c.want {
			t.Errorf("%s: %d %s", c.method, rec.Code, rec.Body)
		}
	}
}
