// Package encryption is a bucket's third tab: its default encryption with the key behind it, what its policy forces
// besides, and who used the key.
package encryption

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	defaults "cooper/awsops/encryption"
	"cooper/awsops/kms"
	"cooper/awsops/policy"
	"cooper/ui"
	"cooper/ui/grid"
	"cooper/views"
)

// tab is the Encryption tab of one bucket.
type tab struct {
	env    *views.Env
	life   *ui.Life
	bucket string
	table  views.Table

	byDefault awsops.Reading[buckets.Encryption]
	previous  *buckets.Encryption // what the server had before the last change that was seen; nil for none
	target    awsops.Target
	key       keyFacts
	typed     *defaults.PutSpec // what the form was left with and no job has set since; nil for nothing

	policy awsops.Reading[string]
	doc    *policy.Document // nil: there is none or it can't be read
	arn    policy.ARN
	forced policy.Forced

	items  []item
	lines  []line
	width  int
	placed bool // the cursor was put on the first row with which something can be done
}

// keyFacts is what is known of the default's key.
type keyFacts struct {
	key     awsops.Reading[kms.Key]
	aliases awsops.Reading[[]kms.Alias]
	quota   awsops.Reading[int64]
}

// item is a row before it is wrapped.
type item struct {
	id          string // what can be done with it: "default", "key", or a switch's name
	label, text string
	style       grid.Style
	heading     bool
	loud        bool // the label has the text's style, too
}

type line struct {
	item        int
	label, text string
}

// New makes the Encryption tab of place.Bucket.
func New(env *views.Env, place ui.Place) ui.View {
	v := &tab{env: env, life: env.Life(), bucket: place.Bucket, width: 80}
	v.table = views.NewTable(env.Theme, v, grid.Column{Title: "encryption", Width: 20}, grid.Column{Title: "", Width: 20, Flex: 1})
	return v
}

func (v *tab) Title() string { return "encryption" }
func (v *tab) Close()        { v.life.Close() }

// Crumbs leads back to the bucket.
func (v *tab) Crumbs() []string { return []string{ui.Clean(v.bucket), "encryption"} }

func (v *tab) Init() tea.Cmd { return v.load() }

// load reads everything anew; what was read stays on the screen until the answer is there.
func (v *tab) load() tea.Cmd {
	for _, state := range []*awsops.State{&v.byDefault.State, &v.policy.State} {
		if *state == awsops.Unread {
			*state = awsops.Loading
		}
	}
	v.build()
	return tea.Batch(v.loadDefault(), v.loadPolicy())
}

func (v *tab) loadDefault() tea.Cmd {
	type read struct {
		byDefault awsops.Reading[buckets.Encryption]
		target    awsops.Target
	}
	return ui.Do(v.life, "default", func(ctx context.Context) (read, error) {
		r := v.env.Session.Reader()
		return read{defaults.Reading(ctx, r, v.bucket), r.Target(ctx, v.bucket)}, nil
	}, func(got read, _ error) tea.Cmd {
		was := v.byDefault
		if was.State == awsops.Known && got.byDefault.State == awsops.Known && defaults.CompactJSON(was.Value) != defaults.CompactJSON(got.byDefault.Value) {
			v.previous = &was.Value
		}
		v.byDefault, v.target = got.byDefault, got.target
		cmd := v.loadKey()
		v.build()
		return cmd
	})
}

// loadKey reads what KMS says of the default's key, where there is one.
func (v *tab) loadKey() tea.Cmd {
	e, ok := v.byDefault.Get()
	if !ok || !defaults.UsesKMS(e.Algorithm) {
		v.key = keyFacts{}
		return nil
	}
	if !v.key.key.Settled() {
		v.key.key.State, v.key.quota.State, v.key.aliases.State = awsops.Loading, awsops.Loading, awsops.Loading
	}
	name, region := keyName(e), v.target.Region
	return ui.Do(v.life, "key", func(ctx context.Context) (keyFacts, error) {
		r := v.env.Session.Reader()
		out := keyFacts{key: kms.Reading(ctx, r, region, name), quota: kms.Quota(ctx, r, region)}
		if k, ok := out.key.Get(); ok && (v.target.Account == "" || k.Account == v.target.Account) {
			list, err := kms.Aliases(ctx, r, region, k.ID)
			out.aliases = awsops.Read("ListAliases", r.Now(), list, err)
		}
		return out, nil
	}, func(got keyFacts, _ error) tea.Cmd {
		v.key = got
		v.build()
		return nil
	})
}

