package document

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
)

type answer struct {
	status int
	body   string
}

func (a answer) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

func client(a answer) *s3.Client {
	return s3.New(s3.Options{Region: "eu-west-1", HTTPClient: a, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "none", ""), Retryer: aws.NopRetryer{}})
}

func TestADocumentOfAnotherKindIsUnsupportedAndNotEmpty(t *testing.T) {
	in := &s3.GetBucketVersioningInput{Bucket: aws.String("b")}
	for name, body := range map[string]string{
		"a listing": `<?xml version="1.0"?><ListBucketResult><Name>b</Name></ListBucketResult>`,
		"nothing":   "", "spaces": " \n", "text": "hello", "JSON": `{"a":1}`,
	} {
		_, err := client(answer{200, body}).GetBucketVersioning(context.Background(), in, Expect("VersioningConfiguration"))
		var e *awsops.Error
		if !errors.As(err, &e) || e.Kind != awsops.KindUnsupported {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTheExpectedDocumentIsDecodedAndHandedOver(t *testing.T) {
	const doc = `<?xml version="1.0"?><!-- c --><VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`
	var seen string
	out, err := client(answer{200, doc}).GetBucketVersioning(context.Background(), &s3.GetBucketVersioningInput{Bucket: aws.String("b")},
		Capture("VersioningConfiguration", func(b []byte) { seen = string(b) }))
	if err != nil || out.Status != "Enabled" || seen != doc {
		t.Fatalf("got %v, %v, saw %q", out, err, seen)
	}
}

func TestAnErrorAnswerIsLeftToTheSDK(t *testing.T) {
	_, err := client(answer{404, `<Error><Code>NoSuchBucket</Code></Error>`}).GetBucketVersioning(context.Background(),
		&s3.GetBucketVersioningInput{Bucket: aws.String("b")}, Expect("VersioningConfiguration"))
	if err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Fatalf("got %v", err)
	}
}
