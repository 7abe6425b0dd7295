package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Caller is who makes a request. The zero Caller is anonymous.
type Caller struct {
	ARN         string
	RoleARN     string // of the role when ARN is an assumed-role session
	Account     string // 12 digits
	CanonicalID string // of the account, where it is known
	Root        bool   // the account's root user
	Service     string // such as logging.s3.amazonaws.com, when an AWS service calls
}

// Anonymous reports whether nobody signed the request.
func (c Caller) Anonymous() bool { return c.ARN == "" && c.Service == "" }

// Own is what the caller's own policies say about the request.
type Own uint8

// What identity policies say. OwnUnknown is the zero value: mostly they can't be read.
const (
	OwnUnknown Own = iota
	OwnAllows
	OwnSilent
	OwnDenies
)

// Block is the public access block in effect: the stricter of bucket and account, switch by switch.
type Block struct{ IgnorePublicAcls, RestrictPublicBuckets bool }

// Bucket is what besides the policy decides.
type Bucket struct {
	Owner     string // account
	Block     Block
	Ownership string // BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter; "" is taken as enforced
}

// Request is what is asked.
type Request struct {
	Caller      Caller
	Own         Own
	Action      string              // s3:GetObject
	Resource    string              // ARN of the bucket or of the object
	ObjectOwner string              // account that wrote the object; "" when not known
	Facts       map[string][]string // condition keys and their values
	Unknown     func(key string) bool
}

// Verdict is the answer to a Request.
type Verdict uint8

// The verdicts.
const (
	Unsure Verdict = iota
	Allowed
	Refused
)

// String gives the verdict in one word.
func (v Verdict) String() string { return [...]string{"unknown", "allowed", "refused"}[v] }

// Decision is a verdict and where it comes from.
type Decision struct {
	Verdict   Verdict
	Statement int      // index of the statement that decides, -1 when none does
	By        string   // "policy", "identity", "root", "block", "default" or "" for unknown
	Missing   []string // facts that would settle it, for Unsure
	Reason    string   // a sentence
}

// facts looks condition keys up, whatever their case, and remembers those that nobody knows.
type facts struct {
	values  map[string][]string
	unknown func(string) bool
	fold    bool
	missing *[]string
}

func newFacts(r Request) *facts {
	f := &facts{values: map[string][]string{}, unknown: r.Unknown, missing: &[]string{}}
	for k, v := range r.Facts {
		f.values[strings.ToLower(k)] = v
	}
	return f
}

// folded gives the same facts with values in lower case.
func (f *facts) folded() *facts {
	g := *f
	g.fold = true
	return &g
}

func (f *facts) get(key string) ([]string, truth) {
	if v, ok := f.values[strings.ToLower(key)]; ok {
		if f.fold {
			v = slices.Clone(v)
			for i := range v {
				v[i] = strings.ToLower(v[i])
			}
		}
		return v, yes
	}
	if f.unknown != nil && f.unknown(key) {
		if !slices.ContainsFunc(*f.missing, func(k string) bool { return strings.EqualFold(k, key) }) {
			*f.missing = append(*f.missing, key)
		}
		return nil, maybe
	}
	return nil, no
}

// applies says whether the statement is about the request, and which facts would tell when it may be.
func (s *Statement) applies(r Request, variables bool) (truth, []string) {
	if s.broken {
		return no, nil
	}
	f := newFacts(r)
	t := min(s.caller(r.Caller), s.action(r.Action))
	if t == no {
		return no, nil
	}
	t = min(t, s.resource(f, r.Resource, variables))
	for _, c := range s.Conditions {
		if t != no {
			t = min(t, c.holds(f, variables))
		}
	}
	return t, *f.missing
}

func (s *Statement) caller(c Caller) truth {
	if s.NotPrincipals != nil {
		return is(!s.NotPrincipals.include(c))
	}
	return is(s.Principals.include(c))
}

