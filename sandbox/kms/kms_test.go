package kms

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"time"
)

func store() (*Store, Key) {
	s := New("seed", rand.Reader)
	k := Key{ID: "1234abcd-12ab-34cd-56ef-1234567890ab", Region: "eu-west-1", Account: "111122223333", Created: time.Unix(0, 0)}
	s.Add(k, "alias/mine")
	k, _ = s.Find("alias/mine", "eu-west-1", "111122223333")
	return s, k
}

func TestContextsThatRunTogetherAreDifferent(t *testing.T) {
	s, k := store()
	blob, err := s.Encrypt(k, []byte("text"), Context{"ab": "c"})
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []Context{nil, {"a": "bc"}, {"ab": "c", "": ""}, {"ab": "C"}} {
		if _, err := s.Decrypt(blob, other); err == nil {
			t.Errorf("%v opens it", other)
		}
	}
	if got, err := s.Decrypt(blob, Context{"ab": "c"}); err != nil || string(got) != "text" {
		t.Errorf("%q %v", got, err)
	}
}

func TestWhatAnotherStoreEncryptedOpensOnlyWithItsSeed(t *testing.T) {
	s, k := store()
	blob, err := s.Encrypt(k, []byte("text"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New("other", rand.Reader).Decrypt(blob, nil); err == nil {
		t.Error("another seed opens it")
	}
	if got, err := New("seed", rand.Reader).Decrypt(blob, nil); err != nil || string(got) != "text" {
		t.Errorf("%q %v", got, err)
	}
}

func TestEveryStateButEnabledRefusesUse(t *testing.T) {
	s, k := store()
	for state, want := range map[string]string{Enabled: "", Disabled: "DisabledException", PendingDeletion: "KMSInvalidStateException", PendingImport: "KMSInvalidStateException", "Unavailable": "KMSInvalidStateException"} {
		s.SetState(k.ARN(), state, time.Time{})
		now, err := s.Find(k.ARN(), "eu-west-1", "")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if refusal, ok := errors.AsType[*Error](now.Usable("Decrypt")); ok {
			got = refusal.Code
		}
		if got != want {
			t.Errorf("%s: %q", state, got)
		}
	}
}

// Each process of a fuzzer has a ciphertext of its own, so the damage is what varies, not the bytes that come out.
func FuzzNoDamagedCiphertextOpens(f *testing.F) {
	s, k := store()
	blob, err := s.Encrypt(k, []byte("text"), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint(3), []byte{}, []byte{})                // cut off
	f.Add(uint(len(blob)-1), []byte{}, []byte{})      // one byte short
	f.Add(uint(len(blob)), []byte{}, []byte{0})       // one byte more
	f.Add(uint(len(blob)), []byte{0, 0, 1}, []byte{}) // a bit turned
	f.Fuzz(func(t *testing.T, keep uint, turned, more []byte) {
		damaged := bytes.Clone(blob[:min(keep, uint(len(blob)))])
		for i := range min(len(turned), len(damaged)) {
			damaged[i] ^= turned[i]
		}
		damaged = append(damaged, more...)
		if bytes.Equal(damaged, blob) {
			return
		}
		if got, err := s.Decrypt(damaged, nil); err == nil {
			t.Errorf("%x opens as %q", damaged, got)
		}
	})
}
