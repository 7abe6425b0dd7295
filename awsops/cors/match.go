package cors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Request is what a browser asks, or curl.
type Request struct {
	Verb    string // the HTTP method that is sent; OPTIONS is a preflight
	Origin  string // Origin, "" when it isn't sent
	Method  string // Access-Control-Request-Method, "" when it isn't sent
	Headers string // Access-Control-Request-Headers as it is sent, "" when it isn't
}

// Preflight says whether the request asks for permission first.
func (q Request) Preflight() bool { return q.Verb == "OPTIONS" }

// method is what rules are asked for: what is announced counts, whatever is sent.
func (q Request) method() string {
	if q.Method != "" || q.Preflight() {
		return q.Method
	}
	return q.Verb
}

// Test is one of the three that a rule must pass, in their order.
type Test string

// The tests of a rule.
const (
	TestMethod  Test = "method"
	TestOrigin  Test = "origin"
	TestHeaders Test = "headers"
)

// Failure is the first test that a rule didn't pass.
type Failure struct {
	Rule int // counts from 0
	Test Test
	Text string // a sentence
}

// Header is one header of an answer.
type Header struct{ Name, Value string }

// Result is how S3 answers, as far as CORS goes.
type Result struct {
	Status        int    // of a preflight: 200, 400 or 403; 0 for an actual request, whose status CORS doesn't decide
	Code, Message string // of a refused preflight
	Rule          int    // which rule answers, from 0; -1 for none
	Failures      []Failure
	Headers       []Header // the CORS headers of the answer, in the order in which S3 names them
}

// Get gives a header of the answer, "" when it has none.
func (r Result) Get(name string) string {
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// S3's words for a preflight that it refuses.
const (
	noOrigin   = "Insufficient information. Origin request header needed."
	noMethod   = "Invalid Access-Control-Request-Method: null"
	notEnabled = "CORSResponse: CORS is not enabled for this bucket."
	notAllowed = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / " +
		"Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec." // sic
)

// Simulate says how S3 answers a request to a bucket with these rules; none means that CORS isn't configured. Rules
// are tried in their order and the first one that passes all tests answers ("Testing CORS").
func Simulate(rules []Rule, q Request) Result {
	refuse := func(status int, code, message string, failures []Failure) Result {
		if !q.Preflight() {
			status, code, message = 0, "", ""
		}
		return Result{Status: status, Code: code, Message: message, Rule: -1, Failures: failures}
	}
	switch {
	case q.Origin == "":
		return refuse(400, "BadRequest", noOrigin, nil)
	case q.method() == "":
		return refuse(400, "BadRequest", noMethod, nil)
	case len(rules) == 0:
		return refuse(403, "AccessForbidden", notEnabled, nil)
	}
	var failures []Failure
	for i, rule := range rules {
		test, text := rule.fails(q)
		if test == "" {
			out := Result{Rule: i, Failures: failures, Headers: rule.answer(q)}
			if q.Preflight() {
				out.Status = 200
			}
			return out
		}
		failures = append(failures, Failure{Rule: i, Test: test, Text: text})
	}
	return refuse(403, "AccessForbidden", notAllowed, failures)
}

// fails gives the first test that the rule doesn't pass, "" when it passes all.
func (r Rule) fails(q Request) (Test, string) {
	m := q.method()
	if !slices.Contains(r.AllowedMethods, m) {
		return TestMethod, fmt.Sprintf("It allows %s, not %s.", words(r.AllowedMethods), m)
	}
	if !slices.ContainsFunc(r.AllowedOrigins, func(p string) bool { return MatchOrigin(p, q.Origin) }) {
		return TestOrigin, fmt.Sprintf("It allows %s, not %s.%s", words(r.AllowedOrigins), q.Origin, nearMiss(r.AllowedOrigins, q.Origin))
	}
	for _, h := range split(q.Headers) {
		if !slices.ContainsFunc(r.AllowedHeaders, func(p string) bool { return MatchHeader(p, h) }) {
			if len(r.AllowedHeaders) == 0 {
				return TestHeaders, fmt.Sprintf("It allows no headers at all, and %s is asked for.", h)
			}
			return TestHeaders, fmt.Sprintf("It allows %s, not %s.", words(r.AllowedHeaders), h)
		}
	}
	return "", ""
}

// words lists what a rule names.
func words(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// nearMiss explains an origin that was nearly the one.
func nearMiss(patterns []string, origin string) string {
	for _, p := range patterns {
		switch {
		case strings.TrimRight(p, "/") == origin:
			return " A browser sends no slash at the end."
		case strings.EqualFold(p, origin):
			return " Capitals count: browsers send small letters."
		}
		if why := otherPart(p, origin); why != "" {
			return why
		}
	}
	return ""
}

// otherPart says which one part of an origin differs.
func otherPart(pattern, origin string) string {
	scheme, host, ok := strings.Cut(pattern, "://")
	sent, sentHost, whole := strings.Cut(origin, "://")
	switch {
	case !ok || !whole:
		return ""
	case scheme != sent && host == sentHost:
		return " The scheme is part of the origin."
	case scheme == sent && withoutPort(host) == withoutPort(sentHost):
		return " The port is part of the origin."
	case scheme == sent && strings.TrimPrefix(host, "*.") == sentHost:
		return " The star stands for at least one character, so the bare domain is another origin."
	}
	return ""
}

func withoutPort(host string) string {
	name, port, ok := strings.Cut(host, ":")
	if _, err := strconv.Atoi(port); ok && err == nil {
		return name
	}
	return host
}

// MatchOrigin says whether an origin fits one of AllowedOrigins: the same, byte by byte, or around its one star, which
// stands for at least one character, or "*".
func MatchOrigin(pattern, origin string) bool {
	if pattern == "*" || pattern == origin {
		return true
	}
	before, after, star := strings.Cut(pattern, "*")
	return star && len(origin) > len(before)+len(after) && strings.HasPrefix(origin, before) && strings.HasSuffix(origin, after)
}

// MatchHeader says whether a header name fits one of AllowedHeaders, without regard to case. A star stands for any
// number of characters.
func MatchHeader(pattern, name string) bool {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	return len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}

// answer gives the headers that a rule which passed puts into the answer.
func (r Rule) answer(q Request) []Header {
	var out []Header
	add := func(name, value string) { out = append(out, Header{name, value}) }
	if slices.Contains(r.AllowedOrigins, "*") {
		add("Access-Control-Allow-Origin", "*")
	} else {
		add("Access-Control-Allow-Origin", q.Origin)
		add("Access-Control-Allow-Credentials", "true")
	}
	add("Access-Control-Allow-Methods", strings.Join(r.AllowedMethods, ", "))
	if asked := split(q.Headers); q.Preflight() && len(asked) > 0 {
		add("Access-Control-Allow-Headers", strings.Join(asked, ", "))
	}
	if len(r.ExposeHeaders) > 0 {
		add("Access-Control-Expose-Headers", strings.Join(r.ExposeHeaders, ", "))
	}
	if r.MaxAgeSeconds != nil {
		add("Access-Control-Max-Age", strconv.Itoa(int(*r.MaxAgeSeconds)))
	}
	add("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
	return out
}
