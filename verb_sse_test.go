package main

import (
	"bytes"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// openTLSShell is openShell whose program goes over TLS, with a bucket that takes SSE-C.
func openTLSShell(t *testing.T) *shellWorld {
	t.Helper()
	w := openShell(t)
	endpoint := httptest.NewTLSServer(w.server)
	t.Cleanup(endpoint.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: endpoint.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := w.client.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{Bucket: aws.String("box"),
		ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{{
			BlockedEncryptionTypes:             &types.BlockedEncryptionTypes{EncryptionType: []types.EncryptionType{types.EncryptionTypeNone}},
			ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256}}}}})
	if err != nil {
		t.Fatal(err)
	}
	w.vars["AWS_ENDPOINT_URL"], w.vars["AWS_CA_BUNDLE"] = endpoint.URL, ca
	return w
}

func TestAFileGoesUpAndComesDownUnderAKeyOfOnesOwn(t *testing.T) {
	w := openTLSShell(t)
	dir := writeTree(t, map[string][]byte{"a.txt": []byte("secret one"), "d/b.txt": []byte("secret two")})
	keys := writeTree(t, map[string][]byte{"key": bytes.Repeat([]byte{7}, 32), "other": bytes.Repeat([]byte{8}, 32), "short": []byte("x")})
	key := filepath.Join(keys, "key")
	said := w.must(t, 0, "cp", "-r", "--dry-run", "--sse-c-key", key, dir, "s3://box/in")
	if !strings.Contains(said, "--sse-customer-key fileb://"+key) || !strings.Contains(said, "SSE-C with the key ") {
		t.Errorf("the plan says %q", said)
	}
	w.must(t, 0, "cp", "-r", "--yes", "--sse-c", "AES256", "--sse-c-key", "fileb://"+key, dir, "s3://box/in")
	to := t.TempDir()
	w.must(t, 0, "cp", "-r", "--sse-c-key", key, "s3://box/in", to)
	sameTree(t, dir, to)
	w.must(t, 0, "cp", "--sse-c-key", filepath.Join(keys, "other"), "--sse-c-key", key, "s3://box/in/a.txt", filepath.Join(to, "again"))
	if said := w.must(t, 1, "cp", "s3://box/in/a.txt", filepath.Join(to, "none")); !strings.Contains(said, "stored using a form of Server Side Encryption") {
		t.Errorf("without the key it said %q", said)
	}
	if said := w.must(t, 1, "cp", "--sse-c-key", filepath.Join(keys, "other"), "s3://box/in/a.txt", filepath.Join(to, "none")); strings.Contains(said, "secret one") {
		t.Errorf("with another key it said %q", said)
	}
	for want, args := range map[string][]string{
		"32 bytes":              {"--sse-c-key", filepath.Join(keys, "short")},
		"can't be read":         {"--sse-c-key", filepath.Join(keys, "gone")},
		"two kinds":             {"--sse-c-key", key, "--sse", "AES256"},
		"needs --sse-c-key":     {"--sse-c", "AES256"},
		"needs the ARN":         {"--sse", "aws:kms"},
		"aws:kms or aws:kms:ds": {"--sse", "rot13"},
		"takes one":             {"--sse-c-key", key, "--sse-c-key", key},
	} {
		if said := w.must(t, 2, append(append([]string{"cp"}, args...), filepath.Join(dir, "a.txt"), "s3://box/x")...); !strings.Contains(said, want) {
			t.Errorf("%v: %q, want %q", args, said, want)
		}
	}
}

func TestACopyReadsItsSourceWithTheSourcesKey(t *testing.T) {
	w := openTLSShell(t)
	dir := writeTree(t, map[string][]byte{"a.txt": []byte("secret one")})
	keys := writeTree(t, map[string][]byte{"key": bytes.Repeat([]byte{7}, 32), "other": bytes.Repeat([]byte{8}, 32), "short": []byte("x")})
	file, key, other := filepath.Join(dir, "a.txt"), filepath.Join(keys, "key"), filepath.Join(keys, "other")
	to := t.TempDir()
	same := func(name string, args ...string) {
		t.Helper()
		w.must(t, 0, append(append([]string{"cp"}, args...), filepath.Join(to, name))...)
		if got, err := os.ReadFile(filepath.Join(to, name)); string(got) != "secret one" {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	w.must(t, 0, "cp", "--yes", "--sse-c-key", key, file, "s3://box/from")
	if said := w.must(t, 0, "cp", "--dry-run", "--sse-c-copy-source-key", key, "--sse", "AES256", "s3://box/from", "s3://box/plain"); !strings.Contains(said, "--copy-source-sse-customer-key fileb://"+key) {
		t.Errorf("the plan says %q", said)
	}
	w.must(t, 0, "cp", "--yes", "--sse-c-copy-source-key", key, "--sse", "AES256", "s3://box/from", "s3://box/plain")
	same("plain", "s3://box/plain")
	w.must(t, 0, "cp", "--yes", "--sse-c-copy-source-key", "fileb://"+key, "--sse-c-key", other, "s3://box/from", "s3://box/rotated")
	same("rotated", "--sse-c-key", other, "s3://box/rotated")
	w.must(t, 1, "cp", "--sse-c-key", key, "s3://box/rotated", filepath.Join(to, "none"))
	w.must(t, 1, "cp", "--yes", "--sse-c-copy-source-key", other, "--sse", "AES256", "s3://box/from", "s3://box/none")
	for want, args := range map[string][]string{
		"for copies between buckets":                             {"--sse-c-copy-source-key", key, file, "s3://box/x"},
		"--sse-c-copy-source-key: the key file":                  {"--sse-c-copy-source-key", filepath.Join(keys, "gone"), "s3://box/from", "s3://box/x"},
		"--sse-c-copy-source-key: a customer's key has 32 bytes": {"--sse-c-copy-source-key", filepath.Join(keys, "short"), "s3://box/from", "s3://box/x"},
	} {
		if said := w.must(t, 2, append([]string{"cp"}, args...)...); !strings.Contains(said, want) {
			t.Errorf("%v: %q, want %q", args, said, want)
		}
	}
}
