package uitest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAScreenshotOfATapeIsComparedWithThePicture(t *testing.T) {
	dir := t.TempDir()
	s := Draw(t, "one", 5, 1)
	if err := picture("shots/one.png", dir, s, false); err == nil || !strings.Contains(err.Error(), "|one\n") {
		t.Errorf("a missing picture: %v", err)
	}
	if err := picture("shots/one.png", dir, s, true); err != nil {
		t.Fatal(err)
	}
	if svg, err := os.ReadFile(filepath.Join(dir, "one.svg")); err != nil || string(svg) != string(SVG(s)) {
		t.Errorf("%v\n%s", err, svg)
	}
	if err := picture("one.png", dir, s, false); err != nil {
		t.Error(err)
	}
	if err := picture("one.png", dir, Draw(t, "two", 5, 1), false); err == nil || !strings.Contains(err.Error(), "|two\n") {
		t.Errorf("another screen: %v", err)
	}
	if Updating() {
		return // the last part would write its pictures
	}
	if err := Pictures(t, dir)("one.png", s); err != nil {
		t.Error(err)
	}
}

func TestPrintableKeysAreOneOfEach(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range PrintableKeys() {
		k, err := Key(name)
		if err != nil || len(k.Text) != 1 || seen[k.Text] {
			t.Errorf("%q: %+v %v", name, k, err)
		}
		seen[k.Text] = true
	}
	if len(seen) != '~'-' '+1 {
		t.Errorf("%d keys", len(seen))
	}
}
