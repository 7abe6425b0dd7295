package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/objects"
)

// DownloadSpec is one object to be copied into a local file.
type DownloadSpec struct {
	Bucket, Key, Version string // Version is "" for the current one
	File                 string // where it goes; its folder must exist
	Replace              bool   // a file that is there may be replaced
}

// Download is a download that was looked at and can be started. It changes nothing in S3, so it
// is possible in a read-only session, too.
type Download struct {
	Spec     DownloadSpec
	Head     objects.Head
	Target   awsops.Target
	Command  string // the aws command line that does the same
	Replaces bool   // there is a file now
}

// PlanDownload looks at the object and at the place where it is to go. Errors: KindConflict when a
// file is there and Replace is false, KindInvalid for a path that can't be written, and HEAD's.
func PlanDownload(ctx context.Context, r *awsops.Reader, spec DownloadSpec) (*Download, error) {
	d := &Download{Spec: spec}
	dir, err := os.Stat(filepath.Dir(spec.File))
	if err != nil {
		return nil, localError("the folder can't be used", err)
	}
	if !dir.IsDir() || filepath.Base(spec.File) == "." || os.IsPathSeparator(spec.File[len(spec.File)-1]) {
		return nil, awsops.Invalid("local file", spec.File+" doesn't name a file in a folder", "")
	}
	switch info, err := os.Lstat(spec.File); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, localError("the place can't be looked at", err)
	case !info.Mode().IsRegular():
		return nil, awsops.Invalid("local file", spec.File+" is there and is not a regular file", "Choose another name.")
	case !spec.Replace:
		return nil, &awsops.Error{Op: "local file", Kind: awsops.KindConflict, Message: spec.File + " is there already", Hint: "Choose another name, or replace it explicitly."}
	default:
		d.Replaces = true
	}
	if d.Head, err = objects.ReadHead(ctx, r, spec.Bucket, spec.Key, spec.Version); err != nil {
		return nil, err
	}
	d.Target = r.Target(ctx, spec.Bucket)
	d.Command = awsops.Command(d.Target, "s3api", "get-object").Flag("--bucket", spec.Bucket).Flag("--key", spec.Key).
		FlagIf("--version-id", spec.Version).FlagIf("--if-match", d.Head.ETag).Arg(localArg(spec.File)).String()
	return d, nil
}

// Start copies the object in the background.
func (d *Download) Start(ctx context.Context, s *awsops.Session) *awsops.Job {
	return s.Go(ctx, "object.download", "Download "+filepath.Base(d.Spec.File), d.Target, func(ctx context.Context) error {
		return d.run(ctx, s.Reader())
	})
}

func (d *Download) run(ctx context.Context, r *awsops.Reader) (err error) {
	awsops.Progress(ctx).SetTotal(1, d.Head.Size)
	api, err := r.S3(ctx, d.Spec.Bucket)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(d.Spec.File), ".cooper-*.part")
	if err != nil {
		return localError("no file can be made in the folder", err)
	}
	kept := false
	defer func() {
		if !kept {
			err = errors.Join(err, ignoreGone(os.Remove(temp.Name())))
		}
	}()
	proof, err := d.fill(ctx, api, temp)
	if err == nil {
		err = finish(temp)
	} else {
		err = errors.Join(err, temp.Close())
	}
	if err == nil {
		kept, err = d.place(temp.Name())
	}
	if err != nil {
		return err
	}
	awsops.Progress(ctx).AddDone(1)
	awsops.Progress(ctx).Note(proof)
	return nil
}

// fill writes the object into the file and says how it was verified.
func (d *Download) fill(ctx context.Context, api awsops.ReadAPI, temp *os.File) (string, error) {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for from := int64(0); from < max(d.Head.Size, 1) && gctx.Err() == nil; from += minPartSize {
		group.Go(func() error { return d.copyRange(gctx, api, temp, from, min(minPartSize, d.Head.Size-from)) })
	}
	if err := group.Wait(); err != nil {
		return "", err
	}
	if err := context.Cause(ctx); err != nil {
		return "", err
	}
	info, err := temp.Stat()
	if err != nil {
		return "", localError("the file can't be looked at", err)
	}
	if info.Size() != d.Head.Size {
		return "", broken(fmt.Sprintf("%d bytes arrived of %d", info.Size(), d.Head.Size))
	}
	return verify(temp, d.Head)
}

