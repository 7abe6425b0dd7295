package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
)

// PrintSpec is one object to be written to a stream, such as standard output.
type PrintSpec struct {
	Bucket, Key string
	Version     string    // "" for the current one
	To          io.Writer // gets the bytes in order
	Name        string    // what the stream is called
	Unsealing
}

const (
	kindPrint = "object.print"
	// ahead is how many pieces are fetched before the stream takes them: at most so many are in memory.
	ahead = 4
)

// PlanPrint plans writing an object to a stream. What was written can't be taken back, so a checksum that is wrong shows
// when all is written: the job fails then. Of a client-side encrypted object nothing is written before its tag was
// verified. Errors: HEAD's, and those of clientside.Open.
func PlanPrint(ctx context.Context, r *awsops.Reader, spec PrintSpec) (*awsops.Plan, error) {
	head, err := objects.ReadHead(ctx, r, spec.Bucket, spec.Key, spec.Version)
	if err != nil {
		return nil, err
	}
	o := clientside.Object{Bucket: spec.Bucket, Key: spec.Key, Version: head.VersionID, Metadata: head.Metadata}
	_, sealed, err := look(ctx, r, o, head.Size, spec.Unsealing)
	if err != nil {
		return nil, err
	}
	t := r.Target(ctx, spec.Bucket)
	requests := max(1, (head.Size+pieceSize-1)/pieceSize)
	line := awsops.Command(t, "s3", "cp").Arg("s3://"+spec.Bucket+"/"+spec.Key, "-").String()
	how := readOptions(r, head)
	if spec.Version != "" || len(how) > 0 {
		line = getCommand(t, spec.Key, spec.Version, head.ETag, "/dev/stdout", how...)
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: kindPrint, Title: "Write " + spec.Key + " to " + spec.Name, Target: t,
		Changes: []awsops.Change{{Field: spec.Name, After: fmt.Sprintf("%d bytes of %s", head.Size, spec.Key)}},
		Effects: awsops.Effects{Objects: 1, Bytes: head.Size, Counted: "the object's size now", Requests: []awsops.RequestCount{{Class: "GET", N: requests}}},
		Steps: []awsops.Step{{Title: "write the object", Command: line, Read: func(ctx context.Context, r *awsops.Reader, _ awsops.Item) (awsops.Receipt, error) {
			f := &fetch{bucket: spec.Bucket, key: spec.Key, version: head.VersionID, etag: head.ETag, size: head.Size, lanes: newLanes(ahead)}
			note, err := f.print(ctx, r, spec.To, proofOf(head))
			return awsops.Receipt{Done: 1, Note: note}, err
		}}}}
	if sealed && !spec.AsStored {
		spec.unseal(p, o, head, how)
	}
	return p, nil
}

// unseal makes the plan one that decrypts. The ciphertext waits in a file, so that the plaintext is on no disk.
func (spec PrintSpec) unseal(p *awsops.Plan, o clientside.Object, head objects.Head, how []sse.Option) {
	p.Effects.Lines = append(p.Effects.Lines, "It is client-side encrypted: the ciphertext is kept in "+os.TempDir()+" until its tag is verified, and only then decrypted.")
	p.Steps[0].Command = "# aws can't decrypt this. It can copy the ciphertext:\n" + getCommand(p.Target, spec.Key, spec.Version, head.ETag, "/dev/stdout", how...)
	o.Beside = spec.Beside
	p.Steps[0].Read = func(ctx context.Context, r *awsops.Reader, _ awsops.Item) (awsops.Receipt, error) {
		opener, told, err := clientside.Open(ctx, r, o, spec.Client)
		if err == nil && opener == nil {
			err = &awsops.Error{Op: "decrypt", Bucket: spec.Bucket, Key: spec.Key, Kind: awsops.KindChanged, Message: "the object's instruction file is gone"}
		}
		if err != nil {
			return awsops.Receipt{}, err
		}
		f := &fetch{bucket: spec.Bucket, key: spec.Key, version: head.VersionID, etag: head.ETag, size: head.Size, lanes: newLanes(parallel),
			name: "ciphertext", unsynced: true, how: Unsealing{AsStored: true}}
		note, err := f.keep(ctx, r, opener, spec.To)
		f.opener, f.told = opener, told
		return awsops.Receipt{Done: 1, Note: note + f.decrypted()}, err
	}
}

