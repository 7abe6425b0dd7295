package lifecycle

import (
	"bytes"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/document"
)

// CodeNone is what S3 answers for a bucket without lifecycle rules.
const CodeNone = "NoSuchLifecycleConfiguration"

// Config is a bucket's lifecycle configuration as it was read.
type Config struct {
	Rules []Rule
	// MinimumSize is the bucket-wide default for the smallest object that transitions apply to, as
	// x-amz-transition-default-minimum-object-size spells it. It is reset unless it is sent back.
	MinimumSize string
	// Unknown names elements that sending the rules back would lose.
	Unknown []string
}

// Read reads a bucket's lifecycle configuration. A bucket without one gives an *awsops.Error with the
// code NoSuchLifecycleConfiguration.
func Read(ctx context.Context, r *awsops.Reader, bucket string) (Config, error) {
	const op = "GetBucketLifecycleConfiguration"
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return Config{}, err
	}
	var doc []byte
	out, err := api.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &bucket},
		document.Capture("LifecycleConfiguration", func(b []byte) { doc = b }))
	if err != nil {
		return Config{}, awsops.Wrap(op, bucket, "", err)
	}
	c := Config{Rules: []Rule{}, MinimumSize: string(out.TransitionDefaultMinimumObjectSize)}
	for _, rule := range out.Rules {
		c.Rules = append(c.Rules, FromSDK(rule))
	}
	if c.Unknown, err = UnknownElements(bytes.NewReader(doc)); err != nil {
		return Config{}, &awsops.Error{Op: op, Bucket: bucket, Kind: awsops.KindUnsupported, Message: "the lifecycle configuration is not readable XML", Err: err}
	}
	return c, nil
}
