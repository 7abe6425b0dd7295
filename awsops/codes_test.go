package awsops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const rootDevice = "arn:aws:iam::111122223333:mfa/root-account-mfa-device"

// codedDelete asks for a code and deletes one version with it.
func codedDelete(ctx context.Context, s *Session, c Challenge) error {
	w, err := s.writer()
	if err != nil {
		return err
	}
	return w.Coded(ctx, c, func(ctx context.Context, mfa string) error {
		api, err := w.S3(ctx, "b-1")
		if err != nil {
			return err
		}
		_, err = api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: new("b-1"), Key: new("k"), VersionId: new("v"), MFA: &mfa})
		if err != nil {
			return Wrap("DeleteObject", "b-1", "k", err)
		}
		return nil
	})
}

// codeServer answers HEAD, STS, and everything else from deletes.
func codeServer(deletes func(n int, mfa string) (*answered, error)) *wire {
	n := 0
	return &wire{answer: func(_ int, r *http.Request, _ string) (*answered, error) {
		switch {
		case strings.HasPrefix(r.URL.Host, "sts."):
			return reply(200, callerAnswer), nil
		case r.Method == http.MethodHead:
			return reply(200, "", "X-Amz-Bucket-Region", "eu-west-1"), nil
		}
		n++
		return deletes(n, r.Header.Get("X-Amz-Mfa"))
	}}
}

func codesOf(t *testing.T, codes ...string) *FixedMFA {
	t.Helper()
	var tokens []Token
	for _, c := range codes {
		tokens = append(tokens, Token{Serial: rootDevice, Code: c})
	}
	return NewFixedMFA(nil, tokens...)
}

func sentCodes(w *wire) (codes []string, at []time.Duration) {
	for _, r := range w.requests() {
		if v := r.Header.Get("X-Amz-Mfa"); v != "" {
			codes = append(codes, v[strings.LastIndexByte(v, ' ')+1:])
			at = append(at, time.Duration(r.At.Unix()%30)*time.Second)
		}
	}
	return codes, at
}

func TestACodeIsSentOnceAndTheNextRequestWaitsForTheNextStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := codeServer(func(int, string) (*answered, error) { return reply(204, ""), nil })
		mfa := codesOf(t, "111111", "222222")
		s := isolated(t, w, func(o *Options) { o.MFA = mfa })
		start := time.Now()
		for i := range 2 {
			if err := codedDelete(t.Context(), s, Challenge{Action: "delete", Bucket: "b-1", Serial: rootDevice, Batch: i + 1, Batches: 2}); err != nil {
				t.Fatal(err)
			}
		}
		codes, _ := sentCodes(w)
		if fmt.Sprint(codes) != "[111111 222222]" || time.Since(start) < 25*time.Second || time.Since(start) > 31*time.Second {
			t.Errorf("codes %v after %v", codes, time.Since(start))
		}
		if asked := mfa.Asked(); len(asked) != 2 || asked[1].NotBefore.Unix()%30 != 0 || asked[1].Period != 30*time.Second {
			t.Errorf("asked %+v", asked)
		}
	})
}

func TestAReusedCodeIsRefusedHereAndNotByTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := codeServer(func(int, string) (*answered, error) { return reply(204, ""), nil })
		mfa := codesOf(t, "111111", "111111", "222222")
		s := isolated(t, w, func(o *Options) { o.MFA = mfa })
		for range 2 {
			if err := codedDelete(t.Context(), s, Challenge{Serial: rootDevice}); err != nil {
				t.Fatal(err)
			}
		}
		if codes, _ := sentCodes(w); fmt.Sprint(codes) != "[111111 222222]" {
			t.Errorf("sent %v", codes)
		}
		last := mfa.Asked()[2].Last
		if last == nil || !strings.Contains(last.Error(), "used already") {
			t.Errorf("the third ask says %v", last)
		}
	})
}

