package s3ec

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
)

// Suite is an algorithm suite for content, by its id.
type Suite uint16

const (
	// GCM is ALG_AES_256_GCM_IV12_TAG16_NO_KDF, of message format V2: the data key encrypts the content.
	GCM Suite = 0x0072
	// Committing is ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY, of message format V3: the key of the content is derived from
	// the data key, and the envelope commits to it, so that no ciphertext opens under two keys.
	Committing Suite = 0x0073
)

const (
	keySize        = 32
	ivSize         = 12
	messageSize    = 28
	commitmentSize = 28

	nameGCM        = "AES/GCM/NoPadding"
	nameCBC        = "AES/CBC/PKCS5Padding"
	nameCommitting = "115"
)

// String is the suite as people know it.
func (s Suite) String() string {
	switch s {
	case GCM:
		return "AES-256-GCM (message format V2)"
	case Committing:
		return "AES-256-GCM with key commitment (message format V3)"
	}
	return fmt.Sprintf("suite 0x%04x", uint16(s))
}

// Valid says whether the suite is one of the two.
func (s Suite) Valid() bool { return s == GCM || s == Committing }

// Readers says which official clients can read the suite.
func (s Suite) Readers() string {
	if s == Committing {
		return "Amazon S3 Encryption Client 3.6 (Java) and 3.2 (Go) or newer, and 4 in every language"
	}
	return "Amazon S3 Encryption Client 2 or newer; version 4 only when it is told to read objects without key commitment"
}

// name is the suite as envelopes and wrapped keys hold it.
func (s Suite) name() string {
	if s == Committing {
		return nameCommitting
	}
	return nameGCM
}

// derived are a content key and the commitment to it.
type derived struct{ key, commitment []byte }

// derive makes the content key of the committing suite: HKDF-SHA512 with the message id as salt.
func derive(dataKey, messageID []byte) (derived, error) {
	prk, err := hkdf.Extract(sha512.New, dataKey, messageID)
	if err != nil {
		return derived{}, fmt.Errorf("HKDF: %w", err)
	}
	id := string(Committing.id())
	var d derived
	if d.commitment, err = hkdf.Expand(sha512.New, prk, id+"COMMITKEY", commitmentSize); err == nil {
		d.key, err = hkdf.Expand(sha512.New, prk, id+"DERIVEKEY", keySize)
	}
	if err != nil {
		return derived{}, fmt.Errorf("HKDF: %w", err)
	}
	return d, nil
}

func (s Suite) id() []byte { return binary.BigEndian.AppendUint16(nil, uint16(s)) }

// cipher is how the content of an envelope is encrypted under a data key. The commitment is checked before a key is used.
func (e *Envelope) cipher(dataKey []byte) (*gcm, error) {
	if e.Suite == GCM {
		return newGCM(dataKey, e.IV, nil)
	}
	d, err := derive(dataKey, e.MessageID)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(d.commitment, e.Commitment) != 1 {
		return nil, fail(KindCommitment, "the key doesn't match the envelope's key commitment: it is the wrong key, or the envelope was tampered with",
			"Nothing was decrypted. Compare the object's metadata with a backup or an earlier version.")
	}
	return newGCM(d.key, bytes.Repeat([]byte{1}, ivSize), e.Suite.id())
}
