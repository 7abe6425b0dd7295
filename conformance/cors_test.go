package conformance

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/cors"
	"cooper/awsops/corsplan"
)

func corsRule(id, origins, methods, headers string) cors.Rule {
	r := cors.Rule{ID: id, AllowedOrigins: strings.Fields(origins), AllowedMethods: strings.Fields(methods)}
	if headers != "" {
		r.AllowedHeaders = strings.Fields(headers)
	}
	return r
}

func TestCORSRulesArePutReadBackPutBackAndRemoved(t *testing.T) {
	w := open(t)
	b, r := w.bucket(t, ""), w.reader()
	if now := corsplan.Reading(t.Context(), r, b); now.State != awsops.Absent {
		t.Fatalf("a new bucket's rules are %v %v", now.State, now.Err)
	}
	age := int32(600)
	first := corsRule("app", "https://app.example.com", "GET HEAD PUT", "content-type x-amz-*")
	first.MaxAgeSeconds, first.ExposeHeaders = &age, []string{"ETag"}
	rules := []cors.Rule{first, corsRule("all", "*", "GET HEAD", "")}
	p, err := corsplan.PlanPut(t.Context(), r, corsplan.PutSpec{Bucket: b, Rules: rules})
	w.done(t, p, err)
	stale, err := corsplan.PlanPut(t.Context(), r, corsplan.PutSpec{Bucket: b, Rules: rules[:1]})
	if err != nil {
		t.Fatal(err)
	}
	second, err := corsplan.PlanPut(t.Context(), r, corsplan.PutSpec{Bucket: b, Rules: rules[1:]})
	if got := w.done(t, second, err); got.Verdict != awsops.VerdictDone {
		t.Errorf("%+v", got)
	}
	if got := w.apply(t, stale); got.State != awsops.JobFailed || got.Err == nil || got.Err.Kind != awsops.KindChanged {
		t.Errorf("a plan on what is gone: %v %v", got.State, got.Err)
	}
	if len(p.Effects.Lines) != 2 || !strings.Contains(p.Effects.Lines[0], "curl -sS -i -X OPTIONS -H 'Origin: https://app.example.com'") || len(second.Effects.Lines) != 0 {
		t.Errorf("the lines to check it with are %q and %q", p.Effects.Lines, second.Effects.Lines)
	}
	if !strings.Contains(second.Undo, "content-type") {
		t.Errorf("the way back is %q", second.Undo)
	}
	gone, err := corsplan.PlanRemove(t.Context(), r, corsplan.RemoveSpec{Bucket: b})
	w.done(t, gone, err)
	keeps(t, p, awsops.Document{What: corsplan.Document, Bucket: b})
	keeps(t, gone, awsops.Document{What: corsplan.Document, Bucket: b, Text: cors.CompactJSON(rules[1:])})
	if _, err := corsplan.PlanRemove(t.Context(), r, corsplan.RemoveSpec{Bucket: b}); err == nil {
		t.Error("nothing can be removed twice")
	}
}

