package main

import (
	"strings"
	"testing"
	"time"
)

func TestMFADeleteIsEnabledSuspendedWithACodeAndDisabled(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.bucket("fresh-start")
		r.Press("enter", "2")
		r.until("versioning never")
		r.Press("v", "enter")
		r.until("never enabled → enabled")
		r.consent()
		r.until("versioning enabled")

		r.Press("m", "enter")
		r.until("never configured → on")
		r.consentTyping("fresh-start")
		r.until("One-time code", "root-account-mfa-device")
		first := r.code()
		r.until("versioning enabled, MFA delete on")

		r.Press("v", "enter")
		r.until("enabled → suspended")
		r.consentTyping("fresh-start")
		r.until("One-time code", "next code in")
		r.Sleep(quiet)
		before := len(r.wire.sent())
		r.Type(first)
		r.until("this code can't be sent any more: type the next one")
		if n := len(r.wire.sent()); n != before {
			t.Fatalf("a reused code was sent: %v", r.wire.sent()[before:])
		}
		r.until("s left")
		r.SeesNot("can't be sent any more")
		r.Type(first) // a step later it is still the same code
		r.until("One-time code")
		if n := len(r.wire.sent()); n != before {
			t.Fatalf("a reused code was sent: %v", r.wire.sent()[before:])
		}
		second := r.code()
		r.until("versioning suspended, MFA delete on", "PUT and DELETE destroy null versions")

		r.Press("m", "enter")
		r.until("on → off", "1 one-time code is asked for")
		r.consentTyping("fresh-start")
		r.until("One-time code")
		r.Sleep(30 * time.Second)
		third := r.code()
		r.until("versioning suspended, MFA delete off")
		for _, code := range []string{first, second, third} {
			if strings.Contains(r.written(), code) {
				t.Errorf("the code %s was written to a file", code)
			}
			r.SeesNot(code)
		}
	})
}

func TestThousandsOfVersionsTakeACodeForEachThousand(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.bucket("ledger-archive")
		r.Press("enter", "2")
		r.until("70 current", "2,640 noncurrent")
		r.Press("P", "enter")
		r.Type("2019/")
		r.Press("enter")
		r.until("Delete all noncurrent versions under 2019/ for good", "stays; 8 older ones go for good", "and 295 more keys")
		r.Sleep(quiet)
		r.Press("G")
		r.until("again until nothing is listed, 3 times", "It can't be undone")
		r.consentTyping("ledger-archive")
		for n, title := range []string{"code 1 of 3", "code 2 of 3", "code 3 of 3"} {
			r.until(title)
			if n > 0 {
				r.Sleep(30 * time.Second)
			}
			r.code()
		}
		r.until("for good: done")
		r.until("70 current", "0 noncurrent", "240 delete markers")
		batches := 0
		for _, sent := range r.wire.sent() {
			if sent == "POST /ledger-archive?delete=" {
				batches++
			}
		}
		if batches != 3 {
			t.Errorf("%d batches were sent: %v", batches, r.wire.sent())
		}
		r.Press("J")
		r.until("2,640/2,640")
	})
}
