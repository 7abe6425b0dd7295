package ui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a string of strangers fit for the screen: control characters
// become their pictures (U+2400 block), bidirectional controls, zero-width and
// other invisible characters become \u{…}, and bytes that aren't UTF-8 become
// \xNN. The result holds no line break and no escape sequence. Cleaning twice
// changes nothing. Copy and command lines take the true bytes instead.
func Clean(s string) string {
	i := firstDirty(s)
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:i])
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		writeClean(&b, r, n, s[i])
		i += n
	}
	return b.String()
}

func firstDirty(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c >= 0x20 && c < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !harmless(r, n) {
			return i
		}
		i += n
	}
	return -1
}

func writeClean(b *strings.Builder, r rune, n int, first byte) {
	switch {
	case r == utf8.RuneError && n <= 1:
		fmt.Fprintf(b, `\x%02x`, first)
	case r < 0x20:
		b.WriteRune(0x2400 + r)
	case r == 0x7f:
		b.WriteRune(0x2421)
	case !harmless(r, n):
		fmt.Fprintf(b, `\u{%x}`, r)
	default:
		b.WriteRune(r)
	}
}

// harmless says whether a terminal draws the rune as itself. Combining marks
// are kept: names in many scripts need them.
func harmless(r rune, n int) bool {
	switch {
	case r == utf8.RuneError && n <= 1:
		return false
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return false
	case r < 0x7f:
		return true
	case r == ' ':
		return true
	case unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs):
		return false
	case unicode.Is(unicode.Zs, r): // a no-break space looks like a space and isn't one
		return false
	case invisible(r):
		return false
	}
	return true
}

// invisible lists what draws nothing although its category says otherwise:
// variation selectors, fillers and the combining grapheme joiner.
func invisible(r rune) bool {
	switch {
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return true
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x2800:
		return true
	case r == 0x17b4, r == 0x17b5, r >= 0x180b && r <= 0x180f:
		return true
	}
	return false
}

// CleanLines cleans a text of several lines: line breaks stay, tabs become
// spaces to the next multiple of four, everything else goes through Clean.
func CleanLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = Clean(untab(l))
	}
	return strings.Join(lines, "\n")
}

func untab(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	col := 0
	for _, part := range strings.SplitAfter(s, "\t") {
		text, tab := strings.CutSuffix(part, "\t")
		b.WriteString(text)
		col += utf8.RuneCountInString(text)
		if tab {
			n := 4 - col%4
			b.WriteString(strings.Repeat(" ", n))
			col += n
		}
	}
	return b.String()
}
