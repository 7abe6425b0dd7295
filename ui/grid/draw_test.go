package grid

import (
	"fmt"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"cooper/ui/uitest"
)

var sizes = []struct{ w, h int }{{80, 24}, {120, 40}, {40, 10}}

// on draws g on an emulated screen of w×h and checks that it fills it exactly.
func on(t *testing.T, g *Grid, w, h int) *uitest.Screen {
	t.Helper()
	text := g.Render(w, h)
	lines := strings.Split(text, "\n")
	if len(lines) != h {
		t.Errorf("%d lines instead of %d", len(lines), h)
	}
	for i, l := range lines {
		if got := ansi.StringWidth(l); got != w {
			t.Errorf("line %d is %d wide instead of %d: %q", i, got, w, l)
		}
	}
	return uitest.Draw(t, text, w, h)
}

func TestAFullGridAtEverySize(t *testing.T) {
	for _, size := range sizes {
		g := newGrid(&objects{n: 12000, partial: true})
		g.SetSort(1, true)
		g.Render(size.w, size.h)
		press(t, g, "space", "space", "j", "j")
		uitest.Golden(t, fmt.Sprintf("full-%dx%d", size.w, size.h), on(t, g, size.w, size.h).Text())
	}
}

func TestEmptyLoadingPartialDeniedAndFailedAreFiveDifferentPictures(t *testing.T) {
	red := PairOf(lipgloss.NewStyle().Foreground(lipgloss.Color("#ed8796")))
	for _, c := range []struct {
		name    string
		n       int
		picture Picture
		note    string
	}{
		{name: "empty", picture: Picture{Sign: "∅", Title: "No objects here", Hint: "u upload · esc back"}},
		{name: "loading", picture: Picture{Title: "Listing objects …", Hint: "esc stop"}},
		{name: "denied", picture: Picture{Sign: "✗", Title: "You may not list this bucket", Lines: []string{"s3:ListBucket is denied"}, Hint: "! details", Style: red}},
		{name: "failed", picture: Picture{Sign: "!", Title: "The listing failed", Lines: []string{"connection reset by peer", "after 3 attempts"}, Hint: "r retry · ! details", Style: red}},
		{name: "partial", n: 3, note: "Stopped after 3 objects: connection reset · r go on"},
	} {
		for _, size := range sizes {
			g := newGrid(&objects{n: c.n})
			g.SetPicture(c.picture)
			g.SetNote(c.note, red)
			uitest.Golden(t, fmt.Sprintf("%s-%dx%d", c.name, size.w, size.h), on(t, g, size.w, size.h).Text())
		}
	}
}

func TestForeignKeysAreDrawnInTheirColumn(t *testing.T) {
	names := []string{"plain.txt", "ünïcödé.txt", "木木木木木木木木木木木木木木木木木木木木木木木木木木木木", "esc\x1b[2Jape", "tab\tbed", "👩\u200d👩\u200d👧.jpg", "a\u202eb"}
	for _, size := range sizes {
		g := newGrid(&objects{n: len(names), name: func(row int) string { return names[row] }})
		uitest.Golden(t, fmt.Sprintf("foreign-%dx%d", size.w, size.h), on(t, g, size.w, size.h).Text())
	}
}

func TestForeignTextIsCleanedOncePerCellAndPlainTextNotAtAll(t *testing.T) {
	names := []string{"plain.txt", "tab\tbed"}
	g := newGrid(&objects{n: len(names), name: func(row int) string { return names[row] }})
	var seen []string
	g.SetClean(func(s string) string {
		seen = append(seen, s)
		return strings.ReplaceAll(s, "\t", "␉")
	})
	s := on(t, g, 80, 5)
	if _, _, ok := s.Find("tab␉bed "); !ok {
		t.Error(s.Text())
	}
	if d := cmp.Diff([]string{"tab\tbed"}, seen); d != "" {
		t.Error(d)
	}
}

func TestPannedTextShowsWhatIsHiddenOnEitherSide(t *testing.T) {
	names := []string{"short", strings.Repeat("0123456789", 6), "logs/2026/03/01/0001-0002-0003-0004-0005-end.gz"}
	g := newGrid(&objects{n: len(names), name: func(row int) string { return names[row] }})
	g.Render(80, 8)
	press(t, g, "l", "l")
	uitest.Golden(t, "panned-80x8", on(t, g, 80, 8).Text())
}

