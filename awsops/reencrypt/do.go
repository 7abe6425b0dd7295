package reencrypt

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// do looks at one object and encrypts it anew. What only this object meets is booked as its failure and the job goes on.
func (e *encrypter) do(ctx context.Context, w *awsops.Writer, it awsops.Item) (awsops.Receipt, error) {
	entry := it.Entries[0]
	head, err := objects.ReadHead(ctx, &w.Reader, e.spec.Scope.Bucket, entry.Key, entry.VersionID)
	if err == nil {
		var rec awsops.Receipt
		if rec, err = e.change(ctx, w, entry, head); err == nil {
			e.changed.Add(entry)
			return rec, nil
		}
	}
	x, ok := errors.AsType[*awsops.Error](err)
	if !ok || ctx.Err() != nil {
		return awsops.Receipt{}, err
	}
	switch x.Kind {
	case awsops.KindThrottled, awsops.KindNetwork, awsops.KindExpired, awsops.KindCredentials, awsops.KindCancelled, awsops.KindUnsupported, awsops.KindReadOnly:
		return awsops.Receipt{}, x
	}
	return awsops.Receipt{RequestID: x.RequestID, Failures: []awsops.Failure{{Entry: entry, Err: x}}}, nil
}

func (e *encrypter) change(ctx context.Context, w *awsops.Writer, entry awsops.Entry, head objects.Head) (awsops.Receipt, error) {
	how, why, done := choose(factsOf(&w.Reader, entry, head, e.spec.To), e.spec.To)
	switch {
	case done:
		e.already.Add(1)
		return awsops.Receipt{Done: 1}, nil
	case how == Skip && why == whyOlder: // the plan said so
		e.older.Add(1)
		return awsops.Receipt{}, nil
	case how == Skip:
		e.skipped.Add(1)
		return awsops.Receipt{}, &awsops.Error{Op: KindApply, Bucket: e.spec.Scope.Bucket, Key: head.Key, Kind: awsops.KindConflict, Message: "left as it is: " + why}
	case how == InPlace:
		return e.inPlace(ctx, w, head)
	}
	at := copies.Place{Bucket: e.spec.Scope.Bucket, Key: head.Key}
	made, err := copies.One(ctx, w, at, at, copies.Options{Encryption: &e.spec.To, Onto: true, Class: true, Head: &head})
	if err != nil {
		return awsops.Receipt{}, err
	}
	if made.Version != "" && made.Version != "null" {
		e.inOld.Add(1)
	}
	return awsops.Receipt{RequestID: made.RequestID, Done: 1, Bytes: made.Size}, nil
}

// inPlace changes the very version that was looked at.
func (e *encrypter) inPlace(ctx context.Context, w *awsops.Writer, head objects.Head) (awsops.Receipt, error) {
	api, err := w.S3(ctx, e.spec.Scope.Bucket)
	if err != nil {
		return awsops.Receipt{}, err
	}
	in := &s3.UpdateObjectEncryptionInput{Bucket: &e.spec.Scope.Bucket, Key: &head.Key, ObjectEncryption: &types.ObjectEncryptionMemberSSEKMS{
		Value: types.SSEKMSEncryption{KMSKeyArn: &e.spec.To.KeyID, BucketKeyEnabled: &e.spec.To.BucketKey}}}
	if head.VersionID != "" {
		in.VersionId = &head.VersionID
	}
	out, err := api.UpdateObjectEncryption(ctx, in)
	if err != nil {
		return awsops.Receipt{}, awsops.Wrap("UpdateObjectEncryption", e.spec.Scope.Bucket, head.Key, err)
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	return awsops.Receipt{RequestID: id, Done: 1, Bytes: head.Size}, nil
}

// report says at the end what was left.
func (e *encrypter) report(ctx context.Context) {
	e.said.Do(func() {
		if text := e.left(); text != "" {
			awsops.Progress(ctx).Note(text)
		}
	})
}

func (e *encrypter) left() string {
	var parts []string
	if n := e.already.Load(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d were encrypted so already.", n))
	}
	if n := e.skipped.Load(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d were left as they are, because of a lock or an archive: the failures name them.", n))
	}
	if n := e.older.Load(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d older versions keep the encryption that they had: only a copy could change it.", n))
	}
	if n := e.inOld.Load(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d old versions, which the copies left behind, keep the encryption that they had.", n))
	}
	return strings.Join(parts, " ")
}

// lines are the command lines of the first objects. AWS CLI versions from before 2026 have no update-object-encryption.
func (in Spec) lines(r *awsops.Reader, t awsops.Target, s sample) string {
	var out []string
	todo := 0
	for _, l := range s.all {
		if l.err != nil || l.how == Skip {
			continue
		}
		if todo++; len(out) < linesShown {
			out = append(out, in.line(r, t, l))
		}
	}
	if more := todo - len(out); more > 0 || s.atLeast {
		out = append(out, fmt.Sprintf("# and so on for %s more", map[bool]string{true: "all"}[s.atLeast]+map[bool]string{false: fmt.Sprint(more)}[s.atLeast]))
	}
	return strings.Join(out, "\n")
}

func (in Spec) line(r *awsops.Reader, t awsops.Target, l looked) string {
	if l.how == InPlace {
		doc := fmt.Sprintf(`{"SSEKMS":{"KMSKeyArn":%q,"BucketKeyEnabled":%t}}`, in.To.KeyID, in.To.BucketKey)
		return awsops.Command(t, "s3api", "update-object-encryption").Flag("--bucket", in.Scope.Bucket).Flag("--key", l.entry.Key).
			FlagIf("--version-id", l.head.VersionID).Flag("--object-encryption", doc).String()
	}
	file := r.Session().Keys().File
	source, from, to := l.head.Encryption.CustomerKey, in.Scope.Bucket+"/"+l.entry.Key, file(in.To.Fingerprint)
	class := l.head.StorageClass
	if class == "STANDARD" {
		class = ""
	}
	if l.how == CopyParts {
		line := awsops.Command(t, "s3", "cp").Arg("s3://"+from, "s3://"+from).FlagIf("--storage-class", class)
		addOptions(line, in.To.CopyOptions(to))
		if source != "" {
			line.Flag("--sse-c-copy-source", "AES256").Flag("--sse-c-copy-source-key", sse.KeyArgument(file(source)))
		}
		return line.String()
	}
	line := awsops.Command(t, "s3api", "copy-object").Flag("--bucket", in.Scope.Bucket).Flag("--key", l.entry.Key).Flag("--copy-source", from).
		FlagIf("--storage-class", class).FlagIf("--website-redirect-location", l.head.Redirect)
	addOptions(line, in.To.APIOptions(to))
	if source != "" {
		line.Flag("--copy-source-sse-customer-algorithm", "AES256").Flag("--copy-source-sse-customer-key", sse.KeyArgument(file(source)))
	}
	return line.FlagIf("--copy-source-if-match", aws.ToString(&l.head.ETag)).String()
}

func addOptions(c *awsops.CommandLine, all []sse.Option) {
	for _, o := range all {
		if o.Value == "" {
			c.Switch(o.Name)
		} else {
			c.Flag(o.Name, o.Value)
		}
	}
}
