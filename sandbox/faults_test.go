package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestAFaultStrikesTheRequestsItNamesAndNoOthers(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "a/1", "x")
	put(t, c, "b/1", "x")
	struck := s.Faults.Add(Fault{Operation: "GetObject", Bucket: "buck*", Key: "a/*", Skip: 1, Times: 2, Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."})
	var got []string
	for range 4 {
		got = append(got, get(t, c, "a/1", ""), get(t, c, "b/1", ""))
	}
	if strings.Join(got, " ") != "x x SlowDown x SlowDown x x x" || struck() != 2 {
		t.Errorf("%q, struck %d times", got, struck())
	}
	_, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: aws.String("a/1")})
	wantCode(t, err, "", "")
}

func TestChanceFollowsTheSeed(t *testing.T) {
	pattern := func() string {
		s := New(Options{Clock: fixedClock, Seed: 7})
		s.Faults.Add(Fault{Status: 500, Chance: 0.5})
		var b strings.Builder
		for range 40 {
			res, _ := send(t, s, "GET", "https://cooper.localhost/", "")
			b.WriteString(map[bool]string{true: "x", false: "."}[res.StatusCode == 500])
		}
		return b.String()
	}
	one := pattern()
	if n := strings.Count(one, "x"); n < 10 || n > 30 || one != pattern() {
		t.Errorf("%s", one)
	}
}

func TestResetsHappenBeforeOrAfterTheWork(t *testing.T) {
	s, c := newSandbox(t)
	store := func(key string) error {
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: &key, Body: strings.NewReader("x")})
		return err
	}
	s.Faults.Add(Fault{Kind: FaultReset, Key: "before"})
	s.Faults.Add(Fault{Kind: FaultResetAfter, Key: "after", Times: 1})
	for _, key := range []string{"before", "after"} {
		if err := store(key); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %v", key, err)
		}
	}
	s.Faults.Clear()
	if a, b := get(t, c, "before", ""), get(t, c, "after", ""); a != "NoSuchKey" || b != "x" {
		t.Errorf("before: %q, after: %q", a, b)
	}
}

func TestATruncatedBodyEndsUnexpectedly(t *testing.T) {
	s, c := newSandbox(t)
	put(t, c, "k", "0123456789")
	s.Faults.Add(Fault{Kind: FaultTruncate, Operation: "GetObject", Bytes: 4})
	out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(out.Body)
	if string(b) != "0123" || !errors.Is(err, io.ErrUnexpectedEOF) || aws.ToInt64(out.ContentLength) != 10 {
		t.Errorf("%q of %d, %v", b, aws.ToInt64(out.ContentLength), err)
	}
}

func TestDelaysPassInVirtualTimeAndEndWithTheClientsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		s.Faults.Add(Fault{Kind: FaultDelay, Delay: time.Minute})
		began := time.Now()
		if res, _ := send(t, s, "GET", "https://cooper.localhost/", ""); res.StatusCode != 200 || time.Since(began) != time.Minute {
			t.Errorf("%d after %v", res.StatusCode, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "GET", "https://cooper.localhost/", nil)
		if err != nil {
			t.Fatal(err)
		}
		signFor(s, r, home)
		res, err := s.Transport().RoundTrip(r)
		if err == nil {
			_ = res.Body.Close()
			t.Error("an answer for a client that gave up")
		}
	})
}

func TestFaultsOfTheQueryServicesAreNamedByTheirAction(t *testing.T) {
	s := New(Options{Clock: fixedClock})
	s.Faults.Add(Fault{Operation: "GetCallerIdentity", Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."})
	status, body := ask(t, s, s.Root(), "sts", "Action=GetCallerIdentity&Version=2011-06-15")
	if status != 403 || !strings.Contains(body, "<Code>ExpiredToken</Code>") {
		t.Errorf("%d %s", status, body)
	}
	s.Faults.Clear()
	s.Faults.Add(Fault{Operation: "AssumeRole", Status: 500})
	if status, body = ask(t, s, s.Root(), "sts", "Action=GetCallerIdentity&Version=2011-06-15"); status != 200 {
		t.Errorf("%d %s", status, body)
	}
}

func TestFaultsAreReadFromTheCommandLine(t *testing.T) {
	for text, want := range map[string]Fault{
		"slowdown":                           {Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."},
		"internal,op=ListObjectsV2,times=3":  {Status: 500, Code: "InternalError", Message: "We encountered an internal error. Please try again.", Operation: "ListObjectsV2", Times: 3},
		"expired":                            {Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."},
		"reset,bucket=b-*,chance=0.25":       {Kind: FaultReset, Bucket: "b-*", Chance: 0.25},
		"reset-after,skip=2,key=a":           {Kind: FaultResetAfter, Skip: 2, Key: "a"},
		"truncate=100,delay=1s":              {Kind: FaultTruncate, Bytes: 100, Delay: time.Second},
		"status=502":                         {Status: 502},
		"status=403,code=RequestTimeTooSkew": {Status: 403, Code: "RequestTimeTooSkew", Message: "RequestTimeTooSkew"},
		"delay=250ms, op=PutObject":          {Kind: FaultDelay, Delay: 250 * time.Millisecond, Operation: "PutObject"},
	} {
		if got, err := ParseFault(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "slow", "status=99", "status", "delay", "truncate=x", "reset,skip=x", "reset,where=here"} {
		if _, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), "fault ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestOperationsAreNamedAsInTheAPI(t *testing.T) {
	for request, want := range map[string]string{
		"GET /": "ListBuckets", "PUT /b": "CreateBucket", "HEAD /b": "HeadBucket", "DELETE /b": "DeleteBucket",
		"GET /b": "ListObjects", "GET /b?list-type=2": "ListObjectsV2", "GET /b?versions": "ListObjectVersions",
		"GET /b?uploads": "ListMultipartUploads", "POST /b?delete": "DeleteObjects", "PUT /b?versioning": "PutBucketVersioning",
		"GET /b?acl": "GetBucketAcl", "DELETE /b?tagging": "DeleteBucketTagging", "GET /b?policyStatus": "GetBucketPolicyStatus",
		"PUT /b?publicAccessBlock": "PutPublicAccessBlock", "GET /b?object-lock": "GetObjectLockConfiguration",
		"PUT /b?lifecycle": "PutBucketLifecycleConfiguration", "PUT /b/k": "PutObject", "GET /b/k?versionId=1": "GetObject",
		"HEAD /b/k": "HeadObject", "DELETE /b/k": "DeleteObject", "GET /b/k?tagging": "GetObjectTagging", "GET /b/k?acl": "GetObjectAcl",
		"POST /b/k?uploads": "CreateMultipartUpload", "PUT /b/k?partNumber=1&uploadId=u": "UploadPart", "GET /b/k?uploadId=u": "ListParts",
		"POST /b/k?uploadId=u": "CompleteMultipartUpload", "DELETE /b/k?uploadId=u": "AbortMultipartUpload",
		"GET /b/k?attributes": "GetObjectAttributes", "PUT /b/k?retention": "PutObjectRetention", "PUT /b/k?encryption": "UpdateObjectEncryption",
	} {
		method, path, _ := strings.Cut(request, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "https://cooper.localhost"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = r.URL.Host
		if got, _, _ := New(Options{}).newCall(nil, r).describe(); got != want {
			t.Errorf("%s: %q, want %q", request, got, want)
		}
	}
}
