package policy

import (
	"strings"
	"unicode/utf8"
)

// truth is a three-valued answer: what isn't known is neither.
type truth int8

const (
	no truth = iota
	maybe
	yes
)

func is(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth { return yes - t }

// wild reports whether text matches a pattern in which * stands for any run of characters and ? for one.
func wild(pattern, text string) bool {
	if !strings.ContainsAny(pattern, "*?") {
		return pattern == text
	}
	return compile(pattern).match(text)
}

// glob is a pattern between its stars: each piece is a run of characters and of single wildcards.
type glob [][]atom

type atom struct {
	r   rune
	any bool // ?
}

// compile makes a glob in which * and ? are wildcards.
func compile(pattern string) glob {
	g := glob{nil}
	for _, r := range pattern {
		g = g.wildcard(r)
	}
	return g
}

func (g glob) wildcard(r rune) glob {
	switch r {
	case '*':
		return append(g, nil)
	case '?':
		return g.push(atom{any: true})
	}
	return g.push(atom{r: r})
}

func (g glob) push(a atom) glob {
	g[len(g)-1] = append(g[len(g)-1], a)
	return g
}

func (g glob) match(text string) bool {
	runes := []rune(text)
	first, last := g[0], g[len(g)-1]
	if len(g) == 1 {
		return len(runes) == len(first) && begins(runes, first)
	}
	if len(runes) < len(first)+len(last) || !begins(runes, first) || !begins(runes[len(runes)-len(last):], last) {
		return false
	}
	rest := runes[len(first) : len(runes)-len(last)]
	for _, piece := range g[1 : len(g)-1] {
		at := find(rest, piece)
		if at < 0 {
			return false
		}
		rest = rest[at+len(piece):]
	}
	return true
}

func begins(text []rune, piece []atom) bool {
	if len(text) < len(piece) {
		return false
	}
	for i, a := range piece {
		if !a.any && a.r != text[i] {
			return false
		}
	}
	return true
}

func find(text []rune, piece []atom) int {
	for i := 0; i+len(piece) <= len(text); i++ {
		if begins(text[i:], piece) {
			return i
		}
	}
	return -1
}

// pattern is one value of a policy that may hold variables.
type pattern struct {
	source    string
	variables bool // of version 2012-10-17
}

// expand puts the variables' values in. A variable that the request lacks makes the pattern match nothing; one that
// nobody knows makes it maybe. like says whether the pattern's own * and ? are wildcards; those of values never are.
func (p pattern) expand(f *facts, like bool) (glob, truth) {
	g, sure, rest := glob{nil}, yes, p.source
	for rest != "" {
		if p.variables && strings.HasPrefix(rest, "${") {
			if name, after, closed := strings.Cut(rest[2:], "}"); closed {
				text, known := f.variable(name)
				sure = min(sure, known)
				for _, r := range text {
					g = g.push(atom{r: r})
				}
				rest = after
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(rest)
		if like {
			g = g.wildcard(r)
		} else {
			g = g.push(atom{r: r})
		}
		rest = rest[n:]
	}
	return g, sure
}

func (p pattern) matches(f *facts, text string, like bool) truth {
	g, sure := p.expand(f, like)
	if sure != yes {
		return sure
	}
	return is(g.match(text))
}

// variable is the value of ${name}, ${name, 'default'}, ${*}, ${?} or ${$}.
func (f *facts) variable(name string) (string, truth) {
	if name == "*" || name == "?" || name == "$" {
		return name, yes
	}
	key, fallback, has := strings.Cut(name, ",")
	values, known := f.get(strings.TrimSpace(key))
	switch {
	case known == maybe:
		return "", maybe
	case known == yes && len(values) == 1:
		return values[0], yes
	case has:
		return strings.Trim(strings.TrimSpace(fallback), "'"), yes
	}
	return "", no
}
