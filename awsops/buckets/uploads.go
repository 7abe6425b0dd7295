package buckets

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
)

// Upload is one incomplete multipart upload. It is billed like an object until it is completed or
// aborted, and no listing of objects shows it.
type Upload struct {
	Key, ID   string
	Begun     time.Time
	Initiator string // name or ARN of who began it
	Class     string
}

// Parts is what an incomplete upload holds.
type Parts struct {
	N, Bytes int64
	AtLeast  bool // more than one page of 1,000 parts
}

// uploadCursor is a place in the list of uploads.
type uploadCursor struct{ Key, Upload string }

// String writes the place in a form that keeps every byte of a key, for a job's checkpoint.
func (c uploadCursor) String() string {
	return url.QueryEscape(c.Key) + " " + url.QueryEscape(c.Upload)
}

func parseUploadCursor(s string) (uploadCursor, error) {
	if s == "" {
		return uploadCursor{}, nil
	}
	key, upload, _ := strings.Cut(s, " ")
	k, err := url.QueryUnescape(key)
	if err != nil {
		return uploadCursor{}, err
	}
	u, err := url.QueryUnescape(upload)
	return uploadCursor{k, u}, err
}

// Uploads gives the incomplete uploads under prefix page by page, up to 1,000 a page, by key. It ends
// with the first error (ListMultipartUploads, s3:ListBucketMultipartUploads).
func Uploads(ctx context.Context, r *awsops.Reader, bucket, prefix string) iter.Seq2[[]Upload, error] {
	return func(yield func([]Upload, error) bool) {
		for page, err := range uploadPages(ctx, r, bucket, prefix, uploadCursor{}) {
			if !yield(page.uploads, err) {
				return
			}
		}
	}
}

type uploadPage struct {
	uploads []Upload
	next    uploadCursor // zero on the last page
}

func uploadPages(ctx context.Context, r *awsops.Reader, bucket, prefix string, at uploadCursor) iter.Seq2[uploadPage, error] {
	const op = "ListMultipartUploads"
	return func(yield func(uploadPage, error) bool) {
		api, err := r.S3(ctx, bucket)
		if err != nil {
			yield(uploadPage{}, err)
			return
		}
		for {
			in := &s3.ListMultipartUploadsInput{Bucket: &bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl}
			if at != (uploadCursor{}) {
				in.KeyMarker, in.UploadIdMarker = &at.Key, &at.Upload
			}
			out, err := listUploads(ctx, api, in)
			if err != nil {
				yield(uploadPage{}, awsops.Wrap(op, bucket, "", err))
				return
			}
			page, err := readUploadPage(out)
			if err != nil {
				yield(uploadPage{}, &awsops.Error{Op: op, Bucket: bucket, Kind: awsops.KindUnsupported, Message: "the server's list of uploads can't be decoded", Err: err})
				return
			}
			if page.next == at {
				page.next = uploadCursor{}
			}
			if !yield(page, nil) || page.next == (uploadCursor{}) {
				return
			}
			at = page.next
		}
	}
}

// listUploads asks for one page with keys encoded. A server that doesn't say whether it encoded them
// is asked again without, where that makes a difference.
func listUploads(ctx context.Context, api awsops.ReadAPI, in *s3.ListMultipartUploadsInput) (*s3.ListMultipartUploadsOutput, error) {
	out, err := api.ListMultipartUploads(ctx, in)
	if err != nil || out.EncodingType == types.EncodingTypeUrl {
		return out, err
	}
	odd := strings.ContainsAny(aws.ToString(out.NextKeyMarker), "%+")
	for _, u := range out.Uploads {
		odd = odd || strings.ContainsAny(aws.ToString(u.Key), "%+")
	}
	if !odd {
		return out, nil
	}
	plain := *in
	plain.EncodingType = ""
	return api.ListMultipartUploads(ctx, &plain)
}

func readUploadPage(out *s3.ListMultipartUploadsOutput) (uploadPage, error) {
	decode := func(s *string) (string, error) {
		if out.EncodingType != types.EncodingTypeUrl {
			return aws.ToString(s), nil
		}
		return url.QueryUnescape(aws.ToString(s))
	}
	page := uploadPage{uploads: make([]Upload, 0, len(out.Uploads))}
	for _, u := range out.Uploads {
		key, err := decode(u.Key)
		if err != nil {
			return page, err
		}
		up := Upload{Key: key, ID: aws.ToString(u.UploadId), Begun: aws.ToTime(u.Initiated), Class: string(u.StorageClass)}
		if w := u.Initiator; w != nil {
			if up.Initiator = aws.ToString(w.DisplayName); up.Initiator == "" {
				up.Initiator = aws.ToString(w.ID)
			}
		}
		page.uploads = append(page.uploads, up)
	}
	if !aws.ToBool(out.IsTruncated) {
		return page, nil
	}
	key, err := decode(out.NextKeyMarker)
	page.next = uploadCursor{Key: key, Upload: aws.ToString(out.NextUploadIdMarker)}
	return page, err
}

