package views

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/versions"
	"cooper/ui"
)

// askPrune asks which versions a purge takes, then plans it.
func askPrune(env *Env, life *ui.Life, bucket, prefix string) tea.Cmd {
	count := func(text string) string {
		if n, err := strconv.Atoi(strings.TrimSpace(text)); err != nil || n < 0 {
			return "a number from 0 on"
		}
		return ""
	}
	off := func(v ui.Values) bool { return !v.Yes("noncurrent") }
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Purge by rule", Submit: "count and plan",
		Text: "Deletes for good what the rule takes. Current versions stay. The plan counts before anything is done.",
		Fields: []ui.FormField{
			{ID: "prefix", Label: "prefix", Value: prefix, Help: "Keys that begin with it. Empty is the whole bucket."},
			{ID: "noncurrent", Label: "noncurrent versions", Kind: ui.CheckField, Value: "yes", Help: "Versions and markers that are not the newest of their keys."},
			{ID: "days", Label: "noncurrent for days", Value: "30", Check: count, Hidden: off, Help: "At least so many days since the next newer one was written. 0: whatever age."},
			{ID: "keep", Label: "keep the newest", Value: "0", Check: count, Hidden: off, Help: "So many noncurrent versions of each key stay, whatever their age."},
			{ID: "expired", Label: "expired markers", Kind: ui.CheckField, Value: "", Help: "Delete markers with no version left below, also those that this purge leaves so."},
		},
		OK: func(v ui.Values) (tea.Cmd, string) {
			rule := versions.Rule{Noncurrent: v.Yes("noncurrent"), Expired: v.Yes("expired")}
			if rule.Noncurrent {
				rule.Days, _ = strconv.Atoi(strings.TrimSpace(v["days"])) // checked above
				rule.Keep, _ = strconv.Atoi(strings.TrimSpace(v["keep"]))
			}
			if text := rule.Problem(); text != "" {
				return nil, text
			}
			in := versions.Prune{Bucket: bucket, Prefix: v["prefix"], Rule: rule}
			return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
				return versions.PlanPrune(ctx, r, in)
			}), ""
		}}))
}
