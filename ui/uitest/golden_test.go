package uitest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAGoldenFileIsWrittenOnceAndComparedAfterwards(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "screen.golden")
	if err := golden(path, "a\nb\n", false); err == nil || !strings.Contains(err.Error(), "-update") {
		t.Errorf("a missing file must say how to make it: %v", err)
	}
	if err := golden(path, "a\nb\n", true); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "a\nb\n" {
		t.Fatalf("%q %v", text, err)
	}
	if err := golden(path, "a\nb\n", false); err != nil {
		t.Error(err)
	}
	if err := golden(path, "a\nc\n", false); err == nil || !strings.Contains(err.Error(), "  2 - b\n    + c\n") {
		t.Errorf("the difference must be shown: %v", err)
	}
}

func TestDiffNumbersTheRowsThatDiffer(t *testing.T) {
	for _, c := range []struct{ want, got, diff string }{
		{"a\n", "a\n", ""},
		{"a\nb\nc", "a\nx\nc", "  2 - b\n    + x\n"},
		{"a\nb", "a", "  2 - b\n"},
		{"a", "a\nb", "  2 + b\n"},
	} {
		if d := Diff(c.want, c.got); d != c.diff {
			t.Errorf("Diff(%q, %q) = %q, want %q", c.want, c.got, d, c.diff)
		}
	}
}
