package s3ec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"
)

func TestAStreamIsWhatGCMMakesInOnePiece(t *testing.T) {
	for name, ring := range rings() {
		for _, suite := range []Suite{GCM, Committing} {
			for i, n := range lengths {
				t.Run(fmt.Sprint(name, " ", suite, " ", n), func(t *testing.T) { streamed(t, ring, suite, noise(n, byte(i))) })
			}
		}
	}
}

// streamed compares a stream with what GCM makes in one piece, and opens it.
func streamed(t *testing.T, ring Keyring, suite Suite, plain []byte) {
	t.Helper()
	s, err := NewStream(t.Context(), ring, suite, iotest.HalfReader(bytes.NewReader(plain)), -1)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := io.ReadAll(s)
	if err != nil {
		t.Fatal(err)
	}
	dataKey, err := ring.unwrap(t.Context(), s.Envelope())
	if err != nil || !bytes.Equal(stored, inOnePiece(t, s.Envelope(), dataKey, plain)) {
		t.Fatalf("it is not what GCM makes in one piece, %v", err)
	}
	back, err := Parse(s.Envelope().Metadata())
	if err != nil || back.PlainSize != -1 {
		t.Fatalf("the envelope says %d bytes, %v", back.PlainSize, err)
	}
	got, err := decrypt(ring, back, stored)
	if err != nil || !got.committed || !bytes.Equal(got.Bytes(), plain) {
		t.Errorf("decrypted %d bytes, %v", got.Len(), err)
	}
}

func TestAStreamObeysTheRulesOfReaders(t *testing.T) {
	plain := noise(chunkSize+33, 2)
	s, err := NewStream(t.Context(), rings()["AES"], GCM, bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	dataKey, _ := rings()["AES"].unwrap(t.Context(), s.Envelope())
	if err := iotest.TestReader(s, inOnePiece(t, s.Envelope(), dataKey, plain)); err != nil {
		t.Error(err)
	}
	if s.Envelope().PlainSize != int64(len(plain)) {
		t.Errorf("the envelope says %d bytes", s.Envelope().PlainSize)
	}
}

func TestAStreamThatBreaksOffGetsNoTag(t *testing.T) {
	broken := errors.New("the pipe broke")
	plain := noise(chunkSize+7, 3)
	s, err := NewStream(t.Context(), rings()["AES"], Committing, io.MultiReader(bytes.NewReader(plain), iotest.ErrReader(broken)), -1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(s)
	if !errors.Is(err, broken) || len(got) != chunkSize {
		t.Errorf("%d bytes came, %v", len(got), err)
	}
	if n, err := s.Read(make([]byte, 100)); n != 0 || !errors.Is(err, broken) {
		t.Errorf("and then %d, %v", n, err)
	}
}

func TestAStreamEndsWhereGCMDoes(t *testing.T) {
	s, err := NewStream(t.Context(), rings()["AES"], Committing, bytes.NewReader(noise(20, 1)), -1)
	if err != nil {
		t.Fatal(err)
	}
	s.size = MaxSize - 16 // as if so much had come
	_, err = s.Read(make([]byte, 100))
	is(t, err, KindInvalid)
	_, err = NewStream(t.Context(), rings()["AES"], Committing, nil, MaxSize+1)
	is(t, err, KindInvalid)
}
