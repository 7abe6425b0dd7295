package uitest

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Arms of a line-drawing character.
const (
	armUp = 1 << iota
	armDown
	armLeft
	armRight
	heavy
	round
)

// lines are the box-drawing characters that are drawn instead of written: a
// font's own leave gaps between rows.
var lines = map[rune]int{
	'─': armLeft | armRight, '│': armUp | armDown,
	'━': armLeft | armRight | heavy, '┃': armUp | armDown | heavy,
	'┌': armDown | armRight, '┐': armDown | armLeft, '└': armUp | armRight, '┘': armUp | armLeft,
	'├': armUp | armDown | armRight, '┤': armUp | armDown | armLeft,
	'┬': armDown | armLeft | armRight, '┴': armUp | armLeft | armRight, '┼': armUp | armDown | armLeft | armRight,
	'╭': armDown | armRight | round, '╮': armDown | armLeft | round, '╰': armUp | armRight | round, '╯': armUp | armLeft | round,
}

// drawnAs is a cell's content as shapes in a cell of 12×24, or "" when it is
// written as text: lines, and the blocks that bars and QR codes are made of.
func drawnAs(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size != len(text) {
		return ""
	}
	if arms, ok := lines[r]; ok {
		return linePath(arms)
	}
	block := func(x, y, w, h int) string {
		return fmt.Sprintf("<path stroke=\"none\" d=\"M%d %dh%dv%dh-%dz\"/>", x, y, w, h, w)
	}
	switch {
	case r == '▀':
		return block(0, 0, cellW, cellH/2)
	case r >= '▁' && r <= '█': // eighths from below
		h := int(r-'▁'+1) * cellH / 8
		return block(0, cellH-h, cellW, h)
	case r >= '▉' && r <= '▏': // eighths from the left, the widest first
		return block(0, 0, max(1, int('▏'-r+1)*cellW/8), cellH)
	case r == '▐':
		return block(cellW/2, 0, cellW/2, cellH)
	case r >= '░' && r <= '▓':
		return strings.Replace(block(0, 0, cellW, cellH), "<path", fmt.Sprintf("<path fill-opacity=\".%d\"", 25*int(r-'░'+1)), 1)
	}
	return ""
}

func linePath(arms int) string {
	const midX, midY = cellW / 2, cellH / 2
	width := 2
	if arms&heavy != 0 {
		width = 4
	}
	var d string
	if arms&round != 0 {
		endX, endY := 0, 0
		if arms&armRight != 0 {
			endX = cellW
		}
		if arms&armDown != 0 {
			endY = cellH
		}
		d = fmt.Sprintf("M%d %dQ%d %d %d %d", midX, endY, midX, midY, endX, midY)
	} else {
		for _, a := range []struct{ arm, x, y int }{{armUp, midX, 0}, {armDown, midX, cellH}, {armLeft, 0, midY}, {armRight, cellW, midY}} {
			if arms&a.arm != 0 {
				d += fmt.Sprintf("M%d %dL%d %d", midX, midY, a.x, a.y)
			}
		}
	}
	return fmt.Sprintf("<path fill=\"none\" stroke-width=\"%d\" d=\"%s\"/>", width, d)
}
