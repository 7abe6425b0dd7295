package logs

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/accesslog"
	"cooper/ui"
	athenaview "cooper/views/athena"
)

// How often the reader looks for new files while it follows. On the sandbox they come every few seconds.
const (
	followEvery        = 30 * time.Second
	followEverySandbox = 5 * time.Second
)

func (v *reader) Actions() []ui.Action {
	open := "details"
	if v.shown.preset >= 0 {
		open = "records of the group"
	}
	own := []ui.Action{
		{ID: "logread.open", Keys: []string{"enter"}, Help: open, Why: v.whyNotOpen, Run: v.openRow},
		{ID: "logread.filter", Keys: []string{"f", "/"}, Help: "filter", Run: v.filterForm},
		{ID: "logread.group", Keys: []string{"v"}, Help: "group, ready questions", Run: v.chooseGroup},
		{ID: "logread.window", Keys: []string{"w"}, Help: "time", Run: v.chooseWindow},
		{ID: "logread.follow", Keys: []string{"F"}, Help: v.followHelp(), Why: v.whyNotFollow, Run: v.toggleFollow},
		{ID: "logread.clear", Keys: []string{"c"}, Help: "clear the filter", Why: v.whyNotClear, Run: v.clear},
		{ID: "logread.export", Keys: []string{"x"}, Help: "write to a file", Why: v.whyNotExport, Run: v.export},
		{ID: "logread.athena", Keys: []string{"A"}, Help: "ask Athena", Run: v.athena},
		{ID: "logread.refresh", Keys: []string{"r"}, Help: "read again", Run: v.again},
		{ID: "logread.stop", Keys: []string{"X"}, Help: "stop reading", Why: v.whyNotStop, Run: v.stop},
		{ID: "logread.trouble", Keys: []string{"!"}, Help: "what can't be read", Why: v.whyNoTrouble, Run: v.trouble, Quiet: true},
	}
	if v.preset >= 0 {
		own = append(own, ui.Action{ID: "logread.ungroup", Keys: []string{"esc"}, Help: "back to the records", Run: func() tea.Cmd { v.preset = -1; return v.ask() }})
	}
	return append(own, v.table.Keys()...)
}

// athena hands the time over to Athena, and the question and the key as far as it takes them.
func (v *reader) athena() tea.Cmd {
	question := ""
	if v.preset >= 0 {
		question = accesslog.Presets()[v.preset].ID
	}
	key, exact := strings.CutPrefix(string(v.filter.Key), "=")
	switch {
	case !exact:
		key = ""
	case question == "":
		question = "deleted"
	}
	return ui.Open(athenaview.Place(v.bucket, key, question, v.from, v.to))
}

func (v *reader) whyNotOpen() string {
	if v.count() == 0 {
		return "there is nothing here"
	}
	return ""
}

// openRow shows a record's details, or the records of a group.
func (v *reader) openRow() tea.Cmd {
	at, ok := v.table.Selected()
	if !ok || at >= v.count() {
		return nil
	}
	if v.shown.preset < 0 {
		r := v.shown.rows.Record(v.shown.places[at])
		return ui.Push(newDetails(v.env.Theme, r))
	}
	p, g := accesslog.Presets()[v.shown.preset], v.shown.groups.Groups[at]
	f := v.filter.And(p.Filter)
	for i, by := range p.By {
		narrow(&f, by, g.Values[i])
	}
	v.filter, v.preset = f, -1
	return v.ask()
}

// narrow makes a filter keep a value of what is grouped by, where it can.
func narrow(f *accesslog.Filter, by accesslog.By, value string) {
	if value == "" {
		value = "-"
	}
	exact := accesslog.Exactly(value)
	switch by {
	case accesslog.ByRequester:
		f.Requester = exact
	case accesslog.ByOperation:
		f.Operation = exact
	case accesslog.ByStatus:
		f.Status = value
	case accesslog.ByCode:
		f.Code = exact
	case accesslog.ByIP:
		f.IP = exact
	case accesslog.ByKey:
		if value != "-" {
			f.Key = exact
		}
	case accesslog.ByAgent:
		f.Agent = exact
	}
}

// chooseGroup offers the ready questions.
func (v *reader) chooseGroup() tea.Cmd {
	items := []ui.Choice{{Title: "all records", Detail: "one by one, the latest first"}}
	for _, p := range accesslog.Presets() {
		words := ""
		for i, by := range p.By {
			if i > 0 {
				words += ", "
			}
			words += by.String()
		}
		items = append(items, ui.Choice{Title: p.Title, Detail: "by " + words})
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "What do the logs say?", Text: "Each question is asked of what the filter and the time leave. S3 may deliver a record twice: a count is no proof.", Items: items, At: v.preset + 1,
		OK: func(i int) tea.Cmd { v.preset = i - 1; return v.ask() }}))
}

