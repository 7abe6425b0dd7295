package s3ec

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"io"
	"maps"
	"testing"
)

// kept is a Sink in memory.
type kept struct {
	bytes.Buffer
	committed, discarded bool
}

func (k *kept) Commit() error  { k.committed = true; return nil }
func (k *kept) Discard() error { k.discarded = true; k.Reset(); return nil }

// fakeKMS wraps as KMS does: bound to the key and to the encryption context. fixed is what Decrypt returns instead.
type fakeKMS struct {
	fixed    []byte
	contexts []map[string]string
}

var errRefused = errors.New("InvalidCiphertextException")

func (f *fakeKMS) GenerateDataKey(_ context.Context, keyID string, ec map[string]string) ([]byte, []byte, error) {
	f.contexts = append(f.contexts, maps.Clone(ec))
	plain := noise(32, byte(len(f.contexts)))
	return plain, append([]byte(keyID+encodeMap(ec)+"|"), plain...), nil
}

func (f *fakeKMS) Decrypt(_ context.Context, keyID string, wrapped []byte, ec map[string]string) ([]byte, error) {
	if f.fixed != nil {
		return f.fixed, nil
	}
	plain, ok := bytes.CutPrefix(wrapped, []byte(keyID+encodeMap(ec)+"|"))
	if !ok {
		return nil, errRefused
	}
	return plain, nil
}

const arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

func testKey(seed byte) Key {
	k, err := ParseKey(noise(32, seed))
	if err != nil {
		panic(err)
	}
	return k
}

// rings are a keyring of each sort.
func rings() map[string]Keyring {
	return map[string]Keyring{"AES": AES(map[string]string{"team": "billing"}, testKey(9)), "KMS": KMS(&fakeKMS{}, arn, map[string]string{"team": "billing"})}
}

// seal encrypts in one go.
func seal(t testing.TB, ring Keyring, suite Suite, plain []byte) (*Envelope, []byte) {
	t.Helper()
	s, err := NewSealer(context.Background(), ring, suite, bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(s.Section(0, s.Size()))
	if err != nil {
		t.Fatal(err)
	}
	return s.Envelope(), out
}

// decrypt opens in one go.
func decrypt(ring Keyring, e *Envelope, stored []byte) (*kept, error) {
	to := &kept{}
	o, err := Open(context.Background(), ring, e, AllowUncommitted)
	if err != nil {
		return to, err
	}
	return to, o.Decrypt(to, bytes.NewReader(stored), int64(len(stored)))
}

// inOnePiece is the format once more, by crypto/cipher alone.
func inOnePiece(t testing.TB, e *Envelope, dataKey, plain []byte) []byte {
	t.Helper()
	key, iv, aad := dataKey, e.IV, []byte(nil)
	if e.Suite == Committing {
		d, err := derive(dataKey, e.MessageID)
		if err != nil {
			t.Fatal(err)
		}
		key, iv, aad = d.key, []byte("\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"), []byte{0, 0x73}
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return whole.Seal(nil, iv, plain, aad)
}

// is compares an error's kind; "" wants none.
func is(t *testing.T, err error, want Kind) {
	t.Helper()
	if want == "" && err != nil {
		t.Errorf("failed: %v", err)
	}
	if want != "" && !errors.Is(err, &Error{Kind: want}) {
		t.Errorf("%v is not %q", err, want)
	}
}
