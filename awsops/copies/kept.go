package copies

import (
	"encoding/base64"
	"encoding/json"

	"cooper/awsops"
	"cooper/awsops/existing"
	"cooper/awsops/sse"
)

// exact is text that JSON keeps byte for byte.
func exact(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// kept is a Spec in a journal; keys are base64.
type kept struct {
	From, Prefix, Base, To, Into string
	Under, Move                  bool
	Replace                      bool            `json:",omitempty"` // of journals before there was a choice
	Existing                     existing.Choice `json:",omitempty"`
	Encryption                   *sse.Choice     `json:",omitempty"`
	Keys                         []keptKey       `json:",omitempty"`
}

type keptKey struct {
	K, E string
	S    int64
}

// MarshalJSON keeps keys byte for byte.
func (s Spec) MarshalJSON() ([]byte, error) {
	k := kept{From: s.From, Prefix: exact(s.Prefix), Base: exact(s.Base), To: s.To, Into: exact(s.Into), Under: s.Under, Move: s.Move, Existing: s.Existing, Encryption: s.Encryption}
	for _, e := range s.Entries {
		k.Keys = append(k.Keys, keptKey{exact(e.Key), e.ETag, e.Size})
	}
	return json.Marshal(k)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Spec) UnmarshalJSON(raw []byte) error {
	var k kept
	if err := json.Unmarshal(raw, &k); err != nil {
		return err
	}
	var bad error
	plain := func(text string) string {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			bad = err
		}
		return string(b)
	}
	*s = Spec{From: k.From, Prefix: plain(k.Prefix), Base: plain(k.Base), To: k.To, Into: plain(k.Into), Under: k.Under, Move: k.Move, Existing: k.Existing, Encryption: k.Encryption}
	if k.Replace {
		s.Existing = existing.Replace
	}
	for _, e := range k.Keys {
		s.Entries = append(s.Entries, awsops.Entry{Key: plain(e.K), ETag: e.E, Size: e.S})
	}
	return bad
}