func TestNoCodeGoesOutInTheLastThreeSecondsOfItsStepByTheServersClock(t *testing.T) {
	for _, skew := range []time.Duration{0, 41 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			server := func() time.Time { return time.Now().Add(skew) }
			w := codeServer(nil)
			inner := w.answer
			w.answer = func(n int, r *http.Request, body string) (*answered, error) {
				var resp *answered
				var err error
				if r.Header.Get("X-Amz-Mfa") == "" {
					resp, err = inner(n, r, body)
				} else {
					resp = reply(204, "")
				}
				resp.header.Set("Date", server().UTC().Format(http.TimeFormat))
				return resp, err
			}
			slow := &slowProvider{codes: []string{"111111", "222222"}}
			s := isolated(t, w, func(o *Options) { o.MFA = slow })
			if s.Identity(t.Context()).State != Known { // the server's clock is known from here on
				t.Fatal("no identity")
			}
			slow.until = func() time.Time { return stepStart(stepOf(server()) + 1).Add(-2*time.Second - skew) }
			if err := codedDelete(t.Context(), s, Challenge{Serial: rootDevice}); err != nil {
				t.Fatal(err)
			}
			if codes, _ := sentCodes(w); fmt.Sprint(codes) != "[222222]" {
				t.Errorf("skew %v: sent %v", skew, codes)
			}
			if sent := w.requests(); server().Unix()%30 != 0 || len(sent) == 0 {
				t.Errorf("skew %v: sent at second %d of the step", skew, server().Unix()%30)
			}
			if c := slow.asked[1]; c.Skew != skew || !strings.Contains(c.Last.Error(), "about to expire") {
				t.Errorf("skew %v: second ask %+v", skew, c)
			}
		})
	}
}

// slowProvider gives its first code at a moment of the test's choice.
type slowProvider struct {
	codes []string
	until func() time.Time
	asked []Challenge
}

func (p *slowProvider) Code(ctx context.Context, c Challenge) (Token, error) {
	p.asked = append(p.asked, c)
	at := c.NotBefore
	if len(p.asked) == 1 {
		at = p.until()
	}
	if err := (machineClock{}).Until(ctx, at); err != nil {
		return Token{}, err
	}
	code := p.codes[0]
	p.codes = p.codes[1:]
	return Token{Serial: rootDevice, Code: code}, nil
}

func TestARefusedCodeIsAskedForAgainAndThreeRefusalsWaitAFullStep(t *testing.T) {
	for name, refusal := range map[string]func() *answered{
		"AWS": func() *answered {
			return failure(400, "TokenCodeInvalidError", "The serial number and/or token code is not valid.")
		},
		"Ceph RGW": func() *answered { return failure(403, "AccessDenied", "") },
		"STS text": func() *answered { return failure(403, "AccessDenied", "MultiFactorAuthentication failed") },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := codeServer(func(n int, _ string) (*answered, error) {
				if n <= 3 {
					return refusal(), nil
				}
				return reply(204, ""), nil
			})
			mfa := codesOf(t, "111111", "222222", "333333", "444444")
			s := isolated(t, w, func(o *Options) { o.MFA = mfa })
			if err := codedDelete(t.Context(), s, Challenge{Serial: rootDevice}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			asked := mfa.Asked()
			if len(asked) != 4 || asked[3].Attempt != 4 || asked[1].Last == nil {
				t.Fatalf("%s: asked %+v", name, asked)
			}
			sent := w.requests()
			var times []time.Time
			for _, r := range sent {
				if r.Header.Get("X-Amz-Mfa") != "" {
					times = append(times, r.At)
				}
			}
			if gap := times[3].Sub(times[2]); gap < 31*time.Second {
				t.Errorf("%s: the fourth code went out %v after the third", name, gap)
			}
		})
	}
}

