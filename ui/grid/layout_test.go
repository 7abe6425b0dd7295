package grid

import (
	"fmt"
	"strings"
	"testing"
)

func show(l layout) string {
	parts := make([]string, 0, len(l.spans))
	for _, s := range l.spans {
		parts = append(parts, fmt.Sprintf("%d@%d+%d", s.col, s.x, s.w))
	}
	return fmt.Sprintf("%s pan %d", strings.Join(parts, " "), l.pan)
}

func TestColumnsShareTheRoomAndTheLeastImportantGoFirst(t *testing.T) {
	two := []Column{{Width: 5, Flex: 1}, {Width: 5, Flex: 3, Max: 20}, {Width: 6}}
	for _, c := range []struct {
		name string
		cols []Column
		w    int
		want string
	}{
		{"all fit", objectColumns, 81, "0@3+35 1@40+9 2@51+12 3@65+16 pan 0"},
		{"exactly", objectColumns, 58, "0@3+12 1@17+9 2@28+12 3@42+16 pan 0"},
		{"one short: Class goes", objectColumns, 57, "0@3+25 1@30+9 3@41+16 pan 0"},
		{"then Modified", objectColumns, 41, "0@3+27 1@32+9 pan 0"},
		{"nothing left to drop", objectColumns, 21, "0@3+12 1@17+4 pan 0"},
		{"only the first", objectColumns, 11, "0@3+8 pan 0"},
		{"no room at all", objectColumns, 3, " pan -1"},
		{"shares", two, 43, "0@3+10 1@15+20 2@37+6 pan 0"},
		{"a full column leaves the rest to others", two, 63, "0@3+30 1@35+20 2@57+6 pan 0"},
		{"fixed only", []Column{{Width: 4}, {Width: 4}}, 81, "0@3+4 1@9+4 pan -1"},
	} {
		if got := show(arrange(c.cols, c.w)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestNoColumnLeavesTheScreenAtAnyWidth(t *testing.T) {
	for w := range 200 {
		x := 0
		for _, s := range arrange(objectColumns, w).spans {
			if s.x < x || s.w < 1 || s.x+s.w > w {
				t.Fatalf("width %d: span %+v after column %d", w, s, x)
			}
			x = s.x + s.w + gap
		}
	}
}
