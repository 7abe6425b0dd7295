package grid

import (
	"slices"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"cooper/ui/uitest"
)

func press(t *testing.T, g *Grid, keys ...string) {
	t.Helper()
	for _, name := range keys {
		k, err := uitest.Key(name)
		if err != nil {
			t.Fatal(err)
		}
		if !g.Key(k) {
			t.Fatalf("%q is not one of the grid's keys", name)
		}
		g.Render(80, 11) // ten rows
	}
}

func TestKeysMoveTheCursorAndScroll(t *testing.T) {
	for _, c := range []struct {
		keys        []string
		cursor, top int
	}{
		{nil, 0, 0},
		{[]string{"k"}, 0, 0},
		{[]string{"j", "down", "j", "up"}, 2, 0},
		{slices.Repeat([]string{"j"}, 12), 12, 3},
		{append(slices.Repeat([]string{"j"}, 12), slices.Repeat([]string{"k"}, 5)...), 7, 3},
		{[]string{"G"}, 99, 90},
		{[]string{"end", "j"}, 99, 90},
		{[]string{"G", "g"}, 0, 0},
		{[]string{"G", "home"}, 0, 0},
		{[]string{"pgdown"}, 10, 10},
		{[]string{"j", "j", "pgdown", "pgdown"}, 22, 20},
		{[]string{"pgdown", "pgup", "pgup"}, 0, 0},
		{[]string{"j", "ctrl+d"}, 6, 5},
		{[]string{"pgdown", "ctrl+u"}, 5, 5},
	} {
		g := newGrid(&objects{n: 100})
		g.Render(80, 11)
		press(t, g, c.keys...)
		if g.Cursor() != c.cursor || g.Top() != c.top {
			t.Errorf("%v: cursor %d top %d, want %d %d", c.keys, g.Cursor(), g.Top(), c.cursor, c.top)
		}
	}
}

func TestOtherKeysAreLeftToTheScreen(t *testing.T) {
	g := newGrid(&objects{n: 3})
	for _, name := range []string{"enter", "d", "/", "esc", "ctrl+c", "A"} {
		if k, err := uitest.Key(name); err != nil || g.Key(k) {
			t.Errorf("%q was taken (%v)", name, err)
		}
	}
	g.SetKeys(map[string]Motion{"x": RowDown})
	if !g.Key(tea.KeyPressMsg{Code: 'x', Text: "x"}) || g.Cursor() != 1 || g.Key(tea.KeyPressMsg{Code: 'j', Text: "j"}) {
		t.Error("keys can't be rebound")
	}
}

func TestEveryMotionHasAnIDAHelpTextAndKeysOfItsOwn(t *testing.T) {
	ids, keys := map[string]bool{}, map[string]bool{}
	for _, m := range Motions() {
		if m.ID() == "" || m.Help() == "" || len(m.Keys()) == 0 || ids[m.ID()] {
			t.Errorf("motion %d: %q %q %v", m, m.ID(), m.Help(), m.Keys())
		}
		ids[m.ID()] = true
		for _, k := range m.Keys() {
			if keys[k] {
				t.Errorf("%q does two things", k)
			}
			keys[k] = true
		}
	}
	if len(DefaultKeys()) != len(keys) {
		t.Error("DefaultKeys misses a key")
	}
}

func TestTheWheelScrollsAndTakesTheCursorAlongOnlyAtTheEdge(t *testing.T) {
	g := newGrid(&objects{n: 100})
	g.Render(80, 11)
	press(t, g, "j", "j", "j", "j")
	g.Wheel(1)
	if g.Cursor() != 4 || g.Top() != 3 {
		t.Errorf("cursor %d top %d", g.Cursor(), g.Top())
	}
	g.Wheel(1)
	if g.Cursor() != 6 || g.Top() != 6 {
		t.Errorf("cursor %d top %d", g.Cursor(), g.Top())
	}
	g.Wheel(-5)
	if g.Cursor() != 6 || g.Top() != 0 {
		t.Errorf("cursor %d top %d", g.Cursor(), g.Top())
	}
	g.Wheel(1000)
	if g.Cursor() != 90 || g.Top() != 90 {
		t.Errorf("cursor %d top %d", g.Cursor(), g.Top())
	}
}

func TestAClickPutsTheCursorOnTheRowUnderIt(t *testing.T) {
	g := newGrid(&objects{n: 5})
	g.Render(80, 11)
	for y, want := range map[int]bool{0: false, 1: true, 5: true, 6: false, -1: false, 11: false} {
		if got := g.Click(y); got != want || (got && g.Cursor() != y-1) {
			t.Errorf("line %d: %v, cursor %d", y, got, g.Cursor())
		}
	}
}

func TestAnEmptyGridSurvivesEveryMotion(t *testing.T) {
	g := newGrid(&objects{})
	g.Render(80, 11)
	for _, m := range Motions() {
		g.Move(m)
	}
	g.Wheel(3)
	if _, ok := g.Selected(); ok || g.Click(1) || g.SelectRow(0) || g.Cursor() != 0 || g.Marked() != 0 {
		t.Error("an empty grid has a row")
	}
	for range g.Chosen() {
		t.Error("an empty grid has a chosen row")
	}
}

