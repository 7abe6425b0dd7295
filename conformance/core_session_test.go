package conformance

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/devices"
	"cooper/sandbox"
)

// overSockets starts a sandbox on the loopback interface and opens a session on it over TLS.
func overSockets(t *testing.T, change ...func(*awsops.Options, *sandbox.Endpoint)) (*sandbox.Server, *awsops.Session) {
	t.Helper()
	server := sandbox.New(sandbox.Options{Seed: 1})
	endpoint, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := endpoint.Close(); err != nil {
			t.Error(err)
		}
	})
	root := server.Root()
	opt := awsops.Options{
		Isolated: true, Region: "eu-west-1", Endpoint: endpoint.TLS, Dialect: awsops.DialectSandbox, Dial: endpoint.Dial,
		RootCAs: x509.NewCertPool(), Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey},
	}
	opt.RootCAs.AppendCertsFromPEM(endpoint.CAPEM)
	for _, f := range change {
		f(&opt, endpoint)
	}
	session, err := awsops.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return server, session
}

// listBuckets is a call that needs no bucket.
func listBuckets(t *testing.T, s *awsops.Session) *awsops.Error {
	t.Helper()
	api, err := s.Reader().S3(t.Context(), "")
	if err != nil {
		return awsops.Wrap("ListBuckets", "", "", err)
	}
	_, err = api.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	return awsops.Wrap("ListBuckets", "", "", err)
}

func TestASessionOverTLSKnowsWhoCalls(t *testing.T) {
	_, s := overSockets(t)
	if err := listBuckets(t, s); err != nil {
		t.Fatal(err)
	}
	id, ok := s.Identity(t.Context()).Get()
	if !ok || !id.Root || id.Account == "" || id.Partition != "aws" {
		t.Errorf("identity %+v", id)
	}
	key, _ := s.Key(t.Context()).Get()
	if key.Temporary || len(key.Tail) != 4 {
		t.Errorf("key %+v", key)
	}
}

func TestNamesBelowLocalhostNeedNoResolver(t *testing.T) {
	_, s := overSockets(t, func(o *awsops.Options, _ *sandbox.Endpoint) { o.Dial = nil })
	if err := listBuckets(t, s); err != nil {
		t.Error(err)
	}
}

func TestTheCommandLogKeepsWhatWasSent(t *testing.T) {
	_, s := overSockets(t)
	if err := listBuckets(t, s); err != nil {
		t.Fatal(err)
	}
	calls, n := s.Calls()
	if n != 1 || calls[0].Op != "ListBuckets" || calls[0].Status != 200 || calls[0].RequestID == "" {
		t.Errorf("%d calls: %+v", n, calls)
	}
	if !s.SkewKnown() || s.Skew() != 0 {
		t.Errorf("skew %v, known %v", s.Skew(), s.SkewKnown())
	}
}

func TestWhatAServerOrItsNetworkRefusesIsToldInWords(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*awsops.Options, *sandbox.Endpoint)
		kind   awsops.Kind
		says   string
	}{
		{"wrong secret", func(o *awsops.Options, _ *sandbox.Endpoint) { o.Static.SecretAccessKey = "wrong" }, awsops.KindCredentials, "SignatureDoesNotMatch"},
		{"unknown key", func(o *awsops.Options, _ *sandbox.Endpoint) { o.Static.AccessKeyID = "AKIANOBODYNOBODY0000" }, awsops.KindCredentials, "InvalidAccessKeyId"},
		{"unknown authority", func(o *awsops.Options, _ *sandbox.Endpoint) { o.RootCAs = x509.NewCertPool() }, awsops.KindNetwork, "unknown authority"},
		{"wrong scheme", func(o *awsops.Options, e *sandbox.Endpoint) {
			o.Endpoint = "https://" + e.Addr[:strings.LastIndexByte(e.Addr, ':')] + ":" + plainPort(t)
			o.Dial = nil
		}, awsops.KindNetwork, "does not speak TLS"},
		{"nobody listens", func(o *awsops.Options, _ *sandbox.Endpoint) { o.Endpoint, o.Dial = "https://127.0.0.1:1", nil }, awsops.KindNetwork, "nothing listens"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, s := overSockets(t, tc.change)
			err := listBuckets(t, s)
			if err == nil || err.Kind != tc.kind || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error %v of kind %v, want %q", err, err.Kind, tc.says)
			}
		})
	}
}

// plainPort gives the port of a server that speaks HTTP without TLS.
func plainPort(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(l) }() // ends when it is closed
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestBucketsOfOtherRegionsJustWork(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	for region, bucket := range map[string]string{"us-west-2": "core-west", "ap-northeast-1": "core-tokyo"} {
		makeBucketIn(t, w, bucket, region)
		got, err := w.reader().Region(t.Context(), bucket)
		if err != nil || got != region {
			t.Errorf("%s is in %q, %v, want %s", bucket, got, err, region)
			continue
		}
		api, err := w.reader().S3(t.Context(), bucket)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := api.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket}); err != nil {
			t.Errorf("%s: %v", bucket, err)
		}
	}
	if _, err := w.reader().S3(t.Context(), "core-never-made"); awsops.Wrap("", "", "", err).Kind != awsops.KindNotFound {
		t.Errorf("a bucket that isn't there: %v", err)
	}
}

