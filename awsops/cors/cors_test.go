package cors

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func rule(origins, methods, headers string) Rule {
	r := Rule{AllowedOrigins: strings.Fields(origins), AllowedMethods: strings.Fields(methods)}
	if headers != "" {
		r.AllowedHeaders = strings.Fields(headers)
	}
	return r
}

func TestATextThatIsNoConfigurationIsRefusedInItsPlace(t *testing.T) {
	for _, c := range []struct {
		text         string
		line, column int
		words        string
	}{
		{"", 1, 1, "there is nothing"},
		{"{}", 1, 1, `no "CORSRules"`},
		{"{\"CORSRules\": [\n  {\"AllowedMethods\": [\"GET\" \"PUT\"]}]}", 2, 29, "invalid character"},
		{"[{\"AllowedMethods\":[\"GET\"]}", 1, 28, "too early"},
		{"[{\n \"AllowedMethod\": [\"GET\"]}]", 2, 2, "AllowedMethod\" is not a field"},
		{"[{\"MaxAgeSeconds\": \"60\"}]", 1, 23, "can't be a string"},
		{"[] []", 1, 4, "more after the end"},
		{"<CORSConfiguration>\n<CORSRule><Method>GET</Method></CORSRule></CORSConfiguration>", 2, 11, "<Method> is not expected"},
		{"<CORSConfiguration><CORSRule>", 1, 30, "unexpected EOF"},
		{"<CORSConfiguration>text</CORSConfiguration>", 1, 20, "text between"},
		{"<CORSConfiguration><CORSRule><MaxAgeSeconds>soon</MaxAgeSeconds></CORSRule></CORSConfiguration>", 1, 49, "one whole number"},
		{"<CORSConfiguration></CORSConfiguration><CORSConfiguration/>", 1, 40, "not expected"},
	} {
		_, err := Parse(c.text)
		var at *SyntaxError
		if !errors.As(err, &at) || at.Line != c.line || at.Column != c.column || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q: %v, want line %d, column %d, %q", c.text, err, c.line, c.column, c.words)
		}
	}
}

func TestTheConsolesListAndTheCLIsDocumentAreTheSame(t *testing.T) {
	const list = `[{"AllowedOrigins":["*"],"AllowedMethods":["GET"],"MaxAgeSeconds":0}]`
	a, err := Parse(list)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse(" \n{\"CORSRules\":" + list + "}\n")
	if err != nil || len(a) != 1 || !Equal(a[0], b[0]) || *a[0].MaxAgeSeconds != 0 {
		t.Errorf("%v, %v, %v", a, b, err)
	}
}

func TestProblemsBesideThoseOfThePagesAreFound(t *testing.T) {
	negative := int32(-1)
	aged := rule("https://a.example.com", "GET", "")
	aged.MaxAgeSeconds = &negative
	twins := []Rule{rule("*", "GET", ""), rule("*", "PUT", "")}
	twins[0].ID, twins[1].ID = "same", "same"
	big := rule("https://a.example.com", "GET", "")
	for i := range 700 {
		big.AllowedOrigins = append(big.AllowedOrigins, fmt.Sprintf("https://%s-%d.example.com", strings.Repeat("long-", 20), i))
	}
	for _, c := range []struct {
		rules     []Rule
		at, words string
	}{
		{[]Rule{aged}, "CORSRules[0].MaxAgeSeconds", "negative"}, {twins, "CORSRules[1].ID", "rule 1"}, {[]Rule{big}, "CORSRules", "65536"},
		{[]Rule{rule("* *", "GET", "")}, "CORSRules[0].AllowedOrigins[1]", "twice"},
		{[]Rule{{AllowedOrigins: []string{""}, AllowedMethods: []string{"GET"}}}, "CORSRules[0].AllowedOrigins[0]", "empty"},
		{[]Rule{{AllowedOrigins: []string{"a b"}, AllowedMethods: []string{"GET"}}}, "CORSRules[0].AllowedOrigins[0]", "spaces"},
		{[]Rule{rule("*", "GET", "content:type")}, "CORSRules[0].AllowedHeaders[0]", "can't stand"},
		{[]Rule{rule("*", "get", "")}, "CORSRules[0].AllowedMethods[0]", "capitals"},
		{[]Rule{rule("*", "OPTIONS", "")}, "CORSRules[0].AllowedMethods[0]", "by itself"},
	} {
		if got := Check(c.rules); !slices.ContainsFunc(got, func(p Problem) bool { return p.At == c.at && strings.Contains(p.Text, c.words) }) {
			t.Errorf("%s %s: %v", c.at, c.words, got)
		}
	}
}

