package views

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
)

const rootDevice = "arn:aws:iam::111122223333:mfa/root-account-mfa-device"

// grace is how long a dialog that opened by itself takes no keys.
const grace = 500 * time.Millisecond

type codeAnswer struct {
	tok awsops.Token
	err error
}

// askFor asks for a code from a goroutine, as a job does.
func askFor(s *stage, p *uitest.Program, c awsops.Challenge) <-chan codeAnswer {
	out := make(chan codeAnswer, 1)
	c.Period = 30 * time.Second
	go func() {
		tok, err := s.mfa.Code(s.Context, c)
		out <- codeAnswer{tok, err}
	}()
	synctest.Wait()
	p.Wait()
	return out
}

func plain(t *testing.T) *stage { return newStage(t) }

func purge() awsops.Challenge {
	return awsops.Challenge{Bucket: "invoices-2026", Action: "delete versions", Serial: rootDevice, Batch: 2, Batches: 3, Attempt: 1}
}

func TestTheCodeDialogAtEverySize(t *testing.T) {
	goldens(t, "code", plain, func(s *stage, p *uitest.Program) {
		askFor(s, p, purge())
		p.Sleep(grace)
		p.Type("12")
	})
}

func TestTheCodeDialogTellsWhyTheLastCodeFailed(t *testing.T) {
	goldens(t, "code-refused", plain, func(s *stage, p *uitest.Program) {
		c := purge()
		c.Attempt, c.Skew = 2, 41*time.Second
		c.Devices = []string{"GAHT12345678"}
		c.NotBefore = time.Now().Add(20 * time.Second)
		c.Last = &awsops.Error{Op: "DeleteObjects", Kind: awsops.KindMFARejected, Code: "TokenCodeInvalidError",
			Message: "The serial number and/or token code you provided is not valid.", Hint: "Wait for the next one."}
		askFor(s, p, c)
		p.Sleep(grace)
	})
}

func TestTheCodeDialogAsksForASerialFirst(t *testing.T) {
	goldens(t, "code-serial", plain, func(s *stage, p *uitest.Program) {
		askFor(s, p, awsops.Challenge{Action: "Enable MFA delete on logs", Bucket: "logs"})
		p.Sleep(grace)
	})
}

func TestTheSixthDigitSendsTheCode(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		got := askFor(s, p, purge())
		p.Sleep(grace)
		p.Type("12345")
		select {
		case a := <-got:
			t.Fatalf("sent after five digits: %v", a.err)
		default:
		}
		p.Type("6")
		if a := <-got; a.err != nil || a.tok != (awsops.Token{Serial: rootDevice, Code: "123456"}) {
			t.Errorf("got %v for %s", a.err, a.tok.Serial)
		}
		p.SeesNot("One-time code")
	})
}

func TestAPastedCodeIsCleaned(t *testing.T) {
	for text, want := range map[string]string{"123 456": "123456", " 123456\n": "123456", "123-456": "123456", "12345x": "", "1234567": ""} {
		on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
			got := askFor(s, p, purge())
			p.Sleep(grace)
			p.Paste(text)
			select {
			case a := <-got:
				if a.tok.Code != want {
					t.Errorf("%q sent %q", text, a.tok.Code)
				}
			default:
				if want != "" {
					t.Errorf("%q was not sent", text)
				}
				p.Sees("a code has")
				p.Press("esc")
				<-got
			}
		})
	}
}

func TestKeysTypedBeforeTheDialogOpenedDecideNothing(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		got := askFor(s, p, purge())
		p.Burst("1", "2", "3", "4", "5", "6", "esc")
		p.Sees("One-time code", "_ _ _  _ _ _")
		select {
		case a := <-got:
			t.Fatalf("answered: %v", a.err)
		default:
		}
		p.Sleep(grace)
		p.Press("esc")
		if a := <-got; !errors.Is(a.err, ui.ErrDismissed) {
			t.Errorf("esc gave %v", a.err)
		}
	})
}

