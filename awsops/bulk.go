package awsops

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Back-off of a batch that the server asked to slow down for, after the SDK's own retries.
const (
	slowFirst = 250 * time.Millisecond
	slowMost  = 30 * time.Second
	slowTries = 10
	// restingMost is how many batches may wait to be tried again, for each lane that there can be.
	restingMost = 4
	// readAhead is how many batches are made before there is a lane for them, for each lane that there can be.
	readAhead = 4
)

// reachedEvery is how often a checkpoint is written while a bulk step runs.
const reachedEvery = time.Second

// lanes bounds the batches in flight and is narrowed when the server asks to slow down. It widens again by one for every
// row of batches that passed, and more slowly from the width on at which the server complained.
type lanes struct {
	mu            sync.Mutex
	most, allowed int
	inUse, passed int
	resting       int // batches that wait to be tried again, beside the lanes
	tooWide       int // the width at which it was narrowed last; 0: never
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

// enter takes a lane for a new batch. Batches that rest are bounded, too: a server that refuses everything is not sent
// a whole bucket.
func (l *lanes) enter(ctx context.Context) error {
	return l.take(ctx, func() bool { return l.inUse < l.allowed && l.resting < restingMost*l.most })
}

func (l *lanes) take(ctx context.Context, free func() bool) error {
	for {
		l.mu.Lock()
		if free() {
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
	if ok {
		l.passed++
		row := l.allowed
		if l.tooWide != 0 && l.allowed >= l.tooWide {
			row *= 4
		}
		if l.passed >= row && l.allowed < l.most {
			l.allowed, l.passed = l.allowed+1, 0
			l.show(l.allowed)
		}
	}
	l.free()
}

// rest gives a batch's lane to another while it waits, as a lane that sleeps is a request less, and takes one again.
// When it fails the batch has none.
func (l *lanes) rest(ctx context.Context, pause time.Duration) error {
	l.mu.Lock()
	l.resting++
	l.free()
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.resting--
		l.mu.Unlock()
	}()
	if err := sleep(ctx, pause); err != nil {
		return err
	}
	return l.take(ctx, func() bool { return l.inUse < l.allowed })
}

// free needs the lock.
func (l *lanes) free() {
	l.inUse--
	close(l.wake)
	l.wake = make(chan struct{})
}

// seen is how often the lanes had been narrowed when a call was sent.
func (l *lanes) seen() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.narrowings
}

// narrow takes a quarter of the lanes away, unless that was done already since the call was sent: many calls that were
// on their way together and were all told to slow down say one thing, not many.
func (l *lanes) narrow(seen int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seen != l.narrowings {
		return
	}
	l.narrowings++
	l.tooWide = max(l.allowed, l.tooWide*3/4)
	l.allowed, l.passed = max(l.allowed*3/4, 1), 0
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
	items := b.step.Source.Open(ctx, b.r, cursor)
	if b.lanes.most > 1 {
		items = ahead(ctx, readAhead*b.lanes.most, func(ctx context.Context) iter.Seq2[Item, error] { return b.step.Source.Open(ctx, b.r, cursor) })
	}
	n := 0
	for item, err := range items {
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

// ahead reads a source some items before they are asked for, so that a page that the server lets wait doesn't empty the
// lanes. The source is not read any more once the sequence has ended.
func ahead(ctx context.Context, room int, open func(context.Context) iter.Seq2[Item, error]) iter.Seq2[Item, error] {
	type read struct {
		item Item
		err  error
	}
	return func(yield func(Item, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		items := make(chan read, room)
		var reader sync.WaitGroup
		defer reader.Wait()
		defer stop()
		reader.Go(func() {
			defer close(items)
			for item, err := range open(ctx) {
				select {
				case items <- read{item, err}:
				case <-ctx.Done():
					return
				}
			}
		})
		for got := range items {
			if !yield(got.item, got.err) {
				return
			}
		}
	}
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
		if err := b.lanes.rest(ctx, pause); err != nil {
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
