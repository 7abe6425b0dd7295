package buckets

import "strings"

// The values of a bucket's object ownership (PutBucketOwnershipControls).
const (
	OwnerEnforced  = "BucketOwnerEnforced" // ACLs are off
	OwnerPreferred = "BucketOwnerPreferred"
	ObjectWriter   = "ObjectWriter" // what a bucket without ownership controls has
)

// The groups that S3 has for grantees of an ACL ("Access control list (ACL) overview").
const (
	groupAll  = "http://acs.amazonaws.com/groups/global/AllUsers"
	groupAuth = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
	groupLog  = "http://acs.amazonaws.com/groups/s3/LogDelivery"
)

// Grant is one grant of an ACL as S3 spells it: the grantee is one of a canonical user id, an e-mail
// address or a group's URI.
type Grant struct {
	ID, Name, Email, URI string
	Permission           string // FULL_CONTROL, READ, WRITE, READ_ACP, WRITE_ACP
}

// ACL is a bucket's access control list.
type ACL struct {
	OwnerID, OwnerName string
	Grants             []Grant
}

// Grantee gives the grantee of g in words, knowing the id of the bucket's owner.
func (g Grant) Grantee(ownerID string) string {
	switch {
	case g.URI == groupAll:
		return "everyone"
	case g.URI == groupAuth:
		return "every AWS account"
	case g.URI == groupLog:
		return "S3's log delivery"
	case g.URI != "":
		return "the group " + g.URI
	case g.Email != "":
		return g.Email
	case g.ID != "" && g.ID == ownerID:
		return "the owner"
	case g.Name != "":
		return g.Name
	case g.ID != "":
		return "canonical user " + shortID(g.ID)
	}
	return "an unnamed grantee"
}

// Public reports whether the grantee of g is everyone or every AWS account.
func (g Grant) Public() bool { return g.URI == groupAll || g.URI == groupAuth }

// PublicTo says to whom of the public the ACL grants something and what, "" for nobody.
func (a ACL) PublicTo() string {
	var parts []string
	for _, g := range a.Grants {
		if g.Public() {
			parts = append(parts, g.Grantee(a.OwnerID)+" ("+g.Permission+")")
		}
	}
	return strings.Join(parts, ", ")
}

// Private reports whether the ACL grants something to nobody but the owner.
func (a ACL) Private() bool {
	for _, g := range a.Grants {
		if g.ID == "" || g.ID != a.OwnerID {
			return false
		}
	}
	return true
}

func shortID(id string) string {
	if len(id) > 12 {
		return id[:12] + "…"
	}
	return id
}
