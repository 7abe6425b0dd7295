package logs

import (
	"context"
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/accesslog"
	"cooper/awsops/logging"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// ReaderScreen is the name of the reader's screen.
const ReaderScreen = "logread"

// What a place of the reader may focus on: ui.Place{Screen: ReaderScreen, Bucket: b, Focus: …}.
const (
	FocusDeleted = "deleted" // who deleted place.Key; with @ and a time in RFC 3339 only around that
	FocusPlain   = "plain"   // who sends requests without TLS, to be asked before TLS is forced
)

// window is a time back from now.
type window struct {
	title string
	back  time.Duration
}

var windows = []window{
	{"the last hour", time.Hour}, {"the last 6 hours", 6 * time.Hour}, {"the last 24 hours", 24 * time.Hour}, {"the last 3 days", 3 * 24 * time.Hour},
	{"the last 7 days", 7 * 24 * time.Hour}, {"the last 14 days", 14 * 24 * time.Hour}, {"the last 30 days", 30 * 24 * time.Hour}, {"the last 90 days", 90 * 24 * time.Hour},
}

// reader is the screen of a bucket's access logs in a time: its records or groups of them.
type reader struct {
	env    *views.Env
	life   *ui.Life
	bucket string
	place  ui.Place

	from, to time.Time
	title    string // of the time
	live     bool   // it ends now
	filter   accesslog.Filter
	preset   int // of presets, -1: records

	conf   awsops.Reading[logging.Config]
	scan   *logging.Scan
	follow bool

	table  views.Table
	shown  result
	asking bool // an answer is on its way
	stale  bool // and will be old when it comes
	failed error
	width  int
}

// result is what a question gave.
type result struct {
	rows   *accesslog.Rows
	places []uint32
	slots  []accesslog.Slot
	groups accesslog.Groups
	preset int
}

// slots is how finely the time is cut for the line of bars.
const slots = 240

// NewReader makes the reader of place.Bucket's logs. place.Focus and place.Key may ask a question at once.
func NewReader(env *views.Env, place ui.Place) ui.View {
	v := &reader{env: env, life: env.Life(), bucket: place.Bucket, place: place, preset: -1, shown: result{preset: -1}}
	v.setWindow(windows[4])
	focus, at, _ := strings.Cut(place.Focus, "@")
	switch v.place.Focus = focus; focus {
	case FocusDeleted:
		v.filter.Deletes, v.filter.Key = true, accesslog.Exactly(place.Key)
		v.setWindow(windows[6])
		if t, err := time.Parse(time.RFC3339, at); err == nil {
			v.around(t)
		}
	case FocusPlain:
		v.preset = presetAt("plain")
		v.setWindow(windows[5])
	}
	v.table = views.NewTable(env.Theme, v, v.columns()...)
	v.layout()
	return v
}

// around takes an hour before and after a time.
func (v *reader) around(t time.Time) {
	v.from, v.to, v.live = t.Add(-time.Hour), t.Add(time.Hour), false
	v.title = v.from.Format(typedTime) + " to " + v.to.Format(typedTime) + " UTC"
}

func presetAt(id string) int {
	for i, p := range accesslog.Presets() {
		if p.ID == id {
			return i
		}
	}
	return -1
}

func (v *reader) setWindow(w window) {
	v.to = v.env.Now()
	v.from, v.title, v.live = v.to.Add(-w.back), w.title, true
}

func (v *reader) Title() string { return "records" }

// Close ends what is still being read.
func (v *reader) Close() {
	if v.scan != nil {
		v.scan.Cancel()
	}
	v.life.Close()
}

func (v *reader) Init() tea.Cmd { return v.open() }

// open reads where the logs lie, and then begins to read them.
func (v *reader) open() tea.Cmd {
	if v.scan != nil {
		v.scan.Cancel()
		v.scan = nil
	}
	v.shown, v.failed, v.follow = result{preset: v.shown.preset}, nil, false
	v.conf.State = awsops.Loading
	v.picture()
	type found struct {
		conf  awsops.Reading[logging.Config]
		place logging.Place
	}
	return ui.Do(v.life, "place", func(ctx context.Context) (found, error) {
		r := v.env.Session.Reader()
		out := found{conf: logging.Reading(ctx, r, v.bucket)}
		if c, ok := out.conf.Get(); ok && c.On() {
			out.place = logging.PlaceOf(ctx, r, v.bucket, c)
		}
		return out, ctx.Err()
	}, func(got found, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, v.open)
		}
		if v.conf = got.conf; !v.conf.Value.On() {
			v.picture()
			return nil
		}
		v.filter.Bucket = accesslog.Exactly(v.bucket)
		v.scan = logging.Open(v.life.Context(), v.env.Session.Reader(), got.place, v.from, v.to)
		return tea.Batch(ui.Watch(v.life, "scan", v.scan), v.ask())
	})
}

