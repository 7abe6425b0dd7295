package s3ec

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func parseV2(m map[string]string) (*Envelope, error) {
	e := &Envelope{Suite: GCM, PlainSize: plainSize(m)}
	switch alg, ok := m[fieldContent]; {
	case !ok:
		return nil, missing("the object's metadata lacks", fieldContent)
	case alg == nameCBC:
		return nil, fail(KindLegacy, "the content is encrypted by AES-CBC, which is not authenticated and is not read here", "Read it with an official client in its legacy mode and upload it again.")
	case alg != nameGCM:
		return nil, foreign("content", fieldContent, alg)
	}
	if n, ok := m[fieldTagLength]; ok && n != "128" {
		return nil, fail(KindMalformed, "the envelope asks for a tag of "+quoteField(n)+" bits, and only 128 are safe", "The object's metadata was changed.")
	}
	var err error
	if e.IV, err = field(m, fieldIV, ivSize); err != nil {
		return nil, err
	}
	if err := e.wrapped(m, fieldKeyV2, fieldWrap, m[fieldWrap], fieldDescription); err != nil {
		return nil, err
	}
	return e, nil
}

func parseV3(m map[string]string) (*Envelope, error) {
	e := &Envelope{Suite: Committing, PlainSize: plainSize(m)}
	switch alg, ok := m[fieldContentV3]; {
	case !ok:
		return nil, missing("the object's metadata lacks", fieldContentV3)
	case alg != nameCommitting:
		return nil, foreign("content", fieldContentV3, alg)
	}
	var err error
	if e.Commitment, err = field(m, fieldCommitment, commitmentSize); err != nil {
		return nil, err
	}
	if e.MessageID, err = field(m, fieldMessageID, messageSize); err != nil {
		return nil, err
	}
	wrap := m[fieldWrapV3]
	description := fieldDescriptionV3
	if long, ok := wrapsV3[wrap]; ok {
		wrap = long
	}
	if wrap == string(WrapKMS) {
		description = fieldContextV3
	}
	if err := e.wrapped(m, fieldKeyV3, fieldWrapV3, wrap, description); err != nil {
		return nil, err
	}
	return e, nil
}

// legacyWraps bind the key to no algorithm.
var legacyWraps = []string{"kms", "AESWrap", "AES", "RSA"}

// wrapped reads the wrapped key and what belongs to it.
func (e *Envelope) wrapped(m map[string]string, key, wrapField, wrap, description string) error {
	var err error
	if e.DataKey, err = field(m, key, 0); err != nil {
		return err
	}
	switch e.Wrap = Wrap(wrap); {
	case wrap == "":
		return missing("the object's metadata lacks", wrapField)
	case e.Wrap == WrapAES && len(e.DataKey) != wrappedSize:
		return fail(KindMalformed, fmt.Sprintf("%s has %d bytes, and a key wrapped by %s has %d", key, len(e.DataKey), WrapAES, wrappedSize), "The object's metadata was changed.")
	case slices.Contains(legacyWraps, wrap):
		return fail(KindLegacy, "the key is wrapped by the legacy algorithm "+wrap+", which doesn't bind it to the content's algorithm and is not read here",
			"Read it with an official client in its legacy mode and upload it again.")
	case e.Wrap != WrapAES && e.Wrap != WrapKMS:
		return foreign("wrapping", wrapField, wrap)
	}
	text := m[description]
	if text == "" {
		text = "{}"
	}
	if e.Description, err = decodeMap(undouble(text)); err != nil {
		return fail(KindMalformed, description+" can't be read: "+err.Error(), "The object's metadata was changed.")
	}
	return nil
}

func foreign(what, field, value string) error {
	return fail(KindForeign, "the "+what+" algorithm "+quoteField(value)+" ("+field+") is not one that can be read here", "Read the object with the client that wrote it.")
}

