package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/clientside"
	"cooper/awsops/s3ec"
)

// PourSpec is a stream to be put into a bucket, such as standard input. It is read once, so a job that is cut off can't
// be gone on with.
type PourSpec struct {
	UploadSpec           // File is what the stream is called
	From       io.Reader // read to its end
	Size       int64     // bytes that will come, 0 when nobody knows
}

const kindPour = "object.pour"

// How much of a stream is held in memory: parts on their way together, and the growth of parts while nobody knows how
// many will come. 2,000 parts of a size, then twice that, reach 484 GiB with parts of 128 MiB.
const (
	pourMemory = 32 * mib
	growEvery  = 2000
)

// PlanPour plans the upload of a stream. Errors: KindConflict when there is an object under the key and Replace doesn't
// name it.
func PlanPour(ctx context.Context, r *awsops.Reader, spec PourSpec) (*awsops.Plan, error) {
	if spec.Key == "" || len(spec.Key) > maxKey {
		return nil, awsops.Invalid("PutObject", "a key has 1 to 1,024 bytes", "")
	}
	if why := spec.With.Check(); why != "" {
		return nil, awsops.Invalid("PutObject", why, "")
	}
	if err := encryptable(ctx, r, spec.Bucket, spec.With.Encryption); err != nil {
		return nil, err
	}
	partSize, parts, err := PartSize(spec.stored())
	if err != nil {
		return nil, awsops.Invalid("PutObject", err.Error(), "")
	}
	there, err := objectState(spec.Bucket, spec.Key)(ctx, r)
	if err != nil {
		return nil, err
	}
	if want := orNone(spec.Replace); there != want {
		return nil, conflict(spec.UploadSpec, there)
	}
	if spec.ContentType == "" {
		spec.ContentType = contentType(spec.Key)
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: kindPour, Title: "Upload " + spec.File + " to " + spec.Key, Target: r.Target(ctx, spec.Bucket),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}}
	p.Basis = []awsops.Fingerprint{{What: "the object " + spec.Key, Value: there, Read: objectState(spec.Bucket, spec.Key)}}
	describeUpload(p, spec.UploadSpec, spec.Size, parts, there)
	p.Effects.Counted, p.Effects.Lines = "as was said beforehand", []string{"Sent in parts as it comes. What is cut off can't be gone on with: its parts are aborted."}
	if spec.Size == 0 {
		p.Changes[0].After = "what " + spec.File + " holds"
		p.Effects.Storage = nil
		p.Effects.AtLeast, p.Effects.Counted = true, "nobody knows how much will come"
	}
	p.Steps = []awsops.Step{{Title: "upload the stream", Command: spec.command(r, p.Target),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			return (&pour{upload: &upload{spec: spec.UploadSpec, marker: true, lanes: newLanes(parallel), probe: &probe{}}, from: spec.From,
				expected: spec.stored(), partSize: partSize}).run(ctx, w)
		}}}
	return p, nil
}

// stored is how many bytes will be sent, 0 when nobody knows.
func (spec PourSpec) stored() int64 {
	if spec.Size == 0 {
		return 0
	}
	return spec.With.stored(spec.Size)
}

func (spec PourSpec) command(r *awsops.Reader, t awsops.Target) string {
	if spec.With.Encryption.Client != nil {
		return noCommand(t, spec.Key)
	}
	line := awsops.Command(t, "s3", "cp").Arg("-", "s3://"+spec.Bucket+"/"+spec.Key).Flag("--content-type", spec.ContentType)
	if spec.Size > 0 {
		line = line.Flag("--expected-size", fmt.Sprint(spec.Size))
	}
	return spec.With.copyFlags(line, keyFile(r, spec.With)).String()
}

// pour is a stream on its way.
type pour struct {
	*upload
	from     io.Reader
	expected int64 // that are sent; 0: not known
	partSize int64 // of the first parts, and of all when it is known how many bytes come
	came     atomic.Int64
	free     chan []byte // buffers that can be used again
	held     int         // buffers that there are; the reader's
}

// poured is one part of the stream.
type poured struct {
	buf  []byte // what it is held in
	data []byte
	err  error // io.EOF with the last part
}

func (p *pour) run(ctx context.Context, w *awsops.Writer) (awsops.Receipt, error) {
	if err := p.connect(ctx, w); err != nil {
		return awsops.Receipt{}, err
	}
	if err := p.sealStream(ctx); err != nil {
		return awsops.Receipt{}, err
	}
	p.shown = awsops.Progress(ctx).File(p.spec.Key, p.expected)
	defer p.shown.Close()
	p.free = make(chan []byte, pourMemory/minPartSize)
	rctx, stop := context.WithCancel(ctx)
	defer stop()
	parts := p.read(rctx)
	first, err := p.next(ctx, parts)
	if err != nil {
		return awsops.Receipt{}, err
	}
	var note string
	if errors.Is(first.err, io.EOF) {
		note, err = p.whole(ctx, first)
	} else {
		note, err = p.multipart(ctx, first, parts)
	}
	if err != nil {
		p.shown.Back()
		return awsops.Receipt{}, err
	}
	return awsops.Receipt{Done: 1, Note: note}, nil
}

// whole puts a stream that fits into one part.
func (p *pour) whole(ctx context.Context, only poured) (string, error) {
	p.content, p.size = bytes.NewReader(only.data), int64(len(only.data))
	if err := p.asExpected(); err != nil {
		return "", err
	}
	if p.env != nil {
		p.env.PlainSize = p.size - s3ec.TagSize // now it is known
	}
	return p.single(ctx)
}

