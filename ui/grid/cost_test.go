package grid

import (
	"math/rand/v2"
	"testing"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

// screen is the smallest program around a grid.
type screen struct {
	g    *Grid
	w, h int
}

func (s *screen) Init() tea.Cmd { return nil }

func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		s.w, s.h = m.Width, m.Height
	case tea.KeyPressMsg:
		s.g.Key(m)
	}
	return s, nil
}

func (s *screen) View() tea.View {
	v := tea.NewView(s.g.Render(s.w, s.h))
	v.AltScreen = true
	return v
}

func TestAKeyCostsFewBytes(t *testing.T) {
	build := func(*testing.T) tea.Model { return &screen{g: newGrid(&objects{n: 1_000_000})} }
	uitest.InBubble(t, uitest.Opts{Width: 120, Height: 40}, build, func(t *testing.T, p *uitest.Program) {
		p.Press("j", "j")
		for _, c := range []struct {
			name  string
			setup []string
			key   string
			limit int
		}{
			{"a step", nil, "j", 450},
			{"a step back", nil, "k", 450},
			{"a step that scrolls down", append(repeat("k", 40), repeat("j", 40)...), "j", 600},
			{"a step that scrolls up", append(repeat("j", 40), repeat("k", 38)...), "k", 600},
			{"a mark", nil, "space", 450},
			{"a step at the end", []string{"G"}, "j", 0},
		} {
			p.Press(c.setup...)
			p.Mark()
			p.Press(c.key)
			if n := p.Bytes(); n > c.limit {
				t.Errorf("%s costs %d bytes, more than %d", c.name, n, c.limit)
			} else {
				t.Logf("%s: %d bytes", c.name, n)
			}
		}
		p.Mark()
		p.Wait()
		if n := p.Bytes(); n != 0 {
			t.Errorf("%d bytes while idle", n)
		}
	})
}

func TestTheTerminalShowsWhatWasDrawnAfterEveryKey(t *testing.T) {
	g := newGrid(&objects{n: 500})
	build := func(*testing.T) tea.Model { return &screen{g: g} }
	uitest.InBubble(t, uitest.Opts{Width: 60, Height: 12}, build, func(t *testing.T, p *uitest.Program) {
		r := rand.New(rand.NewPCG(7, 7))
		keys := []string{"j", "j", "j", "k", "k", "pgdown", "pgup", "ctrl+d", "ctrl+u", "G", "g", "space", "l", "h"}
		for range 150 {
			key := keys[r.IntN(len(keys))]
			p.Press(key)
			if d := uitest.Diff(uitest.Draw(t, g.Render(60, 12), 60, 12).Text(), p.Text()); d != "" {
				t.Fatalf("after %s:\n%s", key, d)
			}
		}
	})
}

func repeat(key string, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = key
	}
	return keys
}

func BenchmarkDraw36Rows(b *testing.B) {
	g := newGrid(&objects{n: 1_000_000})
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = g.AppendTo(buf[:0], 120, 37)
	}
}

func BenchmarkRenderAFullScreenAfterAStep(b *testing.B) {
	g := newGrid(&objects{n: 1_000_000})
	b.ReportAllocs()
	for b.Loop() {
		g.Move(RowDown)
		g.Render(120, 40)
	}
}

func BenchmarkDraw36RowsOfForeignText(b *testing.B) {
	g := newGrid(&objects{n: 1_000_000, name: func(int) string { return "rechnungen/größe-木木木-2026.pdf" }})
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = g.AppendTo(buf[:0], 120, 37)
	}
}

func TestDrawingAllocatesNothing(t *testing.T) {
	g := newGrid(&objects{n: 1_000_000})
	buf := g.AppendTo(nil, 120, 40)
	buf = g.AppendTo(buf[:0], 120, 40)
	if n := testing.AllocsPerRun(100, func() { buf = g.AppendTo(buf[:0], 120, 40) }); n > 1 {
		t.Errorf("%.0f allocations a drawing", n)
	}
}
