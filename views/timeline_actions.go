package views

import (
	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
	"cooper/awsops/versions"
	"cooper/ui"
	"cooper/ui/grid"
)

func (v *timelineView) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "version.restore", Keys: []string{"R"}, Help: "restore by copy", Why: v.whyRestore, Run: func() tea.Cmd {
			return v.with(func(row listing.Row) tea.Cmd { return proposeRestore(v.env, v.life, v.bucket, row) })
		}},
		{ID: "version.undelete", Keys: []string{"U"}, Help: "undelete", Why: v.whyUndelete, Run: func() tea.Cmd {
			return proposeUndelete(v.env, v.life, versions.Selection{Bucket: v.bucket, Entries: []awsops.Entry{{Key: v.key}}})
		}},
		{ID: "version.purge", Keys: []string{"d"}, Help: "delete for good", Why: v.whyChange, Run: func() tea.Cmd {
			return v.with(func(row listing.Row) tea.Cmd {
				return proposePurge(v.env, v.life, selection(v.bucket, []listing.Row{row}))
			})
		}},
		{ID: "version.details", Keys: []string{"enter", "i"}, Help: "details", Why: v.noData, Run: v.details},
		previewAction(v.bucket, []string{"v", "V"}, v.noData, v.current),
		v.env.editAction(v.life, v.bucket, v.noData, func() []listing.Row {
			if row, ok := v.current(); ok {
				return []listing.Row{row}
			}
			return nil
		}),
		{ID: "version.download", Keys: []string{"D"}, Help: "download", Why: v.noData, Run: func() tea.Cmd {
			return v.with(func(row listing.Row) tea.Cmd {
				return openDownload(v.env, v.life, ui.Place{Bucket: v.bucket, Key: v.key, Version: row.VersionID}, false)
			})
		}},
		v.env.presign(v.life, v.noData, func() ui.Place {
			row, _ := v.current()
			return ui.Place{Bucket: v.bucket, Key: v.key, Version: row.VersionID}
		}),
		{ID: "timeline.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.read},
		{ID: "version.deleter", Keys: []string{"W"}, Help: "who deleted this?", Run: v.deleter},
	}
	by := func(n func() int) func() tea.Cmd {
		return func() tea.Cmd { v.move(n()); return nil }
	}
	steps := map[grid.Motion]func() int{
		grid.RowUp: func() int { return -1 }, grid.RowDown: func() int { return 1 },
		grid.PageUp: func() int { return -v.page }, grid.PageDown: func() int { return v.page },
		grid.First: func() int { return -v.at }, grid.Last: func() int { return len(v.line.Value.Rows) },
	}
	for _, m := range grid.Motions() {
		if n, ok := steps[m]; ok {
			own = append(own, ui.Action{ID: m.ID(), Keys: m.Keys(), Help: m.Help(), Quiet: true, Run: by(n)})
		}
	}
	return own
}

// with runs do with the selected version.
func (v *timelineView) with(do func(listing.Row) tea.Cmd) tea.Cmd {
	row, ok := v.current()
	if !ok {
		return nil
	}
	return do(row)
}

func (v *timelineView) details() tea.Cmd {
	return v.with(func(row listing.Row) tea.Cmd {
		return readDetails(v.env, v.life, ui.Place{Bucket: v.bucket, Key: v.key, Version: row.VersionID}, false, func(d objects.Details) tea.Cmd { return detailsDialog(v.key, d) })
	})
}

func (v *timelineView) noData() string {
	row, ok := v.current()
	switch {
	case !ok:
		return "there is no version here"
	case row.Marker:
		return "a delete marker holds no data"
	}
	return ""
}

func (v *timelineView) whyChange() string {
	if _, ok := v.current(); !ok {
		return "there is no version here"
	}
	return ""
}

func (v *timelineView) whyRestore() string {
	row, ok := v.current()
	if !ok {
		return "there is no version here"
	}
	return whyRestore(row)
}

func (v *timelineView) whyUndelete() string {
	if _, _, ok := v.line.Value.Stacked(); !ok {
		return "this key is not hidden by a delete marker"
	}
	return ""
}

// Copies are what may be taken away of the selected version.
func (v *timelineView) Copies() []ui.CopyItem {
	row, ok := v.current()
	if !ok {
		return nil
	}
	return keyCopies(v.env, v.partition, v.bucket, row)
}
