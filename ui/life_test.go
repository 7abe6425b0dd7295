package ui

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// deliver runs a command and the answer it makes, as the shell does.
func deliver(cmd tea.Cmd) tea.Cmd {
	if a, ok := cmd().(Answer); ok {
		return a.Run()
	}
	return nil
}

func TestAnAnswerComesBackToTheLoop(t *testing.T) {
	l := NewLife(t.Context())
	var got int
	cmd := Do(l, "a", func(context.Context) (int, error) { return 42, nil }, func(n int, err error) tea.Cmd {
		got = n
		return Status("done", Good)
	})
	if !l.Busy("a") {
		t.Error("the slot is not busy while the request runs")
	}
	if deliver(cmd) == nil || got != 42 {
		t.Errorf("got %d", got)
	}
	if l.Busy("a") {
		t.Error("the slot is still busy")
	}
}

func TestANewRequestInTheSlotSupersedesTheOld(t *testing.T) {
	l := NewLife(t.Context())
	var cause error
	var got []string
	keep := func(s string, _ error) tea.Cmd { got = append(got, s); return nil }
	first := Do(l, "a", func(ctx context.Context) (string, error) { cause = context.Cause(ctx); return "first", nil }, keep)
	other := Do(l, "b", func(context.Context) (string, error) { return "other", nil }, keep)
	second := Do(l, "a", func(context.Context) (string, error) { return "second", nil }, keep)
	deliver(second)
	deliver(first)
	deliver(other)
	if len(got) != 2 || got[0] != "second" || got[1] != "other" {
		t.Errorf("delivered %v", got)
	}
	if !errors.Is(cause, ErrSuperseded) {
		t.Errorf("the old request's cause is %v", cause)
	}
}

func TestNothingIsDeliveredAfterTheLifeEnded(t *testing.T) {
	l := NewLife(t.Context())
	cmd := Do(l, "a", func(ctx context.Context) (error, error) { return context.Cause(ctx), nil },
		func(error, error) tea.Cmd { t.Error("delivered"); return nil })
	l.Close()
	deliver(cmd)
	if !errors.Is(context.Cause(l.Context()), ErrClosed) {
		t.Errorf("cause %v", context.Cause(l.Context()))
	}
	l.Cancel("a")
	if l.Busy("a") {
		t.Error("a cancelled slot is busy")
	}
}

func TestAPanicOffTheLoopArrivesAsAnError(t *testing.T) {
	l := NewLife(t.Context())
	var got error
	deliver(Do(l, "a", func(context.Context) (int, error) { panic("boom") }, func(_ int, err error) tea.Cmd { got = err; return nil }))
	p, ok := errors.AsType[*PanicError](got)
	if !ok || p.Value != "boom" || p.Stack == "" || p.Error() != "bug: boom" {
		t.Errorf("got %v", got)
	}
}

type growing struct {
	version atomic.Uint64
	end     atomic.Bool
}

func (g *growing) Version() uint64 { return g.version.Load() }
func (g *growing) Complete() bool  { return g.end.Load() }

// follow runs a command and all that come of it, and returns the wakes.
func follow(first tea.Cmd) (grew []Grew) {
	queue := []tea.Cmd{first}
	for len(queue) > 0 {
		msg := queue[0]()
		queue = queue[1:]
		switch m := msg.(type) {
		case Answer:
			if next := m.Run(); next != nil {
				queue = append(queue, next)
			}
		case tea.BatchMsg:
			queue = append(queue, m...)
		case Grew:
			grew = append(grew, m)
		}
	}
	return grew
}

func TestWatchWakesTenTimesASecondAndOnceAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLife(t.Context())
		src := &growing{}
		go func() {
			for range 1000 { // a second of growth
				time.Sleep(time.Millisecond)
				src.version.Add(1)
			}
			src.end.Store(true)
		}()
		grew := follow(Watch(l, "rows", src))
		wakes, ends, last := len(grew), 0, grew[len(grew)-1]
		for _, m := range grew {
			if m.Complete {
				ends++
			}
		}
		if wakes < 8 || wakes > 11 || ends != 1 || !last.Complete || last.Life != l || last.Slot != "rows" {
			t.Errorf("%d wakes, %d ends, last %+v", wakes, ends, last)
		}
		if l.Busy("rows") {
			t.Error("still watching")
		}
	})
}

func TestAWatchEndsWithItsLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLife(t.Context())
		done := make(chan tea.Msg, 1)
		cmd := Watch(l, "rows", &growing{})
		go func() { done <- cmd() }()
		time.Sleep(time.Second)
		l.Close()
		if msg := <-done; msg != nil {
			t.Errorf("got %v", msg)
		}
	})
}
