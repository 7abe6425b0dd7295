package main

import (
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops/s3ec"
	"cooper/sandbox"
)

// keyFiles are two raw keys, one of them in hexadecimal digits, and what is no key.
func keyFiles(t *testing.T) (key, other, short string) {
	t.Helper()
	dir := writeTree(t, map[string][]byte{"key": noiseFor(32, 7), "other": []byte(strings.Repeat("0a1b", 16) + "\n"), "short": []byte("hunter2")})
	return filepath.Join(dir, "key"), filepath.Join(dir, "other"), filepath.Join(dir, "short")
}

// put writes an object as another client would.
func (w *shellWorld) put(t *testing.T, key string, body []byte, metadata map[string]string) {
	t.Helper()
	if _, err := w.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("box"), Key: &key, Body: bytes.NewReader(body), Metadata: metadata}); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAreEncryptedBeforeTheyAreSentAndDecryptedWhenTheyCome(t *testing.T) {
	t.Parallel()
	w := openTLSShell(t)
	arn := w.server.AddKMSKey(sandbox.KMSKey{ID: "00000000-aaaa-bbbb-cccc-000000000001", Region: "eu-west-1"})
	key, other, _ := keyFiles(t)
	dir := writeTree(t, map[string][]byte{"a.txt": []byte("secret one"), "d/b": noiseFor(9<<20, 1)})
	for name, c := range map[string]struct{ up, down []string }{
		"raw":     {[]string{"--client-key", key}, []string{"--client-key", other, "--client-key", key}},
		"old":     {[]string{"--client-key", other, "--client-format", "v2"}, []string{"--client-key", other}},
		"kms":     {[]string{"--client-kms-key-id", arn}, []string{"--client-kms-key-id", arn}},
		"context": {[]string{"--client-kms-key-id", arn, "--client-kms-context", `{"team":"x"}`}, []string{"--client-kms-key-id", arn, "--client-kms-context", `{"team":"x"}`}},
	} {
		if said := w.must(t, 0, slices.Concat([]string{"cp", "-r", "--dry-run"}, c.up, []string{dir, "s3://box/" + name})...); !strings.Contains(said, "client-side V") {
			t.Errorf("%s: the plan says %q", name, said)
		}
		w.must(t, 0, slices.Concat([]string{"cp", "-r", "--yes"}, c.up, []string{dir, "s3://box/" + name})...)
		w.put(t, name+"/plain", []byte("for everybody"), nil)
		to := t.TempDir()
		w.must(t, 0, slices.Concat([]string{"cp", "-r"}, c.down, []string{"s3://box/" + name, to})...)
		if got, err := os.ReadFile(filepath.Join(to, "plain")); string(got) != "for everybody" {
			t.Errorf("%s: what isn't encrypted came down as %q, %v", name, got, err)
		}
		if err := os.Remove(filepath.Join(to, "plain")); err != nil {
			t.Fatal(err)
		}
		sameTree(t, dir, to)
		w.must(t, 0, slices.Concat([]string{"cp"}, c.down, []string{"s3://box/" + name + "/a.txt", filepath.Join(to, "one")})...)
		if got, _ := os.ReadFile(filepath.Join(to, "one")); string(got) != "secret one" {
			t.Errorf("%s: one came down as %q", name, got)
		}
	}
}

