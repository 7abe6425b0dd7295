package policy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// sharedCases are the documented cases that the product's engine is tested with, too. The two engines share nothing
// but this data.
const sharedCases = "../../awsops/policy/testdata"

type sharedCase struct {
	Name     string
	Policy   json.RawMessage
	Public   *bool
	Block    struct{ RestrictPublicBuckets bool }
	Requests []sharedRequest
}

type sharedRequest struct {
	Caller, Action, Key, Identity string
	Facts                         map[string]any
	Unknown                       []string
	Want, Sid                     string
}

type sharedCaller struct{ ARN, Role, Account, Canonical, Service string }

func read(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func (r sharedRequest) request(c sharedCaller) Request {
	q := Request{Caller: Caller{ARN: c.ARN, RoleARN: c.Role, Account: c.Account, CanonicalID: c.Canonical, Service: c.Service},
		Action: r.Action, Resource: "arn:aws:s3:::amzn-s3-demo-bucket", Context: Context{}}
	if r.Key != "" {
		q.Resource += "/" + r.Key
	}
	for k, v := range r.Facts {
		switch v := v.(type) {
		case string:
			q.Context.Set(k, v)
		case []any:
			var values []string
			for _, one := range v {
				values = append(values, one.(string))
			}
			q.Context.Set(k, values...)
		}
	}
	return q
}

var keptByRoot = []string{"s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"}

// ask compares the document's verdicts with the case's, and tells how many requests it could ask.
func (c sharedCase) ask(t *testing.T, d *Document, callers map[string]sharedCaller) (asked int) {
	t.Helper()
	for i, r := range c.Requests {
		if r.Want == "unknown" || c.Block.RestrictPublicBuckets || r.Caller == "owner" && slices.Contains(keptByRoot, r.Action) {
			continue
		}
		asked++
		got, by := d.Evaluate(r.request(callers[r.Caller]))
		if by == nil {
			by = &Statement{}
		}
		if !r.agrees(got, by.Sid) {
			t.Errorf("%s, request %d: %s by %q, want %s by %q", c.Name, i+1, got, by.Sid, r.Want, r.Sid)
		}
	}
	return asked
}

// agrees compares the document's verdict with the whole one: the named statement must decide, and where none is named
// the caller's own policies may have the say.
func (r sharedRequest) agrees(got Effect, sid string) bool {
	switch {
	case r.Sid != "":
		return sid == r.Sid && (got == Deny) == (r.Want == "refused")
	case r.Want == "allowed":
		return got != Deny
	}
	return got != Allow || r.Identity == "silent" || r.Identity == "denies"
}

// TestTheDocumentedCasesComeOutOfTheSandboxesRules asks the document alone: what the caller's own policies, the block,
// root and ACLs add is decided above it. Questions with an unknown fact are not the server's.
func TestTheDocumentedCasesComeOutOfTheSandboxesRules(t *testing.T) {
	var callers map[string]sharedCaller
	read(t, sharedCases+"/callers.json", &callers)
	names, err := filepath.Glob(sharedCases + "/policy/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	asked := 0
	for _, name := range names {
		var cases []sharedCase
		read(t, name, &cases)
		for _, c := range cases {
			d := mustParse(t, string(c.Policy))
			if c.Public != nil && d.IsPublic() != *c.Public {
				t.Errorf("%s: public is %t", c.Name, d.IsPublic())
			}
			asked += c.ask(t, d, callers)
		}
	}
	if asked < 150 {
		t.Errorf("only %d requests", asked)
	}
}
