package uitest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Pictures makes a tape's Screenshot commands part of a test: each screen is
// compared with the SVG of its name in the folder dir ("shots/one.png" is
// dir/one.svg), or written there when golden files are updated. So the
// pictures of a manual show what the program does.
func Pictures(t testing.TB, dir string) func(path string, s *Screen) error {
	t.Helper()
	return func(path string, s *Screen) error { return picture(path, dir, s, Updating()) }
}

func picture(path, dir string, s *Screen, write bool) error {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".svg"
	if err := golden(filepath.Join(dir, name), string(SVG(s)), write); err != nil {
		return fmt.Errorf("the picture %s does not show the screen, which is\n%s%w", name, framed(s), err)
	}
	return nil
}
