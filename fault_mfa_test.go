package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cooper/sandbox"
)

// askForCode opens the dialog that wants a code for suspending versioning on the bucket with MFA delete.
func (r *rig) askForCode() {
	r.t.Helper()
	r.bucket("ledger-archive")
	r.Press("enter", "2")
	r.until("MFA delete on")
	r.Press("v", "enter")
	r.until("Plan: Suspend versioning")
	r.consentTyping("ledger-archive")
	r.until("One-time code")
	r.Sleep(quiet)
}

// codesSent counts the requests that carried a code.
func (r *rig) codesSent() int {
	n := 0
	for _, s := range r.wire.sent() {
		if strings.HasPrefix(s, "PUT /ledger-archive?versioning") {
			n++
		}
	}
	return n
}

func TestCodesThatAreMalformedAreNotSent(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.askForCode()
		r.Paste("12 34")
		r.Press("enter")
		r.until("a code has six digits")
		r.Type("x")
		r.until("a code has digits only")
		r.Paste("12345678")
		r.until("a code has six digits, not more")
		if n := r.codesSent(); n != 0 {
			t.Errorf("%d were sent", n)
		}
		code := r.server.Device().Code(r.server.Now())
		r.Paste(code[:3] + " " + code[3:] + "\n")
		r.until("versioning suspended, MFA delete on")
	})
}

func TestThreeRefusalsInARowMakeTheFourthCodeWait(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.askForCode()
		for n, wrong := range []string{"000001", "000002", "000003"} {
			r.Sleep(quiet)
			r.Type(wrong)
			r.until("attempt "+string(rune('2'+n))+":", "The code was wrong or old", "next code in")
			if n < 2 {
				r.until("s left")
			}
		}
		r.until("next code in 5") // more than a step
		r.Sleep(30 * time.Second)
		r.until("next code in")
		r.Sleep(quiet)
		r.code()
		r.until("this code can't be sent any more")
		if n := r.codesSent(); n != 3 {
			t.Errorf("%d were sent", n)
		}
		r.until("s left")
		r.code()
		r.until("versioning suspended, MFA delete on")
		for _, wrong := range []string{"000001", "000002", "000003"} {
			if strings.Contains(r.written(), wrong) {
				t.Errorf("the refused code %s was written down", wrong)
			}
		}
	})
}

func TestACodeIsNotSentInTheLastSecondsOfItsStep(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.askForCode()
		for !strings.Contains(r.Text(), "next code in") {
			r.Sleep(250 * time.Millisecond)
		}
		r.code()
		r.until("this code can't be sent any more: type the next one, in")
		if n := r.codesSent(); n != 0 {
			t.Errorf("%d were sent", n)
		}
		r.until("s left")
		r.code()
		r.until("versioning suspended")
	})
}

func TestWhoCanNotSendCodesIsToldBeforeAnythingIsSent(t *testing.T) {
	for _, c := range []struct {
		name, says string
		setup      setup
	}{
		{"a session of root", "S3 takes no code", setup{options: as(sandbox.RootSession), width: 120, height: 40}},
		{"an administrator", "Only the root user", setup{options: as(sandbox.AdminUser), width: 120, height: 40}},
		{"plain http", "codes are sent over TLS only", setup{endpoint: "http://cooper.localhost:9000", width: 120, height: 40}},
	} {
		t.Run(c.name, func(t *testing.T) {
			journey(t, c.setup, func(r *rig) {
				r.bucket("ledger-archive")
				r.Press("enter", "2")
				r.until("MFA delete on")
				r.Press("v", "enter")
				r.until("Plan: Suspend versioning", "Can't be applied")
				r.says(c.says)
				r.consent()
				r.Sleep(time.Second)
				r.SeesNot("One-time code", "Type ledger-archive")
				if sent := r.wire.sent(); len(sent) > 0 {
					t.Errorf("sent: %v", sent)
				}
			})
		})
	}
}

func TestAClockThatIsOffIsToldAndTheServersCounts(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.wire.mu.Lock()
		r.wire.after = func(_ *http.Request, answer *http.Response) {
			answer.Header.Set("Date", time.Now().Add(41*time.Second).UTC().Format(http.TimeFormat))
		}
		r.wire.mu.Unlock()
		r.askForCode()
		r.until("clock 4")
		r.until("s behind the server")
		r.Type("000001")
		r.until("The code was wrong or old", "this machine", "s behind the server")
	})
}

func TestAServerThatIgnoresMFADeleteIsFoundOutByTheReadBack(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.bucket("invoices-2026")
		r.Press("enter", "2")
		r.until("versioning enabled")
		r.wire.mu.Lock()
		r.wire.spoil = func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPut && req.URL.Query().Has("versioning") {
				return page(200, "", "")(req)
			}
			return nil, nil
		}
		r.wire.mu.Unlock()
		r.Press("m", "enter")
		r.until("Plan: Enable MFA delete")
		r.consentTyping("invoices-2026")
		r.until("One-time code")
		code := r.code()
		r.until("✗ Enable MFA delete on invoices-2026", "MFA delete never configured")
		r.Press("!")
		r.says("the server answered with success and ignored it")
		r.Press("esc", "J")
		r.until("failed  1  the server answered with success")
		if strings.Contains(r.written(), code) {
			t.Error("the code was written down")
		}
	})
}
