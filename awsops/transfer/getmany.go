package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"cooper/awsops"
	"cooper/awsops/existing"
	"cooper/awsops/listing"
	"cooper/awsops/s3ec"
)

// Pick is what a person chose to download: all current objects under a prefix, or one version of an object.
type Pick struct {
	Key      string    `json:"key"`             // the prefix, when Under
	Under    bool      `json:"under,omitempty"` // all keys that begin with Key
	Version  string    `json:"version,omitempty"`
	ETag     string    `json:"etag,omitempty"` // of an object, as it was seen; with Size and Modified
	Size     int64     `json:"size,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
	Class    string    `json:"class,omitempty"`
	// Beside says of an object that the listing has one with the name of its instruction file.
	Beside bool `json:"beside,omitempty"`
	// To is the path below the folder: an object's name, or the folder that what is under the prefix goes into, "" for
	// the folder itself. Names that can't be are changed.
	To string `json:"to,omitempty"`
}

// GetSpec is a job of many downloads.
type GetSpec struct {
	Bucket   string   `json:"bucket"`
	Picks    []Pick   `json:"picks"`
	Folder   string   `json:"folder"` // local; it is made when it isn't there
	Existing Existing `json:"existing,omitempty"`
	Unsynced bool     `json:"unsynced,omitempty"` // as of a DownloadSpec
	Unsealing
}

const kindGet = "objects.download"

// get is a GetSpec in use.
type get struct {
	GetSpec
	lanes  lanes
	failed atomic.Int64
	root   *os.Root        // while the job runs
	beside map[string]bool // keys with an object beside them that has the name of their instruction file
}

// wanted is one object of the job and where it goes.
type wanted struct {
	row    listing.Row
	path   string // below the folder
	folder bool   // it stands for a folder
	has    bool   // there is a file
	skip   bool
	why    string // why it can't be stored
	beside bool   // there is an object with the name of its instruction file
}

// PlanGet plans copying objects into a folder. It lists them and looks at the folder; both are done again when the job
// runs. Errors: KindInvalid for a folder that can't be used, KindConflict when there is nothing to download.
func PlanGet(ctx context.Context, r *awsops.Reader, spec GetSpec) (*awsops.Plan, error) {
	if len(spec.Picks) == 0 || !spec.Existing.Valid() {
		return nil, awsops.Invalid("GetObject", "no object was named", "")
	}
	abs, err := filepath.Abs(spec.Folder)
	if err != nil {
		return nil, localError("the folder can't be used", err)
	}
	spec.Folder = abs
	if info, err := os.Stat(abs); err == nil && !info.IsDir() {
		return nil, awsops.Invalid("local file", abs+" is not a folder", "Choose a folder.")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, localError("the folder can't be used", err)
	}
	g := &get{GetSpec: spec, lanes: newLanes(fileWorkers)}
	t, names, err := g.count(ctx, r)
	if err != nil {
		return nil, err
	}
	if t.files == 0 {
		return nil, &awsops.Error{Op: "GetObject", Bucket: spec.Bucket, Kind: awsops.KindConflict, Message: t.nothing("download"),
			Hint: "Choose others, or replace what is there explicitly."}
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: kindGet, Title: "Download " + files(t.files), Target: r.Target(ctx, spec.Bucket),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}, Params: params(spec), Undo: "Delete the files."}
	g.describe(p, t, names)
	p.Basis = []awsops.Fingerprint{{What: "what is downloaded, or what is there in its place,", Value: t.hash.String(),
		Read: func(ctx context.Context, r *awsops.Reader) (string, error) {
			now, _, err := g.count(ctx, r)
			return now.hash.String(), err
		}}}
	p.Steps = []awsops.Step{
		{Title: "make the folder", Command: "mkdir -p " + awsops.Quote(abs), Read: g.prepare},
		{Title: "download the objects", Command: g.lines(ctx, r, p.Target, t.files), Workers: fileWorkers, Read: g.one,
			Source: &awsops.Source{Kind: "objects", Bucket: spec.Bucket, Prefix: spec.Picks[0].Key, Open: g.open}},
		{Title: "write the names to the disk", Command: "sync " + awsops.Quote(abs), Read: g.finish}}
	return p, nil
}

func (g *get) describe(p *awsops.Plan, t tally, names *namer) {
	p.Changes = t.first
	if n := t.files - int64(len(t.first)); n > 0 {
		p.Changes = append(p.Changes, awsops.Change{Field: "and", After: files(n) + " more"})
	}
	p.Effects = awsops.Effects{Objects: t.files, Bytes: t.bytes, Left: t.left, Counted: "listed now", Requests: []awsops.RequestCount{{Class: "GET", N: t.requests}}}
	t.warn(p, "It can't be downloaded")
	for _, text := range names.first {
		p.Warnings = append(p.Warnings, awsops.Warning{Text: "Name changed: " + text})
	}
	if n := names.changed - int64(len(names.first)); n > 0 {
		p.Warnings = append(p.Warnings, awsops.Warning{Text: fmt.Sprintf("Name changed: %d more.", n)})
	}
	g.warnSealed(p)
	if t.archived > 0 {
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: fmt.Sprintf("%d objects are in an archive class: those that are not restored fail.", t.archived)})
	}
	if t.replaced > 0 {
		p.Undo = "The files that are replaced are gone."
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Irreversible, Text: fmt.Sprintf("%d files that are there are replaced.", t.replaced)})
	}
}

// warnSealed says what becomes of objects with an instruction file.
func (g *get) warnSealed(p *awsops.Plan) {
	if len(g.beside) == 0 {
		return
	}
	text := fmt.Sprintf("%d with an instruction file (%s) beside them: they were encrypted on the client's side, and are decrypted by it.", len(g.beside), s3ec.InstructionSuffix)
	if g.AsStored {
		text = fmt.Sprintf("%d with an instruction file (%s) beside them: they stay ciphertext, which nobody reads without that file.", len(g.beside), s3ec.InstructionSuffix)
	}
	p.Warnings = append(p.Warnings, awsops.Warning{Text: text})
}

// objects gives what is wanted in order, with the place of each.
func (g *get) objects(ctx context.Context, r *awsops.Reader, names *namer) iter.Seq2[wanted, error] {
	return func(yield func(wanted, error) bool) {
		for _, pick := range g.Picks {
			if !pick.Under {
				row := listing.Row{Key: pick.Key, VersionID: pick.Version, ETag: pick.ETag, Size: pick.Size, Modified: pick.Modified, Class: pick.Class}
				w := g.meet(row, "", pick.To, names)
				w.beside = pick.Beside
				if !yield(w, nil) {
					return
				}
				continue
			}
			for rows, err := range listing.Pages(ctx, r, listing.Query{Bucket: g.Bucket, Prefix: pick.Key}) {
				if err != nil {
					yield(wanted{}, err)
					return
				}
				for _, row := range rows {
					if !yield(g.meet(row, pick.To, row.Key[len(pick.Key):], names), nil) {
						return
					}
				}
			}
		}
	}
}

// meet finds an object's place and what is there now, and decides.
func (g *get) meet(row listing.Row, base, rel string, names *namer) wanted {
	w := wanted{row: row, folder: strings.HasSuffix(row.Key, "/") && row.Size == 0}
	w.path = names.path(base, rel, row.Key, w.folder)
	var info fs.FileInfo
	info, w.why = localFile(g.Folder, w.path)
	switch {
	case w.why != "" || info == nil:
	case info.IsDir() != w.folder && info.IsDir():
		w.why = "there is a folder in its place"
	case w.folder && !info.IsDir():
		w.why = "there is a file where its folder would be"
	case w.folder:
		w.skip = true
	default:
		w.has = true
		w.skip = !g.Existing.Replaces(existing.State{Size: row.Size, At: row.Modified}, existing.State{Size: info.Size(), At: info.ModTime()})
	}
	if w.path == "" { // the marker of the prefix itself
		w.skip = true
	}
	return w
}

func (g *get) count(ctx context.Context, r *awsops.Reader) (tally, *namer, error) {
	var t tally
	names := newNamer(g.Folder)
	beside := map[string]bool{}
	defer func() { g.beside = beside }()
	for w, err := range g.objects(ctx, r, names) {
		if base, ok := strings.CutSuffix(w.row.Key, s3ec.InstructionSuffix); ok || w.beside { // w.beside: it is uncut then
			beside[base] = true
		}
		switch {
		case err != nil:
			return t, names, awsops.Wrap("ListObjectsV2", g.Bucket, "", err)
		case w.why != "":
			t.oddity(w.row.Key + ": " + w.why)
		case w.skip && w.has:
			t.left++
		case !w.skip:
			t.download(w)
		}
	}
	t.hash.add(t.files, t.bytes, t.odds)
	return t, names, context.Cause(ctx)
}

func (t *tally) download(w wanted) {
	t.files, t.bytes = t.files+1, t.bytes+w.row.Size
	if !w.folder {
		t.requests += max(1, (w.row.Size+pieceSize-1)/pieceSize)
	}
	if w.row.Class == "GLACIER" || w.row.Class == "DEEP_ARCHIVE" {
		t.archived++
	}
	if w.has {
		t.replaced++
	}
	t.hash.add(w.row.Key, w.row.VersionID, w.row.ETag, w.row.Size, w.has)
	if len(t.first) < shown {
		t.first = append(t.first, awsops.Change{Field: w.path, Before: localState(w.has), After: fmt.Sprintf("%d bytes of %s", w.row.Size, w.row.Key)})
	}
}

func (g *get) lines(ctx context.Context, r *awsops.Reader, t awsops.Target, total int64) string {
	var out []string
	n := int64(0)
	for w, err := range g.objects(ctx, r, newNamer(g.Folder)) {
		if err != nil || len(out) == linesShown {
			break
		}
		if w.why != "" || w.skip {
			continue
		}
		n++
		path := filepath.Join(g.Folder, w.path)
		if w.folder {
			out = append(out, "mkdir -p "+awsops.Quote(path))
			continue
		}
		line := getCommand(t, w.row.Key, w.row.VersionID, quoted(w.row.ETag), path)
		if dir := filepath.Dir(path); dir != g.Folder {
			line = "mkdir -p " + awsops.Quote(dir) + " && " + line
		}
		out = append(out, line)
	}
	if total > n {
		out = append(out, fmt.Sprintf("# and so on for %s more", files(total-n)))
	}
	return strings.Join(out, "\n")
}

// prepare makes the folder.
func (g *get) prepare(context.Context, *awsops.Reader, awsops.Item) (awsops.Receipt, error) {
	if err := os.MkdirAll(g.Folder, 0o755); err != nil {
		return awsops.Receipt{}, localError("the folder can't be made", err)
	}
	return awsops.Receipt{}, nil
}

// finish makes the folder's own entries last.
func (g *get) finish(context.Context, *awsops.Reader, awsops.Item) (awsops.Receipt, error) {
	if g.root == nil {
		return awsops.Receipt{}, nil
	}
	if g.Unsynced {
		return awsops.Receipt{}, g.root.Close()
	}
	if dir, err := g.root.Open("."); err == nil { // a folder that may be written and not read can't be synced
		_ = dir.Sync() // not every file system syncs folders; the files themselves are safe
		_ = dir.Close()
	}
	return awsops.Receipt{}, g.root.Close()
}

// open gives the objects one by one. The cursor counts those that are dealt with, since picks need not be in order: the
// job begins from the start and what is there by then is left, or replaced once more where that was asked for.
func (g *get) open(ctx context.Context, r *awsops.Reader, _ string) iter.Seq2[awsops.Item, error] {
	return func(yield func(awsops.Item, error) bool) {
		root, err := os.OpenRoot(g.Folder)
		if err != nil {
			yield(awsops.Item{}, localError("the folder can't be used", err))
			return
		}
		g.root = root
		for w, err := range g.objects(ctx, r, newNamer(g.Folder)) {
			if err == nil && w.skip {
				continue
			}
			e := awsops.Entry{Key: w.row.Key, VersionID: w.row.VersionID, ETag: w.row.ETag, Size: w.row.Size, Marker: w.folder}
			if !yield(awsops.Item{Entries: []awsops.Entry{e}, Local: w.path, Modified: w.row.Modified, Replace: w.has}, err) || err != nil {
				return
			}
		}
	}
}

// one downloads one object. What only this object meets is booked as its failure and the job goes on.
func (g *get) one(ctx context.Context, r *awsops.Reader, it awsops.Item) (awsops.Receipt, error) {
	e := it.Entries[0]
	err := g.store(ctx, r, it)
	if err == nil {
		return awsops.Receipt{Done: 1}, nil
	}
	failed := awsops.Wrap("GetObject", g.Bucket, e.Key, err)
	if ctx.Err() != nil || hopeless(failed) {
		return awsops.Receipt{}, failed
	}
	if failed.Key == "" {
		failed.Bucket, failed.Key = g.Bucket, e.Key
	}
	g.failed.Add(1)
	return awsops.Receipt{Failures: []awsops.Failure{{Entry: e, Err: failed}}}, nil
}

func (g *get) store(ctx context.Context, r *awsops.Reader, it awsops.Item) error {
	e := it.Entries[0]
	if _, why := localFile(g.Folder, it.Local); why != "" {
		return awsops.Invalid("local file", it.Local+": "+why, "")
	}
	dir := filepath.Dir(it.Local)
	if e.Marker {
		dir = it.Local
	}
	if err := g.root.MkdirAll(dir, 0o755); err != nil {
		return localError("the folder can't be made", err)
	}
	if e.Marker {
		return nil
	}
	f := &fetch{bucket: g.Bucket, key: e.Key, version: e.VersionID, etag: quoted(e.ETag), size: e.Size, modified: it.Modified,
		root: g.root, name: it.Local, replace: it.Replace, unsynced: g.Unsynced, lanes: g.lanes, how: g.Unsealing, many: true}
	f.how.Beside = g.beside[e.Key]
	_, err := f.run(ctx, r)
	return err
}

// PickOf makes a pick of a row of a listing. What is under a prefix goes into a folder of the prefix's last name.
func PickOf(row listing.Row) Pick {
	to := strings.TrimSuffix(row.Key, "/")
	to = to[strings.LastIndexByte(to, '/')+1:]
	if row.Prefix {
		return Pick{Key: row.Key, Under: true, To: to}
	}
	return Pick{Key: row.Key, Version: row.VersionID, ETag: row.ETag, Size: row.Size, Modified: row.Modified, Class: row.Class, To: to}
}

// PicksOf makes picks of rows, those of prefixes last.
func PicksOf(rows []listing.Row) []Pick {
	out := make([]Pick, len(rows))
	for i, row := range rows {
		out[i] = PickOf(row)
	}
	slices.SortStableFunc(out, func(a, b Pick) int {
		switch {
		case a.Under == b.Under:
			return strings.Compare(a.Key, b.Key)
		case a.Under:
			return 1
		}
		return -1
	})
	return out
}
