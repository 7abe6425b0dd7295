package versions

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
)

// remover deletes batches.
type remover struct {
	bucket, title, serial string
	coded                 bool // every request takes a one-time code
	bypass                bool // x-amz-bypass-governance-retention
	plain                 bool // entries name no version: markers are added, or data goes for good
	codes                 int  // of the whole plan
	failed                atomic.Int64
}

// do deletes one batch. When it isn't known whether a request was carried out, it looks which entries
// are left, and deletes those with a request of their own.
func (d *remover) do(ctx context.Context, w *awsops.Writer, item awsops.Item) (awsops.Receipt, error) {
	var total awsops.Receipt
	entries := item.Entries
	for try := 0; ; try++ {
		receipt, err := d.send(ctx, w, item.Batch, entries)
		d.failed.Add(int64(len(receipt.Failures)))
		total.RequestID = receipt.RequestID
		total.Done += receipt.Done
		total.Bytes += receipt.Bytes
		total.Failures = append(total.Failures, receipt.Failures...)
		if err == nil || try == 3 || ctx.Err() != nil || !uncertain(err) {
			return total, err
		}
		left, rerr := d.remaining(ctx, &w.Reader, entries)
		if rerr != nil {
			return total, err
		}
		total.Done += int64(len(entries) - len(left))
		if len(left) == 0 {
			total.Note = "No answer came to a request, but what it was to delete is gone."
			return total, nil
		}
		entries = left
	}
}

// uncertain reports whether a request may have been carried out although it failed.
func uncertain(err error) bool {
	e, ok := errors.AsType[*awsops.Error](err)
	return errors.Is(err, awsops.ErrOutcomeUnknown) || ok && e.Kind == awsops.KindNetwork
}

// send makes the request, with a code where one is needed.
func (d *remover) send(ctx context.Context, w *awsops.Writer, batch int, entries []awsops.Entry) (awsops.Receipt, error) {
	var receipt awsops.Receipt
	call := func(ctx context.Context, code string) (err error) {
		api, err := w.S3(ctx, d.bucket)
		if err != nil {
			return err
		}
		if len(entries) == 1 {
			receipt, err = d.one(ctx, api, entries[0], code)
		} else {
			receipt, err = d.many(ctx, api, entries, code)
		}
		return err
	}
	if !d.coded {
		err := call(ctx, "")
		return receipt, err
	}
	err := w.Coded(ctx, awsops.Challenge{Bucket: d.bucket, Action: d.title, Serial: d.serial, Batch: batch,
		Batches: max(d.codes, batch)}, call)
	return receipt, err
}

// once keeps the SDK from sending a plain delete twice: the second would add a second marker.
func (d *remover) once(o *s3.Options) {
	if d.plain {
		o.Retryer = aws.NopRetryer{}
	}
}

func (d *remover) one(ctx context.Context, api awsops.WriteAPI, e awsops.Entry, code string) (awsops.Receipt, error) {
	in := &s3.DeleteObjectInput{Bucket: &d.bucket, Key: &e.Key, VersionId: optional(e.VersionID), MFA: optional(code)}
	if d.bypass {
		in.BypassGovernanceRetention = aws.Bool(true)
	}
	out, err := api.DeleteObject(ctx, in, d.once)
	if err == nil {
		id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
		return awsops.Receipt{RequestID: id, Done: 1, Bytes: e.Size}, nil
	}
	wrapped := awsops.Wrap("DeleteObject", d.bucket, e.Key, err)
	switch {
	case gone(wrapped.Code):
		return awsops.Receipt{RequestID: wrapped.RequestID, Done: 1}, nil
	case !d.coded && wrapped.Kind == awsops.KindDenied && wrapped.Status == 403:
		return awsops.Receipt{RequestID: wrapped.RequestID, Failures: []awsops.Failure{{Entry: e, Err: wrapped}}}, nil
	}
	return awsops.Receipt{}, wrapped
}

// gone reports whether an error says that there is nothing left to delete.
func gone(code string) bool { return code == "NoSuchVersion" || code == "NoSuchKey" }

func (d *remover) many(ctx context.Context, api awsops.WriteAPI, entries []awsops.Entry, code string) (awsops.Receipt, error) {
	ids := make([]types.ObjectIdentifier, len(entries))
	for i := range entries {
		ids[i] = types.ObjectIdentifier{Key: &entries[i].Key, VersionId: optional(entries[i].VersionID)}
	}
	in := &s3.DeleteObjectsInput{Bucket: &d.bucket, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)}, MFA: optional(code)}
	if d.bypass {
		in.BypassGovernanceRetention = aws.Bool(true)
	}
	out, err := api.DeleteObjects(ctx, in, d.once)
	if err != nil {
		return awsops.Receipt{}, awsops.Wrap("DeleteObjects", d.bucket, "", err)
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	receipt := awsops.Receipt{RequestID: id}
	bad := d.failures(entries, out.Errors, id)
	for _, e := range entries {
		if f, failed := bad[place{e.Key, e.VersionID}]; failed {
			receipt.Failures = append(receipt.Failures, f)
			continue
		}
		receipt.Done++
		receipt.Bytes += e.Size
	}
	return receipt, nil
}

// place names a version within a bucket.
type place struct{ key, version string }

// failures sorts the errors of a DeleteObjects answer by entry. An error that names no version goes
// to the key's entries.
func (d *remover) failures(entries []awsops.Entry, errs []types.Error, request string) map[place]awsops.Failure {
	bad := map[place]awsops.Failure{}
	for _, x := range errs {
		if gone(aws.ToString(x.Code)) {
			continue
		}
		e := &awsops.Error{Op: "DeleteObjects", Bucket: d.bucket, Key: aws.ToString(x.Key), Code: aws.ToString(x.Code),
			Message: aws.ToString(x.Message), Kind: kindOf(aws.ToString(x.Code)), Status: 200, RequestID: request}
		for _, entry := range entries {
			id := aws.ToString(x.VersionId)
			if entry.Key == e.Key && (id == "" || id == entry.VersionID) {
				bad[place{entry.Key, entry.VersionID}] = awsops.Failure{Entry: entry, Err: e}
			}
		}
	}
	return bad
}

func kindOf(code string) awsops.Kind {
	switch code {
	case "AccessDenied":
		return awsops.KindDenied
	case "InternalError", "SlowDown", "ServiceUnavailable":
		return awsops.KindThrottled
	case "PreconditionFailed":
		return awsops.KindPrecondition
	}
	return awsops.KindConflict
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
