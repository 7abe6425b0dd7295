package transfer

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // S3 defines these sums
	"crypto/sha1" //nolint:gosec // S3 defines these sums
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"strings"

	"cooper/awsops/objects"
)

// crc64NVME is the polynomial of CRC-64/NVME in the reversed form that hash/crc64 takes.
const crc64NVME = 0x9a6c9329ac4bc9b5

// sums are the checksums that S3 keeps of whole objects, by their names.
var sums = map[string]func() hash.Hash{
	"CRC64NVME": func() hash.Hash { return crc64.New(crc64.MakeTable(crc64NVME)) },
	"CRC32":     func() hash.Hash { return crc32.NewIEEE() },
	"CRC32C":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"SHA1":      sha1.New,
	"SHA256":    sha256.New,
	"MD5":       md5.New,
}

// verify compares a file with the checksum that S3 keeps of the object and says which one it was.
// An object without a checksum of its whole content is compared by its ETag where that is an MD5
// sum, and else only by its size.
func verify(file io.ReadSeeker, head objects.Head) (string, error) {
	for _, c := range head.Checksums {
		if sum, ok := sums[c.Name]; ok && head.ChecksumFor != "COMPOSITE" && !strings.Contains(c.Value, "-") {
			want, err := base64.StdEncoding.DecodeString(c.Value)
			if err == nil {
				return compare(file, sum(), want, c.Name)
			}
		}
	}
	want, err := hex.DecodeString(strings.Trim(head.ETag, `"`))
	plain := head.Encryption.CustomerKey == "" && (head.Encryption.Algorithm == "" || head.Encryption.Algorithm == "AES256")
	if err != nil || len(want) != md5.Size || !plain {
		return bySize, nil
	}
	return compare(file, md5.New(), want, "MD5") //nolint:gosec // see above
}

// bySize is what is said of a file that only its size speaks for.
const bySize = "Verified by its size only: S3 keeps no checksum of the whole object."

func compare(file io.ReadSeeker, h hash.Hash, want []byte, name string) (string, error) {
	got, err := sumOf(file, h)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(got, want) {
		return "", broken("the file's " + name + " is not the object's: it was damaged on its way")
	}
	return "Verified by " + name + ".", nil
}

func sumOf(file io.ReadSeeker, h hash.Hash) ([]byte, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, localError("the file can't be read back", err)
	}
	if _, err := io.Copy(h, file); err != nil {
		return nil, localError("the file can't be read back", err)
	}
	return h.Sum(nil), nil
}
