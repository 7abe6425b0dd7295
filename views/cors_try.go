package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/cors"
	"cooper/awsops/corsplan"
	"cooper/ui"
)

// try asks what a page would send.
func (v *corsView) try() tea.Cmd {
	q := v.question
	if q.Request.Origin == "" {
		q.Request = cors.Request{Verb: "OPTIONS", Origin: "https://app.example.com", Method: "GET"}
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Try a request", Submit: "simulate", Fields: []ui.FormField{
		{ID: "origin", Label: "origin", Value: q.Request.Origin, Help: "The page's scheme, host and port, as the browser sends it.", Check: func(s string) string {
			if strings.TrimSpace(s) == "" {
				return "without an origin it is no cross-origin request"
			}
			return ""
		}},
		{ID: "method", Label: "method", Kind: ui.ChoiceField, Options: cors.Methods, Value: q.Request.Method},
		{ID: "headers", Label: "request headers", Value: q.Request.Headers, Placeholder: "none",
			Help: "What the preflight asks for, such as content-type, x-amz-date; with commas."},
		{ID: "key", Label: "key", Value: q.Key, Placeholder: "index.html", Help: "The object to ask the server for. A preflight is answered whether it exists or not."},
	}, OK: func(x ui.Values) (tea.Cmd, string) {
		v.question.Key = x["key"]
		v.question.Request = cors.Request{Verb: "OPTIONS", Origin: strings.TrimSpace(x["origin"]), Method: x["method"], Headers: strings.TrimSpace(x["headers"])}
		return ui.Push(v.newTried()), ""
	}}))
}

// triedDialog shows what the rules say to a request, and what the server says.
type triedDialog struct {
	v     *corsView
	rules []cors.Rule
	draft bool // the rules are not those of the server
	q     corsplan.Question
	scroll

	asking, asked bool
	answers       []corsplan.Answer
	problem       string
}

func (v *corsView) newTried() *triedDialog {
	q := v.question
	if q.Key == "" {
		q.Key = "index.html"
	}
	return &triedDialog{v: v, rules: cors.CloneAll(v.draft), draft: v.edited(), q: q}
}

func (d *triedDialog) Title() string {
	return "Try: " + d.q.Request.Method + " from " + ui.Clean(d.q.Request.Origin)
}
func (d *triedDialog) Update(tea.Msg) (tea.Cmd, bool) { return nil, false }
func (d *triedDialog) Cancel()                        {}

func (d *triedDialog) Actions() []ui.Action {
	own := []ui.Action{
		{ID: "cors.ask", Keys: []string{"a"}, Help: "ask the server", Run: d.ask},
		{ID: "cors.curl", Keys: []string{"c"}, Help: "copy curl lines", Run: d.curl},
		{ID: "cors.again", Keys: []string{"t"}, Help: "try another", Run: func() tea.Cmd { return tea.Batch(ui.Drop(d), d.v.try()) }},
		{ID: "cors.close", Keys: []string{"enter", "q"}, Help: "close", Run: func() tea.Cmd { return ui.Drop(d) }},
	}
	return append(own, d.actions()...)
}

// ask sends the requests. The server knows the saved rules only, so it is held to those.
func (d *triedDialog) ask() tea.Cmd {
	d.asking, d.problem = true, ""
	return ui.Do(d.v.life, "ask", func(ctx context.Context) ([]corsplan.Answer, error) {
		return corsplan.Ask(ctx, d.v.env.Session.Reader(), d.q, d.v.saved.Value)
	}, func(got []corsplan.Answer, err error) tea.Cmd {
		d.asking, d.asked, d.answers = false, true, got
		if err != nil {
			d.problem = Explain(err).Sentence
		}
		return nil
	})
}

// curl copies the lines that repeat the check.
func (d *triedDialog) curl() tea.Cmd {
	return ui.Do(d.v.life, "url", func(ctx context.Context) (string, error) {
		return d.v.env.Session.Reader().ObjectURL(ctx, d.q.Bucket, d.q.Key)
	}, func(address string, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, d.curl)
		}
		var lines []string
		for _, q := range corsplan.Requests(d.q.Request) {
			lines = append(lines, corsplan.Curl(address, q))
		}
		return ui.Copy("curl lines", strings.Join(lines, "\n"))
	})
}

func (d *triedDialog) Render(w, h int) string {
	return strings.Join(d.window(d.v.env.Theme, d.draw(w), w, h), "\n")
}

// actual is the request that comes after the preflight.
func actual(q cors.Request) cors.Request { return cors.Request{Verb: q.Method, Origin: q.Origin} }

