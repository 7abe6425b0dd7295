package transfer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/s3ec"
)

// pieceSize is how much of an object one GET fetches.
const pieceSize = minPartSize

// tempPrefix begins the names of files that are not whole yet.
const tempPrefix = ".cooper-"

// fetch is one object on its way into a file. It is pinned to one version, so that pieces of two are never mixed.
type fetch struct {
	bucket, key, version, etag string
	size                       int64
	modified                   time.Time // given to the file; zero: not
	root                       *os.Root  // no path leaves it
	name                       string    // below root
	replace                    bool      // a file that is there may be replaced
	unsynced                   bool      // it need not be on the disk when it gets its name
	lanes                      lanes
	how                        Unsealing
	many                       bool // one of a job's: it is decrypted only where there is something to decrypt

	api   awsops.ReadAPI
	r     *awsops.Reader
	shown *awsops.FileProgress

	opener *s3ec.Opener // nil: the object is kept as it is stored
	told   clientside.Told
}

// run copies the object, and says how it was verified.
func (f *fetch) run(ctx context.Context, r *awsops.Reader) (note string, err error) {
	if f.api, err = r.S3(ctx, f.bucket); err != nil {
		return "", err
	}
	f.r = r
	f.shown = awsops.Progress(ctx).File(f.key, f.size)
	defer f.shown.Close()
	if f.size > pieceSize {
		note, err = f.large(ctx)
	} else {
		note, err = f.small(ctx)
	}
	if err != nil {
		f.shown.Back()
	}
	return note, err
}

// temp is the name of the file that is not whole yet. It follows from the object's version and the destination, so
// that another run finds it.
func (f *fetch) temp() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%s\x00%s", f.r.Session().Endpoint(), f.bucket, f.key, f.version, f.etag, f.name))
	return filepath.Join(filepath.Dir(f.name), fmt.Sprintf("%s%x.part", tempPrefix, sum[:10]))
}

// open opens the file that is not whole yet, alone: another process may be copying the same object to the same place.
func (f *fetch) open(temp string) (*os.File, error) {
	for {
		file, err := f.root.OpenFile(temp, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, localError("no file can be made in the folder", err)
		}
		if err := lock(file); err != nil {
			return nil, errors.Join(&awsops.Error{Op: "local file", Key: f.key, Kind: awsops.KindConflict, Err: err,
				Message: "another process is copying this object to this place"}, file.Close())
		}
		mine, err := file.Stat()
		there, lerr := f.root.Lstat(temp)
		if err == nil && lerr == nil && os.SameFile(mine, there) {
			return file, nil
		}
		if err := file.Close(); err != nil { // it got its name between the two calls: what is needed is a new one
			return nil, localError("no file can be made in the folder", err)
		}
	}
}

// small copies an object that one request fetches.
func (f *fetch) small(ctx context.Context) (string, error) {
	if err := f.lanes.enter(ctx); err != nil {
		return "", err
	}
	defer f.lanes.leave()
	temp := f.temp()
	file, err := f.open(temp)
	if err != nil {
		return "", err
	}
	var p proof
	err = patiently(ctx, func() (err error) {
		f.shown.Back()
		p, err = f.whole(ctx, file)
		return err
	})
	if err == nil {
		err = f.finish(file, temp)
	} else {
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return "", errors.Join(err, ignoreGone(f.root.Remove(temp)))
	}
	return p.sentence() + f.decrypted(), nil
}

// whole fetches the object by one request and checks it as it comes.
func (f *fetch) whole(ctx context.Context, file *os.File) (proof, error) {
	_, err := file.Seek(0, io.SeekStart)
	if err = errors.Join(err, file.Truncate(0)); err != nil {
		return proof{}, localError("the file can't be written", err)
	}
	in := f.request()
	in.ChecksumMode = types.ChecksumModeEnabled
	out, err := f.api.GetObject(ctx, in, ownCheck)
	if err != nil {
		return proof{}, f.failed(err)
	}
	if err := f.unlock(ctx, pairsOf(out.Metadata)); err != nil {
		return proof{}, errors.Join(err, out.Body.Close())
	}
	p := proofOf(headOf(out))
	var sum hash.Hash
	var to io.Writer = file
	if p.name != "" {
		sum = p.new()
		to = io.MultiWriter(file, sum)
	}
	if err := f.copy(to, out.Body, f.size); err != nil {
		return p, err
	}
	if sum != nil {
		return p, p.check(sum.Sum(nil))
	}
	return p, nil
}

