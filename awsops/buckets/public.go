package buckets

import (
	"fmt"
	"strings"

	"cooper/awsops"
)

// Block is one level's public access block: the bucket's own or the account's. The zero value is
// what a level without a configuration has.
type Block struct {
	BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool
}

// All reports whether all four settings are on.
func (b Block) All() bool {
	return b.BlockPublicAcls && b.IgnorePublicAcls && b.BlockPublicPolicy && b.RestrictPublicBuckets
}

// String names the settings that are on, or says that none is.
func (b Block) String() string {
	if b.All() {
		return "all four on"
	}
	var on []string
	for _, f := range []struct {
		on   bool
		name string
	}{
		{b.BlockPublicAcls, "BlockPublicAcls"}, {b.IgnorePublicAcls, "IgnorePublicAcls"},
		{b.BlockPublicPolicy, "BlockPublicPolicy"}, {b.RestrictPublicBuckets, "RestrictPublicBuckets"},
	} {
		if f.on {
			on = append(on, f.name)
		}
	}
	if on == nil {
		return "all four off"
	}
	return strings.Join(on, ", ") + " on"
}

// flags writes all four for the AWS CLI.
func (b Block) flags() string {
	return fmt.Sprintf("BlockPublicAcls=%t,IgnorePublicAcls=%t,BlockPublicPolicy=%t,RestrictPublicBuckets=%t",
		b.BlockPublicAcls, b.IgnorePublicAcls, b.BlockPublicPolicy, b.RestrictPublicBuckets)
}

// Exposure is whether strangers can reach a bucket.
type Exposure uint8

// The verdicts on public access. ObjectsMayBePublic: the bucket is not, but ACLs of single objects count.
const (
	CantTell Exposure = iota
	NotPublic
	ObjectsMayBePublic
	IsPublic
)

// String gives the verdict in words.
func (e Exposure) String() string {
	return [...]string{"can't tell", "not public", "objects may be public", "PUBLIC"}[e]
}

// Public is the verdict on public access, with the level that decides it ("policy", "ACL", "bucket
// block", "account block", "ownership" or "") and the reason as a sentence.
type Public struct {
	Exposure Exposure
	Level    string
	Reason   string
}

// PublicInputs are the facts that public access follows from.
type PublicInputs struct {
	PolicyIsPublic awsops.Reading[bool]   // GetBucketPolicyStatus; Absent without a policy
	ACL            awsops.Reading[ACL]    // GetBucketAcl
	Ownership      awsops.Reading[string] // GetBucketOwnershipControls; Absent means ObjectWriter
	Bucket         awsops.Reading[Block]  // GetPublicAccessBlock; Absent means all off
	Account        awsops.Reading[Block]  // the account's; Absent means all off
}

// PublicVerdict says whether a bucket is public. Block Public Access takes the most restrictive of
// account and bucket: RestrictPublicBuckets takes the public out of a public policy, and
// IgnorePublicAcls out of ACLs, as does the ownership BucketOwnerEnforced. A fact that could not be
// read makes the verdict "can't tell" only when the answer hangs on it.
// Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage".
func PublicVerdict(in PublicInputs) Public {
	policy, acl := policyExposure(in), aclExposure(in)
	for _, want := range []Exposure{IsPublic, CantTell, ObjectsMayBePublic} {
		for _, p := range []Public{policy, acl} {
			if p.Exposure == want {
				return p
			}
		}
	}
	if policy.Level != "policy" && policy.Level != "" {
		return policy // a block that holds back a public policy is the more telling reason
	}
	if level := blockLevel(in, Block.All); level != "" {
		return Public{Exposure: NotPublic, Level: level, Reason: "The " + level + " has all four settings on."}
	}
	return Public{Exposure: NotPublic, Level: acl.Level, Reason: policy.Reason + " " + acl.Reason}
}

