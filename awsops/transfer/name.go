package transfer

import (
	"crypto/sha256"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLocalName leaves room under the usual 255-byte limit of a file name for the temporary form.
const maxLocalName = 200

// SafeName makes a local file name from an object's key: its last segment, with everything that a
// file system or a terminal could take for something else written as %XX. The result is one path
// element of 1 to 200 bytes of valid UTF-8; it is never "." or "..". Two keys may give the same name, so the caller
// must still refuse to overwrite.
func SafeName(key string) string {
	segment := strings.TrimRight(key, "/")
	if i := strings.LastIndexByte(segment, '/'); i >= 0 {
		segment = segment[i+1:]
	}
	if segment == "" {
		return "unnamed"
	}
	return safeSegment(segment, key)
}

// safeSegment is SafeName for one segment of a key.
func safeSegment(segment, key string) string {
	switch {
	case segment == "":
		return "%2F"
	case reserved(segment):
		return fmt.Sprintf("%%%02X", segment[0]) + safeSegment(segment[1:], key)
	case segment == "." || segment == "..":
		return strings.Repeat("%2E", len(segment))
	}
	var b strings.Builder
	for i := 0; i < len(segment); {
		r, n := utf8.DecodeRuneInString(segment[i:])
		if unsafeRune(r, n) {
			for _, c := range []byte(segment[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(segment[i : i+n])
		}
		i += n
	}
	return shorten(b.String(), key)
}

// unsafeRune is true for what isn't visible text (control, format and bidi characters, invalid
// UTF-8, odd spaces) and for the separators of any common system.
func unsafeRune(r rune, n int) bool {
	return r == utf8.RuneError && n <= 1 || r == '\\' || r == ':' || r != ' ' && !unicode.IsGraphic(r) || r != ' ' && unicode.IsSpace(r)
}

// shorten cuts a long name in the middle, keeping a short extension, and puts a piece of the whole key's
// hash there so that long keys with a common beginning stay apart.
func shorten(name, key string) string {
	if len(name) <= maxLocalName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 16 || len(ext) == len(name) {
		ext = ""
	}
	mark := fmt.Sprintf("~%x", sha256.Sum256([]byte(key)))[:13]
	head := name[:maxLocalName-len(ext)-len(mark)]
	for !utf8.ValidString(head) {
		head = head[:len(head)-1]
	}
	return head + mark + ext
}

// reserved tells the names that Windows keeps for devices, with any extension.
func reserved(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) && base[3] >= '1' && base[3] <= '9'
}
