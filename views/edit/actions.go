package edit

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/objectedit"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/ui"
	"cooper/views"
)

// Actions are what can be done to the object.
func (v *screen) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "edit.change", Keys: []string{"enter", "e"}, Help: "change", Why: v.whyNotChange, Run: v.changeRow},
		{ID: "edit.add", Keys: []string{"n"}, Help: "add metadata or a tag", Why: v.whyNotAdd, Run: v.add},
		{ID: "edit.remove", Keys: []string{"d"}, Help: "take away", Why: v.whyNotRemove, Run: v.remove},
		{ID: "edit.save", Keys: []string{"S"}, Help: "save", Why: v.whyNotSave, Run: v.save},
		{ID: "edit.drop", Keys: []string{"U"}, Help: "drop changes", Why: v.whyNotSave, Run: func() tea.Cmd {
			v.drop()
			v.arrange()
			return nil
		}},
		{ID: "edit.text", Keys: []string{"t"}, Help: "text in your editor", Why: v.whyNoText, Run: func() tea.Cmd {
			return editText(v.env, v.life, v.place.Bucket, v.place.Key)
		}},
		{ID: "edit.restore", Keys: []string{"R"}, Help: "restore from archive", Why: v.whyNoRestore, Run: func() tea.Cmd {
			h := v.now.Head.Value
			return Restore(v.env, v.life, objectset.One(v.place.Bucket, v.place.Key, v.place.Version, h.ETag, h.Size))
		}},
		{ID: "object.preview", Keys: []string{"v", "V"}, Help: "view", Run: func() tea.Cmd {
			return ui.Open(ui.Place{Screen: "preview", Bucket: v.place.Bucket, Key: v.place.Key, Version: v.place.Version})
		}},
		{ID: "edit.key", Keys: []string{"K"}, Help: "give the key", Why: v.whyNoKey, Run: func() tea.Cmd {
			return views.FailKey(v.env, v.life, v.now.Head.Err, v.refresh)
		}},
		{ID: "object.details", Keys: []string{"i"}, Help: "details", Why: v.whyNotRead, Run: func() tea.Cmd { return views.DetailsDialog(v.place.Key, v.now) }},
		{ID: "edit.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.refresh},
	}
	return append(own, v.table.Keys()...)
}

func (v *screen) current() (row, bool) {
	if i, ok := v.table.Selected(); ok && i < len(v.rows) {
		return v.rows[i], true
	}
	return row{}, false
}

func (v *screen) whyNotRead() string {
	if v.now.Head.State != awsops.Known {
		return "the object isn't read"
	}
	return ""
}

func (v *screen) whyNoKey() string {
	if v.now.Head.Err == nil || !views.WantsKey(v.now.Head.Err) {
		return "no key is wanted"
	}
	return ""
}

func (v *screen) whyNotChange() string {
	r, ok := v.current()
	switch {
	case !ok:
		return "the object isn't read"
	case r.kind == heading || r.kind == told:
		return "this can't be changed here"
	case r.kind == tag:
		return v.whyNoTags()
	}
	return v.whyNoCopy()
}

func (v *screen) whyNotAdd() string {
	if why := v.whyNoCopy(); why == "" || v.whyNoTags() != "" {
		return why
	}
	return ""
}

func (v *screen) whyNotRemove() string {
	r, ok := v.current()
	if !ok || r.kind != meta && r.kind != tag && r.kind != header {
		return "stand on a header, on metadata or on a tag"
	}
	return v.whyNotChange()
}

func (v *screen) whyNotSave() string {
	if v.Dirty() == "" {
		return "nothing was changed"
	}
	return ""
}

func (v *screen) whyNoText() string {
	switch {
	case v.now.Head.State != awsops.Known:
		return "the object isn't read"
	case v.place.Version != "":
		return "this is an older version: restore it first"
	}
	return sentence(objectedit.WhyNoText(v.now.Head.Value))
}

// sentence takes the capital and the full stop off, for a reason.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + strings.TrimSuffix(s[1:], ".")
}

func (v *screen) whyNoRestore() string {
	if why := v.whyNotRead(); why != "" {
		return why
	}
	if v.now.Head.Value.Archive().State == objects.AtHand {
		return "it is in " + v.now.Head.Value.StorageClass + ", which needs no restore"
	}
	return ""
}

