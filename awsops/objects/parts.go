package objects

import (
	"crypto/md5" //nolint:gosec // S3 defines it so
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// ETagOfParts is the ETag, with its quotes, that S3 gives an object of these parts, "" when theirs are no MD5 sums.
func ETagOfParts(parts []types.CompletedPart) string {
	h := md5.New() //nolint:gosec // see the import
	for _, p := range parts {
		sum, err := hex.DecodeString(strings.Trim(aws.ToString(p.ETag), `"`))
		if err != nil || len(sum) != md5.Size {
			return ""
		}
		h.Write(sum)
	}
	return fmt.Sprintf("\"%x-%d\"", h.Sum(nil), len(parts))
}
