package uitest

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// updateEnv writes golden files too, for runs over packages that don't know
// the flag.
const updateEnv = "COOPER_UPDATE_GOLDEN"

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Updating says whether this run writes golden files instead of comparing.
func Updating() bool { return *update || os.Getenv(updateEnv) != "" }

// Golden compares text with the file testdata/name.golden of the package under
// test, and shows the lines that differ. With the flag -update, or
// COOPER_UPDATE_GOLDEN set, it writes the file.
func Golden(t testing.TB, name, text string) {
	t.Helper()
	if err := golden(filepath.Join("testdata", filepath.FromSlash(name)+".golden"), text, Updating()); err != nil {
		t.Error(err)
	}
}

func golden(path, text string, write bool) error {
	if write {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make the golden file's folder: %w", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write the golden file: %w", err)
		}
		return nil
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist; run the test with -update and look at it. It would be:\n%s", path, text)
	}
	if err != nil {
		return fmt.Errorf("read the golden file: %w", err)
	}
	if d := Diff(string(want), text); d != "" {
		return fmt.Errorf("%s (-) differs from the screen (+); run the test with -update if the screen is right:\n%s", path, d)
	}
	return nil
}

// Diff compares two screens row by row and returns the rows that differ with
// their numbers, "" when none does.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(b):
			fmt.Fprintf(&out, "%3d - %s\n", i+1, a[i])
		case i >= len(a):
			fmt.Fprintf(&out, "%3d + %s\n", i+1, b[i])
		case a[i] != b[i]:
			fmt.Fprintf(&out, "%3d - %s\n    + %s\n", i+1, a[i], b[i])
		}
	}
	return out.String()
}
