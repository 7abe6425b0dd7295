package main

import (
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/sandbox"
	"cooper/ui"
)

// changesOf counts the changes that were sent to a sub-resource.
func (r *rig) changesOf(query string) int {
	n := 0
	for _, s := range r.wire.sent() {
		if strings.HasSuffix(s, query) {
			n++
		}
	}
	return n
}

func TestAForeignPolicyGetsTLSOnlyAndIsRevertedWithOneKey(t *testing.T) {
	journey(t, setup{width: 110, height: 44}, func(r *rig) {
		r.bucket("press-kit")
		r.Press("enter", "5")
		r.until("Everyone may read objects.", "connections without TLS are not refused", "PUBLIC (policy)")
		r.Press("n", "enter")
		r.until("Plan: Add to the policy of press-kit", `+      "Sid": "CooperDenyInsecureTransport"`)
		r.until("The bucket keeps no access logs. Nobody knows who still uses http")
		r.consent()
		r.until("Add to the policy of press-kit: done", "connections without TLS are refused (CooperDenyInsecureTransport)", "PublicRead")
		r.Press("t", "tab", "tab", "tab", "space", "enter")
		r.until("REFUSED", `Statement "CooperDenyInsecureTransport" denies it.`)
		r.Press("esc", "z")
		r.until("Plan: Put back the policy from before", `-      "Sid": "CooperDenyInsecureTransport"`, "Connections without TLS are no longer refused.")
		r.consent()
		r.until("Put back the policy from before", ": done", "connections without TLS are not refused")
		if n := r.changesOf("policy=") + r.changesOf("policy"); n != 2 {
			t.Errorf("%d changes of policies were sent: %q", n, r.wire.sent())
		}
	})
}

func TestWhoWouldLockThemselvesOutIsStoppedAndToldTheWayOut(t *testing.T) {
	var editor sandbox.Credentials
	journey(t, setup{width: 110, height: 60, start: ui.Place{Screen: "policy", Bucket: "press-kit"},
		prepare: func(s *sandbox.Server) {
			editor = s.AddUser("policy-editor", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
		},
		options: func(o *awsops.Options) {
			o.Static = &awsops.StaticCredentials{AccessKeyID: editor.AccessKeyID, SecretAccessKey: editor.SecretAccessKey}
		}}, func(r *rig) {
		r.until("Everyone may read objects.")
		r.Press("n")
		r.Type("VPC endpoint")
		r.Press("enter")
		r.Type("vpce-1a2b3c4d")
		r.Press("enter")
		r.until("Plan: Add to the policy of press-kit", "ou may lock yourself out", "The way out", "Root of the bucket's account can always delete")
		r.consent()
		r.until("press-kit")
		r.Sleep(quiet)
		r.Press("enter")
		r.Sleep(quiet)
		if n := len(r.wire.sent()); n != 0 {
			t.Errorf("without the bucket's name %d changes were sent", n)
		}
	})
}

func TestWhoStillUsesHTTPIsReadInTheLogsBeforeTLSOnlyIsApplied(t *testing.T) {
	journey(t, setup{width: 110, height: 44, start: ui.Place{Screen: "encryption", Bucket: "invoices-2026"}}, func(r *rig) {
		r.until("TLS only", "requests without TLS are not refused")
		r.selectRow("TLS only")
		r.Press("enter")
		r.until("Plan: Turn on “TLS only” for invoices-2026")
		r.until("The access logs in access-logs tell who that is", "ask them first.")
		r.Sleep(quiet)
		r.Press("t")
		r.until("requests without TLS", "user/legacy-erp")
		r.Press("esc", "esc")
		r.until("requests without TLS are not refused")
		if n := r.changesOf("policy"); n != 0 {
			t.Errorf("%d changes of the policy were sent", n)
		}
	})
}
