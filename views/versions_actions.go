package views

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
	"cooper/awsops/versions"
	"cooper/ui"
)

func (v *versionsView) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "version.open", Keys: []string{"enter"}, Help: "timeline of the key", Why: v.none, Run: v.timeline},
		{ID: "version.purge", Keys: []string{"d"}, Help: "delete for good", Why: v.none, Run: v.purge},
		{ID: "version.undelete", Keys: []string{"U"}, Help: "undelete", Why: v.none, Run: v.undelete},
		{ID: "version.restore", Keys: []string{"R"}, Help: "restore by copy", Why: v.whyRestore, Run: v.restore},
		{ID: "versioning.change", Keys: []string{"v"}, Help: "versioning", Run: v.changeVersioning},
		{ID: "versioning.mfa", Keys: []string{"m"}, Help: "MFA delete", Run: v.changeMFA},
		{ID: "versions.prefix", Keys: []string{"P"}, Help: "a prefix: delete, undelete", Run: v.choosePrefix},
		{ID: "versions.bin", Keys: []string{"B"}, Help: "recycle bin", Run: func() tea.Cmd {
			return ui.Open(ui.Place{Screen: "bin", Bucket: v.bucket, Prefix: v.prefix})
		}},
		{ID: "versions.moment", Keys: []string{"T"}, Help: "point in time", Run: func() tea.Cmd { return askMoment(v.env, v.bucket, v.prefix, "") }},
		{ID: "versions.prune", Keys: []string{"E"}, Help: "purge by rule", Run: func() tea.Cmd { return askPrune(v.env, v.life, v.bucket, v.prefix) }},
		previewAction(v.bucket, []string{"V"}, v.noData, v.current),
		v.env.editAction(v.life, v.bucket, v.none, v.chosen),
		{ID: "version.details", Keys: []string{"i"}, Help: "details", Why: v.noData, Run: v.details},
		{ID: "version.download", Keys: []string{"D"}, Help: "download", Why: v.noData, Run: v.download},
		v.env.presign(v.life, v.noData, func() ui.Place {
			row, _ := v.current()
			return ui.Place{Bucket: v.bucket, Key: row.Key, Version: row.VersionID}
		}),
		{ID: "version.deleter", Keys: []string{"W"}, Help: "who deleted this?", Why: v.none, Run: v.deleter},
		{ID: "versions.sort", Keys: []string{"s"}, Help: "sort", Run: v.chooseOrder},
		{ID: "versions.goto", Keys: []string{"o"}, Help: "go to a prefix", Run: v.askPrefix},
		{ID: "versions.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.refresh},
		{ID: "versions.stop", Keys: []string{"X"}, Help: "stop listing", Why: v.whyStop, Run: v.stop},
	}
	return append(own, v.table.actions()...)
}

func (v *versionsView) none() string {
	if _, ok := v.current(); !ok {
		return "there is no version here"
	}
	return ""
}

func (v *versionsView) noData() string {
	row, ok := v.current()
	switch {
	case !ok:
		return "there is no version here"
	case row.Marker:
		return "a delete marker holds no data"
	}
	return ""
}

func (v *versionsView) whyRestore() string {
	row, ok := v.current()
	if !ok {
		return v.none()
	}
	return whyRestore(row)
}

// whyRestore says why a version can't be made current by copying it, "" when it can.
func whyRestore(row listing.Row) string {
	switch {
	case row.Marker:
		return "a delete marker has no data to restore; undelete the key"
	case row.Latest:
		return "this version is the current one already"
	}
	return ""
}

func (v *versionsView) timeline() tea.Cmd {
	row, ok := v.current()
	if !ok {
		return nil
	}
	return ui.Open(ui.Place{Screen: "timeline", Bucket: v.bucket, Key: row.Key, Version: row.VersionID})
}

// selection makes a selection of the chosen rows.
func selection(bucket string, rows []listing.Row) versions.Selection {
	sel, _ := deletion(bucket, rows)
	return sel
}

func (v *versionsView) purge() tea.Cmd {
	return proposePurge(v.env, v.life, selection(v.bucket, v.chosen()))
}
func (v *versionsView) undelete() tea.Cmd {
	return proposeUndelete(v.env, v.life, selection(v.bucket, v.chosen()))
}

func proposePurge(env *Env, life *ui.Life, sel versions.Selection) tea.Cmd {
	return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return versions.PlanPurge(ctx, r, sel)
	})
}

func proposeUndelete(env *Env, life *ui.Life, sel versions.Selection) tea.Cmd {
	return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return versions.PlanUndelete(ctx, r, sel)
	})
}

func (v *versionsView) restore() tea.Cmd {
	row, ok := v.current()
	if !ok {
		return nil
	}
	return proposeRestore(v.env, v.life, v.bucket, row)
}

func proposeRestore(env *Env, life *ui.Life, bucket string, row listing.Row) tea.Cmd {
	in := versions.Restoration{Bucket: bucket, Key: row.Key, VersionID: row.VersionID}
	return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return versions.PlanRestoreByCopy(ctx, r, in)
	})
}

// choosePrefix offers what is done to everything below a prefix.
func (v *versionsView) choosePrefix() tea.Cmd {
	under := versions.Selection{Bucket: v.bucket, Under: true}
	items := []struct {
		title, detail string
		propose       func(versions.Selection) tea.Cmd
	}{
		{"delete noncurrent versions for good", "what is current stays", func(s versions.Selection) tea.Cmd {
			s.Noncurrent = true
			return proposePurge(v.env, v.life, s)
		}},
		{"undelete what is deleted", "removes the delete markers that hide a version", func(s versions.Selection) tea.Cmd { return proposeUndelete(v.env, v.life, s) }},
		{"delete all versions and markers for good", "nothing is left", func(s versions.Selection) tea.Cmd { return proposePurge(v.env, v.life, s) }},
	}
	choices := make([]ui.Choice, len(items))
	for i, it := range items {
		choices[i] = ui.Choice{Title: it.title, Detail: it.detail}
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Everything under a prefix", Items: choices, OK: func(i int) tea.Cmd {
		return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Under which prefix?", Label: "prefix", Value: v.prefix,
			Text: "Keys that begin with it. Empty is the whole bucket. The plan counts before anything is done.",
			OK: func(prefix string) tea.Cmd {
				under.Prefix = prefix
				return items[i].propose(under)
			}}))
	}}))
}

func (v *versionsView) askPrefix() tea.Cmd {
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Go to a prefix", Label: "prefix", Value: v.prefix,
		Text: "Versions of keys that begin with it are listed.",
		OK: func(s string) tea.Cmd {
			return ui.Open(ui.Place{Screen: "versions", Bucket: v.bucket, Prefix: s})
		}}))
}

func (v *versionsView) details() tea.Cmd {
	row, ok := v.current()
	if !ok {
		return nil
	}
	return readDetails(v.env, v.life, ui.Place{Bucket: v.bucket, Key: row.Key, Version: row.VersionID}, v.beside(row.Key), func(d objects.Details) tea.Cmd { return detailsDialog(row.Key, d) })
}

func (v *versionsView) download() tea.Cmd {
	row, ok := v.current()
	if !ok {
		return nil
	}
	return openDownload(v.env, v.life, ui.Place{Bucket: v.bucket, Key: row.Key, Version: row.VersionID}, v.beside(row.Key))
}

func (v *versionsView) Copies() []ui.CopyItem {
	row, ok := v.current()
	if !ok {
		return nil
	}
	return keyCopies(v.env, v.partition, v.bucket, row)
}