func TestUsualMistakesAreWarnedOf(t *testing.T) {
	for _, c := range []struct {
		rules     []Rule
		at, words string
	}{
		{[]Rule{rule("https://www.example.com/", "GET", "")}, "[0].AllowedOrigins[0]", "no slash"},
		{[]Rule{rule("https://www.example.com/app", "GET", "")}, "[0].AllowedOrigins[0]", "no path"},
		{[]Rule{rule("https://WWW.example.com", "GET", "")}, "[0].AllowedOrigins[0]", "small letters"},
		{[]Rule{rule("https://www.example.com:443", "GET", "")}, "[0].AllowedOrigins[0]", "leave out the port"},
		{[]Rule{rule("*.example.com", "GET", "")}, "[0].AllowedOrigins[0]", "begins with http"},
		{[]Rule{rule("https://*.example.com", "GET", "")}, "[0].AllowedOrigins[0]", "https://example.com itself"},
		{[]Rule{rule("http://www.example.com", "GET", "")}, "[0].AllowedOrigins[0]", "https://www.example.com is another"},
		{[]Rule{rule("http://localhost", "GET", "")}, "[0].AllowedOrigins[0]", "localhost:3000"},
		{[]Rule{rule("null", "GET", "")}, "[0].AllowedOrigins[0]", "any page"},
		{[]Rule{rule("*", "GET", "")}, "[0].AllowedOrigins[0]", "without credentials"},
		{[]Rule{rule("* https://a.example.com", "GET", "")}, "[0].AllowedOrigins[0]", "no effect"},
		{[]Rule{rule("*", "GET", "")}, "[0].AllowedMethods", "HEAD"},
		{[]Rule{rule("*", "PUT", "")}, "[0].AllowedHeaders", "content-type"},
		{[]Rule{rule("*", "PUT", "content-type")}, "[0].AllowedHeaders", "checksum"},
		{[]Rule{rule("*", "PUT", "*")}, "[0].ExposeHeaders", "ETag"},
		{[]Rule{rule("*", "GET PUT", "*"), rule("https://a.example.com", "PUT", "content-type")}, "[1].AllowedOrigins", "never does"},
		{[]Rule{rule("https://*", "GET", ""), rule("https://*.example.com", "GET", "range")}, "[1].AllowedOrigins", "answers first"},
	} {
		if got := Lint(c.rules); !slices.ContainsFunc(got, func(p Problem) bool { return p.At == "CORSRules"+c.at && strings.Contains(p.Text, c.words) }) {
			t.Errorf("%s %s: %v", c.at, c.words, got)
		}
	}
}

func TestPresetsHaveNoProblemsAndAnswerTheirOrigin(t *testing.T) {
	for _, p := range Presets() {
		r := p.Rule(p.Origin)
		if got := Check([]Rule{r}); len(got) > 0 {
			t.Errorf("%s: %v", p.ID, got)
		}
		for _, w := range Lint([]Rule{r}) {
			if p.Origin != "*" {
				t.Errorf("%s: %v", p.ID, w)
			}
		}
		origin := p.Origin
		if origin == "*" {
			origin = "https://foreign.example"
		}
		if got := Simulate([]Rule{r}, Request{Verb: "OPTIONS", Origin: origin, Method: "HEAD"}); got.Rule != 0 {
			t.Errorf("%s: %+v", p.ID, got)
		}
		r.AllowedMethods[0] = "changed"
		if again := p.Rule(p.Origin); again.AllowedMethods[0] == "changed" {
			t.Errorf("%s: two rules share a list", p.ID)
		}
	}
}

