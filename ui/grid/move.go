package grid

import (
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"
)

// Motion is what a key does in a grid.
type Motion uint8

// The motions.
const (
	None Motion = iota
	RowUp
	RowDown
	HalfUp
	HalfDown
	PageUp
	PageDown
	First
	Last
	PanLeft
	PanRight
	ToggleMark
	ToggleAll
)

// motions holds each motion's stable id, what it does and its usual keys.
var motions = [...]struct {
	id, help string
	keys     []string
}{
	RowUp:      {"grid.up", "row up", []string{"up", "k"}},
	RowDown:    {"grid.down", "row down", []string{"down", "j"}},
	HalfUp:     {"grid.half-up", "half a page up", []string{"ctrl+u"}},
	HalfDown:   {"grid.half-down", "half a page down", []string{"ctrl+d"}},
	PageUp:     {"grid.page-up", "page up", []string{"pgup"}},
	PageDown:   {"grid.page-down", "page down", []string{"pgdown"}},
	First:      {"grid.first", "first row", []string{"g", "home"}},
	Last:       {"grid.last", "last row", []string{"G", "end"}},
	PanLeft:    {"grid.pan-left", "scroll text left", []string{"left", "h"}},
	PanRight:   {"grid.pan-right", "scroll text right", []string{"right", "l"}},
	ToggleMark: {"grid.mark", "mark", []string{"space"}},
	ToggleAll:  {"grid.mark-all", "mark all", []string{"a"}},
}

// Motions are all motions, for help sheets and rebinding.
func Motions() []Motion {
	all := make([]Motion, 0, len(motions)-1)
	for m := RowUp; int(m) < len(motions); m++ {
		all = append(all, m)
	}
	return all
}

// ID is the motion's stable name in a configuration.
func (m Motion) ID() string { return motions[m].id }

// Help says what the motion does.
func (m Motion) Help() string { return motions[m].help }

// Keys are the motion's usual keys, as Bubble Tea writes them.
func (m Motion) Keys() []string { return slices.Clone(motions[m].keys) }

// DefaultKeys are the usual keys and what they do.
func DefaultKeys() map[string]Motion {
	keys := make(map[string]Motion)
	for _, m := range Motions() {
		for _, k := range motions[m].keys {
			keys[k] = m
		}
	}
	return keys
}

// SetKeys replaces the keys.
func (g *Grid) SetKeys(keys map[string]Motion) { g.keys = maps.Clone(keys) }

// Key does what the pressed key is for and says whether it is one of the grid's.
func (g *Grid) Key(msg tea.KeyPressMsg) bool {
	m, ok := g.keys[msg.String()]
	if ok {
		g.Move(m)
	}
	return ok
}

// Wheel turns the screen by three rows a notch, down when delta is positive.
// The cursor stays on its row as long as that can be seen.
func (g *Grid) Wheel(delta int) {
	g.moved = true
	rows := g.rows()
	g.top = max(0, min(g.top+3*delta, g.Len()-rows))
	g.cursor = max(g.top, min(g.cursor, g.top+rows-1))
	g.clamp()
}

// Click puts the cursor on the row drawn at line y of the grid, the header
// being line 0; false when there is none.
func (g *Grid) Click(y int) bool {
	pos := g.top + y - 1
	if y < 1 || y > g.rows() || pos >= g.Len() {
		return false
	}
	g.moved = true
	g.cursor = pos
	return true
}

// panStep is how many columns a key scrolls sideways.
const panStep = 8

// Move does m.
func (g *Grid) Move(m Motion) {
	rows := g.rows()
	switch m {
	case RowUp:
		g.step(-1)
	case RowDown:
		g.step(1)
	case HalfUp:
		g.page(-max(1, rows/2))
	case HalfDown:
		g.page(max(1, rows/2))
	case PageUp:
		g.page(-rows)
	case PageDown:
		g.page(rows)
	default:
		g.moveFar(m)
	}
}

func (g *Grid) moveFar(m Motion) {
	switch m {
	case First:
		g.step(-g.Len())
	case Last:
		g.step(g.Len())
	case PanLeft:
		g.pan = max(0, g.pan-panStep)
	case PanRight:
		g.pan = min(g.pan+panStep, max(g.pan, g.widest-g.layout.panW))
	case ToggleMark:
		if row, ok := g.Selected(); ok {
			g.marks.set(row, !g.marks.has(row))
			g.step(1)
		}
	case ToggleAll:
		g.MarkAll()
	}
}

// step moves the cursor and scrolls only as far as it must.
func (g *Grid) step(n int) {
	g.moved = true
	g.cursor += n
	g.clamp()
}

// page moves cursor and screen together, so that the cursor keeps its height.
func (g *Grid) page(n int) {
	g.top += n
	g.step(n)
}
