package conformance

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/copies"
	"cooper/awsops/transfer"
	"cooper/sandbox"
)

// faulty is a sandbox with a bucket; only it can fail on purpose.
func faulty(t *testing.T) (*world, string) {
	t.Helper()
	w := openSandbox(t, awsops.DialectSandbox)
	return w, w.bucket(t, "Enabled")
}

// left lists the incomplete uploads.
func (w *world) left(t *testing.T, bucket string) []buckets.Upload {
	t.Helper()
	var out []buckets.Upload
	for page, err := range buckets.Uploads(t.Context(), w.reader(), bucket, "") {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page...)
	}
	return out
}

func TestAnUploadWhoseAnswerIsLostIsFoundDoneAndNotRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			op   string
			size int
		}{"one PUT": {"PutObject", 1000}, "parts": {"CompleteMultipartUpload", 9 << 20}} {
			w, b := faulty(t)
			struck := w.server.Faults.Add(sandbox.Fault{Operation: c.op, Kind: sandbox.FaultResetAfter, Times: 1})
			p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, noise(c.size)), Bucket: b, Key: "k"})
			w.done(t, p, err)
			if struck() != 1 {
				t.Errorf("%s: the fault struck %d times", name, struck())
			}
			if rows := w.versions(t, b); rows != 1 {
				t.Errorf("%s: %d versions were made", name, rows)
			}
		}
	})
}

// versions counts the versions in a bucket.
func (w *world) versions(t *testing.T, bucket string) int {
	t.Helper()
	p, err := buckets.PlanEmpty(t.Context(), w.reader(), buckets.EmptySpec{Bucket: bucket})
	if err != nil {
		t.Fatal(err)
	}
	return int(p.Effects.Versions + p.Effects.Markers)
}

func TestSomebodyElsesObjectIsNotTakenForOurs(t *testing.T) {
	w, b := faulty(t)
	p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, []byte("mine")), Bucket: b, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	p.Basis = nil // the other write comes after the last look
	w.put(t, b, "k", "your")
	if s := w.apply(t, p); s.Err == nil || s.Err.Kind != awsops.KindPrecondition {
		t.Errorf("state %v, %v", s.State, s.Err)
	}
}

func TestAThrottledUploadGoesOnAndABrokenOneLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, b := faulty(t)
		slow := sandbox.SlowDown()
		slow.Operation, slow.Times = "UploadPart", 1
		w.server.Faults.Add(slow)
		file := writeFile(t, noise(9<<20))
		p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: file, Bucket: b, Key: "slow"})
		w.done(t, p, err)
		w.server.Faults.Clear()
		w.server.Faults.Add(sandbox.Fault{Operation: "UploadPart", Skip: 1, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
		p, err = transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: file, Bucket: b, Key: "broken"})
		if err != nil {
			t.Fatal(err)
		}
		if s := w.apply(t, p); s.State != awsops.JobFailed || s.Err.Kind != awsops.KindDenied {
			t.Errorf("state %v, %v", s.State, s.Err)
		}
		if left := w.left(t, b); len(left) > 0 {
			t.Errorf("left: %+v", left)
		}
	})
}

func TestADownloadThatBreaksOffAsksForThePieceAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, b := faulty(t)
		body := noise(17 << 20)
		p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, body), Bucket: b, Key: "k"})
		w.done(t, p, err)
		to := filepath.Join(t.TempDir(), "k")
		d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: to})
		if err != nil {
			t.Fatal(err)
		}
		struck := w.server.Faults.Add(sandbox.Fault{Operation: "GetObject", Kind: sandbox.FaultTruncate, Bytes: 5000, Skip: 1, Times: 1})
		job := d.Start(t.Context(), w.session)
		if err := job.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(to); err != nil || !bytes.Equal(got, body) || struck() != 1 {
			t.Errorf("%d bytes came down, %v, the fault struck %d times", len(got), err, struck())
		}
		if s := job.Snapshot(); s.Bytes != int64(len(body)) {
			t.Errorf("%d bytes were counted of %d", s.Bytes, len(body))
		}
	})
}

func TestADownloadThatFailsForGoodLeavesNoFile(t *testing.T) {
	w, b := faulty(t)
	w.put(t, b, "k", "hello")
	dir := t.TempDir()
	d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: filepath.Join(dir, "k")})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Faults.Add(sandbox.Fault{Operation: "GetObject", Kind: sandbox.FaultTruncate, Bytes: 2})
	if err := d.Start(t.Context(), w.session).Wait(t.Context()); err == nil {
		t.Error("a part of an object was taken for all of it")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestADownloadIsPossibleInAReadOnlySession(t *testing.T) {
	w, b := faulty(t)
	w.put(t, b, "k", "hello")
	root := w.server.Root()
	session, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: sandboxURL, Dialect: awsops.DialectSandbox,
		Transport: w.server.Transport(), Clock: w.clock, ReadOnly: true,
		Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "k")
	d, err := transfer.PlanDownload(t.Context(), session.Reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: to})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context(), session).Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestACopyByPartsWhoseAnswerIsLostIsFoundDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, b := faulty(t)
		w.put(t, b, "large", strings.Repeat("0123456789abcdef", 11<<16))
		struck := w.server.Faults.Add(sandbox.Fault{Operation: "CompleteMultipartUpload", Kind: sandbox.FaultResetAfter, Times: 1})
		s := copyByParts(t, w, copies.Place{Bucket: b, Key: "large"}, copies.Place{Bucket: b, Key: "copy"}, copies.Options{Parts: 5 << 20, New: true})
		if s.State != awsops.JobDone || s.Err != nil || struck() != 1 || len(w.left(t, b)) != 0 {
			t.Errorf("%v, %v, the fault struck %d times, %d uploads are left", s.State, s.Err, struck(), len(w.left(t, b)))
		}
	})
}

func TestAnUploadThatMeetsTheSameObjectLeavesNoParts(t *testing.T) {
	w, b := faulty(t)
	file := writeFile(t, noise(9<<20))
	for range 2 {
		p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: file, Bucket: b, Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		p.Basis = nil // the other upload comes after the last look
		defer func() {
			w.done(t, p, nil)
			if n := len(w.left(t, b)); n != 0 {
				t.Errorf("%d uploads are left", n)
			}
		}()
	}
}
