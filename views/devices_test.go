package views

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
)

// iamAnswers lists a virtual device of root, one of a user, and a hardware token of the caller.
func iamAnswers(r *http.Request, body string) (int, string, http.Header) {
	switch {
	case strings.Contains(body, "Action=ListVirtualMFADevices"):
		return 200, `<R><ListVirtualMFADevicesResult><VirtualMFADevices>
<member><SerialNumber>` + rootDevice + `</SerialNumber><EnableDate>2025-03-01T09:00:00Z</EnableDate><User><Arn>arn:aws:iam::111122223333:root</Arn></User></member>
<member><SerialNumber>arn:aws:iam::111122223333:mfa/alice</SerialNumber><EnableDate>2025-04-01T09:00:00Z</EnableDate><User><Arn>arn:aws:iam::111122223333:user/alice</Arn></User></member>
</VirtualMFADevices></ListVirtualMFADevicesResult></R>`, nil
	case strings.Contains(body, "Action=ListMFADevices"):
		return 200, `<R><ListMFADevicesResult><MFADevices><member><SerialNumber>GAHT12345678</SerialNumber></member></MFADevices></ListMFADevicesResult></R>`, nil
	}
	return asRoot(r, body)
}

func devicesStage(answer answer, change ...func(*stage)) func(t *testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t)
		s.wire.answer = answer
		for _, f := range change {
			f(s)
		}
		s.view = NewDevices(s.Env, ui.Place{})
		return s
	}
}

func withDemo(s *stage) { s.Authenticator = display{} }

func TestTheDevicesScreenAtEverySize(t *testing.T) {
	goldens(t, "devices", devicesStage(iamAnswers, withDemo), nil)
}

func TestADeniedListIsNotAnEmptyOne(t *testing.T) {
	denied := func(r *http.Request, body string) (int, string, http.Header) {
		if strings.Contains(body, "MFADevices") {
			return 403, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>`, nil
		}
		return asRoot(r, body)
	}
	goldens(t, "devices-denied", devicesStage(denied), nil)
}

func TestFoundDevicesCanBeChosenWhenACodeIsAskedFor(t *testing.T) {
	on(t, 80, 24, devicesStage(iamAnswers), func(s *stage, p *uitest.Program) {
		p.Sees("alice", "root's")
		got := askFor(s, p, awsops.Challenge{Action: "x", Devices: s.Session.Devices()})
		p.Sees("GAHT12345678", "1 of 2")
		p.Sleep(grace)
		p.Press("esc")
		<-got
	})
}

func TestIAMIsAskedForDevicesWhenACodeIsWantedAndNoneIsKnown(t *testing.T) {
	build := func(t *testing.T) *stage {
		s := newStage(t)
		s.wire.answer = iamAnswers
		return s
	}
	on(t, 80, 24, build, func(s *stage, p *uitest.Program) {
		s.Session.Identity(s.Context)
		got := askFor(s, p, awsops.Challenge{Action: "x"})
		p.Sees("GAHT12345678", "1 of 2")
		p.Sleep(grace)
		p.Press("esc")
		<-got
	})
}

func TestATypedSerialIsRememberedAndForgotten(t *testing.T) {
	on(t, 80, 24, devicesStage(iamAnswers), func(s *stage, p *uitest.Program) {
		p.Press("n")
		p.Type("GAHT87654321\n")
		p.Sees("GAHT87654321", "used before")
		p.Press("j", "j", "j", "d")
		p.Sees("forget it")
		p.Press("y")
		p.Wait()
		p.SeesNot("GAHT87654321")
		if known, err := s.Journal.Serials("111122223333"); err != nil || len(known) != 0 {
			t.Errorf("remembered %v, %v", known, err)
		}
	})
}

func TestTheEnrolmentIsShownAsAQRCode(t *testing.T) {
	on(t, 120, 40, devicesStage(iamAnswers, withDemo), func(_ *stage, p *uitest.Program) {
		p.Press("Q")
		p.Sees("Enrol the demo's device", "▄")
	})
}

func TestASeedIsKeptByChoiceAndItsCodeWaitsForAKey(t *testing.T) {
	dir := t.TempDir()
	withSeeds := func(s *stage) { s.Seeds = &Seeds{Dir: dir} }
	on(t, 80, 24, devicesStage(iamAnswers, withSeeds), func(s *stage, p *uitest.Program) {
		p.Press("K")
		p.Sees("no second factor")
		p.Type("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
		p.Press("tab")
		p.Type("correct horse")
		p.Press("tab")
		p.Type("correct horses")
		p.Press("enter")
		p.Sees("the two passphrases differ")
		p.SeesNot("JBSWY3DP", "correct horse")
		p.Press("backspace", "enter")
		p.Wait()
		p.Sees("its seed is kept and open")
		s.Seeds.Close() // as in the next run
		got := askFor(s, p, awsops.Challenge{Action: "x", Serial: "GAHT12345678"})
		p.Sleep(grace)
		p.Press("ctrl+k")
		p.Type("not the passphrase\n")
		p.Wait()
		p.Sees("the seed stays closed")
		p.Press("ctrl+k")
		p.Type("correct horse\n")
		p.Wait()
		p.Sees("enter sends the kept seed's code")
		p.Sleep(2 * time.Second)
		select {
		case a := <-got:
			t.Fatalf("sent by itself: %v", a.err)
		default:
		}
		want, _ := s.Seeds.Code("GAHT12345678", time.Now())
		p.Press("enter")
		if a := <-got; a.tok.Code != want || want == "" {
			t.Errorf("error %v", a.err)
		}
	})
}
