package clientside

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
)

// Told is what an object's metadata tells of its client-side encryption.
type Told struct {
	Format      string // "AES-256-GCM with key commitment (message format V3)"
	Wrap        string // by what the data key is wrapped
	Fingerprint string // of the raw key; "" when the envelope doesn't say or KMS wraps
	// Labels are the material description or the encryption context, by name.
	Labels    []objects.Pair
	PlainSize int64 // bytes; -1 when it isn't said
	// Problem says why the object can't be read here; "" when nothing is known to be wrong.
	Problem string
	KMS     bool // a KMS key wraps
}

// Look tells from an object's metadata alone whether it is client-side encrypted, and how. ok is false when nothing
// points to that; an object whose envelope is in an instruction file alone (V2) is such.
func Look(metadata []objects.Pair) (t Told, ok bool) {
	m := mapOf(metadata)
	if !s3ec.Marked(m) {
		return Told{}, false
	}
	e, err := s3ec.Parse(m)
	if err == nil {
		return tell(e), true
	}
	t = Told{Format: "client-side encrypted", PlainSize: -1, Problem: err.Error()}
	if errors.Is(err, &s3ec.Error{Kind: s3ec.KindInstruction}) {
		t.Format = s3ec.Committing.String()
	}
	return t, true
}

func tell(e *s3ec.Envelope) Told {
	t := Told{Format: e.Suite.String(), Wrap: "a raw AES key (AES/GCM)", Fingerprint: e.Fingerprint(), PlainSize: e.PlainSize, KMS: e.Wrap == s3ec.WrapKMS}
	if t.KMS {
		t.Wrap = "KMS (kms+context)"
	}
	for _, name := range slices.Sorted(maps.Keys(e.Description)) {
		t.Labels = append(t.Labels, objects.Pair{Name: name, Value: e.Description[name]})
	}
	return t
}

func mapOf(pairs []objects.Pair) map[string]string {
	m := make(map[string]string, len(pairs))
	for _, p := range pairs {
		m[p.Name] = p.Value
	}
	return m
}

// Keeps reports whether a change of an object's metadata keeps its envelope as it is: without that the object is lost.
func Keeps(before, after []objects.Pair) bool {
	return maps.Equal(s3ec.Fields(mapOf(before)), s3ec.Fields(mapOf(after)))
}

// Object is one version of an object that is to be read.
type Object struct {
	Bucket, Key, Version string
	Metadata             []objects.Pair
}

// Open gives what decrypts an object, before its content is asked for: the envelope is read, from the instruction file
// where the metadata points to one, and the data key is unwrapped. It gives nil for an object that has no envelope, unless
// with is given: then the instruction file must have it. with names the KMS key; a raw key is found among the session's.
// Errors: CodeNoKey, CodeNoKMSKey, and all that package s3ec says, as awsops.Error.
func Open(ctx context.Context, r *awsops.Reader, o Object, with *sse.Client) (*s3ec.Opener, Told, error) {
	m := mapOf(o.Metadata)
	e, err := s3ec.Parse(m)
	switch {
	case errors.Is(err, &s3ec.Error{Kind: s3ec.KindNone}) && with == nil:
		return nil, Told{}, nil
	case errors.Is(err, &s3ec.Error{Kind: s3ec.KindNone}), errors.Is(err, &s3ec.Error{Kind: s3ec.KindInstruction}):
		e, err = instructed(ctx, r, o, m)
	}
	if err != nil {
		return nil, Told{}, Explain("decrypt", o.Bucket, o.Key, err)
	}
	ring, err := ringOf(r, e, with)
	if err == nil {
		opener, oerr := s3ec.Open(ctx, ring, e, s3ec.AllowUncommitted)
		if oerr == nil {
			return opener, tell(e), nil
		}
		err = oerr
	}
	return nil, tell(e), refused(o, Explain("decrypt", o.Bucket, o.Key, err))
}

// ringOf is the keyring that reads an envelope.
func ringOf(r *awsops.Reader, e *s3ec.Envelope, with *sse.Client) (s3ec.Keyring, error) {
	if e.Wrap != s3ec.WrapKMS {
		if with != nil && with.Fingerprint != "" && e.Fingerprint() == "" {
			return RingFor(r, sse.Client{Fingerprint: with.Fingerprint})
		}
		return r.Session().ClientKeys().Ring(e)
	}
	if with == nil || with.KeyID == "" {
		return nil, &awsops.Error{Op: "decrypt", Kind: awsops.KindInvalid, Code: CodeNoKMSKey, Message: "the object is client-side encrypted under a KMS key, and doesn't say which one",
			Hint: "Give the ARN of the key that is expected. Any other is refused: somebody else could have put the object there."}
	}
	labels, err := labelsOf(with.Context)
	if err != nil {
		return nil, awsops.Invalid("decrypt", err.Error(), "")
	}
	return kmsRing(r, with.KeyID, labels)
}

// refused says what KMS's refusal to decrypt means here.
func refused(o Object, err error) error {
	e, ok := errors.AsType[*awsops.Error](err)
	if !ok {
		return err
	}
	switch e.Code {
	case "InvalidCiphertextException", "IncorrectKeyException":
		return &awsops.Error{Op: "decrypt", Bucket: o.Bucket, Key: o.Key, Kind: awsops.KindInvalid, Code: "WrongKey", Status: e.Status, RequestID: e.RequestID, Err: err,
			Message: "KMS can't unwrap the data key: it is another KMS key than the object's, or the envelope or its encryption context was tampered with",
			Hint:    "Nothing was decrypted. Compare the object's metadata with an earlier version."}
	case CodeNoKMSKey, CodeNoKey:
		own := *e
		own.Bucket, own.Key = o.Bucket, o.Key
		return &own
	}
	return err
}

// instructed reads the envelope of an object from its instruction file.
func instructed(ctx context.Context, r *awsops.Reader, o Object, m map[string]string) (*s3ec.Envelope, error) {
	content, err := instruction(ctx, r, o.Bucket, o.Key+s3ec.InstructionSuffix)
	if e, ok := errors.AsType[*awsops.Error](err); ok && e.Kind == awsops.KindNotFound {
		return nil, &awsops.Error{Op: "decrypt", Bucket: o.Bucket, Key: o.Key, Kind: awsops.KindNotFound, Code: "InstructionFile", Err: err,
			Message: "the instruction file " + o.Key + s3ec.InstructionSuffix + " isn't there, and the object's key is in it",
			Hint:    "Look for it among the deleted objects: without it nobody can read the object."}
	}
	if err != nil {
		return nil, err
	}
	return s3ec.ParseInstruction(m, content)
}

func instruction(ctx context.Context, r *awsops.Reader, bucket, key string) ([]byte, error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return nil, err
	}
	out, err := api.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, awsops.Wrap("GetObject", bucket, key, err)
	}
	content, err := io.ReadAll(io.LimitReader(out.Body, s3ec.MaxInstruction+1))
	if err = errors.Join(err, out.Body.Close()); err != nil {
		return nil, awsops.Wrap("GetObject", bucket, key, err)
	}
	return content, nil
}