// ask asks the table anew: at once, or when the answer that is on its way has come.
func (v *reader) ask() tea.Cmd {
	if v.scan == nil {
		return nil
	}
	if v.asking {
		v.stale = true
		return nil
	}
	v.asking, v.stale = true, false
	scan, f, preset, from, to := v.scan, v.bounded(), v.preset, v.from, v.to
	return ui.Do(v.life, "query", func(ctx context.Context) (result, error) {
		out := result{rows: scan.Table.Rows(), preset: preset}
		var err error
		if preset >= 0 {
			p := accesslog.Presets()[preset]
			f = f.And(p.Filter)
			if out.groups, err = out.rows.Group(ctx, f, p.By...); err != nil {
				return out, err
			}
		}
		out.places, err = out.rows.Select(ctx, f)
		out.slots = out.rows.Timeline(out.places, from, to, slots)
		return out, err
	}, func(got result, err error) tea.Cmd {
		v.asking = false
		if scan != v.scan {
			return v.ask() // the answer is about another time
		}
		switch {
		case err == nil:
			v.show(got)
		case !errors.Is(err, context.Canceled):
			return ui.Fail(err, v.ask)
		}
		if v.stale {
			return v.ask()
		}
		return nil
	})
}

// bounded is the filter with the time that is shown.
func (v *reader) bounded() accesslog.Filter {
	f := v.filter
	f.From, f.To = v.from, v.to
	if v.live {
		f.To = time.Time{} // what came while it was read is shown, too
	}
	return f
}

func (v *reader) show(got result) {
	row, was := v.table.Selected()
	changed := got.preset != v.shown.preset
	v.shown = got
	if changed {
		v.layout()
		return
	}
	v.table.SetSource(v)
	if was {
		v.table.SelectRow(min(row, max(v.count()-1, 0)))
	}
	v.picture()
}

// layout gives the table the columns of what is shown.
func (v *reader) layout() {
	v.table.SetColumns(v.columns()...)
	v.table.SetSource(v)
	v.table.SelectRow(0)
	v.picture()
}

func (v *reader) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(ui.Grew); ok {
		if m.Life == v.life && v.scan != nil {
			v.picture()
			return v.ask()
		}
		return nil
	}
	return v.table.Update(msg)
}

// count is how many rows there are.
func (v *reader) count() int {
	if v.shown.preset >= 0 {
		return len(v.shown.groups.Groups)
	}
	return len(v.shown.places)
}

// Len, Want and Cell make the view its own table's source.
func (v *reader) Len() (int, bool) { return v.count(), v.scan == nil || v.scan.Complete() }

// Want does nothing: what was read is in memory.
func (v *reader) Want(int, int) {}

// Cell gives a cell of a record or a group.
func (v *reader) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	if v.shown.preset >= 0 {
		return v.groupCell(row, col, buf)
	}
	return v.recordCell(row, col, buf)
}

// Progress feeds the terminal's bar while files are being read.
func (v *reader) Progress() (done, total int64, ok bool) {
	if v.scan == nil || v.scan.Complete() {
		return 0, 0, false
	}
	p := v.scan.Progress()
	if !p.Listed {
		return 0, 0, true
	}
	return p.Bytes, p.FoundBytes, true
}