func TestACORSPlanRefusesWhatS3WouldAndWhatChangesNothing(t *testing.T) {
	w := openSandbox(t, awsops.DialectCompatible)
	b := w.bucket(t, "")
	for _, rules := range [][]cors.Rule{nil, {corsRule("", "*", "OPTIONS", "")}, {corsRule("", "https://*.*", "GET", "")}} {
		if _, err := corsplan.PlanPut(t.Context(), w.reader(), corsplan.PutSpec{Bucket: b, Rules: rules}); err == nil || !strings.Contains(err.Error(), "CORSRules") {
			t.Errorf("%v: %v", rules, err)
		}
	}
	spec := corsplan.PutSpec{Bucket: b, Rules: []cors.Rule{corsRule("", "*", "GET", "")}}
	p, err := corsplan.PlanPut(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	if _, err := corsplan.PlanPut(t.Context(), w.reader(), spec); !errors.Is(err, awsops.ErrUnchanged) {
		t.Errorf("%v", err)
	}
}

func TestAskingTheServerAgreesWithTheSimulator(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	key := "a 'quoted' + ü%20.txt"
	w.put(t, b, key, "text")
	rules := []cors.Rule{corsRule("app", "https://app.example.com", "GET PUT", "content-type")}
	p, err := corsplan.PlanPut(t.Context(), w.reader(), corsplan.PutSpec{Bucket: b, Rules: rules})
	w.done(t, p, err)
	for _, c := range []struct {
		q        cors.Request
		answers  int
		statuses []int
	}{
		{cors.Request{Verb: "OPTIONS", Origin: "https://app.example.com", Method: "PUT", Headers: "content-type"}, 1, []int{200}},
		{cors.Request{Verb: "OPTIONS", Origin: "https://app.example.com", Method: "GET"}, 2, []int{200, 206}},
		{cors.Request{Verb: "GET", Origin: "https://other.example.com"}, 2, []int{403, 206}},
	} {
		got, err := corsplan.Ask(t.Context(), w.reader(), corsplan.Question{Bucket: b, Key: key, Request: c.q}, rules)
		if err != nil || len(got) != c.answers {
			t.Fatalf("%v: %v, %v", c.q, got, err)
		}
		for i, a := range got {
			if a.Status != c.statuses[i] && !(a.Request.Preflight() && c.statuses[i] == 200 && a.Status == 204) {
				t.Errorf("%v: %d %s %s", a.Request, a.Status, a.Code, a.Message)
			}
			if len(a.Differences) > 0 && !w.corsFaulty(rules, a.Request, a.CrossAnswer) {
				t.Errorf("%v: %v", a.Request, a.Differences)
			}
		}
	}
	if _, err := w.reader().CrossOrigin(t.Context(), awsops.CrossRequest{Bucket: b, Key: key, Verb: "PUT", Origin: "x"}); err == nil {
		t.Error("a PUT was sent")
	}
}

func TestACurlLineIsReadByAShellAsItIsMeant(t *testing.T) {
	q := cors.Request{Verb: "OPTIONS", Origin: "https://a.example.com", Method: "PUT", Headers: "x-amz-date, it's"}
	line := corsplan.Curl("https://b.example.com/it's a key", q)
	got := spoken(t, t.TempDir(), strings.Replace(line, "curl", "aws", 1))
	want := []string{"-sS", "-i", "-X", "OPTIONS", "-H", "Origin: https://a.example.com", "-H", "Access-Control-Request-Method: PUT",
		"-H", "Access-Control-Request-Headers: x-amz-date, it's", "https://b.example.com/it's a key"}
	if len(got) != 1 || !slices.Equal(got[0], want) {
		t.Errorf("%q", got)
	}
	if get := corsplan.Curl("https://b.example.com/k", cors.Request{Verb: "GET", Origin: "x"}); !strings.Contains(get, "-o /dev/null -D -") {
		t.Error(get)
	}
	if head := corsplan.Curl("https://b.example.com/k", cors.Request{Verb: "HEAD", Origin: "x"}); !strings.Contains(head, " -I ") {
		t.Error(head)
	}
}

// setCORS puts rules beside the code under test, which would refuse some of them.
func (w *world) setCORS(t *testing.T, bucket string, rules []cors.Rule) error {
	t.Helper()
	if rules == nil {
		_, err := w.fixture.DeleteBucketCors(t.Context(), &s3.DeleteBucketCorsInput{Bucket: &bucket})
		return err
	}
	conf := &types.CORSConfiguration{}
	for _, r := range rules {
		rule := types.CORSRule{AllowedOrigins: r.AllowedOrigins, AllowedMethods: r.AllowedMethods, AllowedHeaders: r.AllowedHeaders,
			ExposeHeaders: r.ExposeHeaders, MaxAgeSeconds: r.MaxAgeSeconds}
		if r.ID != "" {
			rule.ID = &r.ID
		}
		conf.CORSRules = append(conf.CORSRules, rule)
	}
	_, err := w.fixture.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &bucket, CORSConfiguration: conf})
	return err
}

// tried sends a request and gives how the answer differs from the simulation.
func (w *world) tried(t *testing.T, bucket string, rules []cors.Rule, q cors.Request) (awsops.CrossAnswer, []cors.Difference) {
	t.Helper()
	got, err := w.reader().CrossOrigin(t.Context(), awsops.CrossRequest{Bucket: bucket, Key: "key", Verb: q.Verb, Origin: q.Origin, Method: q.Method, Headers: q.Headers})
	if err != nil {
		t.Fatal(err)
	}
	return got, cors.Compare(cors.Simulate(rules, q), got.Status, got.Header.Get)
}

