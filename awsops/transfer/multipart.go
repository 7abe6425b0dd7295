package transfer

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5 and the ETag of parts are MD5 by definition
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/objects"
)

// multipart sends the file in parts. What stops it decides what becomes of the parts: they are aborted when a person
// cancels or the object can't be made of them any more, and kept, to be gone on with, in every other case.
func (u *upload) multipart(ctx context.Context) (string, error) {
	rec, have, err := u.begin(ctx)
	if err != nil {
		return "", err
	}
	done, err := u.sendParts(ctx, rec.UploadID, have)
	if err == nil {
		err = u.unchanged("")
	}
	var note string
	if err == nil {
		note, err = u.complete(ctx, rec.UploadID, done)
	}
	switch {
	case err == nil:
		u.forget(ctx, rec)
		return note, nil
	case u.keeps(ctx, err):
		awsops.Progress(ctx).Note("The parts of " + u.spec.Key + " that were sent are kept, and billed: upload the file again, or go on with the job, and only the others are sent.")
		return "", err
	}
	return "", u.abort(ctx, rec, err)
}

// keeps reports whether it is worth going on with an upload that failed.
func (u *upload) keeps(ctx context.Context, err error) bool {
	return later(ctx, awsops.Wrap("UploadPart", u.spec.Bucket, u.spec.Key, err))
}

// begin finds an upload of the same file that an earlier run left, with the parts that are there, or begins one.
func (u *upload) begin(ctx context.Context) (awsops.UploadRecord, map[int32]types.Part, error) {
	want, err := u.record()
	if err != nil {
		return want, nil, err
	}
	if rec, ok := u.kept(want); ok {
		have, err := u.listParts(ctx, rec.UploadID)
		switch e := awsops.Wrap("ListParts", u.spec.Bucket, u.spec.Key, err); {
		case e == nil:
			return rec, have, u.seal(ctx, rec.Envelope)
		case e.Code != "NoSuchUpload" && e.Status != http.StatusNotFound:
			return rec, nil, e
		}
		u.forget(ctx, rec)
	}
	if err := u.seal(ctx, ""); err != nil {
		return want, nil, err
	}
	if want.UploadID, err = u.create(ctx); err != nil {
		return want, nil, err
	}
	want.Begun, want.Envelope = u.r.Now().UTC(), u.envelope()
	if err := u.r.Session().Uploads().Keep(want); err != nil {
		awsops.Progress(ctx).Note("The upload can't be gone on with should it be cut off: " + err.Error())
	}
	return want, nil, nil
}

// create begins an upload on the server.
func (u *upload) create(ctx context.Context) (id string, err error) {
	in := &s3.CreateMultipartUploadInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, ContentType: &u.spec.ContentType}
	u.spec.With.create(in)
	in.Metadata = u.metadata(in.Metadata)
	u.ready.Create(in)
	if !u.plain {
		in.ChecksumAlgorithm, in.ChecksumType = checksum, types.ChecksumTypeFullObject
	}
	var begun *s3.CreateMultipartUploadOutput
	err = patiently(ctx, func() (err error) { begun, err = u.api.CreateMultipartUpload(ctx, in); return err })
	if err != nil {
		return "", u.failed("CreateMultipartUpload", err)
	}
	id = aws.ToString(begun.UploadId)
	if err := u.told(toldByCreate(begun)); err != nil {
		return "", u.abort(ctx, awsops.UploadRecord{UploadID: id}, err)
	}
	return id, nil
}

// record is what an upload of this file must look like to be gone on with.
func (u *upload) record() (awsops.UploadRecord, error) {
	path, err := filepath.Abs(u.spec.File)
	if err != nil {
		return awsops.UploadRecord{}, localError("the file has no path", err)
	}
	info, err := u.file.Stat()
	if err != nil {
		return awsops.UploadRecord{}, localError("the file can't be looked at", err)
	}
	how := u.spec
	how.File, how.Replace = "", ""
	options, err := json.Marshal(how)
	if err != nil {
		return awsops.UploadRecord{}, awsops.Invalid("PutObject", "the path or the key can't be recorded", "")
	}
	return awsops.UploadRecord{Endpoint: u.r.Session().Endpoint(), Bucket: u.spec.Bucket, Key: u.spec.Key, File: path, Size: u.fileSize,
		Modified: info.ModTime().UTC(), PartSize: u.partSize, Options: string(options)}, nil
}

