package awsops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// run is one plan being carried out.
type run struct {
	s       *Session
	r       *Reader
	w       *Writer // nil for a plan that only reads
	plan    *Plan
	job     *Job
	journal Journal
}

// do runs a step on one item.
func (r *run) do(ctx context.Context, step *Step, item Item) (Receipt, error) {
	if step.Read != nil {
		return step.Read(ctx, r.r, item)
	}
	return step.Do(ctx, r.w, item)
}

// Apply carries a plan out and returns at once. The job first reads the plan's basis again and
// fails with ErrChanged when it moved; then it is recorded in the journal, the steps run in order,
// and what they should have changed is read back. ctx ends the job, so it must outlive the screen
// that started it. A plan can be applied once.
func (s *Session) Apply(ctx context.Context, p *Plan) *Job {
	if p.ID == "" {
		p.ID = s.NewID()
	}
	again := slices.ContainsFunc(s.Jobs(), func(j *Job) bool { return j.id == p.ID })
	job, ctx := s.newJob(ctx, p.ID, p.Kind, p.Title, p.Target)
	job.steps.Store(int32(len(p.Steps)))
	job.reached = p.From
	if e := p.Effects; !e.AtLeast {
		job.SetTotal(e.Objects+e.Versions+e.Markers+e.Uploads, e.Bytes)
	}
	var w *Writer
	var err error
	if !p.Reads() {
		w, err = s.writer()
	}
	if again {
		err = &Error{Op: p.Kind, Bucket: p.Target.Bucket, Kind: KindBug, Message: "this plan was applied already"}
	}
	if c := Blocked(p.Checks); c != nil && err == nil {
		err = &Error{Op: p.Kind, Bucket: p.Target.Bucket, Kind: KindConflict, Message: c.Text, Hint: c.Do}
	}
	if err != nil {
		job.begin()
		job.end(err)
		return job
	}
	r := &run{s: s, r: s.Reader(), w: w, plan: p, job: job, journal: s.opt.Journal}
	if p.Journal != nil {
		r.journal = p.Journal
	}
	go r.all(ctx)
	return job
}

// all runs the plan, and lets go of a journal of its own.
func (r *run) all(ctx context.Context) {
	r.job.begin()
	err := r.whole(ctx)
	if own, ok := r.plan.Journal.(io.Closer); ok {
		if cerr := own.Close(); cerr != nil {
			r.job.Note("The journal could not be closed: " + cerr.Error())
		}
	}
	r.job.end(err)
}

// whole runs the plan from its basis to the journal's last line.
func (r *run) whole(ctx context.Context) error {
	if err := r.checkBasis(ctx); err != nil {
		return r.reason(ctx, err)
	}
	if err := r.record(); err != nil {
		return err
	}
	err := r.steps(ctx)
	if err == nil {
		err = r.readBack(ctx)
	}
	err = r.reason(ctx, err)
	if err != nil && errors.Is(context.Cause(ctx), ErrLater) {
		return err // the journal keeps it as unfinished
	}
	if jerr := r.journal.End(r.ending(err)); jerr != nil {
		r.job.Note("The journal could not be completed: " + jerr.Error())
	}
	return err
}

// record writes the journal's first line. What changes nothing in S3 runs without one where none can be kept.
func (r *run) record() error {
	p := r.plan
	err := r.journal.Start(JournalStart{
		ID: p.ID, Kind: p.Kind, Title: p.Title, At: r.s.opt.Clock.Now(), Target: p.Target,
		Commands: p.Commands(), Params: p.Params, Resumes: p.Resumes, Replaces: p.Replaces,
	})
	switch {
	case err == nil:
		return nil
	case p.Reads() && p.Journal == nil:
		r.journal = noJournal{}
		r.job.Note("This is not in the journal, so it can't be gone on with: " + err.Error())
		return nil
	}
	return &Error{Op: p.Kind, Bucket: p.Target.Bucket, Kind: KindInvalid, Err: err,
		Message: "the journal can't be written, so nothing was changed: " + err.Error(), Hint: "Check the state folder: is it full or read-only?"}
}

// reason gives a job that was given up the cause of that, and leaves other errors as they are. A
// request with a code whose fate is unknown stays that, whoever ended it.
func (r *run) reason(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	reason := context.Cause(ctx)
	if errors.Is(err, ErrOutcomeUnknown) {
		reason = errors.Join(reason, ErrOutcomeUnknown)
	}
	return cancelled(r.plan.Kind, r.plan.Target.Bucket, reason)
}

// checkBasis reads again what the plan was computed from.
func (r *run) checkBasis(ctx context.Context) error {
	for _, f := range r.plan.Basis {
		now, err := f.Read(ctx, r.r)
		if err != nil {
			return Wrap(r.plan.Kind, r.plan.Target.Bucket, "", err)
		}
		if now != f.Value {
			return &Error{Op: r.plan.Kind, Bucket: r.plan.Target.Bucket, Kind: KindChanged, Err: ErrChanged,
				Message: f.What + " changed since the plan was made", Hint: "Nothing was changed. Refresh, look again and make a new plan."}
		}
	}
	return nil
}