func policyExposure(in PublicInputs) Public {
	switch in.PolicyIsPublic.State {
	case awsops.Absent:
		return Public{Exposure: NotPublic, Level: "policy", Reason: "There is no bucket policy."}
	case awsops.Known:
		if !in.PolicyIsPublic.Value {
			return Public{Exposure: NotPublic, Level: "policy", Reason: "The policy grants nothing to the public."}
		}
	}
	restrict := func(b Block) bool { return b.RestrictPublicBuckets }
	if level := blockLevel(in, restrict); level != "" {
		return Public{Exposure: NotPublic, Level: level, Reason: "RestrictPublicBuckets of the " + level + " keeps the public out, whatever the policy says."}
	}
	if in.PolicyIsPublic.State != awsops.Known {
		return Public{Level: "policy", Reason: "Whether the policy is public is " + why(in.PolicyIsPublic.State) + "."}
	}
	if what, unread := blockUnread(in); unread != awsops.Known {
		return Public{Level: what, Reason: "The policy is public; whether the " + what + " holds it back is " + why(unread) + "."}
	}
	return Public{Exposure: IsPublic, Level: "policy", Reason: "The bucket policy grants access to the public and no block holds it back."}
}

func aclExposure(in PublicInputs) Public {
	if in.Ownership.State == awsops.Known && in.Ownership.Value == OwnerEnforced {
		return Public{Exposure: NotPublic, Level: "ownership", Reason: "ACLs are off (BucketOwnerEnforced)."}
	}
	ignore := func(b Block) bool { return b.IgnorePublicAcls }
	if level := blockLevel(in, ignore); level != "" {
		return Public{Exposure: NotPublic, Level: level, Reason: "IgnorePublicAcls of the " + level + " is on."}
	}
	if in.ACL.State == awsops.Unsupported {
		return Public{Exposure: NotPublic, Level: "ACL", Reason: "The server has no ACLs."}
	}
	if in.ACL.State != awsops.Known {
		return Public{Level: "ACL", Reason: "The ACL is " + why(in.ACL.State) + "."}
	}
	if who := in.ACL.Value.PublicTo(); who != "" {
		return publicACL(in, who)
	}
	if _, unread := blockUnread(in); unread == awsops.Known && answered(in.Ownership.State) {
		return Public{Exposure: ObjectsMayBePublic, Level: "ACL", Reason: "The bucket's ACL is private, but ACLs are on and single objects may grant the public access."}
	}
	return Public{Exposure: ObjectsMayBePublic, Level: "ACL", Reason: "The bucket's ACL is private; whether ACLs of single objects count could not be read."}
}

// publicACL is the verdict for a bucket whose ACL names the public and that nothing is known to hold back.
func publicACL(in PublicInputs, who string) Public {
	what, unread := blockUnread(in)
	switch {
	case !answered(in.Ownership.State):
		return Public{Level: "ownership", Reason: "The ACL grants access to " + who + "; whether ACLs are on is " + why(in.Ownership.State) + "."}
	case unread != awsops.Known:
		return Public{Level: what, Reason: "The ACL grants access to " + who + "; whether the " + what + " ignores it is " + why(unread) + "."}
	}
	return Public{Exposure: IsPublic, Level: "ACL", Reason: "The bucket's ACL grants access to " + who + "."}
}

// answered reports whether a state says something about a setting: a server without it doesn't have it on.
func answered(s awsops.State) bool {
	return s == awsops.Known || s == awsops.Absent || s == awsops.Unsupported
}

// blockLevel names the level whose known block has the setting on, the account first since nobody
// can change it from within the bucket. "" when neither is known to.
func blockLevel(in PublicInputs, on func(Block) bool) string {
	if b, ok := in.Account.Get(); ok && on(b) {
		return "account block"
	}
	if b, ok := in.Bucket.Get(); ok && on(b) {
		return "bucket block"
	}
	return ""
}

// blockUnread names a block level that could not be read and its state, or Known.
func blockUnread(in PublicInputs) (string, awsops.State) {
	for _, l := range []struct {
		name  string
		state awsops.State
	}{{"bucket block", in.Bucket.State}, {"account block", in.Account.State}} {
		if !answered(l.state) {
			return l.name, l.state
		}
	}
	return "", awsops.Known
}

func why(s awsops.State) string {
	switch s {
	case awsops.Denied:
		return "denied to you"
	case awsops.Unsupported:
		return "not something this server answers"
	case awsops.Failed:
		return "unknown, the call failed"
	case awsops.Loading, awsops.Unread:
		return "not read yet"
	}
	return "known"
}
