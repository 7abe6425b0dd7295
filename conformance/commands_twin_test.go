package conformance

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/sandbox"
)

// twin is two sandboxes that begin alike: a plan is applied on a, and its command lines run on b.
type twin struct {
	a, b       *world
	endA, endB string // base URLs on the loopback interface, over TLS
	dir        string // what the command lines run in
}

// openTwin starts both servers on sockets. Their ids follow from one seed, so what is done alike on both
// gets the same version ids.
func openTwin(t *testing.T, endpoints bool) *twin {
	t.Helper()
	start := time.Now().UTC().Truncate(time.Second)
	tw := &twin{dir: t.TempDir()}
	tw.a, tw.b = newTwinWorld(start), newTwinWorld(start)
	ca := ""
	if endpoints {
		ca = filepath.Join(tw.dir, "ca.pem")
		var pem [2][]byte
		tw.endA, pem[0] = listen(t, tw.a.server)
		tw.endB, pem[1] = listen(t, tw.b.server)
		if err := os.WriteFile(ca, slices.Concat(pem[0], pem[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	} else {
		tw.endA, tw.endB = sandboxURL, sandboxURL
	}
	root := tw.a.server.Root()
	opt := awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: tw.endA, Dialect: awsops.DialectSandbox, CABundle: ca,
		Clock: tw.a.clock, MFA: tw.a.codes,
		Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}}
	if !endpoints {
		opt.Transport = tw.a.server.Transport()
	}
	var err error
	if tw.a.session, err = awsops.Open(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	return tw
}

func listen(t *testing.T, s *sandbox.Server) (url string, pem []byte) {
	t.Helper()
	e, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return "https://" + e.Addr, e.CAPEM
}

// newTwinWorld makes a server whose one-time codes follow a clock moved by hand. Signatures are judged by the
// machine's clock, which a foreign client signs by.
func newTwinWorld(start time.Time) *world {
	clock := &handClock{now: start}
	s := sandbox.New(sandbox.Options{Seed: 7, Clock: clock.Now, SignatureClock: time.Now})
	root := s.Root()
	return &world{name: serverSandbox, server: s, clock: clock,
		codes: &coder{clock: clock, serials: []string{s.Device().Serial}, code: s.Device().Code},
		fixture: fixtureClient(sandboxURL, "eu-west-1", root.AccessKeyID, root.SecretAccessKey,
			&http.Client{Transport: s.Transport()})}
}

// named makes a bucket with a name of the test's choice.
func (w *world) named(t *testing.T, name, status string, change ...func(*s3.CreateBucketInput)) string {
	t.Helper()
	in := &s3.CreateBucketInput{Bucket: &name,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}}
	for _, f := range change {
		f(in)
	}
	if _, err := w.fixture.CreateBucket(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if status != "" {
		w.setVersioning(t, name, status)
	}
	return name
}

// guarded makes a versioned bucket with MFA delete on.
func (w *world) guarded(t *testing.T, name string) string {
	t.Helper()
	w.named(t, name, "Enabled")
	device := w.server.Device()
	// The client signs by the machine's clock, and a code over TLS needs an https URL: the fixture's is one.
	_, err := w.fixture.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: &name,
		MFA: aws.String(device.Serial + " " + device.Code(w.clock.Now())),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled,
			MFADelete: types.MFADeleteEnabled}})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.add(30 * time.Second)
	return name
}

// upload begins a multipart upload with one part and gives its id.
func (w *world) upload(t *testing.T, bucket, key string) string {
	t.Helper()
	out, err := w.fixture.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.fixture.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: &bucket, Key: &key, UploadId: out.UploadId,
		PartNumber: aws.Int32(1), Body: strings.NewReader("a part")})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.UploadId)
}
