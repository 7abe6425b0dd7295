package awsops

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Back-off of a batch that the server asked to slow down for, after the SDK's own retries.
const (
	slowFirst = time.Second
	slowMost  = 30 * time.Second
	slowTries = 8
)

// reachedEvery is how often a checkpoint is written while a bulk step runs.
const reachedEvery = time.Second

// lanes bounds the batches in flight and is narrowed when the server asks to slow down. It widens
// again by one for every row of batches that passed.
type lanes struct {
	mu            sync.Mutex
	most, allowed int
	inUse, passed int
	narrowings    int // how often it was narrowed
	wake          chan struct{}
	show          func(int)
}

func newLanes(most int, show func(int)) *lanes {
	l := &lanes{most: max(most, 1), wake: make(chan struct{}), show: show}
	l.allowed = l.most
	show(l.allowed)
	return l
}

func (l *lanes) enter(ctx context.Context) error {
	for {
		l.mu.Lock()
		if l.inUse < l.allowed {
			l.inUse++
			l.mu.Unlock()
			return nil
		}
		wake := l.wake
		l.mu.Unlock()
		select {
		case <-wake:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (l *lanes) leave(ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inUse--
	if ok {
		if l.passed++; l.passed >= 4*l.allowed && l.allowed < l.most {
			l.allowed, l.passed = l.allowed+1, 0
			l.show(l.allowed)
		}
	}
	close(l.wake)
	l.wake = make(chan struct{})
}

// seen is how often the lanes had been narrowed when a call was sent.
func (l *lanes) seen() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.narrowings
}

// narrow halves the lanes, unless that was done already since the call was sent: many calls that were on their way
// together and were all told to slow down say one thing, not many.
func (l *lanes) narrow(seen int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seen != l.narrowings {
		return
	}
	l.narrowings++
	l.allowed, l.passed = max(l.allowed/2, 1), 0
	l.show(l.allowed)
}

// bulkRun is one bulk step under way.
type bulkRun struct {
	*run
	index int
	step  *Step
	lanes *lanes

	mu    sync.Mutex // books receipts and checkpoints, one at a time
	open  []pending  // batches from low on: what is done before them is forgotten
	low   int        // the first batch that is not done
	wrote time.Time
}

// pending is a batch whose predecessors are not all done.
type pending struct {
	cursor string
	done   bool
}

// bulk runs a step over its source: batches are made while earlier ones are being dealt with.
func (r *run) bulk(ctx context.Context, index int, step *Step) error {
	b := &bulkRun{run: r, index: index, step: step, lanes: newLanes(step.Workers, func(n int) { r.job.workers.Store(int32(n)) })}
	cursor := step.Source.Cursor
	if r.plan.From.Step == index && r.plan.From.Cursor != "" {
		cursor = r.plan.From.Cursor
	}
	r.job.mark(Checkpoint{Step: index, Cursor: cursor})
	group, gctx := errgroup.WithContext(ctx)
	err := b.feed(gctx, group, cursor)
	if werr := group.Wait(); werr != nil {
		err = werr // a batch's failure is what stopped the feed
	}
	b.mu.Lock()
	b.write()
	b.mu.Unlock()
	r.job.workers.Store(0)
	return err
}

func (b *bulkRun) feed(ctx context.Context, group *errgroup.Group, cursor string) error {
	n := 0
	for item, err := range b.step.Source.Open(ctx, b.r, cursor) {
		if err != nil {
			return Wrap(b.plan.Kind, b.plan.Target.Bucket, "", err)
		}
		if err := b.job.passGate(ctx); err != nil {
			return err
		}
		if err := b.lanes.enter(ctx); err != nil {
			return err
		}
		// A pause that came while all lanes were busy holds this batch too.
		if err := b.job.passGate(ctx); err != nil {
			b.lanes.leave(false)
			return err
		}
		if item.Batch == 0 {
			item.Batch = n + 1
		}
		at := n
		n++
		b.expect(item.Cursor)
		group.Go(func() error { return b.one(ctx, at, item) })
	}
	return context.Cause(ctx)
}

// one deals with one batch, again and slower when the server asks for that.
func (b *bulkRun) one(ctx context.Context, at int, item Item) error {
	pause := slowFirst
	for try := 1; ; try++ {
		seen := b.lanes.seen()
		receipt, err := b.do(ctx, b.step, item)
		if err == nil {
			b.lanes.leave(true)
			return b.finished(at, receipt)
		}
		e := Wrap(b.plan.Kind, b.plan.Target.Bucket, "", err)
		if !askedToSlowDown(e) || try == slowTries || ctx.Err() != nil {
			b.lanes.leave(false)
			return e
		}
		b.lanes.narrow(seen)
		if err := sleep(ctx, pause); err != nil {
			b.lanes.leave(false)
			return err
		}
		pause = min(2*pause, slowMost)
	}
}

// askedToSlowDown tells an answer that says the request was not carried out. A 500 doesn't say so.
func askedToSlowDown(e *Error) bool {
	return e.Kind == KindThrottled && (e.Status == http.StatusServiceUnavailable || e.Status == http.StatusTooManyRequests)
}

func (b *bulkRun) expect(cursor string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = append(b.open, pending{cursor: cursor})
}

// finished books a batch and moves the checkpoint over all batches that are done without a gap.
func (b *bulkRun) finished(at int, receipt Receipt) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.took(receipt)
	b.open[at-b.low].done = true
	moved, n := false, 0
	for ; n < len(b.open) && b.open[n].done; n++ {
		if cursor := b.open[n].cursor; cursor != "" {
			b.job.mark(Checkpoint{Step: b.index, Cursor: cursor})
			moved = true
		}
	}
	b.low, b.open = b.low+n, slices.Delete(b.open, 0, n) // a million of them would fill the memory
	if moved && time.Since(b.wrote) >= reachedEvery {
		b.write()
	}
	return err
}

func (b *bulkRun) write() {
	b.wrote = time.Now()
	if err := b.journal.Reached(b.plan.ID, b.job.Snapshot().Reached); err != nil {
		b.job.Note("The journal could not be written: " + err.Error())
	}
}
