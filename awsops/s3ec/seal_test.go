package s3ec

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"
	"testing/iotest"
)

func TestTheCommittingSuiteDerivesTheKnownAnswer(t *testing.T) {
	unhex := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	d, err := derive(unhex("80d90dc4cc7e77d8a6332efa44eba56230a7fe7b89af37d1e501ab2e07c0a163"), unhex("b8ea76bed24c7b85382a148cb9dcd1cfdfb765f55ded4dfa6e0c4c79"))
	if err != nil || hex.EncodeToString(d.commitment) != "f89818bc0a346d3a3426b68e9509b6b2ae5fe1f904aa329fb73625db" ||
		hex.EncodeToString(d.key) != "6dd14f546cc006e639126e83f5d4d1b118576bb5df97f38c6fb3a1db87bbc338" {
		t.Errorf("derived %x and %x, %v", d.commitment, d.key, err)
	}
}

func TestWhatWasEncryptedIsDecrypted(t *testing.T) {
	for name, ring := range rings() {
		for _, suite := range []Suite{GCM, Committing} {
			for i, n := range lengths {
				t.Run(fmt.Sprint(name, " ", suite, " ", n), func(t *testing.T) {
					plain := noise(n, byte(i))
					e, stored := seal(t, ring, suite, plain)
					dataKey, err := ring.unwrap(t.Context(), e)
					if err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(stored, inOnePiece(t, e, dataKey, plain)) {
						t.Fatal("it is not what GCM makes in one piece")
					}
					back, err := Parse(e.Metadata())
					if err != nil {
						t.Fatal(err)
					}
					got, err := decrypt(ring, back, stored)
					if err != nil || !got.committed || got.discarded || !bytes.Equal(got.Bytes(), plain) {
						t.Errorf("decrypted %d bytes, %v", got.Len(), err)
					}
				})
			}
		}
	}
}

func TestPartsCanBeReadInAnyOrderAtOnceAndAgain(t *testing.T) {
	plain := noise(5*chunkSize+77, 1)
	ring := rings()["AES"]
	s, err := NewSealer(t.Context(), ring, Committing, bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	const part = chunkSize + 100 // parts that begin in the middle of a chunk
	out := make([]byte, s.Size())
	var all sync.WaitGroup
	for from := (s.Size() - 1) / part * part; from >= 0; from -= part { // the one with the tag first
		all.Go(func() {
			section := s.Section(from, part)
			for range 2 {
				if _, err := section.Seek(0, io.SeekStart); err != nil {
					t.Error(err)
				}
				if n, err := io.ReadFull(section, out[from:from+section.Size()]); err != nil {
					t.Errorf("%d bytes at %d: %v", n, from, err)
				}
				if n, err := section.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
					t.Errorf("there is more at the end: %d, %v", n, err)
				}
			}
		})
	}
	all.Wait()
	dataKey, _ := ring.unwrap(t.Context(), s.Envelope())
	if !bytes.Equal(out, inOnePiece(t, s.Envelope(), dataKey, plain)) {
		t.Error("the parts don't make the whole")
	}
}

