package transfer

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"cooper/awsops"
	"cooper/awsops/existing"
	"cooper/awsops/listing"
)

// PutSpec is a job of many uploads.
type PutSpec struct {
	Bucket   string   `json:"bucket"`
	Roots    []Root   `json:"roots"`
	Existing Existing `json:"existing,omitempty"`
	Markers  bool     `json:"markers,omitempty"` // empty folders become empty objects whose key ends in a slash
	// ContentType is guessed from each file's extension when it is "".
	ContentType string     `json:"content_type,omitempty"`
	With        Attributes `json:"with,omitzero"`
}

const (
	kindPut    = "objects.upload"
	markerType = "application/x-directory"
	// fileWorkers is how many files of a job are on their way at once.
	fileWorkers = 16
)

// put is a PutSpec in use.
type put struct {
	PutSpec
	lanes  lanes
	failed atomic.Int64
	probe  probe
}

// item is one file of the job with what is there in its place.
type item struct {
	found
	there listing.Row
	has   bool
	skip  bool
}

// PlanPut plans uploading files and folders. It walks the folders and lists what is at the destination; both are done
// again when the job runs, so nothing of it is kept. Errors: KindInvalid for roots whose keys overlap or attributes
// that can't be, KindConflict when there is nothing to upload.
func PlanPut(ctx context.Context, r *awsops.Reader, spec PutSpec) (*awsops.Plan, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if err := encryptable(ctx, r, spec.Bucket, spec.With.Encryption); err != nil {
		return nil, err
	}
	u := &put{PutSpec: spec, lanes: newLanes(fileWorkers)}
	t, err := u.count(ctx, r)
	if err != nil {
		return nil, err
	}
	if t.files == 0 {
		return nil, &awsops.Error{Op: "PutObject", Bucket: spec.Bucket, Kind: awsops.KindConflict, Message: t.nothing("upload"),
			Hint: "Choose other files, or replace what is there explicitly."}
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: kindPut, Title: "Upload " + files(t.files), Target: r.Target(ctx, spec.Bucket),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}, Params: params(spec), Undo: "Delete the objects."}
	u.describe(p, t)
	p.Basis = []awsops.Fingerprint{{What: "what is uploaded, or what is there in its place,", Value: t.hash.String(),
		Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
			now, err := u.count(ctx, r)
			return now.hash.String(), err
		}}}
	p.Expect = []awsops.Expectation{{What: "the destination", Want: allThere, Read: u.missing}}
	p.Steps = []awsops.Step{{Title: "upload the files", Command: u.lines(ctx, r, p.Target, t.files), Workers: fileWorkers, Do: u.one,
		Source: &awsops.Source{Kind: "local files", Bucket: spec.Bucket, Prefix: spec.Roots[0].Key, Open: u.open}}}
	return p, nil
}

// check sorts the roots by key and refuses those that would write to the same keys.
func (spec *PutSpec) check() error {
	if len(spec.Roots) == 0 || !spec.Existing.Valid() {
		return awsops.Invalid("PutObject", "no file was named", "")
	}
	if why := spec.With.Check(); why != "" {
		return awsops.Invalid("PutObject", why, "")
	}
	spec.Roots = slices.Clone(spec.Roots)
	slices.SortFunc(spec.Roots, func(a, b Root) int { return strings.Compare(a.Key, b.Key) })
	for i, root := range spec.Roots {
		abs, err := filepath.Abs(root.Path)
		if err != nil {
			return localError("the path can't be used", err)
		}
		spec.Roots[i].Path = abs
		if i > 0 && overlap(spec.Roots[i-1].Key, root.Key) {
			return awsops.Invalid("PutObject", fmt.Sprintf("%s and %s would be stored under the same keys", spec.Roots[i-1].Path, abs), "Upload them one after the other, to places of their own.")
		}
	}
	return nil
}

func overlap(a, b string) bool {
	return a == b || (a == "" || strings.HasSuffix(a, "/")) && strings.HasPrefix(b, a)
}

// items gives the job's files in the order of their keys, with what is there in their place.
func (u *put) items(ctx context.Context, r *awsops.Reader) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for _, root := range u.Roots {
			there := existing.Open(ctx, r, listing.Query{Bucket: u.Bucket, Prefix: root.Key})
			failed := false
			more := root.walk(ctx, func(f found) bool {
				it, err := u.meet(f, there)
				failed = err != nil
				return yield(it, err) && !failed
			})
			there.Close()
			if !more || failed {
				return
			}
		}
	}
}

