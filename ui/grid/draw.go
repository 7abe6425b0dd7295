package grid

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Render draws the grid, exactly w columns wide and h lines high: a header,
// the rows, and the note on the last line when there is one.
func (g *Grid) Render(w, h int) string {
	g.buf = g.AppendTo(g.buf[:0], w, h)
	return string(g.buf)
}

// AppendTo appends what Render returns to dst.
func (g *Grid) AppendTo(dst []byte, w, h int) []byte {
	if w <= 0 || h <= 0 {
		return dst
	}
	g.w, g.h = w, h
	if g.layout.w != w {
		g.layout = arrange(g.cols, w)
	}
	g.clamp()
	g.want()
	dst = g.appendHeader(dst, w)
	if h == 1 {
		return dst
	}
	n, rows := g.Len(), g.rows()
	if g.note != "" && h == 2 {
		rows = 0
	}
	if n == 0 {
		dst = g.appendPicture(dst, w, rows)
	} else {
		g.widest = 0
		for y := range rows {
			dst = append(dst, '\n')
			if pos := g.top + y; pos < n {
				dst = g.appendRow(dst, pos)
			} else {
				dst = appendBlanks(dst, w)
			}
		}
	}
	if g.note != "" {
		dst = append(dst, '\n')
		dst, _ = appendFit(dst, []byte(g.note), fit{width: w, dots: g.look.Dots}, g.noteLk)
	}
	return dst
}

func (g *Grid) appendHeader(dst []byte, w int) []byte {
	dst = append(dst, g.look.Header.Prefix...)
	dst = appendBlanks(dst, min(gutter, w))
	x := min(gutter, w)
	for _, s := range g.layout.spans {
		dst = appendBlanks(dst, s.x-x)
		c := g.cols[s.col]
		g.cell = append(g.cell[:0], c.Title...)
		if s.col == g.sortCol {
			arrow := g.look.Up
			if g.desc {
				arrow = g.look.Down
			}
			g.cell = append(append(g.cell, ' '), arrow...)
		}
		dst, _ = appendFit(dst, g.cell, fit{width: s.w, align: c.Align, dots: g.look.Dots}, Pair{})
		x = s.x + s.w
	}
	dst = appendBlanks(dst, w-x)
	return append(dst, g.look.Header.Suffix...)
}

func (g *Grid) appendRow(dst []byte, pos int) []byte {
	row, selected := g.Row(pos), pos == g.cursor
	var base Pair
	if selected {
		base = g.look.Selected
		if g.blurred {
			base = g.look.Blurred
		}
		dst = append(dst, base.Prefix...)
	}
	dst = g.appendGutter(dst, row, selected, base)
	x := min(gutter, g.w)
	for _, s := range g.layout.spans {
		dst = appendBlanks(dst, s.x-x)
		dst = g.appendCell(dst, row, s, selected, base)
		x = s.x + s.w
	}
	dst = appendBlanks(dst, g.w-x)
	return append(dst, base.Suffix...)
}

// appendGutter draws the cursor's sign and the mark's.
func (g *Grid) appendGutter(dst []byte, row int, selected bool, base Pair) []byte {
	if selected {
		dst = append(dst, g.look.Cursor...)
	} else {
		dst = append(dst, ' ')
	}
	if g.w < gutter {
		return appendBlanks(dst, g.w-1)
	}
	switch {
	case g.marks.has(row) && selected:
		dst = append(dst, g.look.Mark...)
	case g.marks.has(row):
		dst = appendStyled(dst, g.look.Mark, g.look.Marked, base)
	default:
		dst = append(dst, ' ')
	}
	return append(dst, ' ')
}

func appendStyled(dst []byte, text string, p, base Pair) []byte {
	p = within(p, base)
	dst = append(dst, p.Prefix...)
	dst = append(dst, text...)
	return append(dst, p.Suffix...)
}

// within is p for use inside a row in the style base, which p's end would
// otherwise end too. Rows without a base, nearly all, cost nothing.
func within(p, base Pair) Pair {
	if p.Prefix == "" || base.Prefix == "" {
		return p
	}
	return Pair{base.Suffix + p.Prefix, p.Suffix + base.Prefix}
}

func (g *Grid) appendCell(dst []byte, row int, s span, selected bool, base Pair) []byte {
	var style Style
	g.cell, style = g.src.Cell(row, s.col, g.cell[:0])
	if g.clean != nil && !plain(g.cell) {
		g.cell = append(g.cell[:0], g.clean(string(g.cell))...)
	}
	cells := g.look.Cells
	if selected && base.Prefix != "" {
		cells = g.look.SelectedCells
	}
	var p Pair
	if int(style) < len(cells) {
		p = within(cells[style], base)
	}
	c := &g.cols[s.col]
	f := fit{width: s.w, align: c.Align, cut: c.Cut, dots: g.look.Dots}
	if s.col == g.layout.pan {
		f.skip = g.pan
	}
	var full int
	dst, full = appendFit(dst, g.cell, f, p)
	if s.col == g.layout.pan {
		g.widest = max(g.widest, full)
	}
	return dst
}

// SetPicture sets what stands in the grid while it has no row.
func (g *Grid) SetPicture(p Picture) { g.picture = p }

// SetNote sets a line below the rows, for a listing that is not whole: why it
// ended early, and what to do. "" takes it away.
func (g *Grid) SetNote(text string, style Pair) { g.note, g.noteLk = text, style }

// appendPicture draws the picture in the middle of h lines.
func (g *Grid) appendPicture(dst []byte, w, h int) []byte {
	p := g.picture
	style := p.Style
	if style.Prefix == "" {
		style = g.look.Title
	}
	type line struct {
		text string
		look Pair
	}
	var lines []line
	if p.Sign != "" {
		lines = append(lines, line{p.Sign, style})
	}
	lines = append(lines, line{p.Title, style})
	for _, l := range p.Lines {
		lines = append(lines, line{text: l})
	}
	if p.Hint != "" {
		if len(lines)+2 <= h {
			lines = append(lines, line{})
		}
		lines = append(lines, line{p.Hint, g.look.Hint})
	}
	above := max(0, (h-len(lines))/2)
	for y := range h {
		dst = append(dst, '\n')
		i := y - above
		if i < 0 || i >= len(lines) {
			dst = appendBlanks(dst, w)
			continue
		}
		left := max(0, (w-ansi.StringWidth(lines[i].text))/2)
		dst = appendBlanks(dst, left)
		dst, _ = appendFit(dst, []byte(lines[i].text), fit{width: w - left, dots: g.look.Dots}, lines[i].look)
	}
	return dst
}

// SetNoun says what the rows are, for Count.
func (g *Grid) SetNoun(one, many string) { g.one, g.many = one, many }

// Count says how many rows there are: "12,000+" while more may come, "3 of
// 12,000" under a filter, and how many are marked.
func (g *Grid) Count() string {
	n, complete := g.src.Len()
	var b strings.Builder
	if g.ordered && len(g.order) != n {
		b.WriteString(Thousands(len(g.order)) + " of ")
	}
	b.WriteString(Thousands(n))
	if !complete {
		b.WriteByte('+')
	}
	switch {
	case g.many == "":
	case n == 1 && complete:
		b.WriteString(" " + g.one)
	default:
		b.WriteString(" " + g.many)
	}
	if g.marks.n > 0 {
		b.WriteString(" · " + Thousands(g.marks.n) + " marked")
	}
	return b.String()
}
