package views

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/versions"
	"cooper/ui"
)

func (v *binView) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "bin.undelete", Keys: []string{"U"}, Help: "undelete", Why: v.whyNone, Run: v.undelete},
		{ID: "bin.all", Keys: []string{"A"}, Help: "undelete all shown", Why: v.whyNone, Run: v.undeleteAll},
		{ID: "bin.open", Keys: []string{"enter"}, Help: "open, timeline", Why: v.whyNone, Run: v.open},
		{ID: "bin.dates", Keys: []string{"f"}, Help: "deleted when", Run: v.askDates},
		{ID: "bin.flat", Keys: []string{"F"}, Help: "all keys, or folders", Run: v.toggleFlat},
		{ID: "bin.moment", Keys: []string{"T"}, Help: "point in time", Run: func() tea.Cmd { return askMoment(v.env, v.bucket, v.prefix, "") }},
		{ID: "bin.purge", Keys: []string{"E"}, Help: "purge by rule", Run: func() tea.Cmd { return askPrune(v.env, v.life, v.bucket, v.prefix) }},
		{ID: "bin.deleter", Keys: []string{"W"}, Help: "who deleted this?", Why: v.whyNotDeleter, Run: v.deleter},
		{ID: "bin.sort", Keys: []string{"s"}, Help: "sort", Run: v.choosePast},
		{ID: "bin.goto", Keys: []string{"o"}, Help: "go to a prefix", Run: v.askPrefix},
		{ID: "bin.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.refresh},
		{ID: "bin.stop", Keys: []string{"X"}, Help: "stop listing", Why: v.whyStop, Run: v.stop},
	}
	return append(own, v.table.actions()...)
}

func (v *binView) undelete() tea.Cmd {
	keys, folder, why := v.meant()
	if why != "" {
		return ui.Status(why, ui.Warn)
	}
	b := v.bin()
	if folder == "" {
		return v.propose(versions.Bin{Bucket: v.bucket, Prefix: v.prefix, Keys: keys})
	}
	if b.Text != "" { // the filter looks below the prefix that is shown, not below the folder
		return ui.Status("A filter is set, which looks below "+below(v.prefix)+": open the folder first, or show all.", ui.Warn)
	}
	b.Prefix = folder
	return v.propose(b)
}

func below(prefix string) string {
	if prefix == "" {
		return "the whole bucket"
	}
	return ui.Clean(prefix)
}

func (v *binView) undeleteAll() tea.Cmd { return v.propose(v.bin()) }

// propose asks for the way back, then plans it.
func (v *binView) propose(b versions.Bin) tea.Cmd {
	markers := "as they were; nothing is stored twice"
	if s, ok := v.state.Get(); ok && s.NeedsCode() {
		markers = "as they were; MFA delete is on: a code for each 1,000"
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Bring deleted keys back", Items: []ui.Choice{
		{Title: "remove the delete markers", Detail: markers},
		{Title: "copy the newest versions", Detail: "no code; new versions, stored and billed besides the old ones"},
	}, OK: func(i int) tea.Cmd {
		b.Copy = i == 1
		return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
			return versions.PlanRecover(ctx, r, b)
		})
	}}))
}

func (v *binView) open() tea.Cmd {
	r, ok := v.here()
	if !ok {
		return nil
	}
	if r.folder == "" {
		return ui.Open(ui.Place{Screen: "timeline", Bucket: v.bucket, Key: v.key(r)})
	}
	return ui.Open(ui.Place{Screen: "bin", Bucket: v.bucket, Prefix: r.folder, Focus: v.focused()})
}

// focused is what is shown, for a place. NewBin reads it.
func (v *binView) focused() string {
	mode := ""
	if !v.flat {
		mode = "folders"
	}
	from, to := v.limits()
	return mode + "|" + from + "|" + to
}

// limits writes the limits in time as they may be typed.
func (v *binView) limits() (from, to string) {
	if !v.from.IsZero() {
		from = v.from.Format(time.DateTime)
	}
	if !v.to.IsZero() {
		to = v.to.Add(-time.Second).Format(time.DateTime)
	}
	return from, to
}

func (v *binView) askDates() tea.Cmd {
	check := func(text string) string {
		if text == "" {
			return ""
		}
		_, _, problem := readPast(text, v.env.Now())
		return problem
	}
	from, to := v.limits()
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Deleted when?", Text: "Times are UTC: 2026-03-01, 2026-03-01 18:30, or 90m, 12h, 3d, 2w ago. Empty is no limit.",
		Fields: []ui.FormField{
			{ID: "from", Label: "from", Value: from, Check: check, Help: "Keys deleted then or later. A day begins at 00:00."},
			{ID: "to", Label: "up to", Value: to, Check: check, Help: "Keys deleted then or before. A day counts whole."},
		}, Submit: "show",
		OK: func(values ui.Values) (tea.Cmd, string) {
			from, _, bad := readPast(values["from"], v.env.Now())
			_, to, worse := readPast(values["to"], v.env.Now())
			if bad == "" && worse == "" && !from.Before(to) {
				return nil, "the first time is not before the second"
			}
			v.limit(values["from"], values["to"])
			return v.again(), ""
		}}))
}

func (v *binView) askPrefix() tea.Cmd {
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Go to a prefix", Label: "prefix", Value: v.prefix,
		Text: "Deleted keys that begin with it are listed.",
		OK: func(s string) tea.Cmd {
			return ui.Open(ui.Place{Screen: "bin", Bucket: v.bucket, Prefix: s, Focus: v.focused()})
		}}))
}

// Copies are what may be taken away of the selected key.
func (v *binView) Copies() []ui.CopyItem {
	r, ok := v.here()
	if !ok || r.folder != "" {
		return nil
	}
	return keyCopies(v.env, v.partition, v.bucket, v.view.Row(r.row))
}
