package buckets

import (
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"cooper/awsops"
)

// receipt is that of a call that changed one thing.
func receipt(md middleware.Metadata) awsops.Receipt {
	id, _ := awsmiddleware.GetRequestIDMetadata(md)
	return awsops.Receipt{RequestID: id, Done: 1}
}

// wrapped is awsops.Wrap as an error that is nil for nil.
func wrapped(op, bucket string, err error) error {
	if err == nil {
		return nil
	}
	return awsops.Wrap(op, bucket, "", err)
}
