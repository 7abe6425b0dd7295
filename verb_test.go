package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/sandbox"
)

// shellWorld is a sandbox on a port, and the environment of programs that use it.
type shellWorld struct {
	server *sandbox.Server
	parts  *partLog
	client *s3.Client
	vars   map[string]string
}

func openShell(t *testing.T) *shellWorld {
	t.Helper()
	server := sandbox.New(sandbox.Options{Seed: 1})
	parts := newPartLog(server)
	endpoint := httptest.NewServer(parts)
	t.Cleanup(endpoint.Close)
	return shellOn(t, server, parts, endpoint.URL, endpoint.Client())
}

// shellOn makes a bucket on a server, and the environment of the programs.
func shellOn(t *testing.T, server *sandbox.Server, parts *partLog, url string, wire *http.Client) *shellWorld {
	t.Helper()
	root, home := server.Root(), t.TempDir()
	client := s3.New(s3.Options{BaseEndpoint: &url, HTTPClient: wire, Region: "eu-west-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, "")})
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("box"),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	if err != nil {
		t.Fatal(err)
	}
	return &shellWorld{server, parts, client, map[string]string{"HOME": home, "XDG_STATE_HOME": filepath.Join(home, "state"), "AWS_REGION": "eu-west-1",
		"AWS_ENDPOINT_URL": url, "COOPER_DIALECT": "sandbox", "AWS_ACCESS_KEY_ID": root.AccessKeyID, "AWS_SECRET_ACCESS_KEY": root.SecretAccessKey,
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": home + "/none", "AWS_SHARED_CREDENTIALS_FILE": home + "/none"}}
}

func (w *shellWorld) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(cmd.Env, asProgram+"=1", "PATH="+os.Getenv("PATH"))
	for k, v := range w.vars {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	return cmd
}

// run runs cooper and gives its exit code and what it said.
func (w *shellWorld) run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	cmd := w.command(t.Context(), args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	_ = cmd.Run() // the code is what counts
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

func (w *shellWorld) must(t *testing.T, want int, args ...string) string {
	t.Helper()
	code, out, errs := w.run(t, args...)
	if code != want {
		t.Fatalf("cooper %s ended with %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, errs)
	}
	return out + errs
}

func writeTree(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sameTree reports what two folders differ in.
func sameTree(t *testing.T, a, b string) {
	t.Helper()
	read := func(dir string) map[string]string {
		out := map[string]string{}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			// A kill between the two steps that give a file its name leaves the whole file under its first name, too.
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".cooper-") {
				return err
			}
			body, err := os.ReadFile(path)
			rel, _ := filepath.Rel(dir, path)
			out[rel] = string(body)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	x, y := read(a), read(b)
	for name, body := range x {
		if got, ok := y[name]; !ok || got != body {
			t.Errorf("%s: %d bytes on one side, %d on the other (there: %v)", name, len(body), len(got), ok)
		}
	}
	if len(x) != len(y) {
		t.Errorf("%d files on one side, %d on the other", len(x), len(y))
	}
}

func TestFilesAreCopiedListedAndRemovedWithoutAScreen(t *testing.T) {
	w := openShell(t)
	dir := writeTree(t, map[string][]byte{"a.txt": []byte("one"), "d/b.txt": []byte("two"), "d/c.txt": nil})
	if said := w.must(t, 4, "cp", "-r", dir, "s3://box/in"); !strings.Contains(said, "not agreed to") || !strings.Contains(said, "in/d/b.txt: no object -> 3 bytes") {
		t.Errorf("without consent it said %q", said)
	}
	w.must(t, 0, "cp", "-r", "--dry-run", dir, "s3://box/in")
	w.must(t, 5, "ls", "s3://box/in/")
	w.must(t, 0, "cp", "-r", "--yes", "--metadata", "by=me", "--tag", "k=v", dir, "s3://box/in")
	w.must(t, 5, "cp", "-r", "--yes", dir, "s3://box/in")
	var rows []lsRow
	_, out, _ := w.run(t, "ls", "--json", "s3://box/in/")
	for line := range strings.Lines(out) {
		var r lsRow
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	if len(rows) != 2 || rows[1].Prefix != "in/d/" || rows[0].Key != "in/a.txt" || *rows[0].Size != 3 {
		t.Errorf("listed %s", out)
	}
	to := filepath.Join(t.TempDir(), "to")
	w.must(t, 0, "cp", "-r", "s3://box/in", to)
	sameTree(t, dir, to)
	if err := os.WriteFile(filepath.Join(to, "a.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.must(t, 5, "cp", "s3://box/in/a.txt", to)
	w.must(t, 0, "cp", "--existing", "replace", "s3://box/in/a.txt", to+"/")
	sameTree(t, dir, to)
	w.must(t, 5, "rm", "s3://box/none", "--yes")
	w.must(t, 0, "rm", "s3://box/in/a.txt", "--yes")
	if said := w.must(t, 0, "rm", "-r", "s3://box/in/", "--yes", "--json"); !strings.Contains(said, `"done":2`) {
		t.Errorf("said %q", said)
	}
	w.must(t, 5, "rm", "-r", "s3://box/in/", "--yes")
}

func TestVersionsAreListedAndRemovedWithoutAScreen(t *testing.T) {
	w := openShell(t)
	_, err := w.client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("box"),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	if err != nil {
		t.Fatal(err)
	}
	dir := writeTree(t, map[string][]byte{"k": []byte("one")})
	w.must(t, 0, "cp", "--yes", filepath.Join(dir, "k"), "s3://box/k")
	w.must(t, 0, "rm", "--yes", "s3://box/k")
	if out := w.must(t, 0, "ls", "--versions", "s3://box/k"); strings.Count(out, "\n") != 2 || !strings.Contains(out, "MARKER") {
		t.Errorf("listed %q", out)
	}
	w.must(t, 0, "rm", "--yes", "--versions", "s3://box/k")
	w.must(t, 5, "ls", "--versions", "s3://box/k")
}

func TestCommandLinesThatMeanNothingAreRefused(t *testing.T) {
	w := openShell(t)
	for _, args := range [][]string{{"cp", "a", "b"}, {"rm", "s3://box"}, {"cp", "x", "s3://box/", "--existing", "maybe"},
		{"rm", "s3://box/k", "--versions", "--version-id", "1"}, {"cp", "/dev/null", "s3://box/", "--tag", "nothing"}, {"ls", "https://x"}, {"cp", "/", "s3://box/"}} {
		w.must(t, 2, args...)
	}
	w.must(t, 1, "ls", "s3://no-such-bucket")
	w.must(t, 1, "cp", "--yes", "--read-only", os.Args[0], "s3://box/k")
	w.must(t, 0, "ls", "--read-only")
}

func TestCopiesBetweenPlacesLeaveOrReplaceWhatIsThere(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	dir := writeTree(t, map[string][]byte{"a": []byte("one"), "b": []byte("two"), "c": []byte("three")})
	w.must(t, 0, "cp", "-r", "--yes", dir, "s3://box/in")
	w.must(t, 0, "cp", "--yes", filepath.Join(dir, "c"), "s3://box/out/a")
	if said := w.must(t, 0, "cp", "-r", "--yes", "s3://box/in", "s3://box/out"); !strings.Contains(said, "2 done, 1 there already and left, 0 failed") {
		t.Errorf("said %s", said)
	}
	w.must(t, 5, "cp", "-r", "--yes", "s3://box/in", "s3://box/out")
	w.must(t, 5, "cp", "--yes", "s3://box/in/a", "s3://box/out/a")
	if said := w.must(t, 0, "cp", "-r", "--yes", "--json", "--existing", "differ", "s3://box/in", "s3://box/out"); !strings.Contains(said, `"done":1`) || !strings.Contains(said, `"left":2`) {
		t.Errorf("said %s", said)
	}
	w.must(t, 5, "cp", "--yes", "--existing", "differ", "s3://box/in/a", "s3://box/out/a")
	w.must(t, 0, "cp", "--yes", "--existing", "replace", "s3://box/in/a", "s3://box/out/a")
	to := filepath.Join(t.TempDir(), "to")
	w.must(t, 0, "cp", "-r", "s3://box/out", to)
	sameTree(t, dir, to)
}
