package policy

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// setWord is the prefix of a set operator.
type setWord uint8

const (
	noSet setWord = iota
	forAllValues
	forAnyValue
)

// Condition is one operator on one key.
type Condition struct {
	Operator string // as written: StringNotEqualsIfExists, ForAnyValue:StringLike …
	Key      string
	Values   []string

	set      setWord
	ifExists bool
	negated  bool
	compare  func(policy, request string, ctx Context) bool // nil: Null
}

// comparers are the positive operators; a negated one is its positive one turned round.
var comparers = map[string]func(policy, request string, ctx Context) bool{
	"stringequals":             func(p, v string, ctx Context) bool { return equalExpanded(p, v, ctx, false) },
	"stringequalsignorecase":   func(p, v string, ctx Context) bool { return equalExpanded(p, v, ctx, true) },
	"stringlike":               matchExpanded,
	"numericequals":            numeric(func(v, p float64) bool { return v == p }),
	"numericlessthan":          numeric(func(v, p float64) bool { return v < p }),
	"numericlessthanequals":    numeric(func(v, p float64) bool { return v <= p }),
	"numericgreaterthan":       numeric(func(v, p float64) bool { return v > p }),
	"numericgreaterthanequals": numeric(func(v, p float64) bool { return v >= p }),
	"dateequals":               date(func(c int) bool { return c == 0 }),
	"datelessthan":             date(func(c int) bool { return c < 0 }),
	"datelessthanequals":       date(func(c int) bool { return c <= 0 }),
	"dategreaterthan":          date(func(c int) bool { return c > 0 }),
	"dategreaterthanequals":    date(func(c int) bool { return c >= 0 }),
	"bool":                     func(p, v string, _ Context) bool { return strings.EqualFold(p, v) },
	"binaryequals":             func(p, v string, _ Context) bool { return p == v },
	"ipaddress":                func(p, v string, _ Context) bool { return inRange(p, v) },
	"arnequals":                matchARN,
	"arnlike":                  matchARN,
}

var negations = map[string]string{
	"stringnotequals": "stringequals", "stringnotequalsignorecase": "stringequalsignorecase",
	"stringnotlike": "stringlike", "numericnotequals": "numericequals", "datenotequals": "dateequals",
	"notipaddress": "ipaddress", "arnnotequals": "arnequals", "arnnotlike": "arnlike",
}

// newCondition takes an operator's name apart; ok is false when there is no such operator.
func newCondition(operator, key string, values []string) (c Condition, ok bool) {
	c = Condition{Operator: operator, Key: key, Values: values}
	name := strings.ToLower(operator)
	if rest, found := strings.CutPrefix(name, "forallvalues:"); found {
		name, c.set = rest, forAllValues
	} else if rest, found := strings.CutPrefix(name, "foranyvalue:"); found {
		name, c.set = rest, forAnyValue
	}
	if name == "null" {
		return c, c.set == noSet
	}
	name, c.ifExists = strings.CutSuffix(name, "ifexists")
	if positive, found := negations[name]; found {
		name, c.negated = positive, true
	}
	c.compare = comparers[name]
	return c, c.compare != nil
}

func (c Condition) holds(ctx Context) bool {
	values, present := ctx.Get(c.Key)
	if c.compare == nil {
		return c.nullHolds(present)
	}
	if !present || len(values) == 0 {
		return c.ifExists || c.set == forAllValues || c.set == noSet && c.negated
	}
	// A negated operator must hold against every listed value, so it is "matches none".
	one := func(v string) bool {
		return containsMatch(c.Values, func(p string) bool { return c.compare(p, v, ctx) }) != c.negated
	}
	all := c.set == forAllValues || c.set == noSet && c.negated
	for _, v := range values {
		if one(v) != all {
			return !all
		}
	}
	return all
}

func (c Condition) nullHolds(present bool) bool {
	return containsMatch(c.Values, func(p string) bool { return strings.EqualFold(p, strconv.FormatBool(!present)) })
}

func equalExpanded(pattern, text string, ctx Context, ignoreCase bool) bool {
	runes, ok := expand(pattern, ctx)
	if !ok {
		return false
	}
	for i, r := range runes {
		runes[i] = r | literal
	}
	return matchRunes(runes, []rune(text), ignoreCase)
}

func numeric(test func(v, p float64) bool) func(p, v string, ctx Context) bool {
	return func(p, v string, _ Context) bool {
		pn, perr := strconv.ParseFloat(p, 64)
		vn, verr := strconv.ParseFloat(v, 64)
		return perr == nil && verr == nil && test(vn, pn)
	}
}

func date(test func(order int) bool) func(p, v string, ctx Context) bool {
	return func(p, v string, _ Context) bool {
		pt, pok := parseDate(p)
		vt, vok := parseDate(v)
		return pok && vok && test(vt.Compare(pt))
	}
}

// parseDate reads the W3C forms of ISO 8601 and seconds since 1970.
func parseDate(s string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) > 4 {
		return time.Unix(n, 0), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func inRange(cidr, address string) bool {
	prefix, ok := parseCIDR(cidr)
	addr, err := netip.ParseAddr(address)
	return ok && err == nil && prefix.Contains(addr.Unmap())
}

func parseCIDR(s string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(s); err == nil {
		return prefix, true
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(addr, addr.BitLen()), true
}

// matchARN compares part by part: a wildcard doesn't reach over a colon, except in the last part.
func matchARN(pattern, arn string, ctx Context) bool {
	p, a := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(p) != 6 || len(a) != 6 {
		return pattern == "*"
	}
	for i := range p {
		if !matchExpanded(p[i], a[i], ctx) {
			return false
		}
	}
	return true
}
