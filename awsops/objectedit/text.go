package objectedit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/preview"
	"cooper/awsops/versioning"
)

// MaxText is the largest object that is given to an editor, in bytes.
const MaxText = 1 << 20

// TextSpec is a text that was edited in a file and is to take an object's place.
type TextSpec struct {
	Bucket string
	Key    string
	ETag   string // with its quotes, of the object that was edited
	File   string // where the text is; it is deleted once it was stored
}

type keptText struct {
	Bucket string `json:"bucket"`
	Key    []byte `json:"key"` // base64: keys may hold bytes that JSON strings can't
	ETag   string `json:"etag"`
	File   string `json:"file"`
}

// MarshalJSON keeps the key byte for byte.
func (s TextSpec) MarshalJSON() ([]byte, error) {
	return json.Marshal(keptText{s.Bucket, []byte(s.Key), s.ETag, s.File})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *TextSpec) UnmarshalJSON(raw []byte) error {
	var k keptText
	if err := json.Unmarshal(raw, &k); err != nil {
		return err
	}
	*s = TextSpec{k.Bucket, string(k.Key), k.ETag, k.File}
	return nil
}

// Text is an object that can be edited, with its content.
type Text struct {
	Head objects.Head
	Body []byte
}

// WhyNoText says why an object isn't given to an editor, "" when HEAD has nothing to say against it.
func WhyNoText(h objects.Head) string {
	switch why := preview.Why(h); {
	case why != "":
		return why
	case h.Size > MaxText:
		return fmt.Sprintf("It has %d bytes, and an editor gets 1 MiB at most.", h.Size)
	case h.ContentEncoding != "" && h.ContentEncoding != "aws-chunked" && h.ContentEncoding != "identity":
		return "It is stored with the content encoding " + h.ContentEncoding + ": an editor would see that, and not the text."
	case h.MissingMetadata > 0:
		return "It has metadata that no header can carry, and storing it anew would lose that."
	}
	return ""
}

// ReadText reads the current object for editing it. What isn't UTF-8 text of at most MaxText bytes is KindConflict,
// with the reason.
func ReadText(ctx context.Context, r *awsops.Reader, bucket, key string) (Text, error) {
	head, err := objects.ReadHead(ctx, r, bucket, key, "")
	if err != nil {
		return Text{}, err
	}
	refuse := func(why string) error {
		return &awsops.Error{Op: "edit", Bucket: bucket, Key: key, Kind: awsops.KindConflict, Message: sentence(why)}
	}
	if why := WhyNoText(head); why != "" {
		return Text{}, refuse(why)
	}
	piece, err := preview.More(ctx, r, preview.Piece{At: preview.Place{Bucket: bucket, Key: key}, Head: head}, MaxText)
	if err != nil {
		return Text{}, err
	}
	if !utf8.Valid(piece.Data) || bytes.IndexByte(piece.Data, 0) >= 0 {
		return Text{}, refuse("It isn't UTF-8 text: an editor would change bytes that nobody touched.")
	}
	return Text{Head: head, Body: piece.Data}, nil
}

// texter stores one edited text.
type texter struct {
	spec TextSpec
	now  Text
	body []byte
	tags []objects.Pair
	lock bool
	kept bool // versioning keeps what is replaced

	keyFile func(fingerprint string) string // where a customer's key is kept
}

// PlanText plans storing a text that was edited in place of the object that was read. Headers, metadata, tags, storage
// class, encryption and lock are carried over. Errors: KindChanged when the object is another one by now; the file stays
// and its path is told.
func PlanText(ctx context.Context, r *awsops.Reader, spec TextSpec) (*awsops.Plan, error) {
	body, err := readFile(spec.File)
	if err != nil {
		return nil, err
	}
	now, err := ReadText(ctx, r, spec.Bucket, spec.Key)
	if err != nil {
		return nil, spec.keep(err)
	}
	if now.Head.ETag != spec.ETag {
		return nil, spec.keep(changed(spec.Bucket, spec.Key))
	}
	if bytes.Equal(body, now.Body) {
		return nil, awsops.Unchanged(KindText)
	}
	tags := objects.ReadTags(ctx, r, spec.Bucket, spec.Key, now.Head.VersionID)
	set, known := tags.Get()
	if !known && tags.State != awsops.Absent && tags.State != awsops.Unsupported {
		return nil, spec.keep(tags.Err)
	}
	lock := versioning.ReadLock(ctx, r, spec.Bucket)
	locked, _ := lock.Get()
	tx := &texter{spec: spec, now: now, body: body, tags: set, lock: locked, keyFile: r.Session().Keys().File}
	one := objectset.One(spec.Bucket, spec.Key, "", spec.ETag, now.Head.Size)
	p, err := newPlan(ctx, r, KindText, "Edit the text of "+spec.Key, one, spec)
	if err != nil {
		return nil, err
	}
	tx.describe(ctx, r, p)
	p.Basis = []awsops.Fingerprint{{What: "the object", Value: state(now.Head), Read: tx.pinned}}
	p.Expect = []awsops.Expectation{{What: "the object's text", Want: "as it was written", Read: tx.stored}}
	p.Steps = []awsops.Step{{Title: "store the text", Command: tx.line(p.Target), Do: tx.put}}
	return p, nil
}