// tries is how often a piece is asked for whose transfer broke off.
const tries = 3

// copyRange copies one piece, again when the connection broke in the middle of it.
func (d *Download) copyRange(ctx context.Context, api awsops.ReadAPI, temp *os.File, from, size int64) error {
	for try := 1; ; try++ {
		n, err := d.copyOnce(ctx, api, temp, from, size)
		if err == nil {
			return nil
		}
		awsops.Progress(ctx).AddBytes(-n)
		if e := awsops.Wrap("GetObject", d.Spec.Bucket, d.Spec.Key, err); e.Kind != awsops.KindNetwork || try == tries || ctx.Err() != nil {
			return err
		}
	}
}

// copyOnce is pinned to the version that was looked at, so that pieces of two versions are never
// mixed. It says how many bytes arrived.
func (d *Download) copyOnce(ctx context.Context, api awsops.ReadAPI, temp *os.File, from, size int64) (int64, error) {
	in := &s3.GetObjectInput{Bucket: &d.Spec.Bucket, Key: &d.Spec.Key}
	if d.Head.VersionID != "" {
		in.VersionId = &d.Head.VersionID
	}
	if d.Head.ETag != "" {
		in.IfMatch = &d.Head.ETag
	}
	if size < d.Head.Size {
		part := fmt.Sprintf("bytes=%d-%d", from, from+size-1)
		in.Range = &part
	}
	out, err := api.GetObject(ctx, in)
	if err != nil {
		e := awsops.Wrap("GetObject", d.Spec.Bucket, d.Spec.Key, err)
		if e.Kind == awsops.KindPrecondition {
			e.Kind, e.Message = awsops.KindChanged, "the object was replaced while it was copied"
		}
		return 0, e
	}
	n, err := io.Copy(io.NewOffsetWriter(temp, from), counted{ctx, io.LimitReader(out.Body, size)})
	if cerr := out.Body.Close(); err == nil {
		err = cerr
	}
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return n, localError("the file can't be written", p)
	}
	if err != nil || n != size {
		return n, d.brokenOff(ctx, n, size, err)
	}
	return n, nil
}

// brokenOff is the error of a piece that did not arrive whole.
func (d *Download) brokenOff(ctx context.Context, n, size int64, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &awsops.Error{Op: "GetObject", Bucket: d.Spec.Bucket, Key: d.Spec.Key, Kind: awsops.KindNetwork, Err: err,
		Message: fmt.Sprintf("the transfer broke off: %d bytes of a piece arrived of %d", n, size), Hint: "Nothing was kept: download it again."}
}

// counted reports bytes to the job as they arrive.
type counted struct {
	ctx context.Context
	r   io.Reader
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	awsops.Progress(c.ctx).AddBytes(int64(n))
	return n, err
}

func broken(text string) error {
	return &awsops.Error{Op: "GetObject", Kind: awsops.KindNetwork, Message: text, Hint: "Nothing was kept: download it again."}
}

// finish makes sure that every byte is on the disk before the file gets its name.
func finish(temp *os.File) error {
	err := errors.Join(temp.Chmod(0o644), temp.Sync(), temp.Close())
	if err != nil {
		return localError("the file can't be written", err)
	}
	return nil
}

// place gives the file its name. Without leave to replace it links, which fails where a file has
// turned up meanwhile; a rename would overwrite it.
func (d *Download) place(temp string) (kept bool, err error) {
	if d.Spec.Replace {
		err = os.Rename(temp, d.Spec.File)
		kept = err == nil
	} else if err = os.Link(temp, d.Spec.File); err != nil && !errors.Is(err, fs.ErrExist) {
		kept, err = renameFree(temp, d.Spec.File) // a file system without links
	}
	if err != nil {
		return kept, localError("the file can't be put in its place", err)
	}
	return kept, syncFolder(filepath.Dir(d.Spec.File))
}

func renameFree(temp, final string) (bool, error) {
	if _, err := os.Lstat(final); err == nil {
		return false, &os.PathError{Op: "rename", Path: final, Err: fs.ErrExist}
	}
	err := os.Rename(temp, final)
	return err == nil, err
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return nil // a folder that may be written and not read can't be synced
	}
	_ = f.Sync() // not every file system syncs folders; the file itself is safe
	return f.Close()
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
