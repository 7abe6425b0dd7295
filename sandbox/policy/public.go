package policy

import (
	"strings"
)

// IsPublic says what GetBucketPolicyStatus says: a policy is public unless every Allow statement reaches only
// fixed principals, or carries a condition that pins one of the keys below to fixed values. Deny statements
// don't count.
func (d *Document) IsPublic() bool {
	for i := range d.Statements {
		if s := &d.Statements[i]; s.Effect == Allow && s.public() {
			return true
		}
	}
	return false
}

func (s *Statement) public() bool {
	if s.NotPrincipals == nil && (s.Principals == nil || !s.Principals.Everyone) {
		return false
	}
	for _, c := range s.Conditions {
		if c.pins() {
			return false
		}
	}
	return true
}

// pinning are the condition keys that can make a statement for everyone non-public.
var pinning = map[string]bool{
	"aws:sourcearn": true, "aws:sourcevpc": true, "aws:sourcevpce": true, "aws:sourceowner": true,
	"aws:sourceaccount": true, "aws:userid": true, "aws:principalorgid": true, "aws:principalorgpaths": true,
	"aws:principalaccount": true, "aws:principalarn": true, "aws:sourceip": true,
	"s3:dataaccesspointarn": true, "s3:dataaccesspointaccount": true,
	"s3:x-amz-server-side-encryption-aws-kms-key-id": true,
}

// pins says whether the condition admits only fixed values. Negated operators, IfExists, Null and ForAllValues
// let a request through that lacks the key, so they fix nothing.
func (c Condition) pins() bool {
	key := strings.ToLower(c.Key)
	if c.compare == nil || c.negated || c.ifExists || c.set == forAllValues || !pinning[key] {
		return false
	}
	for _, v := range c.Values {
		if !fixedValue(key, v) {
			return false
		}
	}
	return len(c.Values) > 0
}

func fixedValue(key, value string) bool {
	switch key {
	case "aws:sourceip":
		return narrow(value)
	case "s3:dataaccesspointarn":
		// The access point's name may be a wildcard as long as the account is fixed.
		parts := strings.SplitN(value, ":", 6)
		return len(parts) == 6 && fixed(parts[4]) && parts[4] != ""
	}
	return fixed(value)
}

func fixed(v string) bool { return !strings.ContainsAny(v, "*?") && !strings.Contains(v, "${") }

// narrow says whether an address range is small enough: at most a /8 of IPv4 or a /32 of IPv6.
func narrow(value string) bool {
	prefix, ok := parseCIDR(value)
	if !ok {
		return false
	}
	if prefix.Addr().Is4() {
		return prefix.Bits() >= 8
	}
	return prefix.Bits() >= 32
}
