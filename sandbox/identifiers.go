package sandbox

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
)

const (
	upperAlphabet   = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	versionAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz."
)

func randomText(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// newRequestID returns x-amz-request-id (16 characters) and x-amz-id-2 (76 characters).
func (s *Server) newRequestID() (id, hostID string) {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	var raw [56]byte
	for i := range raw {
		raw[i] = byte(s.requestRand.Uint32())
	}
	return randomText(s.requestRand, upperAlphabet, 16), base64.StdEncoding.EncodeToString(raw[:])
}

// A version's sequence number stands in its id after a permutation of 48 bits, so that ids of neighbours
// look nothing alike.
const (
	versionBits     = 1<<48 - 1
	versionScramble = 0x9E37_79B9_7F4A
	versionFactor   = 0x5851_F42D_4C95 // odd, hence it has an inverse
)

// versionInverse undoes versionFactor: each round doubles the bits that are right.
var versionInverse = func() uint64 {
	x := uint64(versionFactor)
	for range 6 {
		x *= 2 - versionFactor*x
	}
	return x
}()

// nextVersion returns the sequence number and the id of a new version: 32 characters, opaque, of which the
// first eight carry the number. So a listing can go on behind a version that was deleted meanwhile.
func (s *Server) nextVersion() (seq uint64, id string) {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	s.versions++
	b := make([]byte, 32)
	for i, n := 0, s.versions*versionFactor&versionBits^versionScramble; i < 8; i, n = i+1, n>>6 {
		b[i] = versionAlphabet[n&63]
	}
	for i := 8; i < len(b); i++ {
		b[i] = versionAlphabet[s.versionRand.IntN(len(versionAlphabet))]
	}
	return s.versions, string(b)
}

// versionSeq reads the sequence number out of a version id; false for one that this server never made.
func versionSeq(id string) (uint64, bool) {
	if len(id) != 32 {
		return 0, false
	}
	var n uint64
	for i := 7; i >= 0; i-- {
		digit := strings.IndexByte(versionAlphabet, id[i])
		if digit < 0 {
			return 0, false
		}
		n = n<<6 | uint64(digit)
	}
	return (n ^ versionScramble) * versionInverse & versionBits, true
}

// uploadIDLength is the length of an upload's id.
const uploadIDLength = 96

// newSealNumber returns a number that no other content of this server is sealed with.
func (s *Server) newSealNumber() uint64 {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	s.seals++
	return s.seals<<32 | uint64(s.versionRand.Uint32())
}

// newUploadID returns a multipart upload id: opaque, safe in a URL.
func (s *Server) newUploadID() string {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	return randomText(s.versionRand, versionAlphabet, uploadIDLength)
}
