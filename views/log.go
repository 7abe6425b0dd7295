package views

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/journal"
	"cooper/ui"
	"cooper/ui/grid"
)

// logKept is how many changes the journal's screen shows.
const logKept = 2000

// logView shows the journal: what was changed, by whom, and how it ended.
type logView struct {
	env    *Env
	life   *ui.Life
	bucket string // only this bucket's changes, "" for all
	table  *table
	all    []journal.Record
	rows   []journal.Record
	failed error // it could not be read, or not all of it
}

// NewLog makes the screen of what was done; with a bucket, of what was done to that bucket.
func NewLog(env *Env, place ui.Place) ui.View {
	v := &logView{env: env, life: env.Life(), bucket: place.Bucket}
	v.table = newTable(env.Theme, v,
		grid.Column{Title: "started", Width: 16, Drop: 1}, grid.Column{Title: "result", Width: 10},
		grid.Column{Title: "what", Width: 20, Flex: 2, Cut: grid.CutEnd}, grid.Column{Title: "by", Width: 16, Flex: 1, Cut: grid.CutStart, Drop: 2})
	v.table.onFilter = v.filter
	return v
}

func (v *logView) Title() string { return "log" }
func (v *logView) Close()        { v.life.Close() }
func (v *logView) Init() tea.Cmd { return v.load() }

func (v *logView) load() tea.Cmd {
	if v.env.Journal == nil {
		v.table.showPicture(ui.Unsupported, "No journal is kept in this run.")
		return nil
	}
	v.table.showPicture(ui.Loading)
	return ui.Do(v.life, "log", func(context.Context) ([]journal.Record, error) {
		return v.env.Journal.Entries(journal.Query{Bucket: journal.Text(v.bucket), Limit: logKept})
	}, func(all []journal.Record, err error) tea.Cmd {
		v.all, v.failed = all, err
		v.table.showPicture(ui.Empty, "Nothing has been changed yet.")
		if err != nil {
			v.table.showError(err)
		}
		return v.filter(v.table.text)
	})
}

// filter keeps the changes in whose title, bucket, kind or caller the text stands.
func (v *logView) filter(text string) tea.Cmd {
	want := strings.ToLower(text)
	v.rows = v.rows[:0]
	for _, r := range v.all {
		if strings.Contains(strings.ToLower(r.Title+" "+string(r.Bucket)+" "+r.Kind+" "+r.Caller+" "+outcomeOf(r)), want) {
			v.rows = append(v.rows, r)
		}
	}
	v.table.SetSource(v)
	return nil
}

func (v *logView) Update(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case JobEnded, ui.Resumed:
		return v.load()
	}
	return v.table.Update(msg)
}

// Typing says whether the filter is being typed.
func (v *logView) Typing() bool { return v.table.Typing() }

func (v *logView) Render(w, h int) string {
	t := v.env.Theme
	if v.failed == nil || len(v.all) == 0 || h < 3 {
		return v.table.Render(w, h)
	}
	return t.Paint(ui.RoleWarn, ui.Cut(t.Glyph().Warn+" "+ui.Clean(v.failed.Error()), w)) + "\n" + v.table.Render(w, h-1)
}

// Len, Want and Cell make the view its table's source.
func (v *logView) Len() (int, bool) { return len(v.rows), !v.life.Busy("log") }

// Want has nothing to fetch: the journal was read at once.
func (v *logView) Want(int, int) {}

// Cell writes one cell of a change.
func (v *logView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	if row < 0 || row >= len(v.rows) {
		return buf, cellText
	}
	r := v.rows[row]
	switch col {
	case 0:
		return append(buf, r.Time.UTC().Format("2006-01-02 15:04")...), cellMuted
	case 1:
		return append(buf, outcomeOf(r)...), outcomeStyle(r)
	case 2:
		return append(buf, ui.Clean(r.Title)...), cellText
	}
	return append(buf, ui.Clean(r.Caller)...), cellMuted
}

// outcomeOf is how a change ended, in a word. One without an end is unfinished or runs now.
func outcomeOf(r journal.Record) string {
	if r.Result == nil {
		return "unfinished"
	}
	return string(r.Result.Outcome)
}

func outcomeStyle(r journal.Record) grid.Style {
	if r.Result == nil {
		return cellWarn
	}
	switch r.Result.Outcome {
	case journal.Done:
		if r.Result.FailedN > 0 {
			return cellWarn
		}
		return cellGood
	case journal.Failed, journal.Ignored:
		return cellBad
	}
	return cellWarn
}

func (v *logView) Actions() []ui.Action {
	return append([]ui.Action{
		{ID: "log.details", Keys: []string{"enter", "i"}, Help: "details", Why: v.whyNone, Run: v.details},
		{ID: "log.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.load},
	}, v.table.withoutMarks()...)
}

func (v *logView) selected() (journal.Record, bool) {
	row, ok := v.table.Selected()
	if !ok || row >= len(v.rows) {
		return journal.Record{}, false
	}
	return v.rows[row], true
}

func (v *logView) whyNone() string {
	if _, ok := v.selected(); !ok {
		return "there is no change to look at"
	}
	return ""
}

func (v *logView) details() tea.Cmd {
	r, _ := v.selected()
	return ui.Do(v.life, "details", func(context.Context) ([]string, error) {
		return v.failures(r.ID)
	}, func(failures []string, err error) tea.Cmd {
		lines := recordLines(r)
		if err != nil {
			lines = append(lines, "", "The file with the failures can't be read: "+err.Error())
		}
		if len(failures) > 0 {
			lines = append(append(lines, "", "Failures (the first "+ui.Thousands(int64(len(failures)))+"):"), failures...)
		}
		return ui.Push(ui.NewText("Change", strings.Join(lines, "\n")))
	})
}

// failuresShown is how many lines of a bulk job's file the details show.
const failuresShown = 100

// failures reads the first lines of what a bulk job could not do; a job without failures has no file.
func (v *logView) failures(id string) ([]string, error) {
	r, err := v.env.Journal.ReadBulk(id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return firstLines(r, failuresShown)
}

// Copies offers the command lines and the ids that AWS Support asks for.
func (v *logView) Copies() []ui.CopyItem {
	r, ok := v.selected()
	if !ok {
		return nil
	}
	items := []ui.CopyItem{{Label: "id", Value: r.ID}}
	if len(r.Commands) > 0 {
		items = append(items, ui.CopyItem{Label: "command lines", Value: strings.Join(r.Commands, "\n")})
	}
	if r.Result != nil && len(r.Result.RequestIDs) > 0 {
		items = append(items, ui.CopyItem{Label: "request ids", Value: strings.Join(r.Result.RequestIDs, "\n")})
	}
	return items
}
