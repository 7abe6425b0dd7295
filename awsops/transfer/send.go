package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5 and the ETag of parts are MD5 by definition
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/objects"
)

// parallel is how many parts of one transfer are on their way at once.
const parallel = 4

// cleanUp is how long aborting an upload may take after the job was cancelled.
const cleanUp = 30 * time.Second

// upload is one file on its way.
type upload struct {
	spec     UploadSpec
	size     int64
	partSize int64
	parts    int32
	plain    bool // a compatible server: Content-MD5 in place of a checksum trailer

	api   awsops.WriteAPI
	file  *os.File
	stamp string
}

func (u *upload) run(ctx context.Context, w *awsops.Writer) (awsops.Receipt, error) {
	api, err := w.S3(ctx, u.spec.Bucket)
	if err != nil {
		return awsops.Receipt{}, err
	}
	u.api, u.plain = api, w.Session().Dialect() == awsops.DialectCompatible
	u.stamp = fileText(u.spec.File)
	if u.file, err = os.Open(u.spec.File); err != nil {
		return awsops.Receipt{}, localError("the file can't be read", err)
	}
	defer u.file.Close() //nolint:errcheck // it was only read
	if u.parts > 1 {
		return u.multipart(ctx, w)
	}
	return u.single(ctx, w)
}

func (u *upload) single(ctx context.Context, w *awsops.Writer) (awsops.Receipt, error) {
	in := &s3.PutObjectInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key,
		ContentLength: &u.size, ContentType: &u.spec.ContentType}
	if u.plain {
		sum, err := u.sum(0, u.size)
		if err != nil {
			return awsops.Receipt{}, err
		}
		in.ContentMD5 = aws.String(base64.StdEncoding.EncodeToString(sum))
	} else {
		in.ChecksumAlgorithm = checksum
	}
	var out *s3.PutObjectOutput
	err := u.conditionally("PutObject", func(match, none *string) (err error) {
		in.IfMatch, in.IfNoneMatch, in.Body = match, none, io.NewSectionReader(u.file, 0, u.size)
		out, err = u.api.PutObject(ctx, in)
		return err
	})
	version := ""
	if err != nil {
		head, ours := u.isThere(ctx, w, err, nil)
		if !ours {
			return awsops.Receipt{}, err
		}
		version = head.VersionID
	} else {
		version = aws.ToString(out.VersionId)
	}
	if err := u.unchanged(); err != nil {
		return awsops.Receipt{}, err
	}
	awsops.Progress(ctx).AddBytes(u.size)
	return awsops.Receipt{Done: 1, Note: storedNote(version)}, nil
}

// isThere looks whether an upload that failed was carried out all the same: its answer was lost, and a
// repetition then found the upload gone or the condition no longer true. The object must have the
// file's size and checksum, or the ETag of its parts.
func (u *upload) isThere(ctx context.Context, w *awsops.Writer, failed error, parts []types.CompletedPart) (objects.Head, bool) {
	e := awsops.Wrap("PutObject", u.spec.Bucket, u.spec.Key, failed)
	if e.Kind != awsops.KindNetwork && e.Code != "NoSuchUpload" && e.Status != http.StatusPreconditionFailed {
		return objects.Head{}, false
	}
	head, err := objects.ReadHead(ctx, &w.Reader, u.spec.Bucket, u.spec.Key, "")
	if err != nil || head.Size != u.size || head.ETag == u.spec.Replace {
		return objects.Head{}, false
	}
	if parts != nil && head.ETag == etagOfParts(parts) {
		return head, true
	}
	proof, err := verify(io.NewSectionReader(u.file, 0, u.size), head)
	return head, err == nil && proof != bySize
}

func storedNote(version string) string {
	if version == "" {
		return ""
	}
	return "Stored as version " + version + "."
}

// conditionally makes a call with If-Match or If-None-Match. A compatible server that refuses an ETag
// in quotes is asked once more without them, as some compare it only so: the condition stays.
func (u *upload) conditionally(op string, call func(match, none *string) error) error {
	if u.spec.Replace == "" {
		return u.failed(op, call(nil, aws.String("*")))
	}
	err := call(&u.spec.Replace, nil)
	bare := strings.Trim(u.spec.Replace, `"`)
	if u.plain && bare != u.spec.Replace && awsops.Wrap(op, "", "", err) != nil && awsops.Wrap(op, "", "", err).Status == http.StatusPreconditionFailed {
		err = call(&bare, nil)
	}
	return u.failed(op, err)
}

// failed says what a refused condition means.
func (u *upload) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	e := awsops.Wrap(op, u.spec.Bucket, u.spec.Key, err)
	if e.Status == http.StatusPreconditionFailed {
		e.Kind, e.Message = awsops.KindPrecondition, "the object was written by somebody else meanwhile; nothing was replaced"
	}
	return e
}

func (u *upload) unchanged() error {
	if now := fileText(u.spec.File); now != u.stamp {
		return &awsops.Error{Op: "local file", Kind: awsops.KindChanged, Message: "the file changed while it was read: it is now " + now,
			Hint: "Upload it again when nothing writes to it."}
	}
	return nil
}

