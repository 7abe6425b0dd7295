package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func start(t *testing.T, s *Server) *Endpoint {
	t.Helper()
	e, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// dialer is an HTTP client that knows the endpoint's names and its authority.
func dialer(t *testing.T, e *Endpoint) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(e.CAPEM) {
		t.Fatal("the authority is no PEM")
	}
	tr := &http.Transport{DialContext: e.Dial, TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func TestOnePortServesHTTPAndTLSInBothAddressingStyles(t *testing.T) {
	s := New(Options{Seed: 1})
	e := start(t, s)
	for _, base := range []string{e.HTTP, e.TLS} {
		for _, pathStyle := range []bool{false, true} {
			name := strings.ToLower(strings.ReplaceAll(strings.SplitN(base, ":", 2)[0]+map[bool]string{true: "path", false: "host"}[pathStyle], "/", "")) + "-bucket"
			root := s.Root()
			c := s3.NewFromConfig(aws.Config{Region: home, BaseEndpoint: &base, HTTPClient: dialer(t, e),
				Credentials: credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, "")},
				func(o *s3.Options) {
					o.UsePathStyle = pathStyle
					o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenSupported
				})
			mustCreate(t, c, name)
			body := strings.Repeat("streamed ", 40_000)
			if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: aws.String("//a b/../é\x1b"), Body: io.MultiReader(strings.NewReader(body)), ContentLength: aws.Int64(int64(len(body)))},
				func(o *s3.Options) { o.RetryMaxAttempts = 1 }); err != nil && base == e.TLS {
				t.Fatalf("%s path style %v: %v", base, pathStyle, err)
			}
			if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: aws.String("//a b/../é\x1b"), Body: bytes.NewReader([]byte(body))}); err != nil {
				t.Fatalf("%s path style %v: %v", base, pathStyle, err)
			}
			out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &name, Key: aws.String("//a b/../é\x1b")})
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(out.Body)
			if err != nil || string(got) != body {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			_ = out.Body.Close()
		}
	}
}

func TestMFADeleteWorksOverRealTLSAndIsRefusedOverHTTP(t *testing.T) {
	s := New(Options{Seed: 1})
	e := start(t, s)
	root := s.Root()
	client := func(base string) *s3.Client {
		return s3.NewFromConfig(aws.Config{Region: home, BaseEndpoint: &base, HTTPClient: dialer(t, e), Retryer: func() aws.Retryer { return aws.NopRetryer{} },
			Credentials: credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, "")})
	}
	mustCreate(t, client(e.TLS), "ledger")
	token := s.Device().Serial + " " + s.Device().Code(time.Now())
	in := &s3.PutBucketVersioningInput{Bucket: aws.String("ledger"), MFA: &token, VersioningConfiguration: &types.VersioningConfiguration{Status: "Enabled", MFADelete: "Enabled"}}
	_, err := client(e.HTTP).PutBucketVersioning(t.Context(), in)
	wantCode(t, err, "InvalidRequest", "must use HTTPS")
	_, err = client(e.TLS).PutBucketVersioning(t.Context(), in)
	wantCode(t, err, "", "")
	_, err = client(e.TLS).PutBucketVersioning(t.Context(), in)
	wantCode(t, err, "TokenCodeInvalidError", "")
}

func TestTheCertificateCoversItsNamesAndNoOthers(t *testing.T) {
	e := start(t, New(Options{}))
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(e.CAPEM) {
		t.Fatal("the authority is no PEM")
	}
	for name, want := range map[string]bool{"cooper.localhost": true, "bucket.cooper.localhost": true, "111122223333.cooper.localhost": true,
		"localhost": true, "127.0.0.1": true, "cooper.example": false, "a.b.cooper.localhost": false} {
		for _, year := range []int{2001, 2026, 2090} {
			d := tls.Dialer{Config: &tls.Config{RootCAs: pool, ServerName: name, Time: func() time.Time { return time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC) }}}
			conn, err := d.DialContext(t.Context(), "tcp", e.Addr)
			if (err == nil) != want {
				t.Errorf("%s in %d: %v", name, year, err)
			}
			if conn != nil {
				_ = conn.Close()
			}
		}
	}
}

func TestCloseLeavesNoGoroutineBehindAndEndsSilentConnections(t *testing.T) {
	before := runtime.NumGoroutine()
	s := New(Options{})
	s.Faults.Add(Fault{Kind: FaultDelay, Delay: time.Hour, Operation: "ListBuckets"})
	e, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var d net.Dialer
	silent, err := d.DialContext(t.Context(), "tcp", e.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	tr := &http.Transport{DialContext: e.Dial}
	waiting := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, e.HTTP, nil)
		if err != nil {
			waiting <- err
			return
		}
		res, err := tr.RoundTrip(r)
		if err == nil {
			_ = res.Body.Close()
		}
		waiting <- err
	}()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := <-waiting; err == nil {
		t.Error("a closed server answered")
	}
	tr.CloseIdleConnections()
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("the silent connection lives on")
	}
	for until := time.Now().Add(time.Minute); time.Now().Before(until); { // the last ones may be about to return
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}

func TestFaultsBreakRealConnections(t *testing.T) {
	s := New(Options{Seed: 1})
	e := start(t, s)
	c := dialer(t, e)
	get := func() (string, int64, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.TLS+"/nobody?delete", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.Do(r)
		if err != nil {
			return "", 0, err
		}
		defer func() { _ = res.Body.Close() }()
		b, err := io.ReadAll(res.Body)
		return string(b), res.ContentLength, err
	}
	s.Faults.Add(Fault{Kind: FaultTruncate, Bytes: 20})
	if body, length, err := get(); !errors.Is(err, io.ErrUnexpectedEOF) || len(body) != 20 || length < 100 {
		t.Errorf("%q of %d, %v", body, length, err)
	}
	s.Faults.Clear()
	for _, kind := range []FaultKind{FaultReset, FaultResetAfter} {
		s.Faults.Add(Fault{Kind: kind})
		if body, _, err := get(); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("kind %d: %q, %v", kind, body, err)
		}
		s.Faults.Clear()
	}
	if body, _, err := get(); err != nil || !strings.Contains(body, "NoSuchBucket") {
		t.Errorf("without faults: %q, %v", body, err)
	}
}
