package logs

import (
	"strings"

	"cooper/awsops/accesslog"
	"cooper/ui"
)

// newDetails shows all fields of a record, each under its name.
func newDetails(_ *ui.Theme, r accesslog.Record) ui.Dialog {
	if r.Broken != "" {
		return ui.NewText("A line that is no record", r.Broken)
	}
	var b strings.Builder
	for f := range accesslog.Field(r.N) {
		value, ok := r.Get(f)
		if !ok {
			value = "-"
		}
		b.WriteString(pad(f.String(), 16) + value)
		if f == accesslog.Key && r.Key != value && r.Key != "" {
			b.WriteString("\n" + pad("  decoded", 16) + r.Key)
		}
		b.WriteString("\n")
	}
	if r.Extra != "" {
		b.WriteString(pad("further fields", 16) + r.Extra + "\n")
	}
	return ui.NewText("Request at "+r.At.Format("2006-01-02 15:04:05")+" UTC", b.String())
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-len(s), 1)) }

// Copies offers the line under the cursor and what is in it.
func (v *reader) Copies() []ui.CopyItem {
	at, ok := v.table.Selected()
	if !ok || v.shown.preset >= 0 || at >= len(v.shown.places) {
		return []ui.CopyItem{{Label: "bucket", Value: v.bucket}}
	}
	r := v.shown.rows.Record(v.shown.places[at])
	out := []ui.CopyItem{{Label: "line", Value: r.Line()}}
	for _, f := range []accesslog.Field{accesslog.Requester, accesslog.RemoteIP, accesslog.RequestID, accesslog.VersionID, accesslog.UserAgent} {
		if value, ok := r.Get(f); ok {
			out = append(out, ui.CopyItem{Label: f.String(), Value: value})
		}
	}
	if r.Key != "" {
		out = append(out, ui.CopyItem{Label: "key", Value: r.Key})
	}
	return out
}