func (p *Principals) include(c Caller) bool {
	switch {
	case p == nil:
		return false
	case p.Everyone:
		return true
	case c.Service != "":
		return slices.Contains(p.Service, c.Service)
	case c.ARN == "":
		return false
	case c.CanonicalID != "" && slices.Contains(p.Canonical, c.CanonicalID):
		return true
	}
	return slices.ContainsFunc(p.AWS, func(a string) bool {
		return a == c.ARN || c.RoleARN != "" && a == c.RoleARN || c.Account != "" && account(a) == c.Account
	})
}

// account is the account that a principal stands for as a whole: twelve digits, or the ARN of its root.
func account(principal string) string {
	if len(principal) == 12 && strings.Trim(principal, "0123456789") == "" {
		return principal
	}
	parts := strings.Split(principal, ":")
	if len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[5] == "root" {
		return parts[4]
	}
	return ""
}

func (s *Statement) action(action string) truth {
	names := func(list []string) bool {
		return slices.ContainsFunc(list, func(a string) bool { return wild(strings.ToLower(a), strings.ToLower(action)) })
	}
	if s.NotActions != nil {
		return is(!names(s.NotActions))
	}
	return is(names(s.Actions))
}

func (s *Statement) resource(f *facts, arn string, variables bool) truth {
	names := func(list []string) truth {
		return some(list, func(a string) truth { return pattern{a, variables}.matches(f, arn, true) })
	}
	if s.NotResources != nil {
		return names(s.NotResources).not()
	}
	return names(s.Resources)
}

// found is what the statements of one effect say together.
type found struct {
	truth     truth
	statement int
	missing   []string
}

func (d *Document) seek(e Effect, r Request) found {
	out := found{statement: -1}
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Effect != e {
			continue
		}
		switch t, missing := s.applies(r, d.variables()); t {
		case yes:
			return found{yes, i, nil}
		case maybe:
			if out.truth == no {
				out.truth, out.statement = maybe, i
			}
			out.missing = append(out.missing, missing...)
		}
	}
	return out
}

func (d *Document) variables() bool { return d.Version == "2012-10-17" }

// policyActions are what root of the owner account may do whatever the policy says.
var policyActions = []string{"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"}

// OwnPolicies is the name of the fact that only the caller's own policies can tell.
const OwnPolicies = "the caller's own policies"

// Evaluate says whether a request is allowed. d is nil for a bucket without a policy. An explicit Deny refuses. Inside
// the owner's account the bucket's policy or the caller's own may allow; a caller of another account needs both, and
// the anonymous and services have only the bucket's. A public policy under RestrictPublicBuckets allows nobody outside
// the account but services.
func Evaluate(d *Document, b Bucket, r Request) Decision {
	if d == nil {
		d = &Document{}
	}
	owner := r.Caller.Account != "" && r.Caller.Account == b.Owner
	if owner && r.Caller.Root && slices.Contains(policyActions, strings.ToLower(r.Action)) {
		return Decision{Allowed, -1, "root", nil, "Root of the bucket's account may always read, put and delete the policy."}
	}
	if r.Own == OwnDenies {
		return Decision{Refused, -1, "identity", nil, "A policy of the caller's own denies it."}
	}
	deny := d.seek(Deny, r)
	if deny.truth == yes {
		return Decision{Refused, deny.statement, "policy", nil, d.name(deny.statement) + " denies it."}
	}
	got := d.granted(b, r, owner)
	if deny.truth == maybe && got.Verdict != Refused {
		return Decision{Unsure, deny.statement, "", unique(append(deny.missing, got.Missing...)),
			d.name(deny.statement) + " may deny it: that depends on " + list(deny.missing) + "."}
	}
	return got
}

