package presign

import (
	"fmt"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/policy"
	sign "cooper/awsops/presign"
	"cooper/ui"
	"cooper/views"
)

// kindOf names what was made in two words.
func kindOf(s sign.Spec) string {
	if s.Method == sign.Form {
		return "Upload form"
	}
	return "Presigned " + string(s.Method)
}

// aimOf is what it is good for, clean.
func aimOf(s sign.Spec) string {
	at := "s3://" + s.Bucket + "/" + s.Key
	if s.Key == "" {
		at = "s3://" + s.Bucket + "/" + s.Prefix
		if s.Method == sign.Form {
			at += "${filename}"
		}
	}
	if s.Version != "" {
		at += " version " + s.Version
	}
	return ui.Clean(at)
}

// left is how long something lives, as coarse as it may change: seconds in its last two minutes.
func left(until, now time.Time) string {
	d := until.Sub(now)
	switch {
	case d <= 0:
		return "dead"
	case d <= 2*time.Minute:
		return fmt.Sprintf("%d s", int64((d+time.Second-1)/time.Second))
	case d <= 2*time.Hour:
		return fmt.Sprintf("%d min", (d+time.Minute-1)/time.Minute)
	case d <= 48*time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d days %d h", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}

// clock wakes a screen when a countdown on it changes.
type clock struct {
	env  *views.Env
	made []*sign.Made
}

// Version changes with the countdowns.
func (c clock) Version() uint64 {
	now := c.env.Session.ServerNow()
	step := now.Unix() / 60
	for _, m := range c.made {
		if rest := m.Death.At.Sub(now); rest > -time.Second && rest <= 2*time.Minute+time.Second {
			step = now.Unix()
		}
	}
	return uint64(step)
}

// Complete is true once nothing lives any more.
func (c clock) Complete() bool {
	now := c.env.Session.ServerNow()
	for _, m := range c.made {
		if now.Before(m.Death.At.Add(time.Second)) {
			return false
		}
	}
	return true
}

func (d *result) Render(w, h int) string {
	return strings.Join(d.Window(d.env.Theme, d.lines(w), w, h), "\n")
}

func (d *result) lines(w int) []string {
	m := d.made
	out := d.paint(ui.RoleTitle, aimOf(m.Spec), w)
	out = append(out, ui.FactLines(d.env.Theme, d.facts(), w)...)
	for _, doubt := range m.Death.Doubts {
		out = append(out, d.paint(ui.RoleWarn, d.env.Theme.Glyph().Warn+" "+ui.Clean(doubt), w)...)
	}
	if m.Over(d.env.Session.ServerNow()) { // what the bucket would say is no matter any more
		return append(out, d.trial(w)...)
	}
	out = append(out, d.said(w)...)
	out = append(out, d.trial(w)...)
	out = append(out, "")
	return append(out, d.paint(ui.RoleMuted, bearer, w)...)
}

func (d *result) paint(role ui.Role, text string, w int) []string {
	lines := ui.Wrap(text, w)
	for i, l := range lines {
		lines[i] = d.env.Theme.Paint(role, l)
	}
	return lines
}

func (d *result) facts() []ui.Fact {
	m := d.made
	clock := d.env.Session.ServerNow()
	facts := []ui.Fact{{Label: "dies at", Value: ui.Time(m.Death.At) + ", in " + left(m.Death.At, clock) + ". " + ui.Clean(m.Death.Text)}}
	if m.Over(clock) {
		facts[0].Value = ui.Time(m.Death.At) + ": it is dead. " + ui.Clean(m.Death.Text)
	}
	signer := ui.Clean(m.Signer)
	if signer == "" {
		signer = "unknown: this server can't say who calls"
	}
	if m.Key.Tail != "" {
		signer += ", key …" + m.Key.Tail
	}
	facts = append(facts, ui.Fact{Label: "signer", Value: signer}, ui.Fact{Label: "address", Value: ui.Clean(m.Address())})
	return append(facts, d.demands()...)
}

// demands are what the user of the URL must send.
func (d *result) demands() []ui.Fact {
	m, u := d.made, d.made.Spec.Upload
	var out []ui.Fact
	label := "must send"
	add := func(text string) {
		out = append(out, ui.Fact{Label: label, Value: ui.Clean(text)})
		label = ""
	}
	for _, h := range m.Headers {
		if h.Secret {
			add(h.Name + ": the customer's key in base64, which you pass on by another way")
			continue
		}
		add(h.Name + ": " + h.Value)
	}
	if m.Spec.Method != sign.Form {
		return out
	}
	if u.TypePrefix {
		add("Content-Type: what begins with " + u.Type)
	}
	if u.Max > 0 {
		add(fmt.Sprintf("a file of %s to %s bytes", ui.Thousands(u.Min), ui.Thousands(u.Max)))
	}
	if m.Spec.Key == "" && d.env.Session.Dialect() == awsops.DialectCompatible {
		add("the key: not every server puts the file's name in the place of ${filename}")
	}
	add("the form's other fields as they are, the file last")
	return out
}

// said is what the bucket's policy says to it.
func (d *result) said(w int) []string {
	t := d.env.Theme
	if d.forecast == nil {
		return []string{"", t.Paint(ui.RoleInfo, ui.Cut("Asking what the bucket's policy says to it…", w))}
	}
	words := map[policy.Verdict]struct {
		role ui.Role
		text string
	}{policy.Allowed: {ui.RoleGood, t.Glyph().Check + " The bucket lets it pass now. "}, policy.Refused: {ui.RoleBad, t.Glyph().Cross + " The bucket refuses it. "},
		policy.Unsure: {ui.RoleWarn, t.Glyph().Warn + " Whether the bucket lets it pass isn't known. "}}[d.forecast.Verdict]
	out := append([]string{""}, d.paint(words.role, words.text+ui.Clean(d.forecast.Text), w)...)
	if d.forecast.Statement != "" {
		out = append(out, d.paint(ui.RoleMuted, ui.Clean(d.forecast.Statement), w)...)
	}
	for _, n := range d.forecast.Notes {
		out = append(out, d.paint(ui.RoleMuted, ui.Clean(n), w)...)
	}
	return out
}

// trial is what testing it showed.
func (d *result) trial(w int) []string {
	t := d.env.Theme
	switch {
	case d.trying:
		return []string{"", t.Paint(ui.RoleInfo, "Testing it…")}
	case d.problem != "":
		return append([]string{""}, d.paint(ui.RoleBad, t.Glyph().Cross+" No answer: "+ui.Clean(d.problem), w)...)
	case d.tried == nil:
		return nil
	}
	got := d.tried.Trial
	answer := fmt.Sprintf("%s answered %d", d.tried.Sent, got.Status)
	if got.Code != "" {
		answer += " " + got.Code
	}
	if got.Message != "" {
		answer += " (" + got.Message + ")"
	}
	if got.Length >= 0 {
		answer += ", " + ui.Bytes(got.Length)
	}
	role, sign := ui.RoleWarn, t.Glyph().Warn
	if d.tried.Works {
		role, sign = ui.RoleGood, t.Glyph().Check
	}
	out := append([]string{""}, d.paint(role, sign+" "+ui.Clean(answer)+".", w)...)
	return append(out, d.paint(ui.RoleMuted, ui.Clean(d.tried.Verdict), w)...)
}