// meet looks what is there in a file's place, and decides.
func (u *put) meet(f found, there *existing.Keys) (item, error) {
	it := item{found: f}
	if f.why != "" {
		return it, nil
	}
	if f.empty && !u.Markers {
		it.skip = true
		return it, nil
	}
	var err error
	if it.there, it.has, err = there.Find(f.key); err != nil || !it.has {
		return it, err
	}
	source := existing.State{Size: u.With.stored(f.info.Size()), At: f.info.ModTime()}
	it.skip = f.empty || !u.Existing.Replaces(source, existing.State{Size: it.there.Size, At: it.there.Modified})
	return it, nil
}

func (u *put) count(ctx context.Context, r *awsops.Reader) (tally, error) {
	var t tally
	empties := int64(0)
	for it, err := range u.items(ctx, r) {
		switch {
		case err != nil:
			return t, awsops.Wrap("ListObjectsV2", u.Bucket, "", err)
		case it.why != "":
			t.oddity(it.path + ": " + it.why)
		case it.skip && it.empty && !it.has:
			empties++
		case it.skip:
			t.left++
		default:
			t.upload(it)
		}
	}
	if err := context.Cause(ctx); err != nil {
		return t, err
	}
	if empties > 0 {
		t.odd = append(t.odd, fmt.Sprintf("%d empty folders: S3 has no folders, only markers that stand for them", empties))
	}
	t.hash.add(t.files, t.bytes, t.odds)
	return t, nil
}

func (t *tally) upload(it item) {
	size, after := int64(0), "an empty object that stands for a folder"
	if !it.empty {
		size = it.info.Size()
		after = fmt.Sprintf("%d bytes of %s", size, it.path)
		t.hash.add(it.info.ModTime().UnixNano())
	}
	t.files, t.bytes = t.files+1, t.bytes+size
	t.requests++
	if _, parts, err := PartSize(size); err == nil && parts > 1 {
		t.requests += parts + 1
	}
	before := noObject
	if it.has {
		before = it.there.ETag
		t.replaced++
	}
	t.hash.add(it.key, size, before)
	if len(t.first) < shown {
		t.first = append(t.first, awsops.Change{Field: it.key, Before: before, After: after})
	}
}

func (u *put) describe(p *awsops.Plan, t tally) {
	p.Changes = t.first
	if n := t.files - int64(len(t.first)); n > 0 {
		p.Changes = append(p.Changes, awsops.Change{Field: "and", Before: "", After: files(n) + " more"})
	}
	if u.ContentType != "" {
		p.Changes = append(p.Changes, awsops.Change{Field: "content type", After: u.ContentType})
	}
	p.Changes = append(p.Changes, u.With.changes()...)
	p.Effects = awsops.Effects{Objects: t.files, Bytes: t.bytes, Left: t.left, Counted: "counted in the folders now", Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: t.requests}},
		Storage: u.With.storage(t.bytes)}
	describeServer(p, u.With.Encryption, t.files, 1)
	describeClient(p, u.With.Encryption.Client, t.files)
	t.warn(p, "It can't be uploaded")
	if t.replaced > 0 {
		p.Undo = "On a versioned bucket the replaced versions are kept and can be restored; else they are gone."
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk,
			Text: fmt.Sprintf("Present objects that are replaced, with metadata and tags: %d. Only those that were seen are.", t.replaced)})
	}
}

// warn says what is left out of the job and why.
func (t *tally) warn(p *awsops.Plan, odd string) {
	if t.left > 0 {
		p.Warnings = append(p.Warnings, awsops.Warning{Text: fmt.Sprintf("Already there, and left as they are: %d.", t.left)})
	}
	for _, text := range t.odd {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: odd + ": " + text})
	}
	if n := t.odds - shown; n > 0 {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: fmt.Sprintf("%s: %d more; the job's failures name them.", odd, n)})
	}
}

func (t *tally) nothing(verb string) string {
	s := "there is nothing to " + verb
	if t.left > 0 {
		s += fmt.Sprintf(": %d are there already", t.left)
	}
	if len(t.odd) > 0 {
		s += "; " + t.odd[0]
	}
	return s
}

func files(n int64) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

const allThere = "all there"

// missing reads back whether every key of the job has an object now.
func (u *put) missing(ctx context.Context, r *awsops.Reader) (string, error) {
	gone := int64(0)
	for it, err := range u.items(ctx, r) {
		if err != nil {
			return "", err
		}
		if it.why == "" && !it.has && (!it.empty || u.Markers) {
			gone++
		}
	}
	if gone > u.failed.Load() {
		return fmt.Sprintf("%d objects missing", gone-u.failed.Load()), nil
	}
	return allThere, nil
}

// linesShown is up to how many files have a command line each.
const linesShown = 20

