package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const objectURL = "https://cooper.localhost/bucket/k"

// underKey is the headers of a write under a KMS key.
func underKey(key string, more ...string) []string {
	return append([]string{sseHeader, "aws:kms", sseHeader + "-Aws-Kms-Key-Id", key}, more...)
}

func TestObjectsAreOnlyAsReadableAsTheirKey(t *testing.T) {
	s, _ := newSandbox(t)
	key := DemoKMSKey(DefaultAccount, home)
	if res, body := send(t, s, "PUT", objectURL, "body", underKey(key)...); res.StatusCode != 200 {
		t.Fatal(body)
	}
	for state, want := range map[string][2]string{
		"Disabled":        {"KMS.DisabledException", key + " is disabled."},
		"PendingDeletion": {"KMS.KMSInvalidStateException", key + " is pending deletion."},
		"PendingImport":   {"KMS.KMSInvalidStateException", key + " is pending import."},
	} {
		s.SetKMSKeyState(key, state)
		for _, method := range []string{"GET", "PUT"} {
			res, body := send(t, s, method, objectURL, "", map[string][]string{"PUT": underKey(key)}[method]...)
			wantError(t, res, body, 400, want[0], want[1])
		}
		res, body := send(t, s, "PUT", "https://cooper.localhost/bucket/copy", "", "X-Amz-Copy-Source", "bucket/k")
		wantError(t, res, body, 400, want[0], want[1])
		if res, _ = send(t, s, "HEAD", objectURL, ""); res.StatusCode != 200 {
			t.Errorf("%s: a HEAD opens nothing and got %d", state, res.StatusCode)
		}
	}
	s.SetKMSKeyState(key, "Enabled")
	if res, body := send(t, s, "GET", objectURL, ""); res.StatusCode != 200 || body != "body" {
		t.Error(body)
	}
	s.SetKMSKeyState(key, "")
	res, body := send(t, s, "GET", objectURL, "")
	wantError(t, res, body, 400, "KMS.NotFoundException", "does not exist")
}

func TestABucketsDefaultKeyIsNoticedAtTheFirstWrite(t *testing.T) {
	s, _ := newSandbox(t)
	s.findBucket("bucket").encryption = sseState{algorithm: "aws:kms", keyID: "arn:aws:kms:us-east-1:111122223333:key/" + demoKeyID}
	res, body := send(t, s, "PUT", objectURL, "body")
	wantError(t, res, body, 400, "KMS.NotFoundException", "Invalid arn us-east-1")
	s.findBucket("bucket").encryption = sseState{algorithm: "aws:kms", keyID: s.AddKMSKey(KMSKey{ID: "00000000-1111-2222-3333-444444444444", Region: home, Usage: "SIGN_VERIFY", Spec: "RSA_2048"})}
	res, body = send(t, s, "PUT", objectURL, "body")
	wantError(t, res, body, 400, "KMS.InvalidKeyUsageException", "SIGN_VERIFY")
}

