package logs

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/logging"
	"cooper/ui"
)

// chooseTarget lists the account's buckets, those that can't be the target with the reason.
func (v *tab) chooseTarget() tea.Cmd {
	now := v.conf.Value
	return ui.While("Reading where the account's buckets log to…", ui.Do(v.life, "candidates", func(ctx context.Context) ([]logging.Candidate, error) {
		return logging.Candidates(ctx, v.env.Session.Reader(), v.bucket)
	}, func(all []logging.Candidate, err error) tea.Cmd {
		if err != nil {
			// Without the list a name can still be typed; the plan checks it.
			return tea.Batch(ui.Fail(err, v.chooseTarget), v.form(now.Target))
		}
		slices.SortStableFunc(all, func(a, b logging.Candidate) int { return boolOrder(a.Why != "") - boolOrder(b.Why != "") })
		items, at := make([]ui.Choice, len(all)), 0
		for i, c := range all {
			items[i] = ui.Choice{Title: ui.Clean(c.Bucket), Detail: c.Note, Why: c.Why}
			if v.typed != nil && c.Bucket == v.typed.Target {
				at = i
			}
			if c.Bucket == now.Target {
				at, items[i].Detail = i, strings.TrimSpace("the present target "+c.Note)
			}
		}
		return tea.Batch(ui.Status("", ui.Info), ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Which bucket takes the access logs of " + ui.Clean(v.bucket) + "?",
			Text: "Same region, same account, never itself, and no way back to it. A bucket for logs alone is best.", Items: items, At: at,
			OK: func(i int) tea.Cmd { return v.form(all[i].Bucket) }})))
	}))
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// keyKinds are the kinds of keys as the form offers them.
var keyKinds = []struct {
	words string
	keys  logging.Keys
}{
	{"by the day of the requests", logging.ByEvent}, {"by the day of the delivery", logging.ByDelivery}, {"simple", logging.Simple},
}

// form asks for the rest.
func (v *tab) form(target string) tea.Cmd {
	now := v.conf.Value
	prefix, keys := now.Prefix, now.Keys
	switch {
	case v.typed != nil: // what was asked for last and not done
		prefix, keys = v.typed.Prefix, v.typed.Keys
	case !now.On():
		prefix, keys = v.bucket+"/", logging.ByEvent
	}
	kind := ""
	var words []string
	for _, k := range keyKinds {
		words = append(words, k.words)
		if k.keys == keys {
			kind = k.words
		}
	}
	fields := []ui.FormField{
		{ID: "target", Label: "target", Value: target, Placeholder: "a bucket of this account and region",
			Check: func(s string) string {
				if strings.TrimSpace(s) == "" {
					return "the name of a bucket"
				}
				return ""
			}},
		{ID: "prefix", Label: "prefix", Value: prefix, Placeholder: "none", Check: logging.PrefixProblem, Help: "Begins the keys of the log files. One for each bucket, with / at its end, keeps them apart."},
		{ID: "keys", Label: "keys", Kind: ui.ChoiceField, Options: words, Value: kind, Help: "With the day in the keys, a range of days is found by listing those alone, and Athena reads no others."},
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Access logs of " + ui.Clean(v.bucket), Submit: "show the plan", Fields: fields, OK: func(x ui.Values) (tea.Cmd, string) {
		spec := logging.PutSpec{Bucket: v.bucket, Target: strings.TrimSpace(x["target"]), Prefix: x["prefix"]}
		for _, k := range keyKinds {
			if k.words == x["keys"] {
				spec.Keys = k.keys
			}
		}
		v.typed = &spec
		return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
			return logging.PlanPut(ctx, r, spec)
		}), ""
	}}))
}
