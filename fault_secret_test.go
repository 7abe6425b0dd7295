package main

import (
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/sandbox"
)

func TestSecretsAndCodesStayOutOfFilesAndOffTheScreen(t *testing.T) {
	var secret string
	keep := func(o *awsops.Options) { secret = o.Static.SecretAccessKey }
	journey(t, setup{options: keep, width: 120, height: 40}, func(r *rig) {
		r.askForCode()
		r.Type("000001")
		r.until("attempt 2:")
		r.until("s left")
		code := r.code()
		r.until("versioning suspended, MFA delete on")
		r.SeesNot(code, "000001")
		r.Press("J")
		r.until("Suspend versioning on ledger-archive")
		r.Press("enter")
		r.Sleep(quiet)
		r.SeesNot(code, "000001")
		r.Press("esc", "@")
		r.Sleep(quiet)
		for range 500 { // the listings that ran meanwhile are newer
			if strings.Contains(cursorLine(r), "PutBucketVersioning") {
				break
			}
			r.Press("j")
		}
		r.until("▸", "PutBucketVersioning")
		r.Press("enter")
		r.Sleep(quiet)
		r.SeesNot(code, "000001", secret)
		r.Press("esc", "esc", "esc", ":")
		r.Type("log\n")
		r.Sleep(time.Second)
		r.Press("enter")
		r.Sleep(quiet)
		r.SeesNot(code, "000001", secret)

		r.Press("esc", "esc")
		r.wire.mu.Lock()
		r.wire.spoil = page(403, "application/xml", "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>")
		r.wire.mu.Unlock()
		r.Press("r")
		r.Sleep(time.Second)
		r.Press("!")
		r.Sleep(quiet)
		all := r.written() + r.Screen().Raw()
		for _, known := range []string{secret, sandbox.RootDeviceSeed, "X-Amz-Signature", "Signature="} {
			if strings.Contains(all, known) {
				t.Errorf("%q was written", known)
			}
		}
		for _, typed := range []string{code, "000001"} {
			if strings.Contains(r.written(), typed) {
				t.Errorf("the code %s was written to a file", typed)
			}
		}
		if !strings.Contains(r.written(), "versioning.suspend") {
			t.Error("the journal and the debug log say nothing of what was done")
		}
	})
}
