package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

const home = "eu-west-1"

// clientFor is the SDK's client for a region, signing with the credentials, without sockets and retries.
func clientFor(s *Server, c Credentials, region string) *s3.Client {
	return s3.NewFromConfig(aws.Config{
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, c.SessionToken),
		HTTPClient:   &http.Client{Transport: s.Transport(), CheckRedirect: noRedirect},
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		BaseEndpoint: aws.String("https://" + baseHost),

		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}, func(o *s3.Options) { o.HTTPSignerV4 = clockSigner{v4.NewSigner(), s.Now} })
}

// clockSigner signs at the server's time, which may stand still.
type clockSigner struct {
	*v4.Signer
	now func() time.Time
}

func (c clockSigner) SignHTTP(ctx context.Context, creds aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, opts ...func(*v4.SignerOptions)) error {
	return c.Signer.SignHTTP(ctx, creds, r, hash, service, region, c.now(), opts...)
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// newSandbox is a server at a fixed time, its root's client for eu-west-1, and a bucket "b" there.
func newSandbox(t *testing.T) (*Server, *s3.Client) {
	t.Helper()
	s := New(Options{Clock: fixedClock, Seed: 1})
	c := clientFor(s, s.Root(), home)
	mustCreate(t, c, "bucket")
	return s, c
}

func mustCreate(t *testing.T, c *s3.Client, name string) {
	t.Helper()
	_, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket:                    &name,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: home},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, c *s3.Client, key, body string) *s3.PutObjectOutput {
	t.Helper()
	out, err := c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("bucket"), Key: &key, Body: strings.NewReader(body),
	})
	if err != nil {
		t.Fatalf("put %q: %v", key, err)
	}
	return out
}

// get returns an object's bytes, or the error's code.
func get(t *testing.T, c *s3.Client, key, id string) string {
	t.Helper()
	in := &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: &key}
	if id != "" {
		in.VersionId = &id
	}
	out, err := c.GetObject(t.Context(), in)
	if err != nil {
		return code(err)
	}
	defer func() { _ = out.Body.Close() }()
	var b bytes.Buffer
	if _, err := io.Copy(&b, out.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func setVersioning(t *testing.T, c *s3.Client, status types.BucketVersioningStatus) {
	t.Helper()
	_, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: aws.String("bucket"), VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// code is the error code of an SDK error, "" for none.
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// wantCode checks an SDK error's code, and that its message has the words.
func wantCode(t *testing.T, err error, want, words string) {
	t.Helper()
	if code(err) != want || (err != nil && !strings.Contains(err.Error(), words)) {
		t.Errorf("got %v, want %s with %q", err, want, words)
	}
}