// kept finds the newest record of an upload that is as wanted.
func (u *upload) kept(want awsops.UploadRecord) (awsops.UploadRecord, bool) {
	all, err := u.r.Session().Uploads().Kept()
	if err != nil {
		return want, false // then the file is sent anew
	}
	var found awsops.UploadRecord
	for _, rec := range all {
		same := rec
		same.UploadID, same.Begun, same.Modified, same.Envelope = "", time.Time{}, want.Modified, ""
		if (rec.Envelope == "") != (u.spec.With.Encryption.Client == nil) {
			continue // what was sent is under a key that nobody can find
		}
		if same == want && rec.Modified.Equal(want.Modified) && rec.Begun.After(found.Begun) {
			found = rec
		}
	}
	return found, found.UploadID != ""
}

func (u *upload) forget(ctx context.Context, rec awsops.UploadRecord) {
	if err := u.r.Session().Uploads().Forget(rec); err != nil {
		awsops.Progress(ctx).Note(err.Error())
	}
}

// listParts gives what the server has of an upload, by part number.
func (u *upload) listParts(ctx context.Context, id string) (map[int32]types.Part, error) {
	have := map[int32]types.Part{}
	in := &s3.ListPartsInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: &id}
	u.ready.Parts(in)
	for {
		var out *s3.ListPartsOutput
		err := patiently(ctx, func() (err error) { out, err = u.api.ListParts(ctx, in); return err })
		if err != nil {
			return nil, err
		}
		for _, p := range out.Parts {
			have[aws.ToInt32(p.PartNumber)] = p
		}
		next := aws.ToString(out.NextPartNumberMarker)
		if !aws.ToBool(out.IsTruncated) || next == "" || next == aws.ToString(in.PartNumberMarker) {
			return have, nil
		}
		in.PartNumberMarker = &next
	}
}

func (u *upload) sendParts(ctx context.Context, id string, have map[int32]types.Part) ([]types.CompletedPart, error) {
	done := make([]types.CompletedPart, u.parts)
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for n := range u.parts {
		if gctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := u.lanes.enter(gctx); err != nil {
				return err
			}
			defer u.lanes.leave()
			part, err := u.part(gctx, id, n, have)
			done[n] = part
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return done, context.Cause(ctx)
}

// part takes over a part that is there already and is this part of the file, or sends it.
func (u *upload) part(ctx context.Context, id string, n int32, have map[int32]types.Part) (types.CompletedPart, error) {
	from := int64(n) * u.partSize
	size := min(u.partSize, u.size-from)
	number := n + 1
	switch p, ok := have[number]; {
	case ok && u.holds(p, from, size):
		u.shown.Add(size)
		return types.CompletedPart{PartNumber: &number, ETag: p.ETag, ChecksumCRC64NVME: p.ChecksumCRC64NVME}, nil
	case ok && u.sealed != nil:
		return types.CompletedPart{}, u.mixed()
	}
	return u.sendPart(ctx, id, number, from, size)
}

// sendPart sends a stretch of the content as one part.
func (u *upload) sendPart(ctx context.Context, id string, number int32, from, size int64) (types.CompletedPart, error) {
	in := &s3.UploadPartInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: &id, PartNumber: &number, ContentLength: &size}
	u.ready.Part(in)
	sum, err := u.sum(from, size)
	if err != nil {
		return types.CompletedPart{}, err
	}
	if u.plain {
		in.ContentMD5 = &sum
	} else {
		in.ChecksumCRC64NVME = &sum
	}
	var out *s3.UploadPartOutput
	err = patiently(ctx, func() (err error) {
		in.Body = u.section(from, size)
		out, err = u.api.UploadPart(ctx, in)
		return u.unreadable(err)
	})
	if err != nil {
		return types.CompletedPart{}, u.because(u.failed("UploadPart", err))
	}
	u.shown.Add(size)
	return types.CompletedPart{PartNumber: &number, ETag: out.ETag, ChecksumCRC64NVME: out.ChecksumCRC64NVME}, nil
}

