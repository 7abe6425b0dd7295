package awsops

import (
	"encoding/base32"
	"io"
	"strings"
)

// NewID makes an id for a plan or a job: 16 lower-case characters of 80 random bits.
func (s *Session) NewID() string {
	var b [10]byte
	if _, err := io.ReadFull(s.opt.Rand, b[:]); err != nil {
		panic("awsops: no randomness: " + err.Error())
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