func TestTheCursorAndTheMarkAreSeenWithoutColour(t *testing.T) {
	g := New(&objects{n: 4}, objectColumns...)
	g.Mark(0, true)
	g.Mark(2, true)
	s := on(t, g, 80, 6)
	want := []string{">*", "  ", " *", "  "}
	for y, sign := range want {
		if got := s.Cell(0, y+1).Text + s.Cell(1, y+1).Text; got != sign {
			t.Errorf("row %d starts with %q, want %q", y, got, sign)
		}
	}
}

func TestStylesReachTheirCellsAndNoFurther(t *testing.T) {
	g := newGrid(&objects{n: 6})
	g.Mark(1, true)
	s := on(t, g, 80, 8)
	if !s.Cell(2, 0).Bold || !s.Cell(79, 0).Bold {
		t.Error("the header is not bold over its whole width")
	}
	if s.Cell(0, 1).Bg == nil || s.Cell(79, 1).Bg == nil || s.Cell(0, 2).Bg != nil {
		t.Error("the cursor's row must have a background over its whole width, and no other row")
	}
	if s.Cell(1, 2).Fg == nil || s.Cell(3, 2).Fg != nil {
		t.Error("the mark must have its colour, and nothing after it")
	}
	x, _, _ := s.Find("GLACIER")
	if !s.Cell(x, 5).Faint || s.Cell(x+7, 5).Faint || s.Cell(x, 4).Faint {
		t.Error("a faint cell must be faint, and only it")
	}
}

func TestTheCursorsRowLooksDifferentWithoutFocus(t *testing.T) {
	g := newGrid(&objects{n: 6})
	g.SetFocus(false)
	if s := on(t, g, 80, 8); !s.Cell(40, 1).Underline || s.Cell(40, 1).Bg != nil {
		t.Error("the cursor's row must look different without focus")
	}
}

func TestCellStylesInTheCursorsRowKeepItsBackground(t *testing.T) {
	g := newGrid(&objects{n: 2})
	look := testLook()
	look.SelectedCells = []Pair{{}, PairOf(lipgloss.NewStyle().Background(lipgloss.Color("#363a4f")).Italic(true))}
	g.SetLook(look)
	s := on(t, g, 80, 4)
	x, _, _ := s.Find("0 B")
	if !s.Cell(x, 1).Italic || s.Cell(x, 1).Bg == nil {
		t.Errorf("%+v", s.Cell(x, 1))
	}
	if after := s.Cell(x+3, 1); after.Italic || after.Bg == nil || !after.Bold {
		t.Errorf("the row's style does not go on after the cell: %+v", after)
	}
}

func TestTheCountSaysWhatIsKnown(t *testing.T) {
	src := &objects{n: 12000, partial: true}
	g := newGrid(src)
	steps := []struct {
		do   func()
		want string
	}{
		{func() {}, "12,000+"},
		{func() { g.SetOrder([]uint32{1, 2, 3}) }, "3 of 12,000+"},
		{func() { src.partial = false; g.MarkAll() }, "3 of 12,000 · 3 marked"},
		{func() { g.SetOrder(nil) }, "12,000 · 3 marked"},
		{func() { g.SetSource(&objects{}) }, "0"},
	}
	for _, s := range steps {
		s.do()
		if d := cmp.Diff(s.want, g.Count()); d != "" {
			t.Error(d)
		}
	}
}

func TestAnySizeIsFilledExactly(t *testing.T) {
	for _, n := range []int{0, 1, 100} {
		for w := 1; w < 70; w += 3 {
			for h := 1; h < 9; h++ {
				g := newGrid(&objects{n: n})
				g.SetPicture(Picture{Sign: "∅", Title: "No objects here", Lines: []string{"none"}, Hint: "u upload"})
				on(t, g, w, h)
				g.SetNote("a note", Pair{})
				on(t, g, w, h)
			}
		}
	}
	if g := newGrid(&objects{n: 1}); g.Render(0, 5) != "" || g.Render(5, 0) != "" {
		t.Error("no room must draw nothing")
	}
}
