package views

import (
	"errors"
	"time"

	"cooper/awsops"
	"cooper/ui"
)

// errQuit is the cause of a job's end when the person quits or cancels.
var errQuit = errors.New("cancelled by you")

// Works gives the session's jobs that have not ended, oldest first, as the shell wants them. Each is given at least
// once, also one that ended before anybody looked: the shell tells the end of what it has seen.
func (e *Env) Works() []ui.Work {
	if e.shown == nil {
		e.shown = map[*awsops.Job]bool{}
	}
	var out []ui.Work
	for _, j := range e.Session.Jobs() {
		if j.State().Ended() && e.shown[j] {
			continue
		}
		e.shown[j] = true
		out = append(out, work{e, j})
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
	if out.InBytes || out.Total > 1 {
		out.Rate, out.ETA = pace(s, out, now)
	}
	if s.Err != nil && s.State == awsops.JobFailed {
		out.Errors = append(out.Errors, ui.Clean(shortError(s.Err))) // the title says what and where
	}
	for _, err := range s.Errors {
		out.Errors = append(out.Errors, ui.Clean(sentence(err)))
	}
	return out
}

// pace gives the units a second of a job so far, and how long the rest takes at that rate: 0 for what is not known, or
// is over.
func pace(s awsops.JobSnapshot, units ui.WorkSnapshot, now time.Time) (rate float64, left time.Duration) {
	over := !s.Ended.IsZero()
	if over {
		now = s.Ended
	}
	took := now.Sub(s.Started)
	if s.Started.IsZero() || took <= 0 {
		return 0, 0
	}
	rate = float64(units.Done) / took.Seconds()
	if rate > 0 && units.Total > units.Done && !over {
		left = time.Duration(float64(units.Total-units.Done) / rate * float64(time.Second))
	}
	return rate, left
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