func (d *triedDialog) draw(w int) []string {
	t := d.v.env.Theme
	var out []string
	if d.draft {
		out = append(out, painted(t, ui.RoleInfo, "By the rules on the screen, which are not saved.", w)...)
	}
	preflight := cors.Simulate(d.rules, d.q.Request)
	out = append(out, d.result("Preflight", preflight, w)...)
	out = append(out, "")
	out = append(out, d.result("Actual "+d.q.Request.Method, cors.Simulate(d.rules, actual(d.q.Request)), w)...)
	if d.asking {
		out = append(out, "", t.Paint(ui.RoleInfo, "Asking the server…"))
	}
	if d.problem != "" {
		out = append(append(out, ""), painted(t, ui.RoleBad, t.Glyph().Cross+" "+d.problem, w)...)
	}
	return append(out, d.served(w)...)
}

func painted(t *ui.Theme, role ui.Role, text string, w int) []string {
	lines := ui.Wrap(text, w)
	for i, l := range lines {
		lines[i] = t.Paint(role, l)
	}
	return lines
}

// result draws which rule answers and how, or why each failed.
func (d *triedDialog) result(what string, r cors.Result, w int) []string {
	t := d.v.env.Theme
	out := []string{t.Paint(ui.RoleHeader, what)}
	if r.Rule >= 0 {
		out = append(out, painted(t, ui.RoleGood, fmt.Sprintf("%s rule %d answers%s.", t.Glyph().Check, r.Rule+1, d.named(r.Rule)), w)...)
		var facts []ui.Fact
		for _, h := range r.Headers {
			facts = append(facts, ui.Fact{Label: h.Name, Value: ui.Clean(h.Value)})
		}
		out = append(out, ui.FactLines(t, facts, w)...)
	} else {
		text := "no rule allows it: the server does it all the same, and the browser keeps the answer from the page."
		if r.Status != 0 {
			text = fmt.Sprintf("refused with %d %s, and the browser sends nothing more.", r.Status, r.Code)
		}
		out = append(out, painted(t, ui.RoleBad, t.Glyph().Cross+" "+text, w)...)
		if len(d.rules) == 0 {
			out = append(out, ui.Wrap("There are no rules.", w)...)
		}
	}
	for _, f := range r.Failures {
		out = append(out, painted(t, ui.RoleMuted, fmt.Sprintf("rule %d%s fails by its %s: %s", f.Rule+1, d.named(f.Rule), testWord(f.Test), ui.Clean(f.Text)), w)...)
	}
	return out
}

func testWord(test cors.Test) string {
	return map[cors.Test]string{cors.TestMethod: "methods", cors.TestOrigin: "origins", cors.TestHeaders: "headers"}[test]
}

func (d *triedDialog) named(i int) string {
	if id := d.rules[i].ID; id != "" {
		return " (" + ui.Clean(id) + ")"
	}
	return ""
}

// served draws the server's answers beside what the saved rules say.
func (d *triedDialog) served(w int) []string {
	t := d.v.env.Theme
	var out []string
	for _, a := range d.answers {
		verb := a.Request.Verb
		head := fmt.Sprintf("The server to %s: %d", verb, a.Status)
		if a.Code != "" {
			head += " " + ui.Clean(a.Code)
		}
		out = append(out, "", t.Paint(ui.RoleHeader, ui.Cut(head, w)))
		if a.Message != "" {
			out = append(out, painted(t, ui.RoleMuted, ui.Clean(a.Message), w)...)
		}
		var facts []ui.Fact
		names := []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
			"Access-Control-Expose-Headers", "Access-Control-Max-Age", "Vary"}
		for _, name := range names {
			if value := a.Header.Get(name); value != "" {
				facts = append(facts, ui.Fact{Label: name, Value: ui.Clean(value)})
			}
		}
		out = append(out, ui.FactLines(t, facts, w)...)
		out = append(out, d.agreement(a, w)...)
	}
	if d.asked && d.problem == "" && !slices.Contains([]string{"GET", "HEAD"}, d.q.Request.Method) {
		out = append(out, "", t.Paint(ui.RoleMuted, ui.Cut("No "+d.q.Request.Method+" was sent: it would change something.", w)))
	}
	return out
}

func (d *triedDialog) agreement(a corsplan.Answer, w int) []string {
	t := d.v.env.Theme
	by := "the simulator says"
	if d.draft {
		by = "the simulator says of the saved rules"
	}
	if len(a.Differences) == 0 {
		return painted(t, ui.RoleGood, t.Glyph().Check+" This is what "+by+".", w)
	}
	var out []string
	for _, x := range a.Differences {
		out = append(out, painted(t, ui.RoleWarn, fmt.Sprintf("%s %s: the server answers %s, %s %s.", t.Glyph().Warn, x.What, nothingOr(x.Answered), by, nothingOr(x.Simulated)), w)...)
	}
	return append(out, painted(t, ui.RoleMuted, "The rules may have changed meanwhile, a cache may have answered, or the server differs from S3.", w)...)
}

func nothingOr(s string) string {
	if s == "" {
		return "nothing"
	}
	return ui.Clean(s)
}
