package logs

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/logging"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// tab is a bucket's sixth tab: where its access logs go, whether they can get there, and when some did last.
type tab struct {
	env    *views.Env
	life   *ui.Life
	bucket string
	table  views.Table

	conf      awsops.Reading[logging.Config]
	target    awsops.Reading[logging.Target]
	place     logging.Place
	partition string
	last      awsops.Reading[logging.File]

	typed *logging.PutSpec // what was asked for last, until it is done

	rows  []row
	lines []line
	width int
}

// row is a label with what is known under it.
type row struct {
	label, text string
	style       grid.Style
}

type line struct {
	label, text string
	style       grid.Style
}

// NewTab makes the Logs tab of place.Bucket.
func NewTab(env *views.Env, place ui.Place) ui.View {
	v := &tab{env: env, life: env.Life(), bucket: place.Bucket, width: 80}
	v.table = views.NewTable(env.Theme, v, grid.Column{Title: "access logs", Width: 16}, grid.Column{Title: "", Width: 20, Flex: 1})
	return v
}

func (v *tab) Title() string { return "logs" }
func (v *tab) Close()        { v.life.Close() }

// Crumbs leads back to the bucket.
func (v *tab) Crumbs() []string { return []string{ui.Clean(v.bucket), "logs"} }

func (v *tab) Init() tea.Cmd { return v.load() }

// looked is what one look at the server gives.
type looked struct {
	conf      awsops.Reading[logging.Config]
	target    awsops.Reading[logging.Target]
	place     logging.Place
	partition string
}

// load reads the configuration and its target, and then looks for the last file, which may take some listing.
func (v *tab) load() tea.Cmd {
	if !v.conf.Settled() {
		v.conf.State = awsops.Loading
	}
	v.build()
	return ui.Do(v.life, "logging", func(ctx context.Context) (looked, error) {
		r := v.env.Session.Reader()
		out := looked{conf: logging.Reading(ctx, r, v.bucket), partition: v.env.Session.Partition(ctx)}
		if c, ok := out.conf.Get(); ok && c.On() {
			out.place = logging.PlaceOf(ctx, r, v.bucket, c)
			out.target = awsops.Reading[logging.Target]{State: awsops.Known, Value: logging.ReadTarget(ctx, r, v.bucket, c.Target), At: r.Now()}
		}
		return out, ctx.Err()
	}, func(got looked, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, v.load)
		}
		v.conf, v.target, v.place, v.partition = got.conf, got.target, got.place, got.partition
		v.last = awsops.Reading[logging.File]{}
		if v.conf.Value.On() {
			v.last.State = awsops.Loading
		}
		v.build()
		return v.findLast()
	})
}

func (v *tab) findLast() tea.Cmd {
	if v.last.State != awsops.Loading {
		return nil
	}
	place := v.place
	return ui.Do(v.life, "last", func(ctx context.Context) (awsops.Reading[logging.File], error) {
		return place.Latest(ctx, v.env.Session.Reader()), ctx.Err()
	}, func(got awsops.Reading[logging.File], err error) tea.Cmd {
		if err == nil {
			v.last = got
			v.build()
		}
		return nil
	})
}

func (v *tab) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case views.JobEnded:
		if m.Bucket == v.bucket {
			v.typed = nil
			return v.load()
		}
		return nil
	case ui.Resumed:
		return v.load()
	}
	return v.table.Update(msg)
}

func (v *tab) Render(w, h int) string {
	if w != v.width {
		v.width = w
		v.build()
	}
	return v.table.Render(w, h)
}

// Len, Want and Cell make the view its own table's source.
func (v *tab) Len() (int, bool) { return len(v.lines), true }

// Want does nothing: everything is read when the tab opens.
func (v *tab) Want(int, int) {}

// Cell gives a line's label or text.
func (v *tab) Cell(at, col int, buf []byte) ([]byte, grid.Style) {
	l := v.lines[at]
	if col == 0 {
		return append(buf, l.label...), views.CellMuted
	}
	return append(buf, l.text...), l.style
}

// build makes the lines anew.
func (v *tab) build() {
	v.rows, v.lines = v.say(), v.lines[:0]
	for _, r := range v.rows {
		for i, text := range ui.Wrap(ui.Clean(r.text), max(v.width-24, 12)) {
			l := line{text: text, style: r.style}
			if i == 0 {
				l.label = r.label
			}
			v.lines = append(v.lines, l)
		}
	}
}

// Copies offers where the logs go.
func (v *tab) Copies() []ui.CopyItem {
	out := []ui.CopyItem{{Label: "bucket", Value: v.bucket}}
	if c, ok := v.conf.Get(); ok && c.On() {
		out = append(out, ui.CopyItem{Label: "where the logs go", Value: "s3://" + c.Target + "/" + c.Prefix})
	}
	return out
}

func (v *tab) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "logs.read", Keys: []string{"enter", "o"}, Help: "read the logs", Why: v.whyNotRead, Run: v.open("")},
		{ID: "logs.set", Keys: []string{"e"}, Help: "set where they go", Why: v.whyNotSet, Run: v.chooseTarget},
		{ID: "logs.http", Keys: []string{"t"}, Help: "who still uses http?", Why: v.whyNotRead, Run: v.open(FocusPlain)},
		{ID: "logs.off", Keys: []string{"X"}, Help: "keep no more logs", Why: v.whyNotOff, Run: v.turnOff},
		{ID: "logs.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.load},
	}
	return append(own, v.table.Keys()...)
}

func (v *tab) open(focus string) func() tea.Cmd {
	return func() tea.Cmd { return ui.Open(ui.Place{Screen: ReaderScreen, Bucket: v.bucket, Focus: focus}) }
}

func (v *tab) whyNotRead() string {
	if c, ok := v.conf.Get(); ok && !c.On() {
		return "this bucket keeps no access logs"
	}
	return views.Offered(v.conf)
}

func (v *tab) whyNotSet() string { return views.Offered(v.conf) }

func (v *tab) whyNotOff() string { return v.whyNotRead() }

func (v *tab) turnOff() tea.Cmd {
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return logging.PlanOff(ctx, r, logging.OffSpec{Bucket: v.bucket})
	})
}
