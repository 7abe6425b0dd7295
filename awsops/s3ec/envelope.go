package s3ec

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The names of an envelope's fields, as user metadata has them without x-amz-meta-, and as instruction files have them.
const (
	fieldKeyV1       = "x-amz-key"
	fieldKeyV2       = "x-amz-key-v2"
	fieldIV          = "x-amz-iv"
	fieldContent     = "x-amz-cek-alg"
	fieldWrap        = "x-amz-wrap-alg"
	fieldDescription = "x-amz-matdesc"
	fieldTagLength   = "x-amz-tag-len"
	fieldPlainLength = "x-amz-unencrypted-content-length"

	fieldKeyV3         = "x-amz-3"
	fieldContentV3     = "x-amz-c"
	fieldWrapV3        = "x-amz-w"
	fieldDescriptionV3 = "x-amz-m"
	fieldContextV3     = "x-amz-t"
	fieldCommitment    = "x-amz-d"
	fieldMessageID     = "x-amz-i"

	fieldInstruction = "x-amz-crypto-instr-file"
)

// InstructionSuffix is what the official clients add to an object's key for its instruction file.
const InstructionSuffix = ".instruction"

// MaxInstruction is the longest instruction file that is read, in bytes.
const MaxInstruction = 256 << 10

// fieldsV2 and fieldsV3 belong to one format alone.
var (
	fieldsV2 = []string{fieldKeyV2, fieldIV, fieldContent, fieldWrap, fieldDescription, fieldTagLength}
	fieldsV3 = []string{fieldKeyV3, fieldContentV3, fieldWrapV3, fieldDescriptionV3, fieldContextV3, fieldCommitment, fieldMessageID}
)

// Wrap is how a data key is wrapped.
type Wrap string

// The ways to wrap a data key that this package has.
const (
	WrapAES Wrap = "AES/GCM"     // by a raw AES key
	WrapKMS Wrap = "kms+context" // by a KMS key, bound to an encryption context
)

// wrapsV3 are the short names of the V3 format.
var wrapsV3 = map[string]string{"02": string(WrapAES), "12": string(WrapKMS), "22": "RSA-OAEP-SHA1"}

// Envelope is all that an object tells of how it is encrypted. Nothing of it is secret, and nothing of it is to be
// believed before the data key was unwrapped and the content verified.
type Envelope struct {
	Suite      Suite
	Wrap       Wrap
	DataKey    []byte // wrapped
	IV         []byte // of GCM: 12 bytes
	Commitment []byte // of Committing: 28 bytes
	MessageID  []byte // of Committing: 28 bytes
	// Description is the caller's labels of a raw key, or the whole KMS encryption context.
	Description map[string]string
	// PlainSize is the plaintext's length in bytes as the writer noted it; -1 when it didn't.
	PlainSize int64
	// InstructionFile says that the wrapped key came from an instruction file.
	InstructionFile bool
}

// LabelKey is the label under which a raw key's fingerprint stands in the material description.
const LabelKey = "key-sha256"

// Fingerprint is that of the raw key that wrapped the data key, as far as the envelope names it, else "".
func (e *Envelope) Fingerprint() string {
	if e.Wrap != WrapAES {
		return ""
	}
	return e.Description[LabelKey]
}

// Context is the caller's part of the KMS encryption context: without the names that the format reserves.
func (e *Envelope) Context() map[string]string {
	out := maps.Clone(e.Description)
	delete(out, contextContent)
	delete(out, contextKey)
	return out
}

// Marked says whether metadata has any field of an envelope; a copy that replaces such metadata loses the object.
func Marked(metadata map[string]string) bool {
	return len(Fields(metadata)) > 0
}

// Fields are those of metadata that belong to an envelope: a change of the metadata has to
// keep them as they are.
func Fields(metadata map[string]string) map[string]string {
	m := lower(metadata)
	maps.DeleteFunc(m, func(name, _ string) bool {
		return name != fieldKeyV1 && !slices.Contains(fieldsV2, name) && !slices.Contains(fieldsV3, name)
	})
	return m
}

// IsInstructionFile says whether an object's metadata marks it as the instruction file of another object.
func IsInstructionFile(metadata map[string]string) bool {
	_, ok := lower(metadata)[fieldInstruction]
	return ok
}

func lower(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for name, value := range m {
		out[strings.ToLower(name)] = value
	}
	return out
}

