// Package kms is the sandbox's AWS Key Management Service below the wire: keys and aliases with their states, data keys,
// and ciphertexts that open only with the key and the context they were made with.
//
// Sources: "AWS Key Management Service API Reference", "Key states of AWS KMS keys" and "Encryption context" of its
// Developer Guide.
package kms

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"cooper/sandbox/policy"
)

// Error is a refusal with the code and the words of the service.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, format string, args ...any) error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

// The states of a key.
const (
	Enabled         = "Enabled"
	Disabled        = "Disabled"
	PendingDeletion = "PendingDeletion"
	PendingImport   = "PendingImport"
)

// Key is a KMS key. A Store gives copies away.
type Key struct {
	ID, Region, Account string
	Description         string
	State               string // "" is Enabled
	Manager             string // AWS or CUSTOMER; "" is CUSTOMER
	Usage               string // "" is ENCRYPT_DECRYPT
	Spec                string // "" is SYMMETRIC_DEFAULT
	Origin              string // "" is AWS_KMS
	MultiRegion         bool
	Created             time.Time
	Deleted             time.Time        // when a key that is pending deletion goes
	Policy              *policy.Document // nil: the account's IAM policies decide
}

// ARN names the key.
func (k Key) ARN() string { return arnPrefix(k.Region, k.Account) + "key/" + k.ID }

// Managed says whether AWS manages the key.
func (k Key) Managed() bool { return k.Manager == "AWS" }

func arnPrefix(region, account string) string { return "arn:aws:kms:" + region + ":" + account + ":" }

// Alias is another name of a key, in one account and region.
type Alias struct {
	Name, Region, Account string
	KeyID                 string
	Created               time.Time
}

// ARN names the alias.
func (a Alias) ARN() string { return arnPrefix(a.Region, a.Account) + a.Name }

// Store holds the keys of all accounts. It is safe for concurrent use.
type Store struct {
	seed string
	rand io.Reader // guarded by mu

	mu      sync.Mutex
	keys    map[string]*Key // by ARN
	aliases map[string]*Alias
}

// New makes an empty store. What it encrypts opens in every store of the same seed; data keys and nonces are read from
// rand.
func New(seed string, rand io.Reader) *Store {
	return &Store{seed: seed, rand: rand, keys: map[string]*Key{}, aliases: map[string]*Alias{}}
}

// Add enters a key and its aliases ("alias/…"), over one of the same ARN.
func (s *Store) Add(k Key, aliases ...string) {
	for field, value := range map[*string]string{&k.State: Enabled, &k.Manager: "CUSTOMER", &k.Usage: "ENCRYPT_DECRYPT",
		&k.Spec: "SYMMETRIC_DEFAULT", &k.Origin: "AWS_KMS"} {
		if *field == "" {
			*field = value
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[k.ARN()] = &k
	for _, name := range aliases {
		a := Alias{Name: name, Region: k.Region, Account: k.Account, KeyID: k.ID, Created: k.Created}
		s.aliases[a.ARN()] = &a
	}
}

// SetState changes a key's state; deleted is when one that is pending deletion goes. It says whether there is such a key.
func (s *Store) SetState(arn, state string, deleted time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys[arn]
	if k == nil {
		return false
	}
	k.State, k.Deleted = state, deleted
	return true
}

// Remove deletes a key for good: nothing that it encrypted opens again.
func (s *Store) Remove(arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, arn)
}

// Find resolves what a caller of an account wrote for a key, in a region: an id, an alias, or the ARN of either.
func (s *Store) Find(name, region, account string) (Key, error) {
	arn, err := spellOut(name, region, account)
	if err != nil {
		return Key{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.Contains(arn, ":alias/") {
		a := s.aliases[arn]
		if a == nil {
			return Key{}, refuse("NotFoundException", "Alias %s is not found.", arn)
		}
		arn = arnPrefix(a.Region, a.Account) + "key/" + a.KeyID
	}
	k := s.keys[arn]
	if k == nil {
		return Key{}, refuse("NotFoundException", "Key '%s' does not exist", arn)
	}
	return *k, nil
}

// spellOut gives the ARN that a name stands for.
func spellOut(name, region, account string) (string, error) {
	switch {
	case strings.HasPrefix(name, "arn:"):
		parts := strings.SplitN(name, ":", 6)
		if len(parts) != 6 || parts[2] != "kms" || !strings.HasPrefix(parts[5], "key/") && !strings.HasPrefix(parts[5], "alias/") {
			return "", refuse("InvalidArnException", "%s is not a valid ARN", name)
		}
		if parts[3] != region {
			return "", refuse("NotFoundException", "Invalid arn %s", parts[3])
		}
		return name, nil
	case strings.HasPrefix(name, "alias/"):
		return arnPrefix(region, account) + name, nil
	case !isKeyID(name):
		return "", refuse("NotFoundException", "Invalid keyId '%s'", name)
	}
	return arnPrefix(region, account) + "key/" + name, nil
}

// isKeyID tells the two shapes of ids.
func isKeyID(id string) bool {
	digits := strings.TrimPrefix(id, "mrk-")
	if digits == id {
		parts := strings.Split(id, "-")
		if len(parts) != 5 || len(parts[0]) != 8 || len(parts[1]) != 4 || len(parts[2]) != 4 || len(parts[3]) != 4 || len(parts[4]) != 12 {
			return false
		}
		digits = strings.Join(parts, "")
	}
	_, err := hex.DecodeString(digits)
	return err == nil && len(digits) == 32
}

// Usable refuses a key that a cryptographic operation can't have.
func (k Key) Usable(operation string) error {
	switch {
	case k.State == Disabled:
		return refuse("DisabledException", "%s is disabled.", k.ARN())
	case k.State == PendingDeletion:
		return refuse("KMSInvalidStateException", "%s is pending deletion.", k.ARN())
	case k.State == PendingImport:
		return refuse("KMSInvalidStateException", "%s is pending import.", k.ARN())
	case k.State != Enabled:
		return refuse("KMSInvalidStateException", "%s is in an invalid state.", k.ARN())
	case k.Usage != "ENCRYPT_DECRYPT", k.Spec != "SYMMETRIC_DEFAULT" && strings.HasPrefix(operation, "GenerateDataKey"):
		return refuse("InvalidKeyUsageException", "%s key usage is %s which is not valid for %s.", k.ARN(), k.Usage, operation)
	}
	return nil
}

// Keys lists an account's keys in a region by id.
func (s *Store) Keys(region, account string) []Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Key
	for _, k := range s.keys {
		if k.Region == region && k.Account == account {
			out = append(out, *k)
		}
	}
	slices.SortFunc(out, func(a, b Key) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Aliases lists an account's aliases in a region by name.
func (s *Store) Aliases(region, account string) []Alias {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Alias
	for _, a := range s.aliases {
		if a.Region == region && a.Account == account {
			out = append(out, *a)
		}
	}
	slices.SortFunc(out, func(a, b Alias) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// material is the key itself, which never leaves.
func (s *Store) material(arn string) []byte {
	sum := sha256.Sum256([]byte("sandbox kms\x00" + s.seed + "\x00" + arn))
	return sum[:]
}