// quoteField shows a stranger's value, cut and quoted.
func quoteField(s string) string {
	if len(s) > 64 {
		s = s[:64] + "…"
	}
	return strconv.QuoteToASCII(s)
}

// Metadata is the envelope as user metadata of the object.
func (e *Envelope) Metadata() map[string]string {
	object, key := e.fields()
	for name, value := range key {
		object[name] = value
	}
	return object
}

// Instruction is the envelope in two: what stays in the object's metadata, and the content of the instruction file. The
// file is an object of its own whose metadata is InstructionMetadata.
func (e *Envelope) Instruction() (object map[string]string, file []byte) {
	object, key := e.fields()
	if e.Suite == GCM { // V2 keeps everything in the file
		plain, noted := object[fieldPlainLength]
		for name, value := range object {
			if name != fieldPlainLength {
				key[name] = value
			}
		}
		object = map[string]string{}
		if noted {
			object[fieldPlainLength] = plain
		}
	}
	return object, []byte(encodeMap(key))
}

// InstructionMetadata is the user metadata of an instruction file.
func InstructionMetadata() map[string]string { return map[string]string{fieldInstruction: ""} }

// fields gives what describes the content and what wraps the key.
func (e *Envelope) fields() (object, key map[string]string) {
	b64 := base64.StdEncoding.EncodeToString
	description := encodeMap(e.Description)
	if e.Suite == GCM {
		object = map[string]string{fieldIV: b64(e.IV), fieldContent: nameGCM, fieldTagLength: "128"}
		key = map[string]string{fieldKeyV2: b64(e.DataKey), fieldWrap: string(e.Wrap), fieldDescription: description}
	} else {
		object = map[string]string{fieldContentV3: nameCommitting, fieldCommitment: b64(e.Commitment), fieldMessageID: b64(e.MessageID)}
		key = map[string]string{fieldKeyV3: b64(e.DataKey), fieldWrapV3: "02", fieldDescriptionV3: description}
		if e.Wrap == WrapKMS {
			key = map[string]string{fieldKeyV3: b64(e.DataKey), fieldWrapV3: "12", fieldContextV3: description}
		}
	}
	if e.PlainSize >= 0 {
		object[fieldPlainLength] = strconv.FormatInt(e.PlainSize, 10)
	}
	return object, key
}

// encodeMap is strings as one JSON object in ASCII, in the order of their names: what is not ASCII would come back from
// S3 in an encoding of its own.
func encodeMap(m map[string]string) string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(jsonString(name) + ":" + jsonString(m[name]))
	}
	b.WriteByte('}')
	return b.String()
}

func jsonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// decodeMap reads one JSON object of strings, and nothing else: no name twice, nothing behind it.
func decodeMap(text string) (map[string]string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("it is no JSON object")
	}
	out := map[string]string{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("it is no JSON object")
		}
		value, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("it is no JSON object")
		}
		n, isName := name.(string)
		v, isText := value.(string)
		if !isName || !isText {
			return nil, fmt.Errorf("it holds something that is not a string")
		}
		if _, twice := out[n]; twice {
			return nil, fmt.Errorf("it holds %s twice", quoteField(n))
		}
		out[n] = v
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("it is no JSON object")
	}
	if d.More() {
		return nil, fmt.Errorf("something stands behind the JSON object")
	}
	return out, nil
}

// undouble takes back what S3 does to metadata that is not ASCII: it reads the UTF-8 as Latin-1, encodes that as UTF-8
// again and sends it as an encoded word of RFC 2047.
func undouble(text string) string {
	if !strings.HasPrefix(text, "=?") {
		return text
	}
	words, err := new(mime.WordDecoder).DecodeHeader(text)
	if err != nil {
		return text
	}
	once := make([]byte, 0, len(words))
	for _, r := range words {
		if r > 0xff {
			return words
		}
		once = append(once, byte(r))
	}
	if !utf8.Valid(once) {
		return words
	}
	return string(once)
}
