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