// sealStream puts client-side encryption between the stream and what is sent of it.
func (p *pour) sealStream(ctx context.Context) error {
	c := p.spec.With.Encryption.Client
	if c == nil {
		return nil
	}
	ring, err := clientside.RingFor(ctx, p.r, *c)
	if err != nil {
		return err
	}
	size := int64(-1)
	if p.expected > 0 {
		size = p.expected - s3ec.TagSize
	}
	sealed, err := s3ec.NewStream(ctx, ring, clientside.SuiteOf(*c), p.from, size)
	if err != nil {
		return clientside.Explain("encrypt", p.spec.Bucket, p.spec.Key, err)
	}
	p.from, p.env = sealed, sealed.Envelope()
	return p.fits()
}

// broke says why no more comes of the stream.
func (p *pour) broke(err error) error {
	if _, ok := errors.AsType[*s3ec.Error](err); ok {
		return clientside.Explain("encrypt", p.spec.Bucket, p.spec.Key, err)
	}
	return localError("the stream can't be read", err)
}

// asExpected holds what came against what was said beforehand: a pipe that broke looks like its end.
func (p *pour) asExpected() error {
	if p.expected == 0 || p.size == p.expected {
		return nil
	}
	return &awsops.Error{Op: "PutObject", Bucket: p.spec.Bucket, Key: p.spec.Key, Kind: awsops.KindInvalid,
		Message: fmt.Sprintf("%d bytes came from %s, and %d were announced: nothing was stored", p.size-p.spec.With.stored(0), p.spec.File, p.expected-p.spec.With.stored(0))}
}

// read fills parts one after the other. It reads by itself, since reading can't be cancelled, and no more than what there
// are buffers for.
func (p *pour) read(ctx context.Context) <-chan poured {
	out := make(chan poured)
	go func() {
		defer close(out)
		for n := int64(0); ; n++ {
			size := p.sizeOf(n)
			buf := p.buffer(ctx, size)
			if buf == nil {
				return
			}
			got, err := io.ReadFull(p.from, buf[:size])
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			select {
			case out <- poured{buf, buf[:got], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// sizeOf is how large the n-th part is, counted from 0.
func (p *pour) sizeOf(n int64) int64 {
	if p.expected > 0 {
		return p.partSize
	}
	return p.partSize << min(n/growEvery, 4)
}

// buffer gives a buffer that no part needs any more, or a new one while there is room for it.
func (p *pour) buffer(ctx context.Context, size int64) []byte {
	most := int(max(2, pourMemory/size)) // parts grow: there is room for fewer then
	for {
		if p.held < most && len(p.free) == 0 {
			p.held++
			return make([]byte, size)
		}
		select {
		case buf := <-p.free:
			if p.held <= most && int64(len(buf)) >= size {
				return buf
			}
			p.held--
		case <-ctx.Done():
			return nil
		}
	}
}

// next waits for a part.
func (p *pour) next(ctx context.Context, parts <-chan poured) (poured, error) {
	select {
	case part, ok := <-parts:
		if !ok {
			return poured{}, context.Cause(ctx)
		}
		if part.err != nil && !errors.Is(part.err, io.EOF) {
			return part, p.broke(part.err)
		}
		return part, nil
	case <-ctx.Done():
		return poured{}, context.Cause(ctx)
	}
}

// multipart sends a stream of several parts. Whatever stops it, the parts are aborted: nobody could send the others.
func (p *pour) multipart(ctx context.Context, first poured, parts <-chan poured) (string, error) {
	id, err := p.create(ctx)
	if err != nil {
		return "", err
	}
	done, err := p.send(ctx, id, first, parts)
	if err == nil {
		err = p.asExpected()
	}
	var note string
	if err == nil {
		note, err = p.complete(ctx, id, done)
	}
	if err != nil {
		return "", p.abort(ctx, awsops.UploadRecord{UploadID: id}, err)
	}
	return note, nil
}

func (p *pour) send(ctx context.Context, id string, part poured, parts <-chan poured) ([]types.CompletedPart, error) {
	done := make([]*types.CompletedPart, 0, 64)
	group, gctx := errgroup.WithContext(ctx)
	var err error
	for err == nil {
		if len(part.data) > 0 {
			if len(done) == maxParts {
				err = awsops.Invalid("UploadPart", fmt.Sprintf("more came than fits into 10,000 parts: %d bytes", p.came.Load()),
					"Say beforehand how many bytes will come (--size): the parts are made larger then.")
				break
			}
			into, now := &types.CompletedPart{}, part
			done = append(done, into)
			number := int32(len(done)) //nolint:gosec // at most 10,000
			group.Go(func() (err error) {
				*into, err = p.one(gctx, id, number, now)
				return err
			})
		}
		if errors.Is(part.err, io.EOF) {
			break
		}
		part, err = p.next(gctx, parts)
	}
	if werr := group.Wait(); werr != nil {
		return nil, werr // it is what ended the context
	}
	p.size = p.came.Load()
	out := make([]types.CompletedPart, len(done))
	for i, c := range done {
		out[i] = *c
	}
	return out, err
}

// one sends one part and gives its buffer back.
func (p *pour) one(ctx context.Context, id string, number int32, part poured) (types.CompletedPart, error) {
	if err := p.lanes.enter(ctx); err != nil {
		return types.CompletedPart{}, err
	}
	defer p.lanes.leave()
	u := *p.upload
	u.content = bytes.NewReader(part.data)
	done, err := u.sendPart(ctx, id, number, 0, int64(len(part.data)))
	if err == nil {
		p.came.Add(int64(len(part.data)))
		p.free <- part.buf // there is room: it came from here
	}
	return done, err
}
