package buckets

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/document"
	"cooper/awsops/lifecycle"
)

// factReader reads one fact of a bucket and puts it into its Facts.
type factReader struct {
	loading func(*Facts)
	read    func(ctx context.Context, b *Board, bucket string) func(*Facts)
}

// reader makes a factReader of a call, its name, and the server's codes that mean "not set".
func reader[T any](field func(*Facts) *awsops.Reading[T], source string,
	call func(context.Context, *awsops.Reader, string) (T, error), absent ...string,
) factReader {
	return factReader{
		loading: func(f *Facts) { field(f).State = awsops.Loading },
		read: func(ctx context.Context, b *Board, bucket string) func(*Facts) {
			v, err := call(ctx, b.read, bucket)
			r := awsops.Read(source, b.read.Now(), v, err, absent...)
			return func(f *Facts) { *field(f) = r }
		},
	}
}

// readers are the calls behind the facts ("Per-bucket facts", one GET each).
var readers = [facts]factReader{
	FactRegion: reader(func(f *Facts) *awsops.Reading[string] { return &f.Region }, "HeadBucket",
		func(ctx context.Context, r *awsops.Reader, bucket string) (string, error) {
			return r.Region(ctx, bucket)
		}),
	FactVersioning: reader(func(f *Facts) *awsops.Reading[Versioning] { return &f.Versioning }, "GetBucketVersioning", ReadVersioning),
	FactEncryption: reader(func(f *Facts) *awsops.Reading[Encryption] { return &f.Encryption }, "GetBucketEncryption", ReadEncryption,
		"ServerSideEncryptionConfigurationNotFoundError"),
	FactBlock: reader(func(f *Facts) *awsops.Reading[Block] { return &f.Block }, "GetPublicAccessBlock", ReadBlock, codeNoBlock),
	FactPolicyPublic: reader(func(f *Facts) *awsops.Reading[bool] { return &f.PolicyPublic }, "GetBucketPolicyStatus", readPolicyStatus,
		"NoSuchBucketPolicy"),
	FactOwnership: reader(func(f *Facts) *awsops.Reading[string] { return &f.Ownership }, "GetBucketOwnershipControls", ReadOwnership,
		codeNoOwnership),
	FactACL: reader(func(f *Facts) *awsops.Reading[ACL] { return &f.ACL }, "GetBucketAcl", readACL),
	FactLock: reader(func(f *Facts) *awsops.Reading[Lock] { return &f.Lock }, "GetObjectLockConfiguration", ReadLock,
		"ObjectLockConfigurationNotFoundError"),
	FactLogging: reader(func(f *Facts) *awsops.Reading[Logging] { return &f.Logging }, "GetBucketLogging", readLogging),
	FactTags:    reader(func(f *Facts) *awsops.Reading[[]Tag] { return &f.Tags }, "GetBucketTagging", ReadTags, codeNoTags),
	FactLifecycle: reader(func(f *Facts) *awsops.Reading[[]lifecycle.Rule] { return &f.Lifecycle }, "GetBucketLifecycleConfiguration",
		readLifecycle, lifecycle.CodeNone),
	FactReplication: reader(func(f *Facts) *awsops.Reading[[]string] { return &f.Replication }, "GetBucketReplication", readReplication,
		"ReplicationConfigurationNotFoundError"),
	FactAccountBlock: {
		loading: func(f *Facts) { f.AccountBlock.State = awsops.Loading },
		read: func(ctx context.Context, b *Board, bucket string) func(*Facts) {
			r := b.accountBlock(ctx, bucket)
			return func(f *Facts) { f.AccountBlock = r }
		},
	},
}

// The codes that S3 answers where a setting isn't there.
const (
	codeNoBlock     = "NoSuchPublicAccessBlockConfiguration"
	codeNoOwnership = "OwnershipControlsNotFoundError"
	codeNoTags      = "NoSuchTagSet"
)

// ask makes one read of a bucket's setting whose answer must be a document with the given root.
func ask[In, Out any](ctx context.Context, r *awsops.Reader, op, bucket, root string, in In,
	call func(awsops.ReadAPI, context.Context, In, ...func(*s3.Options)) (Out, error),
) (Out, error) {
	var zero Out
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return zero, err
	}
	out, err := call(api, ctx, in, document.Expect(root))
	if err != nil {
		return zero, awsops.Wrap(op, bucket, "", err)
	}
	return out, nil
}

