package views

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/lifecycle"
	"cooper/ui"
)

// add asks what is to be added: a tag, or one of the rules that clean a bucket up.
func (v *propertiesView) add() tea.Cmd {
	f := v.board.Facts(v.bucket)
	tags, rules := offered(f.Tags), offered(f.Lifecycle)
	if x, ok := f.Versioning.Get(); ok && x.MFADelete == "Enabled" {
		rules = "MFA delete is on, and S3 has no lifecycle rules on such a bucket"
	}
	at := 0
	if s := v.current().section; s == sectionLifecycle || s == sectionUploads {
		at = 1
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Add to " + ui.Clean(v.bucket), At: at, Items: []ui.Choice{
		{Title: "a tag", Why: tags},
		{Title: "a rule that aborts incomplete uploads", Why: rules},
		{Title: "a rule that deletes noncurrent versions", Why: rules},
		{Title: "a rule that removes lone delete markers", Why: rules},
	}, OK: func(i int) tea.Cmd {
		switch i {
		case 1:
			return v.ruleForm("Abort incomplete uploads", "7", false, func(prefix string, days, _ int32) lifecycle.Rule { return lifecycle.AbortUploads(prefix, days) })
		case 2:
			return v.ruleForm("Delete noncurrent versions", "30", true, lifecycle.ExpireNoncurrent)
		case 3:
			return v.ruleForm("Remove delete markers with no version left", "", false, func(prefix string, _, _ int32) lifecycle.Rule { return lifecycle.ExpireMarkers(prefix) })
		}
		return v.editTag(buckets.Tag{})
	}}))
}

// ruleForm asks for what a rule needs: a prefix, days unless days is "", and how many versions to keep.
func (v *propertiesView) ruleForm(title, days string, keep bool, rule func(prefix string, days, keep int32) lifecycle.Rule) tea.Cmd {
	fields := []ui.FormField{{ID: "prefix", Label: "prefix", Placeholder: "the whole bucket", Help: "The rule is for keys that begin with this."}}
	if days != "" {
		fields = append(fields, ui.FormField{ID: "days", Label: "days", Value: days, Check: wholeNumber(1, 36500),
			Help: "Counted to the next midnight UTC."})
	}
	if keep {
		fields = append(fields, ui.FormField{ID: "keep", Label: "keep newest", Value: "0", Check: wholeNumber(0, 100),
			Help: "So many of the newest noncurrent versions of each key stay, whatever their age."})
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: title, Submit: "show the plan", Fields: fields, OK: func(x ui.Values) (tea.Cmd, string) {
		r := rule(x["prefix"], number32(x["days"]), number32(x["keep"]))
		if bad := lifecycle.Check(r); len(bad) > 0 {
			return nil, bad[0]
		}
		return v.proposeRules(buckets.LifecycleSpec{Bucket: v.bucket, Add: []lifecycle.Rule{r}}), ""
	}}))
}

func wholeNumber(low, high int) func(string) string {
	return func(s string) string {
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err != nil || n < low || n > high {
			return "a whole number from " + strconv.Itoa(low) + " to " + strconv.Itoa(high)
		}
		return ""
	}
}

// number32 reads a number that a form has checked; a field that isn't there is 0.
func number32(s string) int32 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}

func (v *propertiesView) proposeRules(spec buckets.LifecycleSpec) tea.Cmd {
	return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return buckets.PlanLifecycle(ctx, r, spec)
	})
}
