package reencrypt

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/reencrypt"
	"cooper/awsops/sse"
	"cooper/ui"
	"cooper/views"
)

// Actions are the screen's keys.
func (v *kinds) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "kinds.objects", Keys: []string{"enter"}, Help: v.openHelp(), Why: v.whyNotOpen, Run: v.open},
		{ID: "kinds.encrypt", Keys: []string{"e"}, Help: v.encryptHelp(), Why: v.whyNotEncrypt, Run: func() tea.Cmd { return v.encrypt(nil) }},
		{ID: "kinds.differs", Keys: []string{"f"}, Help: v.differsHelp(), Why: v.whyNotDiffers, Run: v.toggleDiffers},
		{ID: "kinds.up", Keys: []string{"backspace"}, Help: "back to the kinds", Why: v.whyNotUp, Run: v.up},
		{ID: "kinds.stop", Keys: []string{"X"}, Help: "stop counting", Why: v.whyNotStop, Run: func() tea.Cmd { v.stopJob(); return nil }},
		{ID: "kinds.refresh", Keys: []string{"r"}, Help: "count again", Run: v.count},
	}
	return append(own, v.table.Keys()...)
}

func (v *kinds) selected() (int, bool) {
	row, ok := v.table.Selected()
	n, _ := v.Len()
	return row, ok && row < n
}

func (v *kinds) openHelp() string {
	if v.list {
		return "go to the object"
	}
	return "objects of this kind"
}

func (v *kinds) whyNotOpen() string {
	if _, ok := v.selected(); !ok {
		return "there is nothing here"
	}
	return ""
}

// open lists the objects of a kind, or shows one in its bucket.
func (v *kinds) open() tea.Cmd {
	row, ok := v.selected()
	if !ok {
		return nil
	}
	if v.list {
		f := v.view.Found[v.shown[row]]
		return ui.Open(ui.Place{Screen: "objects", Bucket: v.scope.Bucket, Prefix: parent(f.Key), Key: f.Key})
	}
	v.showList(row, false)
	return nil
}

// parent is the prefix of a key's level.
func parent(key string) string {
	for i := len(key) - 2; i >= 0; i-- {
		if key[i] == '/' {
			return key[:i+1]
		}
	}
	return ""
}

func (v *kinds) showList(group int, differs bool) {
	v.list, v.group, v.differs = true, group, differs
	v.table.SetColumns(objectColumns...)
	v.refresh()
	v.table.SelectRow(0)
}

func (v *kinds) up() tea.Cmd {
	v.list, v.group, v.differs = false, -1, false
	v.table.SetColumns(kindColumns...)
	v.refresh()
	v.table.SelectRow(0)
	return nil
}

func (v *kinds) whyNotUp() string {
	if !v.list {
		return "these are the kinds"
	}
	return ""
}

func (v *kinds) differsHelp() string {
	if v.differs {
		return "all of them"
	}
	return "what differs from the default"
}

func (v *kinds) whyNotDiffers() string {
	if _, ok := v.byDefault.Get(); !ok {
		return "the bucket's default encryption is not known"
	}
	return ""
}

func (v *kinds) toggleDiffers() tea.Cmd {
	if v.differs {
		return v.up()
	}
	v.showList(-1, true)
	return nil
}

func (v *kinds) whyNotStop() string {
	if !v.running() {
		return "counting has ended"
	}
	return ""
}

func (v *kinds) encryptHelp() string {
	if v.list {
		return "encrypt these anew"
	}
	return "encrypt anew"
}

func (v *kinds) whyNotEncrypt() string {
	switch {
	case v.env.Session.ReadOnly():
		return "read-only mode"
	case v.view.Looked == 0:
		return "nothing was looked at yet"
	case v.list && len(v.shown) == 0:
		return "none are shown"
	}
	return ""
}

// target is what is encrypted anew: the scope, or the objects that are shown.
func (v *kinds) target() reencrypt.Scope {
	if !v.list {
		return v.scope
	}
	s := reencrypt.Scope{Bucket: v.scope.Bucket}
	for _, i := range v.shown {
		s.Keys = append(s.Keys, v.view.Found[i].Key)
	}
	return s
}

// encrypt asks how, and plans it. typed is what was typed before, nil at first.
func (v *kinds) encrypt(typed ui.Values) tea.Cmd {
	scope := v.target()
	text := "All current objects"
	switch {
	case len(scope.Keys) == 1:
		text = ui.Clean(scope.Keys[0])
	case len(scope.Keys) > 1:
		text = ui.Plural(int64(len(scope.Keys)), "object", "objects")
	case scope.Prefix != "":
		text += " under " + ui.Clean(scope.Prefix)
	}
	text += ". SSE-S3 and SSE-KMS become SSE-KMS in place where S3 can do that; all else is copied onto itself. The plan says which."
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Encrypt anew", Text: text, Submit: "show the plan", Fields: views.Refill(v.fields(), typed),
		OK: func(values ui.Values) (tea.Cmd, string) {
			return views.WithChoice(v.env, v.life, scope.Bucket, values, v.encrypt, func(c sse.Choice) tea.Cmd {
				scope := scope
				scope.Versions = values.Yes("versions") && c.Kind == sse.KMS
				return v.env.Propose(v.life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
					return reencrypt.Plan(ctx, r, reencrypt.Spec{Scope: scope, To: c})
				})
			}), ""
		}}))
}

// fields ask for a kind, with what the bucket's default says to start with. The default itself can't be sent: S3 reads it
// only where a request names nothing.
func (v *kinds) fields() []ui.FormField {
	fields := views.EncryptionFields(v.env)
	choice := sse.Choice{Kind: sse.S3}
	if e, ok := v.byDefault.Get(); ok && e.Algorithm != "" {
		choice = asChoice(e)
	}
	for i := range fields {
		switch fields[i].ID {
		case "sse":
			fields[i].Options = slices.DeleteFunc(slices.Clone(fields[i].Options), func(s string) bool { return s == sse.Default.String() })
			fields[i].Value = choice.Kind.String()
		case "kms":
			fields[i].Value = choice.KeyID
		case "bucketkey":
			if choice.BucketKey {
				fields[i].Value = "yes"
			}
		}
	}
	if v.env.Session.Dialect() == awsops.DialectCompatible {
		return fields // it has no way to change an older version
	}
	return append(fields, ui.FormField{ID: "versions", Label: "all versions", Kind: ui.CheckField, Hidden: func(v ui.Values) bool { return v["sse"] != sse.KMS.String() },
		Help: "Older versions become SSE-KMS, too, where they are SSE-S3 or SSE-KMS. Others stay: a copy would be a new current version."})
}
