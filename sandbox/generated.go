package sandbox

import (
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
)

// pattern is a source of bytes that follow from a seed and their offset, so they need not be kept.
type pattern struct {
	seed uint64
	size int64
}

// word returns the eight bytes at an offset that is a multiple of eight, by splitmix64.
func (p pattern) word(offset int64) uint64 {
	z := p.seed + uint64(offset/8+1)*0x9E37_79B9_7F4A_7C15
	z = (z ^ z>>30) * 0xBF58_476D_1CE4_E5B9
	z = (z ^ z>>27) * 0x94D0_49BB_1331_11EB
	return z ^ z>>31
}

// ReadAt generates the bytes from offset.
func (p pattern) ReadAt(b []byte, offset int64) (int, error) {
	if offset >= p.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), p.size-offset))
	var word [8]byte
	for done := 0; done < n; {
		at := offset + int64(done)
		binary.LittleEndian.PutUint64(word[:], p.word(at&^7))
		done += copy(b[done:n], word[at&7:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// generated remembers the contents that were made. They follow from three values alone and never change, and a process
// that makes many servers, as tests do, would take the same sums again for each.
var generated sync.Map // recipe to *content

type recipe struct {
	seed      uint64
	size      int64
	algorithm string
}

// generate makes content of a size whose ETag and checksum are true ones. It is shared: it must not be changed.
func generate(seed uint64, size int64, algorithm string) *content {
	of := recipe{seed, size, algorithm}
	if c, ok := generated.Load(of); ok {
		return c.(*content) //nolint:forcetypeassert // nothing else is in it
	}
	c := digested(of)
	generated.Store(of, c)
	return c
}

func digested(of recipe) *content {
	seed, size, algorithm := of.seed, of.size, of.algorithm
	source := pattern{seed, size}
	digest, sum := md5.New(), newHash(algorithm)                                      //nolint:gosec // see the import
	_, _ = io.Copy(io.MultiWriter(digest, sum), io.NewSectionReader(source, 0, size)) // neither side can fail
	return &content{
		size: size, source: source, etag: hex.EncodeToString(digest.Sum(nil)),
		sum: checksum{algorithm, fullObjectSum, encodeSum(sum)},
	}
}

// repeated makes a multipart object of equal parts that holds one part's bytes at most.
func repeated(seed uint64, partSize int64, parts int) (*content, error) {
	one := generate(seed, partSize, "CRC32")
	u := &upload{sum: checksum{algorithm: "CRC32", kind: compositeSum}}
	all := make([]*uploadedPart, parts)
	for i := range all {
		all[i] = &uploadedPart{number: i + 1, content: one}
	}
	return u.assemble(all)
}

// lookup returns a bucket that code, not a request, means.
func (s *Server) lookup(name string) (*bucket, error) {
	if b := s.findBucket(name); b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("sandbox: there is no bucket %q", name)
}
