package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// setPolicy puts a policy of the given statements on the bucket "bucket", with its public access open.
func setPolicy(t *testing.T, s *Server, statements string) {
	t.Helper()
	config(t, s, "publicAccessBlock", "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>")
	if status, answer := config(t, s, "policy", `{"Version":"2012-10-17","Statement":[`+statements+`]}`); status != 204 {
		t.Fatalf("%d %s", status, answer)
	}
}

func TestTheReaderSeesSomeSettingsAndIsDeniedOthersByName(t *testing.T) {
	s, root := newSandbox(t)
	put(t, root, "k", "v")
	c := clientFor(s, credentialsOf(t, s, ReaderUser), home)
	_, err := c.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("bucket")})
	wantCode(t, err, "", "")
	if got := get(t, c, "k", ""); got != "v" {
		t.Errorf("object: %q", got)
	}
	_, err = c.GetBucketEncryption(t.Context(), &s3.GetBucketEncryptionInput{Bucket: aws.String("bucket")})
	wantCode(t, err, "AccessDenied", `User: arn:aws:iam::111122223333:user/reader is not authorized to perform: s3:GetEncryptionConfiguration on resource: "arn:aws:s3:::bucket" because no identity-based policy allows the s3:GetEncryptionConfiguration action`)
	_, err = c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k"), Body: strings.NewReader("x")})
	wantCode(t, err, "AccessDenied", "s3:PutObject")
	_, err = c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("another")})
	wantCode(t, err, "AccessDenied", "s3:CreateBucket")
	_, err = c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	wantCode(t, err, "", "")
}

func TestADenyBindsRootTooButNeverForThePolicyItself(t *testing.T) {
	s, c := newSandbox(t)
	setPolicy(t, s, `{"Sid":"No","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]}`)
	_, err := c.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("bucket")})
	wantCode(t, err, "AccessDenied", "with an explicit deny in a resource-based policy")
	admin := clientFor(s, credentialsOf(t, s, AdminUser), home)
	_, err = admin.DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: aws.String("bucket")})
	wantCode(t, err, "AccessDenied", "s3:DeleteBucketPolicy")
	if out, err := c.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("bucket")}); err != nil || !strings.Contains(*out.Policy, `"Sid":"No"`) {
		t.Errorf("root reads the policy: %v", err)
	}
	_, err = c.DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: aws.String("bucket")})
	wantCode(t, err, "", "")
	_, err = c.GetBucketPolicyStatus(t.Context(), &s3.GetBucketPolicyStatusInput{Bucket: aws.String("bucket")})
	wantCode(t, err, "NoSuchBucketPolicy", "")
}

func TestAPublicBucketServesTheAnonymousUntilItIsBlocked(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "v")
	public := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}]}`
	status, answer := config(t, s, "policy", public)
	if status != 403 || !strings.Contains(answer, "because public policies are blocked by the BlockPublicPolicy block public access setting.") {
		t.Fatalf("%d %s", status, answer)
	}
	anonymous := func() int {
		res, _ := send(t, s, "GET", "https://cooper.localhost/bucket/k", "", "X-Test-Anonymous", "yes")
		return res.StatusCode
	}
	if got := anonymous(); got != 403 {
		t.Errorf("private: %d", got)
	}
	setPolicy(t, s, public[len(`{"Version":"2012-10-17","Statement":[`):len(public)-2])
	if got := anonymous(); got != 200 {
		t.Errorf("public: %d", got)
	}
	other := clientFor(s, credentialsOf(t, s, OtherRoot), home)
	if got := get(t, other, "k", ""); got != "v" {
		t.Errorf("another account: %q", got)
	}
	if got := show(t, s, "policyStatus"); got != "<PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>" {
		t.Errorf("%s", got)
	}
	s.blocks.set(s.account, &publicAccessBlock{RestrictPublicBuckets: true})
	if got := anonymous(); got != 403 {
		t.Errorf("restricted by the account: %d", got)
	}
	if got := get(t, other, "k", ""); got != "AccessDenied" {
		t.Errorf("another account, restricted: %q", got)
	}
}

func TestAnotherAccountNeedsTheBucketsPolicyAndNeverTouchesIt(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "v")
	other := clientFor(s, credentialsOf(t, s, OtherRoot), home)
	if got := get(t, other, "k", ""); got != "AccessDenied" {
		t.Errorf("before: %q", got)
	}
	setPolicy(t, s, `{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:*","Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]}`)
	if got := get(t, other, "k", ""); got != "v" {
		t.Errorf("after: %q", got)
	}
	_, err := other.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("bucket")})
	wantCode(t, err, "MethodNotAllowed", "The specified method is not allowed against this resource.")
}

func TestConditionsSeeTransportHeadersAndPrefix(t *testing.T) {
	s, _ := newSandbox(t)
	both := `"Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]`
	setPolicy(t, s, `{"Effect":"Deny","Principal":"*","Action":"s3:*",`+both+`,"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
		{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::bucket/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"false"},"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}},
		{"Effect":"Deny","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket","Condition":{"StringLike":{"s3:prefix":"secret/*"}}}`)
	for _, c := range []struct {
		method, url string
		header      []string
		want        int
	}{
		{"GET", "https://cooper.localhost/bucket", nil, 200},
		{"GET", "http://cooper.localhost/bucket", nil, 403},
		{"PUT", "https://cooper.localhost/bucket/k", nil, 200},
		{"PUT", "https://cooper.localhost/bucket/k", []string{"X-Amz-Server-Side-Encryption", "AES256"}, 403},
		{"GET", "https://cooper.localhost/bucket?prefix=secret/x", nil, 403},
		{"GET", "https://cooper.localhost/bucket?prefix=open/", nil, 200},
	} {
		if res, body := send(t, s, c.method, c.url, "", c.header...); res.StatusCode != c.want {
			t.Errorf("%s %s %v: %d %s", c.method, c.url, c.header, res.StatusCode, body)
		}
	}
}

