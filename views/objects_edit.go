package views

import (
	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/objectset"
	"cooper/ui"
)

// Editor offers what can be changed about objects, as a list to choose from. life is that of the screen that asks.
type Editor func(env *Env, life *ui.Life, set objectset.Set) tea.Cmd

// Draft gives the file with a text that was written for an object and not stored, "" for none.
func (e *Env) Draft(bucket, key string) string { return e.drafts[[2]string{bucket, key}] }

// KeepDraft remembers such a file; "" forgets it.
func (e *Env) KeepDraft(bucket, key, path string) {
	if e.drafts == nil {
		e.drafts = map[[2]string]string{}
	}
	if path == "" {
		delete(e.drafts, [2]string{bucket, key})
		return
	}
	e.drafts[[2]string{bucket, key}] = path
}

// editAction offers changing what rows gives.
func (e *Env) editAction(life *ui.Life, bucket string, none func() string, rows func() []listing.Row) ui.Action {
	return ui.Action{ID: "object.edit", Keys: []string{"e"}, Help: "edit",
		Why: func() string {
			if e.Edit == nil {
				return "objects can't be edited here"
			}
			return none() // what is marked is looked at when it is asked for: it may be much
		},
		Run: func() tea.Cmd {
			set, why := editSet(bucket, rows())
			if why != "" {
				return ui.Status(why, ui.Warn)
			}
			return e.Edit(e, life, set)
		}}
}

// editSet makes a set of rows, or says why it can't. A current version is its key's object.
func editSet(bucket string, rows []listing.Row) (objectset.Set, string) {
	s := objectset.Set{Bucket: bucket}
	for _, row := range rows {
		switch {
		case row.Prefix && len(rows) > 1:
			return s, "one prefix is edited at a time, and not together with keys: take some marks away"
		case row.Prefix:
			s.Under, s.Prefix = true, row.Key
			return s, ""
		case row.Marker:
			return s, "a delete marker holds no data: take its mark away"
		}
		e := awsops.Entry{Key: row.Key, Size: row.Size, ETag: row.ETag, VersionID: row.VersionID}
		if row.Latest {
			e.VersionID = ""
		}
		s.Entries = append(s.Entries, e)
	}
	if len(rows) == 0 {
		return s, "there is nothing here"
	}
	return s, ""
}

// previewAction opens what an object or version holds.
func previewAction(bucket string, keys []string, none func() string, row func() (listing.Row, bool)) ui.Action {
	return ui.Action{ID: "object.preview", Keys: keys, Help: "view", Why: none, Run: func() tea.Cmd {
		r, ok := row()
		if !ok {
			return nil
		}
		if r.Latest { // it is its key's object, and can be edited as such
			r.VersionID = ""
		}
		return ui.Open(ui.Place{Screen: "preview", Bucket: bucket, Key: r.Key, Version: r.VersionID})
	}}
}

// restoreWords says how far a restore from an archive is, as a listing tells it.
func restoreWords(r listing.Restore) string {
	switch r {
	case listing.Restoring:
		return "on its way; it can't be read yet"
	case listing.Restored:
		return "there for now; the details say until when"
	}
	return ""
}

// classCell writes a storage class, after a sign for a restore that is on its way or there.
func classCell(t *ui.Theme, buf []byte, class string, r listing.Restore) []byte {
	switch r {
	case listing.Restoring:
		buf = append(append(buf, t.Glyph().Ellipsis...), ' ')
	case listing.Restored:
		buf = append(append(buf, t.Glyph().Check...), ' ')
	}
	return append(buf, ui.Clean(class)...)
}
