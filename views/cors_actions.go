package views

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/cors"
	"cooper/awsops/corsplan"
	"cooper/awsops/journal"
	"cooper/ui"
)

func (v *corsView) Actions() []ui.Action {
	readable := func() string { return offered(v.saved) }
	own := []ui.Action{
		{ID: "cors.edit", Keys: []string{"e", "enter"}, Help: "edit rule", Why: v.whyNotRule, Run: func() tea.Cmd {
			i := v.current()
			return v.ruleForm("Rule", v.draft[i], func(r cors.Rule) { v.put(i, r) })
		}},
		{ID: "cors.add", Keys: []string{"n"}, Help: "add rule", Why: v.whyNotAdd, Run: v.addRule},
		{ID: "cors.try", Keys: []string{"t"}, Help: "try a request", Why: readable, Run: v.try},
		{ID: "cors.save", Keys: []string{"S"}, Help: "save", Why: v.whyNotSave, Run: v.save},
		{ID: "cors.delete", Keys: []string{"d"}, Help: "take rule out", Why: v.whyNotRule, Run: func() tea.Cmd {
			i := v.current()
			v.change(slices.Delete(cors.CloneAll(v.draft), i, i+1), max(i-1, 0))
			return nil
		}},
		{ID: "cors.up", Keys: []string{"<"}, Help: "move up", Why: func() string { return v.whyNotMove(-1) }, Run: func() tea.Cmd { return v.move(-1) }},
		{ID: "cors.down", Keys: []string{">"}, Help: "move down", Why: func() string { return v.whyNotMove(1) }, Run: func() tea.Cmd { return v.move(1) }},
		{ID: "cors.json", Keys: []string{"i"}, Help: "edit or paste JSON or XML", Why: readable, Run: v.editText},
		{ID: "cors.view", Keys: []string{"v"}, Help: v.toggles(corsJSON, "show as JSON"), Why: v.whyNotShow, Run: func() tea.Cmd { return v.show(corsJSON) }},
		{ID: "cors.xml", Keys: []string{"x"}, Help: v.toggles(corsXML, "show as XML"), Why: v.whyNotShow, Run: func() tea.Cmd { return v.show(corsXML) }},
		{ID: "cors.export", Keys: []string{"w"}, Help: "write to a file", Why: v.whyNotShow, Run: func() tea.Cmd { return v.export(v.exportName()) }},
		{ID: "cors.import", Keys: []string{"o"}, Help: "take from a file", Why: readable, Run: func() tea.Cmd { return v.imports("") }},
		{ID: "cors.drop", Keys: []string{"U"}, Help: "drop changes", Why: v.whyNotDrop, Run: func() tea.Cmd {
			v.change(cors.CloneAll(v.saved.Value), 0)
			return nil
		}},
		{ID: "cors.revert", Keys: []string{"z"}, Help: "put back the rules before", Why: v.whyNotRevert, Run: v.revert},
		{ID: "cors.earlier", Keys: []string{"Z"}, Help: "earlier rules", Why: v.whyNotRevert, Run: v.chooseEarlier},
		{ID: "cors.remove", Keys: []string{"X"}, Help: "remove all rules", Why: v.whyNotRemove, Run: func() tea.Cmd { return v.propose(nil) }},
		{ID: "cors.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.refresh},
	}
	if v.text != corsRules {
		return append(own, v.scroll.actions()...)
	}
	return append(own, v.table.withoutMarks()...)
}

func (v *corsView) whyNotRule() string {
	if why := offered(v.saved); why != "" {
		return why
	}
	if v.current() < 0 || v.text != corsRules {
		return "stand on a rule"
	}
	return ""
}

func (v *corsView) whyNotAdd() string {
	if why := offered(v.saved); why != "" {
		return why
	}
	if len(v.draft) >= cors.MaxRules {
		return "S3 takes no more than 100 rules"
	}
	return ""
}

func (v *corsView) whyNotMove(n int) string {
	if why := v.whyNotRule(); why != "" {
		return why
	}
	if to := v.current() + n; to < 0 || to >= len(v.draft) {
		return "there is no rule to change places with"
	}
	return ""
}

func (v *corsView) whyNotSave() string {
	if why := offered(v.saved); why != "" {
		return why
	}
	if !v.edited() {
		return "nothing was changed"
	}
	if bad := cors.Check(v.draft); len(v.draft) > 0 && len(bad) > 0 {
		return bad[0].At + ": " + ui.Clean(bad[0].Text)
	}
	return ""
}

func (v *corsView) whyNotDrop() string {
	if !v.edited() {
		return "nothing was changed"
	}
	return ""
}

func (v *corsView) whyNotShow() string {
	if len(v.draft) == 0 {
		return "there are no rules"
	}
	return ""
}

func (v *corsView) whyNotRemove() string {
	if v.saved.State == awsops.Absent {
		return "the bucket has no CORS rules"
	}
	return offered(v.saved)
}

func (v *corsView) whyNotRevert() string {
	switch {
	case offered(v.saved) != "":
		return offered(v.saved)
	case v.edited():
		return "save or drop the changes on the screen first"
	}
	return v.past.whyNot()
}

func (v *corsView) put(i int, r cors.Rule) {
	rules := cors.CloneAll(v.draft)
	rules[i] = r
	v.change(rules, i)
}

func (v *corsView) move(n int) tea.Cmd {
	i, rules := v.current(), cors.CloneAll(v.draft)
	rules[i], rules[i+n] = rules[i+n], rules[i]
	v.change(rules, i+n)
	return nil
}

func (v *corsView) refresh() tea.Cmd {
	if v.edited() {
		return ui.Status("The changed rules are not saved: S saves them, U drops them.", ui.Warn)
	}
	return v.load()
}

// save plans what is on the screen.
func (v *corsView) save() tea.Cmd { return v.propose(v.draft) }

// propose plans that the bucket has these rules, or none.
func (v *corsView) propose(rules []cors.Rule) tea.Cmd { return v.plan(rules, "") }

// plan is propose with a title of its own, "" for the usual one.
func (v *corsView) plan(rules []cors.Rule, title string) tea.Cmd {
	rules = cors.CloneAll(rules)
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		if len(rules) == 0 {
			return corsplan.PlanRemove(ctx, r, corsplan.RemoveSpec{Bucket: v.bucket, Title: title})
		}
		return corsplan.PlanPut(ctx, r, corsplan.PutSpec{Bucket: v.bucket, Rules: rules, Title: title})
	})
}

