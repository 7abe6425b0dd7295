package transfer

import (
	"bytes"
	"context"
	"fmt"
	"hash"
	"io"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/objects"
)

// PrintSpec is one object to be written to a stream, such as standard output.
type PrintSpec struct {
	Bucket, Key string
	Version     string    // "" for the current one
	To          io.Writer // gets the bytes in order
	Name        string    // what the stream is called
}

const (
	kindPrint = "object.print"
	// ahead is how many pieces are fetched before the stream takes them: at most so many are in memory.
	ahead = 4
)

// PlanPrint plans writing an object to a stream. What was written can't be taken back, so a checksum that is wrong shows
// when all is written: the job fails then. Errors: HEAD's.
func PlanPrint(ctx context.Context, r *awsops.Reader, spec PrintSpec) (*awsops.Plan, error) {
	head, err := objects.ReadHead(ctx, r, spec.Bucket, spec.Key, spec.Version)
	if err != nil {
		return nil, err
	}
	if _, sealed := clientside.Look(head.Metadata); sealed {
		return nil, awsops.Invalid("GetObject", spec.Key+" is client-side encrypted: its plaintext may not be used before the tag at its end was verified", "Copy it into a file.")
	}
	t := r.Target(ctx, spec.Bucket)
	requests := max(1, (head.Size+pieceSize-1)/pieceSize)
	line := awsops.Command(t, "s3", "cp").Arg("s3://"+spec.Bucket+"/"+spec.Key, "-").String()
	if spec.Version != "" {
		line = getCommand(t, spec.Key, spec.Version, head.ETag, "/dev/stdout")
	}
	return &awsops.Plan{ID: r.Session().NewID(), Kind: kindPrint, Title: "Write " + spec.Key + " to " + spec.Name, Target: t,
		Changes: []awsops.Change{{Field: spec.Name, After: fmt.Sprintf("%d bytes of %s", head.Size, spec.Key)}},
		Effects: awsops.Effects{Objects: 1, Bytes: head.Size, Counted: "the object's size now", Requests: []awsops.RequestCount{{Class: "GET", N: requests}}},
		Steps: []awsops.Step{{Title: "write the object", Command: line, Read: func(ctx context.Context, r *awsops.Reader, _ awsops.Item) (awsops.Receipt, error) {
			f := &fetch{bucket: spec.Bucket, key: spec.Key, version: head.VersionID, etag: head.ETag, size: head.Size, lanes: newLanes(ahead)}
			note, err := f.print(ctx, r, spec.To, proofOf(head))
			return awsops.Receipt{Done: 1, Note: note}, err
		}}}}, nil
}

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
