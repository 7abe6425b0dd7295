// Package edit is an editor of several lines, for texts such as JSON documents. It edits what was typed as it is and
// cleans it for drawing only.
package edit

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// text is lines and a cursor.
type text struct {
	lines    [][]rune // at least one
	row, col int
	want     int // the column that up and down try to keep
}

func newText(s string) *text {
	t := &text{}
	t.set(s)
	return t
}

func (t *text) set(s string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	t.lines = nil
	for line := range strings.SplitSeq(s, "\n") {
		t.lines = append(t.lines, []rune(line))
	}
	t.row, t.col, t.want = 0, 0, 0
}

func (t *text) value() string {
	out := make([]string, len(t.lines))
	for i, l := range t.lines {
		out[i] = string(l)
	}
	return strings.Join(out, "\n")
}

func (t *text) line() []rune { return t.lines[t.row] }

// insert puts s at the cursor and the cursor behind it.
func (t *text) insert(s string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	rest := slices.Clone(t.line()[t.col:])
	t.lines[t.row] = t.line()[:t.col:t.col]
	for i, part := range strings.Split(s, "\n") {
		if i > 0 {
			t.row++
			t.lines = slices.Insert(t.lines, t.row, nil)
		}
		t.lines[t.row] = append(t.lines[t.row], []rune(part)...)
	}
	t.col = len(t.line())
	t.lines[t.row] = append(t.lines[t.row], rest...)
	t.want = t.col
}

// newline breaks the line and indents the new one as the old one is.
func (t *text) newline() {
	indent := 0
	for indent < t.col && t.line()[indent] == ' ' {
		indent++
	}
	t.insert("\n" + strings.Repeat(" ", indent))
}

func (t *text) backspace() {
	if t.col == 0 && t.row == 0 {
		return
	}
	t.left()
	t.delete()
}

func (t *text) delete() {
	switch {
	case t.col < len(t.line()):
		t.lines[t.row] = slices.Delete(t.line(), t.col, t.col+1)
	case t.row+1 < len(t.lines):
		t.lines[t.row] = append(t.line(), t.lines[t.row+1]...)
		t.lines = slices.Delete(t.lines, t.row+1, t.row+2)
	}
	t.want = t.col
}

// cutLine removes what is right of the cursor, or the line's end when nothing is.
func (t *text) cutLine() {
	if t.col == len(t.line()) {
		t.delete()
		return
	}
	t.lines[t.row] = t.line()[:t.col]
}

func (t *text) left() {
	switch {
	case t.col > 0:
		t.col--
	case t.row > 0:
		t.row--
		t.col = len(t.line())
	}
	t.want = t.col
}

func (t *text) right() {
	switch {
	case t.col < len(t.line()):
		t.col++
	case t.row+1 < len(t.lines):
		t.row, t.col = t.row+1, 0
	}
	t.want = t.col
}

func (t *text) vertical(n int) {
	t.row = max(0, min(t.row+n, len(t.lines)-1))
	t.col = min(t.want, len(t.line()))
}

// to puts the cursor on a column of the line it is in.
func (t *text) to(col int) { t.col, t.want = col, col }

// at puts the cursor to a line and a column in bytes, both from 1, or as near as there is text.
func (t *text) at(line, column int) {
	t.row = max(0, min(line-1, len(t.lines)-1))
	col, bytes := 0, 1
	for col < len(t.line()) && bytes < column {
		bytes += utf8.RuneLen(t.line()[col])
		col++
	}
	t.to(col)
}
