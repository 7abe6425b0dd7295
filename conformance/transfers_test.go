package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	details "cooper/awsops/objects"
	"cooper/awsops/transfer"
)

// tree writes files below a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents reads the files below a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAFolderGoesUpAndComesDownUnchanged(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	files := map[string]string{"a.txt": "one", "a/b c": "two", "a/ö+%": "", "z/deep/er/x": strings.Repeat("y", 3<<20), "big": string(noise(17 << 20))}
	dir := tree(t, files)
	if err := os.Symlink("a.txt", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	p, err := transfer.PlanPut(t.Context(), w.reader(), transfer.PutSpec{Bucket: b, Roots: []transfer.Root{{Path: dir, Key: "in/"}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Text, "symbolic link") || p.Effects.Objects != 5 {
		t.Errorf("warnings %+v, effects %+v", p.Warnings, p.Effects)
	}
	s := w.apply(t, p)
	if s.Err != nil || s.Done != 5 || s.Failures != 1 || s.Bytes != 20<<20+6 {
		t.Fatalf("%+v", s)
	}
	to := filepath.Join(t.TempDir(), "new")
	spec := transfer.GetSpec{Bucket: b, Picks: []transfer.Pick{{Key: "in/", Under: true}}, Folder: to}
	p, err = transfer.PlanGet(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	if got := contents(t, to); !maps.Equal(got, files) {
		t.Errorf("came down as %q", slices.Sorted(maps.Keys(got)))
	}
	if _, err := transfer.PlanGet(t.Context(), w.reader(), spec); err == nil {
		t.Error("files that are there were not left alone")
	}
}

func TestWhatIsThereStaysUnlessItsReplacementWasAskedFor(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "k", "theirs")
	dir := tree(t, map[string]string{"k": "mine", "l": "new"})
	spec := transfer.PutSpec{Bucket: b, Roots: []transfer.Root{{Path: dir}}}
	p, err := transfer.PlanPut(t.Context(), w.reader(), spec)
	if err != nil || !strings.Contains(fmt.Sprint(p.Warnings), "left as they are: 1.") {
		t.Fatalf("%v, %+v", err, p)
	}
	w.done(t, p, err)
	if head, err := details.ReadHead(t.Context(), w.reader(), b, "k", ""); err != nil || head.Size != 6 {
		t.Errorf("%+v, %v", head, err)
	}
	spec.Existing = transfer.Replace
	if p, err = transfer.PlanPut(t.Context(), w.reader(), spec); err != nil {
		t.Fatal(err)
	}
	w.put(t, b, "k", "another's")
	if s := w.apply(t, p); !errors.Is(s.Err, awsops.ErrChanged) {
		t.Errorf("replaced what was not seen: %v", s.Err)
	}
	p, err = transfer.PlanPut(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	if head, err := details.ReadHead(t.Context(), w.reader(), b, "k", ""); err != nil || head.Size != 4 {
		t.Errorf("%+v, %v", head, err)
	}
}

func TestKeysThatCantBePathsAreStoredBesideEachOther(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	for _, k := range []string{"a", "a/b", "../up", "/abs", "x//y", "dir/", "con"} {
		body := k
		if strings.HasSuffix(k, "/") {
			body = ""
		}
		w.put(t, b, k, body)
	}
	dir := t.TempDir()
	to := filepath.Join(dir, "to")
	p, err := transfer.PlanGet(t.Context(), w.reader(), transfer.GetSpec{Bucket: b, Picks: []transfer.Pick{{Under: true}}, Folder: to})
	w.done(t, p, err)
	got := contents(t, dir)
	bodies := slices.Sorted(maps.Values(got))
	if !slices.Equal(bodies, []string{"../up", "/abs", "a", "a/b", "con", "x//y"}) {
		t.Errorf("got %q", got)
	}
	for name := range got {
		if !strings.HasPrefix(name, "to/") {
			t.Errorf("%s left the folder", name)
		}
	}
	if info, err := os.Stat(filepath.Join(to, "dir")); err != nil || !info.IsDir() {
		t.Errorf("the folder's marker: %v", err)
	}
}

func TestALinkInTheFolderLeadsNobodyOut(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	w.put(t, b, "out/passwd", "theirs")
	secret, to := t.TempDir(), t.TempDir()
	if err := os.Symlink(secret, filepath.Join(to, "out")); err != nil {
		t.Fatal(err)
	}
	p, err := transfer.PlanGet(t.Context(), w.reader(), transfer.GetSpec{Bucket: b, Picks: []transfer.Pick{{Under: true}}, Folder: to})
	if err != nil {
		t.Fatal(err)
	}
	if s := w.apply(t, p); s.Failures != 1 || s.Done != 0 {
		t.Errorf("%+v", s)
	}
	if got := contents(t, secret); len(got) > 0 {
		t.Errorf("written outside: %q", got)
	}
}

func TestAttributesGoWithEveryUpload(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	with := transfer.Attributes{CacheControl: "no-store", Metadata: []details.Pair{{Name: "by", Value: "me"}}, Tags: []details.Pair{{Name: "k+", Value: "v ="}}}
	dir := tree(t, map[string]string{"s.html": "x", "l.html": string(noise(9 << 20))})
	p, err := transfer.PlanPut(t.Context(), w.reader(), transfer.PutSpec{Bucket: b, Roots: []transfer.Root{{Path: dir}}, With: with})
	w.done(t, p, err)
	for _, k := range []string{"s.html", "l.html"} {
		h, err := details.ReadHead(t.Context(), w.reader(), b, k, "")
		if err != nil || h.CacheControl != "no-store" || len(h.Metadata) != 1 || h.Metadata[0].Value != "me" || !strings.HasPrefix(h.ContentType, "text/html") {
			t.Errorf("%s: %+v, %v", k, h, err)
		}
		if h.Tags != 1 && !w.differs(t, "HEAD doesn't count tags", serverVersityGW, serverRGW) {
			t.Errorf("%s has %d tags", k, h.Tags)
		}
	}
}

// ledger keeps records of uploads in memory.
type ledger struct {
	mu  sync.Mutex
	all []awsops.UploadRecord
}

func (l *ledger) Keep(r awsops.UploadRecord) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, r)
	return nil
}

func (l *ledger) Forget(r awsops.UploadRecord) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(x awsops.UploadRecord) bool { return x.UploadID == r.UploadID })
	return nil
}

