package encryption

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	defaults "cooper/awsops/encryption"
	"cooper/awsops/kms"
	"cooper/ui"
)

// The kinds as the form names them, with what the API calls them.
var (
	kindNames = []string{"SSE-S3", "SSE-KMS", "DSSE-KMS"}
	kindCodes = []string{defaults.SSES3, defaults.KMS, defaults.DSSE}
)

const (
	ssecBlocked = "blocked"
	ssecAllowed = "allowed"
	ssecAsIs    = "as it is"
)

// edit opens the form with what was typed last and not applied, else with the default as it is.
func (v *tab) edit() tea.Cmd {
	if v.typed != nil {
		return v.form(*v.typed)
	}
	return v.form(v.same())
}

// form asks for all of the default.
func (v *tab) form(spec defaults.PutSpec) tea.Cmd {
	ssec := ssecAsIs
	if blocked, known := defaults.Blocks(v.byDefault.Value); blocked {
		ssec = ssecBlocked
	} else if known {
		ssec = ssecAllowed
	}
	if word, ok := map[string]string{defaults.BlockSSEC: ssecBlocked, defaults.BlockNone: ssecAllowed}[spec.SSEC]; ok {
		ssec = word
	}
	options := []string{ssecBlocked, ssecAllowed}
	if ssec == ssecAsIs {
		options = append([]string{ssecAsIs}, options...)
	}
	code := func(x ui.Values) string { return kindCodes[max(slices.Index(kindNames, x["kind"]), 0)] }
	tick := ""
	if spec.BucketKey {
		tick = "yes"
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Default encryption of " + ui.Clean(v.bucket), Submit: "plan",
		Text: "For new objects that are uploaded without encryption headers. What is there keeps its encryption.",
		Fields: []ui.FormField{
			{ID: "kind", Label: "kind", Kind: ui.ChoiceField, Options: kindNames, Value: kindNames[max(slices.Index(kindCodes, spec.Algorithm), 0)],
				Help: "SSE-S3: S3's own keys. SSE-KMS: a KMS key with rights and a history of its own. DSSE-KMS: the same in two layers, dearer."},
			{ID: "key", Label: "KMS key", Value: spec.Key, Placeholder: "aws/s3", Check: v.keyProblem, Hidden: func(x ui.Values) bool { return !defaults.UsesKMS(code(x)) },
				Help: "ARN, id or alias/name, of the bucket's region; empty is aws/s3. K on the tab lists the keys. A key of another account only by its ARN."},
			{ID: "bucketkey", Label: "Bucket Key", Kind: ui.CheckField, Value: tick, Hidden: func(x ui.Values) bool { return code(x) != defaults.KMS },
				Help: "Spares up to 99 % of the requests to KMS. The encryption context is then the bucket's ARN."},
			{ID: "ssec", Label: "SSE-C uploads", Kind: ui.ChoiceField, Options: options, Value: ssec,
				Help: "Uploads under a key that only the uploader has. Blocked is what new buckets begin with."},
		},
		OK: func(x ui.Values) (tea.Cmd, string) {
			spec := defaults.PutSpec{Bucket: v.bucket, Algorithm: code(x)}
			if defaults.UsesKMS(spec.Algorithm) {
				spec.Key = strings.TrimSpace(x["key"])
				spec.BucketKey = x.Yes("bucketkey") && spec.Algorithm == defaults.KMS
			}
			spec.SSEC = map[string]string{ssecBlocked: defaults.BlockSSEC, ssecAllowed: defaults.BlockNone}[x["ssec"]]
			if why := spec.Check(); why != "" {
				return nil, why
			}
			v.typed = &spec
			return v.propose(spec), ""
		}}))
}

// keyProblem looks at a key's name as it is typed.
func (v *tab) keyProblem(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || v.env.Session.Dialect() == awsops.DialectCompatible {
		return ""
	}
	n, err := kms.ParseName(text)
	if err != nil {
		return awsops.Wrap("", "", "", err).Message
	}
	if n.Region != "" && v.target.Region != "" && n.Region != v.target.Region {
		return "the key is in " + n.Region + " and the bucket in " + v.target.Region
	}
	return ""
}