func TestAPolicyMayAskForTheTagsOfTheObject(t *testing.T) {
	s, c := newSandbox(t)
	for key, tags := range map[string]string{"open": "class=public", "closed": "class=secret", "bare": ""} {
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: &key, Tagging: &tags, Body: strings.NewReader(key)})
		wantCode(t, err, "", "")
	}
	setPolicy(t, s, `{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*","Condition":{"StringNotEquals":{"s3:ExistingObjectTag/class":"public"}}}`)
	for key, want := range map[string]string{"open": "open", "closed": "AccessDenied", "bare": "AccessDenied"} {
		if got := get(t, c, key, ""); got != want {
			t.Errorf("%s: %q", key, got)
		}
	}
}

func TestAPolicyIsRefusedInS3sWords(t *testing.T) {
	s, c := newSandbox(t)
	for text, want := range map[string]string{
		`no`: "Policies must be valid JSON and the first byte must be '{'",
		`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/nobody"},"Action":"s3:*","Resource":"arn:aws:s3:::bucket"}]}`: "Invalid principal in policy",
		`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket"}]}`:                                     "Action does not apply to any resource(s) in statement",
	} {
		if status, answer := config(t, s, "policy", text); status != 400 || !strings.Contains(answer, "<Code>MalformedPolicy</Code><Message>"+want) {
			t.Errorf("%s: %d %s", text, status, answer)
		}
	}
	if status, answer := config(t, s, "policy", "{"+strings.Repeat(" ", 20<<10)+"}"); status != 400 || !strings.Contains(answer, "PolicyTooLarge") {
		t.Errorf("%d %s", status, answer)
	}
	admin := clientFor(s, credentialsOf(t, s, AdminUser), home)
	lockOut := `{"Statement":[{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/admin"},"Action":"s3:PutBucketPolicy","Resource":"arn:aws:s3:::bucket"}]}`
	in := &s3.PutBucketPolicyInput{Bucket: aws.String("bucket"), Policy: &lockOut}
	_, err := admin.PutBucketPolicy(t.Context(), in)
	wantCode(t, err, "AccessDenied", "future")
	in.ConfirmRemoveSelfBucketAccess = aws.Bool(true)
	_, err = admin.PutBucketPolicy(t.Context(), in)
	wantCode(t, err, "", "")
	out, err := c.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("bucket")})
	if err != nil || *out.Policy != lockOut {
		t.Errorf("the text comes back as it was: %v", err)
	}
}

func TestSessionsEndByTheServersClock(t *testing.T) {
	now := fixedClock()
	s := New(Options{Clock: func() time.Time { return now }})
	c := clientFor(s, credentialsOf(t, s, RootSession), home)
	_, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	wantCode(t, err, "", "")
	now = now.Add(time.Hour)
	_, err = c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	wantCode(t, err, "ExpiredToken", "The provided token has expired.")
	c = clientFor(s, credentialsOf(t, s, AdminSession), home)
	_, err = c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	wantCode(t, err, "", "")
}

func TestAFrozenServerServesClientsOfTheWallClockWhenToldTo(t *testing.T) {
	for _, signing := range []func() time.Time{nil, time.Now} {
		s := New(Options{Clock: func() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }, SignatureClock: signing})
		r, err := http.NewRequestWithContext(t.Context(), "GET", "https://cooper.localhost/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Content-Sha256", hexSHA256(""))
		who := credentialsOf(t, s, AdminSession)
		err = v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: who.AccessKeyID, SecretAccessKey: who.SecretAccessKey,
			SessionToken: who.SessionToken}, r, hexSHA256(""), "s3", home, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if want := map[bool]int{true: 403, false: 200}[signing == nil]; res.StatusCode != want {
			t.Errorf("%d, want %d", res.StatusCode, want)
		}
	}
}

func TestABodyThatWasChangedOnItsWayChangesNothing(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "old")
	r, err := http.NewRequestWithContext(t.Context(), "PUT", "https://cooper.localhost/bucket/k", strings.NewReader("new"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Content-Sha256", hexSHA256("other"))
	signFor(s, r, home)
	res, err := s.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if got := get(t, c, "k", ""); res.StatusCode != 400 || got != "old" {
		t.Errorf("%d, now %q", res.StatusCode, got)
	}
}

func TestPrincipalsAreTheSameInEveryRunAndHideTheirSecrets(t *testing.T) {
	a, b := New(Options{Seed: 1}), New(Options{Seed: 2, Clock: fixedClock})
	for _, name := range []string{RootUser, AdminUser, ReaderUser, RootSession, AdminSession, OtherRoot} {
		one, two := credentialsOf(t, a, name), credentialsOf(t, b, name)
		if one != two || one.SecretAccessKey == "" || (one.SessionToken != "") != strings.HasSuffix(name, "session") {
			t.Errorf("%s: %v %v", name, one, two)
		}
		if text := fmt.Sprintf("%v %+v %#v", one, one, one); strings.Contains(text, one.SecretAccessKey) {
			t.Errorf("%s shows its secret", name)
		}
	}
	if _, ok := a.Credentials("nobody"); ok {
		t.Error("nobody has credentials")
	}
}
