package uitest

import (
	"fmt"
	"strings"
)

// Pos is a place in a tape.
type Pos struct {
	File string
	Line int // from 1
}

// String is "file:line".
func (p Pos) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokWord
	tokString
	tokNumber
	tokPattern // between slashes
	tokObject  // between braces
	tokSign    // one character
)

type token struct {
	kind tokenKind
	text string // without the quotes
	pos  Pos
}

// String is the token as an error message shows it.
func (t token) String() string {
	switch t.kind {
	case tokEnd:
		return "the end of the tape"
	case tokPattern:
		return "/" + t.text + "/"
	case tokString:
		return fmt.Sprintf("the string %q", t.text)
	default:
		return fmt.Sprintf("%q", t.text)
	}
}

// lexTape splits a tape into tokens, the last one of kind tokEnd. Comments are
// left out.
func lexTape(file, text string) ([]token, error) {
	var tokens []token
	pos := Pos{File: file, Line: 1}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\n':
			pos.Line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			i += lineEnd(text[i:])
		default:
			t, n, err := lexToken(text[i:], pos)
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, t)
			pos.Line += strings.Count(text[i:i+n], "\n")
			i += n
		}
	}
	return append(tokens, token{kind: tokEnd, pos: pos}), nil
}

func lineEnd(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}

// lexToken reads the token at the start of text and how many bytes it takes.
func lexToken(text string, pos Pos) (t token, n int, err error) {
	t.pos = pos
	switch c := text[0]; {
	case strings.IndexByte("\"'`/", c) >= 0:
		return lexQuoted(text, t)
	case c == '{':
		end := strings.IndexByte(text, '}')
		if end < 0 {
			return t, 0, fmt.Errorf("%s: no closing }", pos)
		}
		t.kind, t.text = tokObject, text[:end+1]
	case digit(c) || (c == '.' && digit(text[min(1, len(text)-1)])):
		t.kind, t.text = tokNumber, text[:span(text, numberByte)]
	case wordStart(c):
		t.kind, t.text = tokWord, text[:span(text, wordByte)]
	case strings.IndexByte("@=+%[]-^\\", c) >= 0:
		t.kind, t.text = tokSign, text[:1]
	default:
		return t, 0, fmt.Errorf("%s: unexpected character %q", pos, c)
	}
	return t, len(t.text), nil
}

// lexQuoted reads a string or, between slashes, a pattern. There are no escapes.
func lexQuoted(text string, t token) (token, int, error) {
	quote := text[0]
	end := strings.IndexByte(text[1:lineEnd(text)], quote)
	if end < 0 {
		return t, 0, fmt.Errorf("%s: no closing %c on this line", t.pos, quote)
	}
	t.kind, t.text = tokString, text[1:end+1]
	if quote == '/' {
		t.kind = tokPattern
	}
	return t, end + 2, nil
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

func numberByte(b byte) bool { return digit(b) || b == '.' }

func wordStart(b byte) bool { return b == '.' || (b|0x20 >= 'a' && b|0x20 <= 'z') }

func wordByte(b byte) bool { return wordStart(b) || digit(b) || strings.IndexByte("-_/%", b) >= 0 }

// span is how many bytes at the start of text satisfy ok.
func span(text string, ok func(byte) bool) int {
	n := 0
	for n < len(text) && ok(text[n]) {
		n++
	}
	return n
}
