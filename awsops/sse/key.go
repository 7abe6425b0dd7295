package sse

import (
	"crypto/md5" //nolint:gosec // S3 names a customer's key by its MD5
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
)

// KeySize is the length of a customer's key in bytes.
const KeySize = 32

// CustomerKey is a 256-bit key of the customer's own, for SSE-C. It redacts itself wherever it is printed, logged or
// encoded. The zero value is no key.
type CustomerKey struct {
	secret func() []byte // a closure: fmt follows pointers in fields that it may not call methods of, and prints bytes
}

// ErrKeySize is the error for what can't be a key.
var ErrKeySize = errors.New("a customer's key has 32 bytes: the bytes themselves, 44 characters of base64 or 64 hexadecimal digits")

// NewKey makes a key of 32 bytes.
func NewKey(raw []byte) (CustomerKey, error) {
	if len(raw) != KeySize {
		return CustomerKey{}, ErrKeySize
	}
	own := slices.Clone(raw)
	return CustomerKey{secret: func() []byte { return own }}, nil
}

// GenerateKey makes a key of what random gives, which must be cryptographically strong.
func GenerateKey(random io.Reader) (CustomerKey, error) {
	raw := make([]byte, KeySize)
	if _, err := io.ReadFull(random, raw); err != nil {
		return CustomerKey{}, fmt.Errorf("no key could be made: %w", err)
	}
	return NewKey(raw)
}

// ParseKey reads a key as it is typed: base64 or hexadecimal digits. The error doesn't repeat the text.
func ParseKey(text string) (CustomerKey, error) {
	text = strings.TrimSpace(text)
	raw, err := base64.StdEncoding.DecodeString(text)
	if len(text) == 2*KeySize {
		raw, err = hex.DecodeString(text)
	}
	if err != nil {
		return CustomerKey{}, ErrKeySize
	}
	return NewKey(raw)
}

// ReadKey reads a key file: the 32 bytes themselves, as aws takes them by fileb://, or one line of text.
func ReadKey(path string) (CustomerKey, error) {
	f, err := os.Open(path)
	if err != nil {
		return CustomerKey{}, keyFileError("the key file can't be read", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	raw, err := io.ReadAll(io.LimitReader(f, 4*KeySize))
	if err != nil {
		return CustomerKey{}, keyFileError("the key file can't be read", err)
	}
	if len(raw) == KeySize {
		return NewKey(raw)
	}
	return ParseKey(string(raw))
}

// Save writes the 32 bytes to a new file that only its owner may read. A file that is there is never written to.
func (k CustomerKey) Save(path string) error {
	if k.secret == nil {
		return ErrKeySize
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return errors.New("there is a file already: a key is never written over another")
	}
	if err != nil {
		return keyFileError("the key file can't be made", err)
	}
	_, err = f.Write(k.secret())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(keyFileError("the key file can't be written", err), os.Remove(path))
	}
	return nil
}

func keyFileError(what string, err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Fingerprint is the base64 MD5 of the key, which S3 keeps with the object and shows to whoever has the key. It tells
// which key is needed and doesn't reveal it.
func (k CustomerKey) Fingerprint() string {
	if k.secret == nil {
		return ""
	}
	sum := md5.Sum(k.secret()) //nolint:gosec // see above
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Raw gives the key's bytes, for what encrypts with it itself. They must not be kept.
func (k CustomerKey) Raw() []byte {
	if k.secret == nil {
		return nil
	}
	return slices.Clone(k.secret())
}

// IsZero reports whether there is no key.
func (k CustomerKey) IsZero() bool { return k.secret == nil }

// String names the key by its fingerprint.
func (k CustomerKey) String() string { return "CustomerKey{" + k.Fingerprint() + "}" }

// GoString hides the key from %#v.
func (k CustomerKey) GoString() string { return k.String() }

// Format hides the key from every verb.
func (k CustomerKey) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, k.String()) }

// LogValue hides the key from slog.
func (k CustomerKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText hides the key from encoders.
func (k CustomerKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// header is the key as requests carry it.
func (k CustomerKey) header() string { return base64.StdEncoding.EncodeToString(k.secret()) }
