// Package corsplan reads a bucket's CORS configuration, plans its changes and asks a server how it answers
// cross-origin requests. The rules themselves are those of package cors.
package corsplan

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/cors"
	"cooper/awsops/document"
)

// CodeNone is what S3 answers for a bucket without a CORS configuration.
const CodeNone = "NoSuchCORSConfiguration"

const opGet = "GetBucketCors"

// Read reads a bucket's rules. A bucket without a configuration gives an *awsops.Error with the code
// NoSuchCORSConfiguration; a document with elements that are not known here is KindUnsupported, since sending it back
// would lose them.
func Read(ctx context.Context, r *awsops.Reader, bucket string) ([]cors.Rule, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return nil, err
	}
	var doc []byte
	_, err = api.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: &bucket}, document.Capture("CORSConfiguration", func(b []byte) { doc = b }))
	if err != nil {
		return nil, awsops.Wrap(opGet, bucket, "", err)
	}
	rules, err := cors.Parse(string(doc))
	if err != nil {
		return nil, &awsops.Error{Op: opGet, Bucket: bucket, Kind: awsops.KindUnsupported, Message: "the CORS configuration holds something that is not known here: " + err.Error(), Err: err}
	}
	return rules, nil
}

// Reading is Read as a fact: absent means that CORS is not configured.
func Reading(ctx context.Context, r *awsops.Reader, bucket string) awsops.Reading[[]cors.Rule] {
	rules, err := Read(ctx, r, bucket)
	return awsops.Read(opGet, r.Now(), rules, err, CodeNone)
}

// none stands for a bucket without a configuration in fingerprints and read-backs.
const none = "none"

// state gives the rules as text.
func state(bucket string) func(context.Context, *awsops.Reader) (string, error) {
	return func(ctx context.Context, r *awsops.Reader) (string, error) {
		rules, err := Read(ctx, r, bucket)
		if e, ok := errors.AsType[*awsops.Error](err); ok && e.Code == CodeNone {
			return none, nil
		}
		if err != nil {
			return "", err
		}
		return canonical(rules), nil
	}
}

// canonical writes rules so that two texts are the same when the rules mean the same: within a list the order means
// nothing, and Ceph's gateway gives methods back in its own.
func canonical(rules []cors.Rule) string {
	out := cors.CloneAll(rules)
	for _, r := range out {
		for _, list := range [][]string{r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders} {
			slices.Sort(list)
		}
	}
	return cors.CompactJSON(out)
}
