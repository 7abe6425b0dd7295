package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// SyntaxError is a text that is no policy, with the place.
type SyntaxError struct {
	Line, Column int // from 1; columns count bytes
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// place gives line and column of a byte offset.
func place(text []byte, offset int) (line, column int) {
	before := text[:max(0, min(offset, len(text)))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// value is a piece of JSON with its place in the whole text.
type value struct {
	raw json.RawMessage
	at  int
}

func (v value) kind() byte {
	if len(v.raw) == 0 {
		return 0
	}
	return v.raw[0]
}

func (v value) end() int { return v.at + len(v.raw) }

// text is the string that v holds; ok is false for everything else.
func (v value) text() (string, bool) {
	var s string
	if v.kind() != '"' || json.Unmarshal(v.raw, &s) != nil {
		return "", false
	}
	return s, true
}

// member is a name and its value in an object. Names may repeat.
type member struct {
	name string
	at   int // of the name
	value
}

// valid says whether text is one JSON value, and where it stops being one.
func valid(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	var raw json.RawMessage
	err := dec.Decode(&raw)
	if err == nil {
		if _, more := dec.Token(); errors.Is(more, io.EOF) {
			return nil
		}
		return syntax(text, int(dec.InputOffset()), "there is more after the policy's closing brace")
	}
	var bad *json.SyntaxError
	if errors.As(err, &bad) {
		return syntax(text, int(bad.Offset)-1, plain(bad.Error()))
	}
	return syntax(text, len(text), "the text ends too early")
}

// accents are sentences of encoding/json, and what they mean to somebody who writes a policy.
var accents = [][2]string{
	{"unexpected end of JSON input", "the text ends too early"},
	{"after object key:value pair", "a comma or } is missing before this"},
	{"after array element", "a comma or ] is missing before this"},
	{"after object key", "a colon is missing before this"},
	{"looking for beginning of object key string", "a name in double quotes belongs here; after the last field there is no comma"},
	{"looking for beginning of value", "a value belongs here; after the last of a list there is no comma"},
	{"in string literal", "a string ends on its line, with a double quote"},
}

// plain is encoding/json's sentence without its accent.
func plain(s string) string {
	for _, a := range accents {
		if strings.Contains(s, a[0]) {
			return a[1]
		}
	}
	return s
}

func syntax(text []byte, offset int, message string) *SyntaxError {
	line, column := place(text, offset)
	return &SyntaxError{line, column, message}
}

// members takes an object apart; nil when v is none.
func (v value) members() []member {
	var out []member
	if v.kind() != '{' {
		return nil
	}
	dec := v.decoder()
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return out
		}
		text, _ := name.(string)
		end := v.at + int(dec.InputOffset())
		next, ok := v.next(dec)
		if !ok {
			return out
		}
		out = append(out, member{text, end, next})
	}
	return out
}

// items takes an array apart. Anything else is a list of itself.
func (v value) items() []value {
	if v.kind() != '[' {
		return []value{v}
	}
	var out []value
	dec := v.decoder()
	for dec.More() {
		next, ok := v.next(dec)
		if !ok {
			break
		}
		out = append(out, next)
	}
	return out
}

// decoder stands behind the bracket that opens v.
func (v value) decoder() *json.Decoder {
	dec := json.NewDecoder(bytes.NewReader(v.raw))
	dec.UseNumber()
	_, _ = dec.Token() // the text was found valid before
	return dec
}

func (v value) next(dec *json.Decoder) (value, bool) {
	var raw json.RawMessage
	if dec.Decode(&raw) != nil {
		return value{}, false
	}
	return value{raw, v.at + int(dec.InputOffset()) - len(raw)}, true
}

// texts reads a string, or a list of strings, as policies mix them; numbers and booleans keep their spelling.
func (v value) texts() ([]string, bool) {
	out := []string{}
	for _, item := range v.items() {
		switch item.kind() {
		case '"':
			s, ok := item.text()
			if !ok {
				return nil, false
			}
			out = append(out, s)
		case '{', '[', 'n', 0:
			return nil, false
		default:
			out = append(out, string(item.raw))
		}
	}
	return out, true
}
