package s3ec

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"maps"
	"strings"
)

// wrappedSize is the length of a data key that an AES key wrapped: nonce, key and tag.
const wrappedSize = ivSize + keySize + TagSize

// Keyring wraps the data keys of new objects and unwraps those of present ones. AES and KMS make them.
type Keyring interface {
	// wrap makes a data key. It returns it with its wrapped form and what the envelope tells of it.
	wrap(ctx context.Context, suite Suite) (dataKey []byte, e *Envelope, err error)
	unwrap(ctx context.Context, e *Envelope) ([]byte, error)
}

// KeyService is what is needed of KMS. A data key is AES_256: 32 bytes.
type KeyService interface {
	GenerateDataKey(ctx context.Context, keyID string, encryptionContext map[string]string) (plaintext, ciphertext []byte, err error)
	// Decrypt must refuse a ciphertext of another key than keyID.
	Decrypt(ctx context.Context, keyID string, ciphertext []byte, encryptionContext map[string]string) ([]byte, error)
}

// The names that the format adds to a KMS encryption context, now and formerly.
const (
	contextContent = "aws:" + fieldContent
	contextKey     = "kms_cmk_id"
)

// reserved are the names that a caller can't use: the format's, and all that AWS has taken.
func reserved(name string) bool {
	return strings.HasPrefix(name, "aws:") || name == contextKey || name == LabelKey
}

// CheckLabels says what is wrong with labels or with a KMS encryption context that a person gave, "" when nothing is.
func CheckLabels(labels map[string]string) string {
	for name := range labels {
		switch {
		case name == "":
			return "a label needs a name"
		case reserved(name):
			return "the name " + quoteField(name) + " is reserved"
		}
	}
	return ""
}

// AES wraps with keys: new data keys with the first one. labels go into the material description beside the key's
// fingerprint; they are not authenticated. Of several keys an envelope's fingerprint chooses the one that unwraps.
func AES(labels map[string]string, key Key, others ...Key) Keyring {
	return aesRing{append([]Key{key}, others...), labels}
}

type aesRing struct {
	keys   []Key
	labels map[string]string
}

func (r aesRing) wrap(_ context.Context, suite Suite) ([]byte, *Envelope, error) {
	if why := CheckLabels(r.labels); why != "" {
		return nil, nil, fail(KindInvalid, why, "")
	}
	dataKey, nonce := make([]byte, keySize), make([]byte, ivSize)
	_, _ = rand.Read(dataKey) // never fails, since Go 1.24
	_, _ = rand.Read(nonce)
	return r.wrapAs(suite, dataKey, nonce)
}

func (r aesRing) wrapAs(suite Suite, dataKey, nonce []byte) ([]byte, *Envelope, error) {
	aead, err := r.keys[0].aead()
	if err != nil {
		return nil, nil, err
	}
	description := map[string]string{}
	maps.Copy(description, r.labels)
	description[LabelKey] = r.keys[0].Fingerprint()
	return dataKey, &Envelope{Suite: suite, Wrap: WrapAES, Description: description,
		DataKey: aead.Seal(nonce[:ivSize:ivSize], nonce, dataKey, []byte(suite.name()))}, nil
}

func (k Key) aead() (cipher.AEAD, error) {
	if k.IsZero() {
		return nil, fail(KindInvalid, "there is no key", "Choose a key file.")
	}
	block, err := aes.NewCipher(k.raw())
	if err != nil {
		return nil, fmt.Errorf("AES: %w", err)
	}
	return cipher.NewGCM(block)
}

// candidates are the keys worth trying: the one that the envelope names, or all when it names none.
func (r aesRing) candidates(e *Envelope) ([]Key, error) {
	named := e.Fingerprint()
	if named == "" {
		return r.keys, nil
	}
	for _, k := range r.keys {
		if k.Fingerprint() == named {
			return []Key{k}, nil
		}
	}
	if len(r.keys) == 1 {
		return nil, &Error{Kind: KindWrongKey, Key: named, Text: "this is the wrong key: the object was encrypted with the key " + quoteField(named) + ", and this one is " + r.keys[0].Fingerprint(),
			Hint: "Choose the file with the object's key. Nothing was decrypted."}
	}
	return nil, &Error{Kind: KindNoKey, Key: named, Text: "the object was encrypted with the key " + quoteField(named) + ", which is not among the keys that are there", Hint: adviceNoKey}
}