func TestALostAnswerIsNeverSentAgain(t *testing.T) {
	for name, lose := range map[string]func() (*answered, error){
		"reset": func() (*answered, error) { return nil, io.ErrUnexpectedEOF },
		"internal error": func() (*answered, error) {
			return failure(500, "InternalError", "We encountered an internal error."), nil
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := codeServer(func(int, string) (*answered, error) { return lose() })
			s := isolated(t, w, func(o *Options) { o.MFA = codesOf(t, "111111", "222222") })
			err := codedDelete(t.Context(), s, Challenge{Action: "DeleteObject", Serial: rootDevice})
			if !errors.Is(err, ErrOutcomeUnknown) || strings.Contains(err.Error(), "111111") {
				t.Errorf("%s: error %v", name, err)
			}
			if codes, _ := sentCodes(w); len(codes) != 1 {
				t.Errorf("%s: %d requests with a code", name, len(codes))
			}
		})
	}
}

func TestSlowDownNeedsAFreshCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := codeServer(func(n int, _ string) (*answered, error) {
			if n == 1 {
				return failure(503, "SlowDown", "Please reduce your request rate."), nil
			}
			return reply(204, ""), nil
		})
		s := isolated(t, w, func(o *Options) { o.MFA = codesOf(t, "111111", "222222") })
		if err := codedDelete(t.Context(), s, Challenge{Serial: rootDevice}); err != nil {
			t.Fatal(err)
		}
		if codes, _ := sentCodes(w); fmt.Sprint(codes) != "[111111 222222]" {
			t.Errorf("sent %v", codes)
		}
	})
}

func TestAnAnswerThatIsNotAboutTheCodeEndsTheAsking(t *testing.T) {
	w := codeServer(func(int, string) (*answered, error) {
		return failure(400, "InvalidRequest", "DevPay and Mfa are mutually exclusive authorization methods."), nil
	})
	mfa := codesOf(t, "111111", "222222")
	s := isolated(t, w, func(o *Options) { o.MFA = mfa })
	s.skewNS.Store(int64(-time.Duration(time.Now().Unix()%30) * time.Second)) // early in a step, whatever the machine's clock says
	e := Wrap("", "", "", codedDelete(t.Context(), s, Challenge{}))
	if e == nil || e.Kind != KindCredentials || !strings.Contains(e.Hint, "long-term") {
		t.Errorf("error %v", e)
	}
}

func TestMalformedCodesNeverLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := codeServer(func(int, string) (*answered, error) { return reply(204, ""), nil })
		mfa := NewFixedMFA(nil, Token{rootDevice, "12345"}, Token{rootDevice, "12345a"}, Token{"two words", "123456"}, Token{"x\r\nEvil: 1", "123456"},
			Token{rootDevice, "654321"})
		s := isolated(t, w, func(o *Options) { o.MFA = mfa })
		if err := codedDelete(t.Context(), s, Challenge{}); err != nil {
			t.Fatal(err)
		}
		if codes, _ := sentCodes(w); fmt.Sprint(codes) != "[654321]" {
			t.Errorf("sent %v", codes)
		}
	})
}

func TestWithoutAnybodyToAskACodeIsRequired(t *testing.T) {
	s := isolated(t, codeServer(nil))
	err := codedDelete(t.Context(), s, Challenge{})
	if !errors.Is(err, ErrMFARequired) || Wrap("", "", "", err).Kind != KindMFARequired {
		t.Errorf("error %v", err)
	}
}

