package objects

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestTheETagOfPartsIsTheSumOfTheirSums(t *testing.T) {
	a, b := `"25f9e794323b453885f5181f1b624d0b"`, `"d41d8cd98f00b204e9800998ecf8427e"`
	got := ETagOfParts([]types.CompletedPart{{ETag: &a}, {ETag: &b}})
	if got != `"d2e03436c2dc09537f7ac78c5b1ff394-2"` {
		t.Errorf("got %s", got)
	}
	odd := `"not-md5"`
	if got := ETagOfParts([]types.CompletedPart{{ETag: &odd}}); got != "" {
		t.Errorf("got %s of parts without sums", got)
	}
}
