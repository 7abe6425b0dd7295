package views

import (
	"slices"
	"sync"

	"cooper/awsops"
)

// Sessions are those of this run, the one in force last. A session that was left is kept for its jobs: they go on.
type Sessions struct {
	mu  sync.Mutex
	all []*awsops.Session

	shown map[*awsops.Job]bool // that the shell has seen; touched on the loop only
}

// Add makes s the session in force. Those that were left and never had a job are forgotten.
func (l *Sessions) Add(s *awsops.Session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(old *awsops.Session) bool { return len(old.Jobs()) == 0 })
	l.all = append(l.all, s)
}

// Jobs gives the jobs of all sessions, those of the session in force last, each session's oldest first.
func (l *Sessions) Jobs() []*awsops.Job {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []*awsops.Job
	for _, s := range l.all {
		out = append(out, s.Jobs()...)
	}
	return out
}

// jobs are those of every session of the run.
func (e *Env) jobs() []*awsops.Job {
	if e.Sessions != nil {
		return e.Sessions.Jobs()
	}
	return e.Session.Jobs()
}

// shownJobs are the jobs that the shell has seen, those of sessions that were left too.
func (e *Env) shownJobs() map[*awsops.Job]bool {
	at := &e.shown
	if e.Sessions != nil {
		at = &e.Sessions.shown
	}
	if *at == nil {
		*at = map[*awsops.Job]bool{}
	}
	return *at
}

// running counts the jobs that have not ended.
func (e *Env) running() int {
	n := 0
	for _, j := range e.jobs() {
		if !j.State().Ended() {
			n++
		}
	}
	return n
}
