package awsops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// diary is a journal in memory.
type diary struct {
	mu      sync.Mutex
	starts  []JournalStart
	reached []Checkpoint
	failed  []Failure
	ends    []JournalEnd
	refuse  error
}

func (d *diary) Start(s JournalStart) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.starts = append(d.starts, s)
	return d.refuse
}

func (d *diary) Failed(_ string, f []Failure) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failed = append(d.failed, f...)
	return nil
}

func (d *diary) Reached(_ string, at Checkpoint) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reached = append(d.reached, at)
	return nil
}

func (d *diary) End(e JournalEnd) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ends = append(d.ends, e)
	return nil
}

// batches is a source of n batches of one entry; batch i has the cursor "i".
func batches(n int) *Source {
	return &Source{Kind: "test", Open: func(ctx context.Context, _ *Reader, cursor string) iter.Seq2[Item, error] {
		return func(yield func(Item, error) bool) {
			first := 1
			if at, err := strconv.Atoi(cursor); err == nil {
				first = at + 1
			}
			for i := first; i <= n && ctx.Err() == nil; i++ {
				if !yield(Item{Cursor: fmt.Sprint(i), Batch: i, Entries: []Entry{{Key: fmt.Sprint("k", i)}}}, nil) {
					return
				}
			}
		}
	}}
}

func said(value string) func(context.Context, *Reader) (string, error) {
	return func(context.Context, *Reader) (string, error) { return value, nil }
}

func engine(t *testing.T, change ...func(*Options)) (*Session, *diary) {
	d := &diary{}
	s := isolated(t, &wire{}, append([]func(*Options){func(o *Options) { o.Journal = d }}, change...)...)
	return s, d
}

func onSandbox(o *Options) { o.Dialect, o.Endpoint = DialectSandbox, "https://cooper.localhost:1" }

func TestAChangedBasisStopsThePlanBeforeAnythingIsRecordedOrSent(t *testing.T) {
	s, d := engine(t)
	ran := false
	job := s.Apply(t.Context(), &Plan{
		Kind:  "test.one",
		Basis: []Fingerprint{{What: "versioning", Value: "Enabled", Read: said("Suspended")}},
		Steps: []Step{{Do: func(context.Context, *Writer, Item) (Receipt, error) { ran = true; return Receipt{}, nil }}},
	})
	err := job.Wait(t.Context())
	if !errors.Is(err, ErrChanged) || Wrap("", "", "", err).Kind != KindChanged || ran || len(d.starts) != 0 {
		t.Errorf("error %v, ran %v, journal %v", err, ran, d.starts)
	}
}

func TestNothingIsChangedThatCanNotBeRecorded(t *testing.T) {
	s, d := engine(t)
	d.refuse = errors.New("disk full")
	ran := false
	job := s.Apply(t.Context(), &Plan{Steps: []Step{{Do: func(context.Context, *Writer, Item) (Receipt, error) { ran = true; return Receipt{}, nil }}}})
	if err := job.Wait(t.Context()); err == nil || ran || !strings.Contains(err.Error(), "journal") {
		t.Errorf("error %v, ran %v", err, ran)
	}
}

func TestAReadOnlySessionAppliesNothing(t *testing.T) {
	s, d := engine(t, func(o *Options) { o.ReadOnly = true })
	job := s.Apply(t.Context(), &Plan{Steps: []Step{{}}})
	if err := job.Wait(t.Context()); !errors.Is(err, ErrReadOnly) || job.State() != JobFailed || len(d.starts) != 0 {
		t.Errorf("error %v, state %v", err, job.State())
	}
}

func TestAPlanIsAppliedOnce(t *testing.T) {
	s, _ := engine(t)
	n := 0
	p := &Plan{Steps: []Step{{Do: func(context.Context, *Writer, Item) (Receipt, error) { n++; return Receipt{}, nil }}}}
	if err := s.Apply(t.Context(), p).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Apply(t.Context(), p).Wait(t.Context()); err == nil || n != 1 {
		t.Errorf("second time: %v, ran %d times", err, n)
	}
}

func TestStepsRunInOrderAndAreRecorded(t *testing.T) {
	s, d := engine(t, onSandbox)
	var order []string
	step := func(name string) Step {
		return Step{Title: name, Command: "aws " + name, Do: func(context.Context, *Writer, Item) (Receipt, error) {
			order = append(order, name)
			return Receipt{RequestID: "R" + name, Done: 1}, nil
		}}
	}
	job := s.Apply(t.Context(), &Plan{
		Kind: "test.two", Params: json.RawMessage(`{"a":1}`), Steps: []Step{step("one"), step("two")},
		Expect: []Expectation{{What: "state", Want: "on", Read: said("on")}},
	})
	if err := job.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	snap := job.Snapshot()
	if !slices.Equal(order, []string{"one", "two"}) || snap.State != JobDone || snap.Verdict != VerdictDone || snap.Done != 2 {
		t.Errorf("order %v, snapshot %+v", order, snap)
	}
	if len(d.starts) != 1 || len(d.ends) != 1 || !slices.Equal(d.starts[0].Commands, []string{"aws one", "aws two"}) ||
		!slices.Equal(d.ends[0].RequestIDs, []string{"Rone", "Rtwo"}) || d.ends[0].State != "done" || d.ends[0].Verdict != "done" {
		t.Errorf("journal %+v %+v", d.starts, d.ends)
	}
}

