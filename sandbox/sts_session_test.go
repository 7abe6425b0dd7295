package sandbox

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const maintainerARN = "arn:aws:iam::" + DefaultAccount + ":role/" + MaintainerRole

// session asks STS for credentials; code is the error's.
func session(t *testing.T, s *Server, who Credentials, action string, parameters ...string) (c Credentials, arn, code string) {
	t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2011-06-15"}}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	_, body := ask(t, s, who, "sts", form.Encode())
	var answer struct {
		Role, Own struct {
			AccessKeyID string `xml:"Credentials>AccessKeyId"`
			Secret      string `xml:"Credentials>SecretAccessKey"`
			Token       string `xml:"Credentials>SessionToken"`
			ARN         string `xml:"AssumedRoleUser>Arn"`
		}
		Code string `xml:"Error>Code"`
	}
	body = strings.NewReplacer("AssumeRoleResult>", "Role>", "GetSessionTokenResult>", "Own>").Replace(body)
	if err := xml.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	got := answer.Role
	if action == "GetSessionToken" {
		got = answer.Own
	}
	return Credentials{got.AccessKeyID, got.Secret, got.Token}, got.ARN, answer.Code
}

func TestARoleThatWantsACodeIsAssumedWithAFreshOne(t *testing.T) {
	now := fixedClock()
	s := New(Options{Clock: func() time.Time { return now }, Seed: 1})
	operator, device := credentialsOf(t, s, OperatorUser), s.OperatorDevice()
	assume := func(more ...string) (Credentials, string, string) {
		return session(t, s, operator, "AssumeRole", append([]string{"RoleArn", maintainerARN, "RoleSessionName", "night-shift"}, more...)...)
	}
	if _, _, code := assume(); code != "AccessDenied" {
		t.Errorf("without a code: %q", code)
	}
	token := []string{"SerialNumber", device.Serial, "TokenCode", device.Code(now)}
	got, arn, code := assume(append(token, "DurationSeconds", "900")...)
	if code != "" || arn != "arn:aws:sts::111122223333:assumed-role/maintainer/night-shift" {
		t.Fatalf("%q %q", arn, code)
	}
	if _, _, code = assume(token...); code != "AccessDenied" {
		t.Errorf("the same code again: %q", code)
	}
	c := clientFor(s, got, home)
	mustCreate(t, c, "made-by-the-role")
	now = now.Add(15 * time.Minute)
	_, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	wantCode(t, err, "ExpiredToken", "")
}

func TestSessionsAreRefusedInSTSsWords(t *testing.T) {
	s := New(Options{Clock: fixedClock, Seed: 1})
	admin, operator := credentialsOf(t, s, AdminUser), credentialsOf(t, s, OperatorUser)
	adminRole := strings.Replace(maintainerARN, MaintainerRole, AdminUser, 1)
	rootDevice := s.Device()
	for _, c := range []struct {
		name string
		who  Credentials
		role string
		more []string
		want string
	}{
		{"root", s.Root(), adminRole, nil, "AccessDenied"},
		{"reader", credentialsOf(t, s, ReaderUser), adminRole, nil, "AccessDenied"},
		{"another account's root", credentialsOf(t, s, OtherRoot), adminRole, nil, "AccessDenied"},
		{"no such role", admin, maintainerARN + "x", nil, "AccessDenied"},
		{"too long", admin, adminRole, []string{"DurationSeconds", "43201"}, "ValidationError"},
		{"too short", admin, adminRole, []string{"DurationSeconds", "60"}, "ValidationError"},
		{"chained, too long", credentialsOf(t, s, AdminSession), adminRole, []string{"DurationSeconds", "7200"}, "ValidationError"},
		{"somebody else's device", operator, maintainerARN, []string{"SerialNumber", rootDevice.Serial, "TokenCode", rootDevice.Code(fixedClock())}, "AccessDenied"},
		{"wrong code", operator, maintainerARN, []string{"SerialNumber", s.OperatorDevice().Serial, "TokenCode", "000000"}, "AccessDenied"},
		{"admin becomes the admin role", admin, adminRole, nil, ""},
		{"chained", credentialsOf(t, s, AdminSession), adminRole, nil, ""},
	} {
		if _, _, code := session(t, s, c.who, "AssumeRole", append([]string{"RoleArn", c.role, "RoleSessionName", "me"}, c.more...)...); code != c.want {
			t.Errorf("%s: %q, want %q", c.name, code, c.want)
		}
	}
	if _, _, code := session(t, s, admin, "AssumeRole", "RoleArn", adminRole, "RoleSessionName", "two words"); code != "ValidationError" {
		t.Errorf("session name: %q", code)
	}
}

func TestASessionTokenOfRootCarriesMFAIntoPoliciesButNeverIntoMFADelete(t *testing.T) {
	s, root := newSandbox(t)
	setPolicy(t, s, `{"Effect":"Deny","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`)
	list := func(c *s3.Client) error {
		_, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("bucket")})
		return err
	}
	wantCode(t, list(root), "AccessDenied", "explicit deny")
	plain, _, code := session(t, s, s.Root(), "GetSessionToken")
	if code != "" {
		t.Fatal(code)
	}
	wantCode(t, list(clientFor(s, plain, home)), "AccessDenied", "explicit deny")
	d := s.Device()
	strong, _, code := session(t, s, s.Root(), "GetSessionToken", "SerialNumber", d.Serial, "TokenCode", d.Code(s.Now()))
	if code != "" {
		t.Fatal(code)
	}
	wantCode(t, list(clientFor(s, strong, home)), "", "")
	_, _, code = session(t, s, strong, "GetSessionToken")
	if code != "AccessDenied" {
		t.Errorf("a session's session: %q", code)
	}
	if _, _, code = session(t, s, s.Root(), "GetSessionToken", "DurationSeconds", "7200"); code != "ValidationError" {
		t.Errorf("root's session of two hours: %q", code)
	}
}
