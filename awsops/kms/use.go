package kms

import (
	"context"
	"errors"
	"log/slog"

	"cooper/awsops"
)

// CodeDryRun is what KMS answers for a dry run that would have succeeded.
const CodeDryRun = "DryRunOperationException"

// Context is an encryption context: it must be given again, the same, to decrypt, and stands in CloudTrail in plain text.
type Context map[string]string

// ForBucket is the context that S3 gives with a bucket's Bucket Key.
func ForBucket(partition, bucket string) Context {
	return Context{"aws:s3:arn": "arn:" + partition + ":s3:::" + bucket}
}

// TryGenerate asks, without doing it, whether the caller could have data keys under a key: nil when it could. It needs
// and proves kms:GenerateDataKey for the caller only, and counts as a request of that kind.
func TryGenerate(ctx context.Context, r *awsops.Reader, region, key string, about Context) error {
	in := map[string]any{"KeyId": key, "KeySpec": "AES_256", "DryRun": true}
	if len(about) > 0 {
		in["EncryptionContext"] = about
	}
	err := ask(ctx, r, region, "GenerateDataKey", in, nil)
	if e, ok := errors.AsType[*awsops.Error](err); ok && e.Code == CodeDryRun {
		return nil
	}
	if err == nil {
		return &awsops.Error{Op: "GenerateDataKey", Kind: awsops.KindUnsupported, Message: "the service took no notice of the dry run"}
	}
	return err
}

// Secret is key material. It redacts itself.
type Secret []byte

// String hides the key.
func (Secret) String() string { return "Secret{redacted}" }

// GoString hides the key from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the key from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON hides the key from encoders.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// DataKey is a key made by KMS: the key itself and its encrypted form, which is kept with the data.
type DataKey struct {
	KeyARN    string // of the KMS key
	Plaintext Secret // 32 bytes
	Encrypted []byte
}

// CanAsk reports why key material can't be had from KMS in a region, such as an http endpoint, before anything is sent.
func CanAsk(ctx context.Context, r *awsops.Reader, region string) error {
	return r.CanAsk(ctx, awsops.JSONCall{Service: "kms", Region: region, Action: "GenerateDataKey"})
}

// Generate has KMS make a 256-bit data key under a key. It goes over https only.
func Generate(ctx context.Context, r *awsops.Reader, region, key string, about Context) (DataKey, error) {
	in := map[string]any{"KeyId": key, "KeySpec": "AES_256"}
	if len(about) > 0 {
		in["EncryptionContext"] = about
	}
	var out struct {
		KeyId                     string //nolint:revive // the API's name
		Plaintext, CiphertextBlob []byte
	}
	if err := ask(ctx, r, region, "GenerateDataKey", in, &out); err != nil {
		return DataKey{}, err
	}
	if len(out.Plaintext) != 32 || len(out.CiphertextBlob) == 0 {
		return DataKey{}, &awsops.Error{Op: "GenerateDataKey", Kind: awsops.KindUnsupported, Message: "the answer holds no 256-bit key"}
	}
	return DataKey{out.KeyId, out.Plaintext, out.CiphertextBlob}, nil
}

// Encrypt has KMS encrypt up to 4,096 bytes under a key. It goes over https only.
func Encrypt(ctx context.Context, r *awsops.Reader, region, key string, plain Secret, about Context) (encrypted []byte, keyARN string, err error) {
	in := map[string]any{"KeyId": key, "Plaintext": []byte(plain)}
	if len(about) > 0 {
		in["EncryptionContext"] = about
	}
	var out struct {
		KeyId          string //nolint:revive // the API's name
		CiphertextBlob []byte
	}
	if err := ask(ctx, r, region, "Encrypt", in, &out); err != nil {
		return nil, "", err
	}
	return out.CiphertextBlob, out.KeyId, nil
}

// Decrypt has KMS decrypt what it encrypted. key "" leaves it to the encrypted data to say under which key; naming one
// refuses any other (IncorrectKeyException). A wrong context is InvalidCiphertextException. It goes over https only.
func Decrypt(ctx context.Context, r *awsops.Reader, region, key string, encrypted []byte, about Context) (plain Secret, keyARN string, err error) {
	in := map[string]any{"CiphertextBlob": encrypted}
	if key != "" {
		in["KeyId"] = key
	}
	if len(about) > 0 {
		in["EncryptionContext"] = about
	}
	var out struct {
		KeyId     string //nolint:revive // the API's name
		Plaintext []byte
	}
	if err := ask(ctx, r, region, "Decrypt", in, &out); err != nil {
		return nil, "", err
	}
	return out.Plaintext, out.KeyId, nil
}
