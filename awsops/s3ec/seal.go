package s3ec

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Sealer is the encrypted form of one plaintext, at any offset and for several readers at once. It remembers a sum of
// 16 bytes for every 256 KiB, 4 MiB for the longest object there can be, and so notices when a piece that is read again
// isn't what it was: no two plaintexts are ever encrypted under the same counters.
type Sealer struct {
	env  *Envelope
	g    *gcm
	from io.ReaderAt
	size int64 // of the plaintext

	mu   sync.Mutex
	sums []element
	have []bool
	tag  []byte
	err  error
}

// NewSealer encrypts the size bytes of from under a new data key. Errors: KindInvalid for what can't be encrypted, and
// what the keyring says.
func NewSealer(ctx context.Context, ring Keyring, suite Suite, from io.ReaderAt, size int64) (*Sealer, error) {
	if err := checkSize(suite, size); err != nil {
		return nil, err
	}
	dataKey, e, err := ring.wrap(ctx, suite)
	if err != nil {
		return nil, err
	}
	random := make([]byte, messageSize)
	_, _ = rand.Read(random) // never fails, since Go 1.24
	return newSealer(e, dataKey, random, from, size)
}

func checkSize(suite Suite, size int64) error {
	switch {
	case !suite.Valid():
		return fail(KindInvalid, "there is no "+suite.String(), "")
	case size < 0 || size > MaxSize:
		return fail(KindInvalid, fmt.Sprintf("%d bytes can't be encrypted as one object: GCM ends at %d", size, int64(MaxSize)), "Split the file, or let the server encrypt it.")
	}
	return nil
}

// newSealer completes an envelope by what stands for the content.
func newSealer(e *Envelope, dataKey, random []byte, from io.ReaderAt, size int64) (*Sealer, error) {
	if err := e.complete(dataKey, random, size); err != nil {
		return nil, err
	}
	return sealer(e, dataKey, from, size)
}

// complete adds what an envelope tells of the content: its nonce or its message id, and its size, -1 for one that nobody
// knows.
func (e *Envelope) complete(dataKey, random []byte, size int64) error {
	e.PlainSize = size
	if e.Suite == GCM {
		e.IV = random[:ivSize]
		return nil
	}
	e.MessageID = random
	d, err := derive(dataKey, e.MessageID)
	e.Commitment = d.commitment
	return err
}

func sealer(e *Envelope, dataKey []byte, from io.ReaderAt, size int64) (*Sealer, error) {
	g, err := e.cipher(dataKey)
	if err != nil {
		return nil, err
	}
	n := (size + chunkSize - 1) / chunkSize
	return &Sealer{env: e, g: g, from: from, size: size, sums: make([]element, n), have: make([]bool, n)}, nil
}

// GoOn is the Sealer of an upload that was cut off, by its envelope. The plaintext must be the same: the caller has to
// compare every piece that was stored with what the Sealer gives for it, and to begin anew when one differs. Errors: those
// of Open, and KindChanged when the envelope is that of a plaintext of another length.
func GoOn(ctx context.Context, ring Keyring, e *Envelope, from io.ReaderAt, size int64) (*Sealer, error) {
	if err := checkSize(e.Suite, size); err != nil {
		return nil, err
	}
	if e.PlainSize != size {
		return nil, changed()
	}
	dataKey, err := ring.unwrap(ctx, e)
	if err != nil {
		return nil, err
	}
	return sealer(e, dataKey, from, size)
}

func changed() error {
	return fail(KindChanged, "the file changed while it was encrypted", "Encrypt it again when nothing writes to it: under a new key.")
}

// Err is why the plaintext couldn't be read or encrypted, nil as long as it can: what reads a Section may hide it.
func (s *Sealer) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *Sealer) failed(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	return err
}

// Envelope is what has to be stored with the content.
func (s *Sealer) Envelope() *Envelope { return s.env }

// Size is the length of the encrypted form in bytes.
func (s *Sealer) Size() int64 { return s.size + TagSize }

// Section is size bytes of the encrypted form, beginning at from. Each one has a buffer of its own; it is not safe for
// several goroutines, several of them are.
func (s *Sealer) Section(from, size int64) *Section {
	return &Section{s: s, from: from, size: max(0, min(size, s.Size()-from)), chunk: -1}
}

// Section is an io.ReadSeeker over a piece of an encrypted form. Errors of Read: KindChanged, and what reading the
// plaintext says.
type Section struct {
	s          *Sealer
	from, size int64
	at         int64
	chunk      int64 // what is in buf
	buf        []byte
}

// Size is the section's length in bytes.
func (r *Section) Size() int64 { return r.size }

func (r *Section) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && r.at < r.size {
		have, err := r.piece()
		if err != nil {
			return n, err
		}
		c := copy(p[n:], have[:min(int64(len(have)), r.size-r.at)])
		n += c
		r.at += int64(c)
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// piece is what is encrypted already from the present place on, at least one byte.
func (r *Section) piece() ([]byte, error) {
	at := r.from + r.at
	if at >= r.s.size {
		tag, err := r.s.end(r)
		if err != nil {
			return nil, err
		}
		return tag[at-r.s.size:], nil
	}
	if err := r.load(at / chunkSize); err != nil {
		return nil, err
	}
	return r.buf[at%chunkSize:], nil
}

func (r *Section) load(chunk int64) error {
	if r.chunk == chunk {
		return nil
	}
	s := r.s
	n := int(min(chunkSize, s.size-chunk*chunkSize))
	if cap(r.buf) < n+TagSize {
		r.buf = make([]byte, n, n+TagSize)
	}
	r.buf, r.chunk = r.buf[:n], -1
	if got, err := s.from.ReadAt(r.buf, chunk*chunkSize); got < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = changed()
		}
		return s.failed(err)
	}
	if !s.note(chunk, s.g.seal(r.buf, chunk*chunkBlocks)) {
		clear(r.buf)
		return s.failed(changed())
	}
	r.chunk = chunk
	return nil
}

// note remembers a chunk's sum, and says whether it is what it was.
func (s *Sealer) note(chunk int64, sum element) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.have[chunk] && s.sums[chunk] != sum {
		return false
	}
	s.sums[chunk], s.have[chunk] = sum, true
	return true
}

// Seek implements io.Seeker.
func (r *Section) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return r.at, errors.New("seek before the beginning")
	}
	r.at = offset
	return offset, nil
}

// end is the tag. What no section has read yet is read here.
func (s *Sealer) end(r *Section) ([]byte, error) {
	s.mu.Lock()
	tag := s.tag
	s.mu.Unlock()
	if tag != nil {
		return tag, nil
	}
	sum := s.g.begin()
	for i := range s.sums {
		chunk := int64(i)
		s.mu.Lock()
		have := s.have[i]
		s.mu.Unlock()
		if !have {
			if err := r.load(chunk); err != nil {
				return nil, err
			}
		}
		s.mu.Lock()
		sum = s.g.join(sum, s.sums[i], int(min(chunkSize, s.size-chunk*chunkSize)))
		s.mu.Unlock()
	}
	made := s.g.tag(sum, s.size)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tag = bytes.Clone(made[:])
	return s.tag, nil
}
