package cors

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// caseFile is testdata/cors/requests.json: what a server must answer, with the page that says so.
type caseFile struct {
	Configs map[string][]Rule `json:"configs"`
	Cases   []struct {
		Name, Config, Source string
		Request              struct{ Verb, Origin, Method, Headers string }
		Want                 struct {
			Status, Rule                                                   int
			Code, Words                                                    string
			AllowOrigin, AllowMethods, AllowHeaders, ExposeHeaders, MaxAge string
			Credentials                                                    bool
			Failed                                                         []Test
		}
	} `json:"cases"`
}

func load[T any](t *testing.T, name string) T {
	t.Helper()
	raw, err := os.ReadFile("testdata/cors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryCaseIsAnsweredAsItsPageSays(t *testing.T) {
	f := load[caseFile](t, "requests.json")
	if len(f.Cases) < 80 {
		t.Fatalf("only %d cases", len(f.Cases))
	}
	for _, c := range f.Cases {
		sourced(t, c.Name, c.Source)
		got := Simulate(f.Configs[c.Config], Request(c.Request))
		if max(got.Status, 200) != c.Want.Status || got.Rule != c.Want.Rule-1 || got.Code != c.Want.Code || !strings.Contains(got.Message, c.Want.Words) {
			t.Errorf("%s: %d, rule %d, %s %s", c.Name, got.Status, got.Rule, got.Code, got.Message)
		}
		if got.Rule < 0 && !slices.Equal(failed(got), c.Want.Failed) {
			t.Errorf("%s: failed by %v, want %v", c.Name, failed(got), c.Want.Failed)
		}
		credentials := map[bool]string{true: "true"}[c.Want.Credentials]
		for name, want := range map[string]string{"Access-Control-Allow-Origin": c.Want.AllowOrigin, "Access-Control-Allow-Methods": c.Want.AllowMethods,
			"Access-Control-Allow-Headers": c.Want.AllowHeaders, "Access-Control-Expose-Headers": c.Want.ExposeHeaders,
			"Access-Control-Max-Age": c.Want.MaxAge, "Access-Control-Allow-Credentials": credentials} {
			if v := got.Get(name); v != want {
				t.Errorf("%s: %s is %q, want %q", c.Name, name, v, want)
			}
		}
	}
}

func sourced(t *testing.T, name, source string) {
	t.Helper()
	if !strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "measured on ") {
		t.Errorf("%s: %q is no source", name, source)
	}
}

// failed are the tests that rules failed, each of them with a reason.
func failed(r Result) []Test {
	var out []Test
	for _, x := range r.Failures {
		if x.Text != "" {
			out = append(out, x.Test)
		}
	}
	return out
}

func TestAnAnswerVariesByWhatItDependsOn(t *testing.T) {
	rules := []Rule{rule("*", "GET", "")}
	for method, want := range map[string]string{"GET": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method", "PUT": ""} {
		if got := Simulate(rules, Request{Verb: "OPTIONS", Origin: "https://a.example.com", Method: method}).Get("Vary"); got != want {
			t.Errorf("%s: Vary is %q", method, got)
		}
	}
}

func TestEveryDocumentIsTakenOrRefusedInItsPlace(t *testing.T) {
	for _, c := range load[[]struct {
		Name, Code, At, Source string
		Rules                  []Rule
	}](t, "documents.json") {
		got := Check(c.Rules)
		sourced(t, c.Name, c.Source)
		switch {
		case c.Code == "" && len(got) > 0:
			t.Errorf("%s: %v", c.Name, got)
		case c.Code != "" && !slices.ContainsFunc(got, func(p Problem) bool { return p.At == c.At && p.Text != "" }):
			t.Errorf("%s: %v, want a problem at %s", c.Name, got, c.At)
		}
		for name, text := range map[string]string{"JSON": FormatJSON(c.Rules), "one line": CompactJSON(c.Rules), "XML": FormatXML(c.Rules)} {
			back, err := Parse(text)
			if err != nil || !slices.EqualFunc(back, c.Rules, Equal) {
				t.Errorf("%s: %s comes back as %v, %v", c.Name, name, back, err)
			}
		}
	}
}
