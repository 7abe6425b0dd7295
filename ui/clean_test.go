package ui

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestForeignTextIsMadeVisible(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"plain/key.txt":        "plain/key.txt",
		"ключ/鍵/🔑":             "ключ/鍵/🔑",
		"e\u0301":              "e\u0301",
		"a\x1b[31mb":           "a␛[31mb",
		"a\nb\tc\x00":          "a␊b␉c␀",
		"del\x7f":              "del␡",
		"c1\u009b":             `c1\u{9b}`,
		"bad\xff\xc3":          `bad\xff\xc3`,
		"rlo\u202egpj.exe":     `rlo\u{202e}gpj.exe`,
		"zero\u200bwidth":      `zero\u{200b}width`,
		"no\u00a0break":        `no\u{a0}break`,
		"line\u2028sep":        `line\u{2028}sep`,
		"tag\U000e0041":        `tag\u{e0041}`,
		"vs\ufe0f":             `vs\u{fe0f}`,
		"literal \ufffd stays": "literal \ufffd stays",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLinesKeepTheirBreaksAndLoseTheirTabs(t *testing.T) {
	got := CleanLines("a\tb\r\nc\x1bd\n")
	if want := "a   b\nc␛d\n"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func FuzzCleanedTextHoldsNothingATerminalObeys(f *testing.F) {
	for _, s := range []string{"", "a\x1b]0;x\x07", "\xf0\x28", "\u2066x\u2069", "\u00ad", "🏳️‍🌈"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if !utf8.ValidString(c) {
			t.Fatalf("%q is not UTF-8", c)
		}
		if i := strings.IndexFunc(c, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Fatalf("%q keeps a control at %d", c, i)
		}
		if Clean(c) != c {
			t.Fatalf("%q cleaned again is %q", c, Clean(c))
		}
		if Width(c) < 0 || Width(Cut(c, 10)) > 10 {
			t.Fatalf("%q can't be cut to 10", c)
		}
	})
}
