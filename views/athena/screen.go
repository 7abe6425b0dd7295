package athena

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/athena"
	"cooper/awsops/logging"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// resultRows is how many rows of a result are read. The queries give no more.
const resultRows = 1000

// screen asks Athena about the logs of one bucket.
type screen struct {
	env    *views.Env
	life   *ui.Life
	bucket string

	question int // of athena.Questions
	time     athena.Range
	database string
	group    string // workgroup
	output   string // typed; "" leaves it to the workgroup

	place    awsops.Reading[athena.Place]
	groups   awsops.Reading[[]athena.WorkGroup]
	region   string // that the queries run in, "" until it is known
	estimate awsops.Reading[athena.Estimate]

	run    *progress // nil: nothing was run
	failed *awsops.Error
	table  views.Table
	result awsops.Reading[athena.Result]

	sql    bool // show the SQL in place of the result
	scroll views.Scroll
}

// New makes the screen of place.Bucket's logs.
func New(env *views.Env, place ui.Place) ui.View {
	v := &screen{env: env, life: env.Life(), bucket: place.Bucket, database: "default", group: "primary", sql: true}
	v.question, v.time = focused(place, env.Now())
	v.table = views.NewTable(env.Theme, v, grid.Column{Title: "", Width: 10, Flex: 1})
	return v
}

func (v *screen) Title() string { return "Athena" }
func (v *screen) Close()        { v.life.Close() }

func (v *screen) Init() tea.Cmd { return v.load() }

// load reads where the logs lie and where queries can run.
func (v *screen) load() tea.Cmd {
	v.place.State, v.groups.State = awsops.Loading, awsops.Loading
	where := ui.Do(v.life, "place", func(ctx context.Context) (athena.Place, error) {
		return placeOf(ctx, v.env.Session.Reader(), v.bucket)
	}, func(p athena.Place, err error) tea.Cmd {
		v.place = awsops.Read("GetBucketLogging", v.env.Now(), p, err)
		return v.measure()
	})
	type regional struct {
		region string
		groups []athena.WorkGroup
	}
	groups := ui.Do(v.life, "groups", func(ctx context.Context) (got regional, err error) {
		r := v.env.Session.Reader()
		if got.region, err = r.Region(ctx, v.bucket); err != nil {
			return got, err
		}
		got.groups, err = athena.ReadWorkGroups(ctx, r, got.region)
		return got, err
	}, func(got regional, err error) tea.Cmd {
		v.region, v.groups = got.region, awsops.Read("ListWorkGroups", v.env.Now(), got.groups, err)
		return nil
	})
	return tea.Batch(where, groups)
}

// placeOf says where the log files of a bucket lie by its configuration now.
func placeOf(ctx context.Context, r *awsops.Reader, bucket string) (athena.Place, error) {
	c, err := logging.Read(ctx, r, bucket)
	if err != nil {
		return athena.Place{}, err
	}
	p := logging.PlaceOf(ctx, r, bucket, c)
	return athena.Place{Source: bucket, Target: p.Target, Prefix: p.Prefix, Partitioned: p.Keys == logging.ByEvent || p.Keys == logging.ByDelivery,
		ByDelivery: p.Keys == logging.ByDelivery, Account: p.Account, Region: p.Region}, nil
}

// measure counts what the question would read.
func (v *screen) measure() tea.Cmd {
	p, ok := v.place.Get()
	if !ok || p.Check() != "" {
		return nil
	}
	v.estimate.State = awsops.Loading
	q := v.time
	return ui.Do(v.life, "estimate", func(ctx context.Context) (athena.Estimate, error) {
		return athena.Measure(ctx, v.env.Session.Reader(), p, q)
	}, func(e athena.Estimate, err error) tea.Cmd {
		v.estimate = awsops.Read("ListObjectsV2", v.env.Now(), e, err)
		return nil
	})
}

func (v *screen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case views.JobEnded:
		if m.Kind == athena.KindQuery && v.run != nil && m.Bucket == v.place.Value.Target {
			return v.ended()
		}
		return nil
	}
	if v.sql {
		return nil
	}
	return v.table.Update(msg)
}

// ended reads the result of the run that is watched, when there is one.
func (v *screen) ended() tea.Cmd {
	e := v.run.execution()
	if s := v.lastJob(); s.State != awsops.JobDone || e.State != athena.Succeeded {
		v.failed = s.Err
		return nil
	}
	v.result.State, v.sql = awsops.Loading, false
	v.table.Picture(ui.Loading, "Reading the result…")
	return ui.Do(v.life, "result", func(ctx context.Context) (athena.Result, error) {
		r := v.env.Session.Reader()
		region, err := r.Region(ctx, v.place.Value.Target)
		if err != nil {
			return athena.Result{}, err
		}
		return athena.ReadResult(ctx, r, region, e.ID, resultRows)
	}, func(got athena.Result, err error) tea.Cmd {
		v.result = awsops.Read("GetQueryResults", v.env.Now(), got, err)
		v.show()
		return nil
	})
}

// show lays the result's columns out, or says why there is none.
func (v *screen) show() {
	var columns []grid.Column
	drops := map[string]int{"httpstatus": 1, "operation": 2, "errorcode": 3, "remoteip": 4, "versionid": 5, "useragent": 6} // the highest goes first
	for i, c := range v.result.Value.Columns {
		col := grid.Column{Title: c, Width: 12, Flex: 1, Drop: drops[c]}
		switch c {
		case "requestdatetime":
			col.Width, col.Flex = 26, 0
		case "requests", "bytes", "httpstatus":
			col.Width, col.Flex, col.Align = max(len(c), 8), 0, grid.Right
		case "requester", "key", "useragent":
			col.Width, col.Flex = 18, 3
		}
		if i == 0 {
			col.Drop = 0
		}
		columns = append(columns, col)
	}
	if len(columns) > 0 {
		v.table = views.NewTable(v.env.Theme, v, columns...)
	}
	switch {
	case v.result.State != awsops.Known:
		v.table.Trouble(v.result.Err)
	case len(v.result.Value.Rows) == 0:
		v.table.Picture(ui.Empty, "No record answers this question.")
	}
}

// Len, Want and Cell make the view its own table's source.
func (v *screen) Len() (int, bool) { return len(v.result.Value.Rows), !v.result.Value.More }

// Want does nothing: a result is read as a whole.
func (v *screen) Want(int, int) {}

func (v *screen) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	values := v.result.Value.Rows[row]
	if col >= len(values) {
		return buf, views.CellText
	}
	text := strings.Trim(values[col], `"`)
	if text == "" || text == "-" {
		return append(buf, '-'), views.CellMuted
	}
	return append(buf, ui.Clean(text)...), views.CellText
}
