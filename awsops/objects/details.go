package objects

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
)

// Retention is how long an object version can't be deleted.
type Retention struct {
	Mode  string // GOVERNANCE or COMPLIANCE
	Until time.Time
}

// Details are the facts about one version of an object, each with its own state: the lock's are
// returned by HEAD only to those who may see them, so "no header" isn't "not locked".
type Details struct {
	Head      awsops.Reading[Head]
	Tags      awsops.Reading[[]Pair]
	Retention awsops.Reading[Retention] // Absent: not retained
	LegalHold awsops.Reading[bool]      // Absent: never set
	// Beside is what the object's instruction file tells of its client-side encryption, by name; package clientside fills
	// it in where there is one.
	Beside []Pair
}

// The codes by which S3 says that a version has no retention or hold, or its bucket no Object Lock.
const (
	codeNoLock       = "NoSuchObjectLockConfiguration"
	codeNoBucketLock = "ObjectLockConfigurationNotFoundError"
)

// ReadDetails reads all facts about one object; version "" is the current one, which is pinned
// to what HEAD found so that the facts are of one version. It sends HeadObject and then up to three
// calls at once.
func ReadDetails(ctx context.Context, r *awsops.Reader, bucket, key, version string) Details {
	head, err := ReadHead(ctx, r, bucket, key, version)
	d := Details{Head: awsops.Read("HeadObject", r.Now(), head, err)}
	if d.Head.State != awsops.Known {
		// The other calls would fail for the same reason.
		d.Tags = awsops.Reading[[]Pair]{State: d.Head.State, Err: d.Head.Err, At: d.Head.At, Source: d.Head.Source}
		d.Retention = awsops.Reading[Retention]{State: d.Head.State, Err: d.Head.Err, At: d.Head.At, Source: d.Head.Source}
		d.LegalHold = awsops.Reading[bool]{State: d.Head.State, Err: d.Head.Err, At: d.Head.At, Source: d.Head.Source}
		return d
	}
	if version == "" {
		version = head.VersionID
	}
	var wait sync.WaitGroup
	wait.Go(func() { d.Tags = ReadTags(ctx, r, bucket, key, version) })
	wait.Go(func() { d.Retention = readRetention(ctx, r, bucket, key, version, head) })
	wait.Go(func() { d.LegalHold = readHold(ctx, r, bucket, key, version, head) })
	wait.Wait()
	return d
}

// ReadTags reads an object's tags; an object without tags is Known with none.
func ReadTags(ctx context.Context, r *awsops.Reader, bucket, key, version string) awsops.Reading[[]Pair] {
	const op = "GetObjectTagging"
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return awsops.Read[[]Pair](op, r.Now(), nil, err)
	}
	out, err := api.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key, VersionId: optional(version)})
	if err != nil {
		return awsops.Read[[]Pair](op, r.Now(), nil, awsops.Wrap(op, bucket, key, err), "NoSuchTagSet")
	}
	tags := []Pair{}
	for _, t := range out.TagSet {
		tags = append(tags, Pair{aws.ToString(t.Key), aws.ToString(t.Value)})
	}
	return awsops.Read(op, r.Now(), tags, nil)
}

func readRetention(ctx context.Context, r *awsops.Reader, bucket, key, version string, head Head) awsops.Reading[Retention] {
	if head.LockMode != "" {
		return awsops.Read("HeadObject", r.Now(), Retention{head.LockMode, head.LockUntil}, nil)
	}
	const op = "GetObjectRetention"
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return awsops.Read(op, r.Now(), Retention{}, err)
	}
	out, err := api.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{Bucket: &bucket, Key: &key, VersionId: optional(version)})
	if err != nil {
		return awsops.Read(op, r.Now(), Retention{}, lockError(op, bucket, key, err), codeNoLock, codeNoBucketLock)
	}
	if out.Retention == nil || out.Retention.Mode == "" {
		return awsops.Reading[Retention]{State: awsops.Absent, At: r.Now(), Source: op}
	}
	return awsops.Read(op, r.Now(), Retention{string(out.Retention.Mode), aws.ToTime(out.Retention.RetainUntilDate)}, nil)
}

func readHold(ctx context.Context, r *awsops.Reader, bucket, key, version string, head Head) awsops.Reading[bool] {
	if head.LegalHold != "" {
		return awsops.Read("HeadObject", r.Now(), head.LegalHold == "ON", nil)
	}
	const op = "GetObjectLegalHold"
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return awsops.Read(op, r.Now(), false, err)
	}
	out, err := api.GetObjectLegalHold(ctx, &s3.GetObjectLegalHoldInput{Bucket: &bucket, Key: &key, VersionId: optional(version)})
	if err != nil {
		return awsops.Read(op, r.Now(), false, lockError(op, bucket, key, err), codeNoLock, codeNoBucketLock)
	}
	if out.LegalHold == nil || out.LegalHold.Status == "" {
		return awsops.Reading[bool]{State: awsops.Absent, At: r.Now(), Source: op}
	}
	return awsops.Read(op, r.Now(), out.LegalHold.Status == "ON", nil)
}

// lockError reads the one answer that has a general code: a bucket without Object Lock makes these
// calls an InvalidRequest, and such a bucket locks nothing.
func lockError(op, bucket, key string, err error) error {
	e := awsops.Wrap(op, bucket, key, err)
	if e.Code == "InvalidRequest" {
		e.Code = codeNoBucketLock
	}
	return e
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
