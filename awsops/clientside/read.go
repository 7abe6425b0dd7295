package clientside

import (
	"context"
	"encoding/json"
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

// Marked says whether an object's metadata has an envelope, or a part of one.
func Marked(metadata []objects.Pair) bool { return s3ec.Marked(mapOf(metadata)) }

// WantsFile says whether an object's metadata leaves it to an instruction file how it is encrypted: it has no envelope, or
// only the half of one.
func WantsFile(metadata []objects.Pair) bool {
	_, err := s3ec.Parse(mapOf(metadata))
	return errors.Is(err, &s3ec.Error{Kind: s3ec.KindNone}) || errors.Is(err, &s3ec.Error{Kind: s3ec.KindInstruction})
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

// Facts are what is told, by name, in the order in which a person wants it.
func (t Told) Facts() []objects.Pair {
	facts := []objects.Pair{{Name: "client-side", Value: t.Format}}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, objects.Pair{Name: name, Value: value})
		}
	}
	add("can't be read", t.Problem)
	add("data key by", t.Wrap)
	add("its key", t.Fingerprint)
	for _, l := range t.Labels {
		if l.Name != s3ec.LabelKey {
			add("its label "+l.Name, l.Value)
		}
	}
	return facts
}

// FactsBeside are the facts that an object's instruction file tells, none when what has its name is no such file. A file
// that can't be read is a fact, too.
func FactsBeside(ctx context.Context, r *awsops.Reader, o Object) []objects.Pair {
	told, ok, err := LookBeside(ctx, r, o)
	name := o.Key + s3ec.InstructionSuffix
	switch {
	case err != nil:
		return []objects.Pair{{Name: "client-side", Value: "perhaps: " + name + " is beside it, which can't be read: " + awsops.Wrap("GetObject", o.Bucket, name, err).Message}}
	case !ok:
		return nil
	}
	return append(told.Facts(), objects.Pair{Name: "its envelope", Value: "in " + name + ": without that nobody can read it"})
}

// Keeps reports whether a change of an object's metadata keeps its envelope as it is: without that the object is lost.
func Keeps(before, after []objects.Pair) bool {
	return maps.Equal(s3ec.Fields(mapOf(before)), s3ec.Fields(mapOf(after)))
}

// Object is one version of an object that is to be read.
type Object struct {
	Bucket, Key, Version string
	Metadata             []objects.Pair
	// Beside says that there is an object with the name of its instruction file. It is looked at where the metadata has no
	// envelope, and an object beside it that is no instruction file leaves the object as it is.
	Beside bool
}

// Open gives what decrypts an object, before its content is asked for: the envelope is read, from the instruction file
// where the metadata points to one, and the data key is unwrapped. It gives nil for an object that has no envelope, unless
// with is given: then the instruction file must have it. with names the KMS key; a raw key is found among the session's.
// Errors: CodeNoKey, CodeNoKMSKey, and all that package s3ec says, as awsops.Error.
func Open(ctx context.Context, r *awsops.Reader, o Object, with *sse.Client) (*s3ec.Opener, Told, error) {
	e, err := envelopeOf(ctx, r, o, with != nil)
	if err != nil {
		return nil, Told{}, Explain("decrypt", o.Bucket, o.Key, err)
	}
	if e == nil {
		return nil, Told{}, nil
	}
	ring, err := ringOf(ctx, r, e, with)
	if err == nil {
		opener, oerr := s3ec.Open(ctx, ring, e, s3ec.AllowUncommitted)
		if oerr == nil {
			return opener, tell(e), nil
		}
		err = oerr
	}
	return nil, tell(e), refused(o, Explain("decrypt", o.Bucket, o.Key, err))
}

