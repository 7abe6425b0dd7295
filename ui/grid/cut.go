package grid

import (
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// unprintable stands for what must not reach the terminal.
var unprintable = []byte("\uFFFD")

// fit says how a text goes into a cell.
type fit struct {
	width, skip int
	align       Align
	cut         Cut
	dots        string
}

// joiners are the runes that, first in a cluster, act on their neighbours:
// invisible formats, marks without a base and skin tones without a face.
var joiners = []*unicode.RangeTable{
	unicode.Cf, unicode.M, unicode.Other_Grapheme_Extend,
	{R32: []unicode.Range32{{Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1}}},
}

// plain says whether text is printable ASCII, so that a byte is a column.
func plain(text []byte) bool {
	for _, b := range text {
		if b < ' ' || b > '~' {
			return false
		}
	}
	return true
}

// cluster takes the first grapheme cluster off text. What could move the
// cursor, start an escape or join a neighbour comes back as U+FFFD.
func cluster(text []byte) (shown []byte, width, size int) {
	r, n := utf8.DecodeRune(text)
	if (r == utf8.RuneError && n <= 1) || unicode.IsControl(r) || unicode.IsOneOf(joiners, r) {
		return unprintable, 1, n
	}
	if r < 0x300 && (n == len(text) || text[n] < utf8.RuneSelf) {
		return text[:n], 1, n // Latin letters: nothing can join them
	}
	c, w := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	if w == 0 || !utf8.Valid(c) {
		return unprintable, 1, max(1, len(c))
	}
	return c, w, len(c)
}

// textWidth is how many columns text takes when it is drawn.
func textWidth(text []byte, isPlain bool) int {
	if isPlain {
		return len(text)
	}
	w := 0
	for len(text) > 0 {
		_, cw, n := cluster(text)
		w += cw
		text = text[n:]
	}
	return w
}

// appendWindow appends the columns from up to before to of text. Half a wide
// rune at an edge becomes a blank.
func appendWindow(dst, text []byte, isPlain bool, from, to int) []byte {
	if isPlain {
		return append(dst, text[min(from, len(text)):min(to, len(text))]...)
	}
	x := 0
	for len(text) > 0 && x < to {
		c, w, n := cluster(text)
		text = text[n:]
		switch {
		case x >= from && x+w <= to:
			dst = append(dst, c...)
		case x+w > from:
			dst = appendBlanks(dst, min(x+w, to)-max(x, from))
		}
		x += w
	}
	return dst
}

const blanks = "                                                                "

func appendBlanks(dst []byte, n int) []byte {
	for n > len(blanks) {
		dst = append(dst, blanks...)
		n -= len(blanks)
	}
	return append(dst, blanks[:max(0, n)]...)
}

// appendFit appends text in the style p, exactly f.width columns wide with the
// blanks around it, and returns how wide the whole text is.
func appendFit(dst, text []byte, f fit, p Pair) ([]byte, int) {
	isPlain := plain(text)
	tw := textWidth(text, isPlain)
	if f.width <= 0 {
		return dst, tw
	}
	if f.skip == 0 && tw <= f.width {
		room := f.width - tw
		if f.align == Right {
			dst = appendBlanks(dst, room)
			room = 0
		}
		if tw > 0 {
			dst = append(dst, p.Prefix...)
			dst = appendWindow(dst, text, isPlain, 0, tw)
			dst = append(dst, p.Suffix...)
		}
		return appendBlanks(dst, room), tw
	}
	dst = append(dst, p.Prefix...)
	var drawn int
	dst, drawn = appendCut(dst, text, isPlain, tw, f)
	dst = append(dst, p.Suffix...)
	return appendBlanks(dst, f.width-drawn), tw
}

// appendCut appends what is left of a text that is panned or too wide, with
// dots where something is missing, and returns how many columns that is.
func appendCut(dst, text []byte, isPlain bool, tw int, f fit) ([]byte, int) {
	if f.skip > 0 {
		return appendPanned(dst, text, isPlain, tw, f)
	}
	room := f.width - 1
	var head, tail int
	switch f.cut {
	case CutStart:
		tail = room
	case CutMiddle:
		tail = room / 2
		head = room - tail
	default:
		head = room
	}
	dst = appendWindow(dst, text, isPlain, 0, head)
	dst = append(dst, f.dots...)
	return appendWindow(dst, text, isPlain, tw-tail, tw), f.width
}

func appendPanned(dst, text []byte, isPlain bool, tw int, f fit) ([]byte, int) {
	if tw == 0 {
		return dst, 0
	}
	dst = append(dst, f.dots...)
	from, to := f.skip+1, f.skip+f.width
	if to >= tw {
		return appendWindow(dst, text, isPlain, from, tw), max(1, tw-f.skip)
	}
	if f.width == 1 {
		return dst, 1
	}
	dst = appendWindow(dst, text, isPlain, from, to-1)
	return append(dst, f.dots...), f.width
}
