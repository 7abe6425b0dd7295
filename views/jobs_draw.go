package views

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/record"
	"cooper/ui"
)

// Render draws a job in two lines: what it is, and how far it has come.
func (v *jobsView) Render(w, h int) string {
	v.refresh()
	t := v.env.Theme
	if len(v.rows) == 0 {
		if v.failed != nil {
			return ui.Picture(t, ui.Failed, "The journal can't be read: "+v.failed.Error(), w, h)
		}
		return ui.Picture(t, ui.Empty, "No job has run yet. Changes and transfers show up here.", w, h)
	}
	var lines []string
	for i, row := range v.rows {
		lines = append(lines, v.row(row, i == v.at, w)...)
	}
	if v.failed != nil {
		lines = append(lines, t.Paint(ui.RoleWarn, ui.Cut(t.Glyph().Warn+" the journal can't be read: "+ui.Clean(v.failed.Error()), w)))
	}
	lines = append(lines, v.filesOnTheirWay(w, h-len(lines))...)
	v.top = max(min(v.top, 2*v.at), 2*v.at+2-h, 0)
	return strings.Join(lines[v.top:min(v.top+h, len(lines))], "\n")
}

func (v *jobsView) row(r jobRow, on bool, w int) []string {
	t := v.env.Theme
	title, second, role := "", "", ui.RoleWarn
	if r.left != nil {
		title = ui.Clean(r.left.Start.Title)
		second = "unfinished since " + ui.Age(r.left.Start.At, v.env.Now()) + "; n goes on with it, d gives it up"
	} else {
		s := r.job.Snapshot()
		work := workSnapshot(s, v.env.Now())
		title, role = work.Title, stateRole(s.State, work.Level)
		second = v.progress(s, work, w-4)
	}
	mark := "  "
	if on {
		mark = t.Glyph().Pointer + " "
	}
	first := ui.Pad(mark+title, w)
	if on {
		first = t.Paint(ui.RoleSelected, first)
	}
	return []string{first, "    " + t.Paint(role, ui.Cut(second, max(w-4, 0)))}
}

func (v *jobsView) progress(s awsops.JobSnapshot, work ui.WorkSnapshot, w int) string {
	parts := []string{work.State}
	if !s.State.Ended() && work.Total > 0 && w >= 60 {
		parts = append(parts, v.env.Theme.Bar(work.Done, work.Total, 16))
	}
	if s.Steps > 1 && !s.State.Ended() {
		parts = append(parts, s.StepTitle)
	}
	if numbers := strings.TrimSpace(strings.TrimPrefix(ui.WorkNumbers(work), work.State)); numbers != "" && !work.Waiting {
		parts = append(parts, numbers)
	}
	if s.Err != nil && s.State == awsops.JobFailed {
		parts = append(parts, ui.Clean(shortError(s.Err)))
	}
	if !s.Ended.IsZero() {
		parts = append(parts, ui.Age(s.Ended, v.env.Now())+" ago")
	}
	return strings.Join(parts, "  ")
}

// fileLine is how far one file of a transfer has come.
func fileLine(f awsops.FileState) string {
	if f.Size == 0 {
		return ui.Clean(f.Name)
	}
	return fmt.Sprintf("%3d %% of %s  %s", min(f.Bytes*100/f.Size, 100), ui.Bytes(f.Size), ui.Clean(f.Name))
}

// filesOnTheirWay are the lines about the files of the selected job, as many as there is room for below the jobs.
func (v *jobsView) filesOnTheirWay(w, room int) []string {
	row, ok := v.selected()
	if !ok || row.job == nil || room < 3 {
		return nil
	}
	files := row.job.Snapshot().Files
	if len(files) == 0 {
		return nil
	}
	lines := []string{"", v.env.Theme.Paint(ui.RoleTitle, ui.Cut(ui.Plural(int64(len(files)), "file on its way", "files on their way"), w))}
	for _, f := range files[:min(len(files), room-2)] {
		lines = append(lines, ui.Cut("  "+fileLine(f), w))
	}
	return lines
}

func stateRole(state awsops.JobState, level ui.Level) ui.Role {
	if state == awsops.JobWaiting || state == awsops.JobPaused {
		return ui.RoleWarn
	}
	if state.Ended() {
		return ui.LevelRole(level)
	}
	return ui.RoleInfo
}

// unfinished reads from the journals what earlier runs left.
func (e *Env) unfinished(context.Context) ([]record.Left, error) {
	own, err := record.LeftIn(e.Journal)
	others, oerr := record.Others(e.Journal.Beside()).Unfinished()
	return append(own, others...), errors.Join(err, oerr)
}

// abandon writes down that nobody goes on with a job.
func (e *Env) abandon(l record.Left) error {
	if l.Dir != "" {
		return record.Abandon(l.Dir, l.Start.ID)
	}
	return e.Journal.End(l.Start.ID, journal.Result{Outcome: journal.Abandoned})
}

// resumer plans the rest of an unfinished job, in the journal that it is in.
func (e *Env) resumer(l record.Left) Planner {
	return func(ctx context.Context, _ *awsops.Reader) (*awsops.Plan, error) {
		p, err := e.Session.Resume(ctx, e.Planners, l.Unfinished)
		if err == nil && l.Dir != "" {
			p.Journal = record.Continuing(l.Dir, l.Start.ID)
		}
		return p, err
	}
}
