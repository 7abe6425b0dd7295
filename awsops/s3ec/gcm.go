package s3ec

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
)

const (
	blockSize = 16
	// TagSize is how much longer an object is than its plaintext, in bytes.
	TagSize = 16
	// MaxSize is the longest plaintext in bytes: GCM ends at 2^39 - 256 bits.
	MaxSize = (1<<39 - 256) / 8
	// chunkSize is what is sealed at once, in bytes.
	chunkSize   = 256 << 10
	chunkBlocks = chunkSize / blockSize
	// stepSize is what is opened at once: small enough to be in the cache for the second pass over it.
	stepSize = 64 << 10
)

// gcm is AES-256-GCM over content that is never in memory as a whole, at the speed of crypto/cipher, which has GCM only
// in one piece. Each chunk is one call of crypto/cipher and its piece of GHASH is won from the tag of that call:
//
//   - The counter of a chunk in the middle is reached by a nonce of 16 bytes. GCM hashes such a nonce into its first
//     counter block J, and J = nonce*H^2 + len*H can be solved for the nonce.
//   - The tag of a chunk is its GHASH plus the encrypted J, so that GHASH*H is known. The sum of a chunk is here the GHASH
//     of its ciphertext times H, without the block of lengths; chunks are joined by a multiplication with a power of H.
//
// No tag of a chunk ever leaves this file.
type gcm struct {
	block    cipher.Block
	any      cipher.AEAD // nonces of 16 bytes
	standard cipher.AEAD // nonces of 12 bytes
	iv       [12]byte
	aad      []byte

	h, unhash element // H, H^-2
	nonceLen  element // what the length of a nonce adds to it: len*H^-1
	chunkLen  element // what the length of a whole chunk adds to its tag: len*H
	chunkPow  element // H^chunkBlocks
}

func newGCM(key, iv, aad []byte) (*gcm, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("AES: %w", err)
	}
	g := &gcm{block: block, aad: aad}
	copy(g.iv[:], iv)
	if g.standard, err = cipher.NewGCM(block); err == nil {
		g.any, err = cipher.NewGCMWithNonceSize(block, blockSize)
	}
	if err != nil {
		return nil, fmt.Errorf("AES-GCM: %w", err)
	}
	var zero [blockSize]byte
	g.h = g.encrypt(zero)
	inverse := g.h.inverse()
	g.unhash = inverse.mul(inverse)
	g.nonceLen = element{lo: 8 * blockSize}.mul(inverse)
	g.chunkLen = element{lo: 8 * chunkSize}.mul(g.h)
	g.chunkPow = g.h.pow(chunkBlocks)
	return g, nil
}

func (g *gcm) encrypt(b [blockSize]byte) element {
	g.block.Encrypt(b[:], b[:])
	return fromBytes(b[:])
}

// counter is the counter block of the content's block n; -1 gives the one before the content, which masks the tag. The
// count never wraps: MaxSize sees to it.
func (g *gcm) counter(n int64) [blockSize]byte {
	var b [blockSize]byte
	copy(b[:], g.iv[:])
	binary.BigEndian.PutUint32(b[12:], uint32(n+2))
	return b
}

// seal encrypts a chunk in place and returns its sum. buf needs room for a tag behind the chunk; it begins at the
// content's block first.
func (g *gcm) seal(buf []byte, first int64) element {
	j := g.counter(first - 1)
	nonce := fromBytes(j[:]).mul(g.unhash).add(g.nonceLen).bytes()
	out := g.any.Seal(buf[:0], nonce[:], buf, nil)
	return fromBytes(out[len(buf):]).add(g.encrypt(j)).add(g.lengthOf(len(buf)))
}

func (g *gcm) lengthOf(n int) element {
	if n == chunkSize {
		return g.chunkLen
	}
	return element{lo: 8 * uint64(n)}.mul(g.h)
}

// hash is the sum of a piece of ciphertext. The piece goes through GCM as data that is only authenticated.
func (g *gcm) hash(piece []byte) element {
	var nonce, j [blockSize]byte
	j[blockSize-1] = 1
	tag := g.standard.Seal(nil, nonce[:12], nil, piece)
	return fromBytes(tag).add(g.encrypt(j)).add(element{hi: 8 * uint64(len(piece))}.mul(g.h))
}

// begin is the sum of what stands before the content: the additional data.
func (g *gcm) begin() element {
	if len(g.aad) == 0 {
		return element{}
	}
	return g.hash(g.aad)
}

// join adds the sum of n bytes to the sum of all that stands before them.
func (g *gcm) join(sum, next element, n int) element {
	if n == chunkSize {
		return sum.mul(g.chunkPow).add(next)
	}
	return sum.mul(g.h.pow(uint64(n+blockSize-1) / blockSize)).add(next)
}

// tag ends the sum of all content, of size bytes.
func (g *gcm) tag(sum element, size int64) [TagSize]byte {
	lengths := element{hi: 8 * uint64(len(g.aad)), lo: 8 * uint64(size)}
	return sum.add(lengths.mul(g.h)).add(g.encrypt(g.counter(-1))).bytes()
}

// opening is content on its way through verification and decryption.
type opening struct {
	g      *gcm
	stream cipher.Stream
	stepP  element // H^(blocks of a step)
	sum    element
	n      int64
}

func (g *gcm) open() *opening {
	first := g.counter(0)
	return &opening{g: g, stream: cipher.NewCTR(g.block, first[:]), stepP: g.h.pow(stepSize / blockSize), sum: g.begin()}
}

// add takes the next ciphertext: stepSize bytes, or fewer at the end.
func (o *opening) add(piece []byte) {
	next := o.g.hash(piece)
	if len(piece) == stepSize {
		o.sum = o.sum.mul(o.stepP).add(next)
	} else {
		o.sum = o.g.join(o.sum, next, len(piece))
	}
	o.n += int64(len(piece))
}

// decrypt turns the piece that was added last into plaintext, which is not to be trusted yet.
func (o *opening) decrypt(piece []byte) { o.stream.XORKeyStream(piece, piece) }

func (o *opening) verify(tag []byte) bool {
	want := o.g.tag(o.sum, o.n)
	return subtle.ConstantTimeCompare(want[:], tag) == 1
}
