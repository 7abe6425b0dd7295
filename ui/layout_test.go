package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestPartsOfABoxFillItAndNeverLeaveIt(t *testing.T) {
	for _, c := range []struct {
		total int
		sizes []Size
		want  []int
	}{
		{24, []Size{Fixed(1), Fill(1), Fixed(2)}, []int{1, 21, 2}},
		{10, []Size{Fill(1), Fill(2)}, []int{3, 7}},
		{10, []Size{Fixed(0), Fill(1)}, []int{0, 10}},
		{2, []Size{Fixed(1), Fill(1), Fixed(1), Fixed(1)}, []int{1, 0, 1, 0}},
		{-3, []Size{Fixed(1), Fill(1)}, []int{0, 0}},
		{7, []Size{Fill(1), Fill(1), Fill(1)}, []int{2, 2, 3}},
	} {
		got := split(c.total, c.sizes)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("split(%d) = %v, want %v", c.total, got, c.want)
				break
			}
		}
	}
	cols := Box{2, 3, 20, 5}.Columns(Fill(1), Fixed(1), Fixed(6))
	if cols[2] != (Box{16, 3, 6, 5}) || cols[0].W != 13 {
		t.Errorf("columns %v", cols)
	}
	if in := (Box{0, 0, 3, 9}).Inset(2); in != (Box{1, 1, 1, 7}) {
		t.Errorf("inset %v", in)
	}
}

func TestTextIsCutAndPaddedByColumns(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Cut("abcdef", 4), "abc…"},
		{Cut("abc", 3), "abc"},
		{Cut("鍵鍵鍵", 4), "鍵…"},
		{Cut("x", 0), ""},
		{Pad("ab", 4), "ab  "},
		{Pad("鍵鍵", 3), "鍵…"},
		{Pad("\x1b[1mab\x1b[m", 3), "\x1b[1mab\x1b[m "},
		{PadLeft("12", 4), "  12"},
		{CutLeft("abcdef", 4), "…def"},
		{CutLeft("a鍵鍵", 4), "…鍵"},
		{Fit("a\nbb\nccc\ndddd", 2, 3), "a \nbb\nc…"},
		{strings.Join(Wrap("one two three", 7), "|"), "one two|three"},
		{strings.Join(HardWrap("abcdef", 4), "|"), "abcd|ef"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestAnOverlayCoversOnlyItsBox(t *testing.T) {
	plain := func(s string) string { return strings.NewReplacer("\x1b[m", "", "\x1b[0m", "").Replace(s) }
	got := plain(Overlay("aaaaa\nbbbbb\nccccc", "XX\nYY", 2, 1))
	if want := "aaaaa\nbbXXb\nccYYc"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for x := range 6 {
		for _, box := range []string{"X", "XY", "鍵"} {
			wide := plain(Overlay("鍵a鍵鍵b", box, x, 0))
			if Width(wide) != max(8, x+Width(box)) || !strings.Contains(wide, box) {
				t.Errorf("%q at %d: got %q, %d columns", box, x, wide, Width(wide))
			}
		}
	}
}

func TestSizesCountsAndAgesAreShort(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Bytes(0), "0 B"}, {Bytes(999), "999 B"}, {Bytes(1000), "0.98 KiB"}, {Bytes(1024), "1.00 KiB"},
		{Bytes(1500), "1.46 KiB"}, {Bytes(12 << 20), "12.0 MiB"}, {Bytes(1023 << 10), "1.00 MiB"},
		{Bytes(5 << 40), "5.00 TiB"}, {Bytes(1<<63 - 1), "8.00 EiB"}, {Bytes(-2048), "-2.00 KiB"},
		{Thousands(0), "0"}, {Thousands(-1234567), "-1,234,567"}, {Thousands(999), "999"},
		{Count(12000, false), "12,000+"}, {Count(3, true), "3"},
		{Plural(1, "object", "objects"), "1 object"}, {Plural(2000, "object", "objects"), "2,000 objects"},
		{Age(now.Add(-5*time.Second), now), "5 s"}, {Age(now.Add(-90*time.Minute), now), "1 h"},
		{Age(now.AddDate(0, 0, -9), now), "9 d"}, {Age(now.AddDate(0, -5, 0), now), "5 mo"},
		{Age(now.AddDate(-3, 0, 0), now), "3 y"}, {Age(now.Add(time.Minute), now), "in 1 min"},
		{Age(time.Time{}, now), "–"}, {Span(500 * time.Millisecond), "0 s"},
		{Time(now), "2026-03-01 12:00:00Z"}, {Time(time.Time{}), "–"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestBytesAreAtMostEightColumnsWide(t *testing.T) {
	for n := int64(1); n > 0; n *= 3 {
		if s := Bytes(n); Width(s) > 8 {
			t.Errorf("Bytes(%d) = %q", n, s)
		}
	}
}

func TestTheTopLineKeepsHowTheServerIsReached(t *testing.T) {
	s := New(Options{Name: "cooper", Identity: func() Identity {
		return Identity{Profile: "prod", Account: "111122223333", Root: true, Region: "eu-west-1",
			Endpoint: "storage.department.example.com:9443", Scheme: "https", Demo: true}
	}})
	for _, w := range []int{80, 120} {
		line := ansi.Strip(s.identityLine(w))
		if !strings.Contains(line, "https") || !strings.Contains(line, "[DEMO]") || Width(line) != w {
			t.Errorf("at %d columns: %q", w, line)
		}
	}
}
