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
