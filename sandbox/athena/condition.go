package athena

import (
	"cmp"
	"strings"
	"time"
)

// expression is a part of a SELECT that has a value for each row, or for a group of rows.
type expression struct {
	column   string
	constant value
	call     string // parse_datetime, from_iso8601_timestamp, count, sum
	args     []expression
}

func (e expression) title() string {
	if e.column != "" {
		return e.column
	}
	return "_col"
}

func (e expression) aggregate() bool { return e.call == "count" || e.call == "sum" }

// of is the value for a row.
func (e expression) of(row map[string]value) (value, error) {
	switch e.call {
	case "":
		if e.column == "" {
			return e.constant, nil
		}
		return row[e.column], nil
	case "parse_datetime":
		v, err := e.args[0].of(row)
		s, ok := v.(string)
		if err != nil || !ok {
			return nil, err
		}
		at, err := time.Parse("02/Jan/2006:15:04:05 -0700", s)
		if err != nil {
			return nil, fail("INVALID_FUNCTION_ARGUMENT: Invalid format: %q", s)
		}
		return at, nil
	case "from_iso8601_timestamp":
		v, err := e.args[0].of(row)
		s, _ := v.(string)
		if err != nil {
			return nil, err
		}
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return nil, fail("INVALID_FUNCTION_ARGUMENT: Invalid format: %q", s)
		}
		return at, nil
	}
	return nil, fail("an aggregate can't stand here")
}

// logTimes is the one format that parse_datetime takes here.
const logTimes = "dd/MMM/yyyy:HH:mm:ss Z"

func (p *parser) expression() (expression, error) {
	t := p.next()
	switch t.kind {
	case str:
		return expression{constant: t.text}, nil
	case quoted:
		return expression{column: strings.ToLower(t.text)}, nil
	case word:
		if p.words("(") {
			return p.call(strings.ToLower(t.text))
		}
		return expression{column: strings.ToLower(t.text)}, nil
	}
	return expression{}, refuse("mismatched input %q, expecting a column, a string or a function", t.text)
}

func (p *parser) call(name string) (expression, error) {
	e := expression{call: name}
	if name == "count" {
		if !p.words("*", ")") {
			return e, refuse("count takes * here")
		}
		return e, nil
	}
	for more := true; more; more = p.words(",") {
		a, err := p.expression()
		if err != nil {
			return e, err
		}
		e.args = append(e.args, a)
	}
	if !p.words(")") {
		return e, refuse("mismatched input %q, expecting )", p.peek().text)
	}
	return e, e.fits()
}

// fits refuses functions that aren't known, and other arguments than theirs.
func (e expression) fits() error {
	switch {
	case e.call == "sum" && len(e.args) == 1, e.call == "from_iso8601_timestamp" && len(e.args) == 1:
		return nil
	case e.call == "parse_datetime" && len(e.args) == 2 && e.args[1].constant == logTimes:
		return nil
	}
	return refuse("function %q is not known", e.call)
}

// truth is SQL's: NULL compared with anything is neither.
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func is(b bool) truth {
	if b {
		return yes
	}
	return no
}

// condition is what WHERE asks of a row.
type condition func(row map[string]value) (truth, error)

func (p *parser) or() (condition, error) {
	return p.joined("OR", p.and, func(a, b truth) truth { return max(a, b) })
}

func (p *parser) and() (condition, error) {
	return p.joined("AND", p.single, func(a, b truth) truth { return min(a, b) })
}

func (p *parser) joined(by string, part func() (condition, error), join func(a, b truth) truth) (condition, error) {
	left, err := part()
	if err != nil {
		return nil, err
	}
	for p.words(by) {
		right, err := part()
		if err != nil {
			return nil, err
		}
		one := left
		left = func(row map[string]value) (truth, error) {
			a, err := one(row)
			if err != nil {
				return no, err
			}
			b, err := right(row)
			return join(a, b), err
		}
	}
	return left, nil
}

func (p *parser) single() (condition, error) {
	if p.words("(") {
		c, err := p.or()
		if err == nil && !p.words(")") {
			err = refuse("mismatched input %q, expecting )", p.peek().text)
		}
		return c, err
	}
	left, err := p.expression()
	if err != nil {
		return nil, err
	}
	negated := p.words("NOT")
	test, err := p.test(negated)
	if err != nil {
		return nil, err
	}
	return func(row map[string]value) (truth, error) {
		v, err := left.of(row)
		if err != nil {
			return no, err
		}
		got, err := test(v, row)
		if negated {
			got = yes - got
		}
		return got, err
	}, nil
}

// test reads what a value is compared with.
func (p *parser) test(negated bool) (test, error) {
	switch op := p.next(); {
	case op.is("LIKE"):
		return p.like()
	case op.is("IN"):
		return p.in()
	case op.is("BETWEEN"):
		return p.between()
	case op.kind == sign && strings.Contains(" = <> < > <= >= ", " "+op.text+" ") && !negated:
		return p.comparison(op.text)
	default:
		return nil, refuse("mismatched input %q", op.text)
	}
}

type test = func(v value, row map[string]value) (truth, error)

func (p *parser) comparison(op string) (test, error) {
	right, err := p.expression()
	return func(v value, row map[string]value) (truth, error) {
		w, err := right.of(row)
		if err != nil || v == nil || w == nil {
			return unknown, err
		}
		n, err := compare(v, w)
		return is(map[string]bool{"=": n == 0, "<>": n != 0, "<": n < 0, ">": n > 0, "<=": n <= 0, ">=": n >= 0}[op]), err
	}, err
}

func compare(a, b value) (int, error) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return cmp.Compare(x, y), nil
		}
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y), nil
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), nil
		}
	}
	return 0, fail("TYPE_MISMATCH: Cannot apply operator to %T and %T", a, b)
}

func (p *parser) in() (test, error) {
	var all []string
	if !p.words("(") {
		return nil, refuse("IN needs a list")
	}
	for more := true; more; more = p.words(",") {
		t := p.next()
		if t.kind != str {
			return nil, refuse("IN takes strings here")
		}
		all = append(all, t.text)
	}
	if !p.words(")") {
		return nil, refuse("mismatched input %q, expecting )", p.peek().text)
	}
	return func(v value, _ map[string]value) (truth, error) {
		if v == nil {
			return unknown, nil
		}
		for _, s := range all {
			if v == value(s) {
				return yes, nil
			}
		}
		return no, nil
	}, nil
}

func (p *parser) between() (test, error) {
	low := p.next()
	if !p.words("AND") {
		return nil, refuse("BETWEEN needs AND")
	}
	high := p.next()
	if low.kind != str || high.kind != str {
		return nil, refuse("BETWEEN takes strings here")
	}
	return func(v value, _ map[string]value) (truth, error) {
		s, ok := v.(string)
		if !ok {
			return unknown, nil
		}
		return is(s >= low.text && s <= high.text), nil
	}, nil
}

func (p *parser) like() (test, error) {
	t := p.next()
	if t.kind != str || strings.ContainsAny(t.text, `_\`) {
		return nil, refuse("LIKE takes a string with %% here")
	}
	parts := strings.Split(t.text, "%")
	return func(v value, _ map[string]value) (truth, error) {
		s, ok := v.(string)
		if !ok {
			return unknown, nil
		}
		return is(likes(s, parts)), nil
	}, nil
}

// likes matches a text against a pattern that was parted at its percent signs.
func likes(s string, parts []string) bool {
	rest, ok := strings.CutPrefix(s, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
