package conformance

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/presign"
)

// shellUser runs printed lines in a folder with one file.
type shellUser struct {
	*world
	dir, curl, ca string
}

// openShell is openSockets with a shell that has curl.
func openShell(t *testing.T) *shellUser {
	t.Helper()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed, and this is about curl")
	}
	w, ca := openSockets(t)
	return &shellUser{world: w, dir: t.TempDir(), curl: curl, ca: ca}
}

// run runs the line of a URL that is made for it, or that has ended.
func (s *shellUser) run(t *testing.T, spec presign.Spec, over bool) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", s.sign(t, spec, over).Curl())
	cmd.Dir, cmd.Env = s.dir, []string{"PATH=" + filepath.Dir(s.curl), "CURL_CA_BUNDLE=" + s.ca}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// works runs the line and expects that it does what it is for.
func (s *shellUser) works(t *testing.T, spec presign.Spec) {
	t.Helper()
	if out, err := s.run(t, spec, false); err != nil {
		t.Errorf("%s: %v %s", spec.Title(), err, out)
	}
}

// local writes the file.
func (s *shellUser) local(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "FILE"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheCurlLinesOfPUTAndGETWorkAsTheyStandWhateverTheKey(t *testing.T) {
	s := openShell(t)
	b := s.bucket(t, "")
	for _, key := range []string{oddKey, "-o", "in/folder/", "in/a/../b"} {
		if strings.Contains(key, "..") && s.differs(t, "keys with dot segments are not taken as they are", serverVersityGW) ||
			strings.HasSuffix(key, "/") && s.differs(t, "a key that ends in a slash is a folder without content", serverVersityGW) {
			continue
		}
		s.local(t, "content")
		s.works(t, presign.Spec{Bucket: b, Key: key, Method: presign.Put, Upload: presign.Upload{Type: "text/plain", Length: 7,
			Metadata: []awsops.Pair{{Name: "team", Value: "it's $HOME"}}}})
		s.local(t, "")
		s.works(t, presign.Spec{Bucket: b, Key: key, Method: presign.Get})
		if got, err := os.ReadFile(filepath.Join(s.dir, "FILE")); err != nil || string(got) != "content" {
			t.Errorf("curl brought %q from %q (%v)", got, key, err)
		}
	}
}

func TestTheOtherCurlLinesWorkAsTheyStandAndEndInTime(t *testing.T) {
	s := openShell(t)
	b := s.bucket(t, "")
	s.local(t, "content")
	form := presign.Spec{Bucket: b, Key: "form/FILE", Method: presign.Form, Upload: presign.Upload{Type: "text/plain", Max: 100,
		Metadata: []awsops.Pair{{Name: "team", Value: "@it's"}}}}
	below := form
	below.Key, below.Prefix = "", "form/"
	all := []presign.Spec{form, below, {Bucket: b, Key: "form/FILE", Method: presign.Head}, {Bucket: b, Method: presign.Get},
		{Bucket: b, Key: "form/FILE", Method: presign.Delete}}
	for _, spec := range all {
		s.works(t, spec)
	}
	for _, spec := range append(all, presign.Spec{Bucket: b, Key: "k", Method: presign.Put}) {
		if out, err := s.run(t, spec, true); err == nil {
			t.Errorf("%s went on after its end: %s", spec.Title(), out)
		}
	}
}

// TestEveryCommandLineOfAPresignedURLMakesAURLThatWorks runs the printed line with Debian's AWS CLI, named by
// COOPER_AWSCLI; without it the line is only read by a shell.
func TestEveryCommandLineOfAPresignedURLMakesAURLThatWorks(t *testing.T) {
	w, ca := openSockets(t)
	b := w.bucket(t, "")
	w.put(t, b, oddKey, "the content")
	line, why := w.sign(t, presign.Spec{Bucket: b, Key: oddKey, Method: presign.Get}, false).Command()
	if why != "" {
		t.Fatal(why)
	}
	words := spoken(t, t.TempDir(), line)
	if len(words) != 1 || !slices.Contains(words[0], "s3://"+b+"/"+oddKey) || !slices.Contains(words[0], "3600") {
		t.Errorf("a shell reads %q as %q", line, words)
	}
	path := os.Getenv("COOPER_AWSCLI")
	if path == "" || w.server == nil {
		t.Log("COOPER_AWSCLI names no AWS CLI, or the server is foreign: the line is read, not run")
		return
	}
	root := w.server.Root()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `aws() { "$COOPER_AWSCLI" "$@"; }; `+line)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "COOPER_AWSCLI=" + path, "LC_ALL=C.UTF-8",
		"AWS_ACCESS_KEY_ID=" + root.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + root.SecretAccessKey}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSpace(string(out)), nil)
	if err != nil {
		t.Fatal("what it printed is no URL")
	}
	if status, body, _ := send(t, stranger(t, ca), req); status != 200 || body != "the content" {
		t.Errorf("its URL answers %d %s", status, body)
	}
}
