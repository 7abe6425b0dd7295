package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/objects"
)

// UploadSpec is one local file to be put into a bucket.
type UploadSpec struct {
	File   string `json:"file"` // local path
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	// Replace is the ETag of the object that may be replaced, with its quotes. "" means that there
	// must be none.
	Replace string `json:"replace,omitempty"`
	// ContentType is guessed from the file's extension when it is "".
	ContentType string `json:"content_type,omitempty"`
	// With is what the object gets besides.
	With Attributes `json:"with,omitzero"`
}

const (
	noObject = "no object"
	// lockedObject stands for the ETag of an object that only its own key would show.
	lockedObject = "an object that is encrypted with a key of your own (SSE-C), which isn't held"
	kindUpload   = "object.upload"
)

// PlanUpload plans the upload of one file. It fails with KindConflict when there is an object under
// the key and Replace doesn't name it: replacing is asked for explicitly.
func PlanUpload(ctx context.Context, r *awsops.Reader, spec UploadSpec) (*awsops.Plan, error) {
	if spec.Key == "" || len(spec.Key) > 1024 {
		return nil, awsops.Invalid("PutObject", "a key has 1 to 1,024 bytes", "")
	}
	if why := spec.With.Check(); why != "" {
		return nil, awsops.Invalid("PutObject", why, "")
	}
	if err := encryptable(ctx, r, spec.Bucket, spec.With.Encryption); err != nil {
		return nil, err
	}
	size, err := localSize(spec.File)
	if err != nil {
		return nil, err
	}
	partSize, parts, err := PartSize(spec.With.stored(size))
	if err != nil {
		return nil, awsops.Invalid("PutObject", err.Error(), "")
	}
	there, err := objectState(spec.Bucket, spec.Key)(ctx, r)
	if err != nil {
		return nil, err
	}
	if want := orNone(spec.Replace); there != want {
		return nil, conflict(spec, there)
	}
	if spec.ContentType == "" {
		spec.ContentType = contentType(spec.File)
	}
	raw, err := json.Marshal(spec)
	if err != nil {
		return nil, awsops.Invalid("PutObject", "the path or the key can't be recorded", "")
	}
	p := &awsops.Plan{ID: r.Session().NewID(), Kind: kindUpload, Title: "Upload " + filepath.Base(spec.File), Target: r.Target(ctx, spec.Bucket),
		Consent: awsops.Consent{Kind: awsops.ConsentYes}, Params: raw}
	p.Basis = []awsops.Fingerprint{
		{What: "the object " + spec.Key, Value: there, Read: objectState(spec.Bucket, spec.Key)},
		{What: "the file " + spec.File, Value: fileText(spec.File), Read: func(context.Context, *awsops.Reader) (string, error) { return fileText(spec.File), nil }},
	}
	describeUpload(p, spec, size, parts, there)
	p.Steps = []awsops.Step{{Title: "upload the file", Command: spec.command(p.Target, size, keyFile(r, spec.With)),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			return (&upload{spec: spec, size: spec.With.stored(size), partSize: partSize, parts: int32(parts), lanes: newLanes(parallel), probe: &probe{}}).run(ctx, w)
		}}}
	p.Expect = []awsops.Expectation{{What: "the object's size", Want: fmt.Sprint(spec.With.stored(size)), Read: sizeState(spec.Bucket, spec.Key)}}
	if !spec.With.Encryption.IsZero() {
		p.Expect = append(p.Expect, awsops.Expectation{What: "the object's encryption", Want: asChosen, Read: encryptionState(spec)})
	}
	return p, nil
}

func conflict(spec UploadSpec, there string) error {
	e := &awsops.Error{Op: "PutObject", Bucket: spec.Bucket, Key: spec.Key, Kind: awsops.KindConflict, Code: "PreconditionFailed",
		Message: "there is an object with this key already", Hint: "Choose another key, or replace it explicitly."}
	if spec.Replace != "" {
		e.Kind, e.Message, e.Hint = awsops.KindChanged, "the object is not the one that was seen: "+there, "Refresh and look again."
	}
	return e
}

