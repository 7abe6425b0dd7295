package conformance

import (
	"errors"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
	"cooper/sandbox"
)

// troubled gives a sandbox with a bucket, for what a foreign server can't be told to do.
func troubled(t *testing.T, status string) (*world, string) {
	t.Helper()
	w := openSandbox(t, awsops.DialectSandbox)
	return w, w.bucket(t, status)
}

func TestALostAnswerToACodedDeleteIsLookedAfterAndNoCodeIsSpentTwice(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.mfaBucket(t)
	for _, k := range []string{"a", "b", "c"} {
		w.put(t, b, k, "x")
	}
	all := entries(t, w, b, func(listing.Row) bool { return true })
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: all})
	struck := w.server.Faults.Add(sandbox.Fault{Operation: "DeleteObjects", Kind: sandbox.FaultResetAfter, Times: 1})
	before := w.codes.asked.Load()
	s := w.done(t, p, err)
	if struck() != 1 || w.codes.asked.Load()-before != 1 || s.Done != 3 {
		t.Errorf("struck %d times, %d codes, %d done", struck(), w.codes.asked.Load()-before, s.Done)
	}
	if len(s.Notes) == 0 || !strings.Contains(s.Notes[0], "No answer came") {
		t.Errorf("notes %q", s.Notes)
	}
	expectHistory(t, w, b)
}

func TestACodedDeleteThatNeverArrivedTakesAFreshCode(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.mfaBucket(t)
	id := w.put(t, b, "a", "x")
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a", VersionID: id, Size: 1}}})
	w.server.Faults.Add(sandbox.Fault{Operation: "DeleteObject", Kind: sandbox.FaultReset, Times: 1})
	before := w.codes.asked.Load()
	w.done(t, p, err)
	if n := w.codes.asked.Load() - before; n != 2 {
		t.Errorf("%d codes", n)
	}
	expectHistory(t, w, b)
}

func TestALostAnswerToAVersioningChangeWithACodeIsReadBack(t *testing.T) {
	w, b := troubled(t, versioning.Enabled)
	p, err := versioning.PlanMFAEnable(t.Context(), w.reader(), versioning.Params{Bucket: b})
	w.server.Faults.Add(sandbox.Fault{Operation: "PutBucketVersioning", Kind: sandbox.FaultResetAfter, Times: 1})
	before := w.codes.asked.Load()
	w.done(t, p, err)
	if n := w.codes.asked.Load() - before; n != 1 {
		t.Errorf("%d codes", n)
	}
}

func TestALostAnswerToAPlainDeleteMakesNoSecondMarker(t *testing.T) {
	w, b := troubled(t, versioning.Enabled)
	w.put(t, b, "a", "1")
	w.put(t, b, "b", "2")
	p, err := versions.PlanDelete(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a", Size: 1}, {Key: "b", Size: 1}}})
	w.server.Faults.Add(sandbox.Fault{Operation: "DeleteObjects", Kind: sandbox.FaultResetAfter, Times: 1})
	w.done(t, p, err)
	expectHistory(t, w, b, "a m*", "a v", "b m*", "b v")
}

func TestLockedVersionsAreListedAsFailuresAndTheRestGoes(t *testing.T) {
	w, b := troubled(t, versioning.Enabled)
	w.put(t, b, "a", "1")
	w.put(t, b, "b", "2")
	all := entries(t, w, b, func(listing.Row) bool { return true })
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: all[:1]})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Faults.Add(sandbox.Fault{Operation: "DeleteObject", Status: 403, Code: "AccessDenied", Message: "Access Denied because object protected by object lock."})
	s := w.apply(t, p)
	if s.State != awsops.JobDone || s.Failures != 1 || len(s.Errors) != 1 || s.Errors[0].Key != "a" {
		t.Errorf("%v, %d failures %v, %v", s.State, s.Failures, s.Errors, s.Err)
	}
	w.server.Faults.Clear()
	expectHistory(t, w, b, "a v*", "b v*")
}

func TestListingVersionsDeniedSaysSo(t *testing.T) {
	w, b := troubled(t, versioning.Enabled)
	w.server.Faults.Add(sandbox.Fault{Operation: "ListObjectVersions", Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	_, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Under: true})
	if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Kind != awsops.KindDenied {
		t.Errorf("got %v", err)
	}
}

func TestWithoutKnowingTheVersioningStateADeletionSaysItMayBeForGood(t *testing.T) {
	w, b := troubled(t, versioning.Enabled)
	w.put(t, b, "a", "1")
	w.server.Faults.Add(sandbox.Fault{Operation: "GetBucketVersioning", Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	p, err := versions.PlanDelete(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a", Size: 1}}})
	if err != nil || p.Consent.Kind != awsops.ConsentType || !warned(p, "could not be read") {
		t.Fatalf("%v %+v", err, p)
	}
	w.done(t, p, err)
	w.server.Faults.Clear()
	expectHistory(t, w, b, "a m*", "a v")
}
