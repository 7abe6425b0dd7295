package kms

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cooper/awsops"
)

// Key is a KMS key as DescribeKey tells it.
type Key struct {
	ARN, ID     string
	Account     string // of the owner
	Region      string
	Description string
	State       string // Enabled, Disabled, PendingDeletion, PendingImport, PendingReplicaDeletion, Unavailable, Creating, Updating
	Manager     string // AWS or CUSTOMER
	Usage       string // ENCRYPT_DECRYPT, SIGN_VERIFY, …
	Spec        string // SYMMETRIC_DEFAULT, RSA_2048, …
	Origin      string // AWS_KMS, EXTERNAL, AWS_CLOUDHSM, EXTERNAL_KEY_STORE
	MultiRegion bool
	Created     time.Time
	Deleted     time.Time // when a key that is pending deletion will be gone; zero else
	Expires     time.Time // when imported key material expires; zero for never
}

// Enabled reports whether the key can be used now.
func (k Key) Enabled() bool { return k.State == "Enabled" }

// Doomed reports whether the key is on its way to being deleted.
func (k Key) Doomed() bool {
	return k.State == "PendingDeletion" || k.State == "PendingReplicaDeletion"
}

// ForS3 says why S3 can't encrypt a bucket of a region with the key, "" when it can.
func (k Key) ForS3(region string) string {
	switch {
	case k.Region != region:
		return "The key is in " + k.Region + ", and a bucket is encrypted with keys of its own region, " + region + "."
	case k.Usage != "ENCRYPT_DECRYPT":
		return "The key is for " + k.Usage + ", not for encryption."
	case k.Spec != "SYMMETRIC_DEFAULT":
		return "The key is " + k.Spec + ", and S3 encrypts with symmetric keys only."
	case k.Doomed() && !k.Deleted.IsZero():
		return "The key is pending deletion and gone on " + k.Deleted.UTC().Format("2006-01-02") + ": nothing can be encrypted or read with it."
	case k.Doomed():
		return "The key is pending deletion: nothing can be encrypted or read with it."
	case !k.Enabled():
		return "The key's state is " + k.State + ": nothing can be encrypted or read with it."
	}
	return ""
}

// Alias is another name of a key.
type Alias struct {
	Name, ARN string
	KeyID     string // "" for an alias that AWS keeps for a managed key which isn't made yet
}

// metadata is KeyMetadata of the API.
type metadata struct {
	Arn, KeyId, AWSAccountId, Description, KeyState, KeyManager, KeyUsage, KeySpec, CustomerMasterKeySpec, Origin string //nolint:revive // the API's names
	MultiRegion                                                                                                   bool
	CreationDate, DeletionDate, ValidTo                                                                           float64
}

func (m metadata) key() Key {
	k := Key{ARN: m.Arn, ID: m.KeyId, Account: m.AWSAccountId, Description: m.Description, State: m.KeyState, Manager: m.KeyManager,
		Usage: m.KeyUsage, Spec: m.KeySpec, Origin: m.Origin, MultiRegion: m.MultiRegion,
		Created: instant(m.CreationDate), Deleted: instant(m.DeletionDate), Expires: instant(m.ValidTo)}
	if k.Spec == "" {
		k.Spec = m.CustomerMasterKeySpec
	}
	if n, err := ParseName(m.Arn); err == nil {
		k.Region = n.Region
	}
	return k
}

// instant reads seconds since 1970; zero stays zero.
func instant(seconds float64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC()
}

// Describe asks for one key by its ARN, id or alias. An id or alias is one of the caller's account. Errors are *Error:
// NotFoundException for one that isn't in that region, AccessDeniedException.
func Describe(ctx context.Context, r *awsops.Reader, region, key string) (Key, error) {
	var out struct{ KeyMetadata metadata }
	if err := ask(ctx, r, region, "DescribeKey", map[string]string{"KeyId": key}, &out); err != nil {
		return Key{}, err
	}
	return out.KeyMetadata.key(), nil
}

