package versions

import (
	"encoding/base64"
	"encoding/json"

	"cooper/awsops"
)

// exact is text that JSON keeps byte for byte: keys may hold bytes that JSON strings can't.
type exact string

// MarshalJSON writes base64.
func (e exact) MarshalJSON() ([]byte, error) {
	return json.Marshal(base64.StdEncoding.EncodeToString([]byte(e)))
}

// UnmarshalJSON reads base64.
func (e *exact) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	*e = exact(raw)
	return err
}

// Selection is what a planner is asked to act on: named entries, or everything under a prefix.
type Selection struct {
	Bucket string
	Under  bool   // everything under Prefix, which may be ""; Entries are not looked at
	Prefix string // begins the keys
	// Noncurrent takes only versions and markers that are not the current ones of their keys.
	Noncurrent bool
	Entries    []awsops.Entry
	// Bypass deletes versions under governance retention too (x-amz-bypass-governance-retention).
	Bypass bool
	Serial string // the MFA device to suggest
}

// MarshalJSON keeps keys byte for byte.
func (s Selection) MarshalJSON() ([]byte, error) {
	p := params{Bucket: s.Bucket, Under: s.Under, Prefix: exact(s.Prefix), Noncurrent: s.Noncurrent, Bypass: s.Bypass, Serial: s.Serial}
	for _, e := range s.Entries {
		p.Entries = append(p.Entries, kept{exact(e.Key), e.VersionID, e.Size, e.Marker, e.ETag})
	}
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Selection) UnmarshalJSON(b []byte) error {
	var p params
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	*s = Selection{Bucket: p.Bucket, Under: p.Under, Prefix: string(p.Prefix), Noncurrent: p.Noncurrent, Bypass: p.Bypass, Serial: p.Serial}
	for _, k := range p.Entries {
		s.Entries = append(s.Entries, awsops.Entry{Key: string(k.Key), VersionID: k.Version, Size: k.Size, Marker: k.Marker, ETag: k.ETag})
	}
	return nil
}

// params is how a Selection is kept in a journal.
type params struct {
	Bucket     string `json:"bucket"`
	Under      bool   `json:"under,omitempty"`
	Prefix     exact  `json:"prefix,omitempty"`
	Noncurrent bool   `json:"noncurrent,omitempty"`
	Bypass     bool   `json:"bypass,omitempty"`
	Serial     string `json:"serial,omitempty"`
	Entries    []kept `json:"entries,omitempty"`
}

// kept is one entry in a journal.
type kept struct {
	Key     exact  `json:"k"`
	Version string `json:"v,omitempty"`
	Size    int64  `json:"s,omitempty"`
	Marker  bool   `json:"m,omitempty"`
	ETag    string `json:"e,omitempty"`
}