// envelopeOf reads an object's envelope, from its instruction file where the metadata has none or points to that. It is nil
// for an object that has none; sure says that it must have one.
func envelopeOf(ctx context.Context, r *awsops.Reader, o Object, sure bool) (*s3ec.Envelope, error) {
	m := mapOf(o.Metadata)
	e, err := s3ec.Parse(m)
	bare := errors.Is(err, &s3ec.Error{Kind: s3ec.KindNone})
	switch {
	case bare && o.Beside:
		file, err := instruction(ctx, r, o.Bucket, o.Key+s3ec.InstructionSuffix)
		if err != nil || !file.is() {
			return nil, ignoreNotFound(err)
		}
		return s3ec.ParseInstruction(m, file.content)
	case bare && !sure:
		return nil, nil
	case bare, errors.Is(err, &s3ec.Error{Kind: s3ec.KindInstruction}):
		return instructed(ctx, r, o, m)
	}
	return e, err
}

func ignoreNotFound(err error) error {
	if e, ok := errors.AsType[*awsops.Error](err); ok && e.Kind == awsops.KindNotFound {
		return nil
	}
	return err
}

// LookBeside tells from the instruction file beside an object how that is client-side encrypted. ok is false when what is
// there is no instruction file.
func LookBeside(ctx context.Context, r *awsops.Reader, o Object) (t Told, ok bool, err error) {
	o.Beside = true
	e, err := envelopeOf(ctx, r, o, false)
	switch {
	case err != nil:
		return Told{}, false, Explain("decrypt", o.Bucket, o.Key, err)
	case e == nil:
		return Told{}, false, nil
	}
	return tell(e), true, nil
}

// ringOf is the keyring that reads an envelope.
func ringOf(ctx context.Context, r *awsops.Reader, e *s3ec.Envelope, with *sse.Client) (s3ec.Keyring, error) {
	if e.Wrap != s3ec.WrapKMS {
		if with != nil && with.Fingerprint != "" && e.Fingerprint() == "" {
			return RingFor(ctx, r, sse.Client{Fingerprint: with.Fingerprint})
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
	return kmsRing(ctx, r, with.KeyID, labels)
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
	file, err := instruction(ctx, r, o.Bucket, o.Key+s3ec.InstructionSuffix)
	if e, ok := errors.AsType[*awsops.Error](err); ok && e.Kind == awsops.KindNotFound {
		return nil, o.without(err)
	}
	if err != nil {
		return nil, err
	}
	return s3ec.ParseInstruction(m, file.content)
}

// without says what it means that an object's instruction file isn't there.
func (o Object) without(err error) error {
	if !Marked(o.Metadata) {
		return &awsops.Error{Op: "decrypt", Bucket: o.Bucket, Key: o.Key, Kind: awsops.KindInvalid, Code: CodeNotSealed, Err: err,
			Message: "the object isn't client-side encrypted: its metadata has no envelope, and there is no instruction file " + o.Key + s3ec.InstructionSuffix,
			Hint:    "Read it without a key."}
	}
	return &awsops.Error{Op: "decrypt", Bucket: o.Bucket, Key: o.Key, Kind: awsops.KindNotFound, Code: CodeNoInstruction, Err: err,
		Message: "the instruction file " + o.Key + s3ec.InstructionSuffix + " isn't there, and the object's key is in it",
		Hint:    "Look for it among the deleted objects: without it nobody can read the object."}
}

// instructionFile is an object that has the name of one.
type instructionFile struct {
	content []byte
	marked  bool // its metadata says that it is one
}

// is reports whether it is an instruction file: some clients don't mark theirs, and then it must read as one.
func (f instructionFile) is() bool {
	if f.marked {
		return true
	}
	var fields map[string]string
	return json.Unmarshal(f.content, &fields) == nil && s3ec.Marked(fields)
}

func instruction(ctx context.Context, r *awsops.Reader, bucket, key string) (f instructionFile, err error) {
	api, err := r.S3(ctx, bucket)
	if err != nil {
		return f, err
	}
	out, err := api.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return f, awsops.Wrap("GetObject", bucket, key, err)
	}
	f.marked = s3ec.IsInstructionFile(out.Metadata)
	f.content, err = io.ReadAll(io.LimitReader(out.Body, s3ec.MaxInstruction+1))
	if err = errors.Join(err, out.Body.Close()); err != nil {
		return f, awsops.Wrap("GetObject", bucket, key, err)
	}
	return f, nil
}
