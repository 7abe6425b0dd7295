package buckets

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
)

// listPage is how many buckets one request asks for.
const listPage = 1000

// List gives the caller's buckets page by page in the server's order, up to 1,000 a page, as they
// arrive. It ends with the first error. It needs s3:ListAllMyBuckets, which is all or nothing;
// buckets of other accounts are never in it.
func List(ctx context.Context, r *awsops.Reader) iter.Seq2[[]Bucket, error] {
	return func(yield func([]Bucket, error) bool) {
		api, err := r.S3(ctx, "")
		if err != nil {
			yield(nil, err)
			return
		}
		in := &s3.ListBucketsInput{MaxBuckets: aws.Int32(listPage)}
		for {
			out, err := api.ListBuckets(ctx, in)
			if err != nil {
				yield(nil, awsops.Wrap("ListBuckets", "", "", err))
				return
			}
			page := make([]Bucket, 0, len(out.Buckets))
			for _, b := range out.Buckets {
				entry := Bucket{Name: aws.ToString(b.Name), Region: aws.ToString(b.BucketRegion), Created: aws.ToTime(b.CreationDate)}
				r.NoteListed(entry.Name, entry.Region)
				page = append(page, entry)
			}
			token := aws.ToString(out.ContinuationToken)
			// A server that ignores paging may send the same token for ever.
			if !yield(page, nil) || token == "" || token == aws.ToString(in.ContinuationToken) {
				return
			}
			in.ContinuationToken = &token
		}
	}
}
