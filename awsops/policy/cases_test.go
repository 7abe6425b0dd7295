package policy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// caseBucket and caseOwner are the bucket of all cases and the account that owns it.
const (
	caseBucket = "amzn-s3-demo-bucket"
	caseOwner  = "111122223333"
)

type caseFile struct {
	Name, Source string
	Policy       json.RawMessage
	Block        Block
	Ownership    string
	Public       *bool
	Requests     []caseRequest
}

type caseRequest struct {
	Caller, Action, Key, Identity, ObjectOwner string
	Facts                                      map[string]any
	Unknown                                    []string
	Want, Sid                                  string
}

type caseCaller struct {
	ARN, Role, Account, Canonical, Service string
	Root                                   bool
}

func load[T any](t testing.TB, path string) T {
	t.Helper()
	var out T
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return out
}

func cases(t testing.TB) []caseFile {
	t.Helper()
	names, err := filepath.Glob("testdata/policy/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []caseFile
	for _, n := range names {
		out = append(out, load[[]caseFile](t, n)...)
	}
	return out
}

func (r caseRequest) request(callers map[string]caseCaller) Request {
	c := callers[r.Caller]
	q := Request{Caller: Caller{c.ARN, c.Role, c.Account, c.Canonical, c.Root, c.Service}, Action: r.Action, ObjectOwner: r.ObjectOwner,
		Resource: "arn:aws:s3:::" + caseBucket, Facts: map[string][]string{},
		Own:     map[string]Own{"allows": OwnAllows, "silent": OwnSilent, "denies": OwnDenies}[r.Identity],
		Unknown: func(key string) bool { return slices.Contains(r.Unknown, key) }}
	if r.Key != "" {
		q.Resource += "/" + r.Key
	}
	for k, v := range r.Facts {
		switch v := v.(type) {
		case string:
			q.Facts[k] = []string{v}
		case []any:
			for _, one := range v {
				q.Facts[k] = append(q.Facts[k], one.(string))
			}
		}
	}
	return q
}

func TestEveryCaseIsDecidedAsItsSourceSays(t *testing.T) {
	callers := load[map[string]caseCaller](t, "testdata/callers.json")
	decided := 0
	for _, c := range cases(t) {
		decided += len(c.Requests)
		c.check(t, callers)
	}
	if decided < 150 {
		t.Errorf("only %d cases", decided)
	}
}

func (c caseFile) check(t *testing.T, callers map[string]caseCaller) {
	t.Helper()
	d, err := Parse(c.Policy)
	if err != nil || len(d.Problems) > 0 {
		t.Fatalf("%s: %v %v", c.Name, err, d.Problems)
	}
	if !strings.HasPrefix(c.Source, "https://docs.aws.amazon.com/") && c.Source != "measured on RGW" {
		t.Errorf("%s: %q is no source", c.Name, c.Source)
	}
	if c.Public != nil && d.Public() != *c.Public {
		t.Errorf("%s: public is %t", c.Name, d.Public())
	}
	for i, r := range c.Requests {
		c.decide(t, d, i, r, Evaluate(d, Bucket{caseOwner, c.Block, c.Ownership}, r.request(callers)))
	}
}

func (c caseFile) decide(t *testing.T, d *Document, i int, r caseRequest, got Decision) {
	t.Helper()
	sid := ""
	if got.Statement >= 0 && got.Verdict != Unsure {
		sid = d.Statements[got.Statement].Sid
	}
	if got.Verdict.String() != r.Want || sid != r.Sid {
		t.Errorf("%s, request %d (%s %s): %s by %q, want %s by %q: %s", c.Name, i+1, r.Caller, r.Action, got.Verdict, sid, r.Want, r.Sid, got.Reason)
	}
	if (got.Verdict == Unsure) != (len(got.Missing) > 0) {
		t.Errorf("%s, request %d: %s misses %q", c.Name, i+1, got.Verdict, got.Missing)
	}
}

func TestTheCasesUseEveryOperator(t *testing.T) {
	used := map[string]bool{}
	for _, c := range cases(t) {
		d, err := Parse(c.Policy)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Statements {
			for _, k := range s.Conditions {
				_, name, found := strings.Cut(k.Operator, ":")
				if !found {
					name = k.Operator
				}
				used[strings.TrimSuffix(name, "IfExists")] = true
			}
		}
	}
	for _, name := range operatorNames() {
		if !used[name] {
			t.Errorf("no case has %s", name)
		}
	}
}