// keep copies the ciphertext into a file, verifies it, and then writes what it decrypts to.
func (f *fetch) keep(ctx context.Context, r *awsops.Reader, opener *s3ec.Opener, to io.Writer) (note string, err error) {
	dir, err := os.MkdirTemp("", "cooper-")
	if err != nil {
		return "", localError("no temporary folder can be made", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if f.root, err = os.OpenRoot(dir); err != nil {
		return "", localError("the temporary folder can't be used", err)
	}
	defer f.root.Close() //nolint:errcheck // it holds no data
	if note, err = f.run(ctx, r); err != nil {
		return "", err
	}
	file, err := f.root.Open(f.name)
	if err != nil {
		return "", localError("the ciphertext can't be read", err)
	}
	defer file.Close()                                 //nolint:errcheck // it was only read
	for _, sink := range []io.Writer{io.Discard, to} { // the first time for the tag alone
		if _, err = file.Seek(0, io.SeekStart); err == nil {
			err = opener.Decrypt(stream{sink}, file, f.size)
		}
		if err != nil {
			return "", clientside.Explain("decrypt", f.bucket, f.key, err)
		}
	}
	return note, nil
}

// stream is a Sink of which nothing can be taken back: it gets what was verified before.
type stream struct{ io.Writer }

func (s stream) Write(b []byte) (int, error) {
	n, err := s.Writer.Write(b)
	if err != nil {
		return n, localError("the output can't be written", err)
	}
	return n, nil
}

// Commit implements s3ec.Sink.
func (stream) Commit() error { return nil }

// Discard implements s3ec.Sink.
func (stream) Discard() error { return nil }

// print fetches the object piece by piece and writes the pieces in order.
func (f *fetch) print(ctx context.Context, r *awsops.Reader, to io.Writer, p proof) (note string, err error) {
	if f.api, err = r.S3(ctx, f.bucket); err != nil {
		return "", err
	}
	f.r, f.shown = r, awsops.Progress(ctx).File(f.key, f.size)
	defer f.shown.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var sum hash.Hash
	if p.name != "" {
		sum = p.new()
		to = io.MultiWriter(to, sum)
	}
	for piece := range f.inOrder(ctx) {
		got := <-piece
		if got.err != nil {
			return "", got.err
		}
		if _, err := to.Write(got.data.Bytes()); err != nil {
			return "", localError("the output can't be written", err)
		}
		spare.put(got.data)
	}
	if err := context.Cause(ctx); err != nil {
		return "", err
	}
	if sum != nil {
		if err := p.check(sum.Sum(nil)); err != nil {
			e := awsops.Wrap("GetObject", f.bucket, f.key, err)
			e.Message, e.Hint = "what was written is not the object: its "+p.name+" differs", "Throw the output away and try again."
			return "", e
		}
	}
	return p.sentence(), nil
}

// printed is a piece of an object in memory.
type printed struct {
	data *bytes.Buffer
	err  error
}

// inOrder fetches pieces side by side and hands them out in their order.
func (f *fetch) inOrder(ctx context.Context) <-chan chan printed {
	out := make(chan chan printed, ahead-2) // one is waited for, one waits for room
	go func() {
		defer close(out)
		for from := int64(0); from < f.size; from += pieceSize {
			piece := make(chan printed, 1)
			select {
			case out <- piece:
			case <-ctx.Done():
				return
			}
			go func() { piece <- f.inMemory(ctx, from, min(pieceSize, f.size-from)) }()
		}
	}()
	return out
}

func (f *fetch) inMemory(ctx context.Context, from, size int64) printed {
	if err := f.lanes.enter(ctx); err != nil {
		return printed{err: err}
	}
	defer f.lanes.leave()
	buf := spare.get()
	err := patiently(ctx, func() error {
		buf.Reset()
		return f.piece(ctx, buf, from, size)
	})
	return printed{buf, err}
}

// spareBuffers are buffers of pieces that are written.
type spareBuffers chan *bytes.Buffer

var spare = make(spareBuffers, ahead)

func (s spareBuffers) get() *bytes.Buffer {
	select {
	case b := <-s:
		return b
	default:
		return bytes.NewBuffer(make([]byte, 0, pieceSize+bytes.MinRead))
	}
}

func (s spareBuffers) put(b *bytes.Buffer) {
	select {
	case s <- b:
	default:
	}
}
