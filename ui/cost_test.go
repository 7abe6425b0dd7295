package ui_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
	"cooper/ui/grid"
	"cooper/ui/uitest"
)

// rows is a source of a million keys.
type rows struct{}

func (rows) Len() (int, bool) { return 1_000_000, true }
func (rows) Want(int, int)    {}
func (rows) Cell(row, col int, dst []byte) ([]byte, grid.Style) {
	switch col {
	case 0:
		return fmt.Appendf(dst, "logs/2026/03/%07d/part-%d.json.gz", row, row%7), 0
	case 1:
		return strconv.AppendInt(dst, int64(row)*977%100_000, 10), 0
	}
	return append(dst, "2026-03-01 12:00:00Z"...), 0
}

// list is a screen with a table, and with a side panel when it is asked for.
type list struct{ g *grid.Grid }

func (l *list) Init() tea.Cmd { return nil }
func (l *list) Update(m tea.Msg) tea.Cmd {
	if k, ok := m.(tea.KeyPressMsg); ok {
		l.g.Key(k)
	}
	return nil
}
func (l *list) Render(w, h int) string { return l.g.Render(w, h) }
func (l *list) Title() string          { return "objects" }
func (l *list) Actions() []ui.Action   { return nil }

type listWithSide struct{ list }

func (l *listWithSide) Side(w, h int) string {
	row, _ := l.g.Selected()
	var b strings.Builder
	for i := range h {
		fmt.Fprintf(&b, "%-12s %d\n", "field "+strconv.Itoa(i), row*31+i)
	}
	return ui.Fit(b.String(), w, h)
}

func newList() list {
	g := grid.New(rows{}, grid.Column{Title: "Key", Flex: 1, Width: 20},
		grid.Column{Title: "Size", Width: 8, Align: grid.Right}, grid.Column{Title: "Time", Width: 20})
	before, after := ui.NewTheme(ui.ThemeOptions{}).Cell(ui.RoleSelected)
	g.SetLook(grid.Look{Selected: grid.Pair{Prefix: before, Suffix: after}}.Unicode())
	return list{g}
}

func listShell(v ui.View) *ui.Shell {
	return ui.New(ui.Options{Name: "cooper", Home: ui.Place{Screen: "list"}, KeepDark: true,
		Screens: map[string]func(ui.Place) ui.View{"list": func(ui.Place) ui.View { return v }}})
}

// bytesPerKey presses a key n times and returns what it costs on average, and
// what comes after the person rests.
func bytesPerKey(p *uitest.Program, key string, n int) (each, after int) {
	p.Sleep(time.Second)
	p.Mark()
	for range n {
		p.Press(key)
	}
	each = p.Bytes() / n
	p.Mark()
	p.Sleep(time.Second)
	return each, p.Bytes()
}

func TestAKeyCostsFewBytes(t *testing.T) {
	l := newList()
	uitest.InBubble(t, uitest.Opts{Width: 120, Height: 40}, func(*testing.T) tea.Model { return listShell(&l) },
		func(t *testing.T, p *uitest.Program) {
			step, rest := bytesPerKey(p, "down", 20)
			t.Logf("step %d", step)
			if step > 450 || rest != 0 {
				t.Errorf("a step costs %d bytes, then %d", step, rest)
			}
			p.Burst(strings.Fields(strings.Repeat("down ", 40))...)
			if scroll, _ := bytesPerKey(p, "down", 20); scroll > 600 {
				t.Errorf("a step that scrolls costs %d bytes", scroll)
			}
		})
}

func TestAKeyWithTheSidePanelCostsFewBytes(t *testing.T) {
	l := &listWithSide{newList()}
	uitest.InBubble(t, uitest.Opts{Width: 120, Height: 40}, func(*testing.T) tea.Model { return listShell(l) },
		func(t *testing.T, p *uitest.Program) {
			step, panel := bytesPerKey(p, "down", 1)
			t.Logf("step %d, panel %d", step, panel)
			if step+panel > 1500 || panel == 0 {
				t.Errorf("a step costs %d bytes and its panel %d", step, panel)
			}
		})
}
