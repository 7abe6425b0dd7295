package journal

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
)

// sides is how many journals there can be in a state folder at a time.
const sides = 64

var sideForm = regexp.MustCompile(`^side-[1-9][0-9]?$`)

// OpenBeside opens the first journal beside the one in dir that nobody writes, and gives the name of its folder in dir.
func OpenBeside(dir string) (j *Journal, name string, err error) {
	for n := 1; n < sides; n++ {
		name = fmt.Sprintf("side-%d", n)
		j, err = Open(filepath.Join(dir, name))
		if _, held := errors.AsType[*HeldError](err); !held {
			break
		}
	}
	return j, name, err
}

// Beside gives the folders of the other journals of the same state folder that are there, the main one first.
func (j *Journal) Beside() []string { return j.disk.beside() }

// beside gives the other folders with journals of the same state folder, the main one first.
func (f *folder) beside() []string {
	main := f.dir
	if sideForm.MatchString(filepath.Base(f.dir)) {
		main = filepath.Dir(f.dir)
	}
	all := []string{main}
	for n := 1; n < sides; n++ {
		all = append(all, filepath.Join(main, fmt.Sprintf("side-%d", n)))
	}
	var out []string
	for _, dir := range all {
		if dir != f.dir && exists(filepath.Join(dir, journalFile)) {
			out = append(out, dir)
		}
	}
	return out
}
