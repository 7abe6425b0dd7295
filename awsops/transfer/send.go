package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5 and the ETag of parts are MD5 by definition
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
)

// parallel is how many requests of one transfer are on their way at once.
const parallel = 8

// cleanUp is how long aborting an upload may take after the job was cancelled.
const cleanUp = 30 * time.Second

// upload is one file on its way.
type upload struct {
	spec     UploadSpec
	size     int64 // of what is sent: a sealed file is longer than the file
	partSize int64
	parts    int32
	plain    bool // a compatible server: Content-MD5 in place of a checksum trailer
	lanes    lanes
	marker   bool // an empty object that stands for a folder: there is no file that could change

	probe *probe    // shared by the files of a job
	ready sse.Ready // the encryption, with its key

	r        *awsops.Reader
	api      awsops.WriteAPI
	file     *os.File
	content  io.ReaderAt // what is sent: the file, or what came in its place
	fileSize int64
	sealed   *s3ec.Sealer   // nil: the content is sent as it is
	env      *s3ec.Envelope // of client-side encryption, nil without
	stamp    string
	shown    *awsops.FileProgress
}

// connect finds out how the bucket is written to.
func (u *upload) connect(ctx context.Context, w *awsops.Writer) error {
	api, err := w.S3(ctx, u.spec.Bucket)
	if err != nil {
		return err
	}
	u.r, u.api, u.plain = &w.Reader, api, w.Session().Dialect() == awsops.DialectCompatible
	if u.ready, err = w.Session().Keys().Ready(u.spec.With.Encryption); err != nil {
		return awsops.NoKey("PutObject", u.spec.Bucket, u.spec.Key, err)
	}
	return u.probe.run(ctx, u)
}

func (u *upload) run(ctx context.Context, w *awsops.Writer) (awsops.Receipt, error) {
	err := u.connect(ctx, w)
	if err != nil {
		return awsops.Receipt{}, err
	}
	if !u.marker {
		u.stamp = fileText(u.spec.File)
	}
	if u.file, err = os.Open(u.spec.File); err != nil {
		return awsops.Receipt{}, localError("the file can't be read", err)
	}
	defer u.file.Close() //nolint:errcheck // it was only read
	u.content = u.file
	u.fileSize = u.size - u.spec.With.stored(0)
	if err := u.asSeen(); err != nil {
		return awsops.Receipt{}, err
	}
	u.shown = awsops.Progress(ctx).File(u.spec.Key, u.size)
	defer u.shown.Close()
	var note string
	if u.parts > 1 {
		note, err = u.multipart(ctx)
	} else {
		note, err = u.single(ctx)
	}
	if err != nil {
		u.shown.Back()
		return awsops.Receipt{}, err
	}
	return awsops.Receipt{Done: 1, Note: note}, nil
}

func (u *upload) single(ctx context.Context) (string, error) {
	if err := u.lanes.enter(ctx); err != nil {
		return "", err
	}
	defer u.lanes.leave()
	if err := u.seal(ctx, ""); err != nil {
		return "", err
	}
	in := &s3.PutObjectInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, ContentLength: &u.size, ContentType: &u.spec.ContentType}
	u.spec.With.put(in)
	in.Metadata = u.metadata(in.Metadata)
	u.ready.Put(in)
	sum, err := u.sum(0, u.size)
	if err != nil {
		return "", err
	}
	if u.plain {
		in.ContentMD5 = &sum
	} else {
		in.ChecksumCRC64NVME = &sum
	}
	var out *s3.PutObjectOutput
	err = u.conditionally(ctx, "PutObject", func(match, none *string) (err error) {
		in.IfMatch, in.IfNoneMatch, in.Body = match, none, u.section(0, u.size)
		out, err = u.api.PutObject(ctx, in)
		return u.unreadable(err)
	})
	if err != nil {
		head, ours := u.isThere(ctx, err, "")
		if !ours {
			return "", u.because(err)
		}
		u.shown.Add(u.size)
		return storedNote(head.VersionID, ""), nil
	}
	if err := u.told(toldByPut(out)); err != nil {
		return "", err
	}
	if err := u.unchanged("What was stored may be a mixture of both. "); err != nil {
		return "", err
	}
	u.shown.Add(u.size)
	return storedNote(aws.ToString(out.VersionId), aws.ToString(out.ChecksumCRC64NVME)), nil
}

