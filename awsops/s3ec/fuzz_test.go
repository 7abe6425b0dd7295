package s3ec

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"testing"
)

func FuzzParse(f *testing.F) {
	for _, ring := range rings() {
		for _, suite := range []Suite{GCM, Committing} {
			e, _ := seal(f, ring, suite, []byte("text"))
			object, file := e.Instruction()
			f.Add(encodeMap(e.Metadata()), []byte("{}"))
			f.Add(encodeMap(object), file)
		}
	}
	f.Fuzz(func(t *testing.T, metadata string, file []byte) {
		var m map[string]string
		if json.Unmarshal([]byte(metadata), &m) != nil {
			return
		}
		e, err := Parse(m)
		e2, err2 := ParseInstruction(m, file)
		for _, got := range []struct {
			e   *Envelope
			err error
		}{{e, err}, {e2, err2}} {
			if (got.e == nil) == (got.err == nil) {
				t.Fatalf("%v and %v", got.e, got.err)
			}
			if got.e == nil {
				continue
			}
			again, err := Parse(got.e.Metadata())
			if err != nil || encodeMap(again.Metadata()) != encodeMap(got.e.Metadata()) {
				t.Fatalf("written again it is another one: %v", err)
			}
		}
	})
}

func FuzzDecrypt(f *testing.F) {
	ring := AES(nil, testKey(9))
	plain := noise(300, 1)
	e, stored := seal(f, ring, Committing, plain)
	f.Add(0, byte(0), len(stored), []byte(nil), int64(300)) // what was stored, unchanged
	f.Add(7, byte(1), len(stored), []byte(nil), int64(-1))
	f.Add(0, byte(0), 100, []byte("more"), int64(300))
	// The damage is the input, not the ciphertext: that has a key and a nonce of its own in each of the processes.
	f.Fuzz(func(t *testing.T, at int, flip byte, keep int, tail []byte, size int64) {
		content := slices.Clone(stored)
		if at >= 0 && at < len(content) {
			content[at] ^= flip
		}
		content = append(content[:max(0, min(keep, len(content)))], tail...)
		changed := *e
		changed.PlainSize = size
		got, err := decrypt(ring, &changed, content)
		if same := bytes.Equal(content, stored); err == nil && !same || got.committed && !same {
			t.Fatal("a content that nobody encrypted was decrypted")
		}
		if err != nil && got.Len() > 0 {
			t.Fatal("plaintext was kept")
		}
	})
}

func FuzzSections(f *testing.F) {
	f.Add(1000, int64(0), int64(2000), int64(5))
	f.Add(chunkSize+5, int64(chunkSize-1), int64(30), int64(20))
	f.Fuzz(func(t *testing.T, n int, from, size, seek int64) {
		if n < 0 || n > 2*chunkSize || from < 0 || from > int64(n)+TagSize || size < 0 {
			return
		}
		s, err := NewSealer(context.Background(), AES(nil, testKey(1)), Committing, bytes.NewReader(noise(n, 1)), int64(n))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(s.Section(0, s.Size()))
		if err != nil {
			t.Fatal(err)
		}
		section := s.Section(from, size)
		seek = max(0, min(seek, section.Size()))
		if _, err := section.Seek(seek, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(section)
		if err != nil || !bytes.Equal(got, whole[from+seek:from+section.Size()]) {
			t.Fatalf("%d bytes at %d, %v", len(got), from, err)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef"))
	f.Add([]byte("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		k, err := ParseKey(content)
		if err != nil {
			return
		}
		if again, err := ParseKey(k.Raw()); err != nil || !again.Equal(k) {
			t.Fatal("a key doesn't survive its raw form")
		}
	})
}
