package transfer

import "fmt"

// S3's limits on multipart uploads ("Amazon S3 multipart upload limits").
const (
	mib         = 1 << 20
	gib         = 1 << 30
	minPartSize = 8 * mib
	maxParts    = 10_000
	// MaxObject is the largest object, 10,000 parts of 5 GiB.
	MaxObject = maxParts * 5 * gib
)

// PartSize gives how large the parts of an upload of size bytes are, and how many there are: 8 MiB, or
// as much more, in whole MiB, as keeps the number within 10,000. One part means a single PUT.
func PartSize(size int64) (part, parts int64, err error) {
	if size < 0 || size > MaxObject {
		return 0, 0, fmt.Errorf("%d bytes are more than an object can have (48.8 TiB)", size)
	}
	part = minPartSize
	if need := (size + maxParts - 1) / maxParts; need > part {
		part = (need + mib - 1) / mib * mib
	}
	return part, max(1, (size+part-1)/part), nil
}
