package awsops

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAEXAMPLEEXAMPLE01</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>
<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

// roleSession opens a session on a profile that assumes a role with mfa_serial.
func roleSession(t *testing.T, w *wire, mfa MFAProvider) *Session {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "config")
	text := "[profile base]\naws_access_key_id = AKIAEXAMPLEEXAMPLE01\naws_secret_access_key = secret\n" +
		"[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = base\nmfa_serial = " + rootDevice + "\nregion = eu-west-1\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
	s, err := Open(context.Background(), Options{Profile: "ops", Transport: w, MFA: mfa})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// roleServer answers AssumeRole from assume, and everything else with a listing of no buckets.
func roleServer(assume func(n int, form url.Values) *answered) *wire {
	n := 0
	return &wire{answer: func(_ int, r *http.Request, body string) (*answered, error) {
		if form, err := url.ParseQuery(body); err == nil && form.Get("Action") == "AssumeRole" {
			n++
			return assume(n, form), nil
		}
		return reply(200, `<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>`), nil
	}}
}

func assumeCalls(w *wire) int {
	n := 0
	for _, r := range w.requests() {
		if strings.Contains(r.Body, "Action=AssumeRole") {
			n++
		}
	}
	return n
}

func TestAProfileWithAnMFASerialAsksForACode(t *testing.T) {
	mfa := codesOf(t, "123456")
	var got url.Values
	w := roleServer(func(_ int, form url.Values) *answered { got = form; return reply(200, assumed) })
	s := roleSession(t, w, mfa)
	s.skewNS.Store(-int64(s.Clock().Now().Unix()%30) * 1e9) // early in a step, whatever the machine's clock says
	if _, err := s.client(clientKey{region: "eu-west-1"}).ListBuckets(t.Context(), &s3.ListBucketsInput{}); err != nil {
		t.Fatal(err)
	}
	if got.Get("TokenCode") != "123456" || got.Get("SerialNumber") != rootDevice {
		t.Errorf("asked with serial %q", got.Get("SerialNumber"))
	}
	if asked := mfa.Asked(); len(asked) != 1 || !strings.Contains(asked[0].Action, "role/ops") || asked[0].Serial != rootDevice {
		t.Errorf("asked %+v", asked)
	}
	key, _ := s.Key(t.Context()).Get()
	if !key.Temporary || key.Expires.IsZero() {
		t.Errorf("key %+v", key)
	}
}

func TestARolesCodeIsNeverSentTwice(t *testing.T) {
	w := roleServer(func(int, url.Values) *answered { return reply(500, "") })
	s := roleSession(t, w, codesOf(t, "123456"))
	s.skewNS.Store(-int64(s.Clock().Now().Unix()%30) * 1e9)
	_, err := s.client(clientKey{region: "eu-west-1", once: true}).ListBuckets(t.Context(), &s3.ListBucketsInput{})
	e := Wrap("ListBuckets", "", "", err)
	if n := assumeCalls(w); n != 1 || e == nil {
		t.Errorf("%d requests, error %v", n, err)
	}
	if e.Op != "AssumeRole" {
		t.Errorf("the error is told of %s: %v", e.Op, e)
	}
}

func TestARefusedRoleCodeIsToldAsSuch(t *testing.T) {
	w := roleServer(func(int, url.Values) *answered {
		return reply(403, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code.</Message></Error></ErrorResponse>`)
	})
	s := roleSession(t, w, codesOf(t, "123456"))
	s.skewNS.Store(-int64(s.Clock().Now().Unix()%30) * 1e9)
	_, err := s.client(clientKey{region: "eu-west-1"}).ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if e := Wrap("ListBuckets", "", "", err); e == nil || e.Kind != KindMFARejected || e.Op != "AssumeRole" {
		t.Errorf("error %v", e)
	}
}

func TestARoleWhoseCodeNobodyCanGiveIsToldAsSuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := isolated(t, &wire{})
		if _, err := s.roleCode(rootDevice, "role", nil); Wrap("", "", "", err).Kind != KindMFARequired {
			t.Errorf("error %v", err)
		}
	})
}
