// Package conformance holds what cooper's operations expect of a server. The same tests run on the
// sandbox, and on another server when S3_ENDPOINT and its companions name one; where that server
// differs through its own fault, the difference is named with its reason.
package conformance

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"cooper/awsops"
	"cooper/sandbox"
)

// The servers that the suite knows.
const (
	serverSandbox   = "sandbox"
	serverRGW       = "ceph-rgw"
	serverVersityGW = "versitygw"
)

// world is a server under test and a session on it.
type world struct {
	name    string
	session *awsops.Session
	server  *sandbox.Server // nil for a foreign server
	clock   *handClock      // nil for a foreign server
	fixture *s3.Client      // makes what the tests begin with, beside the code under test
	codes   *coder
	uploads *ledger
}

// reader gives the calls that change nothing.
func (w *world) reader() *awsops.Reader { return w.session.Reader() }

// open gives the server that the environment names, or a sandbox of its own.
func open(t *testing.T) *world {
	t.Helper()
	if os.Getenv("S3_ENDPOINT") != "" {
		return openForeign(t)
	}
	return openSandbox(t, awsops.DialectSandbox)
}

const sandboxURL = "https://cooper.localhost:443"

// openSandbox makes a sandbox with a clock that is moved by hand, reached without sockets.
func openSandbox(t *testing.T, dialect awsops.Dialect) *world {
	t.Helper()
	clock := &handClock{now: time.Date(2026, 3, 1, 12, 0, 1, 0, time.UTC)}
	server := sandbox.New(sandbox.Options{Seed: 1, Clock: clock.Now, SignatureClock: clock.Now})
	root := server.Root()
	w := &world{name: serverSandbox, server: server, clock: clock, uploads: &ledger{}}
	w.codes = &coder{clock: clock, serials: []string{server.Device().Serial}, code: server.Device().Code}
	var err error
	w.session, err = awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: sandboxURL, Dialect: dialect,
		Transport: server.Transport(), Clock: clock, MFA: w.codes, Uploads: w.uploads,
		Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	w.fixture = fixtureClient(sandboxURL, "eu-west-1", root.AccessKeyID, root.SecretAccessKey,
		&http.Client{Transport: server.Transport()})
	return w
}