// pickKey lists the region's keys and opens the form with the one that is chosen.
func (v *tab) pickKey() tea.Cmd {
	return v.listKeys(func(list []kms.Listed) ui.Dialog {
		return v.chooseKey(list, "A bucket is encrypted with a key of its own region. Keys of other accounts can't be listed: type their full ARN. An alias is set as the ARN of its key, "+
			"because S3 looks aliases up in each writer's own account.", keyChoice, func(arn string) tea.Cmd { return v.form(v.withKey(arn)) })
	}, v.pickKey, func() tea.Cmd { return v.form(v.withKey("")) })
}

// pickUsage lists the region's keys and opens the history of the one that is chosen, or typed.
func (v *tab) pickUsage() tea.Cmd {
	typed := func() tea.Cmd {
		return ui.Push(ui.NewPrompt(ui.PromptOptions{Title: "Who used a KMS key", Label: "ARN of the key", Text: "Of a key of another account, the history here has what this account did with it.",
			Check: arnProblem, OK: func(text string) tea.Cmd { return v.usageOf(strings.TrimSpace(text)) }}))
	}
	any := func(l kms.Listed, region string) ui.Choice {
		c := keyChoice(l, region)
		c.Why = "" // a key that can't be used now has a history, too
		return c
	}
	return v.listKeys(func(list []kms.Listed) ui.Dialog {
		return v.chooseKey(list, "Whose uses are shown.", any, func(arn string) tea.Cmd {
			if arn == "" {
				return typed()
			}
			return v.usageOf(arn)
		})
	}, v.pickUsage, typed)
}

func arnProblem(text string) string {
	if !kms.IsKeyARN(strings.TrimSpace(text)) {
		return "the full ARN of a key: arn:aws:kms:…:key/…"
	}
	return ""
}

// listKeys reads the region's keys and opens what is made of them. Where they can't be listed it says so and goes on with
// what asks for a typed one.
func (v *tab) listKeys(open func([]kms.Listed) ui.Dialog, again, typed func() tea.Cmd) tea.Cmd {
	region := v.target.Region
	return ui.While("Reading the KMS keys of "+region+"…", ui.Do(v.life, "keys", func(ctx context.Context) ([]kms.Listed, error) {
		return kms.Keys(ctx, v.env.Session.Reader(), region)
	}, func(list []kms.Listed, err error) tea.Cmd {
		if err != nil {
			return tea.Batch(ui.Fail(err, again), typed())
		}
		return tea.Batch(ui.Status("", ui.Info), ui.Raise(open(list)))
	}))
}

// chooseKey is a list of keys with a last entry for one that is typed, whose ARN is "".
func (v *tab) chooseKey(list []kms.Listed, text string, choice func(kms.Listed, string) ui.Choice, then func(arn string) tea.Cmd) ui.Dialog {
	items, at := make([]ui.Choice, 0, len(list)+1), 0
	for i, l := range list {
		items = append(items, choice(l, v.target.Region))
		if k, ok := v.key.key.Get(); ok && k.ARN == l.ARN {
			items[i].Detail, at = "now: "+items[i].Detail, i
		}
	}
	items = append(items, ui.Choice{Title: "another key", Detail: "typed"})
	return ui.NewChoose(ui.ChooseOptions{Title: "KMS keys of " + v.target.Account + " in " + v.target.Region, Items: items, At: at, Text: text, OK: func(i int) tea.Cmd {
		if i == len(list) {
			return then("")
		}
		return then(list[i].ARN)
	}})
}

// withKey is the present default with another key; without KMS it becomes SSE-KMS with a Bucket Key.
func (v *tab) withKey(arn string) defaults.PutSpec {
	spec := v.same()
	if !defaults.UsesKMS(spec.Algorithm) {
		spec.Algorithm, spec.BucketKey = defaults.KMS, true
	}
	spec.Key = arn
	return spec
}

// keyChoice is one key of the list: its name, what it is, and why it can't be taken.
func keyChoice(l kms.Listed, region string) ui.Choice {
	c := ui.Choice{Title: ui.Clean(l.ID)}
	if names := strings.Join(l.Aliases, ", "); names != "" {
		c.Title = ui.Clean(names)
	}
	k, ok := l.Key.Get()
	if !ok {
		c.Detail = "not described: " + l.Key.State.String()
		return c
	}
	c.Detail, c.Why = ui.Clean(defaults.Describe(k)), k.ForS3(region)
	if k.Manager == "AWS" && l.Alias() != defaults.ManagedAlias && c.Why == "" {
		c.Why = "the key belongs to another AWS service"
	}
	return c
}