// ownCheck keeps the SDK from checking the content, too.
func ownCheck(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		_, _ = stack.Deserialize.Remove("AWSChecksum:ValidateOutputPayloadChecksum") // then it is checked twice
		return nil
	})
}

// headOf is what a GET tells of how its content can be checked.
func headOf(out *s3.GetObjectOutput) objects.Head {
	h := objects.Head{ETag: aws.ToString(out.ETag), ChecksumFor: string(out.ChecksumType),
		Encryption: objects.Encryption{Algorithm: string(out.ServerSideEncryption), CustomerKey: aws.ToString(out.SSECustomerKeyMD5)}}
	for _, c := range []struct {
		name  string
		value *string
	}{{"CRC64NVME", out.ChecksumCRC64NVME}, {"CRC32", out.ChecksumCRC32}, {"CRC32C", out.ChecksumCRC32C}, {"SHA1", out.ChecksumSHA1}, {"SHA256", out.ChecksumSHA256}, {"SHA512", out.ChecksumSHA512}} {
		if c.value != nil {
			h.Checksums = append(h.Checksums, objects.Pair{Name: c.name, Value: *c.value})
		}
	}
	return h
}

func (f *fetch) request() *s3.GetObjectInput {
	return &s3.GetObjectInput{Bucket: &f.bucket, Key: &f.key, VersionId: optional(f.version), IfMatch: optional(f.etag)}
}

// failed says what a refused condition means.
func (f *fetch) failed(err error) error {
	e := awsops.Wrap("GetObject", f.bucket, f.key, err)
	if e.Kind == awsops.KindPrecondition {
		e.Kind, e.Message = awsops.KindChanged, "the object was replaced while it was copied"
	}
	return e
}

// copy moves a body of size bytes. What was counted of one that broke is taken back.
func (f *fetch) copy(to io.Writer, body io.ReadCloser, size int64) error {
	c := &counted{f.shown, io.LimitReader(body, size+1), 0}
	_, err := copyAll(to, c)
	if cerr := body.Close(); err == nil {
		err = cerr
	}
	switch {
	case err == nil && c.n == size:
		return nil
	case err == nil:
		err = broken(fmt.Sprintf("%d bytes arrived of %d", c.n, size))
	}
	f.shown.Add(-c.n)
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return localError("the file can't be written", p)
	}
	if e, ok := errors.AsType[*awsops.Error](err); ok {
		return e
	}
	return &awsops.Error{Op: "GetObject", Bucket: f.bucket, Key: f.key, Kind: awsops.KindNetwork, Err: err,
		Message: fmt.Sprintf("the transfer broke off: %d bytes of a piece arrived of %d", c.n, size), Hint: "Download it again."}
}

// counted reports bytes as they arrive.
type counted struct {
	shown *awsops.FileProgress
	r     io.Reader
	n     int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.shown.Add(int64(n))
	return n, err
}

// codeDamaged is the code of content that is not what S3 says it is.
const codeDamaged = "Damaged"

func broken(text string) error {
	return &awsops.Error{Op: "GetObject", Kind: awsops.KindNetwork, Code: codeDamaged, Message: text, Hint: "Nothing was kept: download it again."}
}

