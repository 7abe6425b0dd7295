package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cooper/ui/uitest"
)

// awake is a little longer than a dialog that opens by itself swallows keys.
const awake = 450 * time.Millisecond

// TestEveryTapeShowsWhatItWaitsFor builds the program once and plays the demo's tape and those of the main journeys
// in a pseudo terminal. The pictures that they take are those of docs/img. The build takes the flags of the tests:
// others would compile every dependency a second time.
func TestEveryTapeShowsWhatItWaitsFor(t *testing.T) {
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "cooper"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v %s", err, out)
	}
	tapes, err := filepath.Glob(filepath.Join("tapes", "*.tape"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tape := range append(tapes, "demo.tape") {
		t.Run(tape, func(t *testing.T) {
			t.Parallel() // a tape waits more than it works
			home := t.TempDir()
			uitest.PlayFile(t, tape, uitest.PlayOpts{Path: bin, MinSleep: awake, Screenshot: uitest.Pictures(t, filepath.Join("docs", "img")),
				Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "LANG=C.UTF-8"}})
		})
	}
}