func TestStreamsAreEncryptedAndDecryptedToo(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	key, _, _ := keyFiles(t)
	w.vars["TMPDIR"] = t.TempDir()
	w.throughPipes(t, "none", nil, "--client-key", key)
	w.throughPipes(t, "small", noiseFor(5, 1), "--client-key", key)
	w.throughPipes(t, "parts", noiseFor(20<<20+3, 1), "--client-key", key, "--size", "20971523")
	if code, _, said := w.piped(t, noiseFor(30, 1), "cp", "--yes", "--size", "29", "--client-key", key, "-", "s3://box/more"); code != 1 || !strings.Contains(said, "30 bytes came from standard input, and 29 were announced") {
		t.Errorf("more than announced: exit %d: %s", code, said)
	}
	if left, err := os.ReadDir(w.vars["TMPDIR"]); len(left) > 0 || err != nil {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// throughPipes uploads a body from standard input and gets it on standard output again.
func (w *shellWorld) throughPipes(t *testing.T, name string, body []byte, flags ...string) {
	t.Helper()
	if code, _, said := w.piped(t, body, slices.Concat([]string{"cp", "--yes"}, flags, []string{"-", "s3://box/" + name})...); code != 0 {
		t.Fatalf("%s: exit %d: %s", name, code, said)
	}
	head, err := w.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("box"), Key: &name})
	if err != nil || *head.ContentLength != int64(len(body))+s3ec.TagSize || head.Metadata["x-amz-3"] == "" || head.Metadata["x-amz-unencrypted-content-length"] == "" {
		t.Errorf("%s is stored as %d bytes with %v, %v", name, *head.ContentLength, head.Metadata, err)
	}
	code, out, said := w.piped(t, nil, slices.Concat([]string{"cp"}, flags[:2], []string{"s3://box/" + name, "-"})...)
	if code != 0 || !bytes.Equal(out, body) || !strings.Contains(said, "its tag verified") {
		t.Errorf("%s: exit %d, %d bytes: %s", name, code, len(out), said)
	}
}

// stored is an object as the server has it.
func (w *shellWorld) stored(t *testing.T, key string) (body []byte, metadata map[string]string) {
	t.Helper()
	out, err := w.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("box"), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	body, err = io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body, out.Metadata
}

func TestWithAWrongKeyNoPlaintextComesOut(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	key, other, _ := keyFiles(t)
	w.vars["TMPDIR"] = t.TempDir()
	dir := writeTree(t, map[string][]byte{"k": []byte("secret one")})
	file, to := filepath.Join(dir, "k"), t.TempDir()
	w.must(t, 0, "cp", "--yes", "--client-key", key, file, "s3://box/in/k")
	stored, metadata := w.stored(t, "in/k")
	bad := bytes.Clone(stored)
	bad[0] ^= 1
	w.put(t, "bad/k", bad, metadata)
	nameless := maps.Clone(metadata)
	delete(nameless, "x-amz-m") // as other clients write it: no fingerprint
	w.put(t, "nameless/k", stored, nameless)
	for _, c := range []struct {
		from, says string
		args       []string
	}{
		{"in/k", "--client-key FILE gives it", nil},
		{"in/k", "which this session doesn't have", []string{"--client-key", other}},
		{"nameless/k", "this is the wrong key", []string{"--client-key", other}},
		{"bad/k", "doesn't match its tag", []string{"--client-key", key}},
	} {
		one := w.must(t, 1, slices.Concat([]string{"cp"}, c.args, []string{"s3://box/" + c.from, filepath.Join(to, "x")})...)
		code, printed, said := w.piped(t, nil, slices.Concat([]string{"cp"}, c.args, []string{"s3://box/" + c.from, "-"})...)
		many := w.must(t, 3, slices.Concat([]string{"cp", "-r"}, c.args, []string{"s3://box/" + filepath.Dir(c.from), to})...)
		if !strings.Contains(one, c.says) || !strings.Contains(said, c.says) || code != 1 || len(printed) > 0 || strings.Contains(one+said+many, "secret one") {
			t.Errorf("%s with %v: %q, and exit %d with %q printed: %q", c.from, c.args, one, code, printed, said)
		}
	}
	for _, dir := range []string{to, w.vars["TMPDIR"]} {
		if left, err := os.ReadDir(dir); len(left) > 0 || err != nil {
			t.Errorf("left over: %v, %v", left, err)
		}
	}
	w.must(t, 0, "cp", "--as-stored", "s3://box/in/k", filepath.Join(to, "sealed"))
	if got, _ := os.ReadFile(filepath.Join(to, "sealed")); !bytes.Equal(got, stored) {
		t.Errorf("%x is not what is stored", got)
	}
}

