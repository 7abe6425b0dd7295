package grid

import (
	"strconv"

	"charm.land/lipgloss/v2"
)

// Styles and columns of the table under test.
const (
	styleName Style = iota
	styleSize
	styleGone
)

var objectColumns = []Column{
	{Title: "Key", Width: 12, Flex: 1, Pan: true},
	{Title: "Size", Width: 9, Align: Right},
	{Title: "Class", Width: 12, Drop: 2},
	{Title: "Modified", Width: 16, Drop: 1},
}

// objects is a source of made-up but deterministic rows.
type objects struct {
	n       int
	partial bool
	name    func(row int) string
	wants   [][2]int
}

func (o *objects) Len() (int, bool)  { return o.n, !o.partial }
func (o *objects) Want(from, to int) { o.wants = append(o.wants, [2]int{from, to}) }

func (o *objects) Cell(row, col int, buf []byte) ([]byte, Style) {
	switch col {
	case 0:
		if o.name != nil {
			return append(buf, o.name(row)...), styleName
		}
		buf = append(buf, "2026/03/invoice-"...)
		for pad := 100000; pad > row && pad > 1; pad /= 10 {
			buf = append(buf, '0')
		}
		return append(strconv.AppendInt(buf, int64(row), 10), ".pdf"...), styleName
	case 1:
		return append(strconv.AppendInt(buf, int64(row*7919%100000), 10), " B"...), styleSize
	case 2:
		if row%5 == 4 {
			return append(buf, "GLACIER"...), styleGone
		}
		return append(buf, "STANDARD"...), styleName
	default:
		buf = append(buf, "2026-03-"...)
		day := row%28 + 1
		if day < 10 {
			buf = append(buf, '0')
		}
		buf = strconv.AppendInt(buf, int64(day), 10)
		return append(buf, " 14:00"...), styleName
	}
}

func testLook() Look {
	return Look{
		Cells: []Pair{
			{},
			PairOf(lipgloss.NewStyle().Foreground(lipgloss.Color("#8aadf4"))),
			PairOf(lipgloss.NewStyle().Faint(true)),
		},
		Header:   PairOf(lipgloss.NewStyle().Bold(true)),
		Selected: PairOf(lipgloss.NewStyle().Background(lipgloss.Color("#363a4f")).Bold(true)),
		Blurred:  PairOf(lipgloss.NewStyle().Underline(true)),
		Marked:   PairOf(lipgloss.NewStyle().Foreground(lipgloss.Color("#f5a97f"))),
		Title:    PairOf(lipgloss.NewStyle().Bold(true)),
		Hint:     PairOf(lipgloss.NewStyle().Faint(true)),
	}.Unicode()
}

func newGrid(src Source) *Grid {
	g := New(src, objectColumns...)
	g.SetLook(testLook())
	return g
}
