package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/listing"
	"cooper/awsops/sse"
	"cooper/ui"
)

// askCopy asks where what is chosen is copied or moved to, then plans it. at is the prefix that is shown: keys keep
// what follows it.
func askCopy(env *Env, life *ui.Life, bucket, at string, rows []listing.Row) tea.Cmd {
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
	return openCopyForm(env, life, spec, fields)
}

// openCopyForm asks for the rest of a copy, and plans it.
func openCopyForm(env *Env, life *ui.Life, spec copies.Spec, fields []ui.FormField) tea.Cmd {
	again := func(v ui.Values) tea.Cmd { return openCopyForm(env, life, spec, refill(fields, v)) }
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
				return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
					return copies.PlanCopy(ctx, r, in)
				})
			}), ""
		}}))
}
