package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/sandbox"
)

func TestSettingsOfABucketAreChangedAsPlans(t *testing.T) {
	journey(t, setup{width: 100, height: 40}, func(r *rig) {
		r.bucket("press-kit")
		r.Press("e")
		r.until("all four off", "none is incomplete")
		r.Press("n", "enter")
		r.Type("team")
		r.Press("tab")
		r.Type("press")
		r.Press("enter")
		r.until(`(none) → press`)
		r.consent()
		r.until("Change the tags of press-kit: done", "team              press")

		r.selectRow("bucket block")
		r.Press("e")
		r.Press("space", "enter")
		r.until("BlockPublicAcls  off → on", "Those who rely on public access lose it at once.")
		r.consent()
		r.until("bucket block      BlockPublicAcls on")

		r.Press("n", "down", "enter", "enter")
		r.until("rule abort-uploads-after-7d", "Uploads that are not complete 7 days after they began")
		r.consent()
		r.until("Change the lifecycle rules of press-kit: done", "abort-uploads-a…")
		r.selectRow("abort-uploads-a…")
		r.Press("d")
		r.until("(removed)", "What the removed rules would have cleaned up stays")
		r.consent()
		r.until("no rules.")
	})
}

func TestAReadOnlyProgramShowsPlansAndSendsNoChange(t *testing.T) {
	readOnly := func(o *awsops.Options) { o.ReadOnly = true }
	journey(t, setup{options: readOnly}, func(r *rig) {
		r.until("[READ-ONLY]")
		refuse := func(plan string) {
			t.Helper()
			r.until(plan)
			r.Sleep(quiet)
			r.Press("enter")
			r.until("is read-only: the command lines can be copied with c")
			r.Press("c")
			r.until("aws s3")
			r.Press("esc")
			for range 3 {
				if strings.Contains(r.Text(), "Plan:") {
					r.Press("esc")
				}
			}
		}
		r.bucket("media-drafts")
		r.Press("E")
		refuse("Plan: Empty bucket")
		r.Press("d")
		refuse("Plan: Delete bucket")
		r.Press("n", "space", "tab")
		r.Type("tmp-readonly")
		r.Press("enter")
		refuse("Plan: Create bucket")
		r.Press("enter", "2")
		r.until("versioning suspended")
		r.Press("v", "enter")
		refuse("Plan: Enable versioning")
		r.Press("d")
		refuse("Plan: Delete")
		r.Press("9")
		r.until("Lifecycle")
		r.Press("n", "enter")
		r.Type("a\n")
		refuse("Plan: Change the tags")
		if sent := r.wire.sent(); len(sent) > 0 {
			t.Errorf("sent: %v", sent)
		}
	})
}

func TestABulkJobThatWasKilledGoesOnInTheNextRun(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	server := sandbox.New(sandbox.Options{Seed: 1})
	server.SeedDemo()
	same := setup{state: state, server: server}
	journey(t, same, func(r *rig) {
		r.bucket("ledger-archive")
		r.Press("enter", "2")
		r.until("2,640 noncurrent")
		r.Press("P", "enter")
		r.Type("2019/\n")
		r.until("Plan: Delete all noncurrent versions")
		r.consentTyping("ledger-archive")
		r.until("code 1 of 3")
		r.code()
		r.until("code 2 of 3")
	}) // the program ends while it waits for the second code
	journal, err := os.ReadFile(filepath.Join(state, "journal.jsonl"))
	if err != nil || strings.Count(string(journal), "\n") < 2 {
		t.Fatalf("the journal has no line for the end: %s %v", journal, err)
	}
	journey(t, same, func(r *rig) {
		r.Sleep(time.Minute) // the clock of a bubble starts anew: the device's first code was used
		r.until("fresh-start", "1 job of an earlier run did not come to an end")
		r.Press("J")
		r.until("Delete all noncurrent versions under 2019/ for good", "unfinished since")
		r.Press("n")
		r.until("Plan: Delete all noncurrent versions under 2019/ for good", "and 182 more keys")
		r.consentTyping("ledger-archive")
		r.until("code 1 of 2")
		r.code()
		r.until("code 2 of 2")
		r.Sleep(30 * time.Second)
		r.code()
		r.until("for good: done")
		r.SeesNot("unfinished")
		r.Press("esc")
		r.bucket("ledger-archive")
		r.Press("enter", "2")
		r.until("0 noncurrent")
	})
}
