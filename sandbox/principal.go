package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"cooper/sandbox/policy"
)

type principalKind uint8

const (
	anonymousPrincipal principalKind = iota
	rootPrincipal
	userPrincipal
	rolePrincipal
)

// principal is who signs a request. It is not changed once it is in the server's table.
type principal struct {
	Kind            principalKind
	Account         string // twelve digits
	ARN             string // arn:aws:iam::ACCOUNT:root, …:user/NAME, arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
	Name            string // user or role name, "" for root
	UserID          string // what aws:userid says: the account for root, AIDA… for users, AROA…:SESSION for roles
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // "" for long-term keys
	Policy          string // inline IAM policy document, "" for none
	MFA             bool   // a session that was begun with a one-time code
	Expires         int64  // Unix seconds; 0: never

	identity *policy.Document // Policy as addPrincipal read it; nil when there is none, or none that can be read
}

var anonymous = &principal{Kind: anonymousPrincipal}

// Credentials are an access key as a client signs with it.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // "" for long-term keys
}

// String keeps the secret out of logs.
func (c Credentials) String() string { return "Credentials{" + c.AccessKeyID + "}" }

// GoString keeps the secret out of %#v.
func (c Credentials) GoString() string { return c.String() }

func (p *principal) credentials() Credentials {
	return Credentials{p.AccessKeyID, p.SecretAccessKey, p.SessionToken}
}

// derived gives text that depends on the account and the name only, so a server has the same keys every time.
func derived(length int, parts ...string) string {
	sum := sha256.Sum256(fmt.Append(nil, parts))
	more := sha256.Sum256(sum[:])
	return hex.EncodeToString(append(sum[:], more[:]...))[:length]
}

func accessKeyFor(prefix, account, name string) (id, secret string) {
	raw := derived(32, account, name, "id")
	id = prefix
	for i := range 16 {
		id += string(upperAlphabet[(hexValue(raw[2*i])*16+hexValue(raw[2*i+1]))%32])
	}
	return id, derived(40, account, name, "secret")
}

func hexValue(b byte) int {
	if b >= 'a' {
		return int(b-'a') + 10
	}
	return int(b - '0')
}

func (s *Server) addPrincipal(p *principal) {
	if doc, err := policy.Parse([]byte(p.Policy)); err == nil {
		p.identity = doc
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.principals[p.AccessKeyID] = p
}

// findPrincipal returns the owner of an access key id, or nil.
func (s *Server) findPrincipal(accessKeyID string) *principal {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.principals[accessKeyID]
}

func (s *Server) addRoot(account string) *principal {
	id, secret := accessKeyFor("AKIA", account, "root")
	p := &principal{
		Kind: rootPrincipal, Account: account, ARN: "arn:aws:iam::" + account + ":root", UserID: account,
		AccessKeyID: id, SecretAccessKey: secret,
	}
	s.addPrincipal(p)
	return p
}

// Root returns the long-term keys of the account's root user.
func (s *Server) Root() Credentials {
	id, secret := accessKeyFor("AKIA", s.account, "root")
	return Credentials{AccessKeyID: id, SecretAccessKey: secret}
}

// AddUser makes an IAM user of the sandbox's account with an inline policy (a JSON document; "" allows
// nothing) and returns its long-term keys, which follow from account and name.
func (s *Server) AddUser(name, policy string) Credentials {
	return s.addUser(s.account, name, policy).credentials()
}

// AddForeignRoot adds the root user of another account, who owns what they create.
func (s *Server) AddForeignRoot(account string) Credentials { return s.addRoot(account).credentials() }

func (s *Server) addUser(account, name, policy string) *principal {
	id, secret := accessKeyFor("AKIA", account, "user/"+name)
	unique, _ := accessKeyFor("AIDA", account, "user/"+name+"/unique")
	p := &principal{
		Kind: userPrincipal, Account: account, Name: name, ARN: "arn:aws:iam::" + account + ":user/" + name,
		UserID: unique, AccessKeyID: id, SecretAccessKey: secret, Policy: policy,
	}
	s.addPrincipal(p)
	return p
}

// canonicalID is the 64 hexadecimal digits by which ACLs and listings name an account.
func canonicalID(account string) string { return derived(64, account, "canonical") }
