package transfer

import (
	"errors"
	"io/fs"
	"os"
)

// place gives the file its name. Without leave to replace it links, which fails where a file has
// turned up meanwhile; a rename would overwrite it.
func (f *fetch) place(temp string) error {
	if f.replace {
		return f.root.Rename(temp, f.name)
	}
	switch err := f.root.Link(temp, f.name); {
	case err == nil:
		return f.root.Remove(temp)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	if _, err := f.root.Lstat(f.name); err == nil { // a file system without links
		return &os.PathError{Op: "rename", Path: f.name, Err: fs.ErrExist}
	}
	return f.root.Rename(temp, f.name)
}
