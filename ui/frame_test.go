package ui

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

// counting counts the keys it got and shows the number.
func counting() *rig {
	n := 0
	r := newRig()
	r.home.on = func(m tea.Msg) tea.Cmd {
		if _, ok := m.(tea.KeyPressMsg); ok {
			n++
		}
		return nil
	}
	r.home.render = func(w, h int) string { return strings.Repeat("row\n", h-1) + "count " + strconv.Itoa(n) }
	return r
}

func TestTwoThousandKeysCostTwoDrawingsAndTheLastIsTrue(t *testing.T) {
	r := counting()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Sleep(time.Second)
		before := r.home.draws
		burst := make([]string, 2000)
		for i := range burst {
			burst[i] = "j"
		}
		p.Burst(burst...)
		p.Sees("count 2000")
		if n := r.home.draws - before; n > 2 {
			t.Errorf("%d drawings", n)
		}
		p.Mark()
		p.Sleep(time.Hour)
		if p.Bytes() != 0 || r.home.draws-before > 2 {
			t.Errorf("%d bytes in an idle hour", p.Bytes())
		}
	})
}

func TestAKeyAfterARestIsDrawnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := counting().start(80, 24)
		r.View()
		time.Sleep(gate)
		k, _ := uitest.Key("j")
		if _, cmd := r.Update(k); cmd != nil {
			t.Error("an idle program starts a timer")
		}
		if !strings.Contains(r.View().Content, "count 1") {
			t.Error("the key waits for the gate")
		}
		_, cmd := r.Update(k)
		if strings.Contains(r.View().Content, "count 2") {
			t.Error("the gate is open")
		}
		start := time.Now()
		r.Update(cmd())
		if !strings.Contains(r.View().Content, "count 2") || time.Since(start) != gate {
			t.Errorf("drawn after %v", time.Since(start))
		}
	})
}

func TestAScreenIsCheapToSend(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{Width: 120, Height: 40}, r, func(p *uitest.Program) {
		r.home.render = func(w, h int) string { return strings.Repeat(strings.Repeat("x", w)+"\n", h) }
		p.Send(tea.FocusMsg{})
		p.Mark()
		p.Send(Push(NewConfirm(ConfirmOptions{Title: "Delete?", Text: strings.Repeat("word ", 60)}))())
		if p.Bytes() > 1600 {
			t.Errorf("a dialog costs %d bytes", p.Bytes())
		}
	})
}

func TestRedrawClearsTheScreen(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Mark()
		p.Press("ctrl+l")
		if p.Bytes() < 50 || !strings.Contains(p.Screen().Raw(), "\x1b[2J") {
			t.Errorf("%d bytes: %q", p.Bytes(), p.Screen().Raw())
		}
		p.Sees("buckets")
	})
}

func TestFullDrawClearsOnceAfterABurst(t *testing.T) {
	r := newRig(func(r *rig) { r.opts.FullDraw = true })
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Sleep(time.Second)
		p.Mark()
		p.Burst("j", "j", "j")
		p.Sleep(time.Second)
		if n := strings.Count(p.Screen().Raw(), "\x1b[2J"); n != 1 {
			t.Errorf("cleared %d times", n)
		}
	})
}

func TestTheWheelScrollsAtMostSixtyTimesASecond(t *testing.T) {
	now := time.Unix(0, 0)
	filter := WheelFilter(func() time.Time { return now })
	passed := 0
	for range 1000 { // a second of a fast wheel
		now = now.Add(time.Millisecond)
		if filter(nil, tea.MouseWheelMsg{}) != nil {
			passed++
		}
		if filter(nil, tea.KeyPressMsg{}) == nil {
			t.Fatal("a key was dropped")
		}
	}
	if passed < 50 || passed > 60 {
		t.Errorf("%d passed", passed)
	}
	r := newRig(func(r *rig) { r.opts.Mouse = true })
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Wheel(3, 5, 2)
		p.Wheel(3, 5, -1)
		if r.home.keys() != "down down up" {
			t.Errorf("got %q", r.home.keys())
		}
		if r.View().MouseMode != tea.MouseModeCellMotion {
			t.Error("the mouse isn't asked for")
		}
	})
}

func BenchmarkTwoThousandKeys(b *testing.B) {
	for b.Loop() {
		r := counting()
		r.Init()
		r.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		k := tea.KeyPressMsg{Code: 'j', Text: "j"}
		for range 2000 {
			r.Update(k)
			r.View()
		}
	}
}

func BenchmarkDrawWithDialog(b *testing.B) {
	r := bucketRig()
	r.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	r.open(r.opts.Start)
	r.push(pushMsg{dialog: NewText("Policy", strings.Repeat("line of text\n", 90))})
	for b.Loop() {
		r.draw()
	}
}

func BenchmarkDraw(b *testing.B) {
	r := bucketRig()
	r.views["objects"].(*sided).render = func(w, h int) string { return strings.Repeat(strings.Repeat("x", w)+"\n", h) }
	r.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	r.open(r.opts.Start)
	for b.Loop() {
		r.draw()
	}
}
