package ui

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

var (
	// ErrClosed is the cause of a context whose view was left.
	ErrClosed = errors.New("the screen was closed")
	// ErrSuperseded is the cause of a context whose slot was asked again.
	ErrSuperseded = errors.New("asked again")
)

// Life is how long a view lives. Its context ends when the view is closed; in
// each of its slots at most one request is under way.
//
// A Life is safe for use by several goroutines.
type Life struct {
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	turn  uint64
	slots map[string]slot
}

type slot struct {
	turn   uint64
	cancel context.CancelCauseFunc
}

// NewLife starts a life inside parent.
func NewLife(parent context.Context) *Life {
	ctx, cancel := context.WithCancelCause(parent)
	return &Life{ctx: ctx, cancel: cancel, slots: map[string]slot{}}
}

// Context ends when the life does.
func (l *Life) Context() context.Context { return l.ctx }

// Close ends the life: every request is cancelled with ErrClosed as its cause
// and no answer is delivered any more.
func (l *Life) Close() { l.cancel(ErrClosed) }

// Cancel ends the slot's request; its answer won't be delivered.
func (l *Life) Cancel(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s, ok := l.slots[name]; ok {
		s.cancel(context.Canceled)
		delete(l.slots, name)
	}
}

// Busy says whether a request is under way in the slot.
func (l *Life) Busy(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.slots[name]
	return ok && l.ctx.Err() == nil
}

func (l *Life) begin(name string) (context.Context, uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.slots[name]; ok {
		old.cancel(ErrSuperseded)
	}
	ctx, cancel := context.WithCancelCause(l.ctx)
	l.turn++
	l.slots[name] = slot{l.turn, cancel}
	return ctx, l.turn
}

// current says whether turn is still the slot's request and the life goes on.
func (l *Life) current(name string, turn uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ctx.Err() == nil && l.slots[name].turn == turn
}

// finish frees the slot if turn is still its request and says whether it was.
func (l *Life) finish(name string, turn uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.slots[name]
	if !ok || s.turn != turn {
		return false
	}
	s.cancel(nil)
	delete(l.slots, name)
	return l.ctx.Err() == nil
}

// Answer is the message by which the result of [Do] comes back to the loop.
// The shell runs it; a test without a shell calls Run itself.
type Answer struct {
	slot string
	run  func() tea.Cmd
}

// Run delivers the answer, unless it is no longer wanted. Call it on the loop.
func (a Answer) Run() tea.Cmd { return a.run() }

// PanicError is what a function given to [Do] panicked with.
type PanicError struct {
	Value any
	Stack string
}

// Error writes what was panicked with, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("bug: %v", e.Value) }

// Do runs fn off the loop and then runs then on it, unless the life ended or
// the slot was asked again meanwhile. A new call in the same slot cancels and
// supersedes the old one; slots run in parallel. A panic in fn arrives as a
// *PanicError.
func Do[T any](l *Life, slot string, fn func(context.Context) (T, error), then func(T, error) tea.Cmd) tea.Cmd {
	ctx, turn := l.begin(slot)
	return func() tea.Msg {
		v, err := protect(ctx, fn)
		return Answer{slot, func() tea.Cmd {
			if !l.finish(slot, turn) {
				return nil
			}
			return then(v, err)
		}}
	}
}

func protect[T any](ctx context.Context, fn func(context.Context) (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{r, string(debug.Stack())}
		}
	}()
	return fn(ctx)
}

// Growing is something that fills while it is being looked at. Both methods
// are called from other goroutines than the one that fills it.
type Growing interface {
	Version() uint64 // changes whenever there is something new
	Complete() bool  // nothing new will come
}

// Grew tells a view that a source it watches has changed. Every view on the
// stack gets it; compare Life with your own.
type Grew struct {
	Life     *Life
	Slot     string
	Complete bool
}

const (
	watchPoll = 20 * time.Millisecond
	watchWake = 100 * time.Millisecond
)

// Watch wakes the view with [Grew] at most ten times a second while src grows,
// and once when it is complete. Watching again in the same slot ends the old
// watch.
func Watch(l *Life, slot string, src Growing) tea.Cmd {
	ctx, turn := l.begin(slot)
	return watchOn(ctx, l, slot, turn, src, src.Version(), time.Time{})
}

func watchOn(ctx context.Context, l *Life, slot string, turn uint64, src Growing, seen uint64, last time.Time) tea.Cmd {
	return func() tea.Msg {
		// Complete is read before Version: what came before the end is in it.
		for complete := src.Complete(); ; complete = src.Complete() {
			now := src.Version()
			if complete {
				return Answer{slot, func() tea.Cmd {
					if !l.finish(slot, turn) {
						return nil
					}
					return send(Grew{l, slot, true})
				}}
			}
			if now != seen && time.Since(last) >= watchWake {
				return Answer{slot, func() tea.Cmd {
					if !l.current(slot, turn) {
						return nil
					}
					return tea.Batch(send(Grew{l, slot, false}),
						watchOn(ctx, l, slot, turn, src, now, time.Now()))
				}}
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(watchPoll):
			}
		}
	}
}

func send(m tea.Msg) tea.Cmd { return func() tea.Msg { return m } }
