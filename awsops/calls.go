package awsops

import (
	"slices"
	"sync"
	"time"
)

// Call is one request as it was made, for the command log. It holds no headers, no query and no
// body, so neither secrets nor codes can be in it. Bucket and Key are raw: clean them for a screen.
type Call struct {
	N           int64 // counts from 1
	At          time.Time
	Op          string
	Method      string
	Bucket, Key string
	Status      int    // 0 when no answer came
	Code        string // the server's error code, or a word for what failed
	Took        time.Duration
	Sent        int64 // bytes of the request's body, -1 when it is streamed
	Received    int64 // bytes of the answer's body, -1 when it is streamed
	RequestID   string
	Attempt     int // 1 for the first try
}

// callsKept is how many calls the command log remembers.
const callsKept = 500

// callLog is a ring of the last calls.
type callLog struct {
	mu   sync.Mutex
	ring []Call
	n    int64
}

func newCallLog() *callLog { return &callLog{ring: make([]Call, 0, callsKept)} }

func (l *callLog) add(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	c.N = l.n
	if len(l.ring) < callsKept {
		l.ring = append(l.ring, c)
		return
	}
	l.ring[(l.n-1)%callsKept] = c
}

func (l *callLog) list() ([]Call, int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := slices.Clone(l.ring)
	slices.SortFunc(out, func(a, b Call) int { return int(a.N - b.N) })
	return out, l.n
}

// Calls gives the last 500 requests, oldest first, and how many were made in all.
func (s *Session) Calls() ([]Call, int64) { return s.calls.list() }

// CallCount is how many requests were made in all; cheap enough to ask often.
func (s *Session) CallCount() int64 {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return s.calls.n
}
