package conformance

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cooper/awsops"
	details "cooper/awsops/objects"
	"cooper/awsops/transfer"
)

// noise is size bytes that compress badly and are the same every time.
func noise(size int) []byte {
	r := rand.NewChaCha8([32]byte{1})
	b := make([]byte, size)
	_, _ = r.Read(b) // never fails
	return b
}

func writeFile(t *testing.T, body []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.bin")
	if err := os.WriteFile(name, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFilesGoUpAndComeDownUnchanged(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "Enabled")
	for _, size := range []int{0, 5, 8 << 20, 20<<20 + 3} {
		body := noise(size)
		key := "in/ö b+c%.bin" + strings.Repeat("x", size%7)
		p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, body), Bucket: b, Key: key})
		w.done(t, p, err)
		to := filepath.Join(t.TempDir(), transfer.SafeName(key))
		d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: key, File: to})
		if err != nil {
			t.Fatal(err)
		}
		job := d.Start(t.Context(), w.session)
		if err := job.Wait(t.Context()); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if got, err := os.ReadFile(to); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes came down as %d, %v", size, len(got), err)
		}
		if s := job.Snapshot(); len(s.Notes) != 1 || !strings.HasPrefix(s.Notes[0], "Verified by") || s.Bytes != int64(size) {
			t.Errorf("%d bytes: notes %q, counted %d", size, s.Notes, s.Bytes)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(to), ".cooper-*")); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	}
}

func TestAnObjectIsOnlyReplacedWhenItIsTheOneThatWasSeen(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "k", "first")
	file := writeFile(t, []byte("second"))
	spec := transfer.UploadSpec{File: file, Bucket: b, Key: "k"}
	_, err := transfer.PlanUpload(t.Context(), w.reader(), spec)
	if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Kind != awsops.KindConflict {
		t.Fatalf("an object in the way: %v", err)
	}
	head, err := details.ReadHead(t.Context(), w.reader(), b, "k", "")
	if err != nil {
		t.Fatal(err)
	}
	spec.Replace = head.ETag
	p, err := transfer.PlanUpload(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, b, "k", "somebody else's")
	if s := w.apply(t, p); !errors.Is(s.Err, awsops.ErrChanged) {
		t.Errorf("replaced another object: %v", s.Err)
	}
	if head, err = details.ReadHead(t.Context(), w.reader(), b, "k", ""); err != nil {
		t.Fatal(err)
	}
	spec.Replace = head.ETag
	p, err = transfer.PlanUpload(t.Context(), w.reader(), spec)
	w.done(t, p, err)
}

func TestAFileThatChangesIsNotUploaded(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	file := writeFile(t, []byte("one"))
	p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: file, Bucket: b, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := w.apply(t, p); !errors.Is(s.Err, awsops.ErrChanged) {
		t.Errorf("uploaded: %v", s.Err)
	}
}

func TestADownloadNeverReplacesAFileUnasked(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	key := "../../etc/passwd"
	if w.differs(t, "it keeps objects as files and refuses keys with ..", serverVersityGW) {
		key = "etc/passwd"
	}
	w.put(t, b, key, "hello")
	to := filepath.Join(t.TempDir(), transfer.SafeName(key))
	spec := transfer.DownloadSpec{Bucket: b, Key: key, File: to}
	d, err := transfer.PlanDownload(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, []byte("mine"), 0o600); err != nil { // it turned up after the look
		t.Fatal(err)
	}
	if err := d.Start(t.Context(), w.session).Wait(t.Context()); err == nil {
		t.Error("the file was replaced")
	}
	if got, _ := os.ReadFile(to); string(got) != "mine" {
		t.Errorf("the file is %q", got)
	}
	if _, err := transfer.PlanDownload(t.Context(), w.reader(), spec); err == nil {
		t.Error("a file in the way was not seen")
	}
	spec.Replace = true
	if d, err = transfer.PlanDownload(t.Context(), w.reader(), spec); err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context(), w.session).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(to); string(got) != "hello" {
		t.Errorf("the file is %q", got)
	}
}

func TestAnObjectThatIsReplacedMeanwhileIsNotMixed(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "k", "first")
	to := filepath.Join(t.TempDir(), "k")
	d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: to})
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, b, "k", "other")
	err = d.Start(t.Context(), w.session).Wait(t.Context())
	if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Kind != awsops.KindChanged {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("a file was left")
	}
}
