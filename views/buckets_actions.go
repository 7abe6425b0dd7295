package views

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/ui"
	"cooper/ui/grid"
)

func (v *bucketsView) Actions() []ui.Action {
	none := func() string {
		if _, ok := v.current(); !ok {
			return "there is no bucket here"
		}
		return ""
	}
	own := []ui.Action{
		{ID: "bucket.open", Keys: []string{"enter", "right", "l"}, Help: "open", Why: none, Run: v.open("objects")},
		{ID: "bucket.create", Keys: []string{"n"}, Help: "create", Run: func() tea.Cmd { return openCreate(v.env, v.life, nil) }},
		{ID: "bucket.named", Keys: []string{"o"}, Help: "open by name", Run: v.askName},
		{ID: "bucket.delete", Keys: []string{"d"}, Help: "delete", Why: none, Run: v.delete},
		{ID: "bucket.empty", Keys: []string{"E"}, Help: "empty", Why: none, Run: v.empty},
		{ID: "bucket.properties", Keys: []string{"e"}, Help: "properties", Why: none, Run: v.open("properties")},
		{ID: "bucket.details", Keys: []string{"i"}, Help: "details", Why: none, Run: v.details},
		v.env.presign(v.life, none, func() ui.Place {
			b, _ := v.current()
			return ui.Place{Bucket: b.Name}
		}),
		{ID: "buckets.sort", Keys: []string{"s"}, Help: "sort", Run: v.chooseOrder},
		{ID: "buckets.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.refresh},
	}
	for _, a := range withoutMarks(v.table.actions()) {
		run := a.Run
		a.Run = func() tea.Cmd { return tea.Batch(run(), v.follow()) }
		own = append(own, a)
	}
	return own
}

// withoutMarks takes marking out of a table's actions, for screens where nothing is done to several rows at once.
func withoutMarks(all []ui.Action) []ui.Action {
	return slices.DeleteFunc(all, func(a ui.Action) bool { return a.ID == grid.ToggleMark.ID() || a.ID == grid.ToggleAll.ID() })
}

func (v *bucketsView) open(screen string) func() tea.Cmd {
	return func() tea.Cmd {
		b, ok := v.current()
		if !ok {
			return nil
		}
		return ui.Open(ui.Place{Screen: screen, Bucket: b.Name})
	}
}

// askName opens a bucket that may not be in the list: another account's, or one of an account whose list is denied.
func (v *bucketsView) askName() tea.Cmd {
	return ui.Push(ui.NewPrompt(ui.PromptOptions{
		Title: "Open a bucket by its name", Label: "bucket", Placeholder: "name or s3://name/prefix",
		Text: "It need not be in the list: what you may do in it is found out then.",
		Check: func(s string) string {
			if name, _ := bucketAndPrefix(s); name == "" {
				return "type a name"
			}
			return ""
		},
		OK: func(s string) tea.Cmd {
			name, prefix := bucketAndPrefix(s)
			v.typed = append(v.typed, name)
			v.take()
			v.find(name)
			return tea.Batch(v.follow(), ui.Open(ui.Place{Screen: "objects", Bucket: name, Prefix: prefix}))
		},
	}))
}

// bucketAndPrefix reads a name or an s3:// address.
func bucketAndPrefix(s string) (bucket, prefix string) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "s3://")
	bucket, prefix, _ = strings.Cut(s, "/")
	return bucket, prefix
}

func (v *bucketsView) chooseOrder() tea.Cmd {
	items := make([]ui.Choice, 0, 2*len(bucketOrders))
	for _, o := range bucketOrders {
		detail := ""
		if o.facts {
			detail = "reads this of every bucket first"
		}
		items = append(items, ui.Choice{Title: o.title, Detail: detail}, ui.Choice{Title: o.title + ", descending", Detail: detail})
	}
	at := 2 * v.sortBy
	if v.desc {
		at++
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "Sort buckets by", Items: items, At: at, OK: func(i int) tea.Cmd {
		v.sortBy, v.desc = i/2, i%2 == 1
		v.arrange()
		return v.follow()
	}}))
}

// others are the names of all buckets but one.
func (v *bucketsView) others(but string) []string {
	var out []string
	for _, b := range v.rows {
		if b.Name != but {
			out = append(out, b.Name)
		}
	}
	return out
}

func (v *bucketsView) delete() tea.Cmd {
	b, ok := v.current()
	if !ok {
		return nil
	}
	return proposeDelete(v.env, v.life, b.Name, v.board, v.others(b.Name))
}

func (v *bucketsView) empty() tea.Cmd {
	b, ok := v.current()
	if !ok {
		return nil
	}
	return proposeEmpty(v.env, v.life, b.Name)
}

func (v *bucketsView) Copies() []ui.CopyItem {
	b, ok := v.current()
	if !ok {
		return nil
	}
	return bucketCopies(v.env, v.partition, b.Name, v.region(b))
}

// bucketCopies are what may be taken away of a bucket.
func bucketCopies(env *Env, partition, name, region string) []ui.CopyItem {
	t := awsops.Target{Profile: env.Session.Profile(), Region: region, Endpoint: env.Session.Endpoint()}
	items := []ui.CopyItem{
		{Label: "name", Value: name},
		{Label: "ARN", Value: buckets.ARN(partition, name)},
		{Label: "s3:// URI", Value: "s3://" + name + "/"},
	}
	switch endpoint := env.Session.Endpoint(); {
	case endpoint != "":
		items = append(items, ui.CopyItem{Label: "URL", Value: strings.TrimSuffix(endpoint, "/") + "/" + name + "/"})
	case region != "":
		items = append(items, ui.CopyItem{Label: "URL", Value: "https://" + name + ".s3." + region + ".amazonaws.com/"})
	}
	return append(items, ui.CopyItem{Label: "command line", Value: awsops.Command(t, "s3", "ls").Arg("s3://" + name + "/").String()})
}