func (r aesRing) unwrap(_ context.Context, e *Envelope) ([]byte, error) {
	if e.Wrap != WrapAES {
		return nil, fail(KindWrongKey, "the object's key is wrapped by "+wrapName(e.Wrap)+", not by a key from a file", "Give the KMS key in place of a key file.")
	}
	keys, err := r.candidates(e)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		aead, err := k.aead()
		if err != nil {
			return nil, err
		}
		if dataKey, err := aead.Open(nil, e.DataKey[:ivSize], e.DataKey[ivSize:], []byte(e.Suite.name())); err == nil {
			return dataKey, nil
		}
		other := GCM + Committing - e.Suite
		if _, err := aead.Open(nil, e.DataKey[:ivSize], e.DataKey[ivSize:], []byte(other.name())); err == nil {
			return nil, downgraded(other, e.Suite)
		}
	}
	if e.Fingerprint() != "" {
		return nil, fail(KindWrongKey, "the key can't be unwrapped although its fingerprint is the right one: the envelope was tampered with", "Compare the object's metadata with an earlier version. Nothing was decrypted.")
	}
	return nil, fail(KindWrongKey, "this is the wrong key, or the envelope was tampered with: the object's data key can't be unwrapped", "The envelope doesn't say which key it is. Try the others that you have. Nothing was decrypted.")
}

func downgraded(from, to Suite) error {
	return fail(KindDowngrade, "the envelope was tampered with: its key was wrapped for "+from.String()+", and it says "+to.String(), "Nothing was decrypted. Compare the object's metadata with an earlier version.")
}

func wrapName(w Wrap) string {
	if w == WrapKMS {
		return "KMS"
	}
	return "a raw AES key"
}

// KMS wraps with one KMS key. keyID is the key's ARN and is passed with every call, so that no other key is accepted.
// context is the caller's part of the encryption context; on reading it must equal the stored one unless it is nil.
func KMS(service KeyService, keyID string, context map[string]string) Keyring {
	return kmsRing{service, keyID, context}
}

type kmsRing struct {
	service KeyService
	keyID   string
	context map[string]string
}

func (r kmsRing) wrap(ctx context.Context, suite Suite) ([]byte, *Envelope, error) {
	if why := CheckLabels(r.context); why != "" {
		return nil, nil, fail(KindInvalid, why, "")
	}
	if r.keyID == "" {
		return nil, nil, fail(KindInvalid, "no KMS key is named", "")
	}
	full := map[string]string{}
	maps.Copy(full, r.context)
	full[contextContent] = suite.name()
	dataKey, wrapped, err := r.service.GenerateDataKey(ctx, r.keyID, full)
	if err != nil {
		return nil, nil, err
	}
	if len(dataKey) != keySize || len(wrapped) == 0 {
		return nil, nil, fail(KindInvalid, fmt.Sprintf("KMS returned a data key of %d bytes, and %d are needed", len(dataKey), keySize), "")
	}
	return dataKey, &Envelope{Suite: suite, Wrap: WrapKMS, Description: full, DataKey: wrapped}, nil
}

func (r kmsRing) unwrap(ctx context.Context, e *Envelope) ([]byte, error) {
	if e.Wrap != WrapKMS {
		return nil, fail(KindWrongKey, "the object's key is wrapped by "+wrapName(e.Wrap)+", not by KMS", "Give the key file in place of a KMS key.")
	}
	if r.keyID == "" {
		return nil, fail(KindInvalid, "no KMS key is named", "Give the ARN of the key that is expected: an object that somebody else put there would be encrypted under another one.")
	}
	if r.context != nil && !maps.Equal(r.context, e.Context()) {
		return nil, fail(KindContext, "the encryption context that was given is not the one that the object has", "The object's is shown in its details.")
	}
	switch stored := e.Description[contextContent]; {
	case stored == e.Suite.name():
	case stored == nameGCM || stored == nameCommitting:
		return nil, downgraded(GCM+Committing-e.Suite, e.Suite)
	default:
		return nil, fail(KindMalformed, "the encryption context doesn't name the content's algorithm ("+contextContent+")", "The object's metadata was changed.")
	}
	dataKey, err := r.service.Decrypt(ctx, r.keyID, e.DataKey, e.Description)
	if err != nil {
		return nil, err
	}
	if len(dataKey) != keySize {
		return nil, fail(KindWrongKey, fmt.Sprintf("KMS returned a data key of %d bytes, and %d are needed", len(dataKey), keySize), "")
	}
	return dataKey, nil
}
