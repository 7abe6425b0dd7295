package views

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/record"
	"cooper/ui"
)

// jobsView shows the jobs of this run, the newest first, and what an earlier run left unfinished.
type jobsView struct {
	env    *Env
	life   *ui.Life
	rows   []jobRow
	at     int
	top    int
	failed error // the journal could not be read
	left   []jobRow
}

// jobRow is a job of this run, or one that an earlier run left.
type jobRow struct {
	job  *awsops.Job
	left *record.Left
}

// NewJobs makes the screen of running and ended jobs.
func NewJobs(env *Env, _ ui.Place) ui.View { return &jobsView{env: env, life: env.Life()} }

func (v *jobsView) Title() string { return "jobs" }
func (v *jobsView) Close()        { v.life.Close() }

func (v *jobsView) Init() tea.Cmd {
	v.refresh()
	return v.readLeft()
}

func (v *jobsView) Update(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case JobEnded, ui.Resumed:
		return v.readLeft()
	}
	return nil
}

// readLeft asks the journal what an earlier run left unfinished.
func (v *jobsView) readLeft() tea.Cmd {
	if v.env.Journal == nil {
		return nil
	}
	return ui.Do(v.life, "left", v.env.unfinished, func(left []record.Left, err error) tea.Cmd {
		v.left, v.failed = nil, err
		for _, u := range left {
			v.left = append(v.left, jobRow{left: &u})
		}
		v.refresh()
		return nil
	})
}

// refresh takes the jobs as they are now, without losing the one the cursor is on.
func (v *jobsView) refresh() {
	var on jobRow
	if v.at < len(v.rows) {
		on = v.rows[v.at]
	}
	v.rows = v.rows[:0]
	for _, j := range slices.Backward(v.env.jobs()) {
		v.rows = append(v.rows, jobRow{job: j})
	}
	v.rows = append(v.rows, v.left...)
	if at := slices.Index(v.rows, on); at >= 0 && on != (jobRow{}) {
		v.at = at
	}
	v.at = max(min(v.at, len(v.rows)-1), 0)
}

func (v *jobsView) selected() (jobRow, bool) {
	if v.at >= len(v.rows) {
		return jobRow{}, false
	}
	return v.rows[v.at], true
}

func (v *jobsView) Actions() []ui.Action {
	move := func(n int) func() tea.Cmd {
		return func() tea.Cmd { v.at = max(min(v.at+n, len(v.rows)-1), 0); return nil }
	}
	return []ui.Action{
		{ID: "jobs.details", Keys: []string{"enter", "i"}, Help: "details", Why: v.whyNone, Run: v.details},
		{ID: "jobs.pause", Keys: []string{"p"}, Help: "pause or go on", Why: v.whyNoPause, Run: v.pause},
		{ID: "jobs.cancel", Keys: []string{"d"}, Help: "cancel", Why: v.whyNoCancel, Run: v.cancel},
		{ID: "jobs.resume", Keys: []string{"n"}, Help: "go on with an unfinished job", Why: v.whyNoResume, Run: v.resume},
		{ID: "jobs.down", Keys: []string{"down", "j"}, Help: "next job", Quiet: true, Run: move(1)},
		{ID: "jobs.up", Keys: []string{"up", "k"}, Help: "job before", Quiet: true, Run: move(-1)},
		{ID: "jobs.top", Keys: []string{"g", "home"}, Help: "first job", Quiet: true, Run: move(-1 << 20)},
		{ID: "jobs.bottom", Keys: []string{"G", "end"}, Help: "last job", Quiet: true, Run: move(1 << 20)},
	}
}

func (v *jobsView) whyNone() string {
	if _, ok := v.selected(); !ok {
		return "there is no job"
	}
	return ""
}

// whyNotRunning says why the selected job can't be paused or cancelled.
func (v *jobsView) whyNotRunning() string {
	row, ok := v.selected()
	switch {
	case !ok:
		return "there is no job"
	case row.job == nil:
		return "this job does not run: n goes on with it"
	case row.job.State().Ended():
		return "this job has ended"
	}
	return ""
}

func (v *jobsView) whyNoPause() string { return v.whyNotRunning() }

func (v *jobsView) whyNoCancel() string {
	if row, ok := v.selected(); ok && row.left != nil {
		return ""
	}
	return v.whyNotRunning()
}

func (v *jobsView) whyNoResume() string {
	if row, ok := v.selected(); !ok || row.left == nil {
		return "only a job that an earlier run left can be gone on with"
	}
	return ""
}

func (v *jobsView) pause() tea.Cmd {
	row, _ := v.selected()
	if row.job.Paused() {
		row.job.Resume()
		return ui.Status("Going on.", ui.Info)
	}
	row.job.Pause()
	return ui.Status("Pausing: what is on its way is finished first.", ui.Info)
}

