package awsops

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Dialect says what an endpoint speaks. It is set where the endpoint is configured; nothing in
// cooper compares host names.
type Dialect uint8

// The dialects. Sandbox has all that AWS has, on one address. Compatible is any other server with
// an S3 interface: it has no STS or IAM that could be asked, and what it can do is found by GET.
const (
	DialectAWS Dialect = iota
	DialectSandbox
	DialectCompatible
)

// String gives the dialect as the configuration file spells it.
func (d Dialect) String() string { return [...]string{"aws", "sandbox", "compatible"}[d] }

// PathStyle says where a bucket's name goes in a URL.
type PathStyle uint8

// The path styles. Auto puts the name into the host on AWS itself and into the path on any
// endpoint that was configured.
const (
	PathStyleAuto PathStyle = iota
	PathStyleAlways
	PathStyleNever
)

// StaticCredentials are keys given by the program itself, as the demo does. They redact themselves.
type StaticCredentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// String hides the keys.
func (StaticCredentials) String() string { return "StaticCredentials{redacted}" }

// GoString hides the keys from %#v.
func (c StaticCredentials) GoString() string { return c.String() }

// LogValue hides the keys from slog.
func (c StaticCredentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON hides the keys from encoders.
func (c StaticCredentials) MarshalJSON() ([]byte, error) { return []byte(`"` + c.String() + `"`), nil }

// Clock tells the time and waits for it. The demo's clock can be frozen and moved by hand.
type Clock interface {
	Now() time.Time
	// Until returns when the clock shows t or later, or with the context's cause when ctx ends first.
	Until(ctx context.Context, t time.Time) error
}

// Options describe a Session. The zero value is AWS with the default profile.
type Options struct {
	Profile string // "" takes AWS_PROFILE, or the default profile
	Region  string // "" takes what the profile or the environment says
	// Endpoint is a base URL, "" for AWS itself. One that the environment or the profile names is
	// taken when it is "", and then counts as compatible: nobody said what it speaks.
	Endpoint  string
	Dialect   Dialect
	PathStyle PathStyle

	CABundle string         // PEM file that is trusted besides the system's authorities
	RootCAs  *x509.CertPool // replaces the system's authorities; CABundle is then not read

	ReadOnly bool
	Static   *StaticCredentials
	SSO      *SSORole // in place of a profile; Profile is then only what it is called, and Region must be given

	// Isolated keeps AWS_* variables, the proxy variables and the files below ~/.aws out. It needs
	// Static and Region.
	Isolated bool

	// Dial opens connections in place of the system's dialer; nil for the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Transport carries the requests in place of a network, for tests.
	Transport http.RoundTripper

	// Beside is another session of the same run: a one-time code that one of them has sent is not sent
	// by the other.
	Beside *Session

	Clock   Clock // nil: the machine's clock
	MFA     MFAProvider
	Login   LoginProvider // nil: a login that is over stays so
	Journal Journal
	Uploads UploadLedger // what is kept of multipart uploads on their way; nil: they can't be gone on with
	Rand    io.Reader    // makes the ids of plans and jobs; nil: crypto/rand
	AppID   string       // goes into the user agent; "" is cooper
}

// machineClock is the clock of the machine cooper runs on.
type machineClock struct{}

func (machineClock) Now() time.Time { return time.Now() }

func (machineClock) Until(ctx context.Context, t time.Time) error {
	d := time.Until(t)
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (o *Options) fill() {
	if o.Clock == nil {
		o.Clock = machineClock{}
	}
	if o.MFA == nil {
		o.MFA = NoMFA{}
	}
	if o.Journal == nil {
		o.Journal = noJournal{}
	}
	if o.Uploads == nil {
		o.Uploads = noUploads{}
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.AppID == "" {
		o.AppID = "cooper"
	}
}
