package buckets

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
)

// BlockSpec is what a bucket's public access block is to be.
type BlockSpec struct {
	Bucket string `json:"bucket"`
	Block  Block  `json:"block"`
}

// PlanBlock plans a bucket's public access block. All four settings are sent: one that is left out
// would be turned off.
func PlanBlock(ctx context.Context, r *awsops.Reader, spec BlockSpec) (*awsops.Plan, error) {
	now := reading(ctx, r, "GetPublicAccessBlock", spec.Bucket, ReadBlock, codeNoBlock)
	if err := gate(now); err != nil {
		return nil, err
	}
	p := newPlan(ctx, r, "bucket.block", "Set the public access block of "+spec.Bucket, spec.Bucket, spec)
	if _, err := basis(ctx, r, p, "the public access block", blockText(spec.Bucket)); err != nil {
		return nil, err
	}
	weaker := blockChanges(p, now.Value, spec.Block)
	if len(p.Changes) == 0 && now.State == awsops.Known {
		return nil, awsops.Unchanged("PutPublicAccessBlock")
	}
	if weaker {
		warnOpening(ctx, r, p, spec.Bucket)
	} else {
		warn(p, awsops.Note, "Those who rely on public access lose it at once.")
	}
	p.Undo = "Set the four settings back as they are listed before the arrow."
	b := spec.Block
	p.Steps = []awsops.Step{{Title: "set all four settings",
		Command: command(p.Target, "put-public-access-block", "--bucket", spec.Bucket, "--public-access-block-configuration",
			b.flags()),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			api, err := w.S3(ctx, spec.Bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			out, err := api.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &spec.Bucket,
				PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicAcls: &b.BlockPublicAcls, IgnorePublicAcls: &b.IgnorePublicAcls,
					BlockPublicPolicy: &b.BlockPublicPolicy, RestrictPublicBuckets: &b.RestrictPublicBuckets}})
			if err != nil {
				return awsops.Receipt{}, wrapped("PutPublicAccessBlock", spec.Bucket, err)
			}
			return receipt(out.ResultMetadata), nil
		}}}
	requests(p, classPut, 1)
	expect(p, "the public access block", b.String(), blockText(spec.Bucket))
	return p, nil
}

// blockChanges fills in the plan's changes and reports whether one of them opens something.
func blockChanges(p *awsops.Plan, before, after Block) (weaker bool) {
	for _, f := range []struct {
		name        string
		before, now bool
	}{
		{"BlockPublicAcls", before.BlockPublicAcls, after.BlockPublicAcls}, {"IgnorePublicAcls", before.IgnorePublicAcls, after.IgnorePublicAcls},
		{"BlockPublicPolicy", before.BlockPublicPolicy, after.BlockPublicPolicy},
		{"RestrictPublicBuckets", before.RestrictPublicBuckets, after.RestrictPublicBuckets},
	} {
		if f.before != f.now {
			p.Changes = append(p.Changes, awsops.Change{Field: f.name, Before: onOff(f.before), After: onOff(f.now)})
			weaker = weaker || f.before
		}
	}
	return weaker
}

// warnOpening says what turning a setting off lets in, and asks for the bucket's name when that is the public.
func warnOpening(ctx context.Context, r *awsops.Reader, p *awsops.Plan, bucket string) {
	confirmByName(p, bucket)
	status := reading(ctx, r, "GetBucketPolicyStatus", bucket, readPolicyStatus, "NoSuchBucketPolicy")
	switch {
	case status.State == awsops.Known && status.Value:
		warn(p, awsops.Risk, "The bucket policy is public: without RestrictPublicBuckets it takes effect, unless the account's block holds it back.")
	case status.State == awsops.Known || status.State == awsops.Absent:
		warn(p, awsops.Risk, "Nothing in the policy is public now; a later policy or ACL can make the bucket public.")
	default:
		warn(p, awsops.Risk, "Whether the policy is public is "+why(status.State)+": it may take effect with this change.")
	}
}

