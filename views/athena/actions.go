package athena

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/athena"
	"cooper/ui"
	"cooper/views"
)

func (v *screen) Actions() []ui.Action {
	shows := "show the SQL"
	if v.sql {
		shows = "show the result"
	}
	own := []ui.Action{
		{ID: "athena.run", Keys: []string{"R", "enter"}, Help: "run it", Why: v.whyNotRun, Run: v.ask},
		{ID: "athena.question", Keys: []string{"v"}, Help: "question", Run: v.chooseQuestion},
		{ID: "athena.time", Keys: []string{"w"}, Help: "time", Run: v.askTime},
		{ID: "athena.key", Keys: []string{"f"}, Help: "key", Why: v.whyNotKey, Run: v.askKey},
		{ID: "athena.where", Keys: []string{"o"}, Help: "workgroup and result", Why: v.whyNotAsk, Run: v.askWhere},
		{ID: "athena.show", Keys: []string{"s"}, Help: shows, Why: v.whyNotShow, Run: func() tea.Cmd { v.sql = !v.sql; return nil }},
		{ID: "athena.stop", Keys: []string{"X"}, Help: "stop the query", Why: v.whyNotStop, Run: v.stop},
		{ID: "athena.refresh", Keys: []string{"r"}, Help: "look again", Run: v.load},
	}
	if v.sql {
		return append(own, v.scroll.Actions()...)
	}
	return append(own, v.table.Keys()...)
}

// whyNotAsk says why Athena can't be asked at all.
func (v *screen) whyNotAsk() string {
	switch v.groups.State {
	case awsops.Known, awsops.Denied: // who may not list workgroups may have one to run in
		return ""
	case awsops.Loading, awsops.Unread:
		return "Athena's workgroups are not read yet."
	}
	return views.Explain(v.groups.Err).Sentence
}

func (v *screen) whyNotRun() string {
	p, ok := v.place.Get()
	switch {
	case !ok:
		return "it is not known where the logs lie"
	case p.Check() != "":
		return p.Check()
	case v.whyNotAsk() != "":
		return v.whyNotAsk()
	case v.whyNotStop() == "":
		return "a query is running"
	}
	if to, known := v.location(); v.output == "" && known && to == "" {
		return "say with o where the result goes"
	}
	return ""
}

func (v *screen) whyNotKey() string {
	if !v.asking().Keyed {
		return "this question is about all keys"
	}
	return ""
}

func (v *screen) whyNotShow() string {
	if v.sql && v.result.State == awsops.Unread {
		return "nothing was run yet"
	}
	return ""
}

func (v *screen) whyNotStop() string {
	if v.job() == nil {
		return "no query is running"
	}
	return ""
}

// job is the job of this screen's query while it runs.
func (v *screen) job() *awsops.Job {
	for _, j := range slices.Backward(v.env.Session.Jobs()) {
		if s := j.Snapshot(); s.Kind == athena.KindQuery && s.Target.Bucket == v.place.Value.Target && !s.State.Ended() {
			return j
		}
	}
	return nil
}

// lastJob is the query's job that was begun last, the zero one for none.
func (v *screen) lastJob() awsops.JobSnapshot {
	for _, j := range slices.Backward(v.env.Session.Jobs()) {
		if s := j.Snapshot(); s.Kind == athena.KindQuery && s.Target.Bucket == v.place.Value.Target {
			return s
		}
	}
	return awsops.JobSnapshot{}
}

func (v *screen) stop() tea.Cmd {
	v.job().Cancel(errors.New("stopped by the person"))
	return ui.Status("Stopping the query…", ui.Info)
}

// ask plans the run.
func (v *screen) ask() tea.Cmd {
	run := &progress{}
	spec := athena.QuerySpec{Place: v.place.Value, Question: v.asking().ID, Range: v.time, Database: v.database, WorkGroup: v.group, Output: v.output, Started: run.tell}
	v.run, v.failed, v.result, v.sql = run, nil, awsops.Reading[athena.Result]{}, true
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return athena.PlanQuery(ctx, r, spec)
	})
}