// empty is the error for an answer that has the right root and nothing in it that counts.
func empty(op, bucket string) *awsops.Error {
	return &awsops.Error{Op: op, Bucket: bucket, Kind: awsops.KindUnsupported, Message: "the server answered with an empty configuration",
		Hint: "A server that doesn't know this setting may answer so."}
}

// ReadVersioning reads a bucket's versioning state.
func ReadVersioning(ctx context.Context, r *awsops.Reader, bucket string) (Versioning, error) {
	out, err := ask(ctx, r, "GetBucketVersioning", bucket, "VersioningConfiguration", &s3.GetBucketVersioningInput{Bucket: &bucket},
		awsops.ReadAPI.GetBucketVersioning)
	if err != nil {
		return Versioning{}, err
	}
	return Versioning{Status: string(out.Status), MFADelete: string(out.MFADelete)}, nil
}

// ReadEncryption reads a bucket's default encryption.
func ReadEncryption(ctx context.Context, r *awsops.Reader, bucket string) (Encryption, error) {
	out, err := ask(ctx, r, "GetBucketEncryption", bucket, "ServerSideEncryptionConfiguration", &s3.GetBucketEncryptionInput{Bucket: &bucket},
		awsops.ReadAPI.GetBucketEncryption)
	if err != nil {
		return Encryption{}, err
	}
	c := out.ServerSideEncryptionConfiguration
	if c == nil || len(c.Rules) == 0 {
		return Encryption{}, empty("GetBucketEncryption", bucket)
	}
	rule := c.Rules[0]
	e := Encryption{BucketKey: aws.ToBool(rule.BucketKeyEnabled), Rules: len(c.Rules)}
	if d := rule.ApplyServerSideEncryptionByDefault; d != nil {
		e.Algorithm, e.KeyID = string(d.SSEAlgorithm), aws.ToString(d.KMSMasterKeyID)
	}
	if rule.BlockedEncryptionTypes != nil {
		for _, t := range rule.BlockedEncryptionTypes.EncryptionType {
			e.Blocked = append(e.Blocked, string(t))
		}
	}
	return e, nil
}

// ReadBlock reads a bucket's own public access block. A bucket without one answers 404
// NoSuchPublicAccessBlockConfiguration.
func ReadBlock(ctx context.Context, r *awsops.Reader, bucket string) (Block, error) {
	out, err := ask(ctx, r, "GetPublicAccessBlock", bucket, "PublicAccessBlockConfiguration", &s3.GetPublicAccessBlockInput{Bucket: &bucket},
		awsops.ReadAPI.GetPublicAccessBlock)
	if err != nil {
		return Block{}, err
	}
	c := out.PublicAccessBlockConfiguration
	if c == nil {
		return Block{}, empty("GetPublicAccessBlock", bucket)
	}
	return Block{aws.ToBool(c.BlockPublicAcls), aws.ToBool(c.IgnorePublicAcls), aws.ToBool(c.BlockPublicPolicy), aws.ToBool(c.RestrictPublicBuckets)}, nil
}

func readPolicyStatus(ctx context.Context, r *awsops.Reader, bucket string) (bool, error) {
	out, err := ask(ctx, r, "GetBucketPolicyStatus", bucket, "PolicyStatus", &s3.GetBucketPolicyStatusInput{Bucket: &bucket},
		awsops.ReadAPI.GetBucketPolicyStatus)
	switch {
	case err != nil:
		return false, err
	case out.PolicyStatus == nil || out.PolicyStatus.IsPublic == nil:
		return false, empty("GetBucketPolicyStatus", bucket)
	}
	return *out.PolicyStatus.IsPublic, nil
}

// ReadOwnership reads a bucket's object ownership. A bucket without ownership controls answers 404
// OwnershipControlsNotFoundError, which means ObjectWriter.
func ReadOwnership(ctx context.Context, r *awsops.Reader, bucket string) (string, error) {
	out, err := ask(ctx, r, "GetBucketOwnershipControls", bucket, "OwnershipControls", &s3.GetBucketOwnershipControlsInput{Bucket: &bucket},
		awsops.ReadAPI.GetBucketOwnershipControls)
	if err != nil {
		return "", err
	}
	if out.OwnershipControls == nil || len(out.OwnershipControls.Rules) == 0 {
		return "", empty("GetBucketOwnershipControls", bucket)
	}
	return string(out.OwnershipControls.Rules[0].ObjectOwnership), nil
}