func blockText(bucket string) stateText {
	return textOf("GetPublicAccessBlock", bucket, ReadBlock, Block.String, Block{}.String(), codeNoBlock)
}

// OwnershipSpec is what a bucket's object ownership is to be.
type OwnershipSpec struct {
	Bucket    string `json:"bucket"`
	Ownership string `json:"ownership"`
}

// PlanOwnership plans a bucket's object ownership.
func PlanOwnership(ctx context.Context, r *awsops.Reader, spec OwnershipSpec) (*awsops.Plan, error) {
	now := reading(ctx, r, "GetBucketOwnershipControls", spec.Bucket, ReadOwnership, codeNoOwnership)
	if err := gate(now); err != nil {
		return nil, err
	}
	before := now.Value
	if now.State == awsops.Absent {
		before = ObjectWriter + " (not set)"
	}
	if before == spec.Ownership {
		return nil, awsops.Unchanged("PutBucketOwnershipControls")
	}
	p := newPlan(ctx, r, "bucket.ownership", "Set the object ownership of "+spec.Bucket, spec.Bucket, spec)
	if _, err := basis(ctx, r, p, "object ownership", ownershipText(spec.Bucket)); err != nil {
		return nil, err
	}
	p.Changes = []awsops.Change{{Field: "object ownership", Before: before, After: spec.Ownership}}
	if err := warnOwnership(ctx, r, p, spec); err != nil {
		return nil, err
	}
	p.Undo = "Set it back to " + strconv.Quote(firstWord(before)) + "; grants in ACLs then count again."
	p.Steps = []awsops.Step{{Title: "set object ownership",
		Command: command(p.Target, "put-bucket-ownership-controls", "--bucket", spec.Bucket, "--ownership-controls",
			"Rules=[{ObjectOwnership="+spec.Ownership+"}]"),
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			api, err := w.S3(ctx, spec.Bucket)
			if err != nil {
				return awsops.Receipt{}, err
			}
			out, err := api.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{Bucket: &spec.Bucket,
				OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnership(spec.Ownership)}}}})
			if err != nil {
				return awsops.Receipt{}, wrapped("PutBucketOwnershipControls", spec.Bucket, err)
			}
			return receipt(out.ResultMetadata), nil
		}}}
	requests(p, classPut, 1)
	expect(p, "object ownership", spec.Ownership, ownershipText(spec.Bucket))
	return p, nil
}

func warnOwnership(ctx context.Context, r *awsops.Reader, p *awsops.Plan, spec OwnershipSpec) error {
	switch spec.Ownership {
	case OwnerEnforced:
		acl := reading(ctx, r, "GetBucketAcl", spec.Bucket, readACL)
		if acl.State == awsops.Known && !acl.Value.Private() {
			return &awsops.Error{Op: "PutBucketOwnershipControls", Bucket: spec.Bucket, Kind: awsops.KindConflict, Code: "InvalidBucketAclWithObjectOwnership",
				Message: "the bucket's ACL grants access to others, so ACLs can't be turned off", Hint: "Put the grants into the bucket policy, then make the ACL private."}
		}
		warn(p, awsops.Risk, "ACLs are turned off: grants in ACLs of single objects stop counting, and requests that set an ACL are refused.")
		if acl.State != awsops.Known {
			warn(p, awsops.Note, "The bucket's ACL is "+why(acl.State)+": S3 refuses the change if it grants access to others.")
		}
	case OwnerPreferred, ObjectWriter:
		warn(p, awsops.Risk, "ACLs count with this setting: those of the bucket and of each object are in effect at once.")
	default:
		return awsops.Invalid("PutBucketOwnershipControls", "object ownership is BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter", "")
	}
	return nil
}

func ownershipText(bucket string) stateText {
	return textOf("GetBucketOwnershipControls", bucket, ReadOwnership, func(s string) string { return s }, ObjectWriter+" (not set)", codeNoOwnership)
}

func firstWord(s string) string {
	for i, c := range s {
		if c == ' ' {
			return s[:i]
		}
	}
	return s
}
