package awsops

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// failedGet makes a GetObjectTagging call that is answered so, without retries to wait for.
func failedGet(t *testing.T, resp *answered, err error) error {
	t.Helper()
	w := &wire{answer: func(int, *http.Request, string) (*answered, error) { return resp, err }}
	s := isolated(t, w)
	_, got := s.client(clientKey{region: "eu-west-1", once: true}).GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: new("b-1"), Key: new("k")})
	return got
}

func TestAnAnsweredErrorHasAKindASentenceAndIds(t *testing.T) {
	for _, tc := range []struct {
		status        int
		code, message string
		kind          Kind
		hint          string
	}{
		{403, "AccessDenied", "Access Denied", KindDenied, "No permission for GetObjectTagging"},
		{403, "AccessDenied", "User: x is not authorized to perform: s3:GetObjectTagging with an explicit deny in a resource-based policy", KindDenied, "bucket's policy"},
		{403, "AccessDenied", "Mfa Authentication must be used for this request", KindMFARequired, "MFA delete"},
		{403, "AccessDenied", "This operation may only be performed by the bucket owner", KindDenied, "root user"},
		{400, "InvalidRequest", "DevPay and Mfa are mutually exclusive authorization methods.", KindCredentials, "long-term"},
		{400, "InvalidArgument", "Mfa header is invalid -- the header should be formatted as {serialNumber}(space){tokenCode}", KindMFARejected, "malformed"},
		{400, "TokenCodeInvalidError", "The serial number and/or token code you provided is not valid.", KindMFARejected, "next one"},
		{400, "NotDeviceOwnerError", "not owned by the authenticated user", KindMFARejected, "somebody else"},
		{409, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.", KindConflict, "Object Lock fixes"},
		{409, "InvalidBucketState", "Mfa Authentication is not supported on a bucket with lifecycle configuration. Delete lifecycle configuration before enabling Mfa Authentication.", KindConflict, "lifecycle rules first"},
		{409, "BucketAlreadyExists", "taken", KindConflict, "Someone else owns this name"},
		{409, "OperationAborted", "conflict", KindConflict, "still running"},
		{400, "TooManyBuckets", "too many", KindConflict, "quota"},
		{404, "NoSuchBucket", "The specified bucket does not exist", KindNotFound, "never existed"},
		{404, "NoSuchTagSet", "The TagSet does not exist", KindNotFound, ""},
		{404, "ServerSideEncryptionConfigurationNotFoundError", "none", KindNotFound, ""},
		{400, "ExpiredToken", "The provided token has expired.", KindExpired, "log in again"},
		{403, "SignatureDoesNotMatch", "no match", KindCredentials, "secret key is wrong"},
		{403, "InvalidAccessKeyId", "unknown", KindCredentials, "not known"},
		{403, "RequestTimeTooSkewed", "skewed", KindCredentials, "clock"},
		{301, "PermanentRedirect", "elsewhere", KindWrongRegion, "another region"},
		{503, "SlowDown", "Please reduce your request rate.", KindThrottled, "slow down"},
		{412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", KindPrecondition, "refresh"},
		{501, "NotImplemented", "A header you provided implies functionality that is not implemented", KindUnsupported, "does not know"},
		{405, "MethodNotAllowed", "not allowed", KindUnsupported, "delete marker"},
		{418, "SomethingNew", "a teapot", KindInvalid, ""},
	} {
		e := Wrap("GetObjectTagging", "b-1", "k", failedGet(t, failure(tc.status, tc.code, tc.message), nil))
		if e == nil || e.Kind != tc.kind || e.Code != tc.code || e.Message != tc.message || e.Status != tc.status || !strings.Contains(e.Hint, tc.hint) {
			t.Errorf("%s: %+v, want kind %v and hint %q", tc.code, e, tc.kind, tc.hint)
			continue
		}
		if e.RequestID != "REQ1" || e.HostID != "HOST1" {
			t.Errorf("%s: ids %q, %q", tc.code, e.RequestID, e.HostID)
		}
		if want := fmt.Sprintf("GetObjectTagging b-1/k: %s (%s)", tc.message, tc.code); e.Error() != want {
			t.Errorf("sentence %q, want %q", e.Error(), want)
		}
	}
}

func TestAnErrorWithoutABodyShowsCodeAndStatus(t *testing.T) {
	for _, tc := range []struct {
		resp *answered
		kind Kind
		want string
	}{
		{reply(403, ""), KindDenied, "GetObjectTagging b-1/k: Forbidden, status 403"},
		{failure(403, "AccessDenied", ""), KindDenied, "GetObjectTagging b-1/k: AccessDenied, status 403"},
		{reply(404, ""), KindNotFound, "GetObjectTagging b-1/k: NotFound, status 404"},
		{reply(502, "<html>bad gateway</html>"), KindThrottled, "GetObjectTagging b-1/k: BadGateway, status 502"},
	} {
		e := Wrap("GetObjectTagging", "b-1", "k", failedGet(t, tc.resp, nil))
		if e == nil || e.Kind != tc.kind || e.Error() != tc.want {
			t.Errorf("got %v of kind %v, want %q", e, e.Kind, tc.want)
		}
	}
}

func TestASuccessThatIsNotS3sIsToldAsSuch(t *testing.T) {
	for _, page := range []string{"<!DOCTYPE html><html><head><meta charset=utf-8><title>Hi</title><body><p>Hello<br>there", "<html><p>a<br></html>"} {
		e := Wrap("GetObjectTagging", "b-1", "k", failedGet(t, reply(200, page), nil))
		if e == nil || e.Kind != KindNetwork || e.Error() != "GetObjectTagging b-1/k: the answer is not S3's" || !strings.Contains(e.Hint, "endpoint") {
			t.Errorf("%q: %v", page, e)
		}
	}
}

func TestAnAnswerWithACharacterThatXMLCanNotCarryIsNoForeignServer(t *testing.T) {
	e := Wrap("GetObjectTagging", "b-1", "k", failedGet(t, reply(200, "<Tagging><TagSet><Tag><Key>a&#x1B;b</Key></Tag></TagSet></Tagging>"), nil))
	if e == nil || e.Kind != KindUnsupported || !strings.Contains(e.Error(), "character that XML can't carry") {
		t.Errorf("%v", e)
	}
}

func TestAMissingBucketIsToldByHeadWithoutABody(t *testing.T) {
	w := &wire{answer: func(int, *http.Request, string) (*answered, error) { return reply(404, ""), nil }}
	_, err := isolated(t, w).Reader().S3(t.Context(), "gone-1")
	if e := Wrap("", "", "", err); e == nil || e.Kind != KindNotFound || e.Code != "NoSuchBucket" {
		t.Errorf("error %+v", e)
	}
}

func TestWhatGoesWrongBeforeAnAnswerIsToldInWords(t *testing.T) {
	for _, tc := range []struct {
		err  error
		kind Kind
		says string
	}{
		{&net.DNSError{Name: "s3.eu-nowhere-1.amazonaws.com", IsNotFound: true}, KindNetwork, "the name s3.eu-nowhere-1.amazonaws.com is not known"},
		{x509.UnknownAuthorityError{}, KindNetwork, "unknown authority"},
		{x509.HostnameError{Host: "h", Certificate: &x509.Certificate{}}, KindNetwork, "another name"},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, KindNetwork, "nothing listens"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, KindNetwork, "connection was cut"},
		{io.ErrUnexpectedEOF, KindNetwork, "connection was cut"},
		{&net.OpError{Op: "proxyconnect", Err: errors.New("x")}, KindNetwork, "proxy could not be reached"},
		{errors.New("Proxy Authentication Required"), KindNetwork, "proxy wants a login"},
		{context.DeadlineExceeded, KindNetwork, "no answer in time"},
		{errors.New("http: server gave HTTP response to HTTPS client"), KindNetwork, "does not speak TLS"},
		{context.Canceled, KindCancelled, "cancelled"},
	} {
		synctest.Test(t, func(t *testing.T) {
			err := failedGet(t, nil, &url.Error{Op: "Get", URL: "https://b-1.s3.amazonaws.com/k?X-Amz-Signature=topsecret", Err: tc.err})
			e := Wrap("GetObjectTagging", "b-1", "k", err)
			if e == nil || e.Kind != tc.kind || !strings.Contains(e.Error(), tc.says) {
				t.Errorf("%v: %v of kind %v", tc.err, e, e.Kind)
			}
			if strings.Contains(e.Error()+e.Err.Error(), "topsecret") {
				t.Errorf("a signature is in %q", e.Err)
			}
		})
	}
}

func TestMissingCredentialsAreToldInWords(t *testing.T) {
	for text, want := range map[string]string{
		"operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds": "no credentials were found",
		"operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, process provider error: exit 1":                  "could not be fetched",
		"get identity: get credentials: failed to refresh cached credentials, failed to read cached SSO token file":                                             "login has expired",
	} {
		if e := Wrap("ListBuckets", "", "", errors.New(text)); !strings.Contains(e.Message, want) || e.Kind != KindCredentials && e.Kind != KindExpired {
			t.Errorf("%q gives %v of kind %v", text, e, e.Kind)
		}
	}
}

func TestWrapKeepsNilAndOurOwnErrors(t *testing.T) {
	if e := Wrap("x", "", "", nil); e != nil {
		t.Errorf("nil became %v", e)
	}
	own := &Error{Op: "a", Kind: KindConflict}
	if got := Wrap("b", "", "", fmt.Errorf("around: %w", own)); got != own {
		t.Errorf("own error became %v", got)
	}
}

func TestEveryKindAndStateHasAWord(t *testing.T) {
	for k := KindBug; k <= KindCredentials; k++ {
		if k.String() == "" {
			t.Errorf("kind %d has no word", k)
		}
	}
	for s := JobQueued; s <= JobCancelled; s++ {
		if s.String() == "" {
			t.Errorf("state %d has no word", s)
		}
	}
}
