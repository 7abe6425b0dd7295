package policy

import (
	"fmt"
	"strings"
)

// Words says in one sentence what the statement does.
func (s *Statement) Words() string {
	if s.broken {
		return "This statement can't be read."
	}
	who, what := s.who(), s.what()
	verb := " may "
	switch {
	case s.Effect == Deny && strings.HasPrefix(what, "everything"):
		verb = " is refused "
	case s.Effect == Deny && who == "Everyone":
		who = "Nobody"
	case s.Effect == Deny:
		verb = " may not "
	}
	out := who + verb + what
	if where := s.where(); where != "on all objects" || !strings.HasSuffix(what, "objects") && !strings.HasSuffix(what, "versions") {
		out += " " + where
	}
	for i, c := range s.Conditions {
		word := " when "
		if i > 0 {
			word = " and "
		}
		out += word + c.Words()
	}
	return out + "."
}

func (s *Statement) who() string {
	p, lead := s.Principals, ""
	if s.NotPrincipals != nil {
		p, lead = s.NotPrincipals, "Everyone but "
	}
	switch {
	case p.Everyone && lead == "":
		return "Everyone"
	case p.Everyone:
		return "Nobody"
	}
	var names []string
	for _, a := range p.AWS {
		if id := account(a); id != "" {
			a = "account " + id
		} else if parts := strings.SplitN(a, ":", 6); len(parts) == 6 {
			a = strings.Replace(parts[5], "/", " ", 1) + " of account " + parts[4]
		}
		names = append(names, a)
	}
	for _, a := range p.Service {
		names = append(names, "the service "+a)
	}
	for _, a := range p.Federated {
		names = append(names, "those signed in by "+a)
	}
	for _, a := range p.Canonical {
		names = append(names, "the canonical user "+a)
	}
	text := lead + list(names)
	return strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
}

var actionWords = map[string]string{
	"s3:getobject": "read objects", "s3:getobjectversion": "read versions", "s3:putobject": "write objects", "s3:deleteobject": "delete objects",
	"s3:deleteobjectversion": "delete versions", "s3:listbucket": "list the bucket", "s3:*": "everything", "*": "everything", "s3:getobject*": "read objects with all that belongs to them",
	"s3:putobjectacl": "set ACLs of objects", "s3:listbucketversions": "list versions", "s3:bypassgovernanceretention": "bypass governance retention",
	"s3:putbucketpolicy": "change the policy", "s3:deletebucketpolicy": "delete the policy", "s3:deletebucket": "delete the bucket",
}

func (s *Statement) what() string {
	names := s.Actions
	lead := ""
	if s.NotActions != nil {
		names, lead = s.NotActions, "everything but "
	}
	var out []string
	for _, a := range names {
		if w, ok := actionWords[strings.ToLower(a)]; ok {
			a = w
		}
		out = append(out, a)
	}
	text := lead + list(out)
	if text == "everything" && s.Effect == Allow {
		return "do everything"
	}
	if s.NotActions != nil && s.Effect == Allow {
		return "do " + text
	}
	return text
}

func (s *Statement) where() string {
	names, lead := s.Resources, ""
	if s.NotResources != nil {
		names, lead = s.NotResources, "everywhere but "
	}
	bucket, all := false, false
	var rest []string
	for _, r := range names {
		name, key, object := strings.Cut(nameOf(r), "/")
		switch {
		case !object && !strings.Contains(name, "*"):
			bucket = true
		case object && key == "*":
			all = true
		case object:
			rest = append(rest, key)
		default:
			rest = append(rest, r)
		}
	}
	var out []string
	if bucket {
		out = append(out, "on the bucket")
	}
	if all {
		out = append(out, "on all objects")
	}
	if len(rest) > 0 {
		out = append(out, "on "+list(rest))
	}
	return lead + list(out)
}

