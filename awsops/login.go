package awsops

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Lapse says what a new login is wanted for. It is safe to show and to log.
type Lapse struct {
	Profile string // "" for the default one
	Attempt int    // 1 on the first ask
	Last    *Error // what showed that the login is over, or why the last attempt did not do
}

// LoginProvider has a person log in again. Login returns nil when credentials may be fetched anew, and may wait for as
// long as ctx lives. An error that wraps ErrLoginRequired says that nobody could be asked.
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

// renewals is how often one call has the login renewed: credentials that are over as soon as they are handed out must
// not be fetched for ever.
const renewals = 5

// awaitLogin is around the attempts of a call: whatever became of those, an answer that says that the login is over was
// not carried out, so the call waits for a new login and is made again. One that carries a one-time code is not: the
// code is spent.
func (g *guard) awaitLogin(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	out, md, err := next.HandleFinalize(ctx, in)
	for range renewals {
		if err == nil || g.once || g.unsigned || !g.s.canRenew() || ctx.Value(probeKey{}) != nil || !g.s.over(ctx, in.Request, err) {
			break
		}
		if rerr := g.s.renew(ctx, Wrap("", "", "", err)); rerr != nil {
			return out, md, rerr
		}
		if req, ok := in.Request.(*smithyhttp.Request); ok {
			if rerr := req.RewindStream(); rerr != nil {
				return out, md, err // a stream that is gone: the error stays what it was
			}
		}
		out, md, err = next.HandleFinalize(ctx, in)
	}
	return out, md, err
}

// probeKey marks the call by which over looks.
type probeKey struct{}

// over tells whether a call failed because its login is over. An answer to HEAD has no body to say so: a 400 to
// temporary credentials is asked about by a call whose answer has one.
func (s *Session) over(ctx context.Context, request any, err error) bool {
	if s.lapsed(err) {
		return true
	}
	req, ok := request.(*smithyhttp.Request)
	if !ok || req.Method != http.MethodHead || Wrap("", "", "", err).Status != http.StatusBadRequest {
		return false
	}
	if key, known := s.KnownKey(); !known || !key.Temporary {
		return false
	}
	api := s.client(clientKey{region: s.cfg.Region, pathStyle: s.pathStyle("")})
	_, err = api.ListBuckets(context.WithValue(ctx, probeKey{}, true), &s3.ListBucketsInput{MaxBuckets: aws.Int32(1)})
	return s.lapsed(err) || err == nil && s.loggedInSince(ctx)
}

// loggedInSince tells whether somebody logged in after the call of ctx was begun: it then failed with credentials that
// are not those in force. A login that is under way is waited for.
func (s *Session) loggedInSince(ctx context.Context) bool {
	call, _ := ctx.Value(outgoingKey{}).(*outgoing)
	if call == nil {
		return false
	}
	done := waitForPerson(ctx)
	defer done()
	select {
	case s.loginTurn <- struct{}{}:
		defer func() { <-s.loginTurn }()
		return s.logins.Load() != call.login
	case <-ctx.Done():
		return false
	}
}

// renewed makes a call that is not the SDK's, and once more after a new login when it failed because the login is over.
func (s *Session) renewed(ctx context.Context, call func() error) error {
	at := &outgoing{login: s.logins.Load(), began: time.Now()}
	err := call()
	if err == nil || !s.canRenew() || !s.lapsed(err) {
		return err
	}
	if rerr := s.renew(context.WithValue(ctx, outgoingKey{}, at), Wrap("", "", "", err)); rerr != nil {
		return rerr
	}
	return call()
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
		return notRenewed(cause, s.refusal)
	}
	// Somebody may have logged in elsewhere, as with the AWS CLI; only when nobody has, the person is asked.
	switch err := s.reload(ctx); {
	case err == nil:
	case errors.Is(err, ErrMFARequired):
		return err // a login would end at the same code
	default:
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

// askLogin has the person log in until that brought other credentials.
func (s *Session) askLogin(ctx context.Context, cause *Error) error {
	for lapse := (Lapse{Profile: s.profile, Attempt: 1, Last: cause}); ; lapse.Attempt++ {
		if err := s.opt.Login.Login(ctx, lapse); err != nil {
			s.declined, s.refusal = time.Now(), err
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
