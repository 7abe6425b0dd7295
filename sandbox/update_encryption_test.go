package sandbox

import (
	"strings"
	"testing"
	"time"
)

const wantKMS = `<ObjectEncryption xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><SSE-KMS>%</SSE-KMS></ObjectEncryption>`

func TestAKMSKeyIsChangedInPlace(t *testing.T) {
	s, _ := newSandbox(t)
	b := s.findBucket("bucket")
	b.versioning = versioningEnabled
	url := "https://cooper.localhost/bucket/k"
	if res, body := send(t, s, "PUT", url, "text", "X-Amz-Storage-Class", "GLACIER", "X-Amz-Meta-A", "b"); res.StatusCode != 200 {
		t.Fatal(body)
	}
	before, _ := send(t, s, "HEAD", url, "")
	arn := s.AddKMSKey(KMSKey{ID: "0a0a0a0a-0000-4000-8000-000000000001", Region: home})
	doc := strings.Replace(wantKMS, "%", "<BucketKeyEnabled>true</BucketKeyEnabled><KMSKeyArn>"+arn+"</KMSKeyArn>", 1)
	if res, body := send(t, s, "PUT", url+"?encryption", doc); res.StatusCode != 200 {
		t.Fatal(body)
	}
	after, _ := send(t, s, "HEAD", url, "")
	for _, name := range []string{"X-Amz-Version-Id", "Etag", "Last-Modified", "X-Amz-Storage-Class", "X-Amz-Meta-A"} {
		if before.Header.Get(name) == "" || before.Header.Get(name) != after.Header.Get(name) {
			t.Errorf("%s was %q and is %q", name, before.Header.Get(name), after.Header.Get(name))
		}
	}
	if after.Header.Get(sseHeader) != "aws:kms" || after.Header.Get(sseHeader+"-Aws-Kms-Key-Id") != arn || after.Header.Get(sseHeader+"-Bucket-Key-Enabled") != "true" {
		t.Errorf("%v", after.Header)
	}
}

func TestWhatCanNotChangeItsKeyInPlaceIsRefusedInAWSsWords(t *testing.T) {
	s, _ := newSandbox(t)
	b := s.findBucket("bucket")
	b.blockSSEC = false
	url := "https://cooper.localhost/bucket/"
	arn := s.AddKMSKey(KMSKey{ID: "0a0a0a0a-0000-4000-8000-000000000001", Region: home})
	disabled := s.AddKMSKey(KMSKey{ID: "0a0a0a0a-0000-4000-8000-000000000002", Region: home, State: "Disabled"})
	for key, header := range map[string][]string{"plain": nil, "ssec": customerKey('a', "X-Amz-"), "dsse": {sseHeader, "aws:kms:dsse", sseHeader + "-Aws-Kms-Key-Id", arn}} {
		if res, body := send(t, s, "PUT", url+key, "text", header...); res.StatusCode != 200 {
			t.Fatal(body)
		}
	}
	for _, lock := range []lockState{{hold: "ON"}, {mode: "GOVERNANCE", until: s.Now().Add(time.Hour)}} {
		b.keys.get("plain").change(func(a *attributes) { a.lock = lock })
		res, body := send(t, s, "PUT", url+"plain?encryption", strings.Replace(wantKMS, "%", "<KMSKeyArn>"+arn+"</KMSKeyArn>", 1))
		wantError(t, res, body, 403, "AccessDenied", "protected by S3 Object Lock")
	}
	b.keys.get("plain").change(func(a *attributes) { a.lock = lockState{} })
	for _, c := range []struct{ key, doc, code, words string }{
		{"ssec", "<KMSKeyArn>" + arn + "</KMSKeyArn>", "InvalidRequest", "encryption type DSSE-KMS or SSE-C. Only source"},
		{"dsse", "<KMSKeyArn>" + arn + "</KMSKeyArn>", "InvalidRequest", "encryption type DSSE-KMS or SSE-C. Only source"},
		{"plain", "", "InvalidRequest", "require an Amazon Web Services KMS key"},
		{"plain", "<KMSKeyArn>alias/mine</KMSKeyArn>", "InvalidRequest", "require a valid Amazon Web Services KMS"},
		{"plain", "<KMSKeyArn>" + arn + "</KMSKeyArn><BucketKeyEnabled>perhaps</BucketKeyEnabled>", "InvalidRequest", "Valid values are true or false"},
		{"plain", "<KMSKeyArn>arn:aws:kms:eu-west-1:444455556666:key/1</KMSKeyArn>", "AccessDenied", "owned by the same account"},
		{"plain", "<KMSKeyArn>" + disabled + "</KMSKeyArn>", "KMS.DisabledException", "disabled"},
		{"gone", "<KMSKeyArn>" + arn + "</KMSKeyArn>", "NoSuchKey", ""},
	} {
		res, body := send(t, s, "PUT", url+c.key+"?encryption", strings.Replace(wantKMS, "%", c.doc, 1))
		status := map[string]int{"AccessDenied": 403, "NoSuchKey": 404}[c.code]
		if status == 0 {
			status = 400
		}
		wantError(t, res, body, status, c.code, c.words)
	}
	for kind, words := range map[string]string{"SSE-S3": "require a valid new encryption type", "DSSE-KMS": "updating the encryption type to DSSE-KMS", "SSE-C": "updating the encryption type to DSSE-KMS"} {
		res, body := send(t, s, "PUT", url+"plain?encryption", "<ObjectEncryption><"+kind+"/></ObjectEncryption>")
		wantError(t, res, body, 400, "InvalidRequest", words)
	}
}
