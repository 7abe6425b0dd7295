package ui

import (
	"strings"
	"testing"
)

func TestAWindowTitleHoldsNoByteThatATerminalCouldTakeForItsEnd(t *testing.T) {
	for _, key := range []string{"日本語/資料.txt", "a\x1b]0;x\x07", "œuvre", strings.Repeat("long-", 204), "plain/key.txt"} {
		got := titleText("cooper: " + key)
		for i := range len(got) {
			if c := got[i]; c < 0x20 || c >= 0x7F && c < 0xA0 {
				t.Errorf("%q gives %q with the byte %#x", key, got, c)
			}
		}
		if Width(got) > maxTitle {
			t.Errorf("%q is %d columns wide", got, Width(got))
		}
	}
	if got := titleText("cooper: plain/key.txt"); got != "cooper: plain/key.txt" {
		t.Errorf("got %q", got)
	}
}

func TestASentenceThatTheStatusLineCutsIsShownWhole(t *testing.T) {
	r := newRig()
	inShell(t, r, func(r *rig) {
		long := strings.Repeat("a reason with many words ", 10) + "and its end"
		r.send(Status(long, Warn)())
		if line := r.statusLine(r.w); !strings.Contains(line, "! all of it") || strings.Contains(line, "its end") {
			t.Errorf("the line is %q", line)
		}
		r.press(t, "!")
		if len(r.dialogs) != 1 || !strings.Contains(r.dialogs[0].d.Render(60, 20), "its end") {
			t.Error("the whole sentence is not shown")
		}
		r.press(t, "esc")
		r.send(Status("short", Warn)())
		if r.whole != "" {
			t.Error("a sentence that was shown is kept")
		}
	})
}