// Reading is Describe as a fact: absent means that the region knows no such key.
func Reading(ctx context.Context, r *awsops.Reader, region, key string) awsops.Reading[Key] {
	k, err := Describe(ctx, r, region, key)
	return awsops.Read("DescribeKey", r.Now(), k, err, "NotFoundException")
}

// Aliases lists a region's aliases, those of AWS managed keys among them; key "" lists those of every key. The aliases of
// another account's key are that account's to list.
func Aliases(ctx context.Context, r *awsops.Reader, region, key string) ([]Alias, error) {
	var all []Alias
	err := pages(func(marker string) (string, error) {
		in := map[string]any{"Limit": 100}
		if key != "" {
			in["KeyId"] = key
		}
		if marker != "" {
			in["Marker"] = marker
		}
		var out struct {
			Aliases    []struct{ AliasName, AliasArn, TargetKeyId string } //nolint:revive // the API's names
			NextMarker string
		}
		err := ask(ctx, r, region, "ListAliases", in, &out)
		for _, a := range out.Aliases {
			all = append(all, Alias{a.AliasName, a.AliasArn, a.TargetKeyId})
		}
		return out.NextMarker, err
	})
	return all, err
}

func pages(next func(marker string) (string, error)) error {
	for marker := ""; ; {
		more, err := next(marker)
		if err != nil || more == "" || more == marker {
			return err
		}
		marker = more
	}
}

// Listed is a key of a list: what the list says for sure, and what could be learned of it.
type Listed struct {
	ARN, ID string
	Aliases []string // with their alias/
	Key     awsops.Reading[Key]
}

// Alias gives the first alias, "" for none.
func (l Listed) Alias() string {
	if len(l.Aliases) == 0 {
		return ""
	}
	return l.Aliases[0]
}

// describing is how many DescribeKey calls are in flight while a list is made.
const describing = 8

// Keys lists the keys of the account in a region with their aliases, and describes each: that may be denied for one and
// allowed for another. Those that S3 can use come first, then by alias. The error is ListKeys' alone.
func Keys(ctx context.Context, r *awsops.Reader, region string) ([]Listed, error) {
	var all []Listed
	err := pages(func(marker string) (string, error) {
		in := map[string]any{"Limit": 1000}
		if marker != "" {
			in["Marker"] = marker
		}
		var out struct {
			Keys       []struct{ KeyId, KeyArn string } //nolint:revive // the API's names
			NextMarker string
		}
		err := ask(ctx, r, region, "ListKeys", in, &out)
		for _, k := range out.Keys {
			all = append(all, Listed{ARN: k.KeyArn, ID: k.KeyId})
		}
		return out.NextMarker, err
	})
	if err != nil {
		return nil, err
	}
	fill(ctx, r, region, all)
	slices.SortStableFunc(all, func(a, b Listed) int { return strings.Compare(order(a, region), order(b, region)) })
	return all, nil
}

// fill adds aliases and descriptions, side by side.
func fill(ctx context.Context, r *awsops.Reader, region string, all []Listed) {
	names := map[string][]string{}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(describing)
	g.Go(func() error {
		aliases, err := Aliases(ctx, r, region, "")
		if err != nil {
			return nil //nolint:nilerr // keys without their aliases are worth showing
		}
		mu.Lock()
		defer mu.Unlock()
		for _, a := range aliases {
			names[a.KeyID] = append(names[a.KeyID], a.Name)
		}
		return nil
	})
	for i := range all {
		g.Go(func() error {
			all[i].Key = Reading(ctx, r, region, all[i].ARN)
			return nil
		})
	}
	_ = g.Wait() // nothing in it fails
	for i := range all {
		all[i].Aliases = names[all[i].ID]
	}
}

// order sorts what can be used before what can't, the customer's before AWS's, and what has a name before what has none.
func order(l Listed, region string) string {
	k, known := l.Key.Get()
	rank := "2"
	switch {
	case known && k.ForS3(region) == "" && k.Manager == "CUSTOMER":
		rank = "0"
	case known && k.ForS3(region) == "":
		rank = "1"
	case known && k.Manager == "AWS":
		rank = "3"
	}
	if l.Alias() == "" {
		return rank + "\xff" + l.ID
	}
	return rank + l.Alias()
}
