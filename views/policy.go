package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/policy"
	"cooper/ui"
	"cooper/ui/grid"
)

// policyView is a bucket's fifth tab: what its policy does, in words and as JSON.
type policyView struct {
	env    *Env
	life   *ui.Life
	bucket string
	board  *buckets.Board
	table  *table

	text  awsops.Reading[string]
	doc   *policy.Document // nil: there is none or it can't be read
	lint  []policy.Problem
	arn   policy.ARN
	owner string // account, as far as it is known
	draft policyDraft
	past  past // policies from before

	json   bool // show the text in place of the words
	scroll scroll
	items  []policyItem
	lines  []policyLine
	width  int
}

// policyItem is a row of the words.
type policyItem struct {
	label, text string
	style       grid.Style
	heading     bool
	statement   int // index, -1 for other rows
}

type policyLine struct {
	item        int
	label, text string
}

// NewPolicy makes the policy tab of place.Bucket.
func NewPolicy(env *Env, place ui.Place) ui.View {
	v := &policyView{env: env, life: env.Life(), bucket: place.Bucket, width: 80}
	v.board = buckets.NewBoard(v.life.Context(), env.Session.Reader())
	v.table = newTable(env.Theme, v, grid.Column{Title: "policy", Width: 20}, grid.Column{Title: "", Width: 20, Flex: 1})
	return v
}

func (v *policyView) Title() string { return "policy" }
func (v *policyView) Close()        { v.life.Close() }

// Crumbs leads back to the bucket.
func (v *policyView) Crumbs() []string { return []string{ui.Clean(v.bucket), "policy"} }

func (v *policyView) Init() tea.Cmd { return v.load() }

// policyRead is what one look at the server gives.
type policyRead struct {
	text  awsops.Reading[string]
	arn   policy.ARN
	owner string
	past  past
}

func (v *policyView) load() tea.Cmd {
	v.board.Forget(v.bucket)
	v.board.Want([]string{v.bucket}, []buckets.Fact{buckets.FactPolicyPublic, buckets.FactBlock, buckets.FactAccountBlock, buckets.FactOwnership, buckets.FactACL})
	if !v.text.Settled() {
		v.text.State = awsops.Loading
	}
	v.build()
	read := ui.Do(v.life, "policy", func(ctx context.Context) (policyRead, error) {
		r := v.env.Session.Reader()
		out := policyRead{text: bucketpolicy.Read(ctx, r, v.bucket), arn: bucketpolicy.ARN(ctx, r, v.bucket)}
		if id, ok := v.env.Session.Identity(ctx).Get(); ok {
			out.owner = id.Account
		}
		owner := r.Owner(ctx, v.bucket)
		if owner != "" {
			out.owner = owner
		}
		out.past = v.env.replaced(bucketpolicy.Document, v.bucket, owner)
		return out, nil
	}, func(got policyRead, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, v.load)
		}
		v.take(got)
		return nil
	})
	return tea.Batch(ui.Watch(v.life, "facts", v.board), read)
}

// take shows what was read, and keeps what was there before when it changed.
func (v *policyView) take(got policyRead) {
	was := v.text
	if known(was.State) && known(got.text.State) && was.Value != got.text.Value {
		v.env.saw(bucketpolicy.Document, v.bucket, was.Value)
	}
	v.past = got.past.with(v.env.seen[[2]string{bucketpolicy.Document, v.bucket}], func(text string) bool {
		return text == got.text.Value || text != "" && policy.Same([]byte(text), []byte(got.text.Value))
	})
	v.text, v.arn, v.owner, v.doc, v.lint = got.text, got.arn, got.owner, nil, nil
	if text, ok := got.text.Get(); ok {
		v.lint = policy.Lint(policy.Pretty([]byte(text)), v.arn) // the places are those of the lines that are shown
		if d, err := policy.Parse([]byte(text)); err == nil {
			v.doc = d
		}
		if v.draft.text != "" && policy.Meaning([]byte(v.draft.text)) == policy.Meaning([]byte(text)) {
			v.draft.text = "" // it is saved
		}
	}
	v.build()
}

func (v *policyView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case ui.Grew:
		if m.Life == v.life {
			v.build()
		}
		return nil
	case JobEnded:
		if m.Bucket == v.bucket || m.Kind == buckets.KindAccountBlock {
			return v.load()
		}
		return nil
	case policyEdited:
		return v.edited(m)
	case ui.Resumed:
		return v.load()
	}
	if v.json {
		return nil
	}
	return v.table.Update(msg)
}

func (v *policyView) Render(w, h int) string {
	if w != v.width {
		v.width = w
		v.build()
	}
	if v.json {
		return strings.Join(v.scroll.window(v.env.Theme, codeLines(v.env.Theme, string(policy.Pretty([]byte(v.text.Value))), w, paintJSON), w, h), "\n")
	}
	return v.table.Render(w, h)
}

// Len, Want and Cell make the view its own table's source.
func (v *policyView) Len() (int, bool) { return len(v.lines), true }

// Want does nothing: everything is read when the tab opens.
func (v *policyView) Want(int, int) {}

func (v *policyView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	l := v.lines[row]
	it := v.items[l.item]
	if col == 1 {
		return append(buf, l.text...), it.style
	}
	if it.heading {
		return append(buf, l.label...), cellAccent
	}
	return append(buf, l.label...), cellMuted
}

// current is the statement under the cursor, -1 for none.
func (v *policyView) current() int {
	if row, ok := v.table.Selected(); ok && row < len(v.lines) && !v.json {
		return v.items[v.lines[row].item].statement
	}
	return -1
}

// build makes the rows anew.
func (v *policyView) build() {
	v.items = v.rows()
	v.lines = v.lines[:0]
	for i, it := range v.items {
		texts := []string{it.text}
		if it.text != "" {
			texts = ui.Wrap(it.text, max(v.width-28, 12))
		}
		for j, t := range texts {
			l := policyLine{item: i, text: t}
			if j == 0 {
				l.label = it.label
			}
			v.lines = append(v.lines, l)
		}
	}
}

func (v *policyView) Copies() []ui.CopyItem {
	var out []ui.CopyItem
	if i := v.current(); i >= 0 && v.doc != nil {
		out = append(out, ui.CopyItem{Label: "statement", Value: string(v.doc.Statements[i].Raw)})
	}
	if text, ok := v.text.Get(); ok {
		out = append(out, ui.CopyItem{Label: "policy", Value: text})
	}
	return append(out, ui.CopyItem{Label: "bucket", Value: v.bucket})
}
