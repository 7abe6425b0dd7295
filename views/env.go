// Package views holds the screens. Each is a pointer made by its New function from the Env that they share and the
// place it is opened at; it reads through awsops and changes through plans, never otherwise.
package views

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
	"cooper/ui"
)

// Env is what the screens share: who acts, how to reach the person, and what main knows of the surroundings.
type Env struct {
	Session *awsops.Session
	Theme   *ui.Theme
	Asker   *ui.Asker
	Context context.Context // ends when the program quits: jobs outlive the screen that started them, not the program

	Sessions *Sessions // of this run with Session the last; nil: Session is the only one
	Profiles Profiles  // nil: there is but one way to sign in

	Authenticator Authenticator    // the demo's MFA device, nil when there is none
	Journal       *journal.Journal // what was done, nil when none is kept
	Seeds         *Seeds           // MFA seeds kept by choice, nil when none can be
	Presigner     Presigner        // makes presigned URLs; nil: none can be made
	Edit          Editor           // changes objects; nil: nothing can be changed
	Planners      awsops.Planners  // by kind, to go on with unfinished jobs
	Prices        *awsops.Prices   // the operator's, nil: plans count and show no money
	Home          string           // where downloads go and local paths begin
	Environ       func(string) string

	kept   map[string][]string             // keys that screens hand on; used on the loop only
	shown  map[*awsops.Job]bool            // jobs that the shell has seen; used on the loop only
	seen   map[[2]string][]journal.Earlier // by kind and bucket: documents before changes that were seen; used on the loop only
	drafts map[[2]string]string            // by bucket and key: files with texts that were written and not stored; used on the loop only
}

// Authenticator is a device whose codes may be shown, such as the sandbox's.
type Authenticator interface {
	Serial() string
	URI() string // otpauth://…, for a QR code
	Code(at time.Time) (string, error)
}

// Life makes the life of one screen.
func (e *Env) Life() *ui.Life { return ui.NewLife(e.Context) }

// Now is the session's clock, which a demo may freeze.
func (e *Env) Now() time.Time { return e.Session.Clock().Now() }

// Planner reads the present state and says what a change would do.
type Planner func(context.Context, *awsops.Reader) (*awsops.Plan, error)

// Propose makes a plan off the loop and opens it for consent. What was typed in the dialog or screen below stays
// when the planner refuses: its sentence goes to the status line.
func (e *Env) Propose(l *ui.Life, plan Planner) tea.Cmd {
	return e.propose(l, "Reading what this would change…", plan)
}

// propose is Propose with what is said while the plan is made.
func (e *Env) propose(l *ui.Life, said string, plan Planner) tea.Cmd {
	return ui.While(said, ui.Do(l, "plan", func(ctx context.Context) (*awsops.Plan, error) {
		return plan(ctx, e.Session.Reader())
	}, func(p *awsops.Plan, err error) tea.Cmd {
		if errors.Is(err, awsops.ErrUnchanged) {
			return unchanged(err)
		}
		if r, ok := errors.AsType[*refusal](err); ok {
			return tea.Sequence(r.again(), failKey(e, l, r.error, nil))
		}
		if err != nil {
			return failKey(e, l, err, func() tea.Cmd { return e.propose(l, said, plan) })
		}
		// It comes after an answer: a key pressed meanwhile must not consent. What was said while it was made is over.
		return tea.Batch(ui.Status("", ui.Info), ui.Raise(NewPlan(e, p)))
	}))
}

// unchanged tells that there is nothing to plan, which is no failure. A form that was closed is opened again.
func unchanged(err error) tea.Cmd {
	said := ui.Status("Nothing would change: it is as asked for already.", ui.Info)
	if r, ok := errors.AsType[*refusal](err); ok {
		return tea.Sequence(r.again(), said)
	}
	return said
}

// ProposeFrom is Propose for a form that closes before its plan is made: when the planner refuses what was asked, again
// opens the form with what was typed, above the sentence that says why.
func (e *Env) ProposeFrom(l *ui.Life, plan Planner, again func() tea.Cmd) tea.Cmd {
	return e.Propose(l, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		p, err := plan(ctx, r)
		if refused(err) {
			err = &refusal{err, again}
		}
		return p, err
	})
}

// refused tells errors that another answer in the form may cure. A key that is missing is asked for in a dialog of its own.
func refused(err error) bool {
	if err == nil {
		return false
	}
	if _, key := errors.AsType[*sse.MissingKey](err); key {
		return false
	}
	if _, own := errors.AsType[*s3ec.Error](err); own {
		return false
	}
	kind := awsops.Wrap("plan", "", "", err).Kind
	return kind == awsops.KindConflict || kind == awsops.KindInvalid || kind == awsops.KindNotFound
}

// refusal is a planner's error that a form is opened again for.
type refusal struct {
	error
	again func() tea.Cmd
}

func (r *refusal) Unwrap() error { return r.error }

// Apply starts the plan's job. The shell shows it from then on; the screen below is told when it has ended.
func (e *Env) Apply(p *awsops.Plan) tea.Cmd {
	job := e.Session.Apply(e.Context, p)
	return tea.Batch(ui.Wake(), e.follow(job))
}

// JobEnded tells the screens that a job has ended: those that show what it changed read again.
type JobEnded struct {
	Kind, Bucket string
}

func (e *Env) follow(job *awsops.Job) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-job.Done():
			s := job.Snapshot()
			return JobEnded{Kind: s.Kind, Bucket: s.Target.Bucket}
		case <-e.Context.Done():
			return nil
		}
	}
}
