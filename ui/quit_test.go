package ui

import (
	"testing"
	"time"

	"cooper/ui/uitest"
)

func TestQAtTheRootQuits(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("J", "q")
		if p.Ended() {
			t.Fatal("q quit from a screen above the root")
		}
		p.Press("q")
		if !p.Ended() || r.home.closed != 1 {
			t.Error("q at the root doesn't quit")
		}
	})
}

func TestQuittingAsksWhileJobsRunCancelsThemAndWaits(t *testing.T) {
	r := newRig()
	w := &work{snap: WorkSnapshot{Title: "Delete", State: "running"}}
	r.works = []Work{w}
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("q")
		p.Sees("Quit?", "1 job is still running. Quitting cancels it.")
		p.Press("enter", "n")
		if p.Ended() || w.cancelled != 0 {
			t.Fatal("it went on without a yes")
		}
		p.Press("q", "y")
		if w.cancelled != 1 || p.Ended() {
			t.Fatalf("cancelled %d times, ended %v", w.cancelled, p.Ended())
		}
		p.Sees("Waiting for the jobs to end")
		onLoop(p, func() { r.works = nil })
		p.Sleep(beat)
		if !p.Ended() {
			t.Error("it waits for nothing")
		}
	})
}

func TestAJobThatWontEndHoldsTheProgramForThreeSecondsOnly(t *testing.T) {
	r := newRig()
	r.works = []Work{&work{}}
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("q", "y")
		p.Sleep(patience - time.Second)
		if p.Ended() {
			t.Error("it didn't wait")
		}
		p.Sleep(2 * time.Second)
		if !p.Ended() {
			t.Error("it waits for ever")
		}
	})
}

func TestCtrlCTwiceQuitsAtOnce(t *testing.T) {
	r := newRig()
	w := &work{}
	r.works = []Work{w}
	r.home.typing = true
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("ctrl+c")
		p.Sees("Quit?")
		p.Sleep(2 * time.Second)
		p.Press("ctrl+c")
		if p.Ended() {
			t.Fatal("two slow ones quit")
		}
		p.Press("ctrl+c")
		if !p.Ended() || w.cancelled != 1 {
			t.Errorf("ended %v, cancelled %d", p.Ended(), w.cancelled)
		}
	})
}
