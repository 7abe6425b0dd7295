package sigv4

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// server answers every request with the verdict on its signature and keeps what it saw.
type server struct {
	now   time.Time
	keys  map[string]Key
	id    Identity
	body  []byte
	err   error
	trail http.Header
}

// RoundTrip makes of a client's request what a server's would be and verifies it.
func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		return nil, err
	}
	return s.serve(&wire)
}

func (s *server) serve(wire io.Reader) (*http.Response, error) {
	in, err := http.ReadRequest(newBufio(wire))
	if err != nil {
		return nil, err
	}
	s.body = nil
	s.id, s.err = Verify(in, Options{Now: s.now, Lookup: func(id string) (Key, bool) { k, ok := s.keys[id]; return k, ok }})
	if s.err == nil {
		s.body, s.err = io.ReadAll(in.Body)
	}
	s.trail = in.Trailer
	rec := httptest.NewRecorder()
	if s.err != nil {
		rec.WriteHeader(http.StatusForbidden)
	}
	return rec.Result(), nil
}

func newServer() *server {
	return &server{now: time.Now(), keys: map[string]Key{
		"LONG": {Secret: "long/secret"},
		"TEMP": {Secret: "temp/secret", SessionToken: "the/session=token", Expires: time.Now().Add(time.Hour)},
	}}
}

func (s *server) client(key, secret, token, scheme string) *s3.Client {
	return s3.NewFromConfig(aws.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: s},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret, SessionToken: token}, nil
		}),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
	}, func(o *s3.Options) {
		o.BaseEndpoint = aws.String(scheme + "://cooper.localhost:9000")
		o.UsePathStyle = true
		o.RetryMaxAttempts = 1
	})
}

var oddKeys = []string{"plain", "a b+c%d&e=f?g", "//", "a//b/../c/./d", "é\u202e\x1b[31m", "\xff\xfe", "~-._!*'();:@,$#[]", "trailing/", "\x01\x7f", "%2F%20+"}

func TestTheSDKsSignaturesOfOddKeysAreAccepted(t *testing.T) {
	s := newServer()
	for _, scheme := range []string{"http", "https"} {
		c := s.client("LONG", "long/secret", "", scheme)
		for _, key := range oddKeys {
			_, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String(key), VersionId: aws.String("a/b+c")})
			if err != nil || s.err != nil {
				t.Errorf("GET %q: %v, %v", key, err, s.err)
			}
			_, err = c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), Prefix: aws.String(key)})
			if s.err != nil {
				t.Errorf("LIST %q: %v, %v", key, err, s.err)
			}
			body := strings.Repeat("x", 200_000)
			_, err = c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: aws.String(key), Body: strings.NewReader(body),
				Metadata: map[string]string{"note": "two  spaces and \t tab"}})
			if err != nil || string(s.body) != body {
				t.Errorf("PUT %q over %s: %v, %v, %d bytes", key, scheme, err, s.err, len(s.body))
			}
			if scheme == "https" && s.trail.Get("X-Amz-Checksum-Crc32") == "" {
				t.Errorf("PUT %q: trailer %v", key, s.trail)
			}
		}
	}
}

func TestPresignedURLsOfTheSDKAreAccepted(t *testing.T) {
	s := newServer()
	for _, cred := range [][3]string{{"LONG", "long/secret", ""}, {"TEMP", "temp/secret", "the/session=token"}} {
		p := s3.NewPresignClient(s.client(cred[0], cred[1], cred[2], "https"))
		for _, key := range oddKeys {
			get, err := p.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String(key), ResponseContentDisposition: aws.String(`attachment; filename="x"`)})
			if err != nil {
				t.Fatal(err)
			}
			s.send(t, get.Method, get.URL, get.SignedHeader, "")
			if s.err != nil || s.id.AuthType != AuthQuery || s.id.Temporary != (cred[2] != "") {
				t.Errorf("GET %q as %s: %v %+v", key, cred[0], s.err, s.id)
			}
			put, err := p.PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String(key), IfNoneMatch: aws.String("*")})
			if err != nil {
				t.Fatal(err)
			}
			s.send(t, put.Method, put.URL, put.SignedHeader, "content")
			if s.err != nil || string(s.body) != "content" {
				t.Errorf("PUT %q: %v", key, s.err)
			}
			s.send(t, "DELETE", put.URL, put.SignedHeader, "")
			if code(s.err) != "SignatureDoesNotMatch" {
				t.Errorf("another method: %v", s.err)
			}
		}
	}
}

func (s *server) send(t *testing.T, method, target string, header http.Header, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		if k != "Host" && k != "Content-Length" {
			r.Header[k] = v
		}
	}
	res, err := s.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
}

func code(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

func TestWrongCredentialsGetAWSsRefusals(t *testing.T) {
	cases := []struct {
		name, key, secret, token string
		clock                    time.Duration
		want                     string
	}{
		{"unknown key", "NOBODY", "x", "", 0, "InvalidAccessKeyId"},
		{"wrong secret", "LONG", "x", "", 0, "SignatureDoesNotMatch"},
		{"temporary key without its token", "TEMP", "temp/secret", "", 0, "InvalidAccessKeyId"},
		{"temporary key with another token", "TEMP", "temp/secret", "forged", 0, "InvalidToken"},
		{"long-term key with a token", "LONG", "long/secret", "forged", 0, "InvalidToken"},
		{"server's clock 16 minutes ahead", "LONG", "long/secret", "", 16 * time.Minute, "RequestTimeTooSkewed"},
		{"server's clock 16 minutes behind", "LONG", "long/secret", "", -16 * time.Minute, "RequestTimeTooSkewed"},
		{"server's clock 14 minutes ahead", "LONG", "long/secret", "", 14 * time.Minute, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newServer()
			s.now = s.now.Add(c.clock)
			_, err := s.client(c.key, c.secret, c.token, "https").ListBuckets(t.Context(), &s3.ListBucketsInput{})
			if (err == nil) != (c.want == "") || code(s.err) != c.want {
				t.Errorf("client %v, server %v, want %s", err, s.err, c.want)
			}
		})
	}
	t.Run("expired token", func(t *testing.T) {
		s := newServer()
		s.keys["TEMP"] = Key{Secret: "temp/secret", SessionToken: "tok", Expires: s.now}
		_, err := s.client("TEMP", "temp/secret", "tok", "https").ListBuckets(t.Context(), &s3.ListBucketsInput{})
		if err == nil || code(s.err) != "ExpiredToken" {
			t.Errorf("%v, %v", err, s.err)
		}
	})
}

func TestOtherServicesSignTheirBodiesHashWithoutSendingIt(t *testing.T) {
	s := newServer()
	c := sts.NewFromConfig(aws.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: s},
		BaseEndpoint: aws.String("https://cooper.localhost:9000"), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "LONG", SecretAccessKey: "long/secret"}, nil
		})})
	_, _ = c.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if s.err != nil || s.id.Service != "sts" || !strings.Contains(string(s.body), "Action=GetCallerIdentity") {
		t.Errorf("%v %+v %q", s.err, s.id, s.body)
	}
}
