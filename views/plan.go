package views

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/ui"
)

// planDialog shows what a change would do and asks for consent.
type planDialog struct {
	env  *Env
	plan *awsops.Plan
	scroll
	decided bool
}

// NewPlan makes the dialog of a plan. Consenting starts its job.
func NewPlan(env *Env, plan *awsops.Plan) ui.Dialog { return &planDialog{env: env, plan: plan} }

func (d *planDialog) Title() string                  { return "Plan: " + ui.Clean(d.plan.Title) }
func (d *planDialog) Update(tea.Msg) (tea.Cmd, bool) { return nil, d.decided }
func (d *planDialog) Cancel()                        {}

func (d *planDialog) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "plan.apply", Keys: []string{"enter"}, Help: d.applyHelp(), Why: d.whyNot, Run: d.consent},
		{ID: "plan.commands", Keys: []string{"c"}, Help: "copy command lines", Run: func() tea.Cmd {
			return ui.Copy("Command lines", strings.Join(commandLines(d.plan), "\n"))
		}},
	}
	return append(own, d.actions()...)
}

func (d *planDialog) applyHelp() string {
	if d.plan.Consent.Kind == awsops.ConsentType {
		return "go on"
	}
	return "apply"
}

func (d *planDialog) whyNot() string {
	if d.env.Session.ReadOnly() {
		return "this session is read-only: the command lines can be copied with c"
	}
	return ""
}

func (d *planDialog) consent() tea.Cmd {
	if d.plan.Consent.Kind != awsops.ConsentType {
		return d.apply()
	}
	return ui.Push(ui.NewTypeName(ui.Clean(d.plan.Title), lastWords(d.plan), d.plan.Consent.Phrase, d.apply, nil))
}

func (d *planDialog) apply() tea.Cmd {
	if d.decided {
		return nil
	}
	d.decided = true
	return tea.Batch(ui.Drop(d), d.env.Apply(d.plan))
}

// lastWords repeats, above the field in which the name is typed, what can't be undone.
func lastWords(p *awsops.Plan) string {
	for _, w := range p.Warnings {
		if w.Level == awsops.Irreversible {
			return w.Text
		}
	}
	return p.Undo
}

func commandLines(p *awsops.Plan) []string {
	var out []string
	for _, s := range p.Steps {
		if s.Command != "" {
			out = append(out, s.Command)
		}
	}
	return out
}

func (d *planDialog) Render(w, h int) string {
	return strings.Join(d.window(d.env.Theme, planLines(d.env.Theme, d.plan, w), w, h), "\n")
}

// planLines draws a plan in the order in which it must be read: what, what is lost, how much, how.
func planLines(t *ui.Theme, p *awsops.Plan, w int) []string {
	var out []string
	section := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(append(out, t.Paint(ui.RoleHeader, title)), lines...)
	}
	section("Where", ui.FactLines(t, targetFacts(p.Target), w))
	section("Warnings", warningLines(t, p.Warnings, w))
	section("Changes", changeLines(t, p.Changes, w))
	section("Effects", effectLines(p, w))
	if p.Undo != "" {
		section("Undo", ui.Wrap(ui.Clean(p.Undo), w))
	}
	section("Steps", stepLines(t, p.Steps, w))
	return out
}

func targetFacts(t awsops.Target) []ui.Fact {
	caller := t.Caller
	if t.Root {
		caller += " (the account's root)"
	}
	var out []ui.Fact
	for _, f := range []ui.Fact{
		{Label: "profile", Value: t.Profile}, {Label: "account", Value: t.Account}, {Label: "caller", Value: caller},
		{Label: "bucket", Value: t.Bucket}, {Label: "region", Value: t.Region}, {Label: "owner", Value: t.Owner},
		{Label: "endpoint", Value: t.Endpoint},
	} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

func warningLines(t *ui.Theme, warnings []awsops.Warning, w int) []string {
	var out []string
	for _, x := range warnings {
		role, word := ui.RoleInfo, "note"
		switch x.Level {
		case awsops.Risk:
			role, word = ui.RoleWarn, "risk"
		case awsops.Irreversible:
			role, word = ui.RoleBad, "can't be undone"
		}
		for i, l := range ui.Wrap(word+": "+ui.Clean(x.Text), max(w-2, 1)) {
			lead := "  "
			if i == 0 {
				lead = t.Paint(role, t.Glyph().Warn) + " "
			}
			out = append(out, lead+t.Paint(role, l))
		}
	}
	return out
}

func changeLines(t *ui.Theme, changes []awsops.Change, w int) []string {
	var facts []ui.Fact
	for _, c := range changes {
		text := orNothing(c.Before) + " " + t.Glyph().Arrow + " " + orNothing(c.After)
		if c.Reset {
			text += "  (reset: the call replaces the whole document)"
		}
		facts = append(facts, ui.Fact{Label: c.Field, Value: text})
	}
	return ui.FactLines(t, facts, w)
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func effectLines(p *awsops.Plan, w int) []string {
	e := p.Effects
	var parts []string
	count := func(n int64, one, many string) {
		if n == 0 {
			return
		}
		s := ui.Plural(n, one, many)
		if e.AtLeast {
			s = "at least " + s
		}
		parts = append(parts, s)
	}
	count(e.Objects, "object", "objects")
	count(e.Versions, "version", "versions")
	count(e.Markers, "delete marker", "delete markers")
	count(e.Uploads, "incomplete upload", "incomplete uploads")
	if e.Bytes > 0 {
		parts = append(parts, ui.Bytes(e.Bytes))
	}
	var lines []string
	if len(parts) > 0 {
		s := strings.Join(parts, ", ")
		if e.Counted != "" {
			s += " (" + e.Counted + ")"
		}
		lines = append(lines, s)
	}
	for _, r := range e.Requests {
		lines = append(lines, fmt.Sprintf("requests: %s of class %s", ui.Thousands(r.N), r.Class))
	}
	if p.Codes > 0 {
		lines = append(lines, ui.Plural(int64(p.Codes), "one-time code is asked for", "one-time codes are asked for, one every 30 seconds at most"))
	}
	lines = append(lines, e.Lines...)
	var out []string
	for _, l := range lines {
		out = append(out, ui.Wrap(ui.Clean(l), w)...)
	}
	return out
}

func stepLines(t *ui.Theme, steps []awsops.Step, w int) []string {
	var out []string
	for i, s := range steps {
		head := fmt.Sprintf("%d. ", i+1)
		for j, l := range ui.Wrap(ui.Clean(s.Title), max(w-len(head), 1)) {
			if j > 0 {
				head = strings.Repeat(" ", len(head))
			}
			out = append(out, head+l)
		}
		for _, l := range ui.HardWrap(ui.CleanLines(s.Command), max(w-3, 1)) {
			if l != "" {
				out = append(out, "   "+t.Paint(ui.RoleMuted, l))
			}
		}
	}
	return out
}
