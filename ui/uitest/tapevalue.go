package uitest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// time reads a number of seconds, or one with the unit ms, s or m.
func (p *tapeParser) time() (time.Duration, error) {
	t := p.next()
	if t.kind != tokNumber {
		return 0, t.wrong("a time")
	}
	unit := "s"
	if u := p.peek(); u.kind == tokWord && slices.Contains([]string{"ms", "s", "m"}, u.text) {
		unit = p.next().text
	}
	d, err := time.ParseDuration(t.text + unit)
	if err != nil {
		return 0, t.wrong("a time")
	}
	return d, nil
}

func (p *tapeParser) duration() (string, error) {
	d, err := p.time()
	return d.String(), err
}

func (p *tapeParser) number() (string, error) {
	t := p.next()
	if _, err := strconv.ParseFloat(t.text, 64); t.kind != tokNumber || err != nil {
		return "", t.wrong("a number")
	}
	return t.text, nil
}

func (p *tapeParser) percent() (string, error) {
	text, err := p.number()
	p.take(tokSign, "%")
	return text, err
}

func (p *tapeParser) boolean() (string, error) {
	t := p.next()
	if t.text != "true" && t.text != "false" {
		return "", t.wrong("true or false")
	}
	return t.text, nil
}

// word reads one bare word or string.
func (p *tapeParser) word() (string, error) {
	t := p.next()
	if (t.kind != tokWord && t.kind != tokString) || t.text == "" {
		return "", t.wrong("a word or a string")
	}
	return t.text, nil
}

// quoted reads a string or a bare word that may be empty.
func (p *tapeParser) quoted() (string, error) {
	t := p.next()
	if t.kind != tokWord && t.kind != tokString {
		return "", t.wrong("a string")
	}
	return t.text, nil
}

// texts reads strings, or bare words, up to the end of the line. They belong
// together with a blank between them. VHS reads on over the line's end, and so
// types a misspelt command; here that is an error.
func (p *tapeParser) texts() (string, error) {
	first := p.next()
	if first.kind != tokString && !first.bareText() {
		return "", first.wrong("a string")
	}
	parts := []string{first.text}
	for t := p.peek(); t.kind == first.kind && t.pos.Line == first.pos.Line; t = p.peek() {
		if t.kind == tokWord && !t.bareText() {
			break
		}
		parts = append(parts, p.next().text)
	}
	return strings.Join(parts, " "), nil
}

// otherCommands are the commands that press no key.
var otherCommands = []string{
	"Output", "Set", "Type", "Sleep", "Hide", "Show", "Wait", "Screenshot", "Copy", "Paste", "Require", "Env",
	"Source", "Ctrl", "Alt", "Shift",
}

// bareText says whether t is a word that means nothing to VHS.
func (t token) bareText() bool {
	_, key := plainKeys[t.text]
	_, setting := settings[t.text]
	return t.kind == tokWord && !key && !setting && !slices.Contains(otherCommands, t.text)
}

func (p *tapeParser) theme() (string, error) {
	t := p.next()
	if t.kind != tokWord && t.kind != tokString && t.kind != tokObject {
		return "", t.wrong("a theme's name or colours in braces")
	}
	return t.text, nil
}

func (p *tapeParser) windowBar() (string, error) {
	t := p.next()
	if !slices.Contains([]string{"", "Colorful", "ColorfulRight", "Rings", "RingsRight"}, t.text) || t.kind == tokEnd {
		return "", t.wrong("Colorful, ColorfulRight, Rings or RingsRight")
	}
	return t.text, nil
}

func (p *tapeParser) regexp() (string, error) {
	t := p.next()
	if t.kind != tokPattern && t.kind != tokString && t.kind != tokWord {
		return "", t.wrong("a pattern between slashes")
	}
	if _, err := regexp.Compile(t.text); err != nil {
		return "", fmt.Errorf("%s: %w", t.pos, err)
	}
	return t.text, nil
}
