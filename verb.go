package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/journal"
	"cooper/awsops/record"
	"cooper/config"
	"cooper/ui"
)

// The exit codes of the verbs. A signal is 128 and its number.
const (
	exitFailed  = 1 // nothing, or not all of it, was done; the error says why
	exitUsage   = 2 // the command line or the configuration can't be used
	exitPartly  = 3 // the job went through, and some of its entries failed
	exitRefused = 4 // a plan was not agreed to, or a code or a login was wanted and there was nobody to ask
	exitNothing = 5 // there was nothing to do: nothing matched, or what is there was left as it is
)

// verbError is an error with an exit code of its own.
type verbError struct {
	error
	code int
	said bool // it was written to standard error already
}

func (e verbError) Unwrap() error { return e.error }

// verbFlags are what all verbs have in common.
type verbFlags struct {
	connection             config.Flags
	yes, dry, json, deeply bool
}

func (f *verbFlags) add(cmd *cobra.Command, changes bool) {
	addConnection(cmd, &f.connection)
	s := cmd.Flags()
	s.BoolVarP(&f.deeply, "recursive", "r", false, "all that is below the prefix or folder")
	s.BoolVar(&f.json, "json", false, "print JSON, one object a line")
	if changes {
		s.BoolVar(&f.yes, "yes", false, "agree to the plan, also to one that asks for the bucket's name")
		s.BoolVar(&f.dry, "dry-run", false, "show the plan and do nothing")
	}
}

// verb is one run of a verb.
type verb struct {
	p       *process
	flags   *verbFlags
	session *awsops.Session
	journal *journal.Journal
	prices  *awsops.Prices
	ctx     context.Context
}

// withVerb opens a session for a verb and closes what it took.
func (p *process) withVerb(ctx context.Context, f *verbFlags, run func(v *verb) error) error {
	cfg, err := config.Read(p.env, f.connection)
	if err != nil {
		return usageError{err}
	}
	if p.env("GOGC") == "" && p.env("GOMEMLIMIT") == "" {
		// What a job keeps is small: collecting it less often spares processor time. One of a million objects keeps more.
		debug.SetGCPercent(200)
		debug.SetMemoryLimit(96 << 20)
	}
	v := &verb{p: p, flags: f, ctx: ctx, prices: pricesOf(cfg.Prices)}
	ways := &sharedProfiles{a: &app{p: p, cfg: cfg}}
	o, login := ways.open(cfg.Connection()), &ttyLogin{ways: ways}
	o.MFA, o.Login, o.Clock = &ttyCodes{life: ctx}, login, p.clock
	if cfg.StateDir != "" {
		if v.journal, err = openVerbJournal(cfg.StateDir); err != nil {
			return err
		}
		defer v.journal.Close() //nolint:errcheck // only lets go of the lock: every line was synced when it was written
		o.Journal = record.To(v.journal)
		o.Uploads = record.Uploads(journal.OpenUploads(cfg.StateDir))
	} else if !f.dry {
		return errors.New("no home folder is known, so the journal has no place: set XDG_STATE_HOME or HOME")
	}
	if v.session, err = awsops.Open(ctx, o); err != nil {
		return err
	}
	login.session = v.session
	return nobodyAsked(run(v))
}

// do shows a plan, gets consent, applies it and says how it went.
func (v *verb) do(plan *awsops.Plan, err error) error {
	if err != nil {
		return planned(err)
	}
	if err := v.show(plan); err != nil || v.flags.dry {
		return err
	}
	if err := v.consent(plan); err != nil {
		return err
	}
	v.takeUp(plan)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	job := v.session.Apply(ctx, plan)
	v.wait(job)
	return v.report(job, plan.Effects.Left)
}

// planned gives a planner's refusal its exit code.
func planned(err error) error {
	e, ok := errors.AsType[*awsops.Error](err)
	if ok && (e.Kind == awsops.KindConflict || e.Kind == awsops.KindNotFound && e.Code != "NoSuchBucket" && e.Code != clientside.CodeNoInstruction) {
		return verbError{error: err, code: exitNothing}
	}
	return flagged(err)
}

// show writes the plan to standard error, unless consent was given with the command already.
func (v *verb) show(plan *awsops.Plan) error {
	plan.Effects.Lines = append(plan.Effects.Lines, v.prices.Lines(plan)...)
	if v.flags.yes && !v.flags.dry || plan.Consent.Kind == awsops.ConsentNone && !v.flags.dry {
		return nil
	}
	if v.flags.dry && v.flags.json {
		return v.print(map[string]any{"dry_run": true, "kind": plan.Kind, "title": plan.Title, "objects": plan.Effects.Objects,
			"versions": plan.Effects.Versions, "markers": plan.Effects.Markers, "left": plan.Effects.Left, "bytes": plan.Effects.Bytes, "at_least": plan.Effects.AtLeast,
			"codes": plan.Codes, "warnings": warningTexts(plan), "effects": plan.Effects.Lines, "commands": plan.Commands()})
	}
	_, err := io.WriteString(v.p.err, planText(plan))
	return err
}

func warningTexts(plan *awsops.Plan) []string {
	out := make([]string, len(plan.Warnings))
	for i, w := range plan.Warnings {
		out[i] = w.Text
	}
	return out
}