func TestNoCodeIsTakenInTheLastSecondsOfAStepOrBeforeItsTime(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		got := askFor(s, p, purge())
		p.Sleep(27500 * time.Millisecond) // the bubble begins at the start of a step
		p.Sees("next code in 3 s")
		p.Type("123456")
		p.Sees("type the next one")
		p.Sleep(3 * time.Second)
		p.Sees("s left")
		p.Type("654321")
		if a := <-got; a.tok.Code != "654321" {
			t.Errorf("got %v", a.err)
		}
	})
}

func TestTabChoosesAmongDevicesAndATypedOneIsRemembered(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		s.Session.Identity(s.Context)
		c := purge()
		c.Devices = []string{"GAHT12345678"}
		got := askFor(s, p, c)
		p.Sleep(grace)
		p.Press("tab")
		p.Sees("GAHT12345678", "2 of 2")
		p.Press("ctrl+t")
		p.Type("short\n")
		p.Sees("that is no serial")
		p.Type("-but-now-long-enough\n")
		p.Sees("short-but-now-long-enough")
		p.Type("123456")
		if a := <-got; a.tok.Serial != "short-but-now-long-enough" {
			t.Fatalf("%v, serial %q", a.err, a.tok.Serial)
		}
		known, err := s.Journal.Serials("111122223333")
		if err != nil || len(known) != 1 || known[0] != "short-but-now-long-enough" {
			t.Errorf("remembered %v, %v", known, err)
		}
		got = askFor(s, p, awsops.Challenge{Action: "again"})
		p.Sees("short-but-now-long-enough")
		p.Sleep(grace)
		p.Press("esc")
		<-got
	})
}

func TestAJobThatWaitsForACodeIsPausedAndAsksAgain(t *testing.T) {
	build := func(t *testing.T) *stage {
		s := newStage(t)
		s.view = NewJobs(s.Env, ui.Place{})
		return s
	}
	on(t, 80, 24, build, func(s *stage, p *uitest.Program) {
		job := s.Session.Apply(s.Context, &awsops.Plan{Kind: "test.coded", Title: "Delete versions", Steps: []awsops.Step{{
			Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
				return awsops.Receipt{Done: 1}, w.Coded(ctx, purge(), func(context.Context, string) error { return nil })
			},
		}}})
		p.Sleep(grace)
		p.Sees("One-time code", "ctrl+p")
		for _, key := range []string{"ctrl+p", "esc"} { // esc gives up nothing that was begun
			p.Press(key)
			p.Wait()
			p.SeesNot("One-time code")
			if got := job.State(); got != awsops.JobPaused {
				t.Fatalf("state %v", got)
			}
			p.Press("p")
			p.Sleep(grace)
		}
		p.Sees("One-time code")
		p.Type("123456")
		p.Wait()
		if err := job.Wait(s.Context); err != nil {
			t.Error(err)
		}
	})
}

// display is the demo's device with a code that never changes.
type display struct{}

func (display) Serial() string { return rootDevice }
func (display) URI() string {
	return "otpauth://totp/cooper:root?secret=JBSWY3DPEHPK3PXP&issuer=cooper"
}
func (display) Code(time.Time) (string, error) { return "987654", nil }

func TestTheDemosDeviceShowsItsCodeInTheDialog(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		s.Authenticator = display{}
		got := askFor(s, p, awsops.Challenge{Action: "delete versions"})
		p.Sees(rootDevice, "its display shows 987 654")
		p.Sleep(grace)
		p.Press("esc")
		<-got
	})
}

func TestAnEndedJobTakesItsQuestionBack(t *testing.T) {
	on(t, 80, 24, plain, func(s *stage, p *uitest.Program) {
		ctx, cancel := context.WithCancelCause(s.Context)
		out := make(chan error, 1)
		go func() {
			_, err := s.mfa.Code(ctx, purge())
			out <- err
		}()
		p.Wait()
		p.Sees("One-time code")
		enough := errors.New("enough")
		cancel(enough)
		p.Wait()
		p.SeesNot("One-time code")
		if err := <-out; !errors.Is(err, enough) {
			t.Errorf("error %v", err)
		}
	})
}
