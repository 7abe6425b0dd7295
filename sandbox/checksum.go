package sandbox

import (
	"crypto/md5"  //nolint:gosec // S3's ETag and Content-MD5 are MD5
	"crypto/sha1" //nolint:gosec // one of the checksums that S3 offers
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"net/http"
	"slices"
	"strings"

	"github.com/minio/crc64nvme"
)

const (
	compositeSum  = "COMPOSITE"
	fullObjectSum = "FULL_OBJECT"
	defaultSum    = "CRC64NVME"
)

// checksum is what S3 stores about an object's or a part's bytes.
type checksum struct {
	algorithm string // CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512, MD5
	kind      string // COMPOSITE or FULL_OBJECT
	value     string // base64, with "-N" behind a composite one
}

// header is the response header that carries it.
func (s checksum) header() string { return checksumHeader(s.algorithm) }

// element is the XML element that carries it.
func (s checksum) element() string { return "Checksum" + s.algorithm }

func checksumHeader(algorithm string) string {
	return http.CanonicalHeaderKey("X-Amz-Checksum-" + algorithm)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var checksumAlgorithms = []string{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512", "MD5"}

// unsupportedSums are algorithms of S3 whose hashes the standard library lacks.
var unsupportedSums = []string{"XXHASH64", "XXHASH3", "XXHASH128"}

// newHash returns the hash of an algorithm, nil when it is unknown.
func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "CRC32":
		return crc32.NewIEEE()
	case "CRC32C":
		return crc32.New(castagnoli)
	case "CRC64NVME":
		return crc64nvme.New()
	case "SHA1":
		return sha1.New() //nolint:gosec // see the import
	case "SHA256":
		return sha256.New()
	case "SHA512":
		return sha512.New()
	case "MD5":
		return md5.New() //nolint:gosec // see the import
	}
	return nil
}

func encodeSum(h hash.Hash) string { return base64.StdEncoding.EncodeToString(h.Sum(nil)) }

// kindAllowed says which kinds an algorithm can have in a multipart upload.
func kindAllowed(algorithm, kind string) bool {
	switch algorithm {
	case "CRC64NVME":
		return kind == fullObjectSum
	case "CRC32", "CRC32C":
		return true
	}
	return kind == compositeSum
}

// defaultKind is the kind of a multipart upload that names only its algorithm.
func defaultKind(algorithm string) string {
	if algorithm == "CRC64NVME" {
		return fullObjectSum
	}
	return compositeSum
}

// claimedSum is the checksum that a request promises for its payload.
type claimedSum struct {
	algorithm string // "" when the request promises none
	value     string // "" when it comes in the trailer
}

// claim reads which checksum the request promises, in a header or in a trailer.
func claim(h http.Header) (claimedSum, error) {
	var found claimedSum
	for name, values := range h {
		algorithm, ok := strings.CutPrefix(name, "X-Amz-Checksum-")
		algorithm = strings.ToUpper(algorithm)
		if ok && slices.Contains(unsupportedSums, algorithm) {
			return found, errNotImplemented(strings.ToLower(name))
		}
		if !ok || newHash(algorithm) == nil { // S3 overlooks names that are no algorithm's
			continue
		}
		if found.algorithm != "" {
			return found, errInvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		found = claimedSum{algorithm, values[0]}
		raw, err := base64.StdEncoding.DecodeString(values[0])
		if err != nil || len(raw) != newHash(algorithm).Size() {
			return found, errInvalidRequest("Value for " + strings.ToLower(name) + " header is invalid.")
		}
	}
	return claimTrailer(h, found)
}

func claimTrailer(h http.Header, found claimedSum) (claimedSum, error) {
	trailer, isSum := strings.CutPrefix(strings.ToLower(h.Get("X-Amz-Trailer")), "x-amz-checksum-")
	if isSum {
		algorithm := strings.ToUpper(trailer)
		if newHash(algorithm) == nil {
			return found, errInvalidRequest("The value specified in the x-amz-trailer header is not supported")
		}
		if found.algorithm != "" {
			return found, errInvalidRequest("Expecting a single x-amz-checksum- header")
		}
		found.algorithm = algorithm
	}
	named := strings.ToUpper(h.Get("X-Amz-Sdk-Checksum-Algorithm"))
	if named == "" {
		return found, nil
	}
	if newHash(named) == nil {
		return found, errUnknownAlgorithm()
	}
	if found.algorithm == "" {
		return found, errInvalidRequest("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* " +
			"or x-amz-trailer headers were found.")
	}
	if found.algorithm != named {
		return found, errInvalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.")
	}
	return found, nil
}

func errUnknownAlgorithm() *apiError {
	return errInvalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [" +
		strings.Join(slices.Concat(checksumAlgorithms, unsupportedSums), ", ") + "]")
}
