package buckets

import (
	"context"
	"slices"
	"sync"

	"cooper/awsops"
)

// The bounds on calls in flight: of one bucket, and of all.
const (
	perBucket = 8
	inFlight  = 16
)

// Board holds the facts of many buckets and reads them in the background, those that are wanted
// first. Every fact arrives on its own. It is safe for use by several goroutines.
type Board struct {
	ctx    context.Context
	cancel context.CancelFunc
	read   *awsops.Reader

	mu      sync.Mutex
	entries map[string]*entry
	wanted  []string
	from    int // everything wanted before it is begun
	set     []Fact
	working int
	rev     uint64
	changed chan struct{}
	account *accountCache
	group   sync.WaitGroup
}

type entry struct {
	facts Facts
	begun [facts]bool
	busy  int
}

// NewBoard makes a board that reads until ctx ends or Close is called. It starts nothing by itself.
func NewBoard(ctx context.Context, r *awsops.Reader) *Board {
	b := &Board{read: r, entries: map[string]*entry{}, changed: make(chan struct{}), account: &accountCache{}}
	b.ctx, b.cancel = context.WithCancel(ctx)
	return b
}

// Close cancels what is being read and waits until nothing is.
func (b *Board) Close() {
	b.cancel()
	b.group.Wait()
}

// Want says which facts of which buckets are wanted, most urgent first. It replaces what was wanted
// before: reads that have not begun are dropped, those in flight go on. Facts that are there are not
// read again. It returns at once.
func (b *Board) Want(buckets []string, set []Fact) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wanted, b.set, b.from = slices.Clone(buckets), slices.Clone(set), 0
	for b.working < inFlight && b.ctx.Err() == nil {
		t, ok := b.next()
		if !ok {
			return
		}
		b.working++
		b.group.Go(func() { b.work(t) })
	}
}

// Facts gives what is known of a bucket now.
func (b *Board) Facts(bucket string) Facts {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.entries[bucket]; e != nil {
		return e.facts
	}
	return Facts{}
}

// Version counts arrivals: when it has grown there is something new to draw.
func (b *Board) Version() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rev
}

// Complete reports whether nothing that is wanted is missing.
func (b *Board) Complete() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.working == 0
}

// Changed gives a channel that is closed when the next fact arrives.
func (b *Board) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

// Wait returns when everything wanted has arrived, or with the context's cause.
func (b *Board) Wait(ctx context.Context) error {
	for {
		b.mu.Lock()
		done, ch := b.working == 0, b.changed
		b.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Forget drops what is known of the buckets, or of all when none is named, so that the next Want reads it anew.
func (b *Board) Forget(buckets ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(buckets) == 0 {
		clear(b.entries)
	}
	for _, n := range buckets {
		delete(b.entries, n)
	}
	b.from = 0
	b.account = &accountCache{}
	b.tell()
}

// tell wakes those who wait; the caller holds the lock.
func (b *Board) tell() {
	b.rev++
	close(b.changed)
	b.changed = make(chan struct{})
}

// task is one fact of one bucket to be read.
type task struct {
	bucket string
	fact   Fact
	entry  *entry
}

// next takes the most urgent fact that nobody reads yet; the caller holds the lock.
func (b *Board) next() (task, bool) {
	for i := b.from; i < len(b.wanted); i++ {
		name := b.wanted[i]
		e := b.entries[name]
		if e == nil {
			e = &entry{}
			b.entries[name] = e
		}
		at := slices.IndexFunc(b.set, func(f Fact) bool { return !e.begun[f] })
		switch {
		case at < 0 && i == b.from:
			b.from++
		case at >= 0 && e.busy < perBucket:
			f := b.set[at]
			e.begun[f], e.busy = true, e.busy+1
			readers[f].loading(&e.facts)
			return task{name, f, e}, true
		}
	}
	return task{}, false
}

func (b *Board) work(t task) {
	for ok := true; ok; {
		put := readers[t.fact].read(b.ctx, b, t.bucket)

		b.mu.Lock()
		t.entry.busy--
		// A bucket that was forgotten meanwhile has another entry or none: the answer is stale.
		if b.entries[t.bucket] == t.entry && b.ctx.Err() == nil {
			put(&t.entry.facts)
		}
		ok = false
		if b.ctx.Err() == nil {
			t, ok = b.next()
		}
		if !ok {
			b.working--
		}
		b.tell()
		b.mu.Unlock()
	}
}
