package listing

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// errOdd means that a body is not in the plain form that the scanner reads. The SDK's own decoder
// gets the body then; it is never an error by itself.
var errOdd = errors.New("the answer is not in the plain form of a listing")

// pull reads XML element by element. It accepts a subset of what encoding/xml accepts, and reads
// what it accepts the same way; anything else is errOdd.
type pull struct {
	b       []byte
	i       int
	scratch []byte   // unescaped text
	open    [][]byte // names of the open elements as written, with their prefix
	single  bool     // the element just opened was <Name/>
	lenient bool     // characters that XML doesn't allow are taken as they are
	illegal bool     // there was such a character: no XML decoder reads this body
}

// start opens the next child element and gives its local name; ok is false when the parent's end
// tag was read instead.
func (p *pull) start() (local []byte, ok bool, err error) {
	if p.single {
		p.single = false
		p.open = p.open[:len(p.open)-1]
		return nil, false, nil
	}
	for {
		if err := p.space(); err != nil {
			return nil, false, err
		}
		switch {
		case p.has("<!--"):
			if err := p.comment(); err != nil {
				return nil, false, err
			}
		case p.has("</"):
			return nil, false, p.end()
		case p.has("<"):
			local, err := p.tag()
			return local, err == nil, err
		default:
			return nil, false, errOdd
		}
	}
}

func (p *pull) has(s string) bool {
	return len(p.b)-p.i >= len(s) && string(p.b[p.i:p.i+len(s)]) == s
}

// space skips white space between elements; other text there is odd.
func (p *pull) space() error {
	for ; p.i < len(p.b); p.i++ {
		switch p.b[p.i] {
		case ' ', '\t', '\n', '\r':
		case '<':
			return nil
		default:
			return errOdd
		}
	}
	return errOdd
}

func (p *pull) comment() error {
	rest := p.b[p.i+4:]
	n := bytes.Index(rest, []byte("--"))
	if n < 0 || n+2 >= len(rest) || rest[n+2] != '>' {
		return errOdd
	}
	p.i += 4 + n + 3
	return nil
}

// prolog reads an optional XML declaration. Only UTF-8 is plain.
func (p *pull) prolog() error {
	for p.i < len(p.b) && (p.b[p.i] == ' ' || p.b[p.i] == '\n' || p.b[p.i] == '\r' || p.b[p.i] == '\t') {
		p.i++
	}
	if !p.has("<?") {
		return nil
	}
	n := bytes.Index(p.b[p.i:], []byte("?>"))
	if n < 0 || n > 100 || !p.has("<?xml ") {
		return errOdd
	}
	decl := bytes.ToLower(p.b[p.i+5 : p.i+n])
	decl = bytes.ReplaceAll(decl, []byte("'"), []byte(`"`))
	decl = bytes.Join(bytes.Fields(decl), []byte(" "))
	p.i += n + 2
	switch string(decl) {
	case `version="1.0"`, `version="1.0" encoding="utf-8"`, `version="1.0" encoding="utf-8" standalone="yes"`,
		`version="1.0" encoding="utf-8" standalone="no"`:
		return nil
	}
	return errOdd
}

// root reads up to and with the start tag of the document's element.
func (p *pull) root() ([]byte, error) {
	if err := p.prolog(); err != nil {
		return nil, err
	}
	for {
		if err := p.space(); err != nil {
			return nil, err
		}
		if !p.has("<!--") {
			return p.tag()
		}
		if err := p.comment(); err != nil {
			return nil, err
		}
	}
}

// name reads a name and gives it as written and without its prefix.
func (p *pull) name() (full, local []byte, err error) {
	from := p.i
	for p.i < len(p.b) && nameBytes[p.b[p.i]] != 0 {
		p.i++
	}
	full = p.b[from:p.i]
	local = full
	if colon := bytes.IndexByte(full, ':'); colon >= 0 {
		local = full[colon+1:]
		if !startsName(full[:colon]) || bytes.IndexByte(local, ':') >= 0 {
			return nil, nil, errOdd
		}
	}
	if p.i == len(p.b) || !startsName(local) {
		return nil, nil, errOdd
	}
	return full, local, nil
}

// nameBytes are the bytes that names of listings are made of: 2 for those that a name can begin with.
var nameBytes = func() (t [256]uint8) {
	for _, c := range []byte("0123456789-.:") {
		t[c] = 1
	}
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") {
		t[c] = 2
	}
	return t
}()

func startsName(name []byte) bool { return len(name) > 0 && nameBytes[name[0]] == 2 }

// tag reads a start tag, attributes and all, and opens the element.
func (p *pull) tag() ([]byte, error) {
	p.i++
	full, local, err := p.name()
	if err != nil {
		return nil, err
	}
	for {
		spaced := p.blanks()
		switch {
		case p.has("/>"):
			p.i += 2
			p.single = true
			p.open = append(p.open, full)
			return local, nil
		case p.has(">"):
			p.i++
			p.open = append(p.open, full)
			return local, nil
		case !spaced:
			return nil, errOdd
		}
		if err := p.attribute(); err != nil {
			return nil, err
		}
	}
}

