package transfer

import (
	"context"
	"io"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
)

// counter answers parts.
type counter struct {
	awsops.WriteAPI
	parts atomic.Int32
}

func (c *counter) UploadPart(context.Context, *s3.UploadPartInput, ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	c.parts.Add(1)
	return &s3.UploadPartOutput{ETag: aws.String(`"e"`)}, nil
}

func TestAStreamMayFillTenThousandPartsAndNotOneMore(t *testing.T) {
	for _, n := range []int{maxParts, maxParts + 1} {
		api := &counter{}
		p := &pour{upload: &upload{api: api, lanes: newLanes(parallel), shown: awsops.Progress(t.Context()).File("k", 0)}, free: make(chan []byte, n)}
		parts := make(chan poured, n+1)
		for range n {
			parts <- poured{buf: []byte{1}, data: []byte{1}}
		}
		parts <- poured{err: io.EOF} // the end of a stream that filled its last part
		done, err := p.send(t.Context(), "id", <-parts, parts)
		if fits := n == maxParts; (err == nil) != fits || len(done) != maxParts || api.parts.Load() != maxParts {
			t.Errorf("of %d parts %d were sent: %v", n, len(done), err)
		}
	}
}
