package grid

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

func TestTextIsCutToItsCell(t *testing.T) {
	for _, c := range []struct {
		name, text string
		f          fit
		want       string
	}{
		{"fits", "abc", fit{width: 5}, "abc  "},
		{"fits on the right", "abc", fit{width: 5, align: Right}, "  abc"},
		{"fits exactly", "abcde", fit{width: 5}, "abcde"},
		{"empty", "", fit{width: 3}, "   "},
		{"no room", "abc", fit{width: 0}, ""},
		{"end cut", "abcdefgh", fit{width: 5}, "abcd…"},
		{"middle cut", "abcdefgh", fit{width: 6, cut: CutMiddle}, "abc…gh"},
		{"start cut", "abcdefgh", fit{width: 5, cut: CutStart}, "…efgh"},
		{"one column", "abc", fit{width: 1}, "…"},
		{"panned", "abcdefghij", fit{width: 5, skip: 3}, "…efg…"},
		{"panned to the end", "abcdefghij", fit{width: 5, skip: 5}, "…ghij"},
		{"panned to the end of a short one", "abcd", fit{width: 5, skip: 2}, "…d   "},
		{"panned past the end", "abcd", fit{width: 5, skip: 9}, "…    "},
		{"panned in one column", "abcdefghij", fit{width: 1, skip: 3}, "…"},
		{"panned empty", "", fit{width: 3, skip: 2}, "   "},
		{"wide fits", "木木", fit{width: 5}, "木木 "},
		{"half a wide rune at the end", "木木木", fit{width: 4}, "木 …"},
		{"half a wide rune at the start", "木木木", fit{width: 4, cut: CutStart}, "… 木"},
		{"half a wide rune when panned", "木木木木", fit{width: 5, skip: 2}, "… 木…"},
		{"combining marks stay", "e\u0301e\u0301e\u0301e\u0301", fit{width: 3}, "e\u0301e\u0301…"},
		{"lone combining mark", "\u0301", fit{width: 2}, "\uFFFD "},
		{"escape", "a\x1b[31mb", fit{width: 8}, "a\uFFFD[31mb "},
		{"tab and line feed", "a\tb\r\nc", fit{width: 7}, "a\uFFFDb\uFFFD\uFFFDc "},
		{"C1 control", "a\u009bb", fit{width: 4}, "a\uFFFDb "},
		{"bidi override", "a\u202eb", fit{width: 4}, "a\uFFFDb "},
		{"invalid UTF-8", "a\xffb", fit{width: 4}, "a\uFFFDb "},
	} {
		c.f.dots = "…"
		got, _ := appendFit(nil, []byte(c.text), c.f, Pair{})
		if string(got) != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTheStyleIsAroundTheTextAndNotAroundTheBlanks(t *testing.T) {
	got, full := appendFit(nil, []byte("ab"), fit{width: 4, align: Right, dots: "…"}, Pair{"<", ">"})
	if string(got) != "  <ab>" || full != 2 {
		t.Errorf("%q, %d", got, full)
	}
	got, full = appendFit(nil, []byte("abcdef"), fit{width: 4, dots: "…"}, Pair{"<", ">"})
	if string(got) != "<abc…>" || full != 6 {
		t.Errorf("%q, %d", got, full)
	}
}

func FuzzCellsAreAsWideAsAskedAndHoldNoEscape(f *testing.F) {
	for _, s := range []string{
		"", "abc", "2026/03/rechnung-ü.pdf", "木木木", "e\u0301\u0302x", "👩\u200d👩\u200d👧", "🇩🇪🇫🇷", "\x1b]52;c;eA==\x07",
		"\u202eabc", "a\u200bb", "\u0600x", "각", "ᄀ", "☁\ufe0f", "\xf0\x9f", "\t\r\n", "\u2028", "क्षि",
	} {
		f.Add(s, uint8(7), uint8(0), uint8(0))
		f.Add(s, uint8(3), uint8(2), uint8(1))
	}
	f.Fuzz(func(t *testing.T, text string, width, skip, cut uint8) {
		spec := fit{width: int(width % 64), skip: int(skip % 64), cut: Cut(cut % 3), align: Align(cut / 3 % 2), dots: "…"}
		got, _ := appendFit(nil, []byte(text), spec, Pair{})
		if w := ansi.StringWidth(string(got)); w != spec.width {
			t.Errorf("%q in %+v is %d wide: %q", text, spec, w, got)
		}
		if strings.ContainsFunc(string(got), func(r rune) bool { return r < ' ' || (r >= 0x7f && r < 0xa0) }) || !utf8.Valid(got) {
			t.Errorf("%q in %+v let a control through: %q", text, spec, got)
		}
	})
}
