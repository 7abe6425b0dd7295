package conformance

import (
	"slices"
	"strings"

	"cooper/awsops"
	"cooper/awsops/cors"
)

// corsFault is a way in which a foreign server answers otherwise than S3 through its own fault, as a change of the
// rules that it goes by or of the answer that it gives. A difference is explained only when the faults of a server
// together lead to exactly what it answered.
type corsFault struct {
	server, reason string
	rules          func([]cors.Rule, cors.Request) []cors.Rule
	result         func(*cors.Result, []cors.Rule, cors.Request)
}

var corsFaults = []corsFault{
	{server: serverVersityGW, reason: "the star of an origin stands for nothing, too", rules: emptyStars},
	{server: serverVersityGW, reason: "ETag is always exposed, and with an actual request the storage class", result: func(r *cors.Result, _ []cors.Rule, q cors.Request) {
		if r.Rule < 0 {
			return
		}
		exposed := []string{r.Get("Access-Control-Expose-Headers"), "ETag"}
		if !q.Preflight() {
			exposed = append(exposed, "x-amz-storage-class")
		}
		setHeader(r, "Access-Control-Expose-Headers", strings.Join(exposed, ", "))
	}},
	{server: serverVersityGW, reason: "credentials are refused in words, where browsers know only true and nothing", result: func(r *cors.Result, _ []cors.Rule, _ cors.Request) {
		if r.Get("Access-Control-Allow-Origin") == "*" {
			setHeader(r, "Access-Control-Allow-Credentials", "false")
		}
	}},
	{server: serverVersityGW, reason: "the first origin of the rule that fits decides whether a star is answered", result: func(r *cors.Result, rules []cors.Rule, q cors.Request) {
		if r.Rule < 0 {
			return
		}
		origins := rules[r.Rule].AllowedOrigins
		if i := slices.IndexFunc(origins, func(o string) bool { return cors.MatchOrigin(o, q.Origin) }); i >= 0 && origins[i] != "*" {
			setHeader(r, "Access-Control-Allow-Origin", q.Origin)
			setHeader(r, "Access-Control-Allow-Credentials", "true")
		}
	}},
	{server: serverRGW, reason: "the star of an origin stands for nothing, too", rules: emptyStars},
	{server: serverRGW, reason: "what is before and after the star of a header may overlap", rules: overlappingStars},
	{server: serverRGW, reason: "the first rule with the origin decides, and later ones are not looked at", rules: func(rules []cors.Rule, q cors.Request) []cors.Rule {
		i := slices.IndexFunc(rules, func(r cors.Rule) bool {
			return slices.ContainsFunc(r.AllowedOrigins, func(o string) bool { return cors.MatchOrigin(o, q.Origin) })
		})
		if i < 0 {
			return rules
		}
		return rules[i : i+1]
	}},
	{server: serverRGW, reason: "the origin is given back where S3 answers a star, and credentials are never allowed", result: func(r *cors.Result, _ []cors.Rule, q cors.Request) {
		if r.Rule >= 0 {
			setHeader(r, "Access-Control-Allow-Origin", q.Origin)
			setHeader(r, "Access-Control-Allow-Credentials", "")
		}
	}},
	{server: serverRGW, reason: "of the methods only the one that was asked for is named", result: func(r *cors.Result, _ []cors.Rule, q cors.Request) {
		if r.Rule >= 0 {
			setHeader(r, "Access-Control-Allow-Methods", announced(q))
		}
	}},
}

func announced(q cors.Request) string {
	if q.Method != "" {
		return q.Method
	}
	return q.Verb
}

// emptyStars adds to each origin with a star the one in which it stands for nothing.
func emptyStars(rules []cors.Rule, _ cors.Request) []cors.Rule {
	out := cors.CloneAll(rules)
	for i := range out {
		for _, o := range rules[i].AllowedOrigins {
			if o != "*" && strings.Contains(o, "*") {
				out[i].AllowedOrigins = append(out[i].AllowedOrigins, strings.Replace(o, "*", "", 1))
			}
		}
	}
	return out
}

// overlappingStars adds to each header with a star the names that begin and end like it, however short they are.
func overlappingStars(rules []cors.Rule, q cors.Request) []cors.Rule {
	out := cors.CloneAll(rules)
	for i := range out {
		for _, p := range rules[i].AllowedHeaders {
			before, after, star := strings.Cut(strings.ToLower(p), "*")
			for name := range strings.FieldsFuncSeq(strings.ToLower(q.Headers), func(r rune) bool { return r == ',' || r == ' ' }) {
				if star && strings.HasPrefix(name, before) && strings.HasSuffix(name, after) {
					out[i].AllowedHeaders = append(out[i].AllowedHeaders, name)
				}
			}
		}
	}
	return out
}

func setHeader(r *cors.Result, name, value string) {
	r.Headers = slices.DeleteFunc(r.Headers, func(h cors.Header) bool { return h.Name == name })
	if value != "" {
		r.Headers = append(r.Headers, cors.Header{Name: name, Value: value})
	}
}

// corsFaulty says whether the faults that the server is known for explain its answer.
func (w *world) corsFaulty(rules []cors.Rule, q cors.Request, got awsops.CrossAnswer) bool {
	return len(w.corsUnexplained(rules, q, got)) == 0
}

func (w *world) corsUnexplained(rules []cors.Rule, q cors.Request, got awsops.CrossAnswer) []cors.Difference {
	for _, f := range corsFaults {
		if f.server == w.name && f.rules != nil {
			rules = f.rules(rules, q)
		}
	}
	want := cors.Simulate(rules, q)
	for _, f := range corsFaults {
		if f.server == w.name && f.result != nil {
			f.result(&want, rules, q)
		}
	}
	return cors.Compare(want, got.Status, got.Header.Get)
}
