package views

import (
	"fmt"
	"slices"
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
func NewPlan(env *Env, plan *awsops.Plan) ui.Dialog {
	for _, line := range env.Prices.Lines(plan) {
		if !slices.Contains(plan.Effects.Lines, line) { // the plan may be shown once more
			plan.Effects.Lines = append(plan.Effects.Lines, line)
		}
	}
	return &planDialog{env: env, plan: plan}
}

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
	if d.plan.AskPlain != "" {
		own = append(own, ui.Action{ID: "plan.http", Keys: []string{"t"}, Help: "who still uses http?", Run: d.askPlain})
	}
	return append(own, d.actions()...)
}

// askPlain leaves the plan unapplied and asks the access logs whom it would shut out.
func (d *planDialog) askPlain() tea.Cmd {
	d.decided = true
	return tea.Sequence(ui.Drop(d), ui.Open(ui.Place{Screen: "logread", Bucket: d.plan.AskPlain, Focus: "plain"}))
}

func (d *planDialog) applyHelp() string {
	if d.plan.Consent.Kind == awsops.ConsentType {
		return "go on"
	}
	return "apply"
}

func (d *planDialog) whyNot() string {
	if d.env.Session.ReadOnly() && !d.plan.Reads() {
		return "this session is read-only: the command lines can be copied with c"
	}
	if c := awsops.Blocked(d.plan.Checks); c != nil {
		return strings.TrimSpace(c.Text + ". " + c.Do)
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
	if p.Undo == "" {
		return ""
	}
	return "To undo it: " + p.Undo
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

// planLines draws a plan in the order in which it must be read: on what and as whom, what changes,
// what is lost, how much, how.
func planLines(t *ui.Theme, p *awsops.Plan, w int) []string {
	out := targetLines(t, p.Target, w)
	section := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(append(out, t.Paint(ui.RoleHeader, title)), lines...)
	}
	if c := awsops.Blocked(p.Checks); c != nil { // what stands in the way is read first
		section("Can't be applied", checkLines(t, []awsops.Check{*c}, w))
	}
	section("Changes", changeLines(t, p.Changes, w))
	section("Warnings", warningLines(t, p.Warnings, w))
	section("Difference", diffLines(t, p.Diff, w))
	section("Effects", effectLines(p, w))
	section("Checked", checkLines(t, p.Checks, w))
	if p.Undo != "" {
		section("Undo", ui.Wrap(ui.Clean(p.Undo), w))
	}
	section("Steps", stepLines(t, p.Steps, w))
	return out
}

// targetLines says in few lines on what the plan acts and on whose behalf.
func targetLines(t *ui.Theme, x awsops.Target, w int) []string {
	caller := x.Caller
	if x.Root {
		caller = "root"
	}
	join := func(words ...string) []string {
		words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
		if len(words) == 0 {
			return nil
		}
		return ui.Wrap(ui.Clean(strings.Join(words, " "+t.Glyph().Sep+" ")), w)
	}
	owner := ""
	switch {
	case x.Bucket == "" && x.Account != "":
		owner = "account " + x.Account
	case x.Bucket != "" && x.Owner == "" && x.Account != "":
		owner = "its owner is not proven"
	case x.Owner != x.Account:
		owner = "owned by " + x.Owner
	}
	var out []string
	for _, l := range join(x.Bucket, x.Region, owner) {
		out = append(out, t.Paint(ui.RoleAccent, l))
	}
	for _, l := range join(x.Profile, x.Account, caller, x.Endpoint) {
		out = append(out, t.Paint(ui.RoleMuted, l))
	}
	return out
}

// diffLines draws what changes in a document, line by line.
func diffLines(t *ui.Theme, diff []string, w int) []string {
	var out []string
	for _, l := range diff {
		role := ui.RoleText
		switch {
		case strings.HasPrefix(l, "+"):
			role = ui.RoleAdded
		case strings.HasPrefix(l, "-"):
			role = ui.RoleRemoved
		case strings.HasPrefix(l, "@"):
			role = ui.RoleMuted
		}
		for _, part := range ui.HardWrap(ui.Clean(l), max(w, 1)) {
			out = append(out, t.Paint(role, part))
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
	label := 0
	for _, c := range changes {
		label = max(label, ui.Width(ui.Clean(c.Field)))
	}
	label = min(label, w/3)
	var out []string
	for _, c := range changes {
		text := orNothing(c.Before) + " " + t.Glyph().Arrow + " " + orNothing(c.After)
		role := ui.RoleText
		if c.Reset {
			text, role = text+" (reset: the call replaces the whole document)", ui.RoleWarn
		}
		head := t.Paint(ui.RoleMuted, ui.Pad(ui.Clean(c.Field), label)) + "  "
		for _, l := range ui.Wrap(ui.Clean(text), max(w-label-2, 1)) {
			out = append(out, head+t.Paint(role, l))
			head = strings.Repeat(" ", label+2)
		}
	}
	return out
}

// checkLines says how each check came out, in words, and what to do about those that failed.
func checkLines(t *ui.Theme, checks []awsops.Check, w int) []string {
	var out []string
	for _, c := range checks {
		sign, role := t.Glyph().Unknown, ui.RoleWarn
		switch c.Result {
		case awsops.CheckOK:
			sign, role = t.Glyph().Check, ui.RoleGood
		case awsops.CheckFailed:
			sign, role = t.Glyph().Cross, ui.RoleBad
		case awsops.CheckSkipped:
			sign, role = t.Glyph().Off, ui.RoleMuted
		}
		text := ui.Clean(c.Name) + " " + c.Result.String() + ": " + ui.Clean(c.Text)
		if c.Do != "" && c.Result != awsops.CheckOK {
			text += ". " + ui.Clean(c.Do)
		}
		for i, l := range ui.Wrap(text, max(w-2, 1)) {
			lead := "  "
			if i == 0 {
				lead = t.Paint(role, sign) + " "
			}
			out = append(out, lead+l)
		}
	}
	return out
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