// changeRow asks for the value of the row under the cursor.
func (v *screen) changeRow() tea.Cmd {
	r, _ := v.current()
	switch r.kind {
	case class:
		return chooseClass("Storage class", v.head.StorageClass, func(c string) tea.Cmd {
			v.head.StorageClass = c
			v.arrange()
			return nil
		})
	case header:
		at := r.header.Of(&v.head)
		return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: string(r.header), Text: helps[r.header] + " Empty takes it away.", Label: label(r.header), Value: *at,
			Check: func(s string) string {
				return objectedit.Change{Headers: map[objectedit.Header]string{r.header: s}}.Problem()
			},
			OK: func(s string) tea.Cmd {
				*r.header.Of(&v.head) = s
				v.arrange()
				return nil
			}}))
	}
	list, check := v.list(r.kind)
	now, _ := find(*list, r.name)
	return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: kindWord(r.kind) + " " + r.label, Label: "value", Value: now,
		Check: func(s string) string { return check(with(*list, r.name, s)) },
		OK: func(s string) tea.Cmd {
			*list = with(*list, r.name, s)
			v.arrange()
			return nil
		}}))
}

func kindWord(k kind) string {
	if k == tag {
		return "Tag"
	}
	return "Metadata"
}

// list gives the pairs that rows of a kind are of, and what may be wrong with them.
func (v *screen) list(k kind) (*[]objects.Pair, func([]objects.Pair) string) {
	if k == tag {
		return &v.tags, func(p []objects.Pair) string {
			return objectedit.Change{Tags: objectedit.Pairs{Set: p}}.Problem()
		}
	}
	return &v.head.Metadata, func(p []objects.Pair) string {
		return objectedit.Change{Metadata: objectedit.Pairs{Set: p}}.Problem()
	}
}

// with sets one pair, in a list of its own.
func with(pairs []objects.Pair, name, value string) []objects.Pair {
	out := slices.Clone(pairs)
	for i := range out {
		if out[i].Name == name {
			out[i].Value = value
			return out
		}
	}
	return append(out, objects.Pair{Name: name, Value: value})
}

// add asks for a name and a value.
func (v *screen) add() tea.Cmd {
	kinds := []string{"metadata", "tag"}
	r, _ := v.current()
	at := kinds[0]
	if r.kind == tag || v.whyNoCopy() != "" {
		at = kinds[1]
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Add", Submit: "add it here", Fields: []ui.FormField{
		{ID: "what", Label: "what", Kind: ui.ChoiceField, Options: kinds, Value: at, Help: "Metadata comes with every GET, and changing it makes a copy. Tags are for rules, policies and reports, and change in place."},
		{ID: "name", Label: "name"},
		{ID: "value", Label: "value"},
	}, OK: func(f ui.Values) (tea.Cmd, string) { return nil, v.added(f) }}))
}

// added takes a pair in, or says why it can't be.
func (v *screen) added(f ui.Values) string {
	k, why := meta, v.whyNoCopy()
	if f["what"] == "tag" {
		k, why = tag, v.whyNoTags()
	}
	if why != "" {
		return why
	}
	name := strings.TrimSpace(f["name"])
	if k == meta {
		name = strings.ToLower(name) // as S3 keeps it
	}
	list, check := v.list(k)
	if _, has := find(*list, name); has {
		return name + " is there already: change it"
	}
	next := with(*list, name, strings.TrimSpace(f["value"]))
	if why := check(next); why != "" {
		return why
	}
	*list = next
	v.arrange()
	return ""
}

// remove takes the row under the cursor away.
func (v *screen) remove() tea.Cmd {
	r, _ := v.current()
	if r.kind == header {
		*r.header.Of(&v.head) = ""
	} else {
		list, _ := v.list(r.kind)
		*list = slices.DeleteFunc(slices.Clone(*list), func(p objects.Pair) bool { return p.Name == r.name })
	}
	v.arrange()
	return nil
}

// Copies offers what the row holds.
func (v *screen) Copies() []ui.CopyItem {
	r, _ := v.current()
	items := []ui.CopyItem{{Label: "key", Value: v.place.Key}, {Label: "s3:// URI", Value: "s3://" + v.place.Bucket + "/" + v.place.Key}}
	before := v.now.Head.Value
	switch r.kind {
	case header:
		items = append(items, ui.CopyItem{Label: string(r.header), Value: *r.header.Of(&before)})
	case meta, tag:
		list, _ := v.list(r.kind)
		text, _ := find(*list, r.name)
		items = append(items, ui.CopyItem{Label: r.label, Value: text})
	}
	return items
}