func (l *ledger) Kept() ([]awsops.UploadRecord, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.all), nil
}

// sent counts the requests of an operation.
func (w *world) sent(op string) int {
	n := 0
	calls, _ := w.session.Calls()
	for _, c := range calls {
		if c.Op == op && c.Status == 200 || c.Op == op && c.Status == 206 {
			n++
		}
	}
	return n
}

func TestAnUploadThatWasCutOffSendsNoPartTwice(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	kept := w.uploads
	body := noise(184<<20 + 5)
	spec := transfer.UploadSpec{File: writeFile(t, body), Bucket: b, Key: "k"}
	p, err := transfer.PlanUpload(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w.cutOff(t, "UploadPart", func() *awsops.Job { return w.session.Apply(t.Context(), p) })
	if len(kept.all) != 1 || w.sent("UploadPart") == 24 {
		t.Fatalf("kept %+v after %d parts", kept.all, w.sent("UploadPart"))
	}
	found, _ := kept.Kept()
	p, err = transfer.PlanGoOn(t.Context(), w.reader(), found[0])
	w.done(t, p, err)
	n := w.sent("UploadPart")
	if n < 24 && w.differs(t, "a part whose request was cut off was found among the parts: only answered ones are counted", serverVersityGW, serverRGW) {
		n = 24
	}
	out, err := w.fixture.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b, Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Body.Close() }()
	if got, err := io.ReadAll(out.Body); err != nil || !bytes.Equal(got, body) { // no part was left out either
		t.Errorf("%d bytes of %d arrived whole: %v", len(got), len(body), err)
	}
	if n != 24 || w.sent("CreateMultipartUpload") != 1 {
		t.Errorf("%d parts were sent for 24, %d uploads begun", n, w.sent("CreateMultipartUpload"))
	}
	if len(kept.all) != 0 {
		t.Errorf("the record stays: %+v", kept.all)
	}
}

func TestADownloadThatWasCutOffFetchesNoPieceTwice(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	body := noise(184<<20 + 5)
	p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, body), Bucket: b, Key: "k"})
	w.done(t, p, err)
	to := filepath.Join(t.TempDir(), "k")
	d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: to})
	if err != nil {
		t.Fatal(err)
	}
	before := w.sent("GetObject")
	w.cutOff(t, "GetObject", func() *awsops.Job { return d.Start(t.Context(), w.session) })
	if d, err = transfer.PlanDownload(t.Context(), w.reader(), d.Spec); err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context(), w.session).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if n := w.sent("GetObject") - before; n != 24 {
		t.Errorf("%d pieces were fetched for 24", n)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(to), ".cooper-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestAnUploadIsNotGoneOnWithWhenItsFileChanged(t *testing.T) {
	w := open(t)
	kept := awsops.UploadRecord{File: writeFile(t, []byte("other")), Bucket: "b", Key: "k", UploadID: "1", Size: 9, Options: "{}"}
	_, err := transfer.PlanGoOn(t.Context(), w.reader(), kept)
	if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Kind != awsops.KindNotFound {
		t.Errorf("got %v", err)
	}
}

func TestAFileKeepsItsModeWhenItIsReplacedAndANewOneGetsWhatTheUmaskLeaves(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "k", "new")
	dir := tree(t, map[string]string{"old": "old"})
	plain, err := os.Create(filepath.Join(dir, "plain"))
	if err != nil {
		t.Fatal(err)
	}
	usual, err := plain.Stat()
	if err = errors.Join(err, plain.Close(), os.Chmod(filepath.Join(dir, "old"), 0o640)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"old": 0o640, "new": usual.Mode()} {
		to := filepath.Join(dir, name)
		d, err := transfer.PlanDownload(t.Context(), w.reader(), transfer.DownloadSpec{Bucket: b, Key: "k", File: to, Replace: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Start(t.Context(), w.session).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(to); err != nil || info.Mode() != want {
			t.Errorf("%s has the mode %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
}

func TestAnUploadGoesOnAfterANameThatIsNoUTF8(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	dir := tree(t, map[string]string{"a": "1", "\x80b": "2", "äc": "3"})
	p, err := transfer.PlanPut(t.Context(), w.reader(), transfer.PutSpec{Bucket: w.bucket(t, ""), Roots: []transfer.Root{{Path: dir}}})
	if err != nil {
		t.Fatal(err)
	}
	from := func(cursor string) (keys, cursors []string) {
		kept, err := json.Marshal(cursor)
		if err = errors.Join(err, json.Unmarshal(kept, &cursor)); err != nil {
			t.Fatal(err)
		}
		for it, err := range p.Steps[0].Source.Open(t.Context(), w.reader(), cursor) {
			if err != nil {
				t.Fatal(err)
			}
			keys, cursors = append(keys, it.Entries[0].Key), append(cursors, it.Cursor)
		}
		return keys, cursors
	}
	all, cursors := from("")
	if !slices.Equal(all, []string{"a", "\x80b", "äc"}) {
		t.Fatalf("%q", all)
	}
	if rest, _ := from(cursors[1]); !slices.Contains(rest, "äc") {
		t.Errorf("after %q come %q", cursors[1], rest)
	}
}
