package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"cooper/awsops/record"
	"cooper/sandbox"
)

// leftOver are the jobs that the journals of the programs offer to go on with.
func (w *shellWorld) leftOver(t *testing.T) []record.Left {
	t.Helper()
	state := filepath.Join(w.vars["XDG_STATE_HOME"], "cooper")
	left, err := record.Others{state, filepath.Join(state, "side-1"), filepath.Join(state, "side-2")}.Unfinished()
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// killBeside kills an upload of bigFile in its middle, while another cooper keeps the main journal.
func (w *shellWorld) killBeside(t *testing.T, file string) {
	t.Helper()
	// The parts after the second stay on their way until the program is gone.
	gone := make(chan struct{})
	defer close(gone)
	w.server.Faults.Sleep = func(context.Context, time.Duration) error {
		<-gone
		return context.Canceled
	}
	w.server.Faults.Add(sandbox.Fault{Operation: "UploadPart", Skip: 2, Kind: sandbox.FaultDelay, Delay: time.Second})
	if !w.killAfter(t, func() bool { n, _ := w.parts.answered(); return n >= 2 }, "cp", "--yes", file, "s3://box/big") {
		t.Fatal("it ended before it was killed")
	}
	w.server.Faults.Clear()
	if left := w.leftOver(t); len(left) != 1 || filepath.Base(left[0].Dir) != "side-1" {
		t.Fatalf("left over: %+v", left)
	}
}

func TestAVerbThatWasKilledBesideAScreenGoesOnThere(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	file := w.bigFile(t)
	c := w.screen(t, "s3://box/")
	c.until("u upload")
	w.killBeside(t, file)
	c.typed("J")
	c.until("unfinished since")
	c.typed("n")
	c.agree("Upload")
	c.until("1 file: done")
	if left := w.leftOver(t); len(left) != 0 {
		t.Errorf("still offered: %+v", left)
	}
	c.quit()
	w.sentOnce(t, 6)
}

func TestAKilledVerbOfAnotherJournalIsOfferedAtTheStartAndSettledByRepeatingIt(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	file := w.bigFile(t)
	c := w.screen(t, "s3://box/")
	c.until("u upload")
	w.killBeside(t, file)
	c.quit()
	c = w.screen(t, "s3://box/")
	c.until("1 job of an earlier run did not come to an end")
	c.quit()
	w.must(t, 0, "cp", "--yes", file, "s3://box/big")
	w.sentOnce(t, 6)
	if left := w.leftOver(t); len(left) != 0 {
		t.Errorf("still offered: %+v", left)
	}
}

func TestAJobThatNobodyWantsToGoOnWithIsGivenUp(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	file := w.bigFile(t)
	c := w.screen(t, "s3://box/")
	c.until("u upload")
	w.killBeside(t, file)
	c.typed("J")
	c.until("unfinished since")
	c.typed("d")
	c.until("It is not offered any more.")
	c.typed("y")
	c.until("No job has run yet")
	c.quit()
	if left := w.leftOver(t); len(left) != 0 {
		t.Errorf("still offered: %+v", left)
	}
}
