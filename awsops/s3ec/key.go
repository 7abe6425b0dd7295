package s3ec

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
)

// Key is a 256-bit AES key that wraps data keys. It shows itself by its fingerprint only, however it is printed. Keys are
// compared by Equal.
type Key struct {
	// raw is a function, because fmt looks into fields that are not exported, through pointers, too, and asks no method
	// there.
	raw func() []byte
}

// NewKey makes a key from the system's randomness.
func NewKey() Key {
	raw := make([]byte, keySize)
	_, _ = rand.Read(raw) // never fails, since Go 1.24
	return Key{func() []byte { return raw }}
}

// maxKeyText is more than any form of a key with white space around it, in bytes.
const maxKeyText = 256

// ParseKey reads a key as a file holds it: 32 raw bytes, or 64 hexadecimal digits, or 44 characters of base64, with
// white space around the two texts. The forms can't be taken for one another, as their lengths differ. Errors:
// KindInvalid, which tells the length that was found and nothing of the content.
func ParseKey(content []byte) (Key, error) {
	if len(content) == keySize {
		return keyOf(content)
	}
	text := bytes.TrimSpace(content)
	var raw []byte
	var err error
	switch {
	case len(content) > maxKeyText:
		err = fmt.Errorf("too long")
	case len(text) == hex.EncodedLen(keySize):
		raw, err = hex.DecodeString(string(text))
	case len(text) == base64.StdEncoding.EncodedLen(keySize):
		raw, err = base64.StdEncoding.Strict().DecodeString(string(text))
	}
	if err != nil || len(raw) != keySize {
		return Key{}, fail(KindInvalid, fmt.Sprintf("this is no key: a key file holds 32 raw bytes, 64 hexadecimal digits or 44 characters of base64, and this one has %d bytes", len(content)),
			"Choose another file. A password is no key.")
	}
	return keyOf(raw)
}

// keyOf refuses what is no key although it has a key's length.
func keyOf(raw []byte) (Key, error) {
	if bytes.Count(raw, raw[:1]) == keySize {
		return Key{}, fail(KindInvalid, "this is no key: all of its bytes are the same", "Generate one.")
	}
	raw = bytes.Clone(raw)
	return Key{func() []byte { return raw }}, nil
}

// Raw is the key's 32 bytes, for saving it. They go nowhere else.
func (k Key) Raw() []byte {
	if k.IsZero() {
		return nil
	}
	return bytes.Clone(k.raw())
}

// Equal compares in constant time.
func (k Key) Equal(other Key) bool { return subtle.ConstantTimeCompare(k.Raw(), other.Raw()) == 1 }

// Fingerprint is the first half of the SHA-256 of the raw key, in hexadecimal digits: sha256sum of a file with a raw
// key begins with it. It tells nothing of the key.
func (k Key) Fingerprint() string {
	sum := sha256.Sum256(k.Raw())
	return hex.EncodeToString(sum[:fingerprintSize])
}

const fingerprintSize = 16

// IsZero says that there is no key.
func (k Key) IsZero() bool { return k.raw == nil }

func (k Key) String() string {
	if k.IsZero() {
		return "no key"
	}
	return "key " + k.Fingerprint()
}

// GoString is String, so that %#v shows no key.
func (k Key) GoString() string { return k.String() }

// Format is String for every verb: without it %x would show the key.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(k.String())) }

// LogValue is String.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalJSON is String: a key never goes into JSON.
func (k Key) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", k.String()), nil }