// isThere looks whether an upload that failed was carried out all the same: its answer was lost, and a
// repetition then found the upload gone or the condition no longer true. The object must have the
// file's size and checksum, or the ETag of its parts.
func (u *upload) isThere(ctx context.Context, failed error, etag string) (objects.Head, bool) {
	e := awsops.Wrap("PutObject", u.spec.Bucket, u.spec.Key, failed)
	if ctx.Err() != nil || e.Kind != awsops.KindNetwork && e.Code != "NoSuchUpload" && e.Status != http.StatusPreconditionFailed {
		return objects.Head{}, false
	}
	head, err := objects.ReadHead(ctx, u.r, u.spec.Bucket, u.spec.Key, "")
	if err != nil || head.Size != u.size || head.ETag == u.spec.Replace {
		return objects.Head{}, false
	}
	if etag != "" && head.ETag == etag {
		return head, true
	}
	p := proofOf(head)
	return head, p.name != "" && p.verify(u.section(0, u.size)) == nil
}

func storedNote(version, crc string) string {
	var out []string
	if version != "" {
		out = append(out, "Stored as version "+version+".")
	}
	if crc != "" {
		out = append(out, "S3 checked its CRC64NVME: "+crc+".")
	}
	return strings.Join(out, " ")
}

// conditionally makes a call with If-Match or If-None-Match. A compatible server that refuses an ETag
// in quotes is asked once more without them, as some compare it only so: the condition stays.
func (u *upload) conditionally(ctx context.Context, op string, call func(match, none *string) error) error {
	if u.spec.Replace == "" {
		return u.failed(op, patiently(ctx, func() error { return call(nil, aws.String("*")) }))
	}
	err := patiently(ctx, func() error { return call(&u.spec.Replace, nil) })
	bare := strings.Trim(u.spec.Replace, `"`)
	if e := awsops.Wrap(op, "", "", err); u.plain && bare != u.spec.Replace && e != nil && e.Status == http.StatusPreconditionFailed {
		err = patiently(ctx, func() error { return call(&bare, nil) })
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

// because says that the file changed, where that is why its checksum was refused.
func (u *upload) because(err error) error {
	if e := awsops.Wrap("PutObject", u.spec.Bucket, u.spec.Key, err); e.Code == "BadDigest" || e.Code == "XAmzContentSHA256Mismatch" {
		if changed := u.unchanged("Nothing was stored. "); changed != nil {
			return changed
		}
	}
	return err
}

// asSeen holds the file against the size that was planned with: of one that grew since, only the beginning would be sent.
func (u *upload) asSeen() error {
	info, err := u.file.Stat()
	if err != nil {
		return localError("the file can't be looked at", err)
	}
	if u.marker || info.Size() == u.fileSize {
		return nil
	}
	return &awsops.Error{Op: "local file", Key: u.spec.Key, Kind: awsops.KindChanged, Message: fmt.Sprintf("the file had %d bytes when it was looked at, and has %d now", u.fileSize, info.Size()),
		Hint: "Nothing was stored. Upload it again when nothing writes to it."}
}

// unchanged notices a file that was written to while it was read.
func (u *upload) unchanged(what string) error {
	if now := fileText(u.spec.File); !u.marker && now != u.stamp {
		return &awsops.Error{Op: "local file", Key: u.spec.Key, Kind: awsops.KindChanged, Message: "the file changed while it was read: it is now " + now,
			Hint: what + "Upload it again when nothing writes to it."}
	}
	return nil
}

// sum is the checksum of a stretch of the file, in Base64: MD5 for a compatible server, CRC64NVME for S3. It is taken
// before the request, not in a trailer: that costs a reading from memory, and spares the chunks' framing.
func (u *upload) sum(from, size int64) (string, error) {
	h := sums["CRC64NVME"]()
	if u.plain {
		h = md5.New() //nolint:gosec // see above
	}
	if _, err := copyAll(h, u.section(from, size)); err != nil {
		return "", u.unreadable(localError("the file can't be read", err))
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}
