package buckets

import (
	"strings"
	"testing"

	"cooper/awsops"
)

func known[T any](v T) awsops.Reading[T] { return awsops.Reading[T]{State: awsops.Known, Value: v} }

func state[T any](s awsops.State) awsops.Reading[T] { return awsops.Reading[T]{State: s} }

func TestThePublicVerdictNamesTheLevelThatDecides(t *testing.T) {
	all := known(Block{true, true, true, true})
	off := state[Block](awsops.Absent)
	private := known(ACL{OwnerID: "o", Grants: []Grant{{ID: "o", Permission: "FULL_CONTROL"}}})
	open := known(ACL{OwnerID: "o", Grants: []Grant{{ID: "o", Permission: "FULL_CONTROL"}, {URI: groupAll, Permission: "READ"}}})
	enforced, writer := known(OwnerEnforced), state[string](awsops.Absent)
	noPolicy, yes, no := state[bool](awsops.Absent), known(true), known(false)
	denied := state[Block](awsops.Denied)
	cases := []struct {
		name   string
		in     PublicInputs
		want   Exposure
		level  string
		reason string
	}{
		{"a new bucket", PublicInputs{noPolicy, private, enforced, all, off}, NotPublic, "bucket block", "all four"},
		{"the account decides over the bucket", PublicInputs{noPolicy, private, enforced, all, all}, NotPublic, "account block", "all four"},
		{"no blocks but nothing public", PublicInputs{no, private, enforced, off, off}, NotPublic, "ownership", "ACLs are off"},
		{"public policy", PublicInputs{yes, private, enforced, off, off}, IsPublic, "policy", "no block"},
		{"public policy held by the account", PublicInputs{yes, private, enforced, off, all}, NotPublic, "account block", "RestrictPublicBuckets"},
		{"public policy held by the bucket", PublicInputs{yes, private, enforced, known(Block{RestrictPublicBuckets: true}), off}, NotPublic, "bucket block", "RestrictPublicBuckets"},
		{"blocking new policies does not hold an old one", PublicInputs{yes, private, enforced, known(Block{BlockPublicPolicy: true}), off}, IsPublic, "policy", ""},
		{"public policy, account block denied", PublicInputs{yes, private, enforced, off, denied}, CantTell, "account block", "denied"},
		{"account block denied but the bucket's holds", PublicInputs{yes, private, enforced, all, denied}, NotPublic, "bucket block", ""},
		{"policy status denied, blocks off", PublicInputs{state[bool](awsops.Denied), private, enforced, off, off}, CantTell, "policy", "denied"},
		{"policy status denied but held", PublicInputs{state[bool](awsops.Denied), private, enforced, all, off}, NotPublic, "bucket block", ""},
		{"policy status failed", PublicInputs{state[bool](awsops.Failed), private, enforced, off, off}, CantTell, "policy", "failed"},
		{"public ACL", PublicInputs{noPolicy, open, writer, off, off}, IsPublic, "ACL", "everyone (READ)"},
		{"public ACL, ACLs off", PublicInputs{noPolicy, open, enforced, off, off}, NotPublic, "ownership", ""},
		{"public ACL ignored by the bucket", PublicInputs{noPolicy, open, writer, known(Block{IgnorePublicAcls: true}), off}, NotPublic, "bucket block", ""},
		{"blocking new ACLs does not hold an old one", PublicInputs{noPolicy, open, writer, known(Block{BlockPublicAcls: true}), off}, IsPublic, "ACL", ""},
		{"public ACL, ownership denied", PublicInputs{noPolicy, open, state[string](awsops.Denied), off, off}, CantTell, "ownership", "denied"},
		{"public ACL, account block unread", PublicInputs{noPolicy, open, writer, off, state[Block](awsops.Loading)}, CantTell, "account block", "not read yet"},
		{"ACLs on and private", PublicInputs{noPolicy, private, writer, off, off}, ObjectsMayBePublic, "ACL", "single objects"},
		{"ACL denied", PublicInputs{noPolicy, state[ACL](awsops.Denied), writer, off, off}, CantTell, "ACL", "denied"},
		{"nothing read yet", PublicInputs{}, CantTell, "policy", "not read yet"},
		{"a server without blocks, accounts or ACLs", PublicInputs{noPolicy, state[ACL](awsops.Unsupported),
			state[string](awsops.Unsupported), state[Block](awsops.Unsupported), state[Block](awsops.Unsupported)}, NotPublic, "ACL", "no bucket policy"},
		{"policy public although the ACL can't be read", PublicInputs{yes, state[ACL](awsops.Denied), writer, off, off}, IsPublic, "policy", ""},
	}
	for _, c := range cases {
		got := PublicVerdict(c.in)
		if got.Exposure != c.want || got.Level != c.level || !strings.Contains(got.Reason, c.reason) {
			t.Errorf("%s: got %s by %q (%s), want %s by %q", c.name, got.Exposure, got.Level, got.Reason, c.want, c.level)
		}
	}
}

func TestTheVerdictNeverSaysNotPublicWhileAPublicPolicyMayApply(t *testing.T) {
	states := []awsops.State{awsops.Unread, awsops.Loading, awsops.Denied, awsops.Failed}
	for _, bucket := range states {
		for _, account := range states {
			in := PublicInputs{known(true), known(ACL{}), known(OwnerEnforced), state[Block](bucket), state[Block](account)}
			if got := PublicVerdict(in); got.Exposure != CantTell {
				t.Errorf("blocks %s and %s: got %s", bucket, account, got.Exposure)
			}
		}
	}
}

func TestGranteesAreNamedInWords(t *testing.T) {
	for _, c := range []struct {
		grant Grant
		want  string
	}{
		{Grant{URI: groupAll}, "everyone"},
		{Grant{URI: groupAuth}, "every AWS account"},
		{Grant{URI: groupLog}, "S3's log delivery"},
		{Grant{URI: "http://example.com/g"}, "the group http://example.com/g"},
		{Grant{ID: "o", Name: "me"}, "the owner"},
		{Grant{ID: "x", Name: "them"}, "them"},
		{Grant{ID: "0123456789abcdef"}, "canonical user 0123456789ab…"},
		{Grant{Email: "a@example.com"}, "a@example.com"},
		{Grant{}, "an unnamed grantee"},
	} {
		if got := c.grant.Grantee("o"); got != c.want {
			t.Errorf("%+v is called %q, want %q", c.grant, got, c.want)
		}
	}
	if (ACL{OwnerID: "o", Grants: []Grant{{ID: "o"}, {ID: "x"}}}).Private() {
		t.Error("an ACL with a grant to another user is called private")
	}
}
