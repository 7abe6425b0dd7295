// Package kms asks AWS KMS: which keys and aliases a region has, what state a key is in, whether it could be used, and
// for data keys of client-side encryption. It speaks through the session's own JSON client.
//
// Facts: "AWS Key Management Service API Reference".
package kms

import (
	"context"

	"cooper/awsops"
)

func ask(ctx context.Context, r *awsops.Reader, region, action string, in, out any) error {
	return r.JSON(ctx, awsops.JSONCall{Service: "kms", Region: region, Action: action}, in, out)
}