func TestASectionObeysTheRulesOfReaders(t *testing.T) {
	plain := noise(chunkSize+33, 2)
	s, err := NewSealer(t.Context(), rings()["AES"], GCM, bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	want, err := io.ReadAll(s.Section(0, s.Size()))
	if err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(s.Section(100, s.Size()), want[100:]); err != nil {
		t.Error(err)
	}
	if n, err := s.Section(0, 10).Seek(-3, io.SeekEnd); n != 7 || err != nil {
		t.Errorf("sought to %d, %v", n, err)
	}
	if _, err := s.Section(0, 10).Seek(-1, io.SeekStart); err == nil {
		t.Error("sought before the beginning")
	}
}

func TestAFileThatChangesIsNeverEncryptedTwiceUnderOneKey(t *testing.T) {
	plain := noise(2*chunkSize, 3)
	s, err := NewSealer(t.Context(), rings()["AES"], Committing, bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	section := s.Section(0, s.Size())
	if _, err := io.ReadAll(section); err != nil {
		t.Fatal(err)
	}
	plain[5]++
	again := s.Section(0, s.Size())
	got, err := io.ReadAll(again)
	is(t, err, KindChanged)
	if len(got) > 0 {
		t.Errorf("%d bytes came out", len(got))
	}
	short, err := NewSealer(t.Context(), rings()["AES"], Committing, bytes.NewReader(plain[:100]), 200)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(short.Section(0, 216))
	is(t, err, KindChanged)
	is(t, short.Err(), KindChanged)
	is(t, s.Err(), KindChanged)
	broken := errors.New("the disk is gone")
	bad, _ := NewSealer(t.Context(), rings()["AES"], Committing, failing{broken}, 200)
	if _, err = io.ReadAll(bad.Section(0, 216)); !errors.Is(err, broken) {
		t.Errorf("%v hides what the disk said", err)
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestAnUploadGoesOnWithItsEnvelope(t *testing.T) {
	for name, ring := range rings() {
		plain := noise(3*chunkSize+1, 4)
		e, stored := seal(t, ring, Committing, plain)
		s, err := GoOn(t.Context(), ring, e, bytes.NewReader(plain), int64(len(plain)))
		if err != nil {
			t.Fatal(name, err)
		}
		rest, err := io.ReadAll(s.Section(chunkSize, s.Size()))
		if err != nil || !bytes.Equal(rest, stored[chunkSize:]) {
			t.Errorf("%s: the rest is another one, %v", name, err)
		}
		_, err = GoOn(t.Context(), ring, e, bytes.NewReader(plain), int64(len(plain))-1)
		is(t, err, KindChanged)
		_, err = GoOn(t.Context(), AES(nil, testKey(77)), e, bytes.NewReader(plain), int64(len(plain)))
		is(t, err, KindWrongKey)
	}
}

func TestWhatCantBeEncryptedIsRefusedBeforeAKeyIsMade(t *testing.T) {
	kms := &fakeKMS{}
	for _, test := range []struct {
		ring  Keyring
		suite Suite
		size  int64
	}{
		{KMS(kms, arn, nil), Committing, MaxSize + 1}, {KMS(kms, arn, nil), Committing, -1}, {KMS(kms, arn, nil), 0x14, 1},
		{KMS(kms, "", nil), Committing, 1}, {KMS(kms, arn, map[string]string{"aws:x-amz-cek-alg": "115"}), Committing, 1},
		{KMS(kms, arn, map[string]string{"kms_cmk_id": "x"}), Committing, 1}, {AES(map[string]string{LabelKey: "x"}, testKey(1)), GCM, 1},
		{AES(map[string]string{"": "x"}, testKey(1)), GCM, 1}, {AES(nil, Key{}), GCM, 1},
	} {
		_, err := NewSealer(t.Context(), test.ring, test.suite, bytes.NewReader(nil), test.size)
		is(t, err, KindInvalid)
	}
	if len(kms.contexts) > 0 {
		t.Error("KMS was asked")
	}
}

// zeros is a plaintext that nobody holds.
type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }

type nowhere struct{ n int64 }

func (n *nowhere) Write(p []byte) (int, error) { n.n += int64(len(p)); return len(p), nil }
func (n *nowhere) Commit() error               { return nil }
func (n *nowhere) Discard() error              { return nil }

func TestALongObjectTakesTheMemoryOfAChunk(t *testing.T) {
	const size = 256 << 20
	ring := rings()["AES"]
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := NewSealer(t.Context(), ring, Committing, zeros{}, size)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Open(t.Context(), ring, s.Envelope(), RequireCommitment)
	if err != nil {
		t.Fatal(err)
	}
	to := &nowhere{}
	if err := o.Decrypt(to, s.Section(0, s.Size()), s.Size()); err != nil || to.n != size {
		t.Fatalf("%d bytes came back, %v", to.n, err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 2<<20 {
		t.Errorf("it allocated %d bytes in all", took)
	}
}
