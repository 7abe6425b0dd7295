package conformance

import (
	"fmt"
	"testing"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
)

func (w *world) state(t *testing.T, bucket string) versioning.State {
	t.Helper()
	s, err := versioning.Read(t.Context(), w.reader(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVersioningIsEnabledAndSuspended(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	if s := w.state(t, b); !s.Never() {
		t.Errorf("a new bucket is %v", s)
	}
	p, err := versioning.PlanEnable(t.Context(), w.reader(), versioning.Params{Bucket: b})
	w.done(t, p, err)
	if s := w.state(t, b); !s.On() {
		t.Errorf("after enabling it is %v", s)
	}
	p, err = versioning.PlanSuspend(t.Context(), w.reader(), versioning.Params{Bucket: b})
	if err == nil && (!warned(p, "overwrites the null version") || p.Consent.Phrase != b) {
		t.Errorf("the plan says %+v, consent %+v", p.Warnings, p.Consent)
	}
	w.done(t, p, err)
	if s := w.state(t, b); s.Status != versioning.Suspended {
		t.Errorf("after suspending it is %v", s)
	}
	if _, err := versioning.PlanSuspend(t.Context(), w.reader(), versioning.Params{Bucket: b}); err == nil {
		t.Error("suspending twice was planned")
	}
}

// mfaBucket makes a bucket with MFA delete on, through the plan.
func (w *world) mfaBucket(t *testing.T) string {
	t.Helper()
	b := w.bucket(t, versioning.Enabled)
	p, err := versioning.PlanMFAEnable(t.Context(), w.reader(), versioning.Params{Bucket: b})
	if err == nil && p.Codes != 1 {
		t.Errorf("the plan asks for %d codes", p.Codes)
	}
	w.done(t, p, err)
	if w.server == nil {
		t.Cleanup(func() {
			if p, err := versioning.PlanMFADisable(t.Context(), w.reader(), versioning.Params{Bucket: b}); err == nil {
				w.apply(t, p)
			}
		})
	}
	return b
}

// ignoresMFA proves that a server which takes MFADelete and does nothing is found out.
func (w *world) ignoresMFA(t *testing.T) bool {
	t.Helper()
	if !w.differs(t, "it answers 200 to MFADelete and ignores it", serverVersityGW) {
		return false
	}
	b := w.bucket(t, versioning.Enabled)
	p, err := versioning.PlanMFAEnable(t.Context(), w.reader(), versioning.Params{Bucket: b})
	if err != nil {
		t.Fatal(err)
	}
	s := w.apply(t, p)
	if s.Verdict != awsops.VerdictIgnored || s.State != awsops.JobFailed {
		t.Errorf("the read-back says %q, state %v", s.Verdict, s.State)
	}
	return true
}

func TestMFADeleteIsEnabledAndUsedWithACodeEach(t *testing.T) {
	w := open(t)
	if w.ignoresMFA(t) {
		return
	}
	b := w.mfaBucket(t)
	if s := w.state(t, b); !s.NeedsCode() || !s.On() {
		t.Fatalf("the state is %v", s)
	}
	old := w.put(t, b, "a", "1")
	w.put(t, b, "a", "2")
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a", VersionID: old, Size: 1}}})
	w.doneWithACode(t, p, err)
	expectHistory(t, w, b, "a v*")

	w.hide(t, b, "a")
	p, err = versions.PlanUndelete(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a"}}})
	w.doneWithACode(t, p, err)
	expectHistory(t, w, b, "a v*")
}

// doneWithACode is done for a plan that must ask for one code.
func (w *world) doneWithACode(t *testing.T, p *awsops.Plan, err error) {
	t.Helper()
	if err == nil && p.Codes != 1 {
		t.Errorf("%s asks for %d codes", p.Title, p.Codes)
	}
	w.done(t, p, err)
}

func TestChangingVersioningUnderMFADeleteTakesACodeAndKeepsIt(t *testing.T) {
	w := open(t)
	if w.differs(t, "it has no MFA delete", serverVersityGW) {
		return
	}
	b := w.mfaBucket(t)
	p, err := versioning.PlanSuspend(t.Context(), w.reader(), versioning.Params{Bucket: b})
	w.doneWithACode(t, p, err)
	if s := w.state(t, b); s.Status != versioning.Suspended || !s.NeedsCode() {
		t.Errorf("after suspending the state is %v", s)
	}

	p, err = versioning.PlanMFADisable(t.Context(), w.reader(), versioning.Params{Bucket: b})
	w.done(t, p, err)
	if s := w.state(t, b); s.NeedsCode() || s.Status != versioning.Suspended {
		t.Errorf("after disabling the state is %v", s)
	}
}

func TestAPurgeOf2500VersionsUnderMFADeleteTakesThreeCodes(t *testing.T) {
	w := open(t)
	if w.server == nil {
		t.Log("foreign servers are asked with fewer versions by the other tests")
		return
	}
	b := w.mfaBucket(t)
	for i := range 2500 {
		w.put(t, b, fmt.Sprintf("k%03d", i%100), "x")
	}
	before := w.codes.asked.Load()
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Under: true})
	if err == nil && p.Codes != 3 {
		t.Errorf("the plan asks for %d codes", p.Codes)
	}
	w.done(t, p, err)
	if n := w.codes.asked.Load() - before; n != 3 {
		t.Errorf("%d codes were asked for", n)
	}
	if w.codes.last.Batch != 3 || w.codes.last.Batches != 3 {
		t.Errorf("the last challenge is %d of %d", w.codes.last.Batch, w.codes.last.Batches)
	}
	expectHistory(t, w, b)
}

func TestAKeyThatXMLCannotCarryTakesACodeOfItsOwn(t *testing.T) {
	w := open(t)
	if w.differs(t, "it has no MFA delete", serverVersityGW) {
		return
	}
	b := w.mfaBucket(t)
	w.put(t, b, "a\x02", "x")
	w.put(t, b, "b", "x")
	w.put(t, b, "c", "x")
	all := entries(t, w, b, func(listing.Row) bool { return true })
	p, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: all})
	if err == nil && p.Codes != 2 {
		t.Errorf("the plan asks for %d codes", p.Codes)
	}
	w.done(t, p, err)
	expectHistory(t, w, b)
}

func TestAPlainDeleteUnderMFADeleteTakesNoCode(t *testing.T) {
	w := open(t)
	if w.differs(t, "it has no MFA delete", serverVersityGW) {
		return
	}
	b := w.mfaBucket(t)
	w.put(t, b, "a", "1")
	p, err := versions.PlanDelete(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: []awsops.Entry{{Key: "a", Size: 1}}})
	if err == nil && p.Codes != 0 {
		t.Errorf("the plan asks for %d codes", p.Codes)
	}
	w.done(t, p, err)
	expectHistory(t, w, b, "a m*", "a v")
}

func TestAVersionComesBackByCopyUnderMFADeleteWithoutACode(t *testing.T) {
	w := open(t)
	if w.differs(t, "it has no MFA delete", serverVersityGW) {
		return
	}
	b := w.mfaBucket(t)
	id := w.put(t, b, "a", "1")
	w.hide(t, b, "a")
	before := w.codes.asked.Load()
	p, err := versions.PlanRestoreByCopy(t.Context(), w.reader(), versions.Restoration{Bucket: b, Key: "a", VersionID: id})
	w.done(t, p, err)
	if n := w.codes.asked.Load() - before; n != 0 {
		t.Errorf("%d codes were asked for", n)
	}
	expectHistory(t, w, b, "a v*", "a m", "a v")
}
