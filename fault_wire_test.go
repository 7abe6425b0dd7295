package main

import (
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/sandbox"
	"cooper/ui"
)

// answerer answers requests in the server's place.
type answerer func(*http.Request) (*http.Response, error)

// page answers every request with what is no S3.
func page(status int, contentType, body string) answerer {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
			Header: http.Header{"Content-Type": {contentType}, "Date": {time.Now().UTC().Format(http.TimeFormat)}},
			Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
	}
}

// broken fails every request on the way.
func broken(err error) answerer {
	return func(r *http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: err}
	}
}

func as(name string) func(*awsops.Options) {
	return func(o *awsops.Options) {
		keys, ok := sandbox.New(sandbox.Options{Seed: 1}).Credentials(name)
		if !ok {
			panic("no principal " + name)
		}
		o.Static = &awsops.StaticCredentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, SessionToken: keys.SessionToken}
	}
}

func TestAnEndpointThatCanNotBeUsedIsToldInOneSentence(t *testing.T) {
	for _, c := range []struct {
		name  string
		setup setup
		says  []string
	}{
		{"nothing listens", setup{spoil: broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})}, []string{"nothing listens at the endpoint", "Check the endpoint's address"}},
		{"the name is unknown", setup{spoil: broken(&net.DNSError{Name: "s3.nowhere", IsNotFound: true})}, []string{"the name s3.nowhere is not known"}},
		{"unknown authority", setup{spoil: broken(x509.UnknownAuthorityError{})}, []string{"signed by an unknown authority", "--ca-bundle"}},
		{"plain HTTP port", setup{spoil: broken(fmt.Errorf("http: server gave HTTP response to HTTPS client"))}, []string{"does not speak TLS"}},
		{"a web page", setup{spoil: page(200, "text/html", "<html><body>welcome</body></html>")}, []string{"the answer is not S3's"}},
		{"a page that is no XML", setup{spoil: page(200, "text/html", "<p>welcome<br>")}, []string{"the answer is not S3's"}},
		{"an error without a body", setup{spoil: page(403, "", "")}, []string{"Forbidden, status 403"}},
		{"the connection is cut", setup{spoil: broken(&net.OpError{Op: "read", Err: syscall.ECONNRESET})}, []string{"the connection was cut"}},
		{"wrong secret", setup{options: func(o *awsops.Options) { o.Static.SecretAccessKey = "not-the-secret" }}, []string{"SignatureDoesNotMatch", "The secret key is wrong"}},
		{"unknown key", setup{options: func(o *awsops.Options) { o.Static.AccessKeyID = "AKIANOBODYNOBODY0000" }}, []string{"InvalidAccessKeyId", "not known in this partition"}},
		{"throttled", setup{prepare: func(s *sandbox.Server) { s.Faults.Add(sandbox.SlowDown()) }}, []string{"reduce your request rate", "SlowDown"}},
		{"expired", setup{prepare: func(s *sandbox.Server) { s.Faults.Add(sandbox.ExpiredToken()) }}, []string{"ExpiredToken", "log in again"}},
		{"cut in the middle", setup{prepare: func(s *sandbox.Server) {
			s.Faults.Add(sandbox.Fault{Operation: "ListBuckets", Kind: sandbox.FaultTruncate, Bytes: 200})
		}}, []string{"the connection was cut"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			journey(t, c.setup, func(r *rig) {
				r.Sleep(time.Minute) // the SDK tries again
				text := strings.Join(strings.Fields(r.Text()), " ")
				for _, want := range c.says {
					if !strings.Contains(text, want) {
						t.Errorf("%q is not on the screen:\n%s", want, r.Text())
					}
				}
				r.SeesNot("no buckets", "not-the-secret")
			})
		})
	}
}

func TestListBucketsDeniedLeavesTheNameToBeTyped(t *testing.T) {
	deny := func(s *sandbox.Server) {
		s.Faults.Add(sandbox.Fault{Operation: "ListBuckets", Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	}
	journey(t, setup{prepare: deny}, func(r *rig) {
		r.until("denied", "o open by name")
		r.until("press o and type a bucket's name")
		r.SeesNot("no buckets")
		r.Press("o")
		r.Type("invoices-2026\n")
		r.until("README.txt")
	})
	journey(t, setup{prepare: deny, start: ui.Place{Screen: "objects", Bucket: "invoices-2026", Prefix: "2026/03/"}}, func(r *rig) {
		r.until("summary.csv")
	})
}

func TestBucketsOfOtherRegionsAndAccountsAreTold(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.until("fresh-start")
		r.Press("o")
		r.Type("partner-dropbox-444455556666\n")
		r.until("handover/")
		r.Press("2")
		r.until("denied")
		r.Press("9")
		r.until("us-east-1", "denied")
		r.Press("esc", "o")
		r.Type("no-such-bucket-here\n")
		r.until("NoSuchBucket", "never existed")
		r.Press("esc")
		r.bucket("media-drafts") // in eu-central-1
		r.Press("enter")
		r.until("storyboards/")
	})
}

func TestADeniedCallIsNeverShownAsOff(t *testing.T) {
	journey(t, setup{options: as(sandbox.ReaderUser), width: 120, height: 40}, func(r *rig) {
		r.bucket("customer-exports")
		r.until("denied     not public", "s3:GetEncryptionConfigur")
		for _, line := range r.Screen().Lines() {
			if strings.Contains(line, "customer-exports              never") && !strings.Contains(line, "denied") {
				t.Errorf("the cell does not say denied: %s", line)
			}
		}
		r.Press("e")
		r.until("logging           denied: GetBucketLogging", "replication       denied", "account block     denied")
		r.SeesNot("logging           off", "replication       none")
	})
}
