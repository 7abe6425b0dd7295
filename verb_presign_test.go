package main

import (
	"encoding/json"
	"io"
	"net/http"
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
		"3600 of what?":                {"--until", "3600", "s3://box/k"},
		"a URL is for GET":             {"--method", "PATCH", "s3://box/k"},
		"name the key that is deleted": {"--method", "DELETE", "s3://box"},
		"are for uploads":              {"--size", "5", "s3://box/k"},
		"--yes says":                   {"--method", "DELETE", "--version-id", "v", "s3://box/k"},
		"only a form can leave":        {"--method", "PUT", "--content-type", "image/*", "s3://box/k"},
	} {
		if code, out, errs := w.run(t, append([]string{"presign"}, args...)...); code != exitUsage || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%v: %d %q %s", args, code, out, errs)
		}
	}
	if code, out, errs := w.run(t, "presign", "--read-only", "--method", "PUT", "s3://box/k"); code != exitFailed || out != "" || !strings.Contains(errs, "read-only") {
		t.Errorf("%d %q %s", code, out, errs)
	}
}
