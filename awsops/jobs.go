package awsops

import (
	"context"
	"slices"
	"sync"
)

// jobList holds the session's jobs, oldest first.
type jobList struct {
	mu   sync.Mutex
	jobs []*Job
}

// Jobs gives the session's jobs, running and ended, oldest first.
func (s *Session) Jobs() []*Job {
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	return slices.Clone(s.jobs.jobs)
}

// newJob makes a queued job and the context that its work runs in.
func (s *Session) newJob(ctx context.Context, id, kind, title string, target Target) (*Job, context.Context) {
	j := &Job{id: id, kind: kind, title: title, target: target, clock: s.opt.Clock, finished: make(chan struct{})}
	ctx, j.cancel = context.WithCancelCause(context.WithValue(ctx, jobKey{}, j))
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	s.jobs.jobs = append(s.jobs.jobs, j)
	return j, ctx
}

// begin marks the job as running.
func (j *Job) begin() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.started = j.clock.Now()
	if j.gate != nil {
		j.state.Store(uint32(JobPaused))
		return
	}
	j.state.Store(uint32(JobRunning))
}

// end settles the job once and for all.
func (j *Job) end(err error) {
	j.mu.Lock()
	state := JobDone
	if err != nil {
		state = JobFailed
		j.err = Wrap(j.kind, j.target.Bucket, "", err)
		if j.err.Kind == KindCancelled {
			state = JobCancelled
		}
	}
	j.ended = j.clock.Now()
	j.state.Store(uint32(state))
	j.mu.Unlock()
	j.cancel(nil)
	close(j.finished)
}

// Go runs work that changes nothing in S3, such as a download, as a job. work reports through
// Progress(ctx) and ends when ctx does.
func (s *Session) Go(ctx context.Context, kind, title string, target Target, work func(ctx context.Context) error) *Job {
	j, ctx := s.newJob(ctx, s.NewID(), kind, title, target)
	go func() {
		j.begin()
		err := work(ctx)
		if err != nil && ctx.Err() != nil {
			err = cancelled(kind, target.Bucket, context.Cause(ctx))
		}
		j.end(err)
	}()
	return j
}

// cancelled is the error of work that was given up.
func cancelled(op, bucket string, reason error) *Error {
	return &Error{Op: op, Bucket: bucket, Kind: KindCancelled, Message: "cancelled", Err: reason}
}
