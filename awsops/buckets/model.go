package buckets

import (
	"fmt"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/lifecycle"
)

// Bucket is one entry of the account's list.
type Bucket struct {
	Name    string
	Region  string    // "" where the server doesn't tell
	Created time.Time // S3 moves it when the bucket is changed, so it is no proof of age
}

// Versioning is a bucket's versioning state as S3 spells it.
type Versioning struct {
	Status    string // "", Enabled or Suspended; "" means never enabled
	MFADelete string // "", Enabled or Disabled; "" means never set
}

// String gives the state in one word.
func (v Versioning) String() string {
	switch v.Status {
	case "":
		return "never"
	case "Enabled":
		return "on"
	case "Suspended":
		return "suspended"
	}
	return v.Status
}

// Encryption is a bucket's default encryption: its one rule.
type Encryption struct {
	Algorithm string // AES256, aws:kms, aws:kms:dsse
	KeyID     string // as it was set, "" for S3's own or the AWS managed key
	BucketKey bool
	Blocked   []string // encryption types that writes may not use, such as SSE-C
	Rules     int      // 0 when the server answered with an empty document
}

// String gives the encryption in the field's words, without the key.
func (e Encryption) String() string {
	switch e.Algorithm {
	case "AES256":
		return "SSE-S3"
	case "aws:kms":
		return "SSE-KMS"
	case "aws:kms:dsse":
		return "DSSE-KMS"
	case "":
		return "none"
	}
	return e.Algorithm
}

// Lock is a bucket's Object Lock configuration.
type Lock struct {
	Enabled     bool
	Mode        string // of the default retention: GOVERNANCE, COMPLIANCE, "" for none
	Days, Years int32
}

// String gives the lock in few words.
func (l Lock) String() string {
	switch {
	case !l.Enabled:
		return "off"
	case l.Mode == "":
		return "on"
	case l.Years > 0:
		return fmt.Sprintf("%s %dy", strings.ToLower(l.Mode), l.Years)
	}
	return fmt.Sprintf("%s %dd", strings.ToLower(l.Mode), l.Days)
}

// Logging is where a bucket's access log goes. The zero value is a bucket that keeps none.
type Logging struct{ Target, Prefix string }

// Tag is one tag of a bucket.
type Tag struct{ Key, Value string }

// System reports whether the tag belongs to AWS itself: it must be sent back unchanged with every change.
func (t Tag) System() bool { return strings.HasPrefix(t.Key, "aws:") }

// Owner is the account that a bucket belongs to, by its canonical id.
type Owner struct{ ID, Name string }

// Facts are what is known of one bucket. Each is read on its own and may be denied on its own.
type Facts struct {
	Region       awsops.Reading[string]
	Versioning   awsops.Reading[Versioning]
	Encryption   awsops.Reading[Encryption]
	PolicyPublic awsops.Reading[bool]
	ACL          awsops.Reading[ACL]
	Block        awsops.Reading[Block]
	AccountBlock awsops.Reading[Block] // of the account of the caller
	Ownership    awsops.Reading[string]
	Lock         awsops.Reading[Lock]
	Logging      awsops.Reading[Logging]
	Tags         awsops.Reading[[]Tag]
	Lifecycle    awsops.Reading[[]lifecycle.Rule]
	Replication  awsops.Reading[[]string] // ARNs of the destination buckets
}

// Public gives the verdict on public access.
func (f Facts) Public() Public {
	return PublicVerdict(PublicInputs{PolicyIsPublic: f.PolicyPublic, ACL: f.ACL, Ownership: f.Ownership, Bucket: f.Block, Account: f.AccountBlock})
}

// Owner gives the bucket's owner, which its ACL names.
func (f Facts) Owner() awsops.Reading[Owner] {
	a := f.ACL
	return awsops.Reading[Owner]{State: a.State, Value: Owner{a.Value.OwnerID, a.Value.OwnerName}, Err: a.Err, At: a.At, Source: a.Source}
}

// Fact names one of the Facts.
type Fact uint8

// The facts, in the order in which they are read.
const (
	FactVersioning Fact = iota
	FactEncryption
	FactBlock
	FactPolicyPublic
	FactOwnership
	FactACL
	FactAccountBlock
	FactLock
	FactLogging
	FactRegion
	FactTags
	FactLifecycle
	FactReplication
	facts
)

// Columns are the facts that a list of buckets shows, Everything all there are.
var (
	Columns = []Fact{FactRegion, FactVersioning, FactEncryption, FactBlock, FactPolicyPublic, FactOwnership, FactACL,
		FactAccountBlock, FactLock, FactLogging}
	Everything = append(Columns[:len(Columns):len(Columns)], FactTags, FactLifecycle, FactReplication)
)