func (r *run) steps(ctx context.Context) error {
	for i := r.plan.From.Step; i < len(r.plan.Steps); i++ {
		step := &r.plan.Steps[i]
		r.job.enter(i, step.Title)
		if err := r.job.passGate(ctx); err != nil {
			return err
		}
		var err error
		if step.Source == nil {
			err = r.once(ctx, step)
		} else {
			err = r.bulk(ctx, i, step)
		}
		if err != nil {
			return r.halfway(ctx, i, err)
		}
		if err := r.journal.Reached(r.plan.ID, r.job.mark(Checkpoint{Step: i + 1})); err != nil {
			r.job.Note("The journal could not be written: " + err.Error())
		}
	}
	return nil
}

// halfway adds to the error of a step what the steps before it did: nothing of that is taken back.
func (r *run) halfway(ctx context.Context, failed int, err error) error {
	if failed == 0 || ctx.Err() != nil {
		return err
	}
	var done []string
	left := ""
	for _, s := range r.plan.Steps[:failed] {
		done = append(done, s.Title)
		left = cmp.Or(s.Left, left)
	}
	if left == "" {
		left = "Done before that, and not taken back: " + strings.Join(done, "; ") + "."
	}
	r.job.Note(left)
	e := *Wrap(r.plan.Kind, r.plan.Target.Bucket, "", err)
	e.Hint = strings.TrimSpace(e.Hint + " " + left)
	return &e
}

// once runs a step that is a single call.
func (r *run) once(ctx context.Context, step *Step) error {
	receipt, err := r.do(ctx, step, Item{Batch: 1})
	if err != nil {
		return Wrap(r.plan.Kind, r.plan.Target.Bucket, "", err)
	}
	return r.took(receipt)
}

// took books a receipt. Callers make sure that one runs at a time.
func (r *run) took(receipt Receipt) error {
	r.job.book(receipt)
	if len(receipt.Failures) == 0 {
		return nil
	}
	if err := r.journal.Failed(r.plan.ID, receipt.Failures); err != nil {
		return &Error{Op: r.plan.Kind, Bucket: r.plan.Target.Bucket, Kind: KindInvalid, Err: err,
			Message: "the journal can't be written, so the job stops", Hint: "Check the state folder: is it full or read-only?"}
	}
	return nil
}

func (r *run) ending(err error) JournalEnd {
	snap := r.job.Snapshot()
	end := JournalEnd{
		ID: r.plan.ID, At: r.s.opt.Clock.Now(), State: JobDone.String(), Verdict: snap.Verdict.String(),
		Done: snap.Done, Failures: snap.Failures, Bytes: snap.Bytes, RequestIDs: r.job.requestIDs(), Checkpoint: snap.Reached,
	}
	if err != nil {
		e := Wrap(r.plan.Kind, r.plan.Target.Bucket, "", err)
		end.State, end.Error = JobFailed.String(), e.Error()
		if e.Kind == KindCancelled {
			end.State = JobCancelled.String()
		}
	}
	return end
}

// Polling of the read-back: AWS's settings become visible within seconds.
const (
	readBackFor   = 15 * time.Second
	readBackFirst = 500 * time.Millisecond
	readBackMost  = 2 * time.Second
)

// readBack proves the change: it compares what is readable now with what the plan expects.
func (r *run) readBack(ctx context.Context) error {
	if len(r.plan.Expect) == 0 {
		return nil
	}
	r.job.enter(len(r.plan.Steps), "reading back")
	began, pause := time.Now(), readBackFirst
	for {
		miss, err := r.firstMiss(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			r.job.conclude(VerdictUncertain, "The read-back failed: "+err.Error())
			return nil
		case miss == "":
			r.job.conclude(VerdictDone, "")
			return nil
		case r.s.opt.Dialect != DialectAWS:
			r.job.conclude(VerdictIgnored, miss)
			return &Error{Op: r.plan.Kind, Bucket: r.plan.Target.Bucket, Kind: KindUnsupported,
				Message: "the server answered with success and ignored it: " + miss, Hint: "This endpoint does not have the feature."}
		case time.Since(began) >= readBackFor:
			r.job.conclude(VerdictNotYet, miss)
			return nil
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, readBackMost)
	}
}

// firstMiss gives the first expectation that does not hold, as a sentence.
func (r *run) firstMiss(ctx context.Context) (string, error) {
	for _, x := range r.plan.Expect {
		got, err := x.Read(ctx, r.r)
		if err != nil {
			return "", err
		}
		if got != x.Want {
			return fmt.Sprintf("%s reads %q, expected %q", x.What, got, x.Want), nil
		}
	}
	return "", nil
}

// sleep waits for d of the machine's time: a frozen demo clock must not stop back-off and polling.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
