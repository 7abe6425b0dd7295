package journal

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const uploadsFolder = "uploads"

// Upload is a multipart upload that was begun and has not ended, with what it takes to go on with it.
type Upload struct {
	Endpoint string    `json:"endpoint,omitempty"` // "" is AWS
	Bucket   string    `json:"bucket"`
	Key      Text      `json:"key"`
	UploadID string    `json:"upload"`
	File     Text      `json:"file"` // absolute local path
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"` // the file's
	PartSize int64     `json:"part_size"`
	Options  string    `json:"options,omitempty"`
	Envelope string    `json:"envelope,omitempty"` // of client-side encryption: nothing of it is secret
	Begun    time.Time `json:"begun"`
}

// Uploads keeps records of multipart uploads, a small file each, beside a journal. Several processes may use it at a
// time: each upload is one process's.
type Uploads struct{ dir string }

// OpenUploads gives the records in the folder of a journal. The folder need not be there yet.
func OpenUploads(dir string) *Uploads { return &Uploads{filepath.Join(dir, uploadsFolder)} }

func (u *Uploads) path(r Upload) string {
	sum := sha256.Sum256([]byte(r.Endpoint + "\x00" + r.Bucket + "\x00" + string(r.Key) + "\x00" + r.UploadID))
	return filepath.Join(u.dir, fmt.Sprintf("%x.json", sum[:16]))
}

// Keep writes a record and returns once it is on the disk.
func (u *Uploads) Keep(r Upload) error {
	for _, dir := range []string{filepath.Dir(u.dir), u.dir} {
		if err := private(dir); err != nil {
			return err
		}
	}
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("the upload can't be recorded: %w", err)
	}
	f, err := os.CreateTemp(u.dir, ".new-*")
	if err != nil {
		return fmt.Errorf("the upload can't be recorded: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), u.path(r))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the upload can't be recorded: %w", err), os.Remove(f.Name()))
	}
	return nil
}

// Forget removes a record. One that is not there is no error.
func (u *Uploads) Forget(r Upload) error {
	if err := os.Remove(u.path(r)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the upload's record can't be removed: %w", err)
	}
	return nil
}

// All gives every record that can be read. A file that is none is passed over: it would only cost the resumption of
// its upload.
func (u *Uploads) All() ([]Upload, error) {
	entries, err := os.ReadDir(u.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the uploads' records can't be read: %w", err)
	}
	var out []Upload
	for _, e := range entries {
		var r Upload
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(u.dir, e.Name())); err == nil && json.Unmarshal(b, &r) == nil {
			out = append(out, r)
		}
	}
	return out, nil
}
