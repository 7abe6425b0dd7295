package policy

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Lint finds what S3 would refuse and what is likely a mistake in the policy of a bucket, in the order of the text.
// bucket may be the zero ARN when it isn't known. A text that is no JSON gives its one syntax error.
func Lint(text []byte, bucket ARN) []Problem {
	d, err := Parse(text)
	if err != nil {
		p := Problem{Statement: -1, Serious: true, Text: err.Error()}
		if e, ok := err.(*SyntaxError); ok { //nolint:errorlint // Parse gives the bare error
			p.Line, p.Column, p.Text = e.Line, e.Column, e.Message
		}
		return []Problem{p}
	}
	if n := len(Compact(text)); n > MaxSize {
		d.problem(-1, 0, true, "the policy has %d bytes without white space; S3 takes %d", n, MaxSize)
	}
	for i := range d.Statements {
		d.lintStatement(i, bucket)
	}
	d.lintPairs()
	slices.SortStableFunc(d.Problems, func(a, b Problem) int { return cmp.Compare(a.Offset, b.Offset) })
	return d.Problems
}

func (d *Document) lintStatement(i int, bucket ARN) {
	s := &d.Statements[i]
	if s.broken {
		return
	}
	d.lintActions(i, s)
	d.lintResources(i, s, bucket)
	d.lintPrincipals(i, s)
	d.lintConditions(i, s)
	if s.Actions != nil && s.Resources != nil && !d.fits(s) {
		d.problem(i, s.places["Action"], true, "no action fits a resource of the statement: bucket actions need the bucket's ARN, object actions the bucket's ARN with /*")
	}
}

// within finds the place of a name in the statement's text behind a field.
func (d *Document) within(s *Statement, field, name string) int {
	from := s.places[field]
	if i := bytes.Index(d.text[from:s.Start+len(s.Raw)], []byte(`"`+name+`"`)); i >= 0 {
		return from + i
	}
	return from
}

func (d *Document) lintActions(i int, s *Statement) {
	for field, list := range map[string][]string{"Action": s.Actions, "NotAction": s.NotActions} {
		for _, a := range list {
			if a == "*" || slices.ContainsFunc(Actions(), func(k string) bool { return wild(strings.ToLower(a), strings.ToLower(k)) }) {
				continue
			}
			d.problem(i, d.within(s, field, a), true, "%q is no action that a bucket policy can name%s", a, perhaps(a, Actions()))
		}
	}
	if s.Actions != nil && len(s.Actions) == 0 {
		d.problem(i, s.places["Action"], true, "Action is an empty list")
	}
}

func (d *Document) lintResources(i int, s *Statement, bucket ARN) {
	for field, list := range map[string][]string{"Resource": s.Resources, "NotResource": s.NotResources} {
		for _, r := range list {
			parts := strings.SplitN(r, ":", 6)
			if len(parts) != 6 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") || parts[2] != "s3" || parts[3] != "" || parts[4] != "" {
				d.problem(i, d.within(s, field, r), true, "%q is no ARN of a bucket or object: arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/KEY", r)
				continue
			}
			name, _, _ := strings.Cut(parts[5], "/")
			switch {
			case bucket == "":
			case parts[1] != bucket.Partition():
				d.problem(i, d.within(s, field, r), true, "%q is of another partition: this bucket's ARN begins with arn:%s:", r, bucket.Partition())
			case !wild(name, bucket.Bucket()):
				d.problem(i, d.within(s, field, r), true, "%q is not in the bucket %s", r, bucket.Bucket())
			}
		}
	}
}

// fits says whether an action of the statement can meet one of its resources.
func (d *Document) fits(s *Statement) bool {
	bucket, objects := false, false
	for _, r := range s.Resources {
		name, _, slash := strings.Cut(r, "/")
		objects = objects || slash || strings.HasSuffix(name, "*")
		bucket = bucket || !slash
	}
	names := func(list []string) bool {
		return slices.ContainsFunc(list, func(a string) bool { return s.action("s3:"+a) == yes })
	}
	onBucket, onObject := names(onBuckets), names(onObjects)
	return !onBucket && !onObject || bucket && onBucket || objects && onObject // an unknown action is said elsewhere
}

func (d *Document) lintPrincipals(i int, s *Statement) {
	for _, p := range []*Principals{s.Principals, s.NotPrincipals} {
		if p == nil {
			continue
		}
		field := "Principal"
		if p == s.NotPrincipals {
			field = "NotPrincipal"
		}
		for _, a := range p.AWS {
			if why := wrongPrincipal(a); why != "" {
				d.problem(i, d.within(s, field, a), strings.Contains(why, "no principal"), "%q %s", a, why)
			}
		}
		for _, a := range p.Service {
			if !strings.HasSuffix(a, ".amazonaws.com") && !strings.HasSuffix(a, ".amazonaws.com.cn") {
				d.problem(i, d.within(s, field, a), true, "%q is no service: their names end in .amazonaws.com", a)
			}
		}
	}
	d.lintNotPrincipal(i, s)
}

func (d *Document) lintNotPrincipal(i int, s *Statement) {
	switch {
	case s.NotPrincipals != nil && s.Effect == Allow:
		d.problem(i, s.places["NotPrincipal"], false, "Allow with NotPrincipal lets in everybody else, the anonymous too")
	case s.NotPrincipals != nil && !slices.ContainsFunc(s.NotPrincipals.AWS, func(a string) bool { return account(a) != "" }) && len(s.NotPrincipals.AWS) > 0:
		d.problem(i, s.places["NotPrincipal"], false, "Deny with NotPrincipal has to name the account of those it spares, too, or it may deny them")
	}
}

