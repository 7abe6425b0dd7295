package encryption

import (
	"context"
	"strings"

	"cooper/awsops"
	"cooper/awsops/kms"
)

// KeyReport is what is known of a KMS key that a bucket is to encrypt with.
type KeyReport struct {
	Set    string // what goes into the configuration: the key's full ARN, "" for AWS's own aws/s3
	Key    awsops.Reading[kms.Key]
	Checks []awsops.Check // what was found, what stands in the way, and what couldn't be checked
	Notes  []awsops.Warning
}

// ManagedAlias names the key that AWS keeps for S3 in every account and region.
const ManagedAlias = "alias/aws/s3"

// CheckKey looks at a key before a bucket is told to use it, since S3 itself looks at the first upload only: by
// DescribeKey and by a dry run of GenerateDataKey. text is an ARN, id or alias; "" is aws/s3. An id or alias becomes the
// key's ARN, because S3 would look it up in each writer's own account. Errors, for what can't be a key of this bucket at
// all or can't be named by its ARN, are *Error.
func CheckKey(ctx context.Context, r *awsops.Reader, bucket, text string) (KeyReport, error) {
	target := r.Target(ctx, bucket)
	text = strings.TrimSpace(text)
	if r.Session().Dialect() == awsops.DialectCompatible {
		return KeyReport{Set: text, Checks: []awsops.Check{{Name: "KMS key", Result: awsops.CheckSkipped,
			Text: "this endpoint has no AWS KMS to ask, so the first upload shows whether the key is good"}}}, nil
	}
	if text == "" || text == ManagedAlias {
		return checkManaged(ctx, r, target.Region), nil
	}
	name, err := kms.ParseName(text)
	if err != nil {
		return KeyReport{}, err
	}
	if name.Region != "" && name.Region != target.Region {
		return KeyReport{}, awsops.Invalid("DescribeKey", "the key is in "+name.Region+" and the bucket in "+target.Region,
			"A bucket is encrypted with keys of its own region.")
	}
	out := KeyReport{Key: kms.Reading(ctx, r, target.Region, text)}
	if k, ok := out.Key.Get(); ok {
		out.Set = k.ARN
		out.known(ctx, r, k, target)
	} else if err := out.unknown(text); err != nil {
		return out, err
	}
	if awsops.Blocked(out.Checks) == nil && out.Set != "" {
		out.try(ctx, r, target, bucket)
	}
	return out, nil
}

func checkManaged(ctx context.Context, r *awsops.Reader, region string) KeyReport {
	out := KeyReport{Key: kms.Reading(ctx, r, region, ManagedAlias)}
	c := awsops.Check{Name: "KMS key", Text: "aws/s3, which AWS manages, in " + region}
	switch out.Key.State {
	case awsops.Known:
	case awsops.Absent:
		c.Text = "aws/s3 is not there yet: AWS makes it at its first use"
	default:
		c.Result, c.Text = awsops.CheckUnknown, out.Key.Err.Error()
	}
	out.Checks = []awsops.Check{c, {Name: "dry run", Result: awsops.CheckSkipped, Text: "S3 alone uses aws/s3, and everybody of the account through S3"}}
	out.Notes = []awsops.Warning{{Text: "aws/s3 can't be shared: other accounts can neither read nor write what it encrypts, and its policy can't be changed."}}
	return out
}

// known adds what DescribeKey told.
func (x *KeyReport) known(ctx context.Context, r *awsops.Reader, k kms.Key, target awsops.Target) {
	c := awsops.Check{Name: "KMS key", Text: Describe(k)}
	if why := k.ForS3(target.Region); why != "" {
		c.Result, c.Text, c.Do = awsops.CheckFailed, strings.TrimSuffix(why, "."), "Choose another key"
		if k.Doomed() {
			c.Do = "Choose another key, or cancel its deletion with aws kms cancel-key-deletion and enable it"
		} else if k.State == "Disabled" {
			c.Do = "Choose another key, or enable it with aws kms enable-key"
		}
	}
	if k.Manager == "AWS" {
		if own, ok := kms.Reading(ctx, r, target.Region, ManagedAlias).Get(); ok && own.ARN == k.ARN {
			*x = checkManaged(ctx, r, target.Region)
			return
		}
		c.Result, c.Text, c.Do = awsops.CheckFailed, "the key belongs to another AWS service, and S3 can't use it", "Choose aws/s3 or a key of your own"
	}
	x.Checks = append(x.Checks, c)
	owner := target.Owner
	if owner == "" {
		owner = target.Account
	}
	if owner != "" && k.Account != owner {
		x.Notes = append(x.Notes, awsops.Warning{Level: awsops.Risk, Text: "The key belongs to account " + k.Account + ". That account can disable it or delete it, and " +
			"with it everything that is encrypted under it; its policy must allow kms:GenerateDataKey and kms:Decrypt to whoever writes and reads here."})
	}
}

// Describe says in one line what a key is.
func Describe(k kms.Key) string {
	manager := map[string]string{"AWS": "managed by AWS", "CUSTOMER": "customer managed"}[k.Manager]
	if manager == "" {
		manager = "managed by " + k.Manager
	}
	text := k.State + ", " + manager + ", account " + k.Account
	if k.MultiRegion {
		text += ", multi-Region"
	}
	if k.Description != "" {
		text += ": " + k.Description
	}
	return text
}

// unknown adds that DescribeKey told nothing. Without it only a full ARN can be set.
func (x *KeyReport) unknown(text string) error {
	if x.Key.State == awsops.Absent {
		x.Set = text // shown as what was asked for; the failed check keeps it from being sent
		x.Checks = append(x.Checks, awsops.Check{Name: "KMS key", Result: awsops.CheckFailed, Text: "there is no such key in the bucket's region, or it is of an account " +
			"that does not share it", Do: "Choose another key"})
		return nil
	}
	if !kms.IsKeyARN(text) {
		e := *x.Key.Err
		e.Hint = "An id or alias would be looked up in each writer's own account. Give the key's full ARN, or get the right to kms:DescribeKey."
		return &e
	}
	x.Set = text
	x.Checks = append(x.Checks, awsops.Check{Name: "KMS key", Result: awsops.CheckUnknown, Text: x.Key.Err.Error()})
	return nil
}

// try asks by a dry run whether the caller could use the key.
func (x *KeyReport) try(ctx context.Context, r *awsops.Reader, target awsops.Target, bucket string) {
	if x.Key.Value.Manager == "AWS" {
		return
	}
	err := kms.TryGenerate(ctx, r, target.Region, x.Set, kms.ForBucket(r.Session().Partition(ctx), bucket))
	c := awsops.Check{Name: "dry run", Text: "you could encrypt with it (kms:GenerateDataKey); reading needs kms:Decrypt, which was not tried"}
	if e := awsops.Wrap("GenerateDataKey", "", "", err); e != nil {
		c.Result, c.Text, c.Do = awsops.CheckUnknown, e.Error(), e.Hint
		switch e.Kind {
		case awsops.KindDenied:
			c.Do = ""
			x.Notes = append(x.Notes, awsops.Warning{Level: awsops.Risk, Text: "You may not use this key yourself (kms:GenerateDataKey is denied): your own uploads " +
				"without encryption headers would be refused, and so would those of everybody without that right."})
		case awsops.KindConflict, awsops.KindNotFound, awsops.KindInvalid:
			if e.Status != 0 {
				c.Result = awsops.CheckFailed
			}
		}
	}
	x.Checks = append(x.Checks, c)
}
