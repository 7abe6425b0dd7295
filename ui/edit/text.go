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
	past     past
}

func newText(s string) *text {
	t := &text{}
	t.set(s)
	return t
}

func (t *text) set(s string) {
	t.lines = nil
	for line := range strings.SplitSeq(plain(s), "\n") {
		t.lines = append(t.lines, []rune(line))
	}
	t.row, t.col, t.want, t.past = 0, 0, 0, past{}
}

func (t *text) value() string {
	out := make([]string, len(t.lines))
	for i, l := range t.lines {
		out[i] = string(l)
	}
	return strings.Join(out, "\n")
}

func (t *text) line() []rune { return t.lines[t.row] }

// plain ends lines with a newline alone and makes of other bytes what the lines can hold.
func plain(s string) string {
	return string([]rune(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")))
}

func (t *text) cursor() pos { return pos{t.row, t.col} }

func (t *text) place(p pos) { t.row, t.col, t.want = p.row, p.col, p.col }

// between gives what stands from one place to another.
func (t *text) between(from, to pos) string {
	if from.row == to.row {
		return string(t.lines[from.row][from.col:to.col])
	}
	var b strings.Builder
	b.WriteString(string(t.lines[from.row][from.col:]))
	for _, l := range t.lines[from.row+1 : to.row] {
		b.WriteString("\n" + string(l))
	}
	b.WriteString("\n" + string(t.lines[to.row][:to.col]))
	return b.String()
}

// replace puts s in the place of what stands from one place to another.
func (t *text) replace(from, to pos, s string) {
	left, right := t.lines[from.row][:from.col:from.col], slices.Clone(t.lines[to.row][to.col:])
	var lines [][]rune
	for part := range strings.SplitSeq(s, "\n") {
		lines = append(lines, []rune(part))
	}
	lines[0] = append(left, lines[0]...)
	last := len(lines) - 1
	lines[last] = append(lines[last], right...)
	t.lines = slices.Replace(t.lines, from.row, to.row+1, lines...)
}

// change is replace that can be taken back. The cursor stands behind s then.
func (t *text) change(from, to pos, s string, k kind) {
	s = plain(s)
	c := change{at: from, removed: t.between(from, to), added: s, before: t.cursor(), after: from.behind(s), kind: k}
	if c.removed == c.added {
		return
	}
	t.replace(from, to, s)
	t.place(c.after)
	t.past.add(c)
}

// insert puts s at the cursor and the cursor behind it.
func (t *text) insert(s string, k kind) { t.change(t.cursor(), t.cursor(), s, k) }

// newline breaks the line and indents the new one as the old one is.
func (t *text) newline() {
	indent := 0
	for indent < t.col && t.line()[indent] == ' ' {
		indent++
	}
	t.insert("\n"+strings.Repeat(" ", indent), typed)
}

func (t *text) backspace() {
	was := t.cursor()
	t.left()
	to := t.cursor()
	t.place(was)
	t.change(to, was, "", erased)
}

func (t *text) delete() { t.change(t.cursor(), t.next(), "", struck) }

// next is the place behind the character at the cursor.
func (t *text) next() pos {
	switch {
	case t.col < len(t.line()):
		return pos{t.row, t.col + 1}
	case t.row+1 < len(t.lines):
		return pos{t.row + 1, 0}
	}
	return t.cursor()
}

// cutLine removes what is right of the cursor, or the line's end when nothing is.
func (t *text) cutLine() {
	to := pos{t.row, len(t.line())}
	if t.col == len(t.line()) {
		to = t.next()
	}
	t.change(t.cursor(), to, "", alone)
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

func (t *text) right() { t.place(t.next()) }

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
