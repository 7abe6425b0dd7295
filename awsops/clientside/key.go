package clientside

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"cooper/awsops"
	"cooper/awsops/kms"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
)

// ReadKeyFile reads a key from a file: 32 raw bytes, 64 hexadecimal digits or 44 characters of base64. others says that
// not only its owner may read the file. Errors: KindInvalid.
func ReadKeyFile(path string) (key s3ec.Key, others bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return key, false, fileError("the key file can't be read", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		return key, false, awsops.Invalid("key file", path+" is a folder", "Choose the file that holds the key.")
	}
	if err != nil {
		return key, false, fileError("the key file can't be read", err)
	}
	content, err := io.ReadAll(io.LimitReader(f, 4<<10))
	if err != nil {
		return key, false, fileError("the key file can't be read", err)
	}
	key, err = s3ec.ParseKey(content)
	clear(content)
	return key, info.Mode().Perm()&0o077 != 0, Explain("key file", "", "", err)
}

// SaveKeyFile writes a key's 32 raw bytes to a new file that only its owner may read. A file that is there is never
// written over. Errors: KindConflict for such a file, KindInvalid for what the file system says.
func SaveKeyFile(path string, key s3ec.Key) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &awsops.Error{Op: "key file", Kind: awsops.KindConflict, Message: "a key is never written over a file, and this one is there already: " + path, Hint: "Choose another name.", Err: err}
	}
	if err != nil {
		return fileError("the key file can't be made", err)
	}
	_, err = f.Write(key.Raw())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fileError("the key file can't be written", err), os.Remove(path))
	}
	return nil
}

func fileError(text string, err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		text += ": " + p.Err.Error()
	}
	return &awsops.Error{Op: "key file", Kind: awsops.KindInvalid, Message: text, Err: err}
}

// Check says what is wrong with a choice, "" when nothing is.
func Check(c sse.Client) string {
	switch {
	case c.KeyID == "" && c.Fingerprint == "":
		return "client-side encryption needs a key: a key file, or the ARN of a KMS key"
	case c.KeyID != "" && c.Fingerprint != "":
		return "client-side encryption takes a key file or a KMS key, not both"
	case c.KeyID != "" && !kms.IsKeyARN(c.KeyID):
		return "a KMS key's full ARN is needed: an alias can move"
	case c.KeyID == "" && c.Context != "":
		return "an encryption context goes with a KMS key only"
	}
	labels, err := labelsOf(c.Context)
	if err != nil {
		return err.Error()
	}
	return s3ec.CheckLabels(labels)
}

func labelsOf(text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	var labels map[string]string
	if err := json.Unmarshal([]byte(text), &labels); err != nil || labels == nil {
		return nil, errors.New(`an encryption context is a JSON object of strings, such as {"project":"x"}`)
	}
	return labels, nil
}

// SuiteOf is the algorithm suite of a choice.
func SuiteOf(c sse.Client) s3ec.Suite {
	if c.Old {
		return s3ec.GCM
	}
	return s3ec.Committing
}

// CodeNoKey is the code of an error that says that an object's key file is needed and not there.
const CodeNoKey = "ClientKeyNeeded"

// CodeNotSealed is the code of an error that says that an object isn't client-side encrypted, though it was to be decrypted.
const CodeNotSealed = "NotClientSide"

// CodeNoInstruction is the code of an error that says that an object's instruction file isn't there, or is needed.
const CodeNoInstruction = "InstructionFile"

// CodeNoKMSKey is the code of an error that says that the ARN of the KMS key must be given to read an object.
const CodeNoKMSKey = "ClientKMSKeyNeeded"

// RingFor is the keyring of a write. Errors: KindInvalid for a bad choice, CodeNoKey when the session doesn't have its key.
func RingFor(ctx context.Context, r *awsops.Reader, c sse.Client) (s3ec.Keyring, error) {
	if why := Check(c); why != "" {
		return nil, awsops.Invalid("encrypt", why, "")
	}
	if c.KeyID != "" {
		labels, err := labelsOf(c.Context)
		if err != nil {
			return nil, awsops.Invalid("encrypt", err.Error(), "")
		}
		return kmsRing(ctx, r, c.KeyID, labels)
	}
	key, ok := r.Session().ClientKeys().Get(c.Fingerprint)
	if !ok {
		return nil, Explain("encrypt", "", "", &s3ec.Error{Kind: s3ec.KindNoKey, Key: c.Fingerprint,
			Text: "the key " + c.Fingerprint + " for client-side encryption isn't held in this session", Hint: "Give its file."})
	}
	return s3ec.AES(nil, key), nil
}

func kmsRing(ctx context.Context, r *awsops.Reader, arn string, labels map[string]string) (s3ec.Keyring, error) {
	name, err := kms.ParseName(arn)
	if err != nil {
		return nil, err
	}
	if err := kms.CanAsk(ctx, r, name.Region); err != nil {
		return nil, err
	}
	return s3ec.KMS(service{r, name.Region}, arn, labels), nil
}

// service is KMS for package s3ec, in a key's region.
type service struct {
	r      *awsops.Reader
	region string
}

// GenerateDataKey implements s3ec.KeyService.
func (s service) GenerateDataKey(ctx context.Context, keyID string, about map[string]string) (plain, encrypted []byte, err error) {
	key, err := kms.Generate(ctx, s.r, s.region, keyID, about)
	return key.Plaintext, key.Encrypted, err
}

// Decrypt implements s3ec.KeyService. KMS refuses what another key than keyID encrypted.
func (s service) Decrypt(ctx context.Context, keyID string, encrypted []byte, about map[string]string) ([]byte, error) {
	plain, by, err := kms.Decrypt(ctx, s.r, s.region, keyID, encrypted, about)
	if err == nil && by != "" && by != keyID {
		return nil, fmt.Errorf("KMS decrypted with %s, not with the key that was named", by)
	}
	return plain, err
}

// kinds translates what package s3ec says.
var kinds = map[s3ec.Kind]awsops.Kind{
	s3ec.KindForeign: awsops.KindUnsupported, s3ec.KindLegacy: awsops.KindUnsupported, s3ec.KindChanged: awsops.KindChanged, s3ec.KindInstruction: awsops.KindNotFound,
}

// codes are the codes of errors, from which a screen takes what it offers.
var codes = map[s3ec.Kind]string{
	s3ec.KindNone: CodeNotSealed, s3ec.KindInstruction: CodeNoInstruction, s3ec.KindMalformed: "EnvelopeMalformed", s3ec.KindForeign: "AlgorithmUnknown",
	s3ec.KindLegacy: "LegacyFormat", s3ec.KindDowngrade: "Downgrade", s3ec.KindNoKey: CodeNoKey, s3ec.KindWrongKey: "WrongKey", s3ec.KindCommitment: "KeyCommitment",
	s3ec.KindContext: "EncryptionContext", s3ec.KindTruncated: "Truncated", s3ec.KindTampered: "TagMismatch", s3ec.KindChanged: "PlaintextChanged", s3ec.KindInvalid: "",
}

// Explain gives an error of package s3ec the form in which all errors are shown. Others stay as they are.
func Explain(op, bucket, key string, err error) error {
	e, ok := errors.AsType[*s3ec.Error](err)
	if !ok {
		return err
	}
	kind, ok := kinds[e.Kind]
	if !ok {
		kind = awsops.KindInvalid
	}
	return &awsops.Error{Op: op, Bucket: bucket, Key: key, Kind: kind, Code: codes[e.Kind], Message: e.Text, Hint: e.Hint, Err: e}
}
