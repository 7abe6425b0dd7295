package awsops

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// codePeriod is the time step of AWS's MFA devices (RFC 6238).
const codePeriod = 30 * time.Second

// codeMargin is how much of its step a code must have left when it is sent.
const codeMargin = 3 * time.Second

// codeRefusals is how many refusals in a row make the next code wait a full step.
const codeRefusals = 3

type codedKey struct{}

// usedCode is a code that was sent.
type usedCode struct {
	serial, code string
	step         int64 // the step it was sent in, by the server's clock
}

// codeLedger remembers what was sent, for MFA delete and AWS STS alike: a code is good for one
// request. One request with a code is on its way at a time.
type codeLedger struct {
	sending sync.Mutex
	mu      sync.Mutex
	used    []usedCode
	hold    map[string]time.Time // serial → no code before then
}

// deviceList holds the serials that a session's person can choose from.
type deviceList struct {
	mu      sync.Mutex
	serials []string
}

func stepOf(t time.Time) int64 { return t.Unix() / int64(codePeriod/time.Second) }

func stepStart(step int64) time.Time { return time.Unix(step*int64(codePeriod/time.Second), 0).UTC() }

// seen reports whether the code was sent for this device within three steps.
func (l *codeLedger) seen(serial, code string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, u := range l.used {
		if u.serial == serial && u.code == code && stepOf(now)-u.step <= 3 {
			return true
		}
	}
	return false
}

func (l *codeLedger) add(serial, code string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	keep := l.used[:0]
	for _, u := range l.used {
		if stepOf(now)-u.step <= 3 {
			keep = append(keep, u)
		}
	}
	l.used = append(keep, usedCode{serial, code, stepOf(now)})
}

func (l *codeLedger) holdUntil(serial string, t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hold == nil {
		l.hold = map[string]time.Time{}
	}
	l.hold[serial] = t
}

// notBefore is the earliest moment, by the server's clock, at which a fresh code of the device may
// be sent. An empty serial stands for any device.
func (l *codeLedger) notBefore(serial string, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := now
	if next := stepStart(stepOf(now) + 1); next.Sub(now) <= codeMargin {
		at = next
	}
	for _, u := range l.used {
		if after := stepStart(u.step + 1); (u.serial == serial || serial == "") && after.After(at) {
			at = after
		}
	}
	for s, t := range l.hold {
		if (s == serial || serial == "") && t.After(at) {
			at = t
		}
	}
	return at
}

// Coded asks for a one-time code and makes call with it, again with a fresh code as long as the
// server refuses them. call gets the value for the MFA field and a context that must be used for
// Writer.S3 and the request: its clients never retry.
//
// Errors: KindMFARequired when nobody can be asked, KindCancelled, an error that wraps
// ErrOutcomeUnknown when the request may have been carried out (look at the state, don't send it
// again), and whatever else the server answered.
func (w *Writer) Coded(ctx context.Context, c Challenge, call func(ctx context.Context, mfa string) error) error {
	s := w.s
	if !s.Secure() {
		return &Error{Op: c.Action, Bucket: c.Bucket, Kind: KindInvalid, Message: "one-time codes are sent over https only",
			Hint: "Use the endpoint's https address."}
	}
	c.Attempt = max(c.Attempt, 1)
	for refusals := 0; ; c.Attempt++ {
		tok, err := s.askCode(ctx, &c)
		if err != nil {
			return err
		}
		err = s.sendCoded(ctx, c, tok, call)
		switch s.judgeCoded(ctx, err) {
		case codeAccepted:
			return nil
		case codeRefused:
			refusals++
			c.Last = err
			if refusals%codeRefusals == 0 {
				s.codes.holdUntil(tok.Serial, stepStart(stepOf(s.ServerNow())+2))
			}
		case codeSpent:
			c.Last = err
		case codeLost:
			return unknownOutcome(c, err)
		default:
			return err
		}
		c.Serial = tok.Serial
	}
}

// codeVerdict is what became of a request with a code.
type codeVerdict uint8

const (
	codeAccepted codeVerdict = iota
	codeRefused              // a fresh code may do
	codeSpent                // not carried out, through no fault of the code: a fresh one is needed
	codeLost                 // sent, and nobody knows
	codeFailed               // refused for another reason
)

func (s *Session) judgeCoded(ctx context.Context, err error) codeVerdict {
	if err == nil {
		return codeAccepted
	}
	e := Wrap("", "", "", err)
	switch {
	case errors.Is(err, errLateCode):
		return codeSpent
	case e.Kind == KindMFARejected, e.Kind == KindMFARequired, s.meansTheCode(e):
		return codeRefused
	case e.Status == http.StatusServiceUnavailable, e.Status == http.StatusTooManyRequests:
		return codeSpent
	case e.Status >= 500 && e.Status != http.StatusNotImplemented:
		return codeLost
	case e.Status == 0 && (e.Kind == KindNetwork || e.Kind == KindCancelled || ctx.Err() != nil):
		return codeLost
	}
	return codeFailed
}

// meansTheCode tells whether a plain AccessDenied is about the code: when the server says no more
// than that, or when it answers root, whom nothing else but a policy stops.
func (s *Session) meansTheCode(e *Error) bool {
	if e.Code != "AccessDenied" || e.Status != http.StatusForbidden {
		return false
	}
	id, _ := s.identity.known()
	return e.Message == "" || id.Root && !strings.Contains(e.Message, "deny")
}