func TestReadingNeedsThePermissionForTheKey(t *testing.T) {
	s, _ := newSandbox(t)
	send(t, s, "PUT", objectURL, "body", underKey(DemoKMSKey(DefaultAccount, home))...)
	limited := s.AddUser("limited", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	get := func(who Credentials) error {
		_, err := clientFor(s, who, home).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
		return err
	}
	wantCode(t, get(limited), "AccessDenied", "is not authorized to perform: kms:Decrypt on resource")
	send(t, s, "PUT", objectURL, "body", sseHeader, "aws:kms")
	if err := get(limited); err != nil {
		t.Errorf("aws/s3 needs no permission of its own: %v", err)
	}
	viaS3 := s.AddUser("via-s3", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"kms:*","Resource":"*",
		"Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:s3:arn":"arn:aws:s3:::bucket/k"}}}]}`)
	send(t, s, "PUT", objectURL, "body", underKey(DemoKMSKey(DefaultAccount, home))...)
	if err := get(viaS3); err != nil {
		t.Error(err)
	}
	send(t, s, "PUT", objectURL, "body", underKey(DemoKMSKey(DefaultAccount, home), sseHeader+"-Bucket-Key-Enabled", "true")...)
	wantCode(t, get(viaS3), "AccessDenied", "kms:Decrypt") // with a Bucket Key the context is the bucket's
}

func TestAnEncryptionContextIsJSONInBase64(t *testing.T) {
	s, _ := newSandbox(t)
	key := DemoKMSKey(DefaultAccount, home)
	for _, wrong := range []string{"%%", base64.StdEncoding.EncodeToString([]byte("[]"))} {
		res, body := send(t, s, "PUT", objectURL, "body", underKey(key, sseHeader+"-Context", wrong)...)
		wantError(t, res, body, 400, "InvalidArgument", "shall be Base64-encoded UTF-8 string holding JSON")
	}
	res, body := send(t, s, "PUT", objectURL, "body", underKey(key, sseHeader+"-Context", base64.StdEncoding.EncodeToString([]byte(`{"team":"data"}`)))...)
	if res.StatusCode != 200 {
		t.Error(body)
	}
}

// events looks events up and gives their records.
func events(t *testing.T, s *Server, c Credentials, in map[string]any) (records []map[string]any, next string) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	_, text := askAt(t, s, c, "cloudtrail", http.MethodPost, "https://cooper.localhost/", string(body),
		"X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")
	var out struct {
		Events    []struct{ CloudTrailEvent string }
		NextToken string
		Type      string `json:"__type"`
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil || out.Type != "" {
		t.Fatal(text, err)
	}
	for _, e := range out.Events {
		r := map[string]any{}
		if err := json.Unmarshal([]byte(e.CloudTrailEvent), &r); err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	return records, out.NextToken
}

func TestTheTrailSaysWhoUsedAKeyForWhat(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	key := DemoKMSKey(DefaultAccount, "us-east-1")
	kmsDone(t, s, "GenerateDataKey", map[string]any{"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": map[string]string{"a": "b"}})
	s.SetKMSKeyState(key, "Disabled")
	kmsRefused(t, s, s.Root(), "Encrypt", map[string]any{"KeyId": key, "Plaintext": "AAAA"}, "DisabledException", "")
	kmsRefused(t, s, credentialsOf(t, s, ReaderUser), "Encrypt", map[string]any{"KeyId": key, "Plaintext": "AAAA"}, "AccessDeniedException", "")
	list, _ := events(t, s, s.Root(), map[string]any{"LookupAttributes": []map[string]string{{"AttributeKey": "ResourceName", "AttributeValue": key}}})
	var got []string
	for _, e := range list {
		who := e["userIdentity"].(map[string]any)
		code, _ := e["errorCode"].(string)
		got = append(got, who["type"].(string)+" "+e["eventName"].(string)+" "+code)
	}
	if strings.Join(got, ", ") != "IAMUser Encrypt AccessDenied, Root Encrypt DisabledException, Root GenerateDataKey " {
		t.Errorf("%q", got)
	}
	if about := list[2]["requestParameters"].(map[string]any)["encryptionContext"].(map[string]any); about["a"] != "b" {
		t.Error(about)
	}
}

func TestEventsArePagedAndLookedUpByOneAttribute(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	for range 7 {
		kmsDone(t, s, "GenerateDataKey", map[string]any{"KeyId": "alias/customer-data", "KeySpec": "AES_256"})
	}
	seen := map[string]bool{}
	in := map[string]any{"MaxResults": 3}
	for range 3 {
		list, next := events(t, s, s.Root(), in)
		for _, e := range list {
			seen[e["eventID"].(string)] = true
		}
		in["NextToken"] = next
	}
	if len(seen) != 7 || in["NextToken"] != "" {
		t.Errorf("%d events, then %q", len(seen), in["NextToken"])
	}
	for _, c := range []struct {
		in   map[string]any
		want int
	}{
		{map[string]any{"LookupAttributes": []map[string]string{{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}}}, 0},
		{map[string]any{"LookupAttributes": []map[string]string{{"AttributeKey": "Username", "AttributeValue": "root"}}}, 7},
		{map[string]any{"StartTime": fixedClock().Add(time.Second).Unix()}, 0},
		{map[string]any{"EndTime": fixedClock().Add(-time.Second).Unix()}, 0},
	} {
		if list, _ := events(t, s, s.Root(), c.in); len(list) != c.want {
			t.Errorf("%v: %d events", c.in, len(list))
		}
	}
	if list, _ := events(t, s, credentialsOf(t, s, OtherRoot), nil); len(list) != 0 {
		t.Error("another account's events")
	}
}

func TestABucketKeySparesMostRequestsToKMS(t *testing.T) {
	count := func(bucketKey string) int {
		s, _ := newSandbox(t)
		for range 10 {
			send(t, s, "PUT", objectURL, "body", underKey(DemoKMSKey(DefaultAccount, home), sseHeader+"-Bucket-Key-Enabled", bucketKey)...)
		}
		return len(s.trail.events)
	}
	if with, without := count("true"), count("false"); with != 1 || without != 10 {
		t.Errorf("%d requests with a Bucket Key, %d without", with, without)
	}
}
