package sandbox

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"io"
)

// locked is content that only its customer's key opens (SSE-C). The sandbox keeps the ciphertext and no key.
type locked interface {
	unlock(key []byte) io.ReaderAt
}

// errSealed is what reading locked content without its key gives: handlers check the key before, so nobody meets it.
var errSealed = errors.New("sandbox: the content is sealed")

// sealedChunk is how many bytes are encrypted at once, so that a range is read without the rest.
const sealedChunk = 64 << 10

// sealed is bytes encrypted with AES-256-GCM, chunk by chunk. A chunk's nonce is the content's own number and the
// chunk's place in it.
type sealed struct {
	number uint64
	size   int64
	chunks [][]byte
}

// newGCM takes the 32 bytes of a customer's key, whose length was checked.
func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func sealedNonce(number uint64, chunk int) []byte {
	nonce := binary.BigEndian.AppendUint64(nil, number)
	return binary.BigEndian.AppendUint32(nonce, uint32(chunk))
}

// seal encrypts content under a customer's key. number must be of this content alone.
func seal(key []byte, from *content, number uint64) (*content, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	box := &sealed{number: number, size: from.size}
	plain, in := make([]byte, sealedChunk), from.section(0, from.size)
	for left := from.size; left > 0; left -= sealedChunk {
		part := plain[:min(left, sealedChunk)]
		if _, err := io.ReadFull(in, part); err != nil {
			return nil, err
		}
		box.chunks = append(box.chunks, gcm.Seal(nil, sealedNonce(number, len(box.chunks)), part, nil))
	}
	to := *from
	to.data, to.source, to.locked = nil, nil, box
	return &to, nil
}

func (s *sealed) unlock(key []byte) io.ReaderAt { return &unlocked{box: s, key: key} }

// unlocked reads sealed bytes with their key.
type unlocked struct {
	box *sealed
	key []byte
}

// ReadAt decrypts the chunks that the range touches.
func (u *unlocked) ReadAt(p []byte, offset int64) (int, error) {
	gcm, err := newGCM(u.key)
	if err != nil {
		return 0, err
	}
	done := 0
	for done < len(p) {
		at := offset + int64(done)
		if at >= u.box.size {
			return done, io.EOF
		}
		chunk := int(at / sealedChunk)
		plain, err := gcm.Open(nil, sealedNonce(u.box.number, chunk), u.box.chunks[chunk], nil)
		if err != nil {
			return done, err
		}
		done += copy(p[done:], plain[at%sealedChunk:])
	}
	return done, nil
}

// sealedParts is locked content that was sent in parts.
type sealedParts []*content

func (s sealedParts) unlock(key []byte) io.ReaderAt {
	open := make([]*content, len(s))
	for i, piece := range s {
		open[i] = piece.unlock(key)
	}
	return newChain(open)
}

// unlock gives the content as its key shows it. It is for one request: it holds the key.
func (c *content) unlock(key []byte) *content {
	if c.locked == nil {
		return c
	}
	open := *c
	open.source, open.locked = c.locked.unlock(key), nil
	return &open
}

// plain reads unlocked content into memory, so that what is stored holds no key.
func (c *content) plain() (*content, error) {
	data := make([]byte, c.size)
	if _, err := io.ReadFull(c.section(0, c.size), data); err != nil {
		return nil, err
	}
	to := *c
	to.data, to.source = data, nil
	return &to, nil
}

// protect stores content as the encryption demands: under the customer's key that the request carries, or as it is.
func (c *call) protect(from *content, sse sseState) (*content, error) {
	if sse.customerMD5 == "" {
		return from, nil
	}
	return seal(c.customerSecret("X-Amz-"), from, c.server.newSealNumber())
}

// sealedReader stands in for locked content.
func sealedReader() io.Reader { return io.MultiReader(bytes.NewReader(nil), failingReader{}) }

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errSealed }
