package views

import (
	"errors"
	"time"

	"cooper/awsops"
	"cooper/ui"
)

// errQuit is the cause of a job's end when the person quits or cancels.
var errQuit = errors.New("cancelled by you")

// Works gives the run's jobs that have not ended, oldest first, as the shell wants them.
func (e *Env) Works() []ui.Work {
	var out []ui.Work
	for _, j := range e.jobs() {
		if !j.State().Ended() {
			out = append(out, work{e, j})
		}
	}
	return out
}

type work struct {
	env *Env
	job *awsops.Job
}

func (w work) Cancel() { w.job.Cancel(errQuit) }

func (w work) Snapshot() ui.WorkSnapshot {
	return workSnapshot(w.job.Snapshot(), w.env.Now())
}

func workSnapshot(s awsops.JobSnapshot, now time.Time) ui.WorkSnapshot {
	out := ui.WorkSnapshot{
		ID: s.ID, Title: ui.Clean(s.Title), State: jobState(s), Done: s.Done, Total: s.Total, Bytes: s.Bytes,
		Failed: s.Failures, Waiting: s.State == awsops.JobWaiting, Level: jobLevel(s),
	}
	if s.TotalBytes > 0 && s.Total <= 1 { // one object on its way is measured by its bytes
		out.Done, out.Total, out.InBytes = s.Bytes, s.TotalBytes, true
	}
	if !s.Ended.IsZero() {
		now = s.Ended
	}
	if took := now.Sub(s.Started); !s.Started.IsZero() && took > 0 {
		out.Rate = float64(out.Done) / took.Seconds()
		if out.Rate > 0 && out.Total > out.Done && s.Ended.IsZero() {
			out.ETA = time.Duration(float64(out.Total-out.Done) / out.Rate * float64(time.Second))
		}
	}
	if s.Err != nil && s.State == awsops.JobFailed {
		out.Errors = append(out.Errors, ui.Clean(sentence(s.Err)))
	}
	for _, err := range s.Errors {
		out.Errors = append(out.Errors, ui.Clean(sentence(err)))
	}
	return out
}

// jobState is the job's state in words. What the read-back showed outweighs the server's "200 OK".
func jobState(s awsops.JobSnapshot) string {
	if s.State == awsops.JobDone && s.Verdict > awsops.VerdictDone {
		return s.Verdict.String()
	}
	return s.State.String()
}

// jobLevel says how a job's end is told: a change that the server ignored is no success.
func jobLevel(s awsops.JobSnapshot) ui.Level {
	switch {
	case s.State == awsops.JobFailed:
		return ui.Bad
	case s.State == awsops.JobCancelled, s.Failures > 0, s.Verdict > awsops.VerdictDone:
		return ui.Warn
	case s.State == awsops.JobDone:
		return ui.Good
	}
	return ui.Info
}
