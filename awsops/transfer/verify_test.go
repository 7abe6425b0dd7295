package transfer

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"cooper/awsops/objects"
)

// verify compares a file with an object and says how.
func verify(file io.ReadSeeker, head objects.Head) (string, error) {
	p := proofOf(head)
	return p.sentence(), p.verify(file)
}

func TestAFileIsComparedWithTheChecksumThatS3Keeps(t *testing.T) {
	// The check values are those of the catalogues of CRCs, for the text 123456789.
	file := []byte("123456789")
	for name, value := range map[string]string{
		"CRC64NVME": "rosUhgp5mIg=", "CRC32": "y/Q5Jg==", "CRC32C": "4waSgw==", "SHA1": "98O8HYCOBHMq32eZZczDTKeuNEE=",
		"SHA256": "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
	} {
		head := objects.Head{Size: 9, Checksums: []objects.Pair{{Name: name, Value: value}}, ChecksumFor: "FULL_OBJECT"}
		got, err := verify(bytes.NewReader(file), head)
		if err != nil || got != "Verified by "+name+" "+value+"." {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if _, err := verify(bytes.NewReader([]byte("123456780")), head); err == nil {
			t.Errorf("%s: a damaged file passed", name)
		}
	}
}

func TestWithoutAChecksumTheETagCountsOnlyWhereItIsAnMD5(t *testing.T) {
	const md5 = `"25f9e794323b453885f5181f1b624d0b"`
	for _, c := range []struct {
		head objects.Head
		want string
	}{
		{objects.Head{ETag: md5}, "Verified by MD5 JfnnlDI7RTiF9RgfG2JNCw==."},
		{objects.Head{ETag: md5, Encryption: objects.Encryption{Algorithm: "AES256"}}, "Verified by MD5 JfnnlDI7RTiF9RgfG2JNCw==."},
		{objects.Head{ETag: md5, Encryption: objects.Encryption{Algorithm: "aws:kms"}}, bySize},
		{objects.Head{ETag: md5, Encryption: objects.Encryption{CustomerKey: "x"}}, bySize},
		{objects.Head{ETag: `"25f9e794323b453885f5181f1b624d0b-2"`}, bySize},
		{objects.Head{ETag: `"x-2"`, ChecksumFor: "COMPOSITE", Checksums: []objects.Pair{{Name: "SHA256", Value: "AAAA-2"}}}, bySize},
		{objects.Head{ETag: md5, Checksums: []objects.Pair{{Name: "XXHASH3", Value: "AAAA"}}}, "Verified by MD5 JfnnlDI7RTiF9RgfG2JNCw==."},
	} {
		if got, err := verify(bytes.NewReader([]byte("123456789")), c.head); err != nil || got != c.want {
			t.Errorf("%+v: %q, %v", c.head, got, err)
		}
	}
	if _, err := verify(strings.NewReader("other"), objects.Head{ETag: md5}); err == nil {
		t.Error("a damaged file passed")
	}
}