func unknownOutcome(c Challenge, err error) error {
	e := Wrap(c.Action, c.Bucket, "", err)
	out := *e
	out.Err = errors.Join(ErrOutcomeUnknown, e.Err)
	if out.Kind != KindCancelled {
		out.Message = "the request with the code was sent and no answer came: it may have been carried out"
		out.Hint = "Look at the state before trying again; the code is spent."
	}
	return &out
}

// errLateCode marks a code that came too late in its step to be sent.
var errLateCode = errors.New("the code was about to expire")

// sendCoded sends one request with one code. The whole of it holds the ledger's lock, so that two
// jobs can't send one code twice.
func (s *Session) sendCoded(ctx context.Context, c Challenge, tok Token, call func(context.Context, string) error) error {
	s.codes.sending.Lock()
	defer s.codes.sending.Unlock()
	if err := s.admit(tok); err != nil {
		return err
	}
	return call(context.WithValue(ctx, codedKey{}, c.Action), tok.Serial+" "+tok.Code)
}

// admit checks a code just before it is sent, and marks it as used.
func (s *Session) admit(tok Token) error {
	now := s.ServerNow()
	if s.codes.seen(tok.Serial, tok.Code, now) {
		return &Error{Op: "code", Kind: KindMFARejected, Message: "this code was used already", Hint: "Each code is good for one request: wait for the next one.", Err: errLateCode}
	}
	if stepStart(stepOf(now)+1).Sub(now) <= codeMargin {
		return &Error{Op: "code", Kind: KindMFARejected, Message: "the code was about to expire and was not sent", Hint: "Type the next one.", Err: errLateCode}
	}
	s.codes.add(tok.Serial, tok.Code, now)
	return nil
}

// askCode gets a well-formed code from the provider. Malformed ones are asked for again.
func (s *Session) askCode(ctx context.Context, c *Challenge) (Token, error) {
	for {
		now := s.ServerNow()
		c.Period, c.Skew = codePeriod, s.Skew()
		c.NotBefore = s.codes.notBefore(c.Serial, now).Add(-c.Skew)
		if len(c.Devices) == 0 {
			c.Devices = s.Devices()
		}
		done := waitForPerson(ctx)
		tok, err := s.opt.MFA.Code(ctx, *c)
		done()
		if err != nil {
			return Token{}, providerError(*c, err)
		}
		if tok.Serial == "" {
			tok.Serial = c.Serial
		}
		if err := checkToken(tok); err != nil {
			c.Last = err
			c.Attempt++
			continue
		}
		return tok, nil
	}
}

// SetDevices says which MFA devices a person can choose from: serials that AWS IAM listed, or that
// were typed before.
func (s *Session) SetDevices(serials []string) {
	s.devices.mu.Lock()
	defer s.devices.mu.Unlock()
	s.devices.serials = slices.Clone(serials)
}

// Devices gives the serials to choose from.
func (s *Session) Devices() []string {
	s.devices.mu.Lock()
	defer s.devices.mu.Unlock()
	return slices.Clone(s.devices.serials)
}

func providerError(c Challenge, err error) error {
	e := &Error{Op: c.Action, Bucket: c.Bucket, Kind: KindCancelled, Message: "no code was given", Err: err}
	switch inner, ok := errors.AsType[*Error](err); {
	case ok:
		return inner
	case errors.Is(err, ErrMFARequired):
		e.Kind, e.Message = KindMFARequired, "a one-time code is required and there is nobody to ask"
		e.Hint = "Run it where a person can type the code."
	}
	return e
}

// checkToken tells a code that can be sent from one that can't.
func checkToken(t Token) error {
	bad := func(message, hint string) error {
		return &Error{Op: "code", Kind: KindMFARejected, Message: message, Hint: hint}
	}
	if len(t.Code) != 6 || strings.Trim(t.Code, "0123456789") != "" {
		return bad("a code has six digits", "Type the six digits that the device shows.")
	}
	if !ValidSerial(t.Serial) {
		return bad("the device's serial is missing or malformed", "It is an ARN such as arn:aws:iam::111122223333:mfa/name, or the number printed on a hardware token.")
	}
	return nil
}

// ValidSerial reports whether s can be an MFA device's serial: 9 to 256 characters as AWS IAM
// allows them, without spaces.
func ValidSerial(s string) bool {
	if len(s) < 9 || len(s) > 256 {
		return false
	}
	for _, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("=/:,.@-_+", rune(c)) {
			return false
		}
	}
	return true
}

// rolePatience is how long a person has to give the code that a profile's role needs.
const rolePatience = 5 * time.Minute

// roleCode serves profiles with mfa_serial: the SDK asks for a code without a context. refused is what the code before
// was answered with, nil when it did or there was none.
func (s *Session) roleCode(serial, role string, refused *Error) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), rolePatience)
	defer cancel()
	if s.source != nil {
		defer s.source.wait.ask()()
	}
	c := Challenge{Action: "assume " + role, Serial: serial, Attempt: 1}
	if refused != nil {
		c.Attempt, c.Last = 2, refused
	}
	for ; ; c.Attempt++ {
		tok, err := s.askCode(ctx, &c)
		if err != nil {
			return "", err
		}
		s.codes.sending.Lock()
		err = s.admit(tok)
		s.codes.sending.Unlock()
		if err == nil {
			return tok.Code, nil
		}
		c.Last = err
	}
}