// fixtureClient signs by the machine's clock: the SDK corrects it by the Date of an answer, so the
// first request to a server with another clock is sent twice.
func fixtureClient(endpoint, region, id, secret string, hc aws.HTTPClient) *s3.Client {
	atOnce := retry.NewStandard(func(o *retry.StandardOptions) {
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
	return s3.New(s3.Options{Retryer: atOnce, BaseEndpoint: &endpoint, Region: region, UsePathStyle: true, HTTPClient: hc,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
		Credentials:                credentials.NewStaticCredentialsProvider(id, secret, "")})
}

func openForeign(t *testing.T) *world {
	t.Helper()
	endpoint := os.Getenv("S3_TLS_ENDPOINT")
	region, id, secret := os.Getenv("S3_REGION"), os.Getenv("S3_ACCESS"), os.Getenv("S3_SECRET")
	w := &world{name: foreignName(t), uploads: &ledger{}}
	if hexSeed := os.Getenv("S3_MFA_SEED_HEX"); hexSeed != "" {
		w.codes = foreignCoder(t, hexSeed)
	}
	var err error
	opt := awsops.Options{Isolated: true, Region: region, Endpoint: endpoint, Dialect: awsops.DialectCompatible,
		CABundle: os.Getenv("S3_CA"), Uploads: w.uploads, Static: &awsops.StaticCredentials{AccessKeyID: id, SecretAccessKey: secret}}
	if w.codes != nil {
		opt.MFA = w.codes
	}
	if w.session, err = awsops.Open(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	w.fixture = fixtureClient(os.Getenv("S3_ENDPOINT"), region, id, secret, http.DefaultClient)
	return w
}

// foreignName tells the servers apart: S3_SERVER says it, or the Server header.
func foreignName(t *testing.T) string {
	t.Helper()
	if name := os.Getenv("S3_SERVER"); name != "" {
		return name
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, os.Getenv("S3_ENDPOINT"), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("the server does not answer: %v", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if strings.Contains(strings.ToLower(resp.Header.Get("Server")), "versity") {
		return serverVersityGW
	}
	return serverRGW
}

// differs reports that the server under test is one of those that are known to answer differently,
// and says why in the test's log.
func (w *world) differs(t *testing.T, reason string, servers ...string) bool {
	t.Helper()
	if !slices.Contains(servers, w.name) {
		return false
	}
	t.Logf("%s differs: %s", w.name, reason)
	return true
}

// handClock stands still until it is moved.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

// Now gives the clock's time.
func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Until moves the clock to t: nobody waits.
func (c *handClock) Until(ctx context.Context, t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
	return context.Cause(ctx)
}

func (c *handClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// coder is an MFA device in the place of a person.
type coder struct {
	clock   *handClock // nil: the machine's
	serials []string
	code    func(time.Time) string
	asked   atomic.Int32
	last    awsops.Challenge
}

// Code answers a challenge with a fresh code. With several devices on one seed each ask goes to the
// next one, so that nobody waits for a step to pass.
func (c *coder) Code(ctx context.Context, ch awsops.Challenge) (awsops.Token, error) {
	n := int(c.asked.Add(1)) - 1
	c.last = ch
	if c.clock != nil {
		if err := c.clock.Until(ctx, ch.NotBefore); err != nil {
			return awsops.Token{}, err
		}
		return awsops.Token{Serial: c.serials[0], Code: c.code(c.clock.Now().Add(ch.Skew))}, nil
	}
	for { // a code with less than 4 s to live would be refused before it is sent
		now := time.Now().Add(ch.Skew)
		if left := now.Truncate(30 * time.Second).Add(30 * time.Second).Sub(now); left > 4*time.Second && n < len(c.serials) || left > 28*time.Second {
			return awsops.Token{Serial: c.serials[n%len(c.serials)], Code: c.code(now)}, nil
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return awsops.Token{}, context.Cause(ctx)
		}
	}
}

func foreignCoder(t *testing.T, hexSeed string) *coder {
	t.Helper()
	seed, err := hex.DecodeString(hexSeed)
	if err != nil {
		t.Fatal(err)
	}
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)
	return &coder{serials: strings.Split(os.Getenv("S3_MFA_SERIAL"), ","), code: func(at time.Time) string {
		code, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return "000000"
		}
		return code
	}}
}

var bucketNumber atomic.Int64

// bucket makes a bucket of its own for a test, with versioning when status isn't "", and removes it
// with all that is in it afterwards.
func (w *world) bucket(t *testing.T, status string) string {
	t.Helper()
	name := fmt.Sprintf("cooper-%d-%d", time.Now().UnixNano()%1e9, bucketNumber.Add(1))
	in := &s3.CreateBucketInput{Bucket: &name}
	if w.name == serverSandbox {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}
	}
	if _, err := w.fixture.CreateBucket(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if status != "" {
		w.setVersioning(t, name, status)
	}
	if w.server == nil {
		t.Cleanup(func() { w.empty(name) })
	}
	return name
}

// empty removes a bucket and all its versions from a foreign server, as far as it goes.
func (w *world) empty(bucket string) {
	ctx := context.Background()
	pages := s3.NewListObjectVersionsPaginator(w.fixture, &s3.ListObjectVersionsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return
		}
		for _, v := range out.Versions {
			_, _ = w.fixture.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: v.Key, VersionId: v.VersionId})
		}
		for _, m := range out.DeleteMarkers {
			_, _ = w.fixture.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: m.Key, VersionId: m.VersionId})
		}
	}
	_, _ = w.fixture.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &bucket})
}

func (w *world) setVersioning(t *testing.T, bucket, status string) {
	t.Helper()
	_, err := w.fixture.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: &bucket,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatus(status)}})
	if err != nil {
		t.Fatal(err)
	}
}

// put writes an object and gives its version id.
func (w *world) put(t *testing.T, bucket, key, body string) string {
	t.Helper()
	out, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader([]byte(body))})
	if err != nil {
		t.Fatalf("put %q: %v", key, err)
	}
	if w.clock != nil {
		w.clock.add(time.Second) // times have whole seconds
	}
	return aws.ToString(out.VersionId)
}

// hide deletes an object without a version id and gives the marker's id.
func (w *world) hide(t *testing.T, bucket, key string) string {
	t.Helper()
	out, err := w.fixture.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatalf("delete %q: %v", key, err)
	}
	if w.clock != nil {
		w.clock.add(time.Second)
	}
	return aws.ToString(out.VersionId)
}

// apply carries a plan out and waits.
func (w *world) apply(t *testing.T, p *awsops.Plan) awsops.JobSnapshot {
	t.Helper()
	job := w.session.Apply(t.Context(), p)
	_ = job.Wait(t.Context())
	return job.Snapshot()
}

// done is apply for a plan that must work, without failures and with a read-back that shows it.
func (w *world) done(t *testing.T, p *awsops.Plan, err error) awsops.JobSnapshot {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	s := w.apply(t, p)
	if s.State != awsops.JobDone || s.Failures != 0 {
		t.Fatalf("%s: %v, %d failures %v, error %v, notes %q", p.Title, s.State, s.Failures, s.Errors, s.Err, s.Notes)
	}
	if len(p.Expect) > 0 && s.Verdict != awsops.VerdictDone {
		t.Fatalf("%s: the read-back says %q %q", p.Title, s.Verdict, s.Notes)
	}
	return s
}