func (p *pull) blanks() bool {
	from := p.i
	for p.i < len(p.b) && (p.b[p.i] == ' ' || p.b[p.i] == '\n' || p.b[p.i] == '\r' || p.b[p.i] == '\t') {
		p.i++
	}
	return p.i > from
}

// attribute skips name="value". Escapes in a value are odd: no listing has any.
func (p *pull) attribute() error {
	if _, _, err := p.name(); err != nil {
		return err
	}
	p.blanks()
	if !p.has("=") {
		return errOdd
	}
	p.i++
	p.blanks()
	if p.i >= len(p.b) || (p.b[p.i] != '"' && p.b[p.i] != '\'') {
		return errOdd
	}
	quote := p.b[p.i]
	for p.i++; p.i < len(p.b); p.i++ {
		c := p.b[p.i]
		if c == quote {
			p.i++
			return nil
		}
		if c < ' ' || c >= 0x7f || c == '<' || c == '&' {
			return errOdd
		}
	}
	return errOdd
}

// end reads the end tag of the innermost open element and closes it.
func (p *pull) end() error {
	p.i += 2
	if len(p.open) == 0 {
		return errOdd
	}
	want := p.open[len(p.open)-1]
	if len(p.b)-p.i <= len(want) || !bytes.Equal(p.b[p.i:p.i+len(want)], want) {
		return errOdd
	}
	p.i += len(want)
	p.blanks()
	if !p.has(">") {
		return errOdd
	}
	p.i++
	p.open = p.open[:len(p.open)-1]
	return nil
}

// skip reads past the element just opened and all in it.
func (p *pull) skip() error {
	depth := len(p.open)
	for len(p.open) >= depth {
		if p.single {
			p.single = false
			p.open = p.open[:len(p.open)-1]
			continue
		}
		mark := len(p.scratch)
		var err error
		if p.scratch, err = p.run(p.scratch); err != nil {
			return err
		}
		p.scratch = p.scratch[:mark] // it was checked, and nobody wants it
		switch {
		case p.has("<!--"), p.has("<![CDATA["):
			return errOdd
		case p.has("</"):
			if err := p.end(); err != nil {
				return err
			}
		default:
			if _, err := p.tag(); err != nil {
				return err
			}
		}
	}
	return nil
}

// text gives the character data of the element just opened and closes it. The bytes are valid
// until the body's buffer is used again.
func (p *pull) text() ([]byte, error) {
	if p.single {
		p.single = false
		p.open = p.open[:len(p.open)-1]
		return nil, nil
	}
	from := p.i
	n := bytes.IndexByte(p.b[from:], '<')
	if n < 0 {
		return nil, errOdd
	}
	if plain(p.b[from : from+n]) {
		p.i = from + n
		if p.has("</") {
			return p.b[from : from+n : from+n], p.end()
		}
		p.i = from
	}
	return p.slowText()
}

// slowText unescapes entities and CDATA sections into the scratch buffer.
func (p *pull) slowText() ([]byte, error) {
	mark := len(p.scratch)
	var err error
	for {
		if p.scratch, err = p.run(p.scratch); err != nil {
			return nil, err
		}
		switch {
		case p.has("</"):
			out := p.scratch[mark:len(p.scratch):len(p.scratch)]
			return out, p.end()
		case p.has("<!--"):
			err = p.comment()
		case p.has("<![CDATA["):
			err = p.cdata()
		default:
			err = errOdd
		}
		if err != nil {
			return nil, err
		}
	}
}

func (p *pull) cdata() error {
	from := p.i + len("<![CDATA[")
	n := bytes.Index(p.b[from:], []byte("]]>"))
	if n < 0 || !p.legal(p.b[from:from+n]) {
		return errOdd
	}
	p.scratch = append(p.scratch, p.b[from:from+n]...)
	p.i = from + n + 3
	return nil
}

func (p *pull) legal(b []byte) bool {
	if legal(b) {
		return true
	}
	p.illegal = true
	return p.lenient
}

// entity is that of XML, and when lenient also a reference to a control character.
func (p *pull) entity(name []byte) (rune, bool) {
	if r, ok := entity(name); ok {
		return r, true
	}
	r, ok := reference(name)
	if !ok || r >= ' ' {
		return 0, false
	}
	p.illegal = true
	return r, p.lenient
}

// run reads character data up to the next '<' and appends it, unescaped, to dst.
func (p *pull) run(dst []byte) ([]byte, error) {
	n := bytes.IndexByte(p.b[p.i:], '<')
	if n < 0 {
		return dst, errOdd
	}
	raw := p.b[p.i : p.i+n]
	p.i += n
	if !p.legal(raw) || bytes.Contains(raw, []byte("]]>")) {
		return dst, errOdd
	}
	for len(raw) > 0 {
		amp := bytes.IndexByte(raw, '&')
		if amp < 0 {
			return append(dst, raw...), nil
		}
		dst = append(dst, raw[:amp]...)
		semi := bytes.IndexByte(raw[amp:], ';')
		if semi < 0 {
			return dst, errOdd
		}
		r, ok := p.entity(raw[amp+1 : amp+semi])
		if !ok {
			return dst, errOdd
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[amp+semi+1:]
	}
	return dst, nil
}
