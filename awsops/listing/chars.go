package listing

import "unicode/utf8"

// plainBytes are printable ASCII without anything to unescape.
var plainBytes = func() (t [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		t[c] = c != '&' && c != ']' && c != '<'
	}
	return t
}()

// plain reports whether text is all of plainBytes: nearly every value of a url-encoded listing.
func plain(b []byte) bool {
	for _, c := range b {
		if !plainBytes[c] {
			return false
		}
	}
	return true
}

// legal reports whether b is UTF-8 of characters that XML 1.0 allows. A raw carriage return is
// legal XML but read as a line feed, so it counts as odd here.
func legal(b []byte) bool {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 || r == 0xFFFE || r == 0xFFFF {
			return false
		}
		i += n
	}
	return true
}

// named are the entities that XML itself has.
var named = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

// entity gives the character of an entity's name, such as "amp" or "#x26".
func entity(name []byte) (rune, bool) {
	if r, ok := named[string(name)]; ok {
		return r, true
	}
	r, ok := reference(name)
	return r, ok && allowed(r)
}

// allowed reports whether XML 1.0 has the character.
func allowed(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < ' ', r > 0xD7FF && r < 0xE000, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r <= utf8.MaxRune
}

// reference gives the number of a numeric reference, such as "#38" or "#x26".
func reference(name []byte) (rune, bool) {
	if len(name) < 2 || len(name) > 9 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	if len(digits) == 0 {
		return 0, false
	}
	var r rune
	for _, c := range digits {
		d, ok := digit(c)
		if !ok || d >= base {
			return 0, false
		}
		r = r*base + d
	}
	return r, true
}

// digit gives the value of a hexadecimal digit.
func digit(c byte) (rune, bool) {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0'), true
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10, true
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10, true
	}
	return 0, false
}