// holds reports whether a part that was sent earlier is what the file holds there now.
func (u *upload) holds(p types.Part, from, size int64) bool {
	if aws.ToInt64(p.Size) != size {
		return false
	}
	section := u.section(from, size)
	if p.ChecksumCRC64NVME != nil {
		want, err := base64.StdEncoding.DecodeString(*p.ChecksumCRC64NVME)
		got, serr := sumOf(section, sums["CRC64NVME"]())
		return err == nil && serr == nil && bytes.Equal(got, want)
	}
	want, err := hex.DecodeString(strings.Trim(aws.ToString(p.ETag), `"`))
	got, serr := sumOf(section, md5.New()) //nolint:gosec // see above
	return err == nil && serr == nil && bytes.Equal(got, want)
}

// complete makes the object of its parts. When the answer is lost, or a repeated request finds the
// upload gone, the object itself tells whether it was made.
func (u *upload) complete(ctx context.Context, id string, parts []types.CompletedPart) (string, error) {
	in := &s3.CompleteMultipartUploadInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: &id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}
	u.ready.Complete(in)
	if !u.plain {
		in.MpuObjectSize, in.ChecksumType = &u.size, types.ChecksumTypeFullObject
	}
	var out *s3.CompleteMultipartUploadOutput
	failed := u.conditionally(ctx, "CompleteMultipartUpload", func(match, none *string) (err error) {
		in.IfMatch, in.IfNoneMatch = match, none
		out, err = u.api.CompleteMultipartUpload(ctx, in)
		return err
	})
	if failed == nil {
		return storedNote(aws.ToString(out.VersionId), aws.ToString(out.ChecksumCRC64NVME)), nil
	}
	if head, ours := u.isThere(ctx, failed, objects.ETagOfParts(parts)); ours {
		if e := awsops.Wrap("CompleteMultipartUpload", "", "", failed); e.Status == http.StatusPreconditionFailed {
			_ = u.abort(ctx, awsops.UploadRecord{UploadID: id}, nil) // somebody else stored the same: these parts are left over
		}
		return storedNote(head.VersionID, ""), nil
	}
	return "", failed
}

// abort discards what was sent. It runs also when the job was cancelled, and parts that were on
// their way may land after the first abort, so it looks again.
func (u *upload) abort(ctx context.Context, rec awsops.UploadRecord, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUp)
	defer cancel()
	for range 3 {
		_, err := u.api.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: &rec.UploadID})
		if e := awsops.Wrap("AbortMultipartUpload", u.spec.Bucket, u.spec.Key, err); e != nil && e.Code != "NoSuchUpload" {
			awsops.Progress(ctx).Note("The incomplete upload could not be aborted and goes on being billed; see Properties, incomplete uploads. " + e.Error())
			return cause
		}
		out, err := u.api.ListParts(ctx, &s3.ListPartsInput{Bucket: &u.spec.Bucket, Key: &u.spec.Key, UploadId: &rec.UploadID, MaxParts: aws.Int32(1)})
		if err != nil || len(out.Parts) == 0 {
			break
		}
	}
	u.forget(ctx, rec)
	return cause
}

// PlanGoOn plans the rest of an upload that was cut off, from what was kept of it. Errors: KindNotFound when its file
// is gone or has changed, and what PlanUpload says.
func PlanGoOn(ctx context.Context, r *awsops.Reader, rec awsops.UploadRecord) (*awsops.Plan, error) {
	var spec UploadSpec
	if err := json.Unmarshal([]byte(rec.Options), &spec); err != nil {
		return nil, awsops.Invalid("UploadPart", "what was kept of the upload can't be read", "Abort it and upload the file again.")
	}
	info, err := os.Stat(rec.File)
	if err != nil || info.Size() != rec.Size || !info.ModTime().Equal(rec.Modified) {
		return nil, &awsops.Error{Op: "UploadPart", Bucket: rec.Bucket, Key: rec.Key, Kind: awsops.KindNotFound,
			Message: "the file " + rec.File + " is not the one any more that was being sent", Hint: "Abort the upload, and upload the file anew."}
	}
	spec.File, spec.Bucket, spec.Key = rec.File, rec.Bucket, rec.Key
	return PlanUpload(ctx, r, spec)
}