// lines are the command lines of the first files.
func (u *put) lines(ctx context.Context, r *awsops.Reader, t awsops.Target, total int64) string {
	var out []string
	for it, err := range u.items(ctx, r) {
		if err != nil || len(out) == linesShown {
			break
		}
		if it.why != "" || it.skip {
			continue
		}
		if it.empty {
			out = append(out, options(awsops.Command(t, "s3api", "put-object").Flag("--bucket", u.Bucket).Flag("--key", it.key).Flag("--content-type", markerType).
				Flag("--if-none-match", "*"), u.With.Encryption.APIOptions(keyFile(r, u.With))).String())
			continue
		}
		out = append(out, u.single(it.path, it.key, it.there.ETag).command(t, it.info.Size(), keyFile(r, u.With)))
	}
	if n := total - int64(len(out)); n > 0 {
		out = append(out, fmt.Sprintf("# and so on for %s more", files(n)))
	}
	return strings.Join(out, "\n")
}

// single is one file of the job.
func (u *put) single(path, key, etag string) UploadSpec {
	spec := UploadSpec{File: path, Bucket: u.Bucket, Key: key, Replace: quoted(etag), ContentType: u.ContentType, With: u.With}
	if spec.ContentType == "" {
		spec.ContentType = contentType(path)
	}
	return spec
}

// open gives the files one by one. The cursor is the key: all keys up to it are done.
func (u *put) open(ctx context.Context, r *awsops.Reader, cursor string) iter.Seq2[awsops.Item, error] {
	return func(yield func(awsops.Item, error) bool) {
		done := cursor
		for it, err := range u.items(ctx, r) {
			if err == nil && (it.skip || it.key <= cursor && cursor != "") {
				continue
			}
			if utf8.ValidString(it.key) { // JSON would keep another place, and what lies between would be missed
				done = it.key
			}
			e := awsops.Entry{Key: it.key, ETag: it.there.ETag}
			if it.info != nil {
				e.Size = it.info.Size()
			}
			if !yield(awsops.Item{Cursor: done, Entries: []awsops.Entry{e}}, err) || err != nil {
				return
			}
		}
	}
}

// path is where the file of a key is.
func (u *put) path(key string) string {
	for _, root := range u.Roots {
		if root.Key == key {
			return root.Path
		}
		if overlap(root.Key, key) {
			return filepath.Join(root.Path, filepath.FromSlash(key[len(root.Key):]))
		}
	}
	return key
}

// one uploads one file. What only this file meets is booked as its failure and the job goes on.
func (u *put) one(ctx context.Context, w *awsops.Writer, it awsops.Item) (awsops.Receipt, error) {
	e := it.Entries[0]
	rec, err := u.send(ctx, w, e)
	if err == nil {
		rec.Note = "" // a million of them would fill the memory
		return rec, nil
	}
	failed := awsops.Wrap("PutObject", u.Bucket, e.Key, err)
	if ctx.Err() != nil || hopeless(failed) {
		return awsops.Receipt{}, failed
	}
	if failed.Key == "" {
		failed.Bucket, failed.Key = u.Bucket, e.Key
	}
	u.failed.Add(1)
	return awsops.Receipt{Failures: []awsops.Failure{{Entry: e, Err: failed}}}, nil
}

func (u *put) send(ctx context.Context, w *awsops.Writer, e awsops.Entry) (awsops.Receipt, error) {
	path := u.path(e.Key)
	info, err := os.Lstat(path)
	if slices.ContainsFunc(u.Roots, func(r Root) bool { return r.Key == e.Key }) {
		info, err = os.Stat(path)
	}
	if err != nil {
		return awsops.Receipt{}, localError("the file can't be read", err)
	}
	if info.IsDir() && strings.HasSuffix(e.Key, "/") {
		return u.marker(ctx, w, e.Key, path)
	}
	if f := judge(found{key: e.Key, path: path, info: info}); f.why != "" {
		return awsops.Receipt{}, awsops.Invalid("local file", f.why, "")
	}
	size := u.With.stored(info.Size())
	part, parts, err := PartSize(size)
	if err != nil {
		return awsops.Receipt{}, awsops.Invalid("PutObject", err.Error(), "")
	}
	return (&upload{spec: u.single(path, e.Key, e.ETag), size: size, partSize: part, parts: int32(parts), lanes: u.lanes, probe: &u.probe}).run(ctx, w)
}

// marker puts the empty object that stands for a folder.
func (u *put) marker(ctx context.Context, w *awsops.Writer, key, path string) (awsops.Receipt, error) {
	if _, err := folderNames(path); err != nil {
		return awsops.Receipt{}, localError("the folder can't be read", err)
	}
	spec := u.single(os.DevNull, key, "")
	spec.ContentType, spec.With.Encryption.Client = markerType, nil // it has no content
	return (&upload{spec: spec, parts: 1, lanes: u.lanes, marker: true, probe: &u.probe}).run(ctx, w)
}
