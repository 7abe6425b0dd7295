package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestABucketIsMadeFilledEmptiedAndDeleted(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.until("buckets", "fresh-start")
		r.Press("n")
		r.Press("space", "tab")
		r.Type("tmp-Bad_name")
		r.until("Capital letters such as 'B' are not allowed.")
		r.Press("ctrl+u")
		r.Type("tmp-journey")
		r.Press("enter")
		r.until("Plan: Create bucket tmp-journey", "nothing → on")
		r.SeesNot("owner is not proven")
		r.consent()
		r.until("Create bucket tmp-journey: done")
		r.bucket("tmp-journey")
		r.Press("enter")
		r.upload("report.txt", "hello, world\n")
		r.upload("report.txt", "hello, world, again\n")
		r.Press("2")
		r.until("noncurrent")
		r.Press("1")
		r.until("report.txt")

		if err := os.Remove(filepath.Join(r.home, "report.txt")); err != nil {
			t.Fatal(err)
		}
		r.Press("D")
		r.until("Download report.txt")
		r.Press("enter")
		r.until("Download report.txt: done")
		if got, err := os.ReadFile(filepath.Join(r.home, "report.txt")); err != nil || string(got) != "hello, world, again\n" {
			t.Errorf("the file came back as %q, %v", got, err)
		}

		r.Press("d")
		r.until("Plan: Delete 1 object", "the data", "stays as a noncurrent version")
		r.consent()
		r.until("Delete 1 object: done", "This bucket has no current objects.")

		r.Press("esc")
		r.until("fresh-start")
		r.selectRow("tmp-journey")
		r.Press("d")
		r.until("Plan: Delete bucket tmp-journey and everything in it", "gone: no version is left")
		r.SeesNot("Counting what is in")
		r.consentTyping("tmp-journey")
		r.until("and everything in it: done")
		r.Sleep(time.Second)
		for _, line := range r.Screen().Lines() {
			if strings.HasPrefix(strings.TrimSpace(line), "tmp-journey") {
				t.Errorf("the bucket is still listed: %s", line)
			}
		}
	})
}

func TestABucketIsEmptiedAndStays(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.bucket("media-drafts")
		r.Press("E")
		r.until("Plan: Empty bucket media-drafts", "and 8 more keys")
		r.consentTyping("media-drafts")
		r.until("Empty bucket media-drafts: done")
		r.Press("enter", "2")
		r.until("no versions and no delete markers")
	})
}

func TestWhatWasDeletedComesBack(t *testing.T) {
	journey(t, setup{}, func(r *rig) {
		r.bucket("invoices-2026")
		r.Press("enter", "2")
		r.until("delete markers")
		r.Press("/")
		r.Type("notes.txt")
		r.Press("enter")
		r.until("4 of 149 rows, esc shows all", "DELETE MARKER", "old marker")
		r.Press("U")
		r.until("Plan: Undelete 1 object", "no copy is made")
		r.consent()
		r.until("Undelete 1 object: done", "3 of 148")
		r.SeesNot("DELETE MARKER")
		r.Press("enter")
		r.until("2 versions · 1 delete marker · 82 B")
		r.Press("G", "R")
		r.until("Plan: Restore a version by copy", "the ACL")
		r.consent()
		r.until("Restore a version by copy: done", "3 versions · 1 delete marker · 117 B")
	})
}

// upload puts a file of the person's home into the bucket that is shown.
func (r *rig) upload(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.home, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.Press("u")
	r.until("It goes to")
	r.Type(file)
	r.Press("enter")
	r.until("Upload " + name)
	r.Sleep(quiet)
	r.Press("enter")
	r.Sleep(quiet)
	if strings.Contains(r.Text(), "Replace the object?") {
		r.Press("y")
	}
	r.until("Plan: Upload " + name)
	r.consent()
	r.until("Upload " + name + ": done")
}