// ReadParts counts what one upload holds, up to 1,000 parts (ListParts).
func ReadParts(ctx context.Context, r *awsops.Reader, bucket string, u Upload) (Parts, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return Parts{}, err
	}
	out, err := api.ListParts(ctx, &s3.ListPartsInput{Bucket: &bucket, Key: &u.Key, UploadId: &u.ID})
	if err != nil {
		return Parts{}, awsops.Wrap("ListParts", bucket, u.Key, err)
	}
	p := Parts{N: int64(len(out.Parts)), AtLeast: aws.ToBool(out.IsTruncated)}
	for _, part := range out.Parts {
		p.Bytes += aws.ToInt64(part.Size)
	}
	return p, nil
}

// AbortSpec says which incomplete uploads are to be aborted: those named, or all under a prefix that
// began before a moment.
type AbortSpec struct {
	Bucket string         `json:"bucket"`
	Prefix string         `json:"prefix,omitempty"`
	Before time.Time      `json:"before,omitzero"` // zero: of any age
	Only   []awsops.Entry `json:"only,omitempty"`  // key and upload id
}

// The bounds on counting what a plan would abort.
const (
	countedPages   = 20
	countedUploads = 50
	abortBatch     = 50
	abortWorkers   = 4
)

// PlanAbort plans aborting incomplete uploads. It lists them, and counts the parts of the first 50.
func PlanAbort(ctx context.Context, r *awsops.Reader, spec AbortSpec) (*awsops.Plan, error) {
	found, atLeast, err := spec.find(ctx, r)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, awsops.Invalid("AbortMultipartUpload", "there is no incomplete upload to abort", "")
	}
	p := newPlan(ctx, r, "uploads.abort", fmt.Sprintf("Abort incomplete uploads in %s", spec.Bucket), spec.Bucket, spec)
	p.Effects = awsops.Effects{Uploads: int64(len(found)), AtLeast: atLeast, Counted: "listed now"}
	spec.measure(ctx, r, p, found)
	p.Changes = []awsops.Change{{Field: "incomplete uploads", Before: spec.which(len(found), atLeast), After: "aborted, their parts discarded"}}
	warn(p, awsops.Irreversible, "The parts that were uploaded are gone; whoever is still uploading must begin again.")
	p.Undo = "It can't be undone."
	p.Steps = []awsops.Step{spec.step(p.Target, found)}
	requests(p, classDelete, int64(len(found)))
	return p, nil
}

func (spec AbortSpec) which(n int, atLeast bool) string {
	s := fmt.Sprint(n)
	if atLeast {
		s = "at least " + s
	}
	if spec.Prefix != "" {
		s += " under " + spec.Prefix
	}
	if !spec.Before.IsZero() {
		s += " begun before " + spec.Before.UTC().Format(time.RFC3339)
	}
	return s
}

// find lists the uploads that the spec means, and says whether there may be more.
func (spec AbortSpec) find(ctx context.Context, r *awsops.Reader) ([]Upload, bool, error) {
	var found []Upload
	pages := 0
	for page, err := range Uploads(ctx, r, spec.Bucket, spec.Prefix) {
		if err != nil {
			return nil, false, err
		}
		for _, u := range page {
			if spec.means(u) {
				found = append(found, u)
			}
		}
		if pages++; pages == countedPages {
			return found, true, nil
		}
	}
	return found, false, nil
}

func (spec AbortSpec) means(u Upload) bool {
	if len(spec.Only) > 0 {
		return slices.ContainsFunc(spec.Only, func(e awsops.Entry) bool { return e.Key == u.Key && e.UploadID == u.ID })
	}
	return spec.Before.IsZero() || u.Begun.Before(spec.Before)
}

