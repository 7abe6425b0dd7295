package views

import (
	"net/netip"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/policy"
	"cooper/ui"
)

// Who may be tried.
const (
	tryAnonymous = "anonymous"
	tryRoot      = "root of this account"
	tryARN       = "user or role"
	tryService   = "AWS service"
)

var tryOwn = map[string]policy.Own{"allow it": policy.OwnAllows, "say nothing": policy.OwnSilent, "deny it": policy.OwnDenies, "not known": policy.OwnUnknown}

// try asks for a request and says whether the policy lets it pass.
func (v *policyView) try() tea.Cmd {
	is := func(who string) func(ui.Values) bool { return func(x ui.Values) bool { return x["who"] != who } }
	fields := []ui.FormField{
		{ID: "who", Label: "caller", Kind: ui.ChoiceField, Value: tryAnonymous, Options: []string{tryAnonymous, tryRoot, tryARN, tryService}},
		{ID: "arn", Label: "ARN", Placeholder: "arn:aws:iam::444455556666:user/eve", Hidden: is(tryARN), Check: func(s string) string {
			if p := strings.SplitN(s, ":", 6); len(p) != 6 || p[0] != "arn" || len(p[4]) != 12 {
				return "the ARN of a user, a role or a session"
			}
			return ""
		}},
		{ID: "service", Label: "service", Value: "logging.s3.amazonaws.com", Hidden: is(tryService)},
		{ID: "own", Label: "own policies", Kind: ui.ChoiceField, Value: "allow it", Options: []string{"allow it", "say nothing", "deny it", "not known"}, Hidden: is(tryARN)},
		{ID: "action", Label: "action", Value: "s3:GetObject", Check: func(s string) string {
			if !slices.ContainsFunc(policy.Actions(), func(a string) bool { return strings.EqualFold(a, s) }) {
				return "one of S3's actions, such as s3:GetObject"
			}
			return ""
		}},
		{ID: "key", Label: "key", Value: "report.pdf", Hidden: func(x ui.Values) bool { return policy.ForBucket(x["action"]) }},
		{ID: "tls", Label: "TLS", Kind: ui.ChoiceField, Value: "yes", Options: []string{"yes", "no"}},
		{ID: "ip", Label: "address", Placeholder: "not known", Check: func(s string) string {
			if _, err := netip.ParseAddr(s); s != "" && err != nil {
				return "an IPv4 or IPv6 address"
			}
			return ""
		}},
		{ID: "facts", Label: "headers, keys", Placeholder: "x-amz-acl=private aws:SourceVpce=vpce-1", Check: func(s string) string { _, wrong := tryFacts(s); return wrong },
			Help: "Request headers and condition keys with their values, parted by spaces. Headers that are not named are not sent; other keys are not known."},
	}
	return ui.Push(ui.NewForm(ui.FormOptions{Title: "Try a request on " + ui.Clean(v.bucket), Submit: "try it", Fields: fields, OK: func(x ui.Values) (tea.Cmd, string) {
		return ui.Push(ui.NewText("Would it pass?", v.answer(x))), ""
	}}))
}

// tryFacts reads "name=value" pairs; names of headers become S3's condition keys.
func tryFacts(s string) (facts map[string][]string, wrong string) {
	facts = map[string][]string{}
	for pair := range strings.FieldsSeq(s) {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, "name=value, parted by spaces"
		}
		if strings.HasPrefix(strings.ToLower(name), "x-amz-") {
			name = "s3:" + strings.ToLower(name)
		}
		facts[name] = append(facts[name], value)
	}
	return facts, ""
}

// answer is what the policy and what surrounds it make of a request.
func (v *policyView) answer(x ui.Values) string {
	facts, _ := tryFacts(x["facts"])
	facts["aws:SecureTransport"] = []string{map[string]string{"yes": "true", "no": "false"}[x["tls"]]}
	if x["ip"] != "" {
		facts["aws:SourceIp"] = []string{x["ip"]}
	}
	r := policy.Request{Caller: v.tryCaller(x, facts), Own: tryOwn[x["own"]], Action: x["action"], Resource: string(v.arn), Facts: facts,
		Unknown: func(key string) bool { return !strings.HasPrefix(strings.ToLower(key), "s3:x-amz-") }}
	if !policy.ForBucket(x["action"]) {
		r.Resource += "/" + x["key"]
	}
	f := v.board.Facts(v.bucket)
	b := policy.Bucket{Owner: v.account(), Block: tryBlock(f), Ownership: tryOwnership(f.Ownership)}
	d := policy.Evaluate(v.doc, b, r)
	out := map[policy.Verdict]string{policy.Allowed: "ALLOWED", policy.Refused: "REFUSED", policy.Unsure: "NOT KNOWN"}[d.Verdict] + "\n\n" + d.Reason
	if d.Statement >= 0 && v.doc != nil {
		out += "\n\n" + v.doc.Statements[d.Statement].Words()
	}
	if len(d.Missing) > 0 {
		out += "\n\nIt would be known with: " + strings.Join(d.Missing, ", ") + "."
	}
	if f.Block.State > awsops.Absent || f.AccountBlock.State == awsops.Denied || f.AccountBlock.State == awsops.Failed {
		out += "\n\nThe public access block could not be read as a whole: RestrictPublicBuckets may refuse what is allowed here."
	}
	return out
}

// tryOwnership is the ownership that decides whether ACLs count: they may where it isn't known.
func tryOwnership(r awsops.Reading[string]) string {
	switch r.State {
	case awsops.Known:
		return r.Value
	case awsops.Absent:
		return buckets.ObjectWriter
	}
	return r.State.String()
}

// account is the bucket's account, or a stand-in where no server can tell.
func (v *policyView) account() string {
	if v.owner == "" {
		return "000000000000"
	}
	return v.owner
}

func (v *policyView) tryCaller(x ui.Values, facts map[string][]string) policy.Caller {
	set := func(key, value string) {
		if _, given := facts[key]; !given {
			facts[key] = []string{value}
		}
	}
	switch x["who"] {
	case tryRoot:
		c := policy.Caller{ARN: "arn:" + v.arn.Partition() + ":iam::" + v.account() + ":root", Account: v.account(), Root: true}
		set("aws:PrincipalArn", c.ARN)
		set("aws:PrincipalAccount", c.Account)
		return c
	case tryARN:
		parts := strings.SplitN(x["arn"], ":", 6)
		c := policy.Caller{ARN: x["arn"], Account: parts[4], Root: parts[5] == "root"}
		if rest, ok := strings.CutPrefix(parts[5], "assumed-role/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			c.RoleARN = "arn:" + parts[1] + ":iam::" + c.Account + ":role/" + name
			set("aws:PrincipalArn", c.RoleARN)
		}
		set("aws:PrincipalArn", c.ARN)
		set("aws:PrincipalAccount", c.Account)
		set("aws:PrincipalIsAWSService", "false")
		return c
	case tryService:
		set("aws:PrincipalIsAWSService", "true")
		return policy.Caller{Service: x["service"]}
	}
	return policy.Caller{}
}

// tryBlock is the stricter of the bucket's and the account's block, as far as they are known.
func tryBlock(f buckets.Facts) policy.Block {
	return policy.Block{IgnorePublicAcls: f.Block.Value.IgnorePublicAcls || f.AccountBlock.Value.IgnorePublicAcls,
		RestrictPublicBuckets: f.Block.Value.RestrictPublicBuckets || f.AccountBlock.Value.RestrictPublicBuckets}
}