func TestTheServerAnswersTheCasesOfThePages(t *testing.T) {
	raw, err := os.ReadFile("../awsops/cors/testdata/cors/requests.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Configs map[string][]cors.Rule
		Cases   []struct {
			Name, Config string
			Request      cors.Request
		}
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "key", "text")
	set := "none"
	for _, c := range f.Cases {
		if !slices.Contains([]string{"OPTIONS", "GET", "HEAD"}, c.Request.Verb) {
			continue // it would change the object; the sandbox's own test sends it
		}
		if c.Config != set {
			if err := w.setCORS(t, b, f.Configs[c.Config]); err != nil {
				t.Fatalf("%s: %v", c.Config, err)
			}
			set = c.Config
		}
		if got, diff := w.tried(t, b, f.Configs[c.Config], c.Request); len(diff) > 0 && !w.corsFaulty(f.Configs[c.Config], c.Request, got) {
			t.Errorf("%s: %d %s %v", c.Name, got.Status, got.Code, w.corsUnexplained(f.Configs[c.Config], c.Request, got))
		}
	}
}

// generatedRules and generatedRequests say how much is tried: each request on the rules before it.
const (
	generatedRules    = 100
	generatedRequests = 24
)

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func some(r *rand.Rand, least int, from ...string) []string {
	var out []string
	for range least + r.IntN(3) {
		if s := pick(r, from...); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func generatedRule(r *rand.Rand) cors.Rule {
	out := cors.Rule{
		AllowedOrigins: some(r, 1, "*", "https://app.example.com", "http://app.example.com", "https://*.example.com", "http://localhost:*",
			"https://app-*.example.com", "https://*", "null", "https://app.example.com:8443", "*.example.com"),
		AllowedMethods: some(r, 1, cors.Methods...),
		AllowedHeaders: some(r, 0, "*", "content-type", "Content-MD5", "x-amz-*", "*-md5", "authorization", "x-*-meta"),
		ExposeHeaders:  some(r, 0, "ETag", "x-amz-request-id", "Content-Length"),
	}
	if r.IntN(2) == 0 {
		age := pick[int32](r, 1, 60, 3600)
		out.MaxAgeSeconds = &age
	}
	return out
}

func generatedRequest(r *rand.Rand) cors.Request {
	q := cors.Request{Verb: "OPTIONS", Method: pick(r, "GET", "PUT", "POST", "DELETE", "HEAD"),
		Origin: pick(r, "https://app.example.com", "http://app.example.com", "https://example.com", "https://a.b.example.com", "http://localhost:3000",
			"https://app-1.example.com", "https://other.test", "null", "https://app.example.com:8443", "http://localhost", "https://APP.example.com"),
		Headers: strings.Join(some(r, 0, "content-type", "content-md5", "x-amz-date", "X-Amz-Acl", "authorization", "x-foo-meta", "range"), ", ")}
	if r.IntN(4) == 0 {
		q = cors.Request{Verb: pick(r, "GET", "HEAD"), Origin: q.Origin}
	}
	return q
}

func TestGeneratedRulesAndRequestsAreAnsweredAsSimulated(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "key", "text")
	r := rand.New(rand.NewPCG(7, 11))
	pairs, allowed, differ := 0, 0, 0
	for range generatedRules {
		var rules []cors.Rule
		for range 1 + r.IntN(3) {
			rules = append(rules, generatedRule(r))
		}
		if err := w.setCORS(t, b, rules); err != nil {
			t.Fatalf("%s: %v", cors.CompactJSON(rules), err)
		}
		for range generatedRequests {
			q := generatedRequest(r)
			pairs++
			if cors.Simulate(rules, q).Rule >= 0 {
				allowed++
			}
			got, diff := w.tried(t, b, rules, q)
			switch {
			case len(diff) == 0:
			case w.corsFaulty(rules, q, got):
				differ++
			default:
				t.Errorf("%+v on %s: %d %s %v", q, cors.CompactJSON(rules), got.Status, got.Code, w.corsUnexplained(rules, q, got))
			}
		}
	}
	t.Logf("%s: %d pairs, %d of them allowed, %d with a difference that is known by name", w.name, pairs, allowed, differ)
	if pairs < 2000 || allowed < pairs/10 || allowed > pairs*9/10 {
		t.Errorf("%d pairs with %d allowed prove little", pairs, allowed)
	}
}