// chooseWindow offers times back from now, and one of the person's own.
func (v *reader) chooseWindow() tea.Cmd {
	var items []ui.Choice
	at := 0
	for i, w := range windows {
		items = append(items, ui.Choice{Title: w.title})
		if w.title == v.title {
			at = i
		}
	}
	items = append(items, ui.Choice{Title: "from … to …", Detail: "a time of your own"})
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Read the logs of which time?", Text: "The log files of that time are read. A long time of a busy bucket is much to read.", Items: items, At: at,
		OK: func(i int) tea.Cmd {
			if i == len(windows) {
				return v.askTime()
			}
			v.setWindow(windows[i])
			return v.open()
		}}))
}

const typedTime = "2006-01-02 15:04"

// parseTyped reads a time as it is typed: a day, or a day and a time, in UTC.
func parseTyped(s string) (time.Time, bool) {
	for _, layout := range []string{typedTime, "2006-01-02", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func timeProblem(s string) string {
	if _, ok := parseTyped(s); !ok {
		return "a time in UTC such as 2026-11-21 10:00, or a day"
	}
	return ""
}

func (v *reader) askTime() tea.Cmd {
	fields := []ui.FormField{
		{ID: "from", Label: "from (UTC)", Value: v.from.UTC().Format(typedTime), Check: timeProblem},
		{ID: "to", Label: "to (UTC)", Value: v.to.UTC().Format(typedTime), Check: timeProblem},
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Read the logs of this time", Submit: "read them", Fields: fields, OK: func(x ui.Values) (tea.Cmd, string) {
		from, _ := parseTyped(x["from"])
		to, _ := parseTyped(x["to"])
		if bad := (accesslog.Filter{From: from, To: to}).Check(); bad != "" {
			return nil, bad
		}
		v.from, v.to, v.live = from, to, false
		v.title = from.Format(typedTime) + " to " + to.Format(typedTime) + " UTC"
		return v.open(), ""
	}}))
}

func (v *reader) whyNotClear() string {
	if filterWords(v.filter) == "" {
		return "there is no filter"
	}
	return ""
}

func (v *reader) clear() tea.Cmd {
	v.filter = accesslog.Filter{Bucket: v.filter.Bucket}
	return v.ask()
}

// again reads everything anew; a time that goes on until now ends at the present now.
func (v *reader) again() tea.Cmd {
	if v.live {
		back := v.to.Sub(v.from)
		v.to = v.env.Now()
		v.from = v.to.Add(-back)
	}
	return v.open()
}

func (v *reader) whyNotStop() string {
	if v.scan == nil || v.scan.Complete() {
		return "nothing is being read"
	}
	return ""
}

func (v *reader) stop() tea.Cmd { v.scan.Cancel(); return nil }

func (v *reader) whyNoTrouble() string {
	if v.scan == nil || v.scan.Progress().Err == nil && len(v.scan.Progress().Failures) == 0 {
		return "nothing went wrong"
	}
	return ""
}

// trouble shows why files can't be read.
func (v *reader) trouble() tea.Cmd {
	p := v.scan.Progress()
	text := ""
	if p.Err != nil {
		text = p.Err.Error() + "\n\n"
	}
	for _, e := range p.Failures {
		text += e.Error() + "\n"
	}
	if more := p.Failed - int64(len(p.Failures)); more > 0 {
		text += "and " + ui.Plural(more, "more file", "more files") + "\n"
	}
	return ui.Push(ui.NewText("What can't be read", text))
}

func (v *reader) followHelp() string {
	if v.follow {
		return "stop following"
	}
	return "follow"
}

func (v *reader) whyNotFollow() string {
	switch {
	case v.scan == nil || !v.scan.Complete():
		return "the logs are still being read"
	case !v.live:
		return "this time has an end: w takes one that goes on until now"
	}
	return ""
}

// toggleFollow begins to look for new files every now and then, or ends that.
func (v *reader) toggleFollow() tea.Cmd {
	if v.follow = !v.follow; v.follow {
		return v.poll()
	}
	return nil
}

// poll looks for new files and then waits. It goes on while the reader follows.
func (v *reader) poll() tea.Cmd {
	scan, every := v.scan, followEvery
	if v.env.Session.Dialect() == awsops.DialectSandbox {
		every = followEverySandbox
	}
	return ui.Do(v.life, "follow", func(ctx context.Context) (int, error) {
		n, err := scan.Poll(ctx)
		if err != nil || n > 0 {
			return n, err
		}
		timer := time.NewTimer(every)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		return 0, ctx.Err()
	}, func(n int, err error) tea.Cmd {
		if !v.follow || scan != v.scan {
			return nil
		}
		if err != nil {
			v.follow = false
			return ui.Fail(err, v.toggleFollow)
		}
		if n == 0 {
			return v.poll()
		}
		v.to = v.env.Now()
		return tea.Batch(v.ask(), v.poll())
	})
}
