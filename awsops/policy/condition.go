package policy

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Condition is one operator on one key.
type Condition struct {
	Operator string // as written: StringNotEqualsIfExists, ForAnyValue:StringLike …
	Key      string
	Values   []string

	op operator
}

// operator is an operator's name taken apart.
type operator struct {
	base     string // lower case and positive: stringequals, numericlessthan, null …
	set      string // forallvalues, foranyvalue or ""
	negated  bool
	ifExists bool
}

// positive are the operators that aren't the opposite of another.
var positive = strings.Fields(`StringEquals StringEqualsIgnoreCase StringLike NumericEquals NumericLessThan NumericLessThanEquals
	NumericGreaterThan NumericGreaterThanEquals DateEquals DateLessThan DateLessThanEquals DateGreaterThan DateGreaterThanEquals
	Bool BinaryEquals IpAddress ArnEquals ArnLike Null`)

var negative = map[string]string{
	"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "StringNotLike": "StringLike",
	"NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals", "NotIpAddress": "IpAddress",
	"ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike",
}

func operatorNames() []string {
	out := slices.Clone(positive)
	for name := range negative {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// readOperator takes a name apart; ok is false when S3 knows no such operator.
func readOperator(name string) (op operator, ok bool) {
	if set, rest, found := strings.Cut(name, ":"); found {
		op.set = strings.ToLower(set)
		if op.set != "forallvalues" && op.set != "foranyvalue" {
			return op, false
		}
		name = rest
	}
	lower := strings.ToLower(name)
	lower, op.ifExists = strings.CutSuffix(lower, "ifexists")
	for name, opposite := range negative {
		if strings.ToLower(name) == lower {
			op.base, op.negated = strings.ToLower(opposite), true
			return op, true
		}
	}
	op.base = lower
	known := slices.ContainsFunc(positive, func(p string) bool { return strings.ToLower(p) == lower })
	return op, known && (lower != "null" || !op.ifExists && op.set == "")
}

func (d *Document) conditions(i int, v value) []Condition {
	var out []Condition
	if v.kind() != '{' {
		d.problem(i, v.at, true, "a condition is an object of operators")
	}
	seen := map[string]bool{}
	for _, m := range v.members() {
		op, ok := readOperator(m.name)
		if !ok {
			d.problem(i, m.at, true, "%q is no operator%s", m.name, perhaps(m.name, operatorNames()))
		}
		if seen[m.name] {
			d.problem(i, m.at, true, "the operator %q is there twice: S3 keeps only one of the two", m.name)
		}
		seen[m.name] = true
		if m.kind() != '{' {
			d.problem(i, m.value.at, true, "an operator holds an object of condition keys")
		}
		for _, k := range m.members() {
			values, fine := k.texts()
			if !fine {
				d.problem(i, k.value.at, true, "the values of a condition key are a string or a list of strings")
			}
			if !strings.Contains(k.name, ":") {
				d.problem(i, k.at, true, "%q is no condition key: it has no service before a colon", k.name)
			}
			out = append(out, Condition{m.name, k.name, values, op})
		}
	}
	return out
}

// holds says whether the condition is met. A negated operator is met when the key is missing; ForAllValues too.
func (c Condition) holds(f *facts, variables bool) truth {
	values, known := f.get(c.Key)
	if known == maybe {
		return maybe
	}
	present := known == yes && len(values) > 0
	if c.op.base == "null" {
		return is(slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, strconv.FormatBool(!present)) }))
	}
	if !present {
		return is(c.op.ifExists || c.op.set == "forallvalues" || c.op.set == "" && c.op.negated)
	}
	if c.op.set == "foranyvalue" || c.op.set == "" && !c.op.negated {
		return some(values, func(v string) truth { return c.meets(f, variables, v) })
	}
	return some(values, func(v string) truth { return c.meets(f, variables, v).not() }).not()
}

// meets compares one of the request's values with the listed ones: one must match, for a negated operator none may.
func (c Condition) meets(f *facts, variables bool, v string) truth {
	t := some(c.Values, func(p string) truth { return c.compare(f, pattern{p, variables}, v) })
	if c.op.negated {
		return t.not()
	}
	return t
}

// some is the best answer among values.
func some(values []string, ask func(string) truth) truth {
	best := no
	for _, v := range values {
		best = max(best, ask(v))
	}
	return best
}

func (c Condition) compare(f *facts, p pattern, v string) truth {
	base := c.op.base
	switch {
	case base == "stringequals":
		return p.matches(f, v, false)
	case base == "stringequalsignorecase":
		return pattern{strings.ToLower(p.source), p.variables}.matches(f.folded(), strings.ToLower(v), false)
	case base == "stringlike":
		return p.matches(f, v, true)
	case strings.HasPrefix(base, "arn"):
		return matchARN(f, p, v)
	case strings.HasPrefix(base, "numeric"):
		return is(ordered(base, "numeric", v, p.source, number))
	case strings.HasPrefix(base, "date"):
		return is(ordered(base, "date", v, p.source, date))
	case base == "bool":
		return is(strings.EqualFold(p.source, v))
	case base == "ipaddress":
		return is(inRange(p.source, v))
	}
	return is(p.source == v)
}

// ordered compares two readings of text by the end of the operator's name.
func ordered(base, prefix, v, p string, read func(string) (float64, bool)) bool {
	a, ok := read(v)
	b, fine := read(p)
	if !ok || !fine {
		return false
	}
	switch strings.TrimPrefix(base, prefix) {
	case "lessthan":
		return a < b
	case "lessthanequals":
		return a <= b
	case "greaterthan":
		return a > b
	case "greaterthanequals":
		return a >= b
	}
	return a == b
}

func number(s string) (float64, bool) {
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// date reads the W3C forms of ISO 8601 and seconds since 1970, as seconds.
func date(s string) (float64, bool) {
	if n, ok := number(s); ok && len(s) > 4 {
		return n, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return float64(t.UnixMilli()) / 1000, true
		}
	}
	return 0, false
}

func inRange(cidr, address string) bool {
	prefix, ok := network(cidr)
	addr, err := netip.ParseAddr(address)
	return ok && err == nil && prefix.Contains(addr.Unmap())
}

// network reads a range, or a single address as a range of one.
func network(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		addr, err := netip.ParseAddr(s)
		return netip.PrefixFrom(addr, addr.BitLen()), err == nil
	}
	p, err := netip.ParsePrefix(s)
	return p, err == nil
}

// matchARN compares the six parts of an ARN one by one: a wildcard doesn't reach over a colon but in the last part.
func matchARN(f *facts, p pattern, arn string) truth {
	want, have := strings.SplitN(p.source, ":", 6), strings.SplitN(arn, ":", 6)
	if len(want) != 6 || len(have) != 6 {
		return is(p.source == "*")
	}
	t := yes
	for i := range want {
		t = min(t, pattern{want[i], p.variables}.matches(f, have[i], true))
	}
	return t
}
