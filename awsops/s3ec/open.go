package s3ec

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Sink takes a plaintext that nobody may use yet. Exactly one of Commit and Discard is called, Commit only after the
// whole content was verified. A Sink that is a file has a temporary name, and gets its own in Commit.
type Sink interface {
	io.Writer
	Commit() error
	Discard() error
}

// Policy says which formats may be read.
type Policy int

// Policies. The names of the official clients are REQUIRE_ENCRYPT_ALLOW_DECRYPT and REQUIRE_ENCRYPT_REQUIRE_DECRYPT.
const (
	AllowUncommitted  Policy = iota // V3 and V2
	RequireCommitment               // V3 only
)

// Opener decrypts one object. There is no way to read a part of it: only the whole can be verified.
type Opener struct {
	env *Envelope
	g   *gcm
}

// Open unwraps the data key of an envelope and checks the commitment to it. No content is needed for that, so a wrong
// key is noticed before anything is fetched. Errors: KindDowngrade, KindWrongKey, KindNoKey, KindCommitment, KindContext,
// and what KMS says.
func Open(ctx context.Context, ring Keyring, e *Envelope, policy Policy) (*Opener, error) {
	if policy == RequireCommitment && e.Suite != Committing {
		return nil, fail(KindDowngrade, "the object is in "+GCM.String()+", and key commitment is required", "An object without it can be made to open under two keys. Read it only when it is known to be old.")
	}
	dataKey, err := ring.unwrap(ctx, e)
	if err != nil {
		return nil, err
	}
	g, err := e.cipher(dataKey)
	if err != nil {
		return nil, err
	}
	return &Opener{e, g}, nil
}

// Length is the plaintext's length of an object of stored bytes. Errors: KindTruncated when that can't be, or is not
// what the envelope says.
func (e *Envelope) Length(stored int64) (int64, error) {
	plain := stored - TagSize
	switch {
	case plain < 0:
		return 0, fail(KindTruncated, fmt.Sprintf("the object is cut off: it has %d bytes, and the tag alone has %d", stored, TagSize), "Nothing was decrypted. Look for an earlier version.")
	case e.PlainSize >= 0 && plain < e.PlainSize:
		return 0, fail(KindTruncated, fmt.Sprintf("the object is cut off: %d bytes are missing of %d", e.PlainSize-plain, e.PlainSize+TagSize), "Nothing was decrypted. Look for an earlier version.")
	case e.PlainSize >= 0 && plain > e.PlainSize:
		return 0, fail(KindTruncated, fmt.Sprintf("the object has %d bytes too many: its envelope is that of %d", plain-e.PlainSize, e.PlainSize+TagSize), "The content was replaced, or its metadata is that of another object. Nothing was decrypted.")
	case plain > MaxSize:
		return 0, fail(KindMalformed, "the object is longer than GCM can encrypt", "")
	}
	return plain, nil
}

// Length is the plaintext's length of an object of stored bytes. Errors: as Envelope.Length.
func (o *Opener) Length(stored int64) (int64, error) { return o.env.Length(stored) }

// Decrypt reads an object of stored bytes, gives its plaintext to the sink piece by piece, and commits it when the tag is
// right; in every other case it discards it. Errors: KindTruncated, KindTampered, and what reading and the sink say.
func (o *Opener) Decrypt(to Sink, from io.Reader, stored int64) error {
	if err := o.run(from, stored, to); err != nil {
		return errors.Join(err, to.Discard())
	}
	return to.Commit()
}

func (o *Opener) run(from io.Reader, stored int64, to io.Writer) error {
	plain, err := o.env.Length(stored)
	if err != nil {
		return err
	}
	buf := make([]byte, min(stepSize, max(plain, TagSize)))
	way := o.g.open()
	for left := plain; left > 0; {
		piece := buf[:min(stepSize, left)]
		if err := fill(from, piece); err != nil {
			return err
		}
		left -= int64(len(piece))
		way.add(piece)
		way.decrypt(piece)
		if _, err := to.Write(piece); err != nil {
			return err
		}
	}
	tag := buf[:TagSize]
	if err := fill(from, tag); err != nil {
		return err
	}
	if !way.verify(tag) {
		return fail(KindTampered, "the content doesn't match its tag: it was changed after it was encrypted, or it is not what belongs to this envelope",
			"No plaintext was kept. Look for an earlier version.")
	}
	return nil
}

func fill(from io.Reader, b []byte) error {
	_, err := io.ReadFull(from, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fail(KindTruncated, "the object is cut off: its content ends too early", "No plaintext was kept. Look for an earlier version.")
	}
	return err
}