// Parse reads the envelope from an object's user metadata, names without x-amz-meta-. Errors: KindNone, KindInstruction,
// KindMalformed, KindForeign, KindLegacy.
func Parse(metadata map[string]string) (*Envelope, error) {
	m := lower(metadata)
	if err := single(m); err != nil {
		return nil, err
	}
	switch {
	case has(m, fieldKeyV2):
		return parseV2(m)
	case has(m, fieldKeyV3):
		return parseV3(m)
	case has(m, fieldContentV3) && has(m, fieldCommitment) && has(m, fieldMessageID):
		return nil, fail(KindInstruction, "the object's key is in its instruction file", "Get the instruction file: the object's key and "+InstructionSuffix+".")
	}
	for _, name := range slices.Concat(fieldsV2, fieldsV3) {
		if has(m, name) {
			return nil, missing(name+" is there, but no encrypted key:", fieldKeyV3+" or "+fieldKeyV2)
		}
	}
	return nil, fail(KindNone, "the object's metadata has no envelope: it is not client-side encrypted, or its envelope is in an instruction file or was lost", "")
}

// ParseInstruction reads the envelope from an instruction file's content and the object's metadata.
func ParseInstruction(metadata map[string]string, content []byte) (*Envelope, error) {
	if len(content) > MaxInstruction {
		return nil, fail(KindMalformed, fmt.Sprintf("the instruction file has %d bytes, which no envelope has", len(content)), "")
	}
	file, err := decodeMap(string(content))
	if err != nil {
		return nil, fail(KindMalformed, "the instruction file can't be read: "+err.Error(), "")
	}
	m := lower(metadata)
	if !has(m, fieldContentV3) {
		if Marked(metadata) {
			return nil, fail(KindMalformed, "there are two envelopes: one in the metadata and one in the instruction file", "")
		}
		if err := single(file); err != nil {
			return nil, err
		}
		if !has(file, fieldKeyV2) {
			return nil, missing("the instruction file lacks", fieldKeyV2)
		}
		e, err := parseV2(file)
		return instructed(e, m), err
	}
	for _, name := range []string{fieldContentV3, fieldCommitment, fieldMessageID} {
		if has(file, name) {
			return nil, fail(KindMalformed, "the instruction file holds "+name+", which belongs into the object's metadata: the envelope was put together by somebody else", "Don't trust it.")
		}
	}
	if has(m, fieldKeyV3) {
		return nil, fail(KindMalformed, "there are two encrypted keys: one in the metadata and one in the instruction file", "")
	}
	maps.Copy(m, file)
	if err := single(m); err != nil {
		return nil, err
	}
	e, err := parseV3(m)
	return instructed(e, m), err
}

func instructed(e *Envelope, m map[string]string) *Envelope {
	if e != nil {
		e.InstructionFile = true
		e.PlainSize = plainSize(m)
	}
	return e
}

func has(m map[string]string, name string) bool { _, ok := m[name]; return ok }

// single refuses more than one envelope, and the legacy one.
func single(m map[string]string) error {
	n := 0
	for _, name := range []string{fieldKeyV1, fieldKeyV2, fieldKeyV3} {
		if has(m, name) {
			n++
		}
	}
	if n > 1 {
		return fail(KindMalformed, "there are two envelopes at once: of the formats V1, V2 and V3 exactly one may be there", "The metadata was tampered with or merged. Compare it with an earlier version.")
	}
	if has(m, fieldKeyV1) {
		return fail(KindLegacy, "the object is in the legacy V1 format (AES-CBC), which is not authenticated and is not read here", "Read it with an official client in its legacy mode and upload it again.")
	}
	other := fieldsV3
	if has(m, fieldKeyV3) {
		other = fieldsV2
	} else if !has(m, fieldKeyV2) {
		return nil
	}
	for _, name := range other {
		if has(m, name) {
			return fail(KindMalformed, "the envelope mixes two formats: "+name+" belongs to the other one", "The metadata was tampered with or merged. Compare it with an earlier version.")
		}
	}
	return nil
}

func missing(text, name string) error {
	return fail(KindMalformed, "the envelope is not complete: "+text+" "+name, "The object was not written by an S3 Encryption Client, or its metadata was rewritten by a copy.")
}

func plainSize(m map[string]string) int64 {
	n, err := strconv.ParseInt(m[fieldPlainLength], 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// field decodes one field of bytes; size 0 takes any.
func field(m map[string]string, name string, size int) ([]byte, error) {
	text, ok := m[name]
	if !ok {
		return nil, missing("the object's metadata lacks", name)
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) == 0 {
		return nil, fail(KindMalformed, name+" is not base64", "The object's metadata was changed.")
	}
	if size > 0 && len(b) != size {
		return nil, fail(KindMalformed, fmt.Sprintf("%s has %d bytes, and should have %d", name, len(b), size), "The object's metadata was changed.")
	}
	return b, nil
}