func describeUpload(p *awsops.Plan, spec UploadSpec, size, parts int64, there string) {
	p.Changes = []awsops.Change{
		{Field: spec.Key, Before: there, After: sizeOf(size, spec.With.Encryption.Client) + " of " + spec.File},
		{Field: "content type", After: spec.ContentType},
	}
	p.Changes = append(p.Changes, spec.With.changes()...)
	p.Effects = awsops.Effects{Objects: 1, Bytes: size, Counted: "the file's size now", Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: 1}},
		Storage: spec.With.storage(size)}
	if parts > 1 {
		p.Effects.Requests[0].N = parts + 2
		p.Effects.Lines = []string{fmt.Sprintf("Sent as %d parts; when it is cancelled the parts are aborted; when it is cut off only those that are missing are sent later.", parts)}
	}
	describeServer(p, spec.With.Encryption, 1, parts)
	describeClient(p, spec.With.Encryption.Client, 1)
	p.Undo = "Delete the object."
	if spec.Replace != "" {
		p.Undo = "On a versioned bucket the replaced version is kept and can be restored; else it is gone."
		p.Warnings = append(p.Warnings, awsops.Warning{Level: awsops.Risk, Text: "The present object is replaced, with its metadata and tags. Only the very object that was seen is."})
	}
}

// command is one PUT up to the 5 GiB that a PUT can carry; beyond it only the high-level copy will do.
func (spec UploadSpec) command(t awsops.Target, size int64, keyFile string) string {
	if spec.With.Encryption.Client != nil {
		return noCommand(t, spec.Key)
	}
	if size > 5*gib {
		return spec.With.copyFlags(awsops.Command(t, "s3", "cp").Arg(localArg(spec.File), "s3://"+spec.Bucket+"/"+spec.Key).
			Flag("--content-type", spec.ContentType), keyFile).String()
	}
	c := awsops.Command(t, "s3api", "put-object").Flag("--bucket", spec.Bucket).Flag("--key", spec.Key).
		Flag("--body", localArg(spec.File)).Flag("--content-type", spec.ContentType)
	c = spec.With.flags(c, keyFile)
	if spec.Replace != "" {
		return c.Flag("--if-match", spec.Replace).String()
	}
	return c.Flag("--if-none-match", "*").String()
}

// localArg keeps a file name that begins with a hyphen from being read as an option.
func localArg(path string) string {
	if len(path) > 0 && path[0] == '-' {
		return "./" + path
	}
	return path
}

func localSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, localError("the file can't be read", err)
	}
	if !info.Mode().IsRegular() {
		return 0, awsops.Invalid("PutObject", path+" is not a regular file", "One file is uploaded at a time.")
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, localError("the file can't be read", err)
	}
	return info.Size(), f.Close()
}

func localError(text string, err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		text += ": " + p.Err.Error()
	} else if l, ok := errors.AsType[*os.LinkError](err); ok {
		text += ": " + l.Err.Error()
	}
	return &awsops.Error{Op: "local file", Kind: awsops.KindInvalid, Message: text, Err: err}
}

// fileText is a file's size and time, which tell that it was changed.
func fileText(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "gone"
	}
	return fmt.Sprintf("%d bytes of %s", info.Size(), info.ModTime().Format(time.RFC3339Nano))
}

func contentType(path string) string {
	if t := mime.TypeByExtension(filepath.Ext(path)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// objectState is the ETag of a key's current object, or that there is none; a delete marker counts as
// none, as it does for If-None-Match.
func objectState(bucket, key string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		head, err := objects.ReadHead(ctx, r, bucket, key, "")
		if err == nil {
			return head.ETag, nil
		}
		if e := awsops.Wrap("HeadObject", bucket, key, err); e.Status == 404 || e.Kind == awsops.KindNotFound {
			return noObject, nil
		}
		if needsKey(err) {
			return lockedObject, nil
		}
		return "", err
	}
}

func sizeState(bucket, key string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		head, err := objects.ReadHead(ctx, r, bucket, key, "")
		return fmt.Sprint(head.Size), err
	}
}

func orNone(etag string) string {
	if etag == "" {
		return noObject
	}
	return etag
}

// Planners are the package's planners by kind, for going on with a job.
func Planners() awsops.Planners {
	return awsops.Planners{kindUpload: parsed(PlanUpload), kindPut: parsed(PlanPut), kindGet: parsed(PlanGet),
		kindDownload: parsed(func(ctx context.Context, r *awsops.Reader, spec DownloadSpec) (*awsops.Plan, error) {
			d, err := PlanDownload(ctx, r, spec)
			if err != nil {
				return nil, err
			}
			return d.Plan(r), nil
		})}
}

func parsed[T any](plan func(context.Context, *awsops.Reader, T) (*awsops.Plan, error)) awsops.Planner {
	return func(ctx context.Context, r *awsops.Reader, params json.RawMessage) (*awsops.Plan, error) {
		var spec T
		if err := json.Unmarshal(params, &spec); err != nil {
			return nil, awsops.Invalid("transfer", "the job's parameters can't be read", "Plan the transfer again.")
		}
		return plan(ctx, r, spec)
	}
}

// checksum is what uploads carry on AWS: S3 checks it and keeps it.
const checksum = types.ChecksumAlgorithmCrc64nvme
