// Package policy reads, validates and evaluates IAM policy documents as Amazon S3 does: identity policies and
// bucket policies, and whether a bucket policy counts as public.
//
// Sources: "IAM JSON policy elements reference" and "IAM JSON policy evaluation logic" of the IAM user guide;
// "The meaning of public" of the Amazon S3 user guide.
package policy

import "strings"

// Effect of a statement, and the verdict of a document.
type Effect uint8

// A document's verdicts. None means that no statement applies.
const (
	None Effect = iota
	Allow
	Deny
)

func (e Effect) String() string { return [...]string{"none", "allow", "deny"}[e] }

// MaxSize is the longest bucket policy, in bytes.
const MaxSize = 20 << 10

// Document is a policy that was read and found valid.
type Document struct {
	Version    string
	ID         string
	Statements []Statement
}

// Statement is one rule. Exactly one of each pair (Actions, NotActions), (Resources, NotResources) is set; an
// identity policy has no principals.
type Statement struct {
	Sid           string
	Effect        Effect
	Principals    *Principals
	NotPrincipals *Principals
	Actions       []string
	NotActions    []string
	Resources     []string
	NotResources  []string
	Conditions    []Condition
}

// Principals are whom a bucket policy's statement is about.
type Principals struct {
	Everyone  bool // "*" or {"AWS": "*"}
	AWS       []string
	Service   []string
	Federated []string
	Canonical []string
}

// Caller is who makes a request.
type Caller struct {
	ARN         string // "" for an anonymous caller
	RoleARN     string // of the role when ARN is an assumed-role session
	Account     string
	CanonicalID string // of the account; set for root users only
	Service     string // logging.s3.amazonaws.com …, when an AWS service calls
}

// Request is what a policy is asked about.
type Request struct {
	Caller   Caller
	Action   string // s3:GetObject
	Resource string // an ARN, or "*" for the service as a whole
	Context  Context
}

// Context holds condition keys and their values. Set and get fold the key's case, as IAM does.
type Context map[string][]string

// Set gives a condition key its values.
func (c Context) Set(key string, values ...string) { c[strings.ToLower(key)] = values }

// Get returns a condition key's values and whether the key is in the request.
func (c Context) Get(key string) ([]string, bool) {
	v, ok := c[strings.ToLower(key)]
	return v, ok
}

// Evaluate gives a document's verdict: Deny when a Deny statement applies, else Allow when an Allow statement
// does, else None. It also returns the statement that decided, nil for None.
func (d *Document) Evaluate(r Request) (Effect, *Statement) {
	verdict, by := None, (*Statement)(nil)
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Effect == verdict || !s.applies(r) {
			continue
		}
		if s.Effect == Deny {
			return Deny, s
		}
		verdict, by = Allow, s
	}
	return verdict, by
}

func (s *Statement) applies(r Request) bool {
	return s.appliesToCaller(r.Caller) && s.appliesToAction(r.Action) && s.appliesToResource(r) && s.conditionsHold(r.Context)
}

func (s *Statement) appliesToCaller(c Caller) bool {
	switch {
	case s.Principals != nil:
		return s.Principals.match(c)
	case s.NotPrincipals != nil:
		return !s.NotPrincipals.match(c)
	}
	return true
}

func (s *Statement) appliesToAction(action string) bool {
	action = strings.ToLower(action)
	match := func(pattern string) bool { return Match(strings.ToLower(pattern), action) }
	if s.NotActions != nil {
		return !containsMatch(s.NotActions, match)
	}
	return containsMatch(s.Actions, match)
}

func (s *Statement) appliesToResource(r Request) bool {
	match := func(pattern string) bool { return matchExpanded(pattern, r.Resource, r.Context) }
	if s.NotResources != nil {
		return !containsMatch(s.NotResources, match)
	}
	return containsMatch(s.Resources, match)
}

func (s *Statement) conditionsHold(ctx Context) bool {
	for _, c := range s.Conditions {
		if !c.holds(ctx) {
			return false
		}
	}
	return true
}

func containsMatch(patterns []string, match func(string) bool) bool {
	for _, p := range patterns {
		if match(p) {
			return true
		}
	}
	return false
}

func (p *Principals) match(c Caller) bool {
	if p.Everyone {
		return true
	}
	if c.Service != "" {
		return containsMatch(p.Service, func(s string) bool { return s == c.Service })
	}
	if c.ARN == "" {
		return false
	}
	return containsMatch(p.AWS, func(s string) bool { return matchAWS(s, c) }) ||
		c.CanonicalID != "" && containsMatch(p.Canonical, func(s string) bool { return s == c.CanonicalID })
}

// matchAWS compares one AWS principal. An account, in either spelling, stands for everybody in it.
func matchAWS(principal string, c Caller) bool {
	if principal == c.Account || accountOfRoot(principal) == c.Account && c.Account != "" {
		return true
	}
	return principal == c.ARN || c.RoleARN != "" && principal == c.RoleARN
}

// accountOfRoot returns the account of arn:PARTITION:iam::ACCOUNT:root, else "".
func accountOfRoot(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) == 6 && parts[2] == "iam" && parts[5] == "root" {
		return parts[4]
	}
	return ""
}

// Match compares text with a pattern in which * stands for any run of characters and ? for any one.
func Match(pattern, text string) bool {
	return matchRunes([]rune(pattern), []rune(text), false)
}

// literal marks a pattern character that came out of a policy variable: * and ? there are no wildcards.
const literal = rune(1) << 30

func matchRunes(pattern, text []rune, ignoreCase bool) bool {
	star, mark, p, t := -1, 0, 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || same(pattern[p]&^literal, text[t], ignoreCase)):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

func same(a, b rune, ignoreCase bool) bool {
	return a == b || ignoreCase && strings.EqualFold(string(a), string(b))
}

// matchExpanded puts policy variables in before it matches. A variable without a value matches nothing.
func matchExpanded(pattern, text string, ctx Context) bool {
	p, ok := expand(pattern, ctx)
	return ok && matchRunes(p, []rune(text), false)
}

// expand replaces ${key}, ${key, 'default'} and the escapes ${*} ${?} ${$}.
func expand(pattern string, ctx Context) ([]rune, bool) {
	var out []rune
	for {
		before, rest, found := strings.Cut(pattern, "${")
		out = append(out, []rune(before)...)
		if !found {
			return out, true
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return append(out, []rune("${"+rest)...), true
		}
		value, ok := variable(name, ctx)
		if !ok {
			return nil, false
		}
		for _, r := range value {
			out = append(out, r|literal)
		}
		pattern = after
	}
}

func variable(name string, ctx Context) (string, bool) {
	if name == "*" || name == "?" || name == "$" {
		return name, true
	}
	key, fallback, hasDefault := strings.Cut(name, ",")
	if v, ok := ctx.Get(strings.TrimSpace(key)); ok && len(v) == 1 {
		return v[0], true
	}
	return strings.Trim(strings.TrimSpace(fallback), "'"), hasDefault
}
