package copies

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// Limits of a copy by parts ("Amazon S3 multipart upload limits").
const (
	partLeast = 5 << 20
	partUsual = 512 << 20
	partsMost = 10_000
	inFlight  = 4
	cleanUp   = 30 * time.Second
)

// span is the bytes of one part, both ends included.
type span struct{ first, last int64 }

// spans cuts size bytes into parts: as large as usual, or as one copy may be when that is less; larger where there
// would be more than 10,000. Only the last may be smaller than 5 MiB.
func spans(size, most int64) []span {
	part := partSize(size, most)
	var out []span
	for at := int64(0); at < size; at += part {
		out = append(out, span{at, min(at+part, size) - 1})
	}
	return out
}

func partSize(size, most int64) int64 {
	part := max(partLeast, min(partUsual, most))
	return max(part, (size+partsMost-1)/partsMost)
}

// Parts is of how many parts the copy of an object of size bytes is made: 0 for one that is copied whole.
func Parts(size int64) int64 {
	if size <= Most {
		return 0
	}
	part := partSize(size, Most)
	return (size + part - 1) / part
}

// byParts copies with UploadPartCopy. What is begun is completed or aborted.
func (c *copying) byParts(ctx context.Context) (Made, error) {
	in, err := c.begin(ctx)
	if err != nil {
		return Made{}, err
	}
	begun, err := c.api.CreateMultipartUpload(ctx, in, Expires(c.want.Expires)...)
	if err != nil {
		return Made{}, c.failed("CreateMultipartUpload", err)
	}
	told := sse.Told{Algorithm: string(begun.ServerSideEncryption), KeyID: aws.ToString(begun.SSEKMSKeyId), Fingerprint: aws.ToString(begun.SSECustomerKeyMD5)}
	if err := c.heeded(told); err != nil {
		return Made{}, c.abort(ctx, begun.UploadId, err)
	}
	parts, err := c.sendParts(ctx, begun.UploadId)
	if err != nil {
		return Made{}, c.abort(ctx, begun.UploadId, err)
	}
	done := &s3.CompleteMultipartUploadInput{Bucket: &c.to.Bucket, Key: &c.to.Key, UploadId: begun.UploadId,
		MpuObjectSize: aws.Int64(c.head.Size), MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}
	c.ready.Complete(done)
	done.IfMatch = c.onto()
	if c.opt.New {
		done.IfNoneMatch = aws.String("*")
	}
	out, err := c.api.CompleteMultipartUpload(ctx, done)
	if err != nil {
		if there, ours := c.isThere(ctx, err, objects.ETagOfParts(parts)); ours {
			return Made{Version: there.VersionID, Size: c.head.Size, ETag: there.ETag, Source: c.head}, nil
		}
		return Made{}, c.abort(ctx, begun.UploadId, c.failed("CompleteMultipartUpload", err))
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	return Made{Version: aws.ToString(out.VersionId), RequestID: id, Size: c.head.Size, ETag: aws.ToString(out.ETag), Source: c.head}, nil
}

// isThere looks whether the object was made of its parts all the same: the answer was lost, and a repetition found the
// upload gone.
func (c *copying) isThere(ctx context.Context, err error, etag string) (objects.Head, bool) {
	e := awsops.Wrap("CompleteMultipartUpload", c.to.Bucket, c.to.Key, err)
	if ctx.Err() != nil || etag == "" || e.Kind != awsops.KindNetwork && e.Code != "NoSuchUpload" {
		return objects.Head{}, false
	}
	there, herr := objects.ReadHead(ctx, &c.w.Reader, c.to.Bucket, c.to.Key, "")
	return there, herr == nil && there.Size == c.head.Size && there.ETag == etag && there.ETag != c.head.ETag
}

// begin carries by hand what parts don't.
func (c *copying) begin(ctx context.Context) (*s3.CreateMultipartUploadInput, error) {
	h := c.want
	in := &s3.CreateMultipartUploadInput{Bucket: &c.to.Bucket, Key: &c.to.Key, StorageClass: c.class(),
		ContentType: optional(h.ContentType), ContentEncoding: optional(h.ContentEncoding), ContentDisposition: optional(h.ContentDisposition),
		ContentLanguage: optional(h.ContentLanguage), CacheControl: optional(h.CacheControl),
		WebsiteRedirectLocation: optional(h.Redirect), Metadata: Metadata(h)}
	c.ready.Create(in)
	in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus = c.lock()
	tags := objects.ReadTags(ctx, &c.w.Reader, c.from.Bucket, c.from.Key, c.from.Version)
	set, ok := tags.Get()
	if !ok {
		return nil, tags.Err // a copy without its tags would be another object
	}
	if c.opt.Edit != nil && c.opt.Edit.Tags != nil {
		set = c.opt.Edit.Tags(set)
	}
	in.Tagging = optional(Tagging(set))
	return in, nil
}

func (c *copying) sendParts(ctx context.Context, id *string) ([]types.CompletedPart, error) {
	all := spans(c.head.Size, c.opt.Parts)
	parts := make([]types.CompletedPart, len(all))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	for i, s := range all {
		group.Go(func() error {
			in := &s3.UploadPartCopyInput{Bucket: &c.to.Bucket, Key: &c.to.Key, UploadId: id,
				PartNumber: aws.Int32(int32(i + 1)), CopySource: aws.String(c.from.Source()), CopySourceIfMatch: optional(c.head.ETag),
				CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", s.first, s.last))}
			c.ready.PartCopy(in)
			out, err := c.api.UploadPartCopy(gctx, in)
			if err != nil {
				return c.failed("UploadPartCopy", err)
			}
			if out.CopyPartResult == nil {
				return &awsops.Error{Op: "UploadPartCopy", Bucket: c.to.Bucket, Key: c.to.Key, Kind: awsops.KindUnsupported, Message: "the server answered without the part's ETag"}
			}
			parts[i] = types.CompletedPart{PartNumber: aws.Int32(int32(i + 1)), ETag: out.CopyPartResult.ETag}
			return nil
		})
	}
	return parts, group.Wait()
}

// abort discards the parts, also when the job was cancelled.
func (c *copying) abort(ctx context.Context, id *string, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUp)
	defer cancel()
	_, err := c.api.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &c.to.Bucket, Key: &c.to.Key, UploadId: id})
	if e := awsops.Wrap("AbortMultipartUpload", c.to.Bucket, c.to.Key, err); e != nil && e.Code != "NoSuchUpload" {
		awsops.Progress(ctx).Note("The incomplete upload could not be aborted and goes on being billed; see Properties, incomplete uploads. " + e.Error())
	}
	return cause
}