func TestAnInstructionFileIsUsedWhereOneIs(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	file, _, _ := keyFiles(t)
	key, err := s3ec.ParseKey(noiseFor(32, 7))
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := s3ec.NewSealer(t.Context(), s3ec.AES(nil, key), s3ec.GCM, strings.NewReader("secret one"), 10)
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(sealer.Section(0, sealer.Size())); err != nil {
		t.Fatal(err)
	}
	object, instruction := sealer.Envelope().Instruction()
	w.put(t, "in/k", body.Bytes(), object)
	w.put(t, "in/k.instruction", instruction, s3ec.InstructionMetadata())
	w.put(t, "in/plain", []byte("for everybody"), nil)
	w.put(t, "in/plain.instruction", []byte("how to use it"), nil)
	to := t.TempDir()
	if said := w.must(t, 0, "cp", "-r", "--dry-run", "s3://box/in", to); !strings.Contains(said, "2 with an instruction file (.instruction) beside them") {
		t.Errorf("the plan says %q", said)
	}
	w.must(t, 3, "cp", "-r", "s3://box/in", filepath.Join(to, "without"))
	w.must(t, 0, "cp", "-r", "--client-key", file, "s3://box/in", to)
	for name, want := range map[string]string{"k": "secret one", "plain": "for everybody"} {
		if got, err := os.ReadFile(filepath.Join(to, name)); string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(to, "without", "k")); err == nil {
		t.Error("without the key something came down")
	}
	if code, out, said := w.piped(t, nil, "cp", "--client-key", file, "s3://box/in/k", "-"); code != 0 || string(out) != "secret one" {
		t.Errorf("exit %d, %q: %s", code, out, said)
	}
	if said := w.must(t, 1, "cp", "--client-key", file, "s3://box/in/plain.instruction", filepath.Join(to, "x")); !strings.Contains(said, "isn't client-side encrypted") {
		t.Errorf("of an object that isn't encrypted it said %q", said)
	}
}

func TestWhatDoesNotGoTogetherIsSaid(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	key, other, short := keyFiles(t)
	const arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	up, down, between := []string{key, "s3://box/x"}, []string{"s3://box/x", "x"}, []string{"s3://box/x", "s3://box/y"}
	for _, c := range []struct {
		says  string
		flags []string
		way   []string
	}{
		{"not both", []string{"--client-key", key, "--client-kms-key-id", arn}, up},
		{"takes one --client-key", []string{"--client-key", key, "--client-key", other}, up},
		{"full ARN is needed", []string{"--client-kms-key-id", "alias/x"}, up},
		{"full ARN is needed", []string{"--client-kms-key-id", "alias/x"}, down},
		{"JSON object", []string{"--client-kms-key-id", arn, "--client-kms-context", "x"}, up},
		{"KMS key only", []string{"--client-key", key, "--client-kms-context", `{"a":"b"}`}, up},
		{"needs a key", []string{"--client-kms-context", `{"a":"b"}`}, down},
		{"--client-format is v3 or v2", []string{"--client-key", key, "--client-format", "v1"}, up},
		{"is for uploads", []string{"--client-key", key, "--client-format", "v2"}, down},
		{"goes with --client-key", []string{"--client-format", "v2"}, up},
		{"is for downloads", []string{"--as-stored"}, up},
		{"it needs no key", []string{"--as-stored", "--client-key", key}, down},
		{"between buckets", []string{"--client-key", key}, between},
		{"--client-key: ", []string{"--client-key", short}, up},
		{"can't be read", []string{"--client-key", key + "x"}, down},
	} {
		if said := w.must(t, 2, slices.Concat([]string{"cp", "--yes"}, c.flags, c.way)...); !strings.Contains(said, c.says) || strings.Contains(said, "hunter2") {
			t.Errorf("%v: %q, want %q", c.flags, said, c.says)
		}
	}
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if said := w.must(t, 0, "cp", "--yes", "--client-key", key, short, "s3://box/y"); !strings.Contains(said, "Others can read the key file") {
		t.Errorf("of a key that others can read it said %q", said)
	}
}