func makeBucketIn(t *testing.T, w *world, bucket, region string) {
	t.Helper()
	p := &awsops.Plan{Kind: "test.create", Steps: []awsops.Step{{Do: func(ctx context.Context, wr *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
		_, err := wr.S3In(region).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket,
			CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)}})
		return awsops.Receipt{}, err
	}}}}
	if err := w.session.Apply(t.Context(), p).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestTheOwnerOfABucketIsProvenOrLeftOpen(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	makeBucketIn(t, w, "core-mine", "eu-west-1")
	id, _ := w.session.Identity(t.Context()).Get()
	if got := w.reader().Owner(t.Context(), "core-mine"); got != id.Account {
		t.Errorf("owner %q, want %s", got, id.Account)
	}
	makeBucketIn(t, w, "core-west", "us-west-2")
	w.reader().Forget("core-west")
	if _, err := w.reader().Region(t.Context(), "core-west"); err != nil { // who calls is known: the answer of the session's region, a redirect, proves nothing
		t.Error(err)
	}
	if got := w.reader().Owner(t.Context(), "core-west"); got != id.Account {
		t.Errorf("owner of a bucket in another region %q, want %s", got, id.Account)
	}
	foreign, _ := w.server.Credentials(sandbox.OtherRoot)
	stranger, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: sandboxURL, Dialect: awsops.DialectSandbox,
		Transport: w.server.Transport(), Clock: w.clock, Static: &awsops.StaticCredentials{AccessKeyID: foreign.AccessKeyID, SecretAccessKey: foreign.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	if got := stranger.Reader().Owner(t.Context(), "core-mine"); got != "" {
		t.Errorf("a stranger is told the owner %q", got)
	}
}

func TestDevicesAreFoundThroughIAM(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	id, _ := w.session.Identity(t.Context()).Get()
	virtual, own := devices.Virtual(t.Context(), w.reader()), devices.Own(t.Context(), w.reader())
	if virtual.State != awsops.Known || own.State != awsops.Known {
		t.Fatalf("virtual %v %v, own %v %v", virtual.State, virtual.Err, own.State, own.Err)
	}
	usable := devices.Usable(id.ARN, own, virtual)
	if len(usable) == 0 || usable[0] != w.server.Device().Serial {
		t.Errorf("usable %v, want %s first", usable, w.server.Device().Serial)
	}
	other := openSandbox(t, awsops.DialectCompatible)
	if got := devices.Virtual(t.Context(), other.reader()); got.State != awsops.Unsupported {
		t.Errorf("compatible: %v", got.State)
	}
}

func TestFaultsOnTheWayAreRetriedOrToldApart(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault sandbox.Fault
		kind  awsops.Kind // 0: the call succeeds
		code  string
	}{
		{"one SlowDown is retried", with(sandbox.SlowDown(), 1), 0, ""},
		{"one reset is retried", sandbox.Fault{Kind: sandbox.FaultReset, Times: 1}, 0, ""},
		{"a cut answer is retried or told", sandbox.Fault{Kind: sandbox.FaultResetAfter, Times: 1}, 0, ""},
		{"expired credentials", sandbox.ExpiredToken(), awsops.KindExpired, "ExpiredToken"},
		{"denied without a body", sandbox.Fault{Status: 403}, awsops.KindDenied, "Forbidden"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server, s := overSockets(t)
			tc.fault.Operation = "ListBuckets"
			struck := server.Faults.Add(tc.fault)
			err := listBuckets(t, s)
			switch {
			case struck() == 0:
				t.Error("the fault did not strike")
			case tc.code == "" && err != nil:
				t.Errorf("error %v", err)
			case tc.code != "" && (err == nil || err.Kind != tc.kind || err.Code != tc.code):
				t.Errorf("error %v, want %s", err, tc.code)
			}
		})
	}
}

func with(f sandbox.Fault, times int) sandbox.Fault {
	f.Times = times
	return f
}

func TestACancelledCallIsNoError(t *testing.T) {
	server, s := overSockets(t)
	server.Faults.Add(sandbox.Fault{Kind: sandbox.FaultDelay, Delay: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	api, err := s.Reader().S3(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err = api.ListBuckets(ctx, &s3.ListBucketsInput{})
	if e := awsops.Wrap("ListBuckets", "", "", err); e.Kind != awsops.KindCancelled || !errors.Is(e, context.Canceled) {
		t.Errorf("error %v of kind %v", e, e.Kind)
	}
}

func TestThePreflightNamesWhatStandsInTheWay(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	makeBucketIn(t, w, "core-preflight", "eu-west-1")
	if c := awsops.Blocked(awsops.Preflight(t.Context(), w.reader(), "core-preflight", true)); c != nil {
		t.Errorf("root is blocked by %+v", c)
	}
	for name, want := range map[string]string{sandbox.RootSession: "long-term keys", sandbox.AdminUser: "root user"} {
		keys, ok := w.server.Credentials(name)
		if !ok {
			t.Fatalf("no principal %s", name)
		}
		s, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: sandboxURL, Dialect: awsops.DialectSandbox,
			Transport: w.server.Transport(), Clock: w.clock,
			Static: &awsops.StaticCredentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, SessionToken: keys.SessionToken}})
		if err != nil {
			t.Fatal(err)
		}
		if c := awsops.Blocked(awsops.Preflight(t.Context(), s.Reader(), "core-preflight", true)); c == nil || c.Name != want || c.Do == "" {
			t.Errorf("%s is blocked by %+v, want %q", name, c, want)
		}
	}
}
