package views

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// whoDeleted asks the bucket's access logs who deleted a key. With the time of the deletion only the logs around it are
// read.
func whoDeleted(bucket, key string, at time.Time) tea.Cmd {
	p := ui.Place{Screen: "logread", Bucket: bucket, Key: key, Focus: "deleted"}
	if !at.IsZero() {
		p.Focus += "@" + at.UTC().Format(time.RFC3339)
	}
	return ui.Open(p)
}

// deleter asks who deleted the key under the cursor.
func (v *binView) deleter() tea.Cmd {
	r, _ := v.here()
	return whoDeleted(v.bucket, v.key(r), time.Unix(0, r.nanos))
}

func (v *binView) whyNotDeleter() string {
	if r, ok := v.here(); !ok || r.folder != "" {
		return "stand on a key"
	}
	return ""
}

// deleter asks who made the delete marker under the cursor, or who deleted the key at all.
func (v *versionsView) deleter() tea.Cmd {
	row, _ := v.current()
	var at time.Time
	if row.Marker {
		at = row.Modified
	}
	return whoDeleted(v.bucket, row.Key, at)
}

// deleter is that of the versions screen for one key.
func (v *timelineView) deleter() tea.Cmd {
	var at time.Time
	if row, ok := v.current(); ok && row.Marker {
		at = row.Modified
	}
	return whoDeleted(v.bucket, v.key, at)
}
