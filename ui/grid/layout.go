package grid

// gutter is the room for the cursor's sign, the mark's and a blank; gap stands
// between columns.
const (
	gutter = 3
	gap    = 2
)

// span is a column that is drawn: its index, first column of the screen, width.
type span struct{ col, x, w int }

type layout struct {
	w     int // for which it was made
	spans []span
	pan   int // index of the column that scrolls sideways, -1: none
	panW  int
}

// arrange decides which columns are drawn how wide in w columns of screen.
func arrange(cols []Column, w int) layout {
	l := layout{w: w, pan: -1}
	room := max(0, w-gutter)
	shown := make([]bool, len(cols))
	for i := range cols {
		shown[i] = true
	}
	for need(cols, shown) > room {
		worst := -1
		for i, c := range cols {
			if shown[i] && c.Drop > 0 && (worst < 0 || c.Drop >= cols[worst].Drop) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		shown[worst] = false
	}
	widths := stretch(cols, shown, room-need(cols, shown))
	x := gutter
	for i := range cols {
		if !shown[i] || x >= w {
			continue
		}
		l.spans = append(l.spans, span{col: i, x: x, w: min(widths[i], w-x)})
		x += widths[i] + gap
	}
	l.choosePan(cols)
	return l
}

// need is the least room the shown columns take, with the gaps between them.
func need(cols []Column, shown []bool) int {
	sum := -gap
	for i, c := range cols {
		if shown[i] {
			sum += c.Width + gap
		}
	}
	return max(0, sum)
}

// stretch shares the room that is left among the flex columns by their Flex.
// What a column may not take because of its Max goes to the others.
func stretch(cols []Column, shown []bool, left int) []int {
	widths := make([]int, len(cols))
	open := make([]int, 0, len(cols))
	for i, c := range cols {
		widths[i] = c.Width
		if shown[i] && c.Flex > 0 {
			open = append(open, i)
		}
	}
	for left > 0 && len(open) > 0 {
		total := 0
		for _, i := range open {
			total += cols[i].Flex
		}
		given, next := 0, open[:0:0]
		for _, i := range open {
			more := max(1, left*cols[i].Flex/total)
			more = min(more, left-given)
			if c := cols[i]; c.Max > 0 && widths[i]+more >= c.Max {
				more = max(0, c.Max-widths[i])
			} else {
				next = append(next, i)
			}
			widths[i] += more
			given += more
		}
		left -= given
		if given == 0 {
			break
		}
		open = next
	}
	return widths
}

// choosePan finds the column that scrolls sideways among those drawn.
func (l *layout) choosePan(cols []Column) {
	for _, s := range l.spans {
		if c := cols[s.col]; c.Pan || (c.Flex > 0 && l.pan < 0) {
			l.pan, l.panW = s.col, s.w
			if c.Pan {
				return
			}
		}
	}
}