func TestTheReadBackTellsDoneNotYetIgnoredAndUncertainApart(t *testing.T) {
	failing := func(context.Context, *Reader) (string, error) { return "", &Error{Kind: KindDenied, Message: "no"} }
	after := func(d time.Duration) func(context.Context, *Reader) (string, error) {
		start := time.Now()
		return func(context.Context, *Reader) (string, error) {
			if time.Since(start) >= d {
				return "on", nil
			}
			return "off", nil
		}
	}
	synctest.Test(t, func(t *testing.T) {
		for _, tc := range []struct {
			name  string
			read  func(context.Context, *Reader) (string, error)
			opt   func(*Options)
			want  Verdict
			state JobState
		}{
			{"at once", said("on"), func(*Options) {}, VerdictDone, JobDone},
			{"visible after 10 s on AWS", after(10 * time.Second), func(*Options) {}, VerdictDone, JobDone},
			{"not visible on AWS", said("off"), func(*Options) {}, VerdictNotYet, JobDone},
			{"ignored elsewhere", said("off"), onSandbox, VerdictIgnored, JobFailed},
			{"can't be read", failing, func(*Options) {}, VerdictUncertain, JobDone},
		} {
			s, _ := engine(t, tc.opt)
			start := time.Now()
			job := s.Apply(t.Context(), &Plan{Expect: []Expectation{{What: "state", Want: "on", Read: tc.read}}})
			<-job.Done()
			if snap := job.Snapshot(); snap.Verdict != tc.want || snap.State != tc.state {
				t.Errorf("%s: verdict %v, state %v (%v)", tc.name, snap.Verdict, snap.State, snap.Err)
			}
			if took := time.Since(start); took > 18*time.Second {
				t.Errorf("%s: waited %v", tc.name, took)
			}
		}
	})
}

func TestABulkStepKeepsItsWorkersBusyAndItsCursorBehindTheSlowest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := engine(t)
		var mu sync.Mutex
		inFlight, most := 0, 0
		start := time.Now()
		job := s.Apply(t.Context(), &Plan{Effects: Effects{Versions: 8}, Steps: []Step{{
			Source: batches(8), Workers: 4, Do: func(_ context.Context, _ *Writer, it Item) (Receipt, error) {
				mu.Lock()
				inFlight++
				most = max(most, inFlight)
				mu.Unlock()
				pause := time.Second
				if it.Batch == 2 {
					pause = 10 * time.Second
				}
				time.Sleep(pause)
				mu.Lock()
				inFlight--
				mu.Unlock()
				return Receipt{Done: 1}, nil
			},
		}}})
		time.Sleep(5 * time.Second)
		if at := job.Snapshot().Reached; at.Cursor != "1" {
			t.Errorf("while batch 2 runs the cursor is %q", at.Cursor)
		}
		if err := job.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		snap := job.Snapshot()
		if most != 4 || snap.Done != 8 || snap.Total != 8 || time.Since(start) != 10*time.Second {
			t.Errorf("most %d, done %d of %d, took %v", most, snap.Done, snap.Total, time.Since(start))
		}
		if last := d.reached[len(d.reached)-1]; last.Step != 1 || last.Done != 8 {
			t.Errorf("last checkpoint %+v", last)
		}
	})
}

func TestSlowDownNarrowsTheStreamAndRepeatsTheBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := engine(t)
		var mu sync.Mutex
		tries := map[int]int{}
		narrowest := int64(8)
		var job *Job
		start := make(chan struct{})
		job = s.Apply(t.Context(), &Plan{Steps: []Step{{
			Source: batches(40), Workers: 8, Do: func(_ context.Context, _ *Writer, it Item) (Receipt, error) {
				<-start
				mu.Lock()
				defer mu.Unlock()
				tries[it.Batch]++
				narrowest = min(narrowest, int64(job.workers.Load()))
				if it.Batch <= 3 && tries[it.Batch] <= 2 {
					return Receipt{}, &Error{Kind: KindThrottled, Status: 503, Code: "SlowDown"}
				}
				return Receipt{Done: 1}, nil
			},
		}}})
		close(start)
		if err := job.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if tries[1] != 3 || tries[4] != 1 || narrowest > 6 || job.Snapshot().Done != 40 {
			t.Errorf("tries %d and %d, narrowest %d, done %d", tries[1], tries[4], narrowest, job.Snapshot().Done)
		}
	})
}

