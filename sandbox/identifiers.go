package sandbox

import (
	"encoding/base64"
	"math/rand/v2"
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

// newVersionID returns a version id as S3 makes them: 32 characters, opaque.
func (s *Server) newVersionID() string {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	return randomText(s.versionRand, versionAlphabet, 32)
}

// newUploadID returns a multipart upload id: opaque, safe in a URL.
func (s *Server) newUploadID() string {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	return randomText(s.versionRand, versionAlphabet, 96)
}
