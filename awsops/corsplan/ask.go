package corsplan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cooper/awsops"
	"cooper/awsops/cors"
)

// Question is a request to try on a bucket's rules and on its server.
type Question struct {
	Bucket, Key string
	Request     cors.Request
}

// Answer is what the server answered beside what the rules say.
type Answer struct {
	awsops.CrossAnswer
	Request     cors.Request
	Simulated   cors.Result
	Differences []cors.Difference
}

// Ask sends a preflight for the question's method and, where that is GET or HEAD, the actual request, too: other
// methods would change something. rules are what the bucket is believed to have. Errors are *awsops.Error.
func Ask(ctx context.Context, r *awsops.Reader, q Question, rules []cors.Rule) ([]Answer, error) {
	var out []Answer
	for _, request := range Requests(q.Request) {
		got, err := r.CrossOrigin(ctx, awsops.CrossRequest{Bucket: q.Bucket, Key: q.Key, Verb: request.Verb,
			Origin: request.Origin, Method: request.Method, Headers: request.Headers})
		if err != nil {
			return out, err
		}
		want := cors.Simulate(rules, request)
		out = append(out, Answer{CrossAnswer: got, Request: request, Simulated: want, Differences: cors.Compare(want, got.Status, got.Header.Get)})
	}
	return out, nil
}

// Requests gives what can be sent to try a question: the preflight, and the actual request where it changes nothing.
func Requests(q cors.Request) []cors.Request {
	method := q.Method
	if method == "" && !q.Preflight() {
		method = q.Verb
	}
	out := []cors.Request{{Verb: "OPTIONS", Origin: q.Origin, Method: method, Headers: q.Headers}}
	if slices.Contains([]string{"GET", "HEAD"}, method) {
		out = append(out, cors.Request{Verb: method, Origin: q.Origin})
	}
	return out
}

// Curl gives the line that sends a request by curl. It carries no credentials: the answer to an actual request may be
// a refusal, whose CORS headers are the same.
func Curl(address string, q cors.Request) string {
	words := []string{"curl", "-sS"}
	switch q.Verb {
	case "HEAD":
		words = append(words, "-I")
	case "GET":
		words = append(words, "-o", "/dev/null", "-D", "-")
	default:
		words = append(words, "-i", "-X", q.Verb)
	}
	header := func(name, value string) {
		if value != "" {
			words = append(words, "-H", awsops.Quote(name+": "+value))
		}
	}
	header("Origin", q.Origin)
	header("Access-Control-Request-Method", q.Method)
	header("Access-Control-Request-Headers", q.Headers)
	return strings.Join(append(words, awsops.Quote(address)), " ")
}

// checkLines gives, for each rule that is new or changed, the curl line that asks for what it allows.
func checkLines(ctx context.Context, r *awsops.Reader, spec PutSpec, before []cors.Rule) ([]string, error) {
	address, err := r.ObjectURL(ctx, spec.Bucket, "index.html")
	if err != nil {
		return nil, err
	}
	var out []string
	for i, rule := range spec.Rules {
		if !has(before, rule) {
			out = append(out, fmt.Sprintf("Rule %d is checked by: %s", i+1, Curl(address, example(rule))))
		}
	}
	return out, nil
}

// example is a preflight that a rule allows, unless one above it answers: a word stands for a star.
func example(r cors.Rule) cors.Request {
	origin := r.AllowedOrigins[0]
	switch {
	case origin == "*":
		origin = "https://www.example.com"
	case strings.HasSuffix(origin, ":*"):
		origin = strings.TrimSuffix(origin, "*") + "3000"
	default:
		origin = strings.Replace(origin, "*", "www", 1)
	}
	q := cors.Request{Verb: "OPTIONS", Origin: origin, Method: r.AllowedMethods[0]}
	if len(r.AllowedHeaders) > 0 {
		if q.Headers = strings.Replace(r.AllowedHeaders[0], "*", "date", 1); r.AllowedHeaders[0] == "*" {
			q.Headers = "content-type"
		}
	}
	return q
}
