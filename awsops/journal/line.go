package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"unicode/utf8"
)

// line is one line of journal.jsonl: exactly one of its fields is set.
type line struct {
	Schema int     `json:"schema,omitempty"` // the first line, and only that one
	Start  *Entry  `json:"start,omitempty"`
	At     *at     `json:"at,omitempty"`
	End    *end    `json:"end,omitempty"`
	Serial *serial `json:"serial,omitempty"`
}

type at struct {
	ID      string          `json:"id"`
	Cursor  json.RawMessage `json:"cursor,omitempty"`
	Reached int64           `json:"reached,omitempty"`
}

type end struct {
	ID string `json:"id"`
	Result
}

type serial struct {
	Account string `json:"account"`
	Serial  string `json:"serial"`
	Forget  bool   `json:"forget,omitempty"`
}

func header() []byte { return fmt.Appendf(nil, "{\"schema\":%d}\n", Schema) }

// Text is a string whose bytes may be no UTF-8, as an object key's. Valid text is written as a JSON string, anything
// else as {"base64": "…"}, so that a key read back is the key that was written.
type Text string

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(rawText{Base64: []byte(t)})
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("{")) {
		var raw rawText
		if err := json.Unmarshal(b, &raw); err != nil {
			return err
		}
		*t = Text(raw.Base64)
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = Text(s)
	return nil
}

type rawText struct {
	Base64 []byte `json:"base64"`
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)

// checkID says whether id can name a file, whatever the file system.
func checkID(id string) error {
	if !idForm.MatchString(id) {
		return fmt.Errorf("%w: %.100q", ErrID, id)
	}
	return nil
}