func TestAnOriginThatWasNearlyTheOneIsExplained(t *testing.T) {
	for pattern, c := range map[string][2]string{
		"https://www.example.com/": {"https://www.example.com", "slash"}, "http://www.example.com": {"https://www.example.com", "scheme"},
		"https://WWW.example.com": {"https://www.example.com", "small letters"}, "http://localhost": {"http://localhost:3000", "port"},
		"https://*.example.com": {"https://example.com", "bare domain"},
	} {
		got := Simulate([]Rule{rule(pattern, "GET", "")}, Request{Verb: "GET", Origin: c[0]})
		if len(got.Failures) != 1 || !strings.Contains(got.Failures[0].Text, c[1]) {
			t.Errorf("%s: %v", pattern, got.Failures)
		}
	}
}

func TestADifferenceIsToldRuleByRule(t *testing.T) {
	a, b, c := rule("https://a.example.com", "GET", ""), rule("https://b.example.com", "PUT", "*"), rule("*", "HEAD", "")
	a.ID, b.ID = "a", "b"
	changed := b.Clone()
	changed.AllowedMethods = []string{"PUT", "POST"}
	for _, x := range []struct {
		name          string
		before, after []Rule
		want          []Change
	}{
		{"nothing", []Rule{a, b}, []Rule{a, b}, nil},
		{"added", []Rule{a}, []Rule{a, c}, []Change{{"rule 2", "", "HEAD from *"}}},
		{"removed", []Rule{a, b, c}, []Rule{a, c}, []Change{{"rule 2 (b)", "PUT from https://b.example.com; headers *", ""}}},
		{"changed and moved", []Rule{a, b}, []Rule{changed, a}, []Change{{"rule 1 (b): AllowedMethods", "PUT", "PUT, POST"}, {"order of the rules", "a; b", "b; a"}}},
		{"in its place", []Rule{c}, []Rule{rule("https://c.example.com", "HEAD", "")}, []Change{{"rule 1: AllowedOrigins", "*", "https://c.example.com"}}},
	} {
		if got := Diff(x.before, x.after); !slices.Equal(got, x.want) {
			t.Errorf("%s: %q", x.name, got)
		}
	}
}

func FuzzWhatIsReadCanBeWrittenAndReadAgain(f *testing.F) {
	f.Add(FormatJSON([]Rule{rule("*", "GET", "x-*")}))
	f.Add(FormatXML([]Rule{rule("https://a&b", "PUT", "")}))
	f.Add("[{}]")
	f.Add("<CORSConfiguration><CORSRule><ID>\x01</ID>")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := Parse(text)
		var at *SyntaxError
		if err != nil {
			if !errors.As(err, &at) || at.Line < 1 || at.Column < 1 {
				t.Fatalf("%v has no place", err)
			}
			return
		}
		Lint(rules)
		if len(Check(rules)) > 0 {
			return
		}
		back, err := Parse(FormatJSON(rules))
		if err != nil || !slices.EqualFunc(rules, back, Equal) {
			t.Fatalf("%v came back as %v: %v", rules, back, err)
		}
		if d := Diff(rules, back); d != nil {
			t.Fatal(d)
		}
	})
}

func FuzzAMatchIsFirstAndComplete(f *testing.F) {
	f.Add("https://*.example.com", "GET", "x-amz-*", "https://a.example.com", "GET", "x-amz-date")
	f.Add("*", "PUT", "", "null", "PUT", "range,")
	f.Fuzz(func(t *testing.T, pattern, allowed, headers, origin, method, asked string) {
		first, all := rule(pattern, allowed, headers), rule("*", method, "*")
		all.AllowedMethods = []string{method}
		q := Request{Verb: "OPTIONS", Origin: origin, Method: method, Headers: asked}
		got := Simulate([]Rule{first, all}, q)
		switch {
		case origin == "" || method == "":
			if got.Status != 400 {
				t.Fatalf("%+v", got)
			}
		case got.Rule < 0:
			t.Fatalf("a rule that allows everything fails: %+v", got)
		case (got.Rule == 0) != (len(got.Failures) == 0):
			t.Fatalf("%+v", got)
		case got.Rule == 0 && Simulate([]Rule{first}, q).Rule != 0:
			t.Fatal("a rule depends on those below it")
		}
	})
}