// keyWords are what condition keys are called.
var keyWords = map[string]string{
	"aws:sourceip": "the address", "aws:sourcevpce": "the VPC endpoint", "aws:sourcevpc": "the VPC", "aws:principalorgid": "the caller's organisation",
	"aws:sourceaccount": "the account it is done for", "aws:sourcearn": "the resource it is done for", "aws:referer": "the referring page", "aws:username": "the user's name",
	"s3:tlsversion": "the TLS version", sseKey: "the encryption header", kmsKey: "the KMS key header", sseCKey: "the SSE-C header",
	"s3:x-amz-acl": "the ACL header", "s3:prefix": "the prefix", "s3:max-keys": "max-keys", "aws:multifactorauthage": "the age of the MFA code",
	"s3:authtype": "the way of signing", "aws:principalarn": "the caller's ARN", "s3:signatureage": "the signature's age in ms", "s3:x-amz-content-sha256": "the payload hash header",
	"s3:x-amz-storage-class": "the storage class header", "aws:currenttime": "the time", "aws:useragent": "the user agent", "aws:principalaccount": "the caller's account",
}

// compareWords are what operators say, positive and negated.
var compareWords = map[string][2]string{
	"stringequals": {"is", "is not"}, "stringequalsignorecase": {"is, in any case,", "is not, in any case,"}, "stringlike": {"is like", "is not like"},
	"numericequals": {"is", "is not"}, "numericlessthan": {"is less than", ""}, "numericlessthanequals": {"is at most", ""},
	"numericgreaterthan": {"is more than", ""}, "numericgreaterthanequals": {"is at least", ""},
	"dateequals": {"is", "is not"}, "datelessthan": {"is before", ""}, "datelessthanequals": {"is not after", ""},
	"dategreaterthan": {"is after", ""}, "dategreaterthanequals": {"is not before", ""}, "bool": {"is", "is not"}, "binaryequals": {"is", "is not"},
	"ipaddress": {"is in", "is not in"}, "arnequals": {"is like", "is not like"}, "arnlike": {"is like", "is not like"},
}

// Words says the condition as half a sentence.
func (c Condition) Words() string {
	name := keyWords[strings.ToLower(c.Key)]
	if name == "" {
		name = c.Key
	}
	if c.op.base == "null" {
		if len(c.Values) > 0 && c.Values[0] == "true" {
			return name + " is missing"
		}
		return name + " is there"
	}
	if text := c.boolWords(); text != "" {
		return text
	}
	word := compareWords[c.op.base][0]
	if c.op.negated {
		word = compareWords[c.op.base][1]
	}
	text := fmt.Sprintf("%s %s %s", name, word, strings.Join(c.Values, " or "))
	switch c.op.set {
	case "forallvalues":
		text = "each value of " + text + " (or there is none)"
	case "foranyvalue":
		text = "any value of " + text
	}
	if c.op.ifExists || c.op.negated && c.op.set == "" {
		text += " (or is missing)"
	}
	return text
}

// boolWords are what the two usual questions of yes or no say.
func (c Condition) boolWords() string {
	if c.op.base != "bool" || len(c.Values) != 1 {
		return ""
	}
	on := strings.EqualFold(c.Values[0], "true") != c.op.negated
	missing := ""
	if c.op.ifExists {
		missing = " or it isn't known"
	}
	words := map[string][2]string{
		"aws:securetransport":        {"the connection is not TLS", "the connection is TLS"},
		"aws:multifactorauthpresent": {"the caller gave no MFA code", "the caller gave an MFA code"},
		"aws:principalisawsservice":  {"the caller is no AWS service", "the caller is an AWS service"},
		"aws:viaawsservice":          {"no AWS service passes the request on", "an AWS service passes the request on"},
	}[strings.ToLower(c.Key)]
	if on {
		return words[1] + suffix(words[1], missing)
	}
	return words[0] + suffix(words[0], missing)
}

func suffix(text, more string) string {
	if text == "" {
		return ""
	}
	return more
}