func TestTheCursorStaysOnItsRowWhenTheOrderChanges(t *testing.T) {
	g := newGrid(&objects{n: 100})
	g.Render(80, 11)
	g.SetOrder([]uint32{50, 40, 30})
	if row, _ := g.Selected(); row != 50 {
		t.Errorf("a cursor nobody moved left the first row for %d", row)
	}
	press(t, g, "j")
	g.SetOrder([]uint32{1, 2, 3, 40, 50})
	if row, _ := g.Selected(); row != 40 || g.Cursor() != 3 {
		t.Errorf("row %d at %d", row, g.Cursor())
	}
	g.SetOrder(nil)
	if row, _ := g.Selected(); row != 40 || g.Cursor() != 40 || g.Top() != 37 {
		t.Errorf("row %d at %d, top %d", row, g.Cursor(), g.Top())
	}
}

func TestACursorWhoseRowIsGoneStaysInTheGrid(t *testing.T) {
	g := newGrid(&objects{n: 100})
	g.Render(80, 11)
	press(t, g, "pgdown")
	g.SetOrder([]uint32{7, 8, 9})
	if row, ok := g.Selected(); row != 9 || !ok {
		t.Errorf("the row is gone, and the cursor is on %d", row)
	}
	g.SetOrder([]uint32{})
	if _, ok := g.Selected(); ok || g.Len() != 0 {
		t.Error("nothing matches, yet a row is selected")
	}
	if g.SelectRow(0) || g.SelectRow(5) {
		t.Error("a row outside the order was selected")
	}
}

func TestRowsThatArriveDoNotMoveTheCursor(t *testing.T) {
	src := &objects{n: 20, partial: true}
	g := newGrid(src)
	g.Render(80, 11)
	press(t, g, "G", "k")
	src.n = 1000
	g.Render(80, 11)
	if row, _ := g.Selected(); row != 18 || g.Top() != 10 {
		t.Errorf("row %d, top %d", row, g.Top())
	}
}

func TestTheSourceIsAskedForTheScreenAndAPageEachWay(t *testing.T) {
	src := &objects{n: 100, partial: true}
	g := newGrid(src)
	g.Render(80, 11)
	g.Render(80, 11)
	press(t, g, "pgdown", "pgdown", "G")
	src.n, src.partial = 95, false
	g.Render(80, 11)
	g.SetOrder([]uint32{5, 6, 7, 20, 21, 3})
	g.Render(80, 11)
	want := [][2]int{{0, 20}, {0, 30}, {10, 40}, {80, 110}, {75, 95}, {5, 8}, {20, 22}, {3, 4}}
	if d := cmp.Diff(want, src.wants); d != "" {
		t.Error(d)
	}
}

func TestMarksBelongToRowsAndSurviveTheOrder(t *testing.T) {
	g := newGrid(&objects{n: 200})
	g.Render(80, 11)
	press(t, g, "space", "j", "space")
	if d := cmp.Diff([]int{0, 2}, slices.Collect(g.MarkedRows())); d != "" || g.Cursor() != 3 {
		t.Errorf("%s cursor %d", d, g.Cursor())
	}
	g.SetOrder([]uint32{130, 2, 64})
	press(t, g, "a")
	if d := cmp.Diff([]int{0, 2, 64, 130}, slices.Collect(g.MarkedRows())); d != "" || g.Marked() != 4 {
		t.Error(d)
	}
	press(t, g, "a")
	if d := cmp.Diff([]int{0}, slices.Collect(g.MarkedRows())); d != "" {
		t.Error(d)
	}
	g.SetOrder(nil)
	g.Mark(199, true)
	g.Mark(199, true)
	g.Mark(500, false)
	if d := cmp.Diff([]int{0, 199}, slices.Collect(g.Chosen())); d != "" || !g.IsMarked(199) || g.IsMarked(500) {
		t.Error(d)
	}
	g.Unmark()
	g.SelectRow(7)
	if d := cmp.Diff([]int{7}, slices.Collect(g.Chosen())); d != "" {
		t.Error(d)
	}
	for range g.Chosen() {
		break
	}
}

func TestSidewaysScrollingStopsAtTheLongestText(t *testing.T) {
	g := newGrid(&objects{n: 5, name: func(int) string { return "0123456789012345678901234567890123456789abcde" }}) // 45 in 34
	g.Render(80, 11)
	press(t, g, "l")
	if g.pan != 8 {
		t.Errorf("pan %d", g.pan)
	}
	press(t, g, "right", "l", "l")
	if g.pan != 11 {
		t.Errorf("pan %d", g.pan)
	}
	press(t, g, "h", "left", "h")
	if g.pan != 0 {
		t.Errorf("pan %d", g.pan)
	}
}

func TestANewSourceStartsAfresh(t *testing.T) {
	g := newGrid(&objects{n: 100})
	g.Render(80, 11)
	press(t, g, "a", "G", "l")
	g.SetOrder([]uint32{4, 5})
	g.SetSource(&objects{n: 10})
	if g.Marked() != 0 || g.Cursor() != 0 || g.Len() != 10 {
		t.Errorf("marks %d cursor %d len %d", g.Marked(), g.Cursor(), g.Len())
	}
}
