package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Width is how many columns the string takes, escape sequences not counted.
func Width(s string) int { return ansi.StringWidth(s) }

// Cut shortens a string to at most w columns and marks a cut with "…". Escape
// sequences are kept.
func Cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return ansi.Truncate(s, w, "…")
}

// CutLeft shortens a string from its beginning: the end of a path says more.
func CutLeft(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := Width(s)
	if n <= w {
		return s
	}
	out := ansi.TruncateLeft(s, n-w+1, "…")
	for k := n - w + 2; Width(out) > w && k <= n; k++ { // a wide rune straddled the cut
		out = ansi.TruncateLeft(s, k, "…")
	}
	return out
}

// Pad cuts or fills a string with spaces to exactly w columns.
func Pad(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := Width(s)
	if n > w {
		s = Cut(s, w)
		n = Width(s)
	}
	return s + strings.Repeat(" ", w-n)
}

// PadLeft cuts or fills on the left, for numbers.
func PadLeft(s string, w int) string {
	if w <= 0 {
		return ""
	}
	s = Cut(s, w)
	return strings.Repeat(" ", w-Width(s)) + s
}

// Wrap breaks a text into lines of at most w columns: at spaces where it can,
// anywhere else where it must.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, w, ""), "\n")
}

// HardWrap breaks a value into lines of at most w columns anywhere, keeping
// every character, so that it can be read and selected as it is.
func HardWrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	return strings.Split(ansi.Hardwrap(s, w, true), "\n")
}

// Fit makes exactly h lines of exactly w columns out of a drawing.
func Fit(s string, w, h int) string {
	return strings.Join(fitLines(s, w, h), "\n")
}

func fitLines(s string, w, h int) []string {
	if h <= 0 {
		return nil
	}
	out := make([]string, 0, h)
	for line := range strings.SplitSeq(s, "\n") {
		if len(out) == h {
			break
		}
		out = append(out, Pad(line, w))
	}
	for len(out) < h {
		out = append(out, strings.Repeat(" ", max(w, 0)))
	}
	return out
}

// Overlay draws box over base with its top left corner at column x, row y.
// Both are drawings of lines; what is below the box is covered.
func Overlay(base, box string, x, y int) string {
	lines := strings.Split(base, "\n")
	for i, b := range strings.Split(box, "\n") {
		if y+i < 0 || y+i >= len(lines) {
			continue
		}
		line := lines[y+i]
		w := Width(b)
		left := Pad(ansi.Truncate(line, x, ""), x)
		right := tail(line, x+w)
		lines[y+i] = left + ansi.ResetStyle + b + ansi.ResetStyle + right
	}
	return strings.Join(lines, "\n")
}

// tail is what of a line lies right of column n, with a space for the half of a
// wide rune that the cut leaves.
func tail(line string, n int) string {
	want := Width(line) - n
	if want <= 0 {
		return ""
	}
	out := ansi.TruncateLeft(line, n, "")
	if Width(out) > want {
		out = ansi.TruncateLeft(line, n+1, "")
	}
	return strings.Repeat(" ", max(want-Width(out), 0)) + out
}
