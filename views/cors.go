package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/cors"
	"cooper/awsops/corsplan"
	"cooper/ui"
	"cooper/ui/grid"
)

// corsView is a bucket's fourth tab: its CORS rules, edited as a draft that a plan then saves as a whole.
type corsView struct {
	env    *Env
	life   *ui.Life
	bucket string
	table  *table

	saved awsops.Reading[[]cors.Rule] // what the server has
	draft []cors.Rule                 // what is on the screen
	past  past                        // rules from before

	question  corsplan.Question // what was tried last
	partition string

	text   corsText // what is shown
	left   string   // typed into the editor and left
	scroll scroll
	lines  []corsLine
	width  int
}

// corsLine is one row of the table: a line of a rule, or of what concerns all.
type corsLine struct {
	rule        int // -1 for none
	label, text string
	style       grid.Style
}

// NewCORS makes the CORS tab of place.Bucket.
func NewCORS(env *Env, place ui.Place) ui.View {
	v := &corsView{env: env, life: env.Life(), bucket: place.Bucket, width: 80}
	v.question = corsplan.Question{Bucket: place.Bucket, Key: place.Key}
	v.table = newTable(env.Theme, v, grid.Column{Title: "rule", Width: 12}, grid.Column{Title: "", Width: 20, Flex: 1})
	return v
}

func (v *corsView) Title() string { return "CORS" }
func (v *corsView) Close()        { v.life.Close() }

// Crumbs leads back to the bucket.
func (v *corsView) Crumbs() []string { return []string{ui.Clean(v.bucket), "CORS"} }

// Dirty says that there are changes which leaving would lose.
func (v *corsView) Dirty() string {
	if v.edited() {
		return "the changed CORS rules of " + ui.Clean(v.bucket) + " are not saved"
	}
	return ""
}

func (v *corsView) Init() tea.Cmd {
	return tea.Batch(v.load(), askPartition(v.env, v.life, &v.partition))
}

// corsRead is what one look at the server and the journal gives.
type corsRead struct {
	rules awsops.Reading[[]cors.Rule]
	past  past
}

// load reads the rules and drops what was edited.
func (v *corsView) load() tea.Cmd {
	was := v.saved
	v.saved.State = awsops.Loading
	v.build()
	return ui.Do(v.life, "rules", func(ctx context.Context) (corsRead, error) {
		r := v.env.Session.Reader()
		return corsRead{corsplan.Reading(ctx, r, v.bucket), v.env.replaced(corsplan.Document, v.bucket, r.Owner(ctx, v.bucket))}, nil
	}, func(now corsRead, _ error) tea.Cmd {
		if known(was.State) && known(now.rules.State) && !slices.EqualFunc(was.Value, now.rules.Value, cors.Equal) {
			v.env.saw(corsplan.Document, v.bucket, earlierText(was.Value))
		}
		v.past = now.past.with(v.env.seen[[2]string{corsplan.Document, v.bucket}], func(text string) bool {
			rules, err := earlierRules(text)
			return err != nil || slices.EqualFunc(rules, now.rules.Value, cors.Equal)
		})
		v.saved, v.draft = now.rules, cors.CloneAll(now.rules.Value)
		v.build()
		return nil
	})
}

// earlierText writes rules as the journal keeps them.
func earlierText(rules []cors.Rule) string {
	if len(rules) == 0 {
		return ""
	}
	return cors.CompactJSON(rules)
}

func earlierRules(text string) ([]cors.Rule, error) {
	if text == "" {
		return nil, nil
	}
	return cors.Parse(text)
}

// edited says whether the rules on the screen are others than those of the server.
func (v *corsView) edited() bool {
	return offered(v.saved) == "" && !slices.EqualFunc(v.draft, v.saved.Value, cors.Equal)
}

// change makes the rules on the screen others, and puts the cursor on one of them.
func (v *corsView) change(rules []cors.Rule, at int) {
	v.draft, v.left = rules, ""
	if len(rules) == 0 {
		v.text = corsRules
	}
	v.build()
	if i := slices.IndexFunc(v.lines, func(l corsLine) bool { return l.rule == at }); i >= 0 {
		v.table.SelectRow(i)
	}
}

func (v *corsView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case JobEnded:
		if m.Bucket == v.bucket && (m.Kind == corsplan.KindPut || m.Kind == corsplan.KindRemove) {
			return v.load()
		}
		return nil
	case ui.Resumed:
		if !v.edited() {
			return v.load()
		}
		return nil
	}
	if v.text != corsRules {
		return nil
	}
	return v.table.Update(msg)
}