func (v *jobsView) cancel() tea.Cmd {
	row, _ := v.selected()
	if row.left != nil {
		return v.giveUp(*row.left)
	}
	return ui.Push(ui.NewConfirm(ui.ConfirmOptions{
		Title: "Cancel job", Danger: true, Yes: "cancel it", No: "let it run",
		Text: row.job.Title() + "\n\nWhat it has done stays done. What is on its way may still be carried out.",
		OK:   func() tea.Cmd { row.job.Cancel(errQuit); return nil },
	}))
}

// giveUp takes a job off the list that nobody wants to go on with.
func (v *jobsView) giveUp(left record.Left) tea.Cmd {
	return ui.Push(ui.NewConfirm(ui.ConfirmOptions{
		Title: "Give up job", Danger: true, Yes: "give it up", No: "keep it",
		Text: ui.Clean(left.Start.Title) + "\n\nIt is not offered any more. What it has done stays done; incomplete uploads stay in the bucket and are in Properties.",
		OK: func() tea.Cmd {
			return ui.Do(v.life, "give up", func(context.Context) (struct{}, error) { return struct{}{}, v.env.abandon(left) },
				func(_ struct{}, err error) tea.Cmd {
					if err != nil {
						return ui.Fail(err, nil)
					}
					return v.readLeft()
				})
		},
	}))
}

// resume plans the rest of an unfinished job and shows the plan.
func (v *jobsView) resume() tea.Cmd {
	row, _ := v.selected()
	left := *row.left
	return v.env.Propose(v.life, v.env.resumer(left))
}

func (v *jobsView) details() tea.Cmd {
	row, _ := v.selected()
	if row.left != nil {
		return ui.Push(ui.NewText("Unfinished job", strings.Join(leftLines(*row.left), "\n")))
	}
	return ui.Push(ui.NewText("Job", strings.Join(jobLines(row.job.Snapshot(), v.env.Now()), "\n")))
}

// Copies offers the job's id, by which the journal and the file of its failures go.
func (v *jobsView) Copies() []ui.CopyItem {
	row, ok := v.selected()
	switch {
	case !ok:
		return nil
	case row.left != nil:
		return []ui.CopyItem{{Label: "job id", Value: row.left.Start.ID}}
	}
	items := []ui.CopyItem{{Label: "job id", Value: row.job.ID()}}
	if err := row.job.Err(); err != nil {
		items = append(items, ui.CopyItem{Label: "error", Value: err.Error()})
	}
	return items
}

// jobLines is all there is to say about a job.
func jobLines(s awsops.JobSnapshot, now time.Time) []string {
	out := []string{s.Title, "", "state     " + jobState(s), "id        " + s.ID, "kind      " + s.Kind}
	add := func(label, value string) {
		if value != "" {
			out = append(out, ui.Pad(label, 10)+value)
		}
	}
	add("bucket", s.Target.Bucket)
	add("caller", s.Target.Caller)
	if s.Steps > 0 && !s.State.Ended() {
		add("step", fmt.Sprintf("%d of %d: %s", min(s.Step, s.Steps), s.Steps, s.StepTitle))
	}
	add("started", ui.Time(s.Started))
	if !s.Ended.IsZero() {
		add("ended", ui.Time(s.Ended))
	}
	w := workSnapshot(s, now)
	add("progress", strings.TrimSpace(strings.TrimPrefix(ui.WorkNumbers(w), w.State)))
	if s.Workers > 0 {
		add("in flight", fmt.Sprintf("at most %d batches", s.Workers))
	}
	for _, f := range s.Files {
		out = append(out, "  "+fileLine(f))
	}
	for _, n := range s.Notes {
		out = append(out, "", n)
	}
	if s.Err != nil && s.State != awsops.JobDone {
		out = append(out, "", sentence(s.Err))
	}
	if s.Failures > 0 {
		out = append(out, "", fmt.Sprintf("%s; all of them are in the journal's file bulk/%s.jsonl", ui.Plural(s.Failures, "failure", "failures"), s.ID))
		for _, e := range s.Errors {
			out = append(out, "  "+e.Error())
		}
	}
	return out
}

func leftLines(u record.Left) []string {
	out := []string{u.Start.Title, "", "An earlier run started this and did not end it.", "started   " + ui.Time(u.Start.At), "id        " + u.Start.ID}
	if u.Start.Target.Bucket != "" {
		out = append(out, "bucket    "+u.Start.Target.Bucket)
	}
	if u.Dir != "" {
		out = append(out, "journal   "+ui.Clean(filepath.Base(u.Dir)))
	}
	out = append(out, "done      "+ui.Thousands(u.At.Done))
	return append(append(out, ""), u.Start.Commands...)
}