// planText is a plan for people who read it in a log.
func planText(p *awsops.Plan) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintln(&b, ui.CleanLines(fmt.Sprintf(format, args...))) }
	line("%s", p.Title)
	line("  on   %s", strings.Join(strings.Fields(strings.Join([]string{p.Target.Bucket, p.Target.Region, p.Target.Endpoint}, " ")), ", "))
	line("  as   %s", strings.Join(strings.Fields(strings.Join([]string{p.Target.Profile, p.Target.Account, p.Target.Caller}, " ")), ", "))
	for _, c := range p.Changes {
		line("  %s: %s -> %s", c.Field, orNothing(c.Before), orNothing(c.After))
	}
	e := p.Effects
	line("  objects %d, versions %d, delete markers %d, bytes %d%s", e.Objects, e.Versions, e.Markers, e.Bytes, map[bool]string{true: ", at least"}[e.AtLeast])
	for _, r := range e.Requests {
		line("  requests: %d of class %s", r.N, r.Class)
	}
	for _, l := range e.Lines {
		line("  %s", l)
	}
	for _, c := range p.Checks {
		line("  checked %s: %s %s", c.Name, c.Result, c.Text)
	}
	for _, w := range p.Warnings {
		line("  %s: %s", [...]string{"note", "risk", "can't be undone"}[w.Level], w.Text)
	}
	if p.Codes > 0 {
		line("  one-time codes: %d", p.Codes)
	}
	line("  undo: %s", p.Undo)
	for _, c := range p.Commands() {
		line("  $ %s", c)
	}
	return b.String()
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// consent asks at the terminal what the command line has not agreed to.
func (v *verb) consent(plan *awsops.Plan) error {
	if v.flags.yes || plan.Consent.Kind == awsops.ConsentNone {
		return nil
	}
	want, question := "yes", "Type yes to go on: "
	if plan.Consent.Kind == awsops.ConsentType {
		want, question = plan.Consent.Phrase, "Type "+ui.Clean(plan.Consent.Phrase)+" to go on: "
	}
	tty, err := openTTY()
	if err != nil {
		return verbError{error: errors.New("nothing was done: the plan was not agreed to (--yes agrees to it)"), code: exitRefused}
	}
	defer tty.Close() //nolint:errcheck // nothing is kept in it
	answer, err := tty.ask(v.ctx, question, false)
	if err == nil && answer == want {
		return nil
	}
	if err == nil || context.Cause(v.ctx) == nil {
		err = errors.New("nothing was done: the plan was not agreed to")
	}
	return verbError{error: err, code: exitRefused}
}

// wait shows the job's progress where a person can see it. What a signal stops can be gone on with.
func (v *verb) wait(job *awsops.Job) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	f, ok := v.p.err.(*os.File)
	live, ended, drawn := ok && term.IsTerminal(f.Fd()), v.ctx.Done(), false
	for {
		select {
		case <-job.Done():
			if drawn {
				_, _ = io.WriteString(v.p.err, "\r\x1b[K")
			}
			return
		case <-ended:
			job.Cancel(awsops.ErrLater)
			ended = nil
		case <-tick.C:
			if live && job.State() != awsops.JobWaiting { // a question stands in the line
				_, _ = io.WriteString(v.p.err, "\r\x1b[K"+progressLine(job.Snapshot(), v.session.Clock().Now()))
				drawn = true
			}
		}
	}
}

func progressLine(s awsops.JobSnapshot, now time.Time) string {
	out := fmt.Sprintf("%s of %s, %s of %s", ui.Thousands(s.Done), ui.Thousands(s.Total), ui.Bytes(s.Bytes), ui.Bytes(s.TotalBytes))
	took := now.Sub(s.Started).Seconds()
	if took > 0 && s.Bytes > 0 {
		rate := float64(s.Bytes) / took
		out += fmt.Sprintf(", %s/s", ui.Bytes(int64(rate)))
		if left := s.TotalBytes - s.Bytes; left > 0 {
			out += ", " + (time.Duration(float64(left)/rate) * time.Second).String() + " left"
		}
	}
	return out
}

// report says on standard output how a job ended, and on standard error what failed.
// left is how many things were there already and stay.
func (v *verb) report(job *awsops.Job, left int64) error {
	s := job.Snapshot()
	for _, e := range s.Errors {
		_, _ = fmt.Fprintln(v.p.err, ui.CleanLines(e.Error()))
	}
	if n := s.Failures - int64(len(s.Errors)); n > 0 {
		_, _ = fmt.Fprintf(v.p.err, "and %d more; all are in the journal's file bulk/%s.jsonl\n", n, s.ID)
	}
	err := v.result(s, left)
	switch {
	case s.Err != nil && context.Cause(v.ctx) != nil:
		return context.Cause(v.ctx)
	case s.Err != nil:
		return s.Err
	case err != nil:
		return err
	case s.Failures > 0:
		return verbError{error: errors.New("some entries failed"), code: exitPartly, said: true}
	}
	return nil
}

// result is the one line of a job that has ended.
func (v *verb) result(s awsops.JobSnapshot, left int64) error {
	state := s.State.String()
	if s.Verdict > awsops.VerdictDone {
		state = s.Verdict.String()
	}
	if v.flags.json {
		line := map[string]any{"job": s.ID, "kind": s.Kind, "state": state, "done": s.Done, "failures": s.Failures, "left": left, "bytes": s.Bytes, "notes": s.Notes}
		if s.Err != nil {
			line["error"] = s.Err.Error()
		}
		return v.print(line)
	}
	stays := ""
	if left > 0 {
		stays = fmt.Sprintf(", %d there already and left", left)
	}
	_, err := fmt.Fprintf(v.p.out, "%s: %s, %d done%s, %d failed, %d bytes\n", ui.Clean(s.Title), state, s.Done, stays, s.Failures, s.Bytes)
	for _, n := range s.Notes {
		_, _ = fmt.Fprintln(v.p.err, ui.CleanLines(n))
	}
	return err
}

func (v *verb) print(line any) error {
	enc := json.NewEncoder(v.p.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(line)
}
