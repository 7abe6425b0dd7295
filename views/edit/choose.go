// Package edit changes objects from the screen: what an object has as a form to look through, its text in the person's
// own editor, and for many objects at once their tags, class, headers, metadata, and their restore from an archive.
package edit

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/objectset"
	"cooper/ui"
	"cooper/views"
)

// Choose asks what is to be changed about the objects of a set.
func Choose(env *views.Env, life *ui.Life, set objectset.Set) tea.Cmd {
	e, one := set.Single()
	if !one {
		return choose("Edit "+many(set), bulk(env, life, set))
	}
	at := ui.Place{Screen: "edit", Bucket: set.Bucket, Key: e.Key, Version: e.VersionID}
	items := []item{{ui.Choice{Title: "properties", Detail: "headers, metadata, tags, class"}, func() tea.Cmd { return ui.Open(at) }}}
	text := item{ui.Choice{Title: "text", Detail: "in your editor"}, func() tea.Cmd { return editText(env, life, set.Bucket, e.Key) }}
	if e.VersionID != "" {
		text.Why = "this is an older version: restore it first"
	}
	items = append(items, text, item{ui.Choice{Title: "restore from archive", Detail: "GLACIER, DEEP_ARCHIVE, archive tiers"},
		func() tea.Cmd { return Restore(env, life, set) }})
	return choose("Edit "+name(e.Key), items)
}

// item is an entry of a list and what it does.
type item struct {
	ui.Choice
	run func() tea.Cmd
}

func choose(title string, items []item) tea.Cmd {
	choices := make([]ui.Choice, len(items))
	for i, it := range items {
		choices[i] = it.Choice
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: title, Items: choices, OK: func(i int) tea.Cmd { return items[i].run() }}))
}

// many says what a set of more than one object is.
func many(set objectset.Set) string {
	if set.Under {
		if set.Prefix == "" {
			return "the whole bucket"
		}
		return "all under " + ui.Clean(set.Prefix)
	}
	return ui.Plural(int64(len(set.Entries)), "object", "objects")
}

// name is the last part of a key, for titles.
func name(key string) string {
	for i := len(key) - 2; i >= 0; i-- {
		if key[i] == '/' {
			return ui.Clean(key[i+1:])
		}
	}
	return ui.Clean(key)
}

func bulk(env *views.Env, life *ui.Life, set objectset.Set) []item {
	whole := ""
	for _, e := range set.Entries {
		if !set.Under && e.VersionID != "" {
			whole = "older versions are among them: only current objects can be copied onto themselves"
		}
	}
	return []item{
		{ui.Choice{Title: "tags", Detail: "set, take away; no copy"}, func() tea.Cmd { return askTags(env, life, set) }},
		{ui.Choice{Title: "storage class", Detail: "by a copy of each onto itself", Why: whole}, func() tea.Cmd { return askClass(env, life, set) }},
		{ui.Choice{Title: "headers and metadata", Detail: "by a copy of each onto itself", Why: whole}, func() tea.Cmd { return askHeaders(env, life, set) }},
		{ui.Choice{Title: "restore from archive", Detail: "days and tier"}, func() tea.Cmd { return Restore(env, life, set) }},
	}
}

// propose plans, with what the planner is asked.
func propose[T any](env *views.Env, life *ui.Life, planner func(context.Context, *awsops.Reader, T) (*awsops.Plan, error), in T) tea.Cmd {
	return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) { return planner(ctx, r, in) })
}