func readACL(ctx context.Context, r *awsops.Reader, bucket string) (ACL, error) {
	out, err := ask(ctx, r, "GetBucketAcl", bucket, "AccessControlPolicy", &s3.GetBucketAclInput{Bucket: &bucket},
		awsops.ReadAPI.GetBucketAcl)
	if err != nil {
		return ACL{}, err
	}
	var acl ACL
	if out.Owner != nil {
		acl.OwnerID, acl.OwnerName = aws.ToString(out.Owner.ID), aws.ToString(out.Owner.DisplayName)
	}
	for _, g := range out.Grants {
		grant := Grant{Permission: string(g.Permission)}
		if w := g.Grantee; w != nil {
			grant.ID, grant.Name, grant.Email, grant.URI = aws.ToString(w.ID), aws.ToString(w.DisplayName), aws.ToString(w.EmailAddress), aws.ToString(w.URI)
		}
		acl.Grants = append(acl.Grants, grant)
	}
	return acl, nil
}

// ReadLock reads a bucket's Object Lock configuration. A bucket without one answers 404
// ObjectLockConfigurationNotFoundError.
func ReadLock(ctx context.Context, r *awsops.Reader, bucket string) (Lock, error) {
	out, err := ask(ctx, r, "GetObjectLockConfiguration", bucket, "ObjectLockConfiguration", &s3.GetObjectLockConfigurationInput{Bucket: &bucket},
		awsops.ReadAPI.GetObjectLockConfiguration)
	if err != nil {
		return Lock{}, err
	}
	c := out.ObjectLockConfiguration
	if c == nil {
		return Lock{}, empty("GetObjectLockConfiguration", bucket)
	}
	l := Lock{Enabled: c.ObjectLockEnabled == types.ObjectLockEnabledEnabled}
	if c.Rule != nil && c.Rule.DefaultRetention != nil {
		d := c.Rule.DefaultRetention
		l.Mode, l.Days, l.Years = string(d.Mode), aws.ToInt32(d.Days), aws.ToInt32(d.Years)
	}
	return l, nil
}

func readLogging(ctx context.Context, r *awsops.Reader, bucket string) (Logging, error) {
	out, err := ask(ctx, r, "GetBucketLogging", bucket, "BucketLoggingStatus", &s3.GetBucketLoggingInput{Bucket: &bucket},
		awsops.ReadAPI.GetBucketLogging)
	if err != nil || out.LoggingEnabled == nil {
		return Logging{}, err
	}
	return Logging{Target: aws.ToString(out.LoggingEnabled.TargetBucket), Prefix: aws.ToString(out.LoggingEnabled.TargetPrefix)}, nil
}

// ReadTags reads a bucket's tags, in the server's order. A bucket without tags answers 404 NoSuchTagSet.
func ReadTags(ctx context.Context, r *awsops.Reader, bucket string) ([]Tag, error) {
	out, err := ask(ctx, r, "GetBucketTagging", bucket, "Tagging", &s3.GetBucketTaggingInput{Bucket: &bucket},
		awsops.ReadAPI.GetBucketTagging)
	if err != nil {
		return nil, err
	}
	tags := []Tag{}
	for _, t := range out.TagSet {
		tags = append(tags, Tag{aws.ToString(t.Key), aws.ToString(t.Value)})
	}
	return tags, nil
}

func readLifecycle(ctx context.Context, r *awsops.Reader, bucket string) ([]lifecycle.Rule, error) {
	c, err := lifecycle.Read(ctx, r, bucket)
	return c.Rules, err
}

func readReplication(ctx context.Context, r *awsops.Reader, bucket string) ([]string, error) {
	out, err := ask(ctx, r, "GetBucketReplication", bucket, "ReplicationConfiguration", &s3.GetBucketReplicationInput{Bucket: &bucket},
		awsops.ReadAPI.GetBucketReplication)
	if err != nil || out.ReplicationConfiguration == nil {
		return nil, err
	}
	targets := []string{}
	for _, rule := range out.ReplicationConfiguration.Rules {
		if rule.Destination != nil {
			targets = append(targets, aws.ToString(rule.Destination.Bucket))
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets), nil
}