// keyName is the default's key as KMS is asked for it.
func keyName(e buckets.Encryption) string {
	if e.KeyID == "" {
		return defaults.ManagedAlias
	}
	return e.KeyID
}

func (v *tab) loadPolicy() tea.Cmd {
	type read struct {
		text awsops.Reading[string]
		arn  policy.ARN
	}
	return ui.Do(v.life, "policy", func(ctx context.Context) (read, error) {
		r := v.env.Session.Reader()
		return read{bucketpolicy.Read(ctx, r, v.bucket), bucketpolicy.ARN(ctx, r, v.bucket)}, nil
	}, func(got read, _ error) tea.Cmd {
		v.policy, v.arn, v.doc = got.text, got.arn, nil
		if text, ok := got.text.Get(); ok {
			if d, err := policy.Parse([]byte(text)); err == nil {
				v.doc = d
			}
		}
		v.forced = policy.ForcedOn(v.doc, v.arn)
		v.build()
		return nil
	})
}

func (v *tab) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case views.JobEnded:
		if m.Bucket == v.bucket {
			v.typed = nil
			return v.load()
		}
		return nil
	case ui.Resumed:
		return v.load()
	}
	return v.table.Update(msg)
}

func (v *tab) Render(w, h int) string {
	if w != v.width {
		v.width = w
		v.build()
	}
	return v.table.Render(w, h)
}

// Len, Want and Cell make the view its own table's source.
func (v *tab) Len() (int, bool) { return len(v.lines), true }

// Want does nothing: everything is read when the tab opens.
func (v *tab) Want(int, int) {}

func (v *tab) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	l := v.lines[row]
	it := v.items[l.item]
	if col == 1 {
		return append(buf, l.text...), it.style
	}
	switch {
	case it.heading:
		return append(buf, l.label...), views.CellAccent
	case it.loud:
		return append(buf, l.label...), it.style
	}
	return append(buf, l.label...), views.CellMuted
}

// current is the id of the row under the cursor, "" for one with which nothing can be done.
func (v *tab) current() string {
	if row, ok := v.table.Selected(); ok && row < len(v.lines) {
		return v.items[v.lines[row].item].id
	}
	return ""
}

// build makes the rows anew.
func (v *tab) build() {
	v.items = v.rows()
	v.lines = v.lines[:0]
	for i, it := range v.items {
		for j, t := range ui.Wrap(it.text, max(v.width-26, 12)) {
			l := line{item: i, text: t}
			if j == 0 {
				l.label = it.label
			}
			v.lines = append(v.lines, l)
		}
	}
	if !v.placed && len(v.lines) > 1 {
		v.placed = true
		v.table.SelectRow(1)
	}
}

// Copies are what the copy menu offers.
func (v *tab) Copies() []ui.CopyItem {
	var out []ui.CopyItem
	if k, ok := v.key.key.Get(); ok {
		out = append(out, ui.CopyItem{Label: "ARN of the key", Value: k.ARN})
		if k.Doomed() {
			out = append(out, ui.CopyItem{Label: "command line that keeps the key from being deleted", Value: rescue(v.target, k)})
		}
	}
	if e, ok := v.byDefault.Get(); ok {
		out = append(out, ui.CopyItem{Label: "default encryption as JSON", Value: defaults.CompactJSON(e)})
	}
	return append(out, ui.CopyItem{Label: "bucket", Value: v.bucket})
}

// rescue is the command line that cancels a key's deletion.
func rescue(target awsops.Target, k kms.Key) string {
	return awsops.Command(target, "kms", "cancel-key-deletion").Flag("--key-id", k.ARN).String()
}
