package athena

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind uint8

const (
	end    kind = iota
	word        // a name or keyword without quotes
	quoted      // a name in quotes
	str         // a string
	number
	sign
)

type token struct {
	kind kind
	text string // without quotes
}

// is reports whether the token is a keyword or a sign.
func (t token) is(s string) bool {
	return t.kind == word && strings.EqualFold(t.text, s) || t.kind == sign && t.text == s
}

// lex parts a statement. In Hive's language, in which tables are made, names stand in backticks and a backslash in a
// string takes the next character as it is; in Trino's, names stand in double quotes. A quote within is written twice.
func lex(sql string, hive bool) ([]token, error) {
	names := byte('"')
	if hive {
		names = '`'
	}
	var out []token
	for i := 0; i < len(sql); {
		var t token
		var n int
		var err error
		switch c := sql[i]; {
		case strings.IndexByte(" \t\n\r", c) >= 0:
			i++
			continue
		case c == '\'':
			t, n, err = lexQuoted(sql[i:], str, hive)
		case c == names:
			t, n, err = lexQuoted(sql[i:], quoted, false)
		default:
			t, n, err = lexWord(sql[i:])
		}
		if err != nil {
			return nil, err
		}
		out, i = append(out, t), i+n
	}
	return append(out, token{}), nil
}

func lexQuoted(s string, k kind, backslash bool) (token, int, error) {
	text, n, ok := unquote(s, s[0], backslash)
	if !ok {
		return token{}, 0, refuse("a %c has no end", s[0])
	}
	return token{k, text}, n, nil
}

func lexWord(s string) (token, int, error) {
	if rest := strings.TrimLeft(s, "0123456789"); len(rest) < len(s) {
		n := len(s) - len(rest)
		return token{number, s[:n]}, n, nil
	}
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if r != '_' && !unicode.IsLetter(r) && (n == 0 || !unicode.IsDigit(r)) {
			break
		}
		n += size
	}
	if n > 0 {
		return token{word, s[:n]}, n, nil
	}
	for _, known := range []string{"<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "*"} {
		if strings.HasPrefix(s, known) {
			return token{sign, known}, len(known), nil
		}
	}
	r, _ := utf8.DecodeRuneInString(s)
	return token{}, 0, refuse("mismatched input %q", r)
}

// unquote reads a quoted text from its first quote on and says how long it is with its quotes.
func unquote(s string, quote byte, backslash bool) (string, int, bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case backslash && s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] != quote:
			b.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == quote:
			i++
			b.WriteByte(quote)
		default:
			return b.String(), i + 1, true
		}
	}
	return "", 0, false
}
