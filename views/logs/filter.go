package logs

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/accesslog"
	"cooper/ui"
)

// choices of the form, and what they stand for.
var (
	tlsChoices  = []string{"any", "TLS", "plain http"}
	authChoices = []string{"any", "signed", "presigned URL", "nobody signed"}
	kindChoices = []string{"any", "sent by clients", "deletions", "versions deleted for good"}
)

// filterForm asks what records are wanted. Nothing that was typed is lost by a mistake.
func (v *reader) filterForm() tea.Cmd {
	f := v.filter
	pattern := "Part of it, or with * for anything; = in front means exactly this, ! all others."
	text := func(id, label string, p accesslog.Pattern, help string) ui.FormField {
		return ui.FormField{ID: id, Label: label, Value: string(p), Placeholder: "any", Help: help}
	}
	fields := []ui.FormField{
		text("requester", "requester", f.Requester, pattern), text("operation", "operation", f.Operation, pattern+" Such as REST.GET.OBJECT, or DELETE."),
		{ID: "status", Label: "status", Value: f.Status, Placeholder: "any", Help: "Such as 403, 4xx, 200-299, several with commas.",
			Check: func(s string) string { return accesslog.Filter{Status: s}.Check() }},
		text("key", "key", f.Key, pattern+" Keys as they are, not as the log encodes them."), text("ip", "remote IP", f.IP, pattern),
		text("agent", "user agent", f.Agent, pattern), text("code", "error code", f.Code, pattern),
		{ID: "tls", Label: "connection", Kind: ui.ChoiceField, Options: tlsChoices, Value: tlsChoices[f.TLS], Help: "Lines from before 2019 don't say."},
		{ID: "auth", Label: "authentication", Kind: ui.ChoiceField, Options: authChoices, Value: authChoice(f)},
		{ID: "kind", Label: "requests", Kind: ui.ChoiceField, Options: kindChoices, Value: kindChoice(f)},
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Which records?", Submit: "filter", Fields: fields, OK: func(x ui.Values) (tea.Cmd, string) {
		out := formFilter(x)
		if bad := out.Check(); bad != "" {
			return nil, bad
		}
		out.Bucket = v.filter.Bucket
		v.filter = out
		return v.ask(), ""
	}}))
}

func authChoice(f accesslog.Filter) string {
	switch {
	case f.Anonymous || f.Auth == accesslog.AuthNone:
		return authChoices[3]
	case f.Auth == accesslog.AuthPresigned:
		return authChoices[2]
	case f.Auth == accesslog.AuthHeader:
		return authChoices[1]
	}
	return authChoices[0]
}

func kindChoice(f accesslog.Filter) string {
	switch {
	case f.Versions:
		return kindChoices[3]
	case f.Deletes:
		return kindChoices[2]
	case f.Clients:
		return kindChoices[1]
	}
	return kindChoices[0]
}

func formFilter(x ui.Values) accesslog.Filter {
	f := accesslog.Filter{Requester: accesslog.Pattern(x["requester"]), Operation: accesslog.Pattern(x["operation"]), Status: strings.TrimSpace(x["status"]), Key: accesslog.Pattern(x["key"]),
		IP: accesslog.Pattern(x["ip"]), Agent: accesslog.Pattern(x["agent"]), Code: accesslog.Pattern(x["code"])}
	switch x["tls"] {
	case tlsChoices[1]:
		f.TLS = accesslog.TLSYes
	case tlsChoices[2]:
		f.TLS, f.Clients = accesslog.TLSNo, true
	}
	switch x["auth"] {
	case authChoices[1]:
		f.Auth = accesslog.AuthHeader
	case authChoices[2]:
		f.Auth = accesslog.AuthPresigned
	case authChoices[3]:
		f.Anonymous, f.Clients = true, true
	}
	switch x["kind"] {
	case kindChoices[1]:
		f.Clients = true
	case kindChoices[2]:
		f.Deletes = true
	case kindChoices[3]:
		f.Versions = true
	}
	return f
}

// filterWords says what a filter keeps, "" for one that keeps everything.
func filterWords(f accesslog.Filter) string {
	var out []string
	add := func(on bool, words string) {
		if on {
			out = append(out, words)
		}
	}
	for _, p := range []struct {
		name    string
		pattern accesslog.Pattern
	}{{"requester", f.Requester}, {"operation", f.Operation}, {"key", f.Key}, {"remote IP", f.IP}, {"user agent", f.Agent}, {"error", f.Code}} {
		add(p.pattern != "", fmt.Sprintf("%s %s", p.name, p.pattern))
	}
	add(f.Status != "", "status "+f.Status)
	add(f.TLS == accesslog.TLSYes, "TLS")
	add(f.TLS == accesslog.TLSNo, "plain http")
	add(f.Auth == accesslog.AuthHeader, "a signature")
	add(f.Auth == accesslog.AuthPresigned, "a presigned URL")
	add(f.Anonymous, "no signature")
	add(f.Versions, "a version deleted for good")
	add(f.Deletes && !f.Versions, "a deletion")
	add(f.Clients && f.TLS != accesslog.TLSNo && !f.Anonymous, "a client")
	return strings.Join(out, ", ")
}
