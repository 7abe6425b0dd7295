package sandbox

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// ask sends a form to a query service, or a document to S3 Control, signed with the credentials.
func ask(t *testing.T, s *Server, c Credentials, service, form string) (int, string) {
	t.Helper()
	return askAt(t, s, c, service, http.MethodPost, "https://cooper.localhost/", form)
}

func askAt(t *testing.T, s *Server, c Credentials, service, method, url, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	hash := hexSHA256(body)
	if service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", hash)
	}
	err = v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey,
		SessionToken: c.SessionToken}, r, hash, service, "us-east-1", s.Now())
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func credentialsOf(t *testing.T, s *Server, name string) Credentials {
	t.Helper()
	c, ok := s.Credentials(name)
	if !ok {
		t.Fatalf("no principal %q", name)
	}
	return c
}

func TestEverybodyMayAskWhoTheyAre(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	for name, want := range map[string]string{
		RootUser:     "<Arn>arn:aws:iam::111122223333:root</Arn><UserId>111122223333</UserId><Account>111122223333</Account>",
		AdminUser:    "<Arn>arn:aws:iam::111122223333:user/admin</Arn>",
		ReaderUser:   "<Arn>arn:aws:iam::111122223333:user/reader</Arn>",
		RootSession:  "<Arn>arn:aws:iam::111122223333:root</Arn>",
		AdminSession: "<Arn>arn:aws:sts::111122223333:assumed-role/admin/cooper</Arn>",
		OtherRoot:    "<Arn>arn:aws:iam::444455556666:root</Arn>",
	} {
		status, body := ask(t, s, credentialsOf(t, s, name), "sts", "Action=GetCallerIdentity&Version=2011-06-15")
		if status != 200 || !strings.Contains(body, want) || !strings.Contains(body, "<GetCallerIdentityResponse xmlns=\""+stsNamespace) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestTheServicesRefuseInTheirOwnWords(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	root, identity := s.Root(), "Action=GetCallerIdentity&Version=2011-06-15"
	forged := root
	forged.SecretAccessKey = "wrong"
	for _, c := range []struct {
		name, service, form, code string
		who                       Credentials
		status                    int
	}{
		{"unknown key", "sts", identity, "InvalidClientTokenId", Credentials{AccessKeyID: "AKIANOBODY", SecretAccessKey: "x"}, 403},
		{"wrong secret", "sts", identity, "SignatureDoesNotMatch", forged, 403},
		{"unknown action", "sts", "Action=Dance&Version=2011-06-15", "InvalidAction", root, 400},
		{"reader lists devices", "iam", "Action=ListVirtualMFADevices&Version=2010-05-08", "AccessDenied", credentialsOf(t, s, ReaderUser), 403},
		{"no such user", "iam", "Action=ListMFADevices&UserName=nobody&Version=2010-05-08", "NoSuchEntity", root, 404},
		{"no such status", "iam", "Action=ListVirtualMFADevices&AssignmentStatus=lost&Version=2010-05-08", "ValidationError", root, 400},
	} {
		status, body := ask(t, s, c.who, c.service, c.form)
		if status != c.status || !strings.Contains(body, "<ErrorResponse") || !strings.Contains(body, "<Type>Sender</Type><Code>"+c.code+"</Code>") {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
}

func TestDevicesAreFoundThroughIAM(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	serial := "<SerialNumber>arn:aws:iam::111122223333:mfa/root-account-mfa-device</SerialNumber>"
	for _, c := range []struct {
		who, form string
		shown     bool
	}{
		{RootUser, "Action=ListVirtualMFADevices&AssignmentStatus=Assigned", true},
		{AdminUser, "Action=ListVirtualMFADevices", true},
		{RootUser, "Action=ListVirtualMFADevices&AssignmentStatus=Unassigned", false},
		{OtherRoot, "Action=ListVirtualMFADevices", false},
		{OperatorUser, "Action=ListMFADevices", false},
		{RootUser, "Action=ListMFADevices", true},
		{AdminUser, "Action=ListMFADevices", false},
		{RootUser, "Action=ListMFADevices&UserName=admin", false},
	} {
		status, body := ask(t, s, credentialsOf(t, s, c.who), "iam", c.form+"&Version=2010-05-08")
		if status != 200 || strings.Contains(body, serial) != c.shown {
			t.Errorf("%s %s: %d %s", c.who, c.form, status, body)
		}
	}
}

const accountBlockURL = "https://111122223333.cooper.localhost/v20180820/configuration/publicAccessBlock"

func TestTheAccountsPublicAccessBlockIsSetThroughS3Control(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	account := []string{"X-Amz-Account-Id", "111122223333"}
	at := func(who, method, body string) (int, string) {
		return askAt(t, s, credentialsOf(t, s, who), "s3", method, accountBlockURL, body, account...)
	}
	if status, body := at(RootUser, "GET", ""); status != 404 || !strings.Contains(body, "<ErrorResponse") || !strings.Contains(body, "<Code>NoSuchPublicAccessBlockConfiguration</Code>") {
		t.Errorf("not set: %d %s", status, body)
	}
	if status, body := at(RootUser, "PUT", "<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := at(AdminUser, "GET", ""); status != 200 || !strings.Contains(body, "<IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>") {
		t.Errorf("%d %s", status, body)
	}
	for _, who := range []string{ReaderUser, OtherRoot} {
		if status, body := at(who, "GET", ""); status != 403 || !strings.Contains(body, "<Code>AccessDenied</Code>") {
			t.Errorf("%s: %d %s", who, status, body)
		}
	}
}

func TestTheAccountsPublicAccessBlockIsCheckedAndDeleted(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	account := []string{"X-Amz-Account-Id", "111122223333"}
	at := func(who, method, body string) (int, string) {
		return askAt(t, s, credentialsOf(t, s, who), "s3", method, accountBlockURL, body, account...)
	}
	if status, body := at(RootUser, "PUT", "<PublicAccessBlockConfiguration/>"); status != 400 || !strings.Contains(body, "Must specify at least one configuration.") {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := at(RootUser, "DELETE", ""); status != 204 {
		t.Errorf("delete: %d", status)
	}
	if status, body := askAt(t, s, s.Root(), "s3", "GET", "https://cooper.localhost/v20180820/jobs", "", account...); status != 501 {
		t.Errorf("an unknown path: %d %s", status, body)
	}
}