func TestAnErrorThatMayHaveBeenCarriedOutIsNotRepeated(t *testing.T) {
	s, d := engine(t)
	n := 0
	job := s.Apply(t.Context(), &Plan{Steps: []Step{{Source: batches(3), Do: func(context.Context, *Writer, Item) (Receipt, error) {
		n++
		return Receipt{}, &Error{Op: "DeleteObjects", Kind: KindThrottled, Status: 500, Code: "InternalError"}
	}}}})
	if err := job.Wait(t.Context()); err == nil || n != 1 {
		t.Errorf("error %v after %d tries", err, n)
	}
	if d.ends[0].State != "failed" || !strings.Contains(d.ends[0].Error, "InternalError") {
		t.Errorf("journal %+v", d.ends[0])
	}
}

func TestPauseStopsBetweenBatchesAndCancelEndsWithItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := engine(t)
		job := s.Apply(t.Context(), &Plan{Steps: []Step{{Source: batches(100), Do: func(ctx context.Context, _ *Writer, _ Item) (Receipt, error) {
			return Receipt{Done: 1}, sleep(ctx, time.Second)
		}}}})
		time.Sleep(2500 * time.Millisecond)
		job.Pause()
		time.Sleep(time.Minute)
		if snap := job.Snapshot(); snap.State != JobPaused || snap.Done != 3 {
			t.Errorf("paused: %v with %d done", snap.State, snap.Done)
		}
		job.Resume()
		time.Sleep(1500 * time.Millisecond)
		enough := errors.New("seen enough")
		job.Cancel(enough)
		err := job.Wait(t.Context())
		if !errors.Is(err, enough) || job.State() != JobCancelled || job.Snapshot().Done != 4 {
			t.Errorf("error %v, state %v, done %d", err, job.State(), job.Snapshot().Done)
		}
		if d.ends[0].State != "cancelled" || d.ends[0].Checkpoint.Cursor != "4" {
			t.Errorf("journal %+v", d.ends[0])
		}
	})
}

func TestAJobThatIsStoppedForLaterStaysUnfinishedAndGoesOnAtItsCursor(t *testing.T) {
	s, d := engine(t, func(o *Options) { o.Dialect, o.Endpoint = DialectCompatible, "https://127.0.0.1:1" })
	var seen []int
	hold := make(chan struct{})
	planner := heldPlanner(s.Endpoint(), hold, &seen)
	first, err := planner(t.Context(), nil, json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	job := s.Apply(t.Context(), first)
	for job.Snapshot().Done < 2 {
		synchronise()
	}
	job.Cancel(ErrLater)
	<-job.Done()
	if len(d.ends) != 0 {
		t.Fatalf("the journal has an end: %+v", d.ends)
	}
	if last := d.reached[len(d.reached)-1]; last.Done != 2 || last.Cursor != "2" {
		t.Errorf("the journal's place is %+v", last)
	}
	close(hold)
	again, err := s.Resume(t.Context(), Planners{"test.bulk": planner}, Unfinished{Start: d.starts[0], At: d.reached[len(d.reached)-1]})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Apply(t.Context(), again).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, []int{1, 2, 3, 4, 5}) || d.starts[1].Resumes != first.ID {
		t.Errorf("batches %v, resumes %q", seen, d.starts[1].Resumes)
	}
	if _, err := s.Resume(t.Context(), nil, Unfinished{Start: d.starts[0]}); Wrap("", "", "", err).Kind != KindUnsupported {
		t.Errorf("without a planner: %v", err)
	}
}

// heldPlanner plans five batches of which the third waits for hold; seen gets those that were done.
func heldPlanner(endpoint string, hold <-chan struct{}, seen *[]int) Planner {
	do := func(ctx context.Context, _ *Writer, it Item) (Receipt, error) {
		if it.Batch == 3 {
			select {
			case <-hold:
			case <-ctx.Done():
				return Receipt{}, ctx.Err()
			}
		}
		*seen = append(*seen, it.Batch)
		return Receipt{Done: 1}, nil
	}
	return func(_ context.Context, _ *Reader, params json.RawMessage) (*Plan, error) {
		return &Plan{Kind: "test.bulk", Params: params, Target: Target{Endpoint: endpoint},
			Steps: []Step{{Source: batches(5), Do: do}}}, nil
	}
}

// synchronise lets other goroutines run.
func synchronise() { runtime.Gosched() }

func TestFailedEntriesGoToTheJournalAndTheJobGoesOn(t *testing.T) {
	s, d := engine(t)
	job := s.Apply(t.Context(), &Plan{Steps: []Step{{Source: batches(30), Do: func(_ context.Context, _ *Writer, it Item) (Receipt, error) {
		return Receipt{Failures: []Failure{{it.Entries[0], &Error{Op: "DeleteObjects", Kind: KindDenied, Code: "AccessDenied"}}}}, nil
	}}}})
	if err := job.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if snap := job.Snapshot(); snap.Failures != 30 || len(snap.Errors) != keptErrors || len(d.failed) != 30 {
		t.Errorf("failures %d, kept %d, written %d", snap.Failures, len(snap.Errors), len(d.failed))
	}
}