func (spec AbortSpec) measure(ctx context.Context, r *awsops.Reader, p *awsops.Plan, found []Upload) {
	var parts int64
	for i, u := range found {
		if i == countedUploads {
			p.Effects.Lines = append(p.Effects.Lines, fmt.Sprintf("Parts and bytes are those of the first %d uploads.", countedUploads))
			p.Effects.AtLeast = true
			break
		}
		n, err := ReadParts(ctx, r, spec.Bucket, u)
		if err != nil {
			p.Effects.Lines = append(p.Effects.Lines, "Parts and bytes could not be counted: "+err.Error())
			p.Effects.AtLeast = true
			break
		}
		parts += n.N
		p.Effects.Bytes += n.Bytes
		p.Effects.AtLeast = p.Effects.AtLeast || n.AtLeast
	}
	p.Effects.Lines = append(p.Effects.Lines, number(int(parts), "part is", "parts are")+" discarded; their storage is no longer billed.")
}

func (spec AbortSpec) step(t awsops.Target, found []Upload) awsops.Step {
	filter, err := json.Marshal(spec)
	if err != nil {
		filter = nil // a struct of strings and times
	}
	return awsops.Step{
		Title:   "abort the uploads",
		Command: spec.lines(t, found),
		Workers: abortWorkers,
		Source: &awsops.Source{Kind: "uploads", Bucket: spec.Bucket, Prefix: spec.Prefix, Filter: string(filter),
			Open: spec.open},
		Do: abortItem(spec.Bucket),
	}
}

// shownUploads is how many uploads have a command line of their own.
const shownUploads = 50

// lines are the command lines for the uploads that were found: S3 has no call that aborts several.
func (spec AbortSpec) lines(t awsops.Target, found []Upload) string {
	var out []string
	for i, u := range found {
		if i == shownUploads {
			out = append(out, fmt.Sprintf("# and so on for %d more uploads", len(found)-i))
			break
		}
		out = append(out, command(t, "abort-multipart-upload", "--bucket", spec.Bucket, "--key", u.Key, "--upload-id", u.ID))
	}
	return strings.Join(out, "\n")
}

// open yields the uploads that the spec means in batches. The cursor is the place after the page
// that a batch ends, so a resumed job may list one page twice; aborting twice does no harm.
func (spec AbortSpec) open(ctx context.Context, r *awsops.Reader, cursor string) iter.Seq2[awsops.Item, error] {
	return func(yield func(awsops.Item, error) bool) {
		at, err := parseUploadCursor(cursor)
		if err != nil {
			yield(awsops.Item{}, awsops.Invalid("ListMultipartUploads", "the job's place in the list can't be read", ""))
			return
		}
		batch := 0
		for page, err := range uploadPages(ctx, r, spec.Bucket, spec.Prefix, at) {
			if err != nil {
				yield(awsops.Item{}, err)
				return
			}
			var entries []awsops.Entry
			for _, u := range page.uploads {
				if spec.means(u) {
					entries = append(entries, awsops.Entry{Key: u.Key, UploadID: u.ID})
				}
			}
			for part := range slices.Chunk(entries, abortBatch) {
				batch++
				item := awsops.Item{Batch: batch, Entries: part}
				if &part[len(part)-1] == &entries[len(entries)-1] && page.next != (uploadCursor{}) {
					item.Cursor = page.next.String()
				}
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

func abortItem(bucket string) func(context.Context, *awsops.Writer, awsops.Item) (awsops.Receipt, error) {
	return func(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
		var rec awsops.Receipt
		api, err := w.S3(ctx, bucket)
		if err != nil {
			return rec, err
		}
		for _, e := range item.Entries {
			if err := abortUpload(ctx, api, bucket, e); err != nil {
				failed := awsops.Wrap("AbortMultipartUpload", bucket, e.Key, err)
				if ctx.Err() != nil {
					return rec, failed
				}
				rec.Failures = append(rec.Failures, awsops.Failure{Entry: e, Err: failed})
				continue
			}
			rec.Done++
		}
		return rec, nil
	}
}

// abortTries is how often an upload is aborted again when parts that were under way have landed in it.
const abortTries = 3

// abortUpload aborts one upload and looks for parts that landed meanwhile. An upload that is gone
// is what was wanted.
func abortUpload(ctx context.Context, api awsops.WriteAPI, bucket string, e awsops.Entry) error {
	for range abortTries {
		_, err := api.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &bucket, Key: &e.Key, UploadId: &e.UploadID})
		if failed := awsops.Wrap("AbortMultipartUpload", bucket, e.Key, err); failed != nil && failed.Code != "NoSuchUpload" {
			return failed
		}
		out, err := api.ListParts(ctx, &s3.ListPartsInput{Bucket: &bucket, Key: &e.Key, UploadId: &e.UploadID, MaxParts: aws.Int32(1)})
		if err != nil || len(out.Parts) == 0 {
			return nil // NoSuchUpload, or nothing left; a denied look changes nothing about the abort
		}
	}
	return nil
}
