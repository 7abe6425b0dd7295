package sandbox

import (
	"encoding/base64"
	"slices"

	"cooper/sandbox/kms"
)

// keyPage is the part of a list that a request asks for.
type keyPage struct {
	Limit  int
	Marker string
}

// cut gives the items of a page and the marker of the next, "" at the end. The marker is the name of the last item.
func cut[T any](p keyPage, most int, all []T, name func(T) string) ([]T, string, error) {
	if p.Limit == 0 {
		p.Limit = most / 10
	}
	if p.Limit < 1 || p.Limit > most {
		return nil, "", newError(400, "ValidationException", "1 validation error detected: Value '"+itoa(p.Limit)+"' at 'limit' failed to satisfy constraint: "+
			"Member must have value less than or equal to "+itoa(most))
	}
	if p.Marker != "" {
		raw, err := base64.StdEncoding.DecodeString(p.Marker)
		if err != nil {
			return nil, "", newError(400, "InvalidMarkerException", "Invalid marker")
		}
		at := slices.IndexFunc(all, func(v T) bool { return name(v) > string(raw) })
		if at < 0 {
			return nil, "", nil
		}
		all = all[at:]
	}
	if len(all) <= p.Limit {
		return all, "", nil
	}
	return all[:p.Limit], base64.StdEncoding.EncodeToString([]byte(name(all[p.Limit-1]))), nil
}

type truncation struct {
	Truncated  bool
	NextMarker string `json:",omitempty"`
}

func listKeys(c *call, body []byte) (any, error) {
	in, err := take[keyPage](body)
	if err != nil {
		return nil, err
	}
	if err := c.server.hooks.authorize(c, "kms:ListKeys", "*"); err != nil {
		return nil, err
	}
	keys, next, err := cut(in, 1000, c.server.kms.Keys(c.region(), c.id.who.Account), func(k kms.Key) string { return k.ID })
	if err != nil {
		return nil, err
	}
	type entry struct {
		KeyID  string `json:"KeyId"`
		KeyArn string
	}
	list := make([]entry, 0, len(keys))
	for _, k := range keys {
		list = append(list, entry{k.ID, k.ARN()})
	}
	return struct {
		Keys []entry
		truncation
	}{list, truncation{next != "", next}}, nil
}

func listAliases(c *call, body []byte) (any, error) {
	in, err := take[struct {
		keyPage
		KeyID string `json:"KeyId"`
	}](body)
	if err != nil {
		return nil, err
	}
	if err := c.server.hooks.authorize(c, "kms:ListAliases", "*"); err != nil {
		return nil, err
	}
	all := c.server.kms.Aliases(c.region(), c.id.who.Account)
	if in.KeyID != "" {
		k, err := c.findKey(in.KeyID)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(a kms.Alias) bool { return a.KeyID != k.ID })
	}
	aliases, next, err := cut(in.keyPage, 100, all, func(a kms.Alias) string { return a.Name })
	if err != nil {
		return nil, err
	}
	type entry struct {
		AliasName, AliasArn string
		TargetKeyID         string  `json:"TargetKeyId"`
		CreationDate        float64 `json:",omitempty"`
		LastUpdatedDate     float64 `json:",omitempty"`
	}
	list := make([]entry, 0, len(aliases))
	for _, a := range aliases {
		at := float64(a.Created.Unix())
		list = append(list, entry{a.Name, a.ARN(), a.KeyID, at, at})
	}
	return struct {
		Aliases []entry
		truncation
	}{list, truncation{next != "", next}}, nil
}

// keyMetadata is what DescribeKey says of a key.
type keyMetadata struct {
	AWSAccountID          string `json:"AWSAccountId"`
	KeyID                 string `json:"KeyId"`
	Arn                   string
	CreationDate          float64
	Enabled               bool
	Description           string
	KeyUsage              string
	KeyState              string
	DeletionDate          float64 `json:",omitempty"`
	Origin                string
	KeyManager            string
	CustomerMasterKeySpec string
	KeySpec               string
	EncryptionAlgorithms  []string `json:",omitempty"`
	MultiRegion           bool
}

func describeKey(c *call, body []byte) (any, error) {
	in, err := take[struct {
		KeyID string `json:"KeyId"`
	}](body)
	if err != nil {
		return nil, err
	}
	k, err := c.keyFor("DescribeKey", in.KeyID, nil)
	if err != nil {
		return nil, err
	}
	m := keyMetadata{AWSAccountID: k.Account, KeyID: k.ID, Arn: k.ARN(), CreationDate: float64(k.Created.Unix()), Enabled: k.State == kms.Enabled,
		Description: k.Description, KeyUsage: k.Usage, KeyState: k.State, Origin: k.Origin, KeyManager: k.Manager,
		CustomerMasterKeySpec: k.Spec, KeySpec: k.Spec, MultiRegion: k.MultiRegion}
	if k.State == kms.PendingDeletion {
		m.DeletionDate = float64(k.Deleted.Unix())
	}
	if k.Spec == "SYMMETRIC_DEFAULT" {
		m.EncryptionAlgorithms = []string{k.Spec}
	}
	return map[string]any{"KeyMetadata": m}, nil
}
