package uitest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func draw(t *testing.T, s *Screen, text string) {
	t.Helper()
	if _, err := s.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func TestTheScreenShowsWhatWasDrawnWithoutTrailingBlanks(t *testing.T) {
	s := NewScreen(12, 3)
	draw(t, s, "one   \r\n\x1b[2Ctwo\x1b[1;9Hend")
	want := "one     end\n  two\n\n"
	if d := cmp.Diff(want, s.Text()); d != "" {
		t.Error(d)
	}
	if x, y, ok := s.Find("two"); x != 2 || y != 1 || !ok {
		t.Errorf("two was found at %d,%d (%v)", x, y, ok)
	}
	if _, _, ok := s.Find("three"); ok {
		t.Error("found what isn't there")
	}
}

func TestALineFeedReturnsTheCarriageOnlyWhenNewlinesAreMapped(t *testing.T) {
	for _, c := range []struct {
		mapped bool
		want   string
	}{{false, "ab\n  cd\n"}, {true, "ab\ncd\n"}} {
		s := NewScreen(10, 2)
		s.MapNewlines(c.mapped)
		draw(t, s, "ab\ncd")
		if got := s.Text(); got != c.want {
			t.Errorf("mapped %v: %q, want %q", c.mapped, got, c.want)
		}
	}
}

func TestAWideRuneTakesTwoCellsAndIsReadOnce(t *testing.T) {
	s := NewScreen(8, 1)
	draw(t, s, "a木b")
	if got := s.Line(0); got != "a木b" {
		t.Errorf("line %q", got)
	}
	widths := []int{s.Cell(0, 0).Width, s.Cell(1, 0).Width, s.Cell(2, 0).Width, s.Cell(3, 0).Width}
	if d := cmp.Diff([]int{1, 2, 0, 1}, widths); d != "" {
		t.Error(d)
	}
	if x, _, _ := s.Find("b"); x != 3 {
		t.Errorf("b stands in column %d", x)
	}
}

func TestCellsCarryTheirStyle(t *testing.T) {
	s := NewScreen(20, 1)
	draw(t, s, "\x1b[1mB\x1b[0;2mF\x1b[0;3mI\x1b[0;4mU\x1b[0;7mR\x1b[0;9mS\x1b[0;38;2;1;2;3;48;5;200mC\x1b[0mp")
	got := make([]Cell, 8)
	for i := range got {
		got[i] = s.Cell(i, 0)
	}
	attributes := []bool{got[0].Bold, got[1].Faint, got[2].Italic, got[3].Underline, got[4].Reverse, got[5].Strikethrough}
	if slices.Contains(attributes, false) {
		t.Errorf("attributes are lost: %v", attributes)
	}
	r, g, b, _ := got[6].Fg.RGBA()
	if r>>8 != 1 || g>>8 != 2 || b>>8 != 3 || got[6].Bg == nil {
		t.Errorf("colours are lost: %+v", got[6])
	}
	if d := cmp.Diff(Cell{Text: "p", Width: 1}, got[7]); d != "" {
		t.Errorf("a plain cell has a style: %s", d)
	}
}

func TestBytesAreCountedFromTheMark(t *testing.T) {
	s := NewScreen(10, 2)
	draw(t, s, "hello")
	s.Mark()
	draw(t, s, "\x1b[1mx")
	if s.Bytes() != 5 || s.Raw() != "\x1b[1mx" {
		t.Errorf("%d bytes, %q", s.Bytes(), s.Raw())
	}
}

func TestQueriesStayUnansweredUnlessSomebodyListens(t *testing.T) {
	const queries = "ab\x1b[c\x1b[>c\x1b[5n\x1b[6n\x1b[?6n\x1b[?2026$p\x1b[?12345$p\x1b[4$p\x1b]11;?\x07\x1b]10;?\x1b\\\x1b[?2048h"
	mute := NewScreen(10, 2)
	draw(t, mute, queries)
	if got := mute.Line(0); got != "ab" {
		t.Errorf("queries were drawn: %q", got)
	}
	var answers strings.Builder
	s := NewScreen(10, 2)
	s.Answer(func(a string) { answers.WriteString(a) })
	draw(t, s, queries)
	want := "\x1b[?62;22c\x1b[>1;10;0c\x1b[0n\x1b[1;3R\x1b[1;3R\x1b[?2026;2$y\x1b[?12345;0$y\x1b[4;0$y" +
		"\x1b]11;rgb:1010/1212/1818\x1b\\\x1b]10;rgb:e0e0/e0e0/e0e0\x1b\\"
	if d := cmp.Diff(want, answers.String()); d != "" {
		t.Error(d)
	}
}

func TestTitleClipboardBellCursorAndAltScreenAreSeen(t *testing.T) {
	s := NewScreen(10, 2)
	draw(t, s, "\x1b]2;cooper\x07\x1b]52;c;aGVsbG8=\x07\x1b]52;c;!!\x07\a\x1b[?1049h\x1b[?25l\x1b[2;4H")
	if s.Title() != "cooper" || s.Bells() != 1 || !s.AltScreen() {
		t.Errorf("title %q, bells %d, alt %v", s.Title(), s.Bells(), s.AltScreen())
	}
	if d := cmp.Diff([]string{"hello"}, s.Copied()); d != "" {
		t.Error(d)
	}
	if x, y, visible := s.Cursor(); x != 3 || y != 1 || visible {
		t.Errorf("cursor %d,%d visible %v", x, y, visible)
	}
}

func TestResizeKeepsWhatStillFits(t *testing.T) {
	s := NewScreen(10, 2)
	draw(t, s, "0123456789")
	s.Resize(4, 3)
	if w, h := s.Size(); w != 4 || h != 3 || s.Line(0) != "0123" {
		t.Errorf("%d×%d %q", w, h, s.Line(0))
	}
}
