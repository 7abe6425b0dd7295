package awsops

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
)

// Reader makes the calls that change nothing. Beside its types, its clients refuse every HTTP
// method but GET and HEAD.
type Reader struct {
	s *Session
}

// Writer makes the calls that change something. Only Session.Apply has one.
type Writer struct {
	Reader
}

// Session is one identity on one endpoint. It is safe for use by several goroutines.
type Session struct {
	opt    Options
	cfg    aws.Config
	inner  aws.HTTPClient // below everything, as the configuration is read with it
	http   *httpClient
	calls  *callLog
	skewNS atomic.Int64
	skewed atomic.Bool

	places   places
	identity identityCache
	codes    *codeLedger
	devices  deviceList
	jobs     jobList
	keys     sse.Keyring
	own      s3ec.Keys // for client-side encryption: never sent

	fips, dualStack bool // asked for by the environment or the profile

	source    *credentialBox // nil without credentials
	logins    atomic.Int64   // how often the login was renewed
	loginTurn chan struct{}  // held by the call that has the login renewed
	declined  time.Time      // when a person last didn't want to; guarded by loginTurn
	refusal   error          // and why, for the calls that were under way

	profile string
	mu      sync.Mutex
	clients map[clientKey]*s3Client
}

// Open makes a Session. It sends nothing: wrong keys or an unreachable endpoint show with the
// first call. Errors: KindCredentials for a profile that doesn't exist, KindInvalid for a missing
// or unknown region, a bad endpoint or an unreadable CA bundle.
func Open(ctx context.Context, opt Options) (*Session, error) {
	opt.fill()
	s := &Session{opt: opt, calls: newCallLog(), clients: map[clientKey]*s3Client{}, profile: opt.Profile,
		codes: &codeLedger{}, loginTurn: make(chan struct{}, 1)}
	if opt.Beside != nil {
		s.codes = opt.Beside.codes
	}
	if err := checkEndpoint(opt); err != nil {
		return nil, err
	}
	if err := s.load(ctx); err != nil {
		return nil, openError(opt, err)
	}
	if err := checkRegion(opt, s.cfg.Region); err != nil {
		return nil, err
	}
	return s, nil
}

func checkEndpoint(opt Options) error {
	if opt.Endpoint == "" {
		if opt.Dialect != DialectAWS {
			return invalid("open", "the dialect "+opt.Dialect.String()+" needs an endpoint", "Give --endpoint-url.")
		}
		return nil
	}
	u, err := url.Parse(opt.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return invalid("open", fmt.Sprintf("%q is not an endpoint", opt.Endpoint), "An endpoint looks like https://host:port.")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return invalid("open", "an endpoint carries no user, query or fragment", "An endpoint looks like https://host:port.")
	}
	return nil
}

// regionName is the shape that all regions of all partitions share, such as eu-west-1,
// us-gov-west-1 or ap-southeast-7.
var regionName = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$`)

func checkRegion(opt Options, region string) error {
	switch {
	case region == "":
		return invalid("open", "no region is set", "Give --region, set AWS_REGION, or add a region to the profile.")
	case opt.Dialect != DialectCompatible && !regionName.MatchString(region):
		return invalid("open", fmt.Sprintf("%q is not a region", region), "A region looks like eu-west-1.")
	}
	return nil
}

// Reader gives the calls that change nothing.
func (s *Session) Reader() *Reader { return &Reader{s: s} }

// writer is the only maker of a Writer. It refuses in a read-only session, so no call that changes
// anything can be reached there.
func (s *Session) writer() (*Writer, error) {
	if s.opt.ReadOnly {
		return nil, &Error{Op: "apply", Kind: KindReadOnly, Message: "this session is read-only",
			Hint: "Start without --read-only, or copy the command line from the plan.", Err: ErrReadOnly}
	}
	return &Writer{Reader{s: s}}, nil
}

// Errors that callers test for with errors.Is.
var (
	ErrReadOnly       = errors.New("read-only session")
	ErrChanged        = errors.New("the state moved since the plan was made")
	ErrMFARequired    = errors.New("a one-time code is required and there is nobody to ask")
	ErrLoginRequired  = errors.New("the login is over and there is nobody to ask")
	ErrOutcomeUnknown = errors.New("the request was sent, its outcome is not known")
	// ErrLater is the cause to cancel a job with that shall be offered again at the next start.
	ErrLater = errors.New("stopped, to go on later")
)

// ReadOnly reports whether the session may change nothing.
func (s *Session) ReadOnly() bool { return s.opt.ReadOnly }

// Profile gives the profile's name, "" for the default one or for keys given by the program.
func (s *Session) Profile() string { return s.profile }

// Region gives the region that the session was opened in.
func (s *Session) Region() string { return s.cfg.Region }

// Endpoint gives the base URL, "" for AWS itself.
func (s *Session) Endpoint() string { return s.opt.Endpoint }

// Dialect says what the endpoint speaks.
func (s *Session) Dialect() Dialect { return s.opt.Dialect }

// Secure reports whether requests travel over TLS. One-time codes and SSE-C keys go nowhere else.
func (s *Session) Secure() bool { return !strings.HasPrefix(s.opt.Endpoint, "http://") }

// Anonymous reports that the session has no credentials at all, so nothing it sends is signed.
func (s *Session) Anonymous() bool { return s.cfg.Credentials == nil }

// Journal gives the journal that the session's jobs are recorded in.
func (s *Session) Journal() Journal { return s.opt.Journal }

// Clock gives the session's clock.
func (s *Session) Clock() Clock { return s.opt.Clock }

// Session gives the session that r reads for.
func (r *Reader) Session() *Session { return r.s }

// Now is the session's clock, for the At of a Reading.
func (r *Reader) Now() time.Time { return r.s.opt.Clock.Now() }

// Skew is the server's clock minus this machine's, as the last answer's Date header showed, to the
// second. It is 0 until a server has answered.
func (s *Session) Skew() time.Duration { return time.Duration(s.skewNS.Load()) }

// SkewKnown reports whether a server's Date has been seen.
func (s *Session) SkewKnown() bool { return s.skewed.Load() }

// ServerNow is the server's time as far as it is known.
func (s *Session) ServerNow() time.Time { return s.opt.Clock.Now().Add(s.Skew()) }

func invalid(op, message, hint string) *Error {
	return &Error{Op: op, Kind: KindInvalid, Message: message, Hint: hint}
}

// ErrUnchanged is in the error of a planner that finds everything as it was asked for.
var ErrUnchanged = errors.New("nothing would change")

// Unchanged makes such an error.
func Unchanged(op string) *Error {
	return &Error{Op: op, Kind: KindInvalid, Message: ErrUnchanged.Error(), Err: ErrUnchanged}
}

// Invalid makes the error for a request that is refused before anything is sent.
func Invalid(op, message, hint string) *Error { return invalid(op, message, hint) }
