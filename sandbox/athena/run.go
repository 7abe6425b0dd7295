package athena

import (
	"slices"
	"strings"
)

// File is a text file of a table.
type File struct {
	Key  string
	Text string
}

// Result is what a query gives.
type Result struct {
	Columns []string
	Rows    [][]*string // nil is NULL
	Scanned int64       // bytes of the files that were read
}

// Run answers a query from the table's files. Files in partitions that WHERE rules out are not read.
func (q *Query) Run(t *Table, files []File) (*Result, error) {
	if err := q.check(t); err != nil {
		return nil, err
	}
	out := &Result{}
	for _, it := range q.items {
		out.Columns = append(out.Columns, it.name)
	}
	g := &groups{q: q, by: map[string]*group{}}
	for _, f := range files {
		partition, ok := t.partitionOf(f.Key)
		if !ok || !q.wants(t, partition) {
			continue
		}
		out.Scanned += int64(len(f.Text))
		for line := range strings.Lines(f.Text) {
			row := t.row(strings.TrimSuffix(line, "\n"), partition)
			if q.where != nil {
				if met, err := q.where(row); err != nil || met != yes {
					if err != nil {
						return nil, err
					}
					continue
				}
			}
			if err := g.take(row); err != nil {
				return nil, err
			}
		}
	}
	out.Rows = g.rows()
	return out, nil
}

// wants says whether a partition can hold rows: a condition on other columns, which are NULL here, is no answer.
func (q *Query) wants(t *Table, partition string) bool {
	if t.Partition == "" || q.where == nil {
		return true
	}
	met, err := q.where(map[string]value{t.Partition: partition})
	return err != nil || met != no
}

// check finds columns that the table doesn't have, and values that belong to no group.
func (q *Query) check(t *Table) error {
	grouped := q.grouped || slices.ContainsFunc(q.items, func(i item) bool { return i.aggregate() })
	for i, it := range q.items {
		if grouped && !it.aggregate() && !slices.Contains(q.groups, i) {
			return fail("EXPRESSION_NOT_AGGREGATE: '%s' must be an aggregate expression or appear in GROUP BY clause", it.name)
		}
		if err := it.known(t); err != nil {
			return err
		}
	}
	if q.order.call != "" || q.order.column != "" {
		return q.order.known(t)
	}
	return nil
}

func (e expression) known(t *Table) error {
	if e.column != "" && !t.has(e.column) {
		return fail("COLUMN_NOT_FOUND: Column '%s' cannot be resolved", e.column)
	}
	for _, a := range e.args {
		if err := a.known(t); err != nil {
			return err
		}
	}
	return nil
}

// group is a row of the result while it is made.
type group struct {
	values []value
	order  value
}

type groups struct {
	q   *Query
	by  map[string]*group
	all []*group
}

func (g *groups) take(row map[string]value) error {
	values := make([]value, len(g.q.items))
	var key strings.Builder
	for i, it := range g.q.items {
		if it.aggregate() {
			continue
		}
		v, err := it.of(row)
		if err != nil {
			return err
		}
		values[i] = v
		key.WriteString(text(v) + "\x00")
	}
	one := g.by[key.String()]
	if one == nil || !g.q.grouped {
		one = &group{values: values}
		g.by[key.String()] = one
		g.all = append(g.all, one)
	}
	for i, it := range g.q.items {
		if err := one.add(i, it, row); err != nil {
			return err
		}
	}
	if g.q.orderItem < 0 && (g.q.order.call != "" || g.q.order.column != "") {
		v, err := g.q.order.of(row)
		one.order = v
		return err
	}
	return nil
}

// add counts a row in an aggregate.
func (one *group) add(i int, it item, row map[string]value) error {
	switch it.call {
	case "count":
		n, _ := one.values[i].(int64)
		one.values[i] = n + 1
	case "sum":
		v, err := it.args[0].of(row)
		if n, ok := v.(int64); ok && err == nil {
			sum, _ := one.values[i].(int64)
			one.values[i] = sum + n
		}
		return err
	}
	return nil
}

// rows are the groups in their order.
func (g *groups) rows() [][]*string {
	at := func(one *group) value {
		if g.q.orderItem >= 0 {
			return one.values[g.q.orderItem]
		}
		return one.order
	}
	slices.SortStableFunc(g.all, func(a, b *group) int {
		x, y := at(a), at(b)
		switch {
		case x == nil && y == nil:
			return 0
		case x == nil: // NULL stands last, whatever the order
			return 1
		case y == nil:
			return -1
		}
		n, _ := compare(x, y) // one item has one type
		if g.q.descending {
			return -n
		}
		return n
	})
	if g.q.limit >= 0 && len(g.all) > g.q.limit {
		g.all = g.all[:g.q.limit]
	}
	out := make([][]*string, len(g.all))
	for i, one := range g.all {
		for _, v := range one.values {
			if v == nil {
				out[i] = append(out[i], nil)
				continue
			}
			s := text(v)
			out[i] = append(out[i], &s)
		}
	}
	return out
}
