package transfer

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Root is a file or a folder to be uploaded.
type Root struct {
	Path string `json:"path"` // local
	// Key is a file's key. Of a folder it is what the keys of all that is in it begin with: "" or ending in a slash.
	Key string `json:"key"`
}

// found is one thing below a root.
type found struct {
	key, path string
	info      fs.FileInfo // nil when it can't be looked at
	empty     bool        // an empty folder
	why       string      // why it can't be uploaded
}

// walk gives what is below a root in the order of its keys, as S3 lists them: a folder sorts with the slash that
// its keys have. It stops when yield says so or ctx ends.
func (r Root) walk(ctx context.Context, yield func(found) bool) bool {
	info, err := os.Stat(r.Path) // what a person names may be a link
	switch {
	case err != nil:
		return yield(found{key: r.Key, path: r.Path, why: because(err)})
	case info.IsDir():
		return walkFolder(ctx, r.Path, r.Key, yield)
	}
	return yield(judge(found{key: r.Key, path: r.Path, info: info}))
}

func walkFolder(ctx context.Context, dir, prefix string, yield func(found) bool) bool {
	names, err := folderNames(dir)
	if err != nil {
		return yield(found{key: prefix, path: dir, why: because(err)})
	}
	if len(names) == 0 && prefix != "" {
		return yield(found{key: prefix, path: dir, empty: true})
	}
	for _, name := range names {
		if ctx.Err() != nil {
			return false
		}
		base := strings.TrimSuffix(name, "/")
		path := filepath.Join(dir, base)
		if base != name {
			if !walkFolder(ctx, path, prefix+name, yield) {
				return false
			}
			continue
		}
		f := found{key: prefix + name, path: path}
		if f.info, err = os.Lstat(path); err != nil {
			f.why = because(err)
		}
		if !yield(judge(f)) {
			return false
		}
	}
	return true
}

// judge says why a thing can't be uploaded.
func judge(f found) found {
	switch {
	case f.why != "":
	case !utf8.ValidString(f.key):
		f.why = "its name is not UTF-8, and a key must be"
	case len(f.key) > maxKey:
		f.why = "its key would have more than 1,024 bytes"
	case f.info.Mode()&fs.ModeSymlink != 0:
		f.why = "a symbolic link: it is not followed"
	case !f.info.Mode().IsRegular():
		f.why = oddKind(f.info.Mode())
	case f.info.Size() > MaxObject:
		f.why = "larger than an object can be (48.8 TiB)"
	}
	return f
}

// maxKey is the longest key, in bytes.
const maxKey = 1024

func oddKind(m fs.FileMode) string {
	switch {
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a regular file"
}

// because is an error of the file system in its own words, without the path.
func because(err error) string {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// chunk is how many entries of a folder are read at a time: a million names take less room than what else is known of them.
const chunk = 1000

// folderNames gives the names in a folder in the order of their keys, folders with a slash at their end. Files of our
// own that are not whole yet are left out.
func folderNames(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	var names []string
	for {
		entries, err := f.ReadDir(chunk)
		for _, e := range entries {
			switch name := e.Name(); {
			case e.IsDir():
				names = append(names, name+"/")
			case !strings.HasPrefix(name, tempPrefix) || !strings.Contains(name, ".part"):
				names = append(names, name)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return names, nil
}