func (u *upload) multipart(ctx context.Context, w *awsops.Writer) (awsops.Receipt, error) {
	in := &s3.CreateMultipartUploadInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, ContentType: &u.spec.ContentType}
	if !u.plain {
		in.ChecksumAlgorithm, in.ChecksumType = checksum, types.ChecksumTypeFullObject
	}
	begun, err := u.api.CreateMultipartUpload(ctx, in)
	if err != nil {
		return awsops.Receipt{}, u.failed("CreateMultipartUpload", err)
	}
	done, err := u.sendParts(ctx, begun.UploadId)
	if err == nil {
		err = u.unchanged()
	}
	var note string
	if err == nil {
		note, err = u.complete(ctx, w, begun.UploadId, done)
	}
	if err != nil {
		return awsops.Receipt{}, u.abort(ctx, begun.UploadId, err)
	}
	return awsops.Receipt{Done: 1, Note: note}, nil
}

func (u *upload) sendParts(ctx context.Context, id *string) ([]types.CompletedPart, error) {
	done := make([]types.CompletedPart, u.parts)
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for n := range u.parts {
		if gctx.Err() != nil {
			break
		}
		group.Go(func() error {
			part, err := u.sendPart(gctx, id, n)
			done[n] = part
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return done, context.Cause(ctx)
}

func (u *upload) sendPart(ctx context.Context, id *string, n int32) (types.CompletedPart, error) {
	from := int64(n) * u.partSize
	size := min(u.partSize, u.size-from)
	number := n + 1
	in := &s3.UploadPartInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: id, PartNumber: &number,
		Body: io.NewSectionReader(u.file, from, size), ContentLength: &size}
	if u.plain {
		sum, err := u.sum(from, size)
		if err != nil {
			return types.CompletedPart{}, err
		}
		in.ContentMD5 = aws.String(base64.StdEncoding.EncodeToString(sum))
	} else {
		in.ChecksumAlgorithm = checksum
	}
	out, err := u.api.UploadPart(ctx, in)
	if err != nil {
		return types.CompletedPart{}, u.failed("UploadPart", err)
	}
	awsops.Progress(ctx).AddBytes(size)
	return types.CompletedPart{PartNumber: &number, ETag: out.ETag, ChecksumCRC64NVME: out.ChecksumCRC64NVME}, nil
}

func (u *upload) sum(from, size int64) ([]byte, error) {
	h := md5.New() //nolint:gosec // see above
	if _, err := io.Copy(h, io.NewSectionReader(u.file, from, size)); err != nil {
		return nil, localError("the file can't be read", err)
	}
	return h.Sum(nil), nil
}

// complete makes the object of its parts. When the answer is lost, or a repeated request finds the
// upload gone, the object itself tells whether it was made.
func (u *upload) complete(ctx context.Context, w *awsops.Writer, id *string, parts []types.CompletedPart) (string, error) {
	in := &s3.CompleteMultipartUploadInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}
	if !u.plain {
		in.MpuObjectSize, in.ChecksumType = &u.size, types.ChecksumTypeFullObject
	}
	var out *s3.CompleteMultipartUploadOutput
	failed := u.conditionally("CompleteMultipartUpload", func(match, none *string) (err error) {
		in.IfMatch, in.IfNoneMatch = match, none
		out, err = u.api.CompleteMultipartUpload(ctx, in)
		return err
	})
	if failed == nil {
		return storedNote(aws.ToString(out.VersionId)), nil
	}
	if head, ours := u.isThere(ctx, w, failed, parts); ours {
		return storedNote(head.VersionID), nil
	}
	return "", failed
}

// etagOfParts is the ETag that S3 gives an object of these parts, "" when their ETags are no MD5 sums.
func etagOfParts(parts []types.CompletedPart) string {
	h := md5.New() //nolint:gosec // see above
	for _, p := range parts {
		sum, err := hex.DecodeString(strings.Trim(aws.ToString(p.ETag), `"`))
		if err != nil || len(sum) != md5.Size {
			return ""
		}
		h.Write(sum)
	}
	return fmt.Sprintf("\"%x-%d\"", h.Sum(nil), len(parts))
}

// abort discards what was sent. It runs also when the job was cancelled, and parts that were on
// their way may land after the first abort, so it looks again.
func (u *upload) abort(ctx context.Context, id *string, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUp)
	defer cancel()
	for range 3 {
		_, err := u.api.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: id})
		if e := awsops.Wrap("AbortMultipartUpload", u.spec.Bucket, u.spec.Key, err); e != nil && e.Code != "NoSuchUpload" {
			awsops.Progress(ctx).Note("The incomplete upload could not be aborted and goes on being billed; see Properties, incomplete uploads. " + e.Error())
			return cause
		}
		out, err := u.api.ListParts(ctx, &s3.ListPartsInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: id, MaxParts: aws.Int32(1)})
		if err != nil || len(out.Parts) == 0 {
			break
		}
	}
	return cause
}
