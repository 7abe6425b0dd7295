package awsops

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Lapse says what a new login is wanted for. It is safe to show and to log.
type Lapse struct {
	Profile string // "" for the default one
	Attempt int    // 1 on the first ask
	Last    *Error // what showed that the login is over, or why the last attempt did not do
}

// LoginProvider has a person log in again. Login returns nil when credentials may be fetched anew, and may wait for as
// long as ctx lives.
type LoginProvider interface {
	Login(ctx context.Context, l Lapse) error
}

// credentialBox hands out the credentials of the source that is in force; a new login puts another in its place.
type credentialBox struct {
	inner atomic.Pointer[aws.CredentialsProvider]
	last  atomic.Pointer[KeyInfo]
	wait  retrieving
	used  atomic.Pointer[string] // the access key id of the last answer: each session has its own
}

func newCredentialBox(p aws.CredentialsProvider) *credentialBox {
	c := &credentialBox{}
	c.inner.Store(&p)
	return c
}

// Retrieve asks the source in force and remembers what may be told of its answer.
func (c *credentialBox) Retrieve(ctx context.Context) (aws.Credentials, error) {
	job, _ := JobOf(ctx)
	defer c.wait.enter(job)()
	got, err := (*c.inner.Load()).Retrieve(ctx)
	if err == nil {
		info := keyInfo(got)
		c.last.Store(&info)
		c.used.Store(&got.AccessKeyID)
	}
	return got, err
}

// KnownKey tells of the credentials that were used last. It fetches none.
func (s *Session) KnownKey() (KeyInfo, bool) {
	if s.source == nil {
		return KeyInfo{}, false
	}
	if k := s.source.last.Load(); k != nil {
		return *k, true
	}
	return KeyInfo{}, false
}

func keyInfo(c aws.Credentials) KeyInfo {
	info := KeyInfo{Temporary: c.SessionToken != "", Source: c.Source}
	if n := len(c.AccessKeyID); n >= 8 {
		info.Tail = c.AccessKeyID[n-4:]
	}
	if c.CanExpire {
		info.Expires = c.Expires
	}
	return info
}

// canRenew tells whether a lapsed login can be made good: keys that the program itself gave can't.
func (s *Session) canRenew() bool {
	return s.opt.Login != nil && s.opt.Static == nil && s.source != nil
}

// lapsed tells failures that a new login cures: the server says so, or credentials that could be fetched before can't
// be fetched any more.
func (s *Session) lapsed(err error) bool {
	e := Wrap("", "", "", err)
	if e == nil {
		return false
	}
	_, had := s.KnownKey()
	return e.Kind == KindExpired || e.Kind == KindCredentials && e.Status == 0 && had
}

// renewer lets calls whose login is over wait for a new one, and makes them again.
type renewer struct {
	aws.RetryerV2
	s *Session
}

// IsErrorRetryable adds lapsed logins to what is worth another try.
func (r renewer) IsErrorRetryable(err error) bool {
	return r.s.lapsed(err) || r.RetryerV2.IsErrorRetryable(err)
}

// RetryDelay is nothing after a login: the person has waited enough.
func (r renewer) RetryDelay(attempt int, err error) (time.Duration, error) {
	if r.s.lapsed(err) {
		return 0, nil
	}
	return r.RetryerV2.RetryDelay(attempt, err)
}

// GetRetryToken waits for the login: it is the one place between two tries that has the call's context.
func (r renewer) GetRetryToken(ctx context.Context, err error) (func(error) error, error) {
	if !r.s.lapsed(err) {
		return r.RetryerV2.GetRetryToken(ctx, err)
	}
	if err := r.s.renew(ctx, Wrap("", "", "", err)); err != nil {
		return nil, err
	}
	return func(error) error { return nil }, nil
}

// renewing adds the wait for a login to a retryer, where there is somebody to ask.
func (s *Session) renewing(base aws.RetryerV2) aws.Retryer {
	if !s.canRenew() {
		return base
	}
	return renewer{base, s}
}

// renew makes sure that the call of ctx can be made again with other credentials than it failed with. One login is
// under way at a time; the calls that wait for it go on with what it brought.
func (s *Session) renew(ctx context.Context, cause *Error) error {
	call, _ := ctx.Value(outgoingKey{}).(*outgoing)
	if call == nil {
		call = &outgoing{login: s.logins.Load(), began: time.Now()}
	}
	done := waitForPerson(ctx)
	defer done()
	select {
	case s.loginTurn <- struct{}{}:
		defer func() { <-s.loginTurn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if now := s.logins.Load(); now != call.login {
		call.login = now
		return nil
	}
	if _, job := JobOf(ctx); !job && !s.declined.IsZero() && !call.began.After(s.declined.Add(declinedFor)) {
		return notRenewed(cause, errDeclined)
	}
	// Somebody may have logged in elsewhere, as with the AWS CLI; only when nobody has, the person is asked.
	if s.reload(ctx) != nil {
		if err := s.askLogin(ctx, cause); err != nil {
			return err
		}
	}
	call.login = s.logins.Add(1)
	return nil
}

// declinedFor is how long a person's "not now" holds: for the calls that were under way then, and for those that a screen
// makes on after they failed. A job is never refused so.
const declinedFor = 5 * time.Second

// errDeclined is why a call fails whose login a person did not want to renew.
var errDeclined = errors.New("the login was not renewed")

// askLogin has the person log in until that brought other credentials.
func (s *Session) askLogin(ctx context.Context, cause *Error) error {
	for lapse := (Lapse{Profile: s.profile, Attempt: 1, Last: cause}); ; lapse.Attempt++ {
		if err := s.opt.Login.Login(ctx, lapse); err != nil {
			s.declined = time.Now()
			return notRenewed(cause, err)
		}
		err := s.reload(ctx)
		switch {
		case err == nil:
			return nil
		case !s.lapsed(err):
			return err
		}
		lapse.Last = err
	}
}

// notRenewed is the error of a call whose login was not renewed.
func notRenewed(cause *Error, err error) error {
	if isCancelled(err) {
		return err
	}
	out := *cause
	out.Err = errors.Join(cause.Err, err)
	return &out
}

// reload reads the configuration again and takes its credentials over if they are others than those that failed.
func (s *Session) reload(ctx context.Context) *Error {
	over := &Error{Op: "credentials", Kind: KindExpired, Message: "the credentials are still the ones that have expired",
		Hint: "Log in again, or put fresh keys into the profile."}
	cfg, err := s.readConfiguration(ctx)
	if err != nil {
		return Wrap("credentials", "", "", err)
	}
	fresh, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return Wrap("credentials", "", "", err)
	}
	if old := s.source.used.Load(); old != nil && *old == fresh.AccessKeyID {
		return over
	}
	s.source.inner.Store(&cfg.Credentials)
	return nil
}
