package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// piped runs cooper with something on its standard input, and gives its exit code and standard output.
func (w *shellWorld) piped(t *testing.T, in []byte, args ...string) (code int, out []byte, said string) {
	t.Helper()
	cmd := w.command(t.Context(), args...)
	var o, e bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = io.MultiReader(bytes.NewReader(in)), &o, &e // no file: it comes through a pipe
	_ = cmd.Run()                                                                   // the code is what counts
	return cmd.ProcessState.ExitCode(), o.Bytes(), e.String()
}

func TestStandardInputAndOutputCarryObjects(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	for key, body := range map[string][]byte{"none": nil, "small.txt": []byte("hello"), "one": noiseFor(8<<20, 1), "more": noiseFor(40<<20+3, 2)} {
		if code, _, said := w.piped(t, body, "cp", "--yes", "--tag", "k=v", "-", "s3://box/"+key); code != 0 {
			t.Fatalf("%s: exit %d: %s", key, code, said)
		}
		if code, out, said := w.piped(t, nil, "cp", "s3://box/"+key, "-"); code != 0 || !bytes.Equal(out, body) || !strings.Contains(said, "Verified by CRC64NVME") {
			t.Errorf("%s: exit %d, %d bytes of %d: %s", key, code, len(out), len(body), said)
		}
	}
}

func TestStandardInputReplacesOnlyWhatItIsToldTo(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	w.piped(t, []byte("hello"), "cp", "--yes", "--tag", "k=v", "-", "s3://box/one.txt")
	head, err := w.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("box"), Key: aws.String("one.txt")})
	if err != nil || !strings.HasPrefix(*head.ContentType, "text/plain") || *head.TagCount != 1 {
		t.Errorf("%+v, %v", head, err)
	}
	if code, _, said := w.piped(t, []byte("x"), "cp", "--yes", "-", "s3://box/one.txt"); code != 5 || !strings.Contains(said, "there is an object with this key already") {
		t.Errorf("it replaced what was there, exit %d: %s", code, said)
	}
	if code, _, said := w.piped(t, []byte("x"), "cp", "--yes", "--existing", "replace", "-", "s3://box/one.txt"); code != 0 {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, out, _ := w.piped(t, nil, "cp", "s3://box/one.txt", "-"); code != 0 || string(out) != "x" {
		t.Errorf("exit %d, %q", code, out)
	}
}

func TestAStreamThatEndsEarlyLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	for _, n := range []int{5, 20 << 20} {
		if code, _, said := w.piped(t, noiseFor(n, 1), "cp", "--yes", "--size", "30000000", "-", "s3://box/k"); code != 1 || !strings.Contains(said, "30000000 were announced: nothing was stored") {
			t.Errorf("exit %d: %s", code, said)
		}
	}
	w.must(t, 5, "ls", "s3://box/k")
	out, err := w.client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String("box")})
	if err != nil || len(out.Uploads) != 0 {
		t.Errorf("%d uploads are left: %v", len(out.Uploads), err)
	}
}

func TestWhatWasWrittenAndIsNotTheObjectFails(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	dir := writeTree(t, map[string][]byte{"k": noiseFor(9<<20, 1)})
	w.must(t, 0, "cp", "--yes", filepath.Join(dir, "k"), "s3://box/k")
	w.parts.spoil.Store(true)
	if code, out, said := w.piped(t, nil, "cp", "s3://box/k", "-"); code != 1 || len(out) != 9<<20 || !strings.Contains(said, "what was written is not the object") {
		t.Errorf("exit %d, %d bytes: %s", code, len(out), said)
	}
	if code, _, said := w.run(t, "cp", "s3://box/k", filepath.Join(dir, "copy")); code != 1 || !strings.Contains(said, "damaged") {
		t.Errorf("exit %d: %s", code, said)
	}
	if _, err := os.Stat(filepath.Join(dir, "copy")); err == nil {
		t.Error("the damaged file got its name")
	}
}

func TestObjectsAreCopiedAndMovedBetweenBuckets(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	_, err := w.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("other"),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	if err != nil {
		t.Fatal(err)
	}
	dir := writeTree(t, map[string][]byte{"a.txt": []byte("one"), "d/b": []byte("two")})
	w.must(t, 0, "cp", "-r", "--yes", "--metadata", "by=me", dir, "s3://box/in")
	w.must(t, 0, "cp", "--yes", "s3://box/in/a.txt", "s3://other/")
	w.must(t, 5, "cp", "--yes", "s3://box/in/d/b", "s3://other/a.txt")
	if _, out, _ := w.piped(t, nil, "cp", "s3://other/a.txt", "-"); string(out) != "one" {
		t.Errorf("%q was copied", out)
	}
	w.must(t, 0, "cp", "--yes", "--existing", "replace", "s3://box/in/d/b", "s3://other/a.txt")
	if _, out, _ := w.piped(t, nil, "cp", "s3://other/a.txt", "-"); string(out) != "two" {
		t.Errorf("%q is there", out)
	}
	w.must(t, 0, "cp", "-r", "--yes", "s3://box/in", "s3://other/out")
	w.must(t, 0, "mv", "-r", "--yes", "s3://other/out", "s3://other/moved")
	w.must(t, 5, "ls", "s3://other/out/")
	to := filepath.Join(t.TempDir(), "to")
	w.must(t, 0, "cp", "-r", "s3://other/moved", to)
	sameTree(t, dir, to)
	head, err := w.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("other"), Key: aws.String("moved/a.txt")})
	if err != nil || head.Metadata["by"] != "me" {
		t.Errorf("%+v, %v", head, err)
	}
	if said := w.must(t, 4, "mv", "s3://box/in/a.txt", "s3://box/in/z.txt"); !strings.Contains(said, "Rename 1 object") {
		t.Errorf("said %q", said)
	}
	w.must(t, 5, "mv", "--yes", "s3://box/none", "s3://box/z")
	for _, args := range [][]string{{"cp", "--tag", "k=v", "s3://box/in/a.txt", "s3://other/x"}, {"mv", "a", "s3://other/x"}, {"cp", "-r", "-", "s3://box/x"}, {"cp", "-", "s3://box/"},
		{"cp", "s3://box", "-"}, {"cp", "--existing", "differ", "-", "s3://box/x"}, {"cp", "-r", "s3://box/in/", "s3://box/in/d"}, {"cp", "s3://box", "s3://other"}} {
		w.must(t, 2, args...)
	}
}
