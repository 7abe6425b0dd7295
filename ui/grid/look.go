package grid

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Pair is a style as the escapes before and after a text. Taking it once costs
// a thousandth of rendering each cell by its style.
type Pair struct{ Prefix, Suffix string }

// PairOf takes the escapes of a style without padding, border, width or link.
func PairOf(s lipgloss.Style) Pair {
	const probe = "◊"
	before, after, _ := strings.Cut(s.Render(probe), probe)
	return Pair{before, after}
}

// Look is how a grid is drawn. Signs are one column wide; what is left empty
// is plain ASCII, and nothing relies on colour alone.
type Look struct {
	Cells    []Pair // by Style
	Header   Pair
	Selected Pair // the cursor's row
	Blurred  Pair // the cursor's row while the grid has no focus
	Marked   Pair // the mark's sign
	Title    Pair // of a picture
	Hint     Pair // of a picture

	// SelectedCells are the cell styles in the cursor's row, by Style. Without
	// them its cells are drawn as Selected says.
	SelectedCells []Pair

	Cursor, Mark string // signs before a row
	Dots         string // stands for what was cut
	Up, Down     string // sort arrows
}

// complete fills in the signs that are missing or not one column wide.
func (l Look) complete() Look {
	for _, s := range []struct {
		sign  *string
		ascii string
	}{{&l.Cursor, ">"}, {&l.Mark, "*"}, {&l.Dots, "~"}, {&l.Up, "^"}, {&l.Down, "v"}} {
		if ansi.StringWidth(*s.sign) != 1 {
			*s.sign = s.ascii
		}
	}
	return l
}

// Unicode returns the look with signs that need more than ASCII.
func (l Look) Unicode() Look {
	l.Cursor, l.Mark, l.Dots, l.Up, l.Down = "›", "●", "…", "▲", "▼"
	return l
}

// Picture is what stands in an empty grid: nothing there, loading, denied,
// failed and unsupported are to look different. Text must be clean.
type Picture struct {
	Sign  string // a line of its own above the title: "∅", "✗"
	Title string // one sentence
	Lines []string
	Hint  string // what to do
	Style Pair   // of sign and title; Look.Title when empty
}