func (v *screen) chooseQuestion() tea.Cmd {
	var items []ui.Choice
	for _, q := range athena.Questions() {
		items = append(items, ui.Choice{Title: q.Title})
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "What shall Athena say?", Items: items, At: v.question, OK: func(i int) tea.Cmd {
		v.question, v.sql, v.run, v.failed = i, true, nil, nil
		return nil
	}}))
}

// parseTyped reads a time as it is typed: a day, or a day and a time, in UTC.
func parseTyped(s string) (time.Time, bool) {
	for _, layout := range []string{typedTime, time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func (v *screen) askTime() tea.Cmd {
	check := func(s string) string {
		if _, ok := parseTyped(s); !ok {
			return "a time in UTC such as 2026-11-21 10:00, or a day"
		}
		return ""
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Ask about which time?", Submit: "take it", Fields: []ui.FormField{
		{ID: "from", Label: "from (UTC)", Value: v.time.From.UTC().Format(typedTime), Check: check},
		{ID: "to", Label: "to (UTC)", Value: v.time.To.UTC().Format(typedTime), Check: check},
	}, OK: func(x ui.Values) (tea.Cmd, string) {
		from, _ := parseTyped(x["from"])
		to, _ := parseTyped(x["to"])
		if !from.Before(to) {
			return nil, "the time ends before it begins"
		}
		v.time.From, v.time.To, v.sql = from, to, true
		return v.measure(), ""
	}}))
}

func (v *screen) askKey() tea.Cmd {
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Who deleted which key?", Text: "Nothing asks about all keys.", Label: "key", Value: v.time.Key, OK: func(s string) tea.Cmd {
		v.time.Key, v.sql = s, true
		return nil
	}}))
}

// askWhere asks in which workgroup the query runs and where its result goes.
func (v *screen) askWhere() tea.Cmd {
	var names []string
	for _, g := range v.groups.Value {
		if g.Enabled {
			names = append(names, g.Name)
		}
	}
	group := ui.FormField{ID: "group", Label: "workgroup", Kind: ui.ChoiceField, Options: names, Value: v.group}
	if len(names) == 0 { // the list is denied: a name can be typed
		group.Kind = ui.TextField
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Where does the query run?", Submit: "take it", Fields: []ui.FormField{
		group,
		{ID: "database", Label: "database", Value: v.database, Help: "Of the Glue Data Catalog; the table over the log files is made in it.", Check: func(s string) string {
			if s == "" {
				return "the name of a database"
			}
			return ""
		}},
		{ID: "output", Label: "result to", Value: v.output, Placeholder: "s3://BUCKET/PREFIX/",
			Help: "A bucket of this region. Nothing leaves it to the workgroup.", Check: func(s string) string {
				if s == "" {
					return ""
				}
				return athena.CheckOutput(s)
			}},
	}, OK: func(x ui.Values) (tea.Cmd, string) {
		v.group, v.database, v.output = x["group"], x["database"], x["output"]
		return nil, ""
	}}))
}

// Copies are the statements, for whoever runs them elsewhere, and the row.
func (v *screen) Copies() []ui.CopyItem {
	var out []ui.CopyItem
	if row, ok := v.table.Selected(); ok && !v.sql && row < len(v.result.Value.Rows) {
		for i, c := range v.result.Value.Columns {
			out = append(out, ui.CopyItem{Label: c, Value: v.result.Value.Rows[row][i]})
		}
	}
	if table, query, ok := v.statements(); ok {
		out = append(out, ui.CopyItem{Label: "query (SQL)", Value: query}, ui.CopyItem{Label: "table (SQL)", Value: table})
	}
	return append(out, ui.CopyItem{Label: "bucket", Value: v.bucket})
}
