package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// gate is the shortest time between two drawings. Bubble Tea asks for a
	// drawing after every message; without a gate 2,000 keys that arrive
	// together cost 2,000 of them.
	gate = 8 * time.Millisecond
	// beat is how often running works are looked at.
	beat = 100 * time.Millisecond
	// rest is how long after the last key the side panel is drawn again.
	rest = 150 * time.Millisecond
)

type (
	frameMsg struct{}
	workMsg  struct{}
	sideMsg  struct{}
	clearMsg struct{}
)

// frame is the last drawing and whether it is still true.
type frame struct {
	last    tea.View
	at      time.Time // when it was finished
	stale   bool
	due     bool // the gate's time is over: draw
	pending bool // a frameMsg is on its way
	count   int
}

// sidePanel is the last drawing of the side panel and what it was drawn for.
type sidePanel struct {
	view    View
	w, h    int
	text    string
	pending bool
}

// settle does what has to be done after every message: dialogs that ended go,
// works are looked at, and the timers run that are needed now and no others.
func (s *Shell) settle(msg tea.Msg) tea.Cmd {
	s.sweep()
	if s.over {
		return nil
	}
	if _, ok := msg.(frameMsg); !ok {
		s.frame.stale = true
	}
	return tea.Batch(s.watchWorks(), s.scheduleSide(), s.scheduleFrame(), s.scheduleClear(msg))
}

func (s *Shell) scheduleFrame() tea.Cmd {
	wait := gate - time.Since(s.frame.at)
	if !s.frame.stale || s.frame.pending || s.frame.due || wait <= 0 {
		return nil
	}
	s.frame.pending = true
	return tea.Tick(wait, func(time.Time) tea.Msg { return frameMsg{} })
}

// scheduleSide sees to it that the side panel is drawn again when the person
// rests.
func (s *Shell) scheduleSide() tea.Cmd {
	wait := rest - time.Since(s.lastKey)
	if s.side.pending || wait <= 0 || !s.sideOpen() {
		return nil
	}
	s.side.pending = true
	return tea.Tick(wait, func(time.Time) tea.Msg { return sideMsg{} })
}

// scheduleClear redraws everything a moment after a key on terminals that
// scroll wrongly.
func (s *Shell) scheduleClear(msg tea.Msg) tea.Cmd {
	if !s.o.FullDraw {
		return nil
	}
	switch msg.(type) {
	case clearMsg:
		s.clears = false
		return tea.ClearScreen
	case tea.KeyPressMsg, tea.MouseWheelMsg:
		if !s.clears {
			s.clears = true
			return tea.Tick(30*time.Millisecond, func(time.Time) tea.Msg { return clearMsg{} })
		}
	}
	return nil
}

// watchWorks keeps one tick going while works live, and tells how each ended.
func (s *Shell) watchWorks() tea.Cmd {
	now := s.o.Works()
	for _, w := range s.works {
		if !slices.Contains(now, w) {
			s.tellEnd(w.Snapshot())
		}
	}
	s.works = now
	if len(now) == 0 || s.ticking {
		return nil
	}
	s.ticking = true
	return tea.Tick(beat, func(time.Time) tea.Msg { return workMsg{} })
}

func (s *Shell) tellEnd(w WorkSnapshot) {
	text := w.Title + ": " + w.State
	if w.Failed > 0 {
		text += ", " + Plural(w.Failed, "failure", "failures")
	}
	if len(w.Errors) > 0 {
		text += ": " + w.Errors[0]
		d := ErrorDetail{Sentence: text}
		for _, e := range w.Errors {
			d.Facts = append(d.Facts, Fact{"error", e})
		}
		s.lastErr = &d
	}
	s.say(text, w.Level)
}

// View gives the drawing of the screen: a new one at once when the last is old
// enough, else the last one again until the gate's time is over.
func (s *Shell) View() tea.View {
	f := &s.frame
	if s.over {
		return f.last
	}
	if s.w <= 0 || s.h <= 0 {
		return tea.View{AltScreen: true}
	}
	if !f.stale || !f.due && time.Since(f.at) < gate && f.count > 0 {
		return f.last
	}
	f.last = s.draw()
	f.stale, f.due = false, false
	f.count++
	f.at = time.Now()
	return f.last
}

// WheelFilter drops wheel events that come faster than 60 a second, so that
// keys don't queue behind them. Give it to tea.WithFilter.
func WheelFilter(now func() time.Time) func(tea.Model, tea.Msg) tea.Msg {
	var last time.Time
	return func(_ tea.Model, msg tea.Msg) tea.Msg {
		switch msg.(type) {
		case tea.MouseWheelMsg:
			t := now()
			if t.Sub(last) < time.Second/60 {
				return nil
			}
			last = t
		case tea.MouseMotionMsg:
			return nil
		}
		return msg
	}
}
