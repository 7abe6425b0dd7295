package awsops

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// JobState is where a job stands.
type JobState uint8

// The states of a job. JobWaiting waits for a person, such as for a one-time code.
const (
	JobQueued JobState = iota
	JobRunning
	JobWaiting
	JobPaused
	JobDone
	JobFailed
	JobCancelled
)

// String names the state as it is shown.
func (s JobState) String() string {
	return [...]string{"queued", "running", "waiting for you", "paused", "done", "failed", "cancelled"}[s]
}

// Ended reports whether the job will do nothing more.
func (s JobState) Ended() bool { return s >= JobDone }

// keptErrors is how many failures a job keeps to show; the rest is counted.
const keptErrors = 20

// Job is a change or a transfer under way. Progress is kept in atomics that are sampled: there is no
// callback. Its methods are safe for use by several goroutines.
type Job struct {
	id, kind, title string
	target          Target
	clock           Clock

	done, total, bytes, totalBytes, failures atomic.Int64
	step, steps                              atomic.Int32
	workers                                  atomic.Int32 // batches in flight at most, lowered under SlowDown
	state                                    atomic.Uint32
	asking                                   atomic.Int32

	mu       sync.Mutex
	started  time.Time
	ended    time.Time
	stepText string
	verdict  Verdict
	notes    []string
	errors   []*Error
	err      *Error
	requests []string
	reached  Checkpoint
	gate     chan struct{} // open while paused, closed to go on
	files    []*FileProgress

	cancel   context.CancelCauseFunc
	finished chan struct{}
}

// Verdict is what the read-back after a change showed.
type Verdict uint8

// The verdicts.
const (
	VerdictNone      Verdict = iota // nothing to read back, or not reached
	VerdictDone                     // the change is visible
	VerdictNotYet                   // accepted, and not visible within the time given
	VerdictIgnored                  // the server answered with success and did nothing
	VerdictUncertain                // the read-back itself failed
)

// String gives the verdict as it is shown.
func (v Verdict) String() string {
	return [...]string{"", "done", "accepted, not yet visible", "the server ignored it", "accepted, could not be read back"}[v]
}

// JobSnapshot is a job at one moment.
type JobSnapshot struct {
	ID, Kind, Title   string
	Target            Target
	State             JobState
	Done, Total       int64 // entries; Total is 0 while it isn't known
	Bytes, TotalBytes int64
	Failures          int64
	Step, Steps       int // the step that runs, counted from 1
	StepTitle         string
	Workers           int // batches in flight at most
	Started, Ended    time.Time
	Verdict           Verdict
	Notes             []string
	Errors            []*Error // the first 20
	Err               *Error   // why it failed or was cancelled
	Reached           Checkpoint
	Files             []FileState // on their way now, in the order in which they began
}

// Snapshot samples the job.
func (j *Job) Snapshot() JobSnapshot {
	j.mu.Lock()
	defer j.mu.Unlock()
	return JobSnapshot{
		ID: j.id, Kind: j.kind, Title: j.title, Target: j.target, State: j.State(),
		Done: j.done.Load(), Total: j.total.Load(), Bytes: j.bytes.Load(), TotalBytes: j.totalBytes.Load(),
		Failures: j.failures.Load(), Step: int(j.step.Load()), Steps: int(j.steps.Load()), StepTitle: j.stepText,
		Workers: int(j.workers.Load()), Started: j.started, Ended: j.ended, Verdict: j.verdict,
		Notes: append([]string(nil), j.notes...), Errors: append([]*Error(nil), j.errors...), Err: j.err, Reached: j.reached,
		Files: j.fileStates(),
	}
}

// ID is the id of the plan that the job carries out.
func (j *Job) ID() string { return j.id }

// Title says what the job does.
func (j *Job) Title() string { return j.title }

// State is where the job stands.
func (j *Job) State() JobState {
	state := JobState(j.state.Load())
	if state == JobRunning && j.asking.Load() > 0 {
		return JobWaiting
	}
	return state
}

// Done is closed when the job has ended.
func (j *Job) Done() <-chan struct{} { return j.finished }

// Err gives why the job failed or was cancelled, nil while it runs or when it is done.
func (j *Job) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		return nil
	}
	return j.err
}

// Wait blocks until the job has ended or ctx ends, and gives the job's error.
func (j *Job) Wait(ctx context.Context) error {
	select {
	case <-j.finished:
		return j.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Cancel ends the job as soon as the requests that are on their way have been answered or given up.
func (j *Job) Cancel(cause error) { j.cancel(cause) }

// Pause lets the batches in flight finish and starts no further ones.
func (j *Job) Pause() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.gate == nil && !j.State().Ended() {
		j.gate = make(chan struct{})
		j.state.CompareAndSwap(uint32(JobRunning), uint32(JobPaused))
	}
}

// Resume goes on after Pause.
func (j *Job) Resume() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.gate != nil {
		close(j.gate)
		j.gate = nil
		j.state.CompareAndSwap(uint32(JobPaused), uint32(JobRunning))
	}
}

// passGate waits while the job is paused.
func (j *Job) passGate(ctx context.Context) error {
	for {
		j.mu.Lock()
		gate := j.gate
		j.mu.Unlock()
		if gate == nil {
			return context.Cause(ctx)
		}
		select {
		case <-gate:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// WaitResumed returns when the job isn't paused any more, or with the cause when ctx ends first.
func (j *Job) WaitResumed(ctx context.Context) error { return j.passGate(ctx) }

// Paused reports whether the job was told to pause, also while its last batches are still under way.
func (j *Job) Paused() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.gate != nil
}