// granted says what allows the request, when nothing denies it.
func (d *Document) granted(b Bucket, r Request, owner bool) Decision {
	own := r.Own
	if r.Caller.Root {
		own = OwnAllows
	}
	allow := d.seek(Allow, r)
	if owner {
		return d.inside(allow, own, r.Caller.Root)
	}
	if r.Caller.Service == "" && b.Block.RestrictPublicBuckets && d.Public() {
		return Decision{Refused, -1, "block", nil, "The policy is public and RestrictPublicBuckets keeps everybody outside the account out."}
	}
	if allow.truth == no {
		return d.ungranted(b, r)
	}
	if foreigner(r.Caller) && own == OwnSilent {
		return Decision{Refused, -1, "identity", nil, "The bucket lets the caller in, but a caller of another account needs a policy of its own, too."}
	}
	missing := d.open(b, r, own)
	if allow.truth == yes && missing == nil {
		return Decision{Allowed, allow.statement, "policy", nil, d.name(allow.statement) + " allows it."}
	}
	missing = unique(append(allow.missing, missing...))
	return Decision{Unsure, allow.statement, "", missing, d.name(allow.statement) + " may allow it: that depends on " + list(missing) + "."}
}

// foreigner reports whether an outsider has policies of its own that must allow, too.
func foreigner(c Caller) bool { return c.Service == "" && !c.Anonymous() }

// open names the facts beside the policy that an outsider's grant hangs on.
func (d *Document) open(b Bucket, r Request, own Own) []string {
	var missing []string
	if foreigner(r.Caller) && own == OwnUnknown {
		missing = append(missing, OwnPolicies)
	}
	if aclsCount(b) && strings.Contains(r.Resource, "/") && reads(r.Action) {
		switch r.ObjectOwner {
		case b.Owner:
		case "":
			missing = append(missing, "who owns the object")
		default:
			missing = append(missing, "the object's ACL")
		}
	}
	return missing
}

// reads reports whether an action needs an object that is there: the policy reaches only those of the bucket's owner.
func reads(action string) bool {
	lower := strings.ToLower(action)
	return strings.HasPrefix(lower, "s3:getobject")
}

func aclsCount(b Bucket) bool { return b.Ownership != "" && b.Ownership != "BucketOwnerEnforced" }

// inside decides for a caller of the owner's account.
func (d *Document) inside(allow found, own Own, root bool) Decision {
	switch {
	case allow.truth == yes:
		return Decision{Allowed, allow.statement, "policy", nil, d.name(allow.statement) + " allows it."}
	case root:
		return Decision{Allowed, -1, "root", nil, "No statement denies it, and root of the bucket's account needs no permission."}
	case own == OwnAllows:
		return Decision{Allowed, -1, "identity", nil, "No statement denies it, and a policy of the caller's own allows it."}
	case own == OwnUnknown:
		missing := unique(append(allow.missing, OwnPolicies))
		return Decision{Unsure, allow.statement, "", missing, "No statement denies it; whether it is allowed depends on " + list(missing) + "."}
	case allow.truth == maybe:
		return Decision{Unsure, allow.statement, "", unique(allow.missing), d.name(allow.statement) + " may allow it: that depends on " + list(allow.missing) + "."}
	}
	return Decision{Refused, -1, "default", nil, "Nothing allows it."}
}

// ungranted decides for an outsider whom no statement allows anything: only ACLs are left.
func (d *Document) ungranted(b Bucket, r Request) Decision {
	public := r.Caller.Anonymous()
	if !aclsCount(b) || public && b.Block.IgnorePublicAcls {
		return Decision{Refused, -1, "default", nil, "No statement allows it, and a caller outside the bucket's account has nothing else."}
	}
	return Decision{Unsure, -1, "", []string{"the ACLs"}, "No statement allows it; ACLs count in this bucket and may."}
}

// name calls a statement by its Sid, or by its number from 1.
func (d *Document) name(i int) string {
	if sid := d.Statements[i].Sid; sid != "" {
		return fmt.Sprintf("Statement %q", sid)
	}
	return fmt.Sprintf("Statement %d", i+1)
}

func unique(texts []string) []string {
	out := []string{}
	for _, t := range texts {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// list joins names as a sentence does.
func list(names []string) string {
	names = unique(names)
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