// keep says in an error where the text is that was written.
func (s TextSpec) keep(err error) error {
	e := *awsops.Wrap("PutObject", s.Bucket, s.Key, err)
	e.Hint = "What you wrote is kept in " + s.File + ". " + e.Hint
	return &e
}

func (tx *texter) describe(ctx context.Context, r *awsops.Reader, p *awsops.Plan) {
	h := tx.now.Head
	p.Changes = []awsops.Change{{Field: tx.spec.Key, Before: fmt.Sprintf("%d bytes, %s", h.Size, h.ETag), After: fmt.Sprintf("%d bytes", len(tx.body))}}
	p.Diff = Diff(tx.now.Body, tx.body)
	p.Effects = awsops.Effects{Objects: 1, Bytes: int64(len(tx.body)), Counted: "the file's size now",
		Requests: []awsops.RequestCount{{Class: "LIST/PUT", N: 1}, {Class: "GET", N: 5}},
		Lines:    []string{"What you wrote is in " + tx.spec.File + " until it is stored; then the file is deleted."}}
	note(p, awsops.Note, "Carried over: headers, metadata, tags, redirect, storage class and encryption. The date and the ETag are new.")
	if tx.lock {
		note(p, awsops.Risk, "The bucket has Object Lock: retention that still runs and a legal hold are set on the new version, too.")
	}
	source := versioning.Reading(ctx, r, tx.spec.Bucket)
	v, ok := source.Get()
	if tx.kept = ok && v.On(); tx.kept {
		note(p, awsops.Note, "Versioning is on: the present text stays as a noncurrent version and stays billed.")
		p.Undo = "Restore the present version by copy."
	} else {
		note(p, awsops.Risk, "Versioning isn't on, or can't be read: the present text is gone for good.")
		p.Undo = "The present text can't be brought back."
	}
	if days := minimums[h.StorageClass]; days > 0 {
		note(p, awsops.Note, "What is overwritten in %s before it is %d days old is billed as if it had stayed so long.", h.StorageClass, days)
	}
	if r.Session().Dialect() == awsops.DialectAWS {
		note(p, awsops.Note, "Annotations of the present object, if it has some, stay with it and are not carried over.")
	}
	aclWarning(ctx, r, p, tx.spec.Bucket, tx.spec.Key)
}

// pinned reads the basis; one that moved says where the text is.
func (tx *texter) pinned(ctx context.Context, r *awsops.Reader) (string, error) {
	now, err := objects.ReadHead(ctx, r, tx.spec.Bucket, tx.spec.Key, "")
	if err != nil {
		return "", tx.spec.keep(err)
	}
	if state(now) != state(tx.now.Head) {
		return "", tx.spec.keep(changed(tx.spec.Bucket, tx.spec.Key))
	}
	return state(now), nil
}

func (tx *texter) stored(ctx context.Context, r *awsops.Reader) (string, error) {
	same, err := tx.isThere(ctx, r)
	if err != nil || !same {
		return "another text", err
	}
	return "as it was written", nil
}

func (tx *texter) isThere(ctx context.Context, r *awsops.Reader) (bool, error) {
	there, err := ReadText(ctx, r, tx.spec.Bucket, tx.spec.Key)
	return err == nil && bytes.Equal(there.Body, tx.body), err
}

func (tx *texter) put(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
	api, err := w.S3(ctx, tx.spec.Bucket)
	if err != nil {
		return awsops.Receipt{}, tx.spec.keep(err)
	}
	ready, err := w.Session().Keys().Ready(copies.Encryption(tx.now.Head))
	if err != nil {
		return awsops.Receipt{}, tx.spec.keep(awsops.NoKey("PutObject", tx.spec.Bucket, tx.spec.Key, err))
	}
	in := tx.request(w.Session().ServerNow(), w.Session().Dialect() == awsops.DialectCompatible)
	ready.Put(in)
	out, err := tx.send(ctx, w, api, in)
	if err != nil {
		return tx.failed(ctx, w, err)
	}
	forget(tx.spec.File)
	return tx.receipt(out), nil
}

