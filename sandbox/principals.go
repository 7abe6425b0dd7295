package sandbox

import "time"

// OtherAccount is a second account, whose root owns a bucket of the demo.
const OtherAccount = "444455556666"

// Names that Credentials knows.
const (
	RootUser     = "root"          // root of the account: long-term keys, an MFA device
	AdminUser    = "admin"         // IAM user who may do everything, without a device
	ReaderUser   = "reader"        // IAM user who may read, but not everything
	RootSession  = "root-session"  // temporary credentials of the root, for an hour
	AdminSession = "admin-session" // temporary credentials of the admin role, for twelve hours
	OtherRoot    = "other-root"    // root of OtherAccount, with a device of its own
	OperatorUser = "operator"      // IAM user with a device who may do little but assume roles
)

// MaintainerRole is a role that may do everything and is given only to who brings a one-time code.
const MaintainerRole = "maintainer"

// PartnerRole is a role that may do everything and is given only to who knows PartnerExternalID.
const (
	PartnerRole       = "partner"
	PartnerExternalID = "sandbox-external-id"
)

const operatorPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":["sts:AssumeRole",
"iam:ListMFADevices","s3:ListAllMyBuckets","s3:GetBucketLocation","s3:ListBucket"]}]}`

const adminPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// readerPolicy leaves out the reads of encryption, policy, logging and MFA devices: a person with these keys
// sees "denied" where others see a value.
const readerPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[
"s3:ListAllMyBuckets","s3:GetBucketLocation","s3:ListBucket","s3:ListBucketVersions","s3:ListBucketMultipartUploads",
"s3:ListMultipartUploadParts","s3:GetBucketVersioning","s3:GetBucketPublicAccessBlock","s3:GetBucketTagging",
"s3:GetBucketOwnershipControls","s3:GetBucketAcl","s3:GetBucketCORS","s3:GetLifecycleConfiguration",
"s3:GetBucketObjectLockConfiguration","s3:GetObject","s3:GetObjectVersion","s3:GetObjectAttributes",
"s3:GetObjectVersionAttributes","s3:GetObjectTagging","s3:GetObjectVersionTagging","sts:GetCallerIdentity"]}]}`

// addStandardPrincipals enters the principals that every sandbox has. Their keys follow from account and name,
// so they are the same in every run; sessions end by the server's clock.
func (s *Server) addStandardPrincipals() {
	s.addRoot(s.account)
	s.addRoot(OtherAccount)
	s.addUser(s.account, AdminUser, adminPolicy)
	s.addUser(s.account, ReaderUser, readerPolicy)
	s.addUser(s.account, OperatorUser, operatorPolicy)
	s.addSession(RootSession, &principal{Kind: rootPrincipal, ARN: "arn:aws:iam::" + s.account + ":root", UserID: s.account}, time.Hour)
	unique, _ := accessKeyFor("AROA", s.account, "role/"+AdminUser+"/unique")
	s.addSession(AdminSession, &principal{
		Kind: rolePrincipal, Name: AdminUser, UserID: unique + ":cooper", Policy: adminPolicy,
		ARN: "arn:aws:sts::" + s.account + ":assumed-role/" + AdminUser + "/cooper",
	}, 12*time.Hour)
}

func (s *Server) addSession(name string, p *principal, life time.Duration) {
	p.Account = s.account
	p.AccessKeyID, p.SecretAccessKey = accessKeyFor("ASIA", s.account, "session/"+name)
	p.SessionToken = "FwoGZXIvYXdz" + derived(96, s.account, name, "token")
	p.Expires = s.clock().Add(life).Unix()
	s.addPrincipal(p)
}

// Credentials returns the keys of one of the standard principals; ok is false for any other name.
func (s *Server) Credentials(name string) (_ Credentials, ok bool) {
	account, prefix, key := s.account, "AKIA", "user/"+name
	switch name {
	case RootUser:
		key = "root"
	case OtherRoot:
		account, key = OtherAccount, "root"
	case RootSession, AdminSession:
		prefix, key = "ASIA", "session/"+name
	}
	id, _ := accessKeyFor(prefix, account, key)
	p := s.findPrincipal(id)
	if p == nil {
		return Credentials{}, false
	}
	return p.credentials(), true
}
