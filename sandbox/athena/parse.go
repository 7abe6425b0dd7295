package athena

import (
	"strconv"
	"strings"
)

type parser struct {
	tokens []token
	at     int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

// words takes keywords and signs when all of them come next.
func (p *parser) words(all ...string) bool {
	for i, w := range all {
		if p.at+i >= len(p.tokens) || !p.tokens[p.at+i].is(w) {
			return false
		}
	}
	p.at += len(all)
	return true
}

func (p *parser) name() (string, error) {
	t := p.next()
	if t.kind != word && t.kind != quoted || t.text == "" {
		return "", refuse("a name is missing before %q", t.text)
	}
	return strings.ToLower(t.text), nil
}

func (p *parser) tableName() (database, table string, err error) {
	if database, err = p.name(); err != nil {
		return "", "", err
	}
	if !p.words(".") {
		return "", "", refuse("the table's name needs its database: DATABASE.TABLE")
	}
	table, err = p.name()
	return database, table, err
}

// columns reads (name type, …).
func (p *parser) columns(numbers map[string]bool) ([]string, error) {
	var out []string
	if !p.words("(") {
		return nil, refuse("the columns are missing")
	}
	for {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		switch {
		case p.words("string"):
		case p.words("bigint"):
			numbers[name] = true
		default:
			return nil, refuse("columns are string or bigint here, %q is not", p.peek().text)
		}
		out = append(out, name)
		if p.words(")") {
			return out, nil
		}
		if !p.words(",") {
			return nil, refuse("mismatched input %q", p.peek().text)
		}
	}
}

// properties reads ('name'='value', …).
func (p *parser) properties() (map[string]string, error) {
	out := map[string]string{}
	if !p.words("(") {
		return nil, refuse("properties are missing")
	}
	for {
		name := p.next()
		if name.kind != str || !p.words("=") || p.peek().kind != str {
			return nil, refuse("a property is 'name'='value'")
		}
		out[name.text] = p.next().text
		if p.words(")") {
			return out, nil
		}
		if !p.words(",") {
			return nil, refuse("mismatched input %q", p.peek().text)
		}
	}
}

// Query is a SELECT over one table.
type Query struct {
	Database, Table string
	items           []item
	where           condition
	groups          []int // of items, from 0
	grouped         bool
	order           expression // the zero one for none
	orderItem       int        // instead: an item, from 0; -1 for none
	descending      bool
	limit           int
}

type item struct {
	name string
	expression
}

// only says what can be asked, for statements that are something else.
const only = "The sandbox's Athena runs a SELECT over one table with WHERE, GROUP BY, ORDER BY and LIMIT, as its questions about access logs need: "

// ParseQuery reads a SELECT.
func ParseQuery(sql string) (*Query, error) {
	tokens, err := lex(sql, false)
	if err == nil {
		p := &parser{tokens: tokens}
		var q *Query
		if q, err = p.query(); err == nil {
			return q, nil
		}
	}
	return nil, refuse("%s%s", only, err.Error())
}

func (p *parser) query() (*Query, error) {
	q := &Query{orderItem: -1, limit: -1}
	if !p.words("SELECT") {
		return nil, refuse("mismatched input %q, expecting SELECT", p.peek().text)
	}
	for more := true; more; more = p.words(",") {
		e, err := p.expression()
		if err != nil {
			return nil, err
		}
		it := item{name: e.title(), expression: e}
		if p.words("AS") {
			if it.name, err = p.name(); err != nil {
				return nil, err
			}
		}
		q.items = append(q.items, it)
	}
	if !p.words("FROM") {
		return nil, refuse("mismatched input %q, expecting FROM", p.peek().text)
	}
	var err error
	if q.Database, q.Table, err = p.tableName(); err != nil {
		return nil, err
	}
	if p.words("WHERE") {
		if q.where, err = p.or(); err != nil {
			return nil, err
		}
	}
	if err := p.tail(q); err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, refuse("mismatched input %q", t.text)
	}
	return q, nil
}

// tail reads GROUP BY, ORDER BY and LIMIT.
func (p *parser) tail(q *Query) error {
	if p.words("GROUP", "BY") {
		q.grouped = true
		for more := true; more; more = p.words(",") {
			i, err := p.position(len(q.items))
			if err != nil {
				return err
			}
			q.groups = append(q.groups, i)
		}
	}
	if p.words("ORDER", "BY") {
		if p.peek().kind == number {
			i, err := p.position(len(q.items))
			if err != nil {
				return err
			}
			q.orderItem = i
		} else {
			e, err := p.expression()
			if err != nil {
				return err
			}
			q.order = e
		}
		q.descending = p.words("DESC")
	}
	if p.words("LIMIT") {
		n, err := strconv.Atoi(p.next().text)
		if err != nil {
			return refuse("LIMIT needs a number")
		}
		q.limit = n
	}
	return nil
}

func (p *parser) position(items int) (int, error) {
	t := p.next()
	n, err := strconv.Atoi(t.text)
	if t.kind != number || err != nil || n < 1 || n > items {
		return 0, refuse("position %q is not in the select list", t.text)
	}
	return n - 1, nil
}
