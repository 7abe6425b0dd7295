package reencrypt

import (
	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
)

// Method is how one object is encrypted anew.
type Method uint8

// The methods. Skip leaves an object as it is: it is encrypted so already, or it can't be done.
const (
	Skip Method = iota
	InPlace
	Copy
	CopyParts
)

// String names the call.
func (m Method) String() string {
	return [...]string{"left as it is", "UpdateObjectEncryption", "CopyObject", "UploadPartCopy"}[m]
}

// facts are what decides about a method.
type facts struct {
	from             sse.Choice
	told             bool // from is known
	locked, archived bool
	older            bool // not the current version of its key
	size             int64
	inPlace          bool // the server has UpdateObjectEncryption
}

// choose gives the method for an object, and why it is left as it is. done says that it is encrypted as wanted.
func choose(f facts, to sse.Choice) (m Method, why string, done bool) {
	to.Context = "" // S3 doesn't tell an object's context: nothing can be compared
	switch {
	case f.told && f.from == to:
		return Skip, "it is encrypted so already", true
	case f.locked:
		return Skip, "it is protected by Object Lock: its encryption can't be changed in place, and a copy would not be protected", false
	case f.inPlace && canUpdate(f, to):
		return InPlace, "", false
	case f.older:
		return Skip, whyOlder, false
	case f.archived:
		return Skip, "it is archived: it must be restored before it can be copied", false
	case f.size > copies.Most:
		return CopyParts, "", false
	}
	return Copy, "", false
}

const whyOlder = "it is an older version, which only a copy could encrypt anew, and that would be a new current version"

// canUpdate reports whether S3 changes the encryption in place: SSE-S3 and SSE-KMS become SSE-KMS, and nothing else.
func canUpdate(f facts, to sse.Choice) bool {
	return f.told && (f.from.Kind == sse.S3 || f.from.Kind == sse.KMS) && to.Kind == sse.KMS
}

func factsOf(r *awsops.Reader, e awsops.Entry, h objects.Head, to sse.Choice) facts {
	f := facts{locked: locked(r, h), archived: !h.Archive().Readable(), size: h.Size, older: e.VersionID != "",
		inPlace: to.Context == "" && r.Session().Dialect() != awsops.DialectCompatible}
	f.from, f.told = EncryptionOf(h.Encryption)
	return f
}