// send puts the text under the condition that the object is the one that was edited. Of compatible servers some compare
// an ETag only without its quotes, and some refuse every condition in a versioned bucket: there the object is looked at
// right before instead, and what somebody else writes in that moment stays as a version.
func (tx *texter) send(ctx context.Context, w *awsops.Writer, api awsops.WriteAPI, in *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
	put := func(match *string) (*s3.PutObjectOutput, error) {
		in.IfMatch, in.Body = match, bytes.NewReader(tx.body)
		return api.PutObject(ctx, in, copies.Expires(tx.now.Head.Expires)...)
	}
	refused := func(err error) bool {
		e := awsops.Wrap("PutObject", tx.spec.Bucket, tx.spec.Key, err)
		return e != nil && e.Status == http.StatusPreconditionFailed && w.Session().Dialect() == awsops.DialectCompatible
	}
	out, err := put(&tx.spec.ETag)
	if refused(err) {
		bare := unquoted(tx.spec.ETag)
		out, err = put(&bare)
	}
	if !refused(err) || !tx.kept {
		return out, err
	}
	if now, herr := objects.ReadHead(ctx, &w.Reader, tx.spec.Bucket, tx.spec.Key, ""); herr != nil || state(now) != state(tx.now.Head) {
		return out, err
	}
	awsops.Progress(ctx).Note("The server refuses If-Match here: the object was looked at right before it was replaced.")
	return put(nil)
}

// failed looks whether a text was stored all the same: its answer was lost, and the repetition met its own object.
func (tx *texter) failed(ctx context.Context, w *awsops.Writer, err error) (awsops.Receipt, error) {
	e := awsops.Wrap("PutObject", tx.spec.Bucket, tx.spec.Key, err)
	if e.Status == http.StatusPreconditionFailed || e.Kind == awsops.KindNetwork && ctx.Err() == nil {
		if same, serr := tx.isThere(ctx, &w.Reader); serr == nil && same {
			forget(tx.spec.File)
			return awsops.Receipt{Done: 1, Bytes: int64(len(tx.body))}, nil
		}
	}
	if e.Status == http.StatusPreconditionFailed || e.Status == http.StatusNotFound {
		e = changed(tx.spec.Bucket, tx.spec.Key)
	}
	return awsops.Receipt{}, tx.spec.keep(e)
}

func (tx *texter) request(now time.Time, compatible bool) *s3.PutObjectInput {
	h := tx.now.Head
	in := &s3.PutObjectInput{Bucket: &tx.spec.Bucket, Key: &tx.spec.Key, Body: bytes.NewReader(tx.body), IfMatch: &tx.spec.ETag,
		ContentType: optional(h.ContentType), ContentEncoding: optional(h.ContentEncoding), ContentDisposition: optional(h.ContentDisposition),
		ContentLanguage: optional(h.ContentLanguage), CacheControl: optional(h.CacheControl), WebsiteRedirectLocation: optional(h.Redirect),
		Metadata: copies.Metadata(h), Tagging: optional(copies.Tagging(tx.tags))}
	copies.Keep(in, h, tx.lock, now)
	if compatible {
		sum := contentMD5(tx.body)
		in.ContentMD5, in.ChecksumAlgorithm = &sum, ""
	}
	return in
}

// unquoted is an ETag as some compatible servers compare it.
func unquoted(etag string) string { return string(bytes.Trim([]byte(etag), `"`)) }

func contentMD5(body []byte) string {
	sum := md5Of(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (tx *texter) receipt(out *s3.PutObjectOutput) awsops.Receipt {
	rec := receiptOf(out.ResultMetadata)
	rec.Bytes = int64(len(tx.body))
	rec.Note = madeNote(deref(out.VersionId), deref(out.ETag), tx.spec.ETag)
	return rec
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// line is the command line. The AWS CLI of today has --if-match; the body is the file that was edited.
func (tx *texter) line(to awsops.Target) string {
	h := tx.now.Head
	line := awsops.Command(to, "s3api", "put-object").Flag("--bucket", tx.spec.Bucket).Flag("--key", tx.spec.Key).Flag("--body", tx.spec.File).
		Flag("--if-match", tx.spec.ETag).FlagIf("--content-type", h.ContentType).FlagIf("--content-encoding", h.ContentEncoding).
		FlagIf("--content-disposition", h.ContentDisposition).FlagIf("--content-language", h.ContentLanguage).FlagIf("--cache-control", h.CacheControl).
		FlagIf("--expires", h.Expires).FlagIf("--website-redirect-location", h.Redirect).FlagIf("--tagging", copies.Tagging(tx.tags))
	if len(h.Metadata) > 0 {
		line.Flag("--metadata", jsonMap(h.Metadata))
	}
	if h.StorageClass != "STANDARD" {
		line.Flag("--storage-class", h.StorageClass)
	}
	return encryptionFlags(line, h, tx.keyFile).String()
}

func readFile(path string) ([]byte, error) {
	f, err := openText(path)
	if err != nil {
		return nil, localError(err)
	}
	defer func() { _ = f.Close() }()
	body, err := io.ReadAll(io.LimitReader(f, MaxText+1))
	if err != nil {
		return nil, localError(err)
	}
	if len(body) > MaxText {
		return nil, awsops.Invalid(KindText, "the text has more than 1 MiB by now", "It is kept in "+path+". Upload it instead.")
	}
	return body, nil
}