func (v *corsView) Render(w, h int) string {
	if w != v.width {
		v.width = w
		v.build()
	}
	if v.text != corsRules && len(v.draft) > 0 {
		return strings.Join(v.scroll.window(v.env.Theme, v.texts(w), w, h), "\n")
	}
	return v.table.Render(w, h)
}

// Len, Want and Cell make the view its own table's source.
func (v *corsView) Len() (int, bool) { return len(v.lines), true }

// Want does nothing: a configuration is one document.
func (v *corsView) Want(int, int) {}

func (v *corsView) Cell(row, col int, buf []byte) ([]byte, grid.Style) {
	l := v.lines[row]
	if col == 1 {
		return append(buf, l.text...), l.style
	}
	if strings.HasPrefix(l.label, "  ") {
		return append(buf, l.label...), cellMuted
	}
	return append(buf, l.label...), cellAccent
}

// current is the rule under the cursor, -1 for none.
func (v *corsView) current() int {
	if row, ok := v.table.Selected(); ok && row < len(v.lines) {
		return v.lines[row].rule
	}
	return -1
}

// build makes the rows anew, or the picture of why there are none.
func (v *corsView) build() {
	v.lines = v.lines[:0]
	switch s := v.saved; s.State {
	case awsops.Unread, awsops.Loading:
		v.table.showPicture(ui.Loading, "Reading the CORS rules…")
		return
	case awsops.Known, awsops.Absent:
	default:
		v.table.showError(s.Err)
		return
	}
	if len(v.draft) == 0 && !v.edited() {
		v.table.showPicture(ui.Empty, "No CORS rules: every preflight is refused, and pages of other origins can't read from this bucket.", "n adds a rule, or one for a usual purpose.")
		return
	}
	problems := cors.Check(v.draft)
	v.header(problems)
	warnings := cors.Lint(v.draft)
	for i, r := range v.draft {
		v.rule(i, r)
		v.remarks(i, problems, cellBad, v.env.Theme.Glyph().Cross)
		v.remarks(i, warnings, cellWarn, v.env.Theme.Glyph().Warn)
	}
}

// header says what concerns the configuration as a whole.
func (v *corsView) header(problems []cors.Problem) {
	if v.edited() {
		v.add(-1, "not saved", fmt.Sprintf("%s, %s on the server. S shows the plan, U drops the changes.",
			ui.Plural(int64(len(v.draft)), "rule", "rules"), ui.Plural(int64(len(v.saved.Value)), "rule", "rules")), cellInfo)
	}
	for _, p := range problems {
		if p.Rule < 0 && len(v.draft) > 0 {
			v.add(-1, "", v.env.Theme.Glyph().Cross+" "+p.Text, cellBad)
		}
	}
	if len(v.draft) == 0 {
		v.add(-1, "", "All rules are taken out: the plan removes the configuration.", cellWarn)
	}
}

func (v *corsView) add(rule int, label, text string, style grid.Style) {
	for i, line := range ui.Wrap(text, max(v.width-20, 12)) {
		if i > 0 {
			label = ""
		}
		v.lines = append(v.lines, corsLine{rule: rule, label: label, text: line, style: style})
	}
}

func (v *corsView) rule(i int, r cors.Rule) {
	list := func(s []string) string { return ui.Clean(strings.Join(s, ", ")) }
	title := list(r.AllowedMethods)
	if r.ID != "" {
		title += "  (" + ui.Clean(r.ID) + ")"
	}
	v.add(i, fmt.Sprintf("%d", i+1), title, cellText)
	v.add(i, "  origins", list(r.AllowedOrigins), cellText)
	optional := func(label, text string) {
		if text == "" {
			v.add(i, label, "none", cellMuted)
			return
		}
		v.add(i, label, text, cellText)
	}
	optional("  headers", list(r.AllowedHeaders))
	optional("  exposes", list(r.ExposeHeaders))
	age := ""
	if r.MaxAgeSeconds != nil {
		age = fmt.Sprintf("%d s", *r.MaxAgeSeconds)
	}
	optional("  max age", age)
}

func (v *corsView) remarks(rule int, all []cors.Problem, style grid.Style, sign string) {
	for _, p := range all {
		if p.Rule == rule {
			v.add(rule, "", sign+" "+ui.Clean(p.Text), style)
		}
	}
}

func (v *corsView) Copies() []ui.CopyItem {
	items := bucketCopies(v.env, v.partition, v.bucket, "")
	if len(v.draft) > 0 {
		items = append([]ui.CopyItem{{Label: "rules as JSON", Value: cors.FormatJSON(v.draft)}, {Label: "rules as XML", Value: cors.FormatXML(v.draft)}}, items...)
	}
	return items
}
