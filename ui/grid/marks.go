package grid

import (
	"iter"
	"math/bits"
)

// marks is a set of rows, a bit each.
type marks struct {
	words []uint64
	n     int
}

func (m *marks) has(row int) bool {
	w := row >> 6
	return w < len(m.words) && m.words[w]&(1<<(row&63)) != 0
}

func (m *marks) set(row int, on bool) {
	w := row >> 6
	for on && w >= len(m.words) {
		m.words = append(m.words, 0)
	}
	if m.has(row) == on {
		return
	}
	m.words[w] ^= 1 << (row & 63)
	if on {
		m.n++
	} else {
		m.n--
	}
}

func (m *marks) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range m.words {
			for ; word != 0; word &= word - 1 {
				if !yield(i<<6 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}

// Mark marks a row or takes its mark away. Marks belong to rows and survive
// every order.
func (g *Grid) Mark(row int, on bool) { g.marks.set(row, on) }

// IsMarked says whether a row is marked.
func (g *Grid) IsMarked(row int) bool { return g.marks.has(row) }

// Marked is how many rows are marked, also those the order leaves out.
func (g *Grid) Marked() int { return g.marks.n }

// MarkedRows are the marked rows, lowest first, also those the order leaves out.
func (g *Grid) MarkedRows() iter.Seq[int] { return g.marks.all() }

// Unmark takes every mark away.
func (g *Grid) Unmark() { g.marks = marks{} }

// MarkAll marks every row that can be scrolled to, or, when all of them are
// marked already, takes their marks away. Rows that arrive later stay unmarked.
func (g *Grid) MarkAll() {
	n, every := g.Len(), true
	for pos := 0; pos < n && every; pos++ {
		every = g.marks.has(g.Row(pos))
	}
	for pos := range n {
		g.marks.set(g.Row(pos), !every)
	}
}

// Chosen are the rows an action is for: the marked ones, or the one under the
// cursor when none is marked.
func (g *Grid) Chosen() iter.Seq[int] {
	if g.marks.n > 0 {
		return g.marks.all()
	}
	return func(yield func(int) bool) {
		if row, ok := g.Selected(); ok {
			yield(row)
		}
	}
}
