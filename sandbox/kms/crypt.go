package kms

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"io"
	"maps"
	"slices"
)

// Limits of the service, in bytes.
const (
	MaxPlaintext  = 4096
	MaxCiphertext = 6144
	MaxDataKey    = 1024
)

// blobVersion begins a ciphertext: version, length of the key's ARN in two bytes, ARN, nonce, sealed text.
const blobVersion = 1

// Context is an encryption context.
type Context map[string]string

// canonical writes a context so that two texts are the same only when the contexts are.
func (c Context) canonical() []byte {
	var out []byte
	for _, name := range slices.Sorted(maps.Keys(c)) {
		for _, part := range []string{name, c[name]} {
			out = binary.BigEndian.AppendUint32(out, uint32(len(part))) //nolint:gosec // a context is far below 4 GiB
			out = append(out, part...)
		}
	}
	return out
}

func (s *Store) sealer(arn string) (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.material(arn))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Random gives random bytes.
func (s *Store) Random(n int) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]byte, n)
	_, err := io.ReadFull(s.rand, out)
	return out, err
}

// Encrypt seals a text under a key, bound to a context.
func (s *Store) Encrypt(k Key, plain []byte, about Context) ([]byte, error) {
	aead, err := s.sealer(k.ARN())
	if err != nil {
		return nil, err
	}
	nonce, err := s.Random(aead.NonceSize())
	if err != nil {
		return nil, err
	}
	arn := k.ARN()
	blob := binary.BigEndian.AppendUint16([]byte{blobVersion}, uint16(len(arn))) //nolint:gosec // an ARN has some 80 bytes
	blob = append(append(blob, arn...), nonce...)
	return aead.Seal(blob, nonce, plain, about.canonical()), nil
}

// errCiphertext is the answer to everything that doesn't open; the service has no words for it.
func errCiphertext() error { return &Error{Code: "InvalidCiphertextException"} }

// KeyOf says under which key a ciphertext was made.
func KeyOf(blob []byte) (arn string, err error) {
	if len(blob) < 3 || blob[0] != blobVersion {
		return "", errCiphertext()
	}
	n := int(binary.BigEndian.Uint16(blob[1:]))
	if len(blob) < 3+n {
		return "", errCiphertext()
	}
	return string(blob[3 : 3+n]), nil
}

// Decrypt opens a ciphertext under the key that KeyOf names.
func (s *Store) Decrypt(blob []byte, about Context) ([]byte, error) {
	arn, err := KeyOf(blob)
	if err != nil {
		return nil, err
	}
	aead, err := s.sealer(arn)
	if err != nil {
		return nil, err
	}
	sealed := blob[3+len(arn):]
	if len(sealed) < aead.NonceSize() {
		return nil, errCiphertext()
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], about.canonical())
	if err != nil {
		return nil, errCiphertext()
	}
	return plain, nil
}
