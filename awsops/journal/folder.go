package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// File is the name of the file in a journal's folder that its changes are in.
const File = "journal.jsonl"

const (
	journalFile = File
	lockFile    = "journal.lock"
	bulkFolder  = "bulk"
)

// HeldError says which process writes to the journal now.
type HeldError struct {
	PID   int       // 0 when that is not known
	Since time.Time // zero when that is not known
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return "another process writes to the journal"
	}
	return fmt.Sprintf("process %d writes to the journal since %s", e.PID, e.Since.Local().Format("2006-01-02 15:04:05"))
}

// folder is a journal on a file system.
type folder struct {
	dir  string
	file *os.File // nil for a reader
	lock *os.File // nil for a reader
}

func openFolder(dir string) (*folder, error) {
	if err := private(dir); err != nil {
		return nil, err
	}
	lock, err := takeLock(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, err
	}
	f := &folder{dir: dir, lock: lock}
	if err := f.open(); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// private makes a folder that only its owner can look into, and closes one that others could.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the journal's folder can't be made: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("the journal's folder can't be closed to others: %w", err)
	}
	return nil
}

func (f *folder) open() error {
	if err := f.checkSchema(); err != nil {
		return err
	}
	file, err := appendPrivate(filepath.Join(f.dir, journalFile))
	if err != nil {
		return err
	}
	f.file = file
	return f.mendTail()
}

// mendTail ends a line that a crash left without its end, so that the next line starts on its own; the torn one is
// then nothing that can be parsed, so it is cut off. An empty file gets its first line.
func (f *folder) mendTail() error {
	size, err := f.file.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("the journal can't be read: %w", err)
	}
	whole, err := wholeSize(f.file, size)
	if err != nil {
		return fmt.Errorf("the journal can't be read: %w", err)
	}
	if whole < size {
		if err := f.file.Truncate(whole); err != nil {
			return fmt.Errorf("the journal's torn last line can't be cut off: %w", err)
		}
	}
	if whole == 0 {
		return f.add(header(), true)
	}
	return nil
}

// wholeSize returns how many of the first size bytes of r are whole lines.
func wholeSize(r io.ReaderAt, size int64) (int64, error) {
	buf := make([]byte, 64<<10)
	for end := size; end > 0; {
		from := max(0, end-int64(len(buf)))
		part := buf[:end-from]
		if _, err := r.ReadAt(part, from); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}

// checkSchema reads the first line only.
func (f *folder) checkSchema() error {
	file, err := os.Open(filepath.Join(f.dir, journalFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the journal can't be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	buf := make([]byte, 256)
	n, err := io.ReadFull(file, buf)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the journal can't be read: %w", err)
	}
	first, _, whole := bytes.Cut(buf[:n], []byte("\n"))
	if !whole && n < len(buf) {
		return nil
	}
	var l line
	if json.Unmarshal(first, &l) != nil || l.Schema == 0 {
		return fmt.Errorf("%s does not begin like a journal: move it away", filepath.Join(f.dir, journalFile))
	}
	if l.Schema > Schema {
		return &SchemaError{File: filepath.Join(f.dir, journalFile), Have: l.Schema}
	}
	return nil
}

func (f *folder) lines() (io.ReadCloser, error) {
	file, err := os.Open(filepath.Join(f.dir, journalFile))
	if errors.Is(err, fs.ErrNotExist) {
		return io.NopCloser(strings.NewReader("")), nil
	}
	return file, err
}

func (f *folder) add(b []byte, sync bool) error {
	size, err := f.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if n, err := f.file.Write(b); err != nil {
		if n > 0 { // half a line would spoil the one that follows it
			err = errors.Join(err, f.file.Truncate(size))
		}
		return err
	}
	if sync {
		return f.file.Sync()
	}
	return nil
}

func (f *folder) bulkPath(id string) string { return filepath.Join(f.dir, bulkFolder, id+".jsonl") }

func (f *folder) bulk(id string) (io.WriteCloser, error) {
	if err := private(filepath.Join(f.dir, bulkFolder)); err != nil {
		return nil, err
	}
	return appendPrivate(f.bulkPath(id))
}

func (f *folder) readBulk(id string) (io.ReadCloser, error) { return os.Open(f.bulkPath(id)) }

func (f *folder) close() error {
	var errs []error
	if f.file != nil {
		errs = append(errs, f.file.Close())
	}
	if f.lock != nil {
		errs = append(errs, f.lock.Close())
	}
	return errors.Join(errs...)
}

// appendPrivate opens a file to add to, mode 0600 also when it was there with another.
func appendPrivate(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the journal can't be opened: %w", err)
	}
	if err := file.Chmod(0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("the journal can't be closed to others: %w", err), file.Close())
	}
	return file, nil
}
