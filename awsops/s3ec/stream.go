package s3ec

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
)

// Stream is the encrypted form of a plaintext that comes once and in order, such as standard input: an io.Reader that
// ends with the tag. Nothing is encrypted twice, so whoever sends a piece of it keeps that until it has arrived. It is not
// safe for use by several goroutines. Errors of Read: KindInvalid for more than one object can hold, and what reading the
// plaintext says; the tag of a plaintext that broke off is never made.
type Stream struct {
	env  *Envelope
	g    *gcm
	from io.Reader

	sum  element
	size int64  // of the plaintext that came
	room []byte // a chunk and a tag
	rest []byte // of room: encrypted and not handed out yet
	err  error  // what comes after rest
}

// NewStream encrypts what comes from a reader under a new data key. size is how long it will be, in bytes, -1 when nobody
// knows; the envelope notes it, and the caller has to see to it that it comes true. Errors: as of NewSealer.
func NewStream(ctx context.Context, ring Keyring, suite Suite, from io.Reader, size int64) (*Stream, error) {
	if err := checkSize(suite, max(size, 0)); err != nil {
		return nil, err
	}
	dataKey, e, err := ring.wrap(ctx, suite)
	if err != nil {
		return nil, err
	}
	random := make([]byte, messageSize)
	_, _ = rand.Read(random) // never fails, since Go 1.24
	if err := e.complete(dataKey, random, size); err != nil {
		return nil, err
	}
	g, err := e.cipher(dataKey)
	if err != nil {
		return nil, err
	}
	return &Stream{env: e, g: g, from: from, sum: g.begin(), room: make([]byte, chunkSize+TagSize)}, nil
}

// Envelope is what has to be stored with the content.
func (s *Stream) Envelope() *Envelope { return s.env }

func (s *Stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(s.rest) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.fill()
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// fill encrypts the next chunk. All chunks but the last are whole, so that each begins with a block of its own.
func (s *Stream) fill() {
	n, err := io.ReadFull(s.from, s.room[:chunkSize])
	ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	switch {
	case err != nil && !ended:
		s.err = err
		return
	case s.size+int64(n) > MaxSize:
		s.err = fail(KindInvalid, fmt.Sprintf("more came than can be encrypted as one object: GCM ends at %d bytes", int64(MaxSize)), "Split it, or let the server encrypt it.")
		return
	}
	s.rest = s.room[:n]
	if n > 0 {
		s.sum = s.g.join(s.sum, s.g.seal(s.rest, s.size/blockSize), n)
		s.size += int64(n)
	}
	if ended {
		tag := s.g.tag(s.sum, s.size)
		s.rest, s.err = append(s.rest, tag[:]...), io.EOF
	}
}
