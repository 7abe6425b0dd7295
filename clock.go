package main

import (
	"context"
	"sync"
	"time"
)

// demoClock is the clock of the demo: the machine's, or one that stands still until it is moved by hand. The embedded
// AWS and the client share it.
type demoClock struct {
	mu     sync.Mutex
	frozen time.Time     // zero: the machine's clock
	moved  chan struct{} // closed at the next move
}

func newDemoClock(at time.Time) *demoClock {
	return &demoClock{frozen: at, moved: make(chan struct{})}
}

// Frozen reports whether the clock stands still.
func (c *demoClock) Frozen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.frozen.IsZero()
}

// Now implements awsops.Clock.
func (c *demoClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen.IsZero() {
		return time.Now()
	}
	return c.frozen
}

// Move sets a frozen clock forward; a running one it leaves alone.
func (c *demoClock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen.IsZero() {
		return
	}
	c.frozen = c.frozen.Add(d)
	close(c.moved)
	c.moved = make(chan struct{})
}

// Until implements awsops.Clock: on a frozen clock it waits for somebody to move it.
func (c *demoClock) Until(ctx context.Context, t time.Time) error {
	for {
		c.mu.Lock()
		now, moved := c.frozen, c.moved
		c.mu.Unlock()
		frozen := !now.IsZero()
		if !frozen {
			now = time.Now()
		}
		left := t.Sub(now)
		if left <= 0 {
			return context.Cause(ctx)
		}
		if frozen {
			left = 1<<63 - 1
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-moved:
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}
