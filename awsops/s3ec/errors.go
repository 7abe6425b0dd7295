package s3ec

// Kind says what is wrong with an object, its envelope or a key.
type Kind string

// Kinds of errors.
const (
	KindNone        Kind = "not client-side encrypted"  // the metadata has no envelope; there may be an instruction file
	KindInstruction Kind = "instruction file needed"    // the metadata says that the key is in the instruction file
	KindMalformed   Kind = "malformed envelope"         // fields are missing, doubled, or can't be read
	KindForeign     Kind = "unknown algorithm"          // an algorithm that this package doesn't know, or doesn't have
	KindLegacy      Kind = "legacy format"              // V1, or AES-CBC: not authenticated
	KindDowngrade   Kind = "downgrade"                  // the envelope names a weaker format than the key was wrapped for, or than is asked for
	KindNoKey       Kind = "key missing"                // none of the given keys is the one that the envelope names
	KindWrongKey    Kind = "wrong key"                  // the data key can't be unwrapped by this key
	KindCommitment  Kind = "commitment mismatch"        // the data key is not the one that the object was encrypted under
	KindContext     Kind = "encryption context differs" // what was asked for is not what is stored
	KindTruncated   Kind = "truncated"                  // bytes are missing, or too many
	KindTampered    Kind = "tampered"                   // content and tag don't match
	KindChanged     Kind = "plaintext changed"          // the plaintext is not what it was, or shorter, while it is encrypted
	KindInvalid     Kind = "invalid"                    // a key, a label or a size that can't be used
)

// Error is a sentence for the operator. It holds no key material and no plaintext.
type Error struct {
	Kind Kind
	Text string // one sentence, without a full stop
	Hint string // what to do; may be ""
	Key  string // fingerprint of the key that the envelope names, as far as it does
	Err  error  // what was beneath, such as KMS's answer; may be nil
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Text + ": " + e.Err.Error()
	}
	return e.Text
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is compare kinds: errors.Is(err, &Error{Kind: KindWrongKey}).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Text == ""
}

func fail(kind Kind, text, hint string) error { return &Error{Kind: kind, Text: text, Hint: hint} }
