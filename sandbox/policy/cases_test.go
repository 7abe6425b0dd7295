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
			d, err := ParseBucket(c.Policy, "amzn-s3-demo-bucket")
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
				continue
			}
			if c.Public != nil && d.IsPublic() != *c.Public {
				t.Errorf("%s: public is %t", c.Name, d.IsPublic())
			}
			for i, r := range c.Requests {
				if r.Want == "unknown" || c.Block.RestrictPublicBuckets || slices.Contains([]string{"s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"}, r.Action) && r.Caller == "owner" {
					continue
				}
				asked++
				got, by := d.Evaluate(r.request(callers[r.Caller]))
				if r.Sid != "" && (by == nil || by.Sid != r.Sid || (got == Deny) != (r.Want == "refused")) {
					t.Errorf("%s, request %d: %s by %+v, want %s by %s", c.Name, i+1, got, by, r.Want, r.Sid)
				}
				if r.Sid == "" && (r.Want == "allowed" && got == Deny || r.Want == "refused" && r.Identity != "silent" && r.Identity != "denies" && got == Allow) {
					t.Errorf("%s, request %d: %s, want %s", c.Name, i+1, got, r.Want)
				}
			}
		}
	}
	if asked < 150 {
		t.Errorf("only %d requests", asked)
	}
}
