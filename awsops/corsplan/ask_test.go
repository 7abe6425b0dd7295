package corsplan

import (
	"testing"

	"cooper/awsops/cors"
)

func TestAnExampleIsAllowedByItsRule(t *testing.T) {
	rules := []cors.Rule{
		{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}},
		{AllowedOrigins: []string{"https://*.example.com"}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"x-amz-*"}},
		{AllowedOrigins: []string{"http://localhost:*"}, AllowedMethods: []string{"POST"}, AllowedHeaders: []string{"*"}},
		{AllowedOrigins: []string{"https://a.example.com"}, AllowedMethods: []string{"HEAD"}, AllowedHeaders: []string{"range"}},
	}
	for _, p := range cors.Presets() {
		rules = append(rules, p.Rule(p.Origin))
	}
	for _, r := range rules {
		if got := cors.Simulate([]cors.Rule{r}, example(r)); got.Rule != 0 {
			t.Errorf("%v: %+v", example(r), got)
		}
	}
}

func TestOnlyRequestsThatChangeNothingAreSentToTry(t *testing.T) {
	for method, want := range map[string]int{"GET": 2, "HEAD": 2, "PUT": 1, "POST": 1, "DELETE": 1} {
		for _, q := range []cors.Request{{Verb: "OPTIONS", Origin: "x", Method: method}, {Verb: method, Origin: "x"}} {
			got := Requests(q)
			if len(got) != want || got[0].Verb != "OPTIONS" || got[0].Method != method {
				t.Errorf("%v: %v", q, got)
			}
		}
	}
}