// large copies an object piece by piece. The pieces that an earlier run wrote are not fetched again.
func (f *fetch) large(ctx context.Context) (string, error) {
	head, err := f.seen(ctx)
	if err != nil {
		return "", err
	}
	temp := f.temp()
	file, err := f.open(temp)
	if err != nil {
		return "", err
	}
	m, err := openMarks(f.root, temp+".done", file, !f.unsynced)
	if err == nil {
		err = f.pieces(ctx, file, m)
		if err == nil {
			err = m.drop()
		} else {
			err = errors.Join(err, m.keep())
		}
	}
	p := proofOf(head)
	if err == nil {
		err = f.settle(file, p)
	}
	if err != nil {
		err = errors.Join(err, file.Close())
	} else {
		err = f.finish(file, temp)
	}
	if err != nil && f.keeps(ctx, err) {
		return "", err
	}
	err = errors.Join(err, ignoreGone(f.root.Remove(temp+".done")))
	if err != nil {
		return "", errors.Join(err, ignoreGone(f.root.Remove(temp)))
	}
	return p.sentence() + f.decrypted(), nil
}

// seen reads the object's headers once more, and unwraps its data key.
func (f *fetch) seen(ctx context.Context) (head objects.Head, err error) {
	err = patiently(ctx, func() (err error) {
		head, err = objects.ReadHead(ctx, f.r, f.bucket, f.key, f.version)
		return err
	})
	if err == nil && (head.ETag != f.etag || head.Size != f.size) {
		err = &awsops.Error{Op: "GetObject", Bucket: f.bucket, Key: f.key, Kind: awsops.KindChanged, Message: "the object is not the one any more that was seen"}
	}
	if err == nil {
		err = f.unlock(ctx, head.Metadata)
	}
	return head, err
}

// keeps reports whether what arrived is worth keeping for another run.
func (f *fetch) keeps(ctx context.Context, err error) bool {
	return later(ctx, awsops.Wrap("GetObject", f.bucket, f.key, err))
}

func (f *fetch) pieces(ctx context.Context, file *os.File, m *marks) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range (f.size + pieceSize - 1) / pieceSize {
		from := i * pieceSize
		size := min(pieceSize, f.size-from)
		if m.has(i) {
			f.shown.Add(size)
			continue
		}
		if gctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := f.lanes.enter(gctx); err != nil {
				return err
			}
			defer f.lanes.leave()
			if err := patiently(gctx, func() error { return f.piece(gctx, io.NewOffsetWriter(file, from), from, size) }); err != nil {
				return err
			}
			return m.add(i)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// piece fetches a stretch of the object.
func (f *fetch) piece(ctx context.Context, to io.Writer, from, size int64) error {
	in := f.request()
	in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", from, from+size-1))
	out, err := f.api.GetObject(ctx, in)
	if err != nil {
		return f.failed(err)
	}
	return f.copy(to, out.Body, size)
}

// settle verifies a file that is written while it goes to the disk.
func (f *fetch) settle(file *os.File, p proof) error {
	if f.unsynced {
		return p.verify(file)
	}
	synced := make(chan error, 1)
	go func() { synced <- file.Sync() }()
	err := p.verify(file)
	if serr := <-synced; serr != nil { // a second sync might not tell it any more
		return errors.Join(err, localError("the file can't be written", serr))
	}
	return err
}

// sync waits until the file is on the disk, where that is wanted.
func (f *fetch) sync(file *os.File) error {
	if f.unsynced {
		return nil
	}
	return file.Sync()
}

// finish makes sure that every byte is on the disk before the file gets its name.
func (f *fetch) finish(file *os.File, temp string) error {
	if f.opener != nil {
		return f.reveal(file, temp)
	}
	return f.arrive(file, temp)
}

// arrive is finish for a file that is what it is to be.
func (f *fetch) arrive(file *os.File, temp string) error {
	if err := errors.Join(file.Chmod(f.mode()), f.sync(file), file.Close()); err != nil {
		return localError("the file can't be written", err)
	}
	if !f.modified.IsZero() {
		if err := f.root.Chtimes(temp, f.modified, f.modified); err != nil {
			return localError("the file's time can't be set", err)
		}
	}
	if err := f.place(temp); err != nil {
		return localError("the file can't be put in its place", err)
	}
	return nil
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
