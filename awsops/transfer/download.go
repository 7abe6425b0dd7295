package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// DownloadSpec is one object to be copied into a local file.
type DownloadSpec struct {
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
	Version string `json:"version,omitempty"` // "" for the current one
	File    string `json:"file"`              // where it goes; its folder must exist
	Replace bool   `json:"replace,omitempty"` // a file that is there may be replaced
	// Unsynced files get their names without waiting for the disk: a crash of the machine can take them.
	Unsynced bool `json:"unsynced,omitempty"`
	Unsealing
}

const kindDownload = "object.download"

// Download is a download that was looked at and can be started. It changes nothing in S3, so it
// is possible in a read-only session, too.
type Download struct {
	Spec     DownloadSpec
	Head     objects.Head
	Target   awsops.Target
	Command  string // the aws command line that does the same
	Replaces bool   // there is a file now
	// Sealed says that the object is client-side encrypted, and Told how. It is decrypted unless AsStored.
	Sealed bool
	Told   clientside.Told
}

// PlanDownload looks at the object and at the place where it is to go. Errors: KindConflict when a
// file is there and Replace is false, KindInvalid for a path that can't be written, and HEAD's.
func PlanDownload(ctx context.Context, r *awsops.Reader, spec DownloadSpec) (*Download, error) {
	d := &Download{Spec: spec}
	var err error
	if d.Replaces, err = spec.place(); err != nil {
		return nil, err
	}
	if d.Head, err = objects.ReadHead(ctx, r, spec.Bucket, spec.Key, spec.Version); err != nil {
		return nil, err
	}
	d.Target = r.Target(ctx, spec.Bucket)
	o := clientside.Object{Bucket: spec.Bucket, Key: spec.Key, Version: d.Head.VersionID, Metadata: d.Head.Metadata}
	if d.Told, d.Sealed, err = look(ctx, r, o, d.Head.Size, spec.Unsealing); err != nil {
		return nil, err
	}
	how := readOptions(r, d.Head)
	d.Command = getCommand(d.Target, spec.Key, spec.Version, d.Head.ETag, spec.File, how...)
	if d.Sealed && !spec.AsStored {
		d.Command = "# aws can't decrypt this. It can copy the ciphertext:\n" +
			getCommand(d.Target, spec.Key, spec.Version, d.Head.ETag, spec.File+".encrypted", how...)
	}
	return d, nil
}

// place looks at where the file is to go, and says whether one is there.
func (spec DownloadSpec) place() (there bool, err error) {
	dir, err := os.Stat(filepath.Dir(spec.File))
	if err != nil {
		return false, localError("the folder can't be used", err)
	}
	if !dir.IsDir() || filepath.Base(spec.File) == "." || os.IsPathSeparator(spec.File[len(spec.File)-1]) {
		return false, awsops.Invalid("local file", spec.File+" doesn't name a file in a folder", "")
	}
	switch info, err := os.Lstat(spec.File); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, localError("the place can't be looked at", err)
	case !info.Mode().IsRegular():
		return false, awsops.Invalid("local file", spec.File+" is there and is not a regular file", "Choose another name.")
	case !spec.Replace:
		return false, &awsops.Error{Op: "local file", Kind: awsops.KindConflict, Message: spec.File + " is there already", Hint: "Choose another name, or replace it explicitly."}
	}
	return true, nil
}

func getCommand(t awsops.Target, key, version, etag, file string, options ...sse.Option) string {
	line := awsops.Command(t, "s3api", "get-object").Flag("--bucket", t.Bucket).Flag("--key", key).
		FlagIf("--version-id", version).FlagIf("--if-match", etag)
	for _, o := range options {
		line.Flag(o.Name, o.Value)
	}
	return line.Arg(localArg(file)).String()
}

// readOptions are those by which the aws command line reads an object under a customer's key.
func readOptions(r *awsops.Reader, h objects.Head) []sse.Option {
	print := h.Encryption.CustomerKey
	if print == "" {
		return nil
	}
	return sse.Choice{Kind: sse.Customer, Fingerprint: print}.ReadOptions(r.Session().Keys().File(print))
}

// Plan is the download as a plan. It needs no consent: nothing in S3 changes, and no file is replaced unless that was
// agreed to.
func (d *Download) Plan(r *awsops.Reader) *awsops.Plan {
	raw, err := json.Marshal(d.Spec)
	if err != nil {
		raw = nil // without parameters there is just no resume
	}
	return &awsops.Plan{ID: r.Session().NewID(), Kind: kindDownload, Title: "Download " + filepath.Base(d.Spec.File), Target: d.Target, Params: raw,
		Changes: []awsops.Change{{Field: d.Spec.File, Before: localState(d.Replaces), After: d.Spec.Key}},
		Effects: awsops.Effects{Objects: 1, Bytes: d.Head.Size, Counted: "the object's size now"},
		Steps:   []awsops.Step{{Title: "copy the object", Command: d.Command, Read: d.read}}}
}

func localState(there bool) string {
	if there {
		return "a file, which is replaced"
	}
	return "no file"
}

// Start copies the object in the background.
func (d *Download) Start(ctx context.Context, s *awsops.Session) *awsops.Job {
	return s.Apply(ctx, d.Plan(s.Reader()))
}

func (d *Download) read(ctx context.Context, r *awsops.Reader, _ awsops.Item) (awsops.Receipt, error) {
	root, err := os.OpenRoot(filepath.Dir(d.Spec.File))
	if err != nil {
		return awsops.Receipt{}, localError("the folder can't be used", err)
	}
	defer root.Close() //nolint:errcheck // it holds no data
	f := &fetch{bucket: d.Spec.Bucket, key: d.Spec.Key, version: d.Head.VersionID, etag: d.Head.ETag, size: d.Head.Size,
		modified: d.Head.Modified, root: root, name: filepath.Base(d.Spec.File), replace: d.Spec.Replace, unsynced: d.Spec.Unsynced, lanes: newLanes(parallel), how: d.Spec.Unsealing}
	note, err := f.run(ctx, r)
	if err != nil {
		return awsops.Receipt{}, err
	}
	if d.Spec.Unsynced {
		return awsops.Receipt{Done: 1, Note: note}, nil
	}
	if dir, err := root.Open("."); err == nil { // a folder that may be written and not read can't be synced
		_ = dir.Sync() // not every file system syncs folders; the file itself is safe
		_ = dir.Close()
	}
	return awsops.Receipt{Done: 1, Note: note}, nil
}
