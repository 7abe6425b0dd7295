package sandbox

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"cooper/sandbox/policy"
)

// FaultKind is what goes wrong.
type FaultKind uint8

// The kinds of faults. FaultReset and FaultResetAfter differ in whether the request took effect.
const (
	FaultError      FaultKind = iota // an error document, or Status alone when Code is empty
	FaultReset                       // the connection is reset before the request is handled
	FaultResetAfter                  // the request is handled, then the connection is reset without an answer
	FaultTruncate                    // the answer's body ends after Bytes, then the connection is reset
	FaultDelay                       // nothing but Delay
)

// Fault is a rule: which requests, how often, and what happens to them. Operation, Bucket and Key are patterns
// with * and ?; an empty one matches everything.
type Fault struct {
	Operation string // as in the API: ListObjectsV2, PutObject, GetCallerIdentity …
	Bucket    string
	Key       string

	Skip   int     // let this many matching requests pass first
	Times  int     // then strike this often; 0: always
	Chance float64 // strike with this probability; 0: always

	Kind    FaultKind
	Delay   time.Duration // before anything else happens
	Status  int           // FaultError
	Code    string        // FaultError; "" answers without a body
	Message string        // FaultError
	Bytes   int64         // FaultTruncate
}

// SlowDown is S3's request to send less.
func SlowDown() Fault {
	return Fault{Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."}
}

// InternalError is S3's own failure.
func InternalError() Fault {
	return Fault{Status: 500, Code: "InternalError", Message: "We encountered an internal error. Please try again."}
}

// ExpiredToken is the end of temporary credentials, whatever they are.
func ExpiredToken() Fault {
	return Fault{Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."}
}

// Faults are the rules in force. The first rule that strikes decides. It is safe for concurrent use.
type Faults struct {
	// Sleep waits for a delay; nil waits by a timer. Set it before the first request.
	Sleep func(ctx context.Context, d time.Duration) error

	mu    sync.Mutex
	rules []*faultRule
	rand  *rand.Rand
}

type faultRule struct {
	Fault
	seen, struck int
}

// Add puts a rule behind the others and returns a function that says how often it struck.
func (f *Faults) Add(rule Fault) (struck func() int) {
	r := &faultRule{Fault: rule}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, r)
	return func() int {
		f.mu.Lock()
		defer f.mu.Unlock()
		return r.struck
	}
}

// Clear removes all rules.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// strike finds the rule that a request runs into.
func (f *Faults) strike(operation, bucket, key string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rules {
		if !matchesOrEmpty(r.Operation, operation) || !matchesOrEmpty(r.Bucket, bucket) || !matchesOrEmpty(r.Key, key) {
			continue
		}
		r.seen++
		if r.seen <= r.Skip || r.Times > 0 && r.struck >= r.Times || r.Chance > 0 && f.rand.Float64() >= r.Chance {
			continue
		}
		r.struck++
		return r.Fault, true
	}
	return Fault{}, false
}

func (f *Faults) none() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.rules) == 0
}

func matchesOrEmpty(pattern, text string) bool { return pattern == "" || policy.Match(pattern, text) }

func (f *Faults) wait(ctx context.Context, d time.Duration) error {
	if f.Sleep != nil {
		return f.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serveFaulty answers a request, or does to it what a rule says.
func (c *call) serveFaulty(serve func()) {
	faults := &c.server.Faults
	if faults.none() {
		serve()
		return
	}
	operation, bucket, key := c.describe()
	f, hit := faults.strike(operation, bucket, key)
	if !hit {
		serve()
		return
	}
	if f.Delay > 0 && faults.wait(c.r.Context(), f.Delay) != nil {
		panic(http.ErrAbortHandler) // the client gave up meanwhile
	}
	c.suffer(f, serve)
}

func (c *call) suffer(f Fault, serve func()) {
	switch f.Kind {
	case FaultDelay:
		serve()
	case FaultReset:
		reset(c.w)
	case FaultResetAfter:
		real := c.w
		c.w = &swallowed{header: http.Header{}}
		serve()
		reset(real)
	case FaultTruncate:
		cut := &truncated{ResponseWriter: c.w, left: f.Bytes}
		c.w = cut
		serve()
		_ = http.NewResponseController(cut.ResponseWriter).Flush() // what little there is should arrive
		panic(http.ErrAbortHandler)
	default:
		if f.Code == "" {
			_ = c.writeStatus(f.Status)
			return
		}
		c.fail(newError(f.Status, f.Code, f.Message))
	}
}

// reset ends the connection under the answer: by TCP reset where there is a socket.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	conn = bare(conn) // closing a TLS connection as such would say goodbye first
	if l, ok := conn.(interface{ SetLinger(sec int) error }); ok {
		_ = l.SetLinger(0) // without it the peer sees an orderly end
	}
	_ = conn.Close() // the peer is meant to notice
}

// bare takes the layers of the listener off a connection.
func bare(conn net.Conn) net.Conn {
	for {
		switch c := conn.(type) {
		case *tls.Conn:
			conn = c.NetConn()
		case *peeked:
			conn = c.Conn
		default:
			return conn
		}
	}
}

// swallowed takes an answer that nobody gets.
type swallowed struct{ header http.Header }

func (s *swallowed) Header() http.Header         { return s.header }
func (s *swallowed) WriteHeader(int)             {}
func (s *swallowed) Write(p []byte) (int, error) { return len(p), nil }

// truncated lets only the beginning of a body through.
type truncated struct {
	http.ResponseWriter
	left int64
}

func (t *truncated) Write(p []byte) (int, error) {
	if n := min(int64(len(p)), t.left); n > 0 {
		t.left -= n
		if _, err := t.ResponseWriter.Write(p[:n]); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
