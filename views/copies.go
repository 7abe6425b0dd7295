package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/listing"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
	"cooper/ui"
)

// askCopy asks where what is chosen is copied or moved to, then plans it. at is the prefix that is shown: keys keep
// what follows it. apart is a warning that goes into the plan, "" for none.
func askCopy(env *Env, life *ui.Life, bucket, at string, rows []listing.Row, apart string) tea.Cmd {
	sel, why := deletion(bucket, rows)
	if why != "" {
		return ui.Status(strings.ReplaceAll(why, "deleted", "copied"), ui.Warn)
	}
	spec := copies.Spec{From: bucket, Under: sel.Under, Prefix: sel.Prefix, Entries: sel.Entries, Base: at}
	into, label, help := at, "into prefix", "Keys keep what follows "+below(at)+". A folder ends in a slash."
	switch {
	case sel.Under:
		spec.Base, into = sel.Prefix, sel.Prefix
		help = "Takes the place of " + ui.Clean(sel.Prefix) + " in every key."
	case len(sel.Entries) == 1:
		spec.Base, into, label = sel.Entries[0].Key, sel.Entries[0].Key, "to key"
		help = "The whole key. Another one in the same bucket, moved, is a rename."
	}
	existing := existingField()
	existing.Label = "existing"
	fields := append([]ui.FormField{
		{ID: "into", Label: label, Value: into, Help: help},
		{ID: "bucket", Label: "in bucket", Value: bucket, Help: "Any bucket that you may write to, in whatever region."},
		{ID: "move", Label: "move", Kind: ui.CheckField, Help: "Deletes each object here once its copy was looked at."},
		existing,
	}, encryptionFields(env, asSource)...)
	return openCopyForm(env, life, spec, fields, apart)
}

// openCopyForm asks for the rest of a copy, and plans it.
func openCopyForm(env *Env, life *ui.Life, spec copies.Spec, fields []ui.FormField, apart string) tea.Cmd {
	again := func(v ui.Values) tea.Cmd { return openCopyForm(env, life, spec, refill(fields, v), apart) }
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Copy, move, rename", Submit: "plan", Fields: fields,
		Text: "On the server: nothing is downloaded. Storage class, tags, metadata and headers are carried over.",
		OK: func(v ui.Values) (tea.Cmd, string) {
			in := spec
			in.To, in.Into, in.Move, in.Existing = strings.TrimSpace(v["bucket"]), v["into"], v.Yes("move"), existingOf(v)
			if text := in.Problem(); text != "" {
				return nil, text
			}
			return withChoice(env, life, in.To, v, again, func(c sse.Choice) tea.Cmd {
				if v["sse"] != asSource {
					in.Encryption = &c
				}
				return env.ProposeFrom(life, warned(apart, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
					return copies.PlanCopy(ctx, r, in)
				}), func() tea.Cmd { return again(v) })
			}), ""
		}}))
}

// warned adds a warning to a plan that a planner makes, "" adds none.
func warned(text string, plan Planner) Planner {
	return func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		p, err := plan(ctx, r)
		if err == nil && text != "" {
			p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: text})
		}
		return p, err
	}
}

// apart warns of what is chosen without its instruction file, or the file without its object: of a client-side encrypted
// object neither is of use alone. What is below a prefix stays together.
func (k *keyRows) apart(rows []listing.Row) string {
	chosen := map[string]bool{}
	for _, row := range rows {
		chosen[row.Key] = true
	}
	n, first := 0, ""
	for _, row := range rows {
		other := row.Key + s3ec.InstructionSuffix
		if base, ok := strings.CutSuffix(row.Key, s3ec.InstructionSuffix); ok {
			other = base
		}
		if !row.Prefix && !chosen[other] && k.lists(other) {
			if n++; n == 1 {
				first = other
			}
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "The other half of it stays: " + first + ". An object that was encrypted on the client's side can't be read without its instruction file. Choose both."
	}
	return ui.Plural(int64(n), "object parts", "objects part") + " from what belongs to it, such as " + first + ": an object that was encrypted on the client's side can't be read without " +
		"its instruction file. Choose both."
}
