package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// bytesKept gives every byte that a content holds in memory.
func bytesKept(c *content) []byte {
	kept := append([]byte(nil), c.data...)
	switch box := c.locked.(type) {
	case *sealed:
		kept = append(kept, bytes.Join(box.chunks, nil)...)
	case sealedParts:
		for _, piece := range box {
			kept = append(kept, bytesKept(piece)...)
		}
	}
	return kept
}

func TestWhatIsKeptUnderACustomersKeyIsCiphertext(t *testing.T) {
	s, _ := newSandbox(t)
	s.findBucket("bucket").blockSSEC = false
	text := strings.Repeat("a secret of sixty-four bytes, which nobody but its owner may read", 3000)
	url := "https://cooper.localhost/bucket/k"
	if res, body := send(t, s, "PUT", url, text, customerKey('a', "X-Amz-")...); res.StatusCode != 200 {
		t.Fatal(body)
	}
	stored := s.findBucket("bucket").current("k").content
	if stored.data != nil || stored.source != nil || bytes.Contains(bytesKept(stored), []byte("secret")) {
		t.Error("the plain text is kept")
	}
	if _, err := io.ReadAll(stored.section(0, stored.size)); err == nil {
		t.Error("sealed content was read without its key")
	}
	if _, err := io.ReadAll(stored.unlock(bytes.Repeat([]byte{'b'}, 32)).section(0, stored.size)); err == nil {
		t.Error("another key opened it")
	}
	for _, span := range [][2]int{{0, 0}, {1, 10}, {sealedChunk - 1, sealedChunk}, {sealedChunk, sealedChunk + 5}, {100, 2*sealedChunk + 7}, {len(text) - 3, len(text) - 1}} {
		header := append(customerKey('a', "X-Amz-"), "Range", fmt.Sprintf("bytes=%d-%d", span[0], span[1]))
		if res, body := send(t, s, "GET", url, "", header...); res.StatusCode != 206 || body != text[span[0]:span[1]+1] {
			t.Errorf("%v: %d, %d bytes", span, res.StatusCode, len(body))
		}
	}
}

func TestARotationSealsUnderTheNewKeyAndAMigrationKeepsNone(t *testing.T) {
	s, _ := newSandbox(t)
	s.findBucket("bucket").blockSSEC = false
	url := "https://cooper.localhost/bucket/"
	if res, body := send(t, s, "PUT", url+"k", "secret text", customerKey('a', "X-Amz-")...); res.StatusCode != 200 {
		t.Fatal(body)
	}
	from := append(customerKey('a', "X-Amz-Copy-Source-"), "X-Amz-Copy-Source", "bucket/k")
	if res, body := send(t, s, "PUT", url+"k", "", append(from[:8:8], customerKey('b', "X-Amz-")...)...); res.StatusCode != 200 ||
		res.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5") != customerKey('b', "X-Amz-")[5] {
		t.Fatalf("%v %s", res.Header, body)
	}
	if bytes.Contains(bytesKept(s.findBucket("bucket").current("k").content), []byte("secret")) {
		t.Error("the plain text is kept")
	}
	if _, body := send(t, s, "GET", url+"k", "", customerKey('b', "X-Amz-")...); body != "secret text" {
		t.Error(body)
	}
	from = append(customerKey('b', "X-Amz-Copy-Source-"), "X-Amz-Copy-Source", "bucket/k")
	if res, body := send(t, s, "PUT", url+"k", "", append(from, sseHeader, "AES256")...); res.StatusCode != 200 {
		t.Fatal(body)
	}
	if stored := s.findBucket("bucket").current("k").content; stored.locked != nil || stored.source != nil {
		t.Error("what is no longer under a key holds on to it")
	}
	if _, body := send(t, s, "GET", url+"k", ""); body != "secret text" {
		t.Error(body)
	}
}

func TestJoinedChecksumsAreThoseOfTheJoinedBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, algorithm := range []string{"CRC32", "CRC32C", "CRC64NVME"} {
		whole := newHash(algorithm)
		var parts []*uploadedPart
		for _, size := range []int{1, 0, 7, 4096, 100_003, 3} {
			piece := make([]byte, size)
			for i := range piece {
				piece[i] = byte(r.Uint32())
			}
			h := newHash(algorithm)
			_, _ = h.Write(piece)
			_, _ = whole.Write(piece)
			parts = append(parts, &uploadedPart{content: &content{size: int64(size), sum: checksum{algorithm, fullObjectSum, encodeSum(h)}}})
		}
		if got, ok := joinSums(algorithm, parts); !ok || got != encodeSum(whole) {
			t.Errorf("%s: %s, want %s", algorithm, got, encodeSum(whole))
		}
	}
	if _, ok := joinSums("SHA256", nil); ok {
		t.Error("SHA256 is no CRC")
	}
}

func TestPartsUnderACustomersKeyAreSealedAndJoined(t *testing.T) {
	s, _ := newSandbox(t)
	s.findBucket("bucket").blockSSEC = false
	url := "https://cooper.localhost/bucket/big"
	key := customerKey('a', "X-Amz-")
	res, body := send(t, s, "POST", url+"?uploads", "", key...)
	if res.StatusCode != 200 || res.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5") == "" {
		t.Fatalf("%v %s", res.Header, body)
	}
	id := between(body, "<UploadId>", "</UploadId>")
	first := string(filled('s', minPart))
	res, body = send(t, s, "PUT", url+"?partNumber=1&uploadId="+id, first)
	wantError(t, res, body, 400, "InvalidRequest", "Subsequent part requests must include the appropriate encryption parameters.")
	res, body = send(t, s, "PUT", url+"?partNumber=1&uploadId="+id, first, customerKey('b', "X-Amz-")...)
	wantError(t, res, body, 400, "InvalidRequest", "did not match the ones used originally.")
	list := ""
	for i, text := range []string{first, "end"} {
		if res, body = send(t, s, "PUT", fmt.Sprintf("%s?partNumber=%d&uploadId=%s", url, i+1, id), text, key...); res.StatusCode != 200 {
			t.Fatal(body)
		}
		list += fmt.Sprintf("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", i+1, res.Header.Get("ETag"))
	}
	// The end needs no key: checksums are joined, and nothing is read.
	res, body = send(t, s, "POST", url+"?uploadId="+id, "<CompleteMultipartUpload>"+list+"</CompleteMultipartUpload>")
	if res.StatusCode != 200 {
		t.Fatal(body)
	}
	want := newHash(defaultSum)
	_, _ = want.Write([]byte(first + "end"))
	if got := between(body, "<ChecksumCRC64NVME>", "</ChecksumCRC64NVME>"); got != encodeSum(want) {
		t.Errorf("checksum %s, want %s", got, encodeSum(want))
	}
	if bytes.Contains(bytesKept(s.findBucket("bucket").current("big").content), []byte("ssssssss")) {
		t.Error("the plain text is kept")
	}
	if _, body = send(t, s, "GET", url, "", append(key[:6:6], "Range", fmt.Sprintf("bytes=%d-%d", minPart-1, minPart+2))...); body != "send" {
		t.Errorf("%q", body)
	}
}

// between gives what stands between two marks of a text.
func between(text, from, to string) string {
	_, text, _ = strings.Cut(text, from)
	text, _, _ = strings.Cut(text, to)
	return text
}
