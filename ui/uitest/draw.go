package uitest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// Draw puts what a view renders on a screen of w columns and h rows, and fails
// the test when it is higher or wider than that.
func Draw(t testing.TB, text string, w, h int) *Screen {
	t.Helper()
	lines := strings.Split(text, "\n")
	if len(lines) > h {
		t.Errorf("%d lines do not fit into %d rows", len(lines), h)
		lines = lines[:h]
	}
	for i, l := range lines {
		if got := ansi.StringWidth(l); got > w {
			t.Errorf("line %d is %d columns wide, more than %d: %q", i+1, got, w, ansi.Strip(l))
		}
	}
	s := NewScreen(w, h)
	s.MapNewlines(true)
	// Where lines wrap must not depend on how wide they are: they were measured.
	if _, err := s.Write([]byte("\x1b[?7l" + strings.Join(lines, "\n"))); err != nil {
		t.Error(err)
	}
	return s
}

// Styles lists every stretch of cells that is not plain, row by row, for golden
// files in which colour matters: "3:2 +10 #ff8000 on #000000 bold". Row and
// column count from 0; a colour that is not named is the terminal's default.
func (s *Screen) Styles() string {
	w, h := s.Size()
	var b strings.Builder
	for y := range h {
		for x := 0; x < w; {
			style, n := styleName(s.Cell(x, y)), 1
			for x+n < w && (s.Cell(x+n, y).Width == 0 || styleName(s.Cell(x+n, y)) == style) {
				n++
			}
			if style != "" {
				fmt.Fprintf(&b, "%d:%d +%d%s\n", y, x, n, style)
			}
			x += n
		}
	}
	return b.String()
}

// styleName is a cell's style in words, each after a blank.
func styleName(c Cell) string {
	var b strings.Builder
	if c.Fg != nil {
		b.WriteString(" " + hex(c.Fg))
	}
	if c.Bg != nil {
		b.WriteString(" on " + hex(c.Bg))
	}
	for _, a := range []struct {
		on   bool
		name string
	}{
		{c.Bold, "bold"}, {c.Faint, "faint"}, {c.Italic, "italic"}, {c.Underline, "underline"},
		{c.Reverse, "reverse"}, {c.Strikethrough, "struck"}, {c.Link != "", "link"},
	} {
		if a.on {
			b.WriteString(" " + a.name)
		}
	}
	return b.String()
}
