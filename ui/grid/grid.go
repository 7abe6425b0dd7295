// Package grid is a table for a million rows. It draws only what can be seen,
// keeps no copy of a row, and allocates nothing per cell: a source appends
// each cell's text to a buffer and names its style by a number.
package grid

import (
	"slices"
)

// Source is where rows come from. The grid calls it only from the goroutine
// that draws; a source that grows elsewhere does its own locking.
type Source interface {
	// Len is how many rows are known and whether there will be no more.
	Len() (n int, complete bool)
	// Want says which rows are on the screen or a page away from it. to may lie
	// beyond Len: then more rows are wanted. It must not block.
	Want(from, to int)
	// Cell appends the text of a row's cell in column col (an index into the
	// columns given to New) to buf and names its style, an index into
	// Look.Cells. Foreign text must be clean: whatever control character is
	// left in it is drawn as U+FFFD.
	Cell(row, col int, buf []byte) ([]byte, Style)
}

// Style is an index into Look.Cells.
type Style uint8

// Column describes one column.
type Column struct {
	Title string
	Width int   // columns of the screen; the least when Flex is set
	Flex  int   // share of the room that is left, 0: Width is fixed
	Max   int   // a flex column's upper limit, 0: none
	Drop  int   // the column with the highest Drop goes first when room is short; 0: never
	Align Align // which side the text stands on
	Cut   Cut   // what is left out of a text that is too long
	Pan   bool  // scrolls sideways; without any such column, the first flex column does
}

// Align is the side a cell's text stands on.
type Align uint8

// The sides.
const (
	Left Align = iota
	Right
)

// Cut is the part of a text that is left out when room is short.
type Cut uint8

// The parts.
const (
	CutEnd Cut = iota
	CutMiddle
	CutStart
)

// Grid is the table: columns, a source, a cursor, marks and an order. It is
// made by New and used from one goroutine.
type Grid struct {
	cols []Column
	src  Source
	look Look
	keys map[string]Motion

	clean func(string) string

	one, many string // what the rows are; "" when nobody said

	order   []uint32 // visible position → row; nil: every row in its place
	ordered bool
	marks   marks
	picture Picture
	note    string
	noteLk  Pair
	blurred bool
	sortCol int
	desc    bool

	cursor, top int  // visible positions
	moved       bool // a person has moved the cursor
	pan, widest int  // columns skipped in the pan column; the longest text drawn in it

	w, h   int // of the last drawing
	layout layout
	cell   []byte
	buf    []byte
	wanted [3]int
}

// New returns a grid over src. Set its look before the first drawing.
func New(src Source, columns ...Column) *Grid {
	return &Grid{cols: columns, src: src, keys: DefaultKeys(), sortCol: -1, look: Look{}.complete()}
}

// SetSource replaces the rows: marks, order and cursor go back to the start.
func (g *Grid) SetSource(src Source) {
	g.src = src
	g.order, g.ordered = nil, false
	g.marks = marks{}
	g.cursor, g.top, g.pan, g.widest, g.moved = 0, 0, 0, 0, false
	g.wanted = [3]int{}
}

// SetColumns replaces the columns. Their indices are what Source.Cell gets.
func (g *Grid) SetColumns(columns ...Column) {
	g.cols = columns
	g.layout = layout{}
}

// SetLook replaces styles and signs, for another theme.
func (g *Grid) SetLook(l Look) { g.look = l.complete() }

// SetClean sets a function that makes foreign text fit for the screen. It gets
// each cell that holds anything but printable ASCII. Without it such text is
// the source's business.
func (g *Grid) SetClean(clean func(string) string) { g.clean = clean }

// SetFocus says whether keys go to the grid; without focus the cursor's row is
// drawn in another style.
func (g *Grid) SetFocus(on bool) { g.blurred = !on }

// SetSort shows the arrow of the sort order beside the title of column col;
// -1 shows none. It sorts nothing: see SetOrder.
func (g *Grid) SetSort(col int, descending bool) { g.sortCol, g.desc = col, descending }

// SetOrder shows the rows named by perm in its order, as Sort and Filter make
// it; nil shows every row in its place again. The grid keeps perm. The cursor
// stays on its row and the row at its height on the screen; when the row is
// gone, the cursor stays at its position. A cursor nobody has moved yet stays
// on the first row.
func (g *Grid) SetOrder(perm []uint32) {
	row, had := g.Selected()
	height := g.cursor - g.top
	g.order, g.ordered = perm, perm != nil
	switch {
	case !g.moved:
		g.cursor = 0
	case !had:
	case !g.ordered:
		g.cursor = row
	default:
		if i := slices.Index(perm, uint32(row)); i >= 0 {
			g.cursor = i
		}
	}
	g.top = g.cursor - height
	g.clamp()
}

// Len is how many rows can be scrolled through: all known ones, or those of the order.
func (g *Grid) Len() int {
	n, _ := g.src.Len()
	if g.ordered {
		return len(g.order)
	}
	return n
}

// Row is the row at visible position pos, which must be below Len.
func (g *Grid) Row(pos int) int {
	if g.ordered {
		return int(g.order[pos])
	}
	return pos
}

// Selected is the row under the cursor, and false when there is none.
func (g *Grid) Selected() (row int, ok bool) {
	if g.cursor < 0 || g.cursor >= g.Len() {
		return 0, false
	}
	return g.Row(g.cursor), true
}

// Cursor is the cursor's visible position, counted from 0.
func (g *Grid) Cursor() int { return g.cursor }

// Top is the visible position of the first row on the screen.
func (g *Grid) Top() int { return g.top }

// SelectRow puts the cursor on a row and scrolls there; false when the order
// leaves the row out.
func (g *Grid) SelectRow(row int) bool {
	pos := row
	if g.ordered {
		pos = slices.Index(g.order, uint32(row))
	}
	if pos < 0 || pos >= g.Len() {
		return false
	}
	g.moved = true
	g.cursor = pos
	g.clamp()
	return true
}

// clamp puts the cursor on an existing row and scrolls until it can be seen.
func (g *Grid) clamp() {
	n, rows := g.Len(), g.rows()
	g.cursor = max(0, min(g.cursor, n-1))
	g.top = max(0, min(g.top, g.cursor, n-rows))
	if g.cursor >= g.top+rows {
		g.top = g.cursor - rows + 1
	}
}

// rows is how many rows fit below the header and above the note.
func (g *Grid) rows() int {
	h := g.h - 1
	if g.note != "" {
		h--
	}
	return max(1, h)
}

// want tells the source what is looked at, once per change.
func (g *Grid) want() {
	n, complete := g.src.Len()
	rows := g.rows()
	from, to := max(0, g.top-rows), g.top+2*rows
	if g.ordered || complete {
		to = min(to, g.Len())
	}
	if now := [3]int{from + 1, to, n}; now != g.wanted {
		g.wanted = now
		g.ask(from, to)
	}
}

// ask passes a range of visible positions on as ranges of rows.
func (g *Grid) ask(from, to int) {
	if !g.ordered {
		g.src.Want(from, to)
		return
	}
	for from < to {
		first, run := g.Row(from), 1
		for from+run < to && g.Row(from+run) == first+run {
			run++
		}
		g.src.Want(first, first+run)
		from += run
	}
}
