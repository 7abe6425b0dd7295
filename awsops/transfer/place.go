package transfer

import (
	"errors"
	"io/fs"
	"os"
)

// mode is who may read the file: whoever could read the one that it replaces, and else what the process's umask leaves.
func (f *fetch) mode() fs.FileMode {
	if f.replace {
		if info, err := f.root.Lstat(f.name); err == nil {
			return info.Mode().Perm()
		}
	}
	return 0o666 &^ umask()
}

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
