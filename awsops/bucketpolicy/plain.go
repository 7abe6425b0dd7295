package bucketpolicy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/policy"
)

// warnPlain says, where a change begins to refuse requests without TLS, whether anybody can know who still sends such:
// only the bucket's access logs tell. Where there are some the plan names the bucket, so that they can be asked first.
func warnPlain(ctx context.Context, r *awsops.Reader, p *awsops.Plan, before, after *policy.Document, bucket policy.ARN) {
	if policy.ForcedOn(before, bucket).TLS.Yes || !policy.ForcedOn(after, bucket).TLS.Yes {
		return
	}
	const unknown = " Nobody knows who still uses http: they will be refused without a warning."
	w := awsops.Warning{Level: awsops.Risk}
	target := logTarget(ctx, r, p.Target.Bucket)
	name, known := target.Get()
	switch {
	case !known:
		w.Text = "Whether the bucket keeps access logs can't be told (" + target.State.String() + ": " + target.Err.Error() + ")." + unknown
	case name == "":
		w.Text = "The bucket keeps no access logs." + unknown
	default:
		w.Text = "Whoever still uses http is refused. The access logs in " + name + " tell who that is: ask them first."
		p.AskPlain = p.Target.Bucket
	}
	p.Warnings = append(p.Warnings, w)
}

// logTarget is the bucket that a bucket's access logs go to, "" for one that keeps none.
func logTarget(ctx context.Context, r *awsops.Reader, bucket string) awsops.Reading[string] {
	const op = "GetBucketLogging"
	read := func() (string, error) {
		api, err := r.S3(ctx, bucket)
		if err != nil {
			return "", err
		}
		out, err := api.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: &bucket})
		if err != nil {
			return "", awsops.Wrap(op, bucket, "", err)
		}
		if out.LoggingEnabled == nil {
			return "", nil
		}
		return aws.ToString(out.LoggingEnabled.TargetBucket), nil
	}
	target, err := read()
	return awsops.Read(op, r.Now(), target, err)
}
