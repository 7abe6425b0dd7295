package conformance

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/transfer"
	"cooper/sandbox"
)

// lanes is how many requests of one file are on their way at once.
const lanes = 8

// hold lets n requests of an operation pass and holds those that follow, before they have an effect, until their client
// gives up. It tells each that is held.
func (w *world) hold(op string, n int) (held <-chan struct{}) {
	tell := make(chan struct{}, 1000)
	w.server.Faults.Sleep = func(ctx context.Context, _ time.Duration) error {
		tell <- struct{}{}
		<-ctx.Done()
		return context.Cause(ctx)
	}
	w.server.Faults.Add(sandbox.Fault{Operation: op, Skip: n, Kind: sandbox.FaultDelay, Delay: 1})
	return tell
}

// come waits until n requests are held.
func come(t *testing.T, job *awsops.Job, held <-chan struct{}, n int) {
	t.Helper()
	for range n {
		select {
		case <-held:
		case <-job.Done():
			t.Fatalf("it ended before it was stopped: %v", job.Err())
		}
	}
}

// cutOff stops a job in its middle, as quitting does, when no request has its answer on the way. op is what its lanes send.
func (w *world) cutOff(t *testing.T, op string, start func() *awsops.Job) {
	t.Helper()
	var job *awsops.Job
	if w.server == nil {
		job = start()
		runDry(t, job)
	} else {
		held := w.hold(op, lanes+1)
		job = start()
		come(t, job, held, lanes) // all lanes are busy with what has not happened
	}
	job.Cancel(awsops.ErrLater)
	_ = job.Wait(t.Context())
	if s := job.Snapshot(); s.State != awsops.JobCancelled {
		t.Fatalf("%s after %d bytes: %v", s.State, s.Bytes, s.Err)
	}
	if w.server != nil {
		w.server.Faults.Clear()
	}
}

// runDry lets a job on a foreign server, which can't hold requests, end those that are on their way.
func runDry(t *testing.T, job *awsops.Job) {
	t.Helper()
	underway(t, job)
	job.Pause()
	for still, last := 0, int64(0); still < 20; still++ {
		_ = job.Wait(shortly(t))
		if now := job.Snapshot().Bytes; now != last {
			still, last = 0, now
		}
	}
}

// underway waits until a job on a foreign server has sent something.
func underway(t *testing.T, job *awsops.Job) {
	t.Helper()
	for job.Snapshot().Bytes == 0 && !job.State().Ended() {
		_ = job.Wait(shortly(t))
	}
}

// shortly ends soon, to look at a job on a foreign server now and then.
func shortly(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func (w *world) noUploads(t *testing.T, bucket string) {
	t.Helper()
	for page, err := range buckets.Uploads(t.Context(), w.reader(), bucket, "") {
		if err != nil || len(page) > 0 {
			t.Errorf("left: %+v, %v", page, err)
		}
	}
}

func TestACancelledUploadLeavesNoPartsBehind(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, noise(64<<20)), Bucket: b, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	var job *awsops.Job
	if w.server == nil {
		job = w.session.Apply(t.Context(), p)
		underway(t, job)
	} else {
		held := w.hold("UploadPart", 1)
		job = w.session.Apply(t.Context(), p)
		come(t, job, held, 1)
	}
	job.Cancel(errors.New("enough"))
	_ = job.Wait(t.Context())
	if s := job.Snapshot(); s.State != awsops.JobCancelled {
		t.Fatalf("state %v, %v", s.State, s.Err)
	}
	w.noUploads(t, b)
}

func TestAPausedTransferSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := openSandbox(t, awsops.DialectSandbox)
		b := w.bucket(t, "")
		p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, noise(192<<20)), Bucket: b, Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		w.server.Faults.Add(sandbox.Fault{Operation: "UploadPart", Kind: sandbox.FaultDelay, Delay: time.Second})
		job := w.session.Apply(t.Context(), p)
		time.Sleep(1500 * time.Millisecond)
		job.Pause()
		time.Sleep(time.Second) // what was on its way arrives
		synctest.Wait()
		sent := w.sent("UploadPart")
		time.Sleep(time.Hour)
		synctest.Wait()
		if now := w.sent("UploadPart"); now != sent || sent != 2*lanes || job.State().Ended() {
			t.Errorf("%d parts were sent before the pause and %d in it, %s", sent, now-sent, job.State())
		}
		job.Resume()
		if err := job.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		if now := w.sent("UploadPart"); now != 3*lanes {
			t.Errorf("%d parts were sent", now)
		}
		w.noUploads(t, b)
	})
}
