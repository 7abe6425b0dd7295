package ui

// Box is a rectangle of the screen, counted in cells from its top left corner.
type Box struct{ X, Y, W, H int }

// Size is how much of a rectangle one of its parts takes.
type Size struct {
	cells int
	share int
}

// Fixed takes n cells; 0 leaves the part out.
func Fixed(n int) Size { return Size{cells: max(n, 0)} }

// Fill shares what the fixed parts leave, in proportion to n.
func Fill(n int) Size { return Size{share: max(n, 0)} }

// Rows splits the box from top to bottom. The parts never leave the box: when
// there is too little room, the later parts get less or nothing.
func (b Box) Rows(sizes ...Size) []Box {
	out := make([]Box, len(sizes))
	y := b.Y
	for i, h := range split(b.H, sizes) {
		out[i] = Box{b.X, y, b.W, h}
		y += h
	}
	return out
}

// Columns splits the box from left to right, by the same rules as Rows.
func (b Box) Columns(sizes ...Size) []Box {
	out := make([]Box, len(sizes))
	x := b.X
	for i, w := range split(b.W, sizes) {
		out[i] = Box{x, b.Y, w, b.H}
		x += w
	}
	return out
}

// Inset takes n cells off every side.
func (b Box) Inset(n int) Box {
	n = min(n, b.W/2, b.H/2)
	return Box{b.X + n, b.Y + n, b.W - 2*n, b.H - 2*n}
}

func split(total int, sizes []Size) []int {
	total = max(total, 0)
	out := make([]int, len(sizes))
	left, shares := total, 0
	for i, s := range sizes {
		if s.share > 0 {
			shares += s.share
			continue
		}
		out[i] = min(s.cells, left)
		left -= out[i]
	}
	for i, s := range sizes {
		if s.share == 0 {
			continue
		}
		out[i] = left * s.share / shares
		left -= out[i]
		shares -= s.share
	}
	return out
}
