package transfer

import (
	"crypto/sha256"
	"fmt"
	"hash/maphash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// namer gives each key of a job a local path that no other key of it has. It must be asked in the same order each
// time: of two keys that would take the same path the first keeps it. It remembers hashes, so that a million keys take
// about 40 MB.
type namer struct {
	seed    maphash.Seed
	fold    bool // the destination tells no capitals from small letters
	files   map[uint64]struct{}
	folders map[uint64]struct{}
	changed int64
	first   []string // sentences about the first names that are not the keys'
}

func newNamer(dir string) *namer {
	return &namer{seed: maphash.MakeSeed(), fold: foldsCase(dir), files: map[uint64]struct{}{}, folders: map[uint64]struct{}{}}
}

// foldsCase looks whether a folder is found by its name in other letters, too.
func foldsCase(dir string) bool {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for here := abs; ; here = filepath.Dir(here) {
		base := filepath.Base(here)
		other := strings.Map(swapCase, base)
		info, err := os.Stat(here)
		if err == nil && other != base {
			twin, terr := os.Stat(filepath.Join(filepath.Dir(here), other))
			return terr == nil && os.SameFile(info, twin)
		}
		if here == filepath.Dir(here) {
			return false
		}
	}
}

func swapCase(r rune) rune {
	if unicode.IsUpper(r) {
		return unicode.ToLower(r)
	}
	return unicode.ToUpper(r)
}

func (n *namer) id(path string) uint64 {
	if n.fold {
		path = strings.ToLower(path)
	}
	return maphash.String(n.seed, path)
}

// path is where an object goes: below base, by what its key has after the selected prefix. A key that ends in a slash
// and holds nothing stands for a folder.
func (n *namer) path(base, rel, key string, folder bool) string {
	path := ""
	for _, s := range split(base, true) {
		path = n.step(path, s, base, false)
	}
	segments := split(rel, folder)
	want := filepath.Join(path, filepath.FromSlash(rel))
	for i, s := range segments {
		path = n.step(path, s, key, i == len(segments)-1 && !folder)
	}
	if len(segments) > 0 && path != want {
		if n.changed++; len(n.first) < shown {
			n.first = append(n.first, key+" is stored as "+path)
		}
	}
	return path
}

// split gives the names in a path of a key; that of a folder may end in a slash.
func split(rel string, folder bool) []string {
	if folder {
		rel = strings.TrimSuffix(rel, "/")
	}
	if rel == "" {
		return nil
	}
	return strings.Split(rel, "/")
}

// step adds one name to a path. A name that is taken by something of the other kind, or by another file, gets a piece of
// the key's hash.
func (n *namer) step(path, segment, key string, file bool) string {
	next := filepath.Join(path, safeSegment(segment, key))
	id := n.id(next)
	_, isFile := n.files[id]
	_, isFolder := n.folders[id]
	if isFile || file && isFolder {
		of := key
		if !file {
			of = path + "/" + segment // all that is in a folder stays together
		}
		next += fmt.Sprintf("~%x", sha256.Sum256([]byte(of)))[:13]
		id = n.id(next)
	}
	if file {
		n.files[id] = struct{}{}
	} else {
		n.folders[id] = struct{}{}
	}
	return next
}

// localFile is what is at a path below a folder.
func localFile(dir, path string) (info fs.FileInfo, why string) {
	info, err := os.Lstat(filepath.Join(dir, path))
	switch {
	case err != nil && os.IsNotExist(err):
		return nil, ""
	case err != nil:
		return nil, because(err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, "there is a symbolic link in its place"
	case !info.Mode().IsRegular() && !info.IsDir():
		return nil, "there is something in its place that is not a regular file"
	}
	return info, ""
}
