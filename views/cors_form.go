package views

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/cors"
	"cooper/ui"
)

// ruleForm asks for all fields of a rule and then runs then.
func (v *corsView) ruleForm(title string, r cors.Rule, then func(cors.Rule)) tea.Cmd {
	age := ""
	if r.MaxAgeSeconds != nil {
		age = strconv.Itoa(int(*r.MaxAgeSeconds))
	}
	tick := func(m string) string {
		if slices.Contains(r.AllowedMethods, m) {
			return "yes"
		}
		return ""
	}
	fields := []ui.FormField{{ID: "origins", Label: "origins", Value: strings.Join(r.AllowedOrigins, ", "), Check: ruleCheck("AllowedOrigins"),
		Help: "Scheme, host and port as the browser sends them, without a slash at the end; one star each; with commas."}}
	for _, m := range cors.Methods {
		fields = append(fields, ui.FormField{ID: m, Label: m, Kind: ui.CheckField, Value: tick(m)})
	}
	fields = append(fields,
		ui.FormField{ID: "headers", Label: "headers", Value: strings.Join(r.AllowedHeaders, ", "), Placeholder: "none", Check: ruleCheck("AllowedHeaders"),
			Help: "Request headers that a preflight may ask for, such as content-type, x-amz-*; or * for any."},
		ui.FormField{ID: "expose", Label: "exposes", Value: strings.Join(r.ExposeHeaders, ", "), Placeholder: "none", Check: ruleCheck("ExposeHeaders"),
			Help: "Headers of the answer that scripts may read, named one by one. Multipart uploads need ETag."},
		ui.FormField{ID: "age", Label: "max age (s)", Value: age, Placeholder: "not sent", Check: wholeNumberOrNone,
			Help: "How long browsers keep the answer to a preflight: Chromium two hours at most, Firefox a day."},
		ui.FormField{ID: "id", Label: "ID", Value: r.ID, Placeholder: "none", Help: "A name of at most 255 characters."})
	return ui.Push(ui.NewForm(ui.FormOptions{Title: title, Submit: "take it", Fields: fields, OK: func(x ui.Values) (tea.Cmd, string) {
		out := formRule(x, r.AllowedMethods)
		if bad := cors.Check([]cors.Rule{out}); len(bad) > 0 {
			return nil, bad[0].Text
		}
		then(out)
		return nil, ""
	}}))
}

// formRule reads the form. Methods that were there stay in their order.
func formRule(x ui.Values, methods []string) cors.Rule {
	r := cors.Rule{ID: x["id"], AllowedOrigins: nameList(x["origins"]), AllowedHeaders: nameList(x["headers"]), ExposeHeaders: nameList(x["expose"])}
	for _, m := range slices.Concat(methods, cors.Methods) {
		if x.Yes(m) && !slices.Contains(r.AllowedMethods, m) {
			r.AllowedMethods = append(r.AllowedMethods, m)
		}
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(x["age"]), 10, 32); err == nil {
		age := int32(n)
		r.MaxAgeSeconds = &age
	}
	return r
}

// nameList splits what was typed at commas and spaces.
func nameList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
}

// ruleCheck looks at one list of a rule as it is typed.
func ruleCheck(field string) func(string) string {
	return func(s string) string {
		r := cors.Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}
		switch list := nameList(s); field {
		case "AllowedOrigins":
			r.AllowedOrigins = list
		case "AllowedHeaders":
			r.AllowedHeaders = list
		default:
			r.ExposeHeaders = list
		}
		all := cors.Check([]cors.Rule{r})
		if len(all) == 0 {
			all = slices.DeleteFunc(cors.Lint([]cors.Rule{r}), func(p cors.Problem) bool {
				return field != "AllowedOrigins" || !strings.Contains(p.At, field) || !strings.Contains(p.Text, "matches nothing")
			})
		}
		if len(all) == 0 {
			return ""
		}
		return all[0].Text
	}
}

func wholeNumberOrNone(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return ""
	}
	if n, err := strconv.ParseInt(s, 10, 32); err != nil || n < 0 {
		return "a number of seconds, or nothing"
	}
	return ""
}
