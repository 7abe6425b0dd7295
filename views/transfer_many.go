package views

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
	"cooper/ui"
)

// The choices for what is at the destination already.
const (
	leaveChoice   = "leave it as it is"
	differChoice  = "replace it where it differs or is older"
	replaceChoice = "replace it"
)

func existingField() ui.FormField {
	return ui.FormField{ID: "existing", Label: "what is there", Kind: ui.ChoiceField, Options: []string{leaveChoice, differChoice, replaceChoice},
		Value: leaveChoice, Help: "The plan says how many there are. Only what was seen is replaced."}
}

func existingOf(v ui.Values) transfer.Existing {
	switch v["existing"] {
	case differChoice:
		return transfer.Differ
	case replaceChoice:
		return transfer.Replace
	}
	return transfer.Leave
}

// attributeFields ask for what an object gets besides its content.
func attributeFields(env *Env) []ui.FormField {
	pairs := func(s string) string {
		if _, err := transfer.Pairs(s); err != nil {
			return err.Error()
		}
		return ""
	}
	fields := []ui.FormField{
		{ID: "type", Label: "content type", Placeholder: "by the extension"},
		{ID: "class", Label: "storage class", Kind: ui.ChoiceField, Options: transfer.Classes(), Value: "STANDARD"},
		{ID: "cache", Label: "cache control", Placeholder: "such as max-age=3600"},
		{ID: "expires", Label: "expires", Placeholder: "2027-01-31", Help: "Until when caches may keep it. It deletes nothing: a lifecycle rule does.", Check: func(s string) string {
			if _, err := dateOf(s); err != nil {
				return "a date such as 2027-01-31"
			}
			return ""
		}},
		{ID: "metadata", Label: "metadata", Placeholder: "name=value, name=value", Check: pairs},
		{ID: "tags", Label: "tags", Placeholder: "key=value, key=value", Check: pairs},
	}
	return slices.Concat(fields, encryptionFields(env), ownFields(env))
}

func dateOf(s string) (time.Time, error) {
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, s)
}

// attributesOf reads the fields back, or says what is wrong with them.
func attributesOf(v ui.Values) (transfer.Attributes, string) {
	a := transfer.Attributes{CacheControl: v["cache"], Class: v["class"]}
	if a.Class == "STANDARD" {
		a.Class = "" // what a header that is not sent means, to every server
	}
	var err error
	if a.Expires, err = dateOf(v["expires"]); err == nil {
		a.Metadata, err = transfer.Pairs(v["metadata"])
	}
	if err == nil {
		a.Tags, err = transfer.Pairs(v["tags"])
	}
	if err != nil {
		return a, err.Error()
	}
	return a, a.Check()
}

// openPutForm asks how files and folders are to be stored, and plans it. typed is what was typed before, nil at first.
func openPutForm(env *Env, life *ui.Life, bucket string, roots []transfer.Root, typed ui.Values) tea.Cmd {
	what := ui.Plural(int64(len(roots)), "item", "items")
	if len(roots) == 1 {
		what = ui.Clean(roots[0].Path) + " as " + ui.Clean("s3://"+bucket+"/"+roots[0].Key)
	}
	fields := append([]ui.FormField{existingField(), {ID: "markers", Label: "empty folders", Kind: ui.CheckField,
		Help: "Upload a marker for each: an empty object whose key ends in a slash."}}, attributeFields(env)...)
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Upload to " + ui.Clean(bucket), Text: what, Submit: "show the plan", Fields: refill(fields, typed),
		OK: func(v ui.Values) (tea.Cmd, string) {
			with, why := attributesOf(v)
			if why != "" {
				return nil, why
			}
			spec := transfer.PutSpec{Bucket: bucket, Roots: roots, Existing: existingOf(v), Markers: v.Yes("markers"), ContentType: v["type"], With: with}
			again := func(v ui.Values) tea.Cmd { return openPutForm(env, life, bucket, roots, v) }
			return withChoice(env, life, bucket, v, again, func(c sse.Choice) tea.Cmd {
				spec.With.Encryption = c
				return env.ProposeFrom(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
					return transfer.PlanPut(ctx, r, spec)
				}, func() tea.Cmd { return again(v) })
			}), ""
		}}))
}

// openGet asks which folder objects go into, and plans it.
func openGet(env *Env, life *ui.Life, bucket, prefix string, picks []transfer.Pick) tea.Cmd {
	return ui.Push(newPathDialog(env, life, pathOptions{
		title: "Download from " + ui.Clean(bucket), text: pickText(picks) + " The folder is made when it isn't there.",
		label: "folder", value: env.Home, ok: func(path string) tea.Cmd { return askExisting(env, life, bucket, path, picks, nil) },
		panes: func() tea.Cmd { return ui.Open(ui.Place{Screen: "transfer", Bucket: bucket, Prefix: prefix}) },
	}))
}

func pickText(picks []transfer.Pick) string {
	if len(picks) == 1 {
		return ui.Clean(picks[0].Key) + " goes into a folder."
	}
	return ui.Plural(int64(len(picks)), "item goes", "items go") + " into a folder."
}

// askExisting asks what becomes of files that are there, and plans the download. typed is what was typed before, nil at
// first.
func askExisting(env *Env, life *ui.Life, bucket, folder string, picks []transfer.Pick, typed ui.Values) tea.Cmd {
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Download from " + ui.Clean(bucket), Text: pickText(picks) + " " + ui.Clean(folder), Submit: "show the plan",
		Fields: refill(append([]ui.FormField{existingField()}, unsealFields(env)...), typed), OK: func(v ui.Values) (tea.Cmd, string) {
			spec := transfer.GetSpec{Bucket: bucket, Picks: picks, Folder: folder, Existing: existingOf(v), Unsealing: unsealingOf(v)}
			return env.ProposeFrom(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
				return transfer.PlanGet(ctx, r, spec)
			}, func() tea.Cmd { return askExisting(env, life, bucket, folder, picks, v) }), ""
		}}))
}