// wrongPrincipal says what is wrong with an AWS principal, "" for nothing.
func wrongPrincipal(a string) string {
	parts := strings.Split(a, ":")
	switch {
	case a == "*" || account(a) != "":
		return ""
	case strings.HasPrefix(a, "AIDA") || strings.HasPrefix(a, "AROA"):
		return "is the id of a user or role that was deleted; S3 refuses the policy while it is in there"
	case len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" && parts[2] != "sts" || account(parts[4]) == "":
		return "is no principal: an account of twelve digits, or the ARN of a user, role or session"
	case strings.ContainsAny(parts[5], "*?"):
		return "is no principal: an ARN can't hold wildcards here; use a condition on aws:PrincipalArn"
	}
	return ""
}

func (d *Document) lintConditions(i int, s *Statement) {
	for _, c := range s.Conditions {
		at := d.within(s, "Condition", c.Key)
		if !knownKey(c.Key) {
			d.problem(i, at, false, "%q is no condition key that S3's requests carry%s", c.Key, perhaps(c.Key, keys))
		}
		if why := wrongValue(c); why != "" {
			d.problem(i, at, false, "%s", why)
		}
		if !d.variables() && strings.Contains(strings.Join(c.Values, " "), "${") {
			d.problem(i, at, false, "policy variables need the version 2012-10-17: here they are plain text")
		}
	}
}

// wrongValue names a condition that can't do what it looks like.
func wrongValue(c Condition) string {
	for _, v := range c.Values {
		if fits, why := c.takes(v); !fits {
			return why
		}
	}
	if strings.EqualFold(c.Key, "aws:MultiFactorAuthPresent") && !c.op.ifExists && slices.Equal(c.Values, []string{"false"}) {
		return "long-term keys send no aws:MultiFactorAuthPresent, so this misses them: BoolIfExists doesn't"
	}
	return ""
}

// takes says whether the operator can compare with a value, and if not why.
func (c Condition) takes(v string) (fits bool, why string) {
	base := c.op.base
	switch {
	case base == "ipaddress":
		_, fits = network(v)
		return fits, fmt.Sprintf("%q is no address or range of addresses", v)
	case base == "bool" || base == "null":
		return v == "true" || v == "false", fmt.Sprintf("%s compares with true or false, not %q", c.Operator, v)
	case strings.HasPrefix(base, "numeric"):
		_, fits = number(v)
		return fits, fmt.Sprintf("%q is no number", v)
	case strings.HasPrefix(base, "date"):
		_, fits = date(v)
		return fits, fmt.Sprintf("%q is no date such as 2026-03-01T12:00:00Z", v)
	case strings.HasPrefix(base, "stringequals"):
		return !strings.Contains(v, "*") || strings.Contains(v, "${"),
			fmt.Sprintf("%s takes the * in %q as a plain star: StringLike knows wildcards", c.Operator, v)
	}
	return true, ""
}

// lintPairs finds statements that another makes superfluous and those that can never act. One reason is enough for
// each.
func (d *Document) lintPairs() {
	for i := range d.Statements {
		for j := range d.Statements {
			if i != j && !d.Statements[i].broken && !d.Statements[j].broken && d.lintPair(i, j) {
				break
			}
		}
	}
}

func (d *Document) lintPair(i, j int) bool {
	a, b := &d.Statements[i], &d.Statements[j]
	switch {
	case !b.covers(a):
		return false
	case a.Effect == b.Effect && (j < i || !a.covers(b)):
		d.problem(i, a.Start, false, "redundant: %s says the same and more", d.name(j))
	case a.Effect == Allow && b.Effect == Deny:
		d.problem(i, a.Start, false, "dead: %s denies all that this allows", d.name(j))
	default:
		return false
	}
	return true
}

// covers says whether s surely applies whenever t does. It knows lists and wildcards, no Not fields.
func (s *Statement) covers(t *Statement) bool {
	if s.Principals == nil || t.Principals == nil || s.Actions == nil || t.Actions == nil || s.Resources == nil || t.Resources == nil {
		return false
	}
	each := func(small, big []string, fold bool) bool {
		return !slices.ContainsFunc(small, func(a string) bool {
			return !slices.ContainsFunc(big, func(b string) bool {
				if fold {
					return wild(strings.ToLower(b), strings.ToLower(a))
				}
				return wild(b, a)
			})
		})
	}
	if !each(t.Actions, s.Actions, true) || !each(t.Resources, s.Resources, false) || !s.Principals.cover(t.Principals) {
		return false
	}
	return !slices.ContainsFunc(s.Conditions, func(c Condition) bool {
		return !slices.ContainsFunc(t.Conditions, func(o Condition) bool { return c.same(o) })
	})
}

func (c Condition) same(o Condition) bool {
	return c.op == o.op && strings.EqualFold(c.Key, o.Key) && slices.Equal(c.Values, o.Values)
}

func (p *Principals) cover(o *Principals) bool {
	if p.Everyone {
		return true
	}
	in := func(small, big []string) bool {
		return !slices.ContainsFunc(small, func(a string) bool { return !slices.Contains(big, a) })
	}
	return !o.Everyone && in(o.AWS, p.AWS) && in(o.Service, p.Service) && in(o.Canonical, p.Canonical) && in(o.Federated, p.Federated)
}