// revert plans the rules from before the last change.
func (v *corsView) revert() tea.Cmd {
	was, _ := v.past.last()
	return v.putBack(was)
}

func (v *corsView) chooseEarlier() tea.Cmd {
	return v.past.choose("Put back the CORS rules of "+ui.Clean(v.bucket)+" from before …", corsSize, v.putBack)
}

func (v *corsView) putBack(was journal.Earlier) tea.Cmd {
	rules, err := earlierRules(was.Text)
	if err != nil {
		return ui.Fail(err, nil)
	}
	return v.plan(rules, back("CORS rules", v.bucket, was.Until))
}

// corsSize says what earlier rules were.
func corsSize(text string) string {
	rules, err := earlierRules(text)
	switch {
	case err != nil:
		return "rules that can't be read"
	case len(rules) == 0:
		return "no rules"
	}
	return ui.Plural(int64(len(rules)), "rule", "rules")
}

// addRule asks what the new rule is for.
func (v *corsView) addRule() tea.Cmd {
	presets := cors.Presets()
	var items []ui.Choice
	for _, p := range presets {
		items = append(items, ui.Choice{Title: p.Title, Detail: p.Detail})
	}
	items = append(items, ui.Choice{Title: "an empty rule"})
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Add a CORS rule", Items: items, OK: func(i int) tea.Cmd {
		r := cors.Rule{AllowedMethods: []string{"GET", "HEAD"}}
		if i < len(presets) {
			r = presets[i].Rule(presets[i].Origin)
			r.ID = v.unusedID(r.ID)
		}
		return v.ruleForm("New rule", r, func(r cors.Rule) { v.change(append(cors.CloneAll(v.draft), r), len(v.draft)) })
	}}))
}

// unusedID gives an ID that no rule has.
func (v *corsView) unusedID(id string) string {
	free := id
	for n := 2; slices.ContainsFunc(v.draft, func(r cors.Rule) bool { return r.ID == free }); n++ {
		free = id + "-" + string(rune('0'+n%10))
		if n > 9 {
			return ""
		}
	}
	return free
}
