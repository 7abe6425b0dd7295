package awsops

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// paged gives n items, and waits for a second before each page of the given length but the first.
func paged(n, page int) *Source {
	return &Source{Kind: "test", Open: func(context.Context, *Reader, string) iter.Seq2[Item, error] {
		return func(yield func(Item, error) bool) {
			for i := 1; i <= n; i++ {
				if i > 1 && (i-1)%page == 0 {
					time.Sleep(time.Second)
				}
				if !yield(Item{Cursor: fmt.Sprint(i), Batch: i}, nil) {
					return
				}
			}
		}
	}}
}

// took runs a step and gives how long it was under way.
func took(t *testing.T, step Step) time.Duration {
	t.Helper()
	s, _ := engine(t)
	start := time.Now()
	if err := s.Apply(t.Context(), &Plan{Steps: []Step{step}}).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	return time.Since(start)
}

// tenth is a batch that takes a tenth of a second.
func tenth(context.Context, *Writer, Item) (Receipt, error) {
	time.Sleep(100 * time.Millisecond)
	return Receipt{Done: 1}, nil
}

func TestAPageIsFetchedWhileTheBatchesBeforeItAreDealtWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Both lanes need 0.4 s for a page of 8; the next page is asked for at once and is there after 1 s.
		if d := took(t, Step{Source: paged(16, 8), Workers: 2, Do: tenth}); d != 1400*time.Millisecond {
			t.Errorf("two lanes took %v", d)
		}
	})
}

func TestOneLaneReadsNothingAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// What the third item is may depend on the second's outcome: its page is asked for when the second has a lane.
		if d := took(t, Step{Source: paged(4, 2), Workers: 1, Do: tenth}); d != 1300*time.Millisecond {
			t.Errorf("one lane took %v", d)
		}
	})
}

func TestABatchThatRestsLeavesItsLaneToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first atomic.Bool
		// One of four lanes is told to slow down: three batches run at first, then four again, and all 14 are done in
		// four rows of 0.1 s. A lane that slept for the 0.25 s would make it 0.45 s.
		d := took(t, Step{Source: batches(14), Workers: 4, Do: func(ctx context.Context, w *Writer, it Item) (Receipt, error) {
			if it.Batch == 1 && first.CompareAndSwap(false, true) {
				return Receipt{}, &Error{Kind: KindThrottled, Status: 503, Code: "SlowDown"}
			}
			return tenth(ctx, w, it)
		}})
		if d != 400*time.Millisecond {
			t.Errorf("took %v", d)
		}
	})
}

func TestAServerThatRefusesEverythingIsSentABoundedNumberOfBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := engine(t)
		var highest atomic.Int64
		job := s.Apply(t.Context(), &Plan{Steps: []Step{{Source: batches(10_000), Workers: 2, Do: func(_ context.Context, _ *Writer, it Item) (Receipt, error) {
			highest.Store(max(highest.Load(), int64(it.Batch)))
			return Receipt{}, &Error{Kind: KindThrottled, Status: 503, Code: "SlowDown"}
		}}}})
		e := Wrap("", "", "", job.Wait(t.Context()))
		if e == nil || e.Code != "SlowDown" {
			t.Errorf("%v", e)
		}
		if n := highest.Load(); n < 2 || n > 2*restingMost+2 {
			t.Errorf("%d batches were tried", n)
		}
	})
}

func TestReadingAheadEndsWithTheJobAndGivesTheSourcesFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails when a goroutine is left
		failed := errors.New("no page")
		open := func(ctx context.Context) iter.Seq2[Item, error] {
			return func(yield func(Item, error) bool) {
				for i := 1; i <= 3; i++ {
					if !yield(Item{Batch: i}, nil) {
						return
					}
				}
				yield(Item{}, failed)
			}
		}
		var got []int
		var err error
		for item, e := range ahead(t.Context(), 2, open) {
			if err = e; err == nil {
				got = append(got, item.Batch)
			}
		}
		if fmt.Sprint(got) != "[1 2 3]" || !errors.Is(err, failed) {
			t.Errorf("%v, %v", got, err)
		}
		for item, err := range ahead(t.Context(), 1, open) {
			if item.Batch != 1 || err != nil {
				t.Errorf("batch %d, %v", item.Batch, err)
			}
			break
		}
	})
}

func TestLanesWidenByRowsUpToWhereTheServerComplainedAndSlowlyBeyond(t *testing.T) {
	var width int
	l := newLanes(16, func(n int) { width = n })
	for range 3 { // one complaint after the other, before the first was heard
		l.narrow(l.seen())
	}
	if width != 6 {
		t.Fatalf("%d lanes after three complaints", width)
	}
	passes := func(to int) (n int) {
		for ; width < to; n++ {
			if err := l.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.leave(true)
		}
		return n
	}
	if n := passes(9); n != 6+7+8 {
		t.Errorf("%d batches passed until there were 9 lanes", n)
	}
	if n := passes(10); n != 4*9 {
		t.Errorf("%d batches passed until there were 10 lanes", n)
	}
	l.narrow(l.seen() - 1)
	if width != 10 {
		t.Errorf("%d lanes after a complaint about what was sent before the last narrowing", width)
	}
}
