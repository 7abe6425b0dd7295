package conformance

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/buckets"
	details "cooper/awsops/objects"
	"cooper/sandbox"
)

// as opens a session of another principal of a sandbox.
func (w *world) as(t *testing.T, c sandbox.Credentials) *awsops.Session {
	t.Helper()
	s, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: sandboxURL, Dialect: awsops.DialectSandbox,
		Transport: w.server.Transport(), Clock: w.clock,
		Static: &awsops.StaticCredentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// denied reports that err says that something may not be done, with a hint that names every one of the permissions.
func denied(err error, permissions ...string) bool {
	e, ok := errors.AsType[*awsops.Error](err)
	return ok && e.Kind == awsops.KindDenied &&
		!slices.ContainsFunc(permissions, func(p string) bool { return !strings.Contains(e.Hint, p) })
}

func TestWhoMayReadNothingSeesDeniedAndNeverOff(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "Enabled")
	w.put(t, b, "k", "x")
	r := w.as(t, w.server.AddUser("nobody", "")).Reader()
	for _, err := range buckets.List(t.Context(), r) {
		if !denied(err) {
			t.Errorf("the list: %v", err)
		}
	}
	board := buckets.NewBoard(t.Context(), r)
	defer board.Close()
	board.Want([]string{b}, buckets.Everything)
	if err := board.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := board.Facts(b)
	for name, s := range map[string]awsops.State{"versioning": f.Versioning.State, "encryption": f.Encryption.State, "block": f.Block.State,
		"policy": f.PolicyPublic.State, "ownership": f.Ownership.State, "acl": f.ACL.State, "logging": f.Logging.State, "tags": f.Tags.State,
		"lifecycle": f.Lifecycle.State, "account block": f.AccountBlock.State} {
		if s != awsops.Denied {
			t.Errorf("%s is %s", name, s)
		}
	}
	if p := f.Public(); p.Exposure != buckets.CantTell {
		t.Errorf("the verdict is %+v", p)
	}
	if f.Region.Value != "eu-west-1" {
		t.Errorf("the region is %q: HEAD tells it to everybody", f.Region.Value)
	}
	_, err := details.ReadHead(t.Context(), r, b, "k", "")
	if !denied(err, "s3:GetObject", "s3:ListBucket") {
		t.Errorf("HEAD of an object: %v", err)
	}
}

func TestABucketOfAnotherAccountIsNotTouchedByMistake(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	r := w.as(t, w.server.AddForeignRoot("444455556666")).Reader()
	if _, err := buckets.PlanDelete(t.Context(), r, buckets.DeleteSpec{Bucket: b}); err == nil {
		t.Error("a stranger's bucket was planned to be deleted")
	}
	if _, err := buckets.PlanCreate(t.Context(), r, buckets.CreateSpec{Name: b}); err == nil {
		t.Error("a name that a stranger has was planned")
	}
}

func TestADeleteStopsWhereALockHoldsAndSaysSo(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "Enabled")
	w.put(t, b, "k", "x")
	p, err := buckets.PlanDelete(t.Context(), w.reader(), buckets.DeleteSpec{Bucket: b})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Faults.Add(sandbox.Fault{Operation: "DeleteObject*", Status: 403, Code: "AccessDenied", Message: "Access Denied because object protected by object lock."})
	s := w.apply(t, p)
	if s.State != awsops.JobFailed {
		t.Errorf("state %v, %v, failures %d", s.State, s.Err, s.Failures)
	}
	w.server.Faults.Clear()
	if !w.listed(t, b) {
		t.Error("the bucket is gone")
	}
}

// again plans anew from what the journal keeps of a plan, and goes on at a step.
func (w *world) again(t *testing.T, p *awsops.Plan, step int) *awsops.Plan {
	t.Helper()
	next, err := w.session.Resume(t.Context(), buckets.Planners(), awsops.Unfinished{
		Start: awsops.JournalStart{ID: p.ID, Kind: p.Kind, Target: p.Target, Params: p.Params}, At: awsops.Checkpoint{Step: step}})
	if err != nil {
		t.Fatalf("%s at step %d: %v", p.Kind, step, err)
	}
	return next
}

func TestAnInterruptedDeletionGoesOnAtItsStep(t *testing.T) {
	for step := range 3 {
		w := openSandbox(t, awsops.DialectSandbox)
		b := w.bucket(t, "Enabled")
		w.put(t, b, "k", "x")
		w.begin(t, b, "u")
		p, err := buckets.PlanDelete(t.Context(), w.reader(), buckets.DeleteSpec{Bucket: b})
		if err != nil || len(p.Steps) != 3 {
			t.Fatalf("%d steps, %v", len(p.Steps), err)
		}
		p.Steps, p.Expect = p.Steps[:step], nil // it was killed there
		w.done(t, p, nil)
		w.done(t, w.again(t, p, step), nil)
		if w.listed(t, b) {
			t.Errorf("from step %d: the bucket is still there", step)
		}
	}
}

func TestAnInterruptedCreationGoesOnAtItsStep(t *testing.T) {
	for step := range 3 {
		w := openSandbox(t, awsops.DialectSandbox)
		spec := buckets.CreateSpec{Name: "half-made-bucket", Versioning: true, Tags: []buckets.Tag{{Key: "a", Value: "b"}}}
		p, err := buckets.PlanCreate(t.Context(), w.reader(), spec)
		if err != nil || len(p.Steps) != 3 {
			t.Fatalf("%d steps, %v", len(p.Steps), err)
		}
		p.Steps, p.Expect = p.Steps[:step], nil
		w.done(t, p, nil)
		w.done(t, w.again(t, p, step), nil)
		f := w.facts(t, spec.Name)
		if f.Versioning.Value.Status != "Enabled" || len(f.Tags.Value) != 1 {
			t.Errorf("from step %d: %v, %v", step, f.Versioning.Value, f.Tags.Value)
		}
	}
}
