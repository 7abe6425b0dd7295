package preview

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // its header
	_ "image/jpeg" // its header
	_ "image/png"  // its header
	"io"
	"net/http"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is what a content is.
type Kind uint8

// The kinds of content.
const (
	Bytes Kind = iota
	Empty
	Text
	JSON
)

// Look is what a content was taken for.
type Look struct {
	Kind  Kind
	Text  string   // of Text and JSON, as UTF-8
	Facts []string // what was found out, each a few words: "UTF-16, little end first", "PNG picture, 640 × 480"
	Whole bool     // Text is all of it
}

// Limits of what is unpacked: a small object can hold a lot.
const unpackMost = 1 << 20

// Of looks at the beginning of a content; whole says that it is all of it.
func Of(data []byte, whole bool) Look {
	if len(data) == 0 {
		return Look{Kind: Empty, Whole: whole}
	}
	if fact := picture(data); fact != "" {
		return Look{Facts: []string{fact}, Whole: whole}
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return unpacked(data, whole)
	}
	if text, encoding, ok := Decode(data, whole); ok {
		return textual(text, encoding, whole)
	}
	l := Look{Whole: whole}
	if kind := http.DetectContentType(data); kind != "application/octet-stream" && kind != "text/plain; charset=utf-8" {
		l.Facts = []string{"looks like " + kind}
	}
	return l
}

// textual tells JSON from other text.
func textual(text, encoding string, whole bool) Look {
	l := Look{Kind: Text, Text: text, Facts: []string{encoding}, Whole: whole}
	first := bytes.TrimLeft([]byte(text), " \t\r\n")
	if len(first) == 0 || first[0] != '{' && first[0] != '[' {
		return l
	}
	var laid bytes.Buffer
	if whole && json.Indent(&laid, bytes.TrimSpace([]byte(text)), "", "  ") == nil {
		l.Kind, l.Text, l.Facts = JSON, laid.String(), append(l.Facts, "JSON, laid out")
		return l
	}
	if !whole {
		l.Kind, l.Facts = JSON, append(l.Facts, "begins like JSON, as it is stored")
	}
	return l
}

// Decode makes text of bytes: UTF-8, UTF-16 by its mark, and Latin-1 where nothing speaks against it. A character
// that is cut in two at the end is left out. ok is false for what holds bytes that no text has.
func Decode(data []byte, whole bool) (text, encoding string, ok bool) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return wide(data[2:], binary.LittleEndian), "UTF-16, little end first", true
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return wide(data[2:], binary.BigEndian), "UTF-16, big end first", true
	}
	if controls(data) {
		return "", "", false
	}
	cut := data
	if !whole {
		cut = data[:len(data)-halfRune(data)]
	}
	if utf8.Valid(cut) {
		if rest, marked := bytes.CutPrefix(cut, []byte("\xef\xbb\xbf")); marked {
			return string(rest), "UTF-8 with a byte order mark", true
		}
		return string(cut), "UTF-8", true
	}
	runes := make([]rune, len(data))
	for i, b := range data {
		if b >= 0x80 && b < 0xa0 { // Latin-1 has control characters there, which text doesn't use
			return "", "", false
		}
		runes[i] = rune(b)
	}
	return string(runes), "not UTF-8; shown as Latin-1", true
}

// halfRune is how many bytes at the end begin a character that goes on.
func halfRune(data []byte) int {
	for n := 1; n <= min(utf8.UTFMax-1, len(data)); n++ {
		b := data[len(data)-n]
		if utf8.RuneStart(b) {
			if b >= utf8.RuneSelf && !utf8.FullRune(data[len(data)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// controls reports whether there are bytes that text doesn't have.
func controls(data []byte) bool {
	for _, b := range data {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b && b != '\b' {
			return true
		}
	}
	return false
}

func wide(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

// picture tells a picture's format and size, "" for what is none.
func picture(data []byte) string {
	if conf, format, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
		return fmt.Sprintf("%s picture, %d × %d pixels", map[string]string{"png": "PNG", "jpeg": "JPEG", "gif": "GIF"}[format], conf.Width, conf.Height)
	}
	if w, h, ok := webp(data); ok {
		return fmt.Sprintf("WebP picture, %d × %d pixels", w, h)
	}
	return ""
}

// webp reads the size in a WebP header ("WebP Container Specification": VP8, VP8L and VP8X).
func webp(d []byte) (w, h int, ok bool) {
	if len(d) < 30 || string(d[:4]) != "RIFF" || string(d[8:12]) != "WEBP" {
		return 0, 0, false
	}
	switch string(d[12:16]) {
	case "VP8 ":
		if d[23] != 0x9d || d[24] != 0x01 || d[25] != 0x2a {
			return 0, 0, false
		}
		return int(binary.LittleEndian.Uint16(d[26:]) & 0x3fff), int(binary.LittleEndian.Uint16(d[28:]) & 0x3fff), true
	case "VP8L":
		bits := binary.LittleEndian.Uint32(d[21:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, d[20] == 0x2f
	case "VP8X":
		three := func(i int) int { return int(d[i]) | int(d[i+1])<<8 | int(d[i+2])<<16 }
		return three(24) + 1, three(27) + 1, true
	}
	return 0, 0, false
}

// unpacked looks into something compressed by gzip.
func unpacked(data []byte, whole bool) Look {
	l := Look{Facts: []string{"compressed by gzip"}, Whole: whole}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return l
	}
	if z.Name != "" && printable(z.Name) {
		l.Facts = append(l.Facts, "of "+z.Name)
	}
	plain, err := io.ReadAll(io.LimitReader(z, unpackMost))
	ended := err == nil && len(plain) < unpackMost
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		l.Facts = append(l.Facts, "damaged: "+err.Error())
	}
	text, encoding, ok := Decode(plain, ended && whole)
	if !ok || len(plain) == 0 {
		return l
	}
	inner := textual(text, encoding, ended && whole)
	inner.Facts = append(l.Facts, append([]string{"shown unpacked"}, inner.Facts...)...)
	return inner
}

func printable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// Hex draws bytes in lines of sixteen, as hexdump -C does, from an offset on.
func Hex(data []byte, offset int64) []string {
	lines := make([]string, 0, len(data)/16+1)
	for at := 0; at < len(data); at += 16 {
		row := data[at:min(at+16, len(data))]
		line := fmt.Appendf(nil, "%08x ", offset+int64(at))
		for i := range 16 {
			if i == 8 {
				line = append(line, ' ')
			}
			if i < len(row) {
				line = fmt.Appendf(line, " %02x", row[i])
			} else {
				line = append(line, "   "...)
			}
		}
		line = append(line, "  "...)
		for _, b := range row {
			if b < 0x20 || b > 0x7e {
				b = '.'
			}
			line = append(line, b)
		}
		lines = append(lines, string(line))
	}
	return lines
}
