package transfer

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // S3 defines these sums
	"crypto/sha1" //nolint:gosec // S3 defines these sums
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"strings"

	"github.com/minio/crc64nvme"

	"cooper/awsops/objects"
)

// sums are the checksums that S3 keeps of whole objects, by their names.
var sums = map[string]func() hash.Hash{
	"CRC64NVME": func() hash.Hash { return crc64nvme.New() }, // with the processor's carry-less multiplication
	"SHA512":    sha512.New,
	"CRC32":     func() hash.Hash { return crc32.NewIEEE() },
	"CRC32C":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"SHA1":      sha1.New,
	"SHA256":    sha256.New,
	"MD5":       md5.New,
}

// proof is how an object's content can be checked.
type proof struct {
	name string // CRC64NVME, MD5 …; "" when S3 keeps nothing to check by
	new  func() hash.Hash
	want []byte
}

// proofOf finds the checksum that S3 keeps of the whole object. An object without one is checked by its ETag where
// that is an MD5 sum, and else only by its size.
func proofOf(head objects.Head) proof {
	for _, c := range head.Checksums {
		sum, ok := sums[c.Name]
		if !ok || head.ChecksumFor == "COMPOSITE" || strings.Contains(c.Value, "-") {
			continue
		}
		if want, err := base64.StdEncoding.DecodeString(c.Value); err == nil {
			return proof{c.Name, sum, want}
		}
	}
	want, err := hex.DecodeString(strings.Trim(head.ETag, `"`))
	plain := head.Encryption.CustomerKey == "" && (head.Encryption.Algorithm == "" || head.Encryption.Algorithm == "AES256")
	if err != nil || len(want) != md5.Size || !plain {
		return proof{}
	}
	return proof{"MD5", md5.New, want}
}

// bySize is what is said of a file that only its size speaks for.
const bySize = "Verified by its size only: S3 keeps no checksum of the whole object."

// sentence says how the content was verified.
func (p proof) sentence() string {
	if p.name == "" {
		return bySize
	}
	return "Verified by " + p.name + " " + base64.StdEncoding.EncodeToString(p.want) + "."
}

func (p proof) check(got []byte) error {
	if !bytes.Equal(got, p.want) {
		return broken("the file's " + p.name + " is not the object's: it was damaged on its way")
	}
	return nil
}

// verify compares a file with the object. Nothing can be said where S3 keeps no checksum.
func (p proof) verify(file io.ReadSeeker) error {
	if p.name == "" {
		return nil
	}
	got, err := sumOf(file, p.new())
	if err != nil {
		return err
	}
	return p.check(got)
}

func sumOf(file io.ReadSeeker, h hash.Hash) ([]byte, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, localError("the file can't be read back", err)
	}
	if _, err := copyAll(h, file); err != nil {
		return nil, localError("the file can't be read back", err)
	}
	return h.Sum(nil), nil
}