func TestACodeIsSentOnlyThroughCoded(t *testing.T) {
	w := codeServer(nil)
	s := isolated(t, w)
	writer, err := s.writer()
	if err != nil {
		t.Fatal(err)
	}
	api, err := writer.S3(t.Context(), "b-1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = api.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: new("b-1"), Key: new("k"), MFA: new(rootDevice + " 123456")})
	if codes, _ := sentCodes(w); err == nil || len(codes) != 0 {
		t.Errorf("error %v, sent %v", err, codes)
	}
}

func TestAskingShowsTheJobAsWaiting(t *testing.T) {
	ask := make(chan struct{})
	answer := make(chan struct{})
	s, _ := engine(t, func(o *Options) {
		o.MFA = providerFunc(func(ctx context.Context, _ Challenge) (Token, error) {
			close(ask)
			select {
			case <-answer:
			case <-ctx.Done():
			}
			return Token{}, context.Canceled
		})
	})
	job := s.Apply(t.Context(), &Plan{Steps: []Step{{Do: func(ctx context.Context, w *Writer, _ Item) (Receipt, error) {
		return Receipt{}, w.Coded(ctx, Challenge{}, func(context.Context, string) error { return nil })
	}}}})
	<-ask
	if got := job.State(); got != JobWaiting {
		t.Errorf("state %v while asking", got)
	}
	close(answer)
	if err := job.Wait(t.Context()); Wrap("", "", "", err).Kind != KindCancelled || job.State() != JobCancelled {
		t.Errorf("error %v, state %v", err, job.State())
	}
}

type providerFunc func(context.Context, Challenge) (Token, error)

func (f providerFunc) Code(ctx context.Context, c Challenge) (Token, error) { return f(ctx, c) }

func TestCancellingEndsTheWaitForACode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := codeServer(func(int, string) (*answered, error) { return reply(204, ""), nil })
		s := isolated(t, w, func(o *Options) { o.MFA = codesOf(t, "111111", "222222") })
		if err := codedDelete(t.Context(), s, Challenge{Serial: rootDevice}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		if err := codedDelete(ctx, s, Challenge{Serial: rootDevice}); Wrap("", "", "", err).Kind != KindCancelled || time.Since(start) != 5*time.Second {
			t.Errorf("error %v after %v", err, time.Since(start))
		}
	})
}

func TestARolesCodeSharesTheLedgerWithMFADelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := codeServer(func(int, string) (*answered, error) { return reply(204, ""), nil })
		mfa := codesOf(t, "111111", "111111", "222222")
		s := isolated(t, w, func(o *Options) { o.MFA = mfa })
		if code, err := s.roleCode(rootDevice, "arn:aws:iam::111122223333:role/ops", nil); code != "111111" || err != nil {
			t.Fatalf("role: %q, %v", code, err)
		}
		if err := codedDelete(t.Context(), s, Challenge{Serial: rootDevice}); err != nil {
			t.Fatal(err)
		}
		if codes, _ := sentCodes(w); fmt.Sprint(codes) != "[222222]" {
			t.Errorf("sent %v", codes)
		}
	})
}

func TestTokensAndKeysRedactThemselves(t *testing.T) {
	tok := Token{rootDevice, "123456"}
	key := StaticCredentials{"AKIAEXAMPLE", "topsecret", "session"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", tok, "key", key)
	for _, v := range []any{tok, key, &tok, &key} {
		j, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%v %+v %#v %s", v, v, v, v) + string(j) + log.String()
		for _, secret := range []string{"123456", "topsecret", "AKIAEXAMPLE"} {
			if strings.Contains(text, secret) {
				t.Errorf("%T shows %s", v, secret)
			}
		}
	}
}

func TestTheTerminalIsAskedInWords(t *testing.T) {
	tty := &script{in: strings.NewReader("654 321\n")}
	tok, err := askTTY(tty, Challenge{Action: "delete", Bucket: "b-1", Devices: []string{rootDevice}, Batch: 2, Batches: 3, Last: errors.New("the code was wrong")})
	if err != nil || tok != (Token{rootDevice, "654321"}) {
		t.Fatalf("%v, serial %q", err, tok.Serial)
	}
	for _, want := range []string{"the code was wrong", "code 2 of 3", "b-1", rootDevice} {
		if !strings.Contains(tty.out.String(), want) {
			t.Errorf("prompt %q lacks %q", tty.out.String(), want)
		}
	}
	if _, err := (TTYMFA{Path: t.TempDir() + "/none"}).Code(t.Context(), Challenge{}); !errors.Is(err, ErrMFARequired) {
		t.Errorf("without a terminal: %v", err)
	}
}

type script struct {
	in  *strings.Reader
	out strings.Builder
}

func (s *script) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s *script) Write(p []byte) (int, error) { return s.out.Write(p) }
