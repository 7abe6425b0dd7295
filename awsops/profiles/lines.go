package profiles

import (
	"strings"
)

// setting is one key of a section.
type setting struct {
	value string
	at    Position
	sub   map[string]setting // the indented lines below a key without a value
}

// section is a bracketed part of a file with its keys in lower case.
type section struct {
	kind, name string // kind is profile, sso-session or services
	at         Position
	keys       map[string]setting
}

// secrets are the keys whose values are dropped as soon as they are seen.
var secrets = map[string]bool{"aws_secret_access_key": true, "aws_session_token": true, "aws_security_token": true}

// kept is what stands for a secret that is there.
const kept = "\x00set"

// parser reads one file line by line.
type parser struct {
	file     File
	sections []*section
	now      *section // nil inside a section that is not understood
	parent   string   // the key that indented lines belong to
	troubles []Trouble
}

func (p *parser) say(line int, sentence string) {
	p.troubles = append(p.troubles, Trouble{Position{p.file.Path, line}, sentence})
}

func (p *parser) parse() {
	for i, line := range strings.Split(string(p.file.Data), "\n") {
		line = strings.TrimSuffix(line, "\r")
		text := strings.TrimSpace(line)
		switch {
		case text == "" || text[0] == '#' || text[0] == ';':
		case text[0] == '[':
			p.header(i+1, text)
		case line[0] == ' ' || line[0] == '\t':
			p.nested(i+1, text)
		default:
			p.key(i+1, text)
		}
	}
}

func (p *parser) header(line int, text string) {
	p.now, p.parent = nil, ""
	end := strings.IndexByte(text, ']')
	if end < 0 {
		p.say(line, "the section's name has no closing bracket")
		return
	}
	kind, name := p.nameOf(line, strings.TrimSpace(text[1:end]))
	if kind == "" {
		return
	}
	for _, s := range p.sections {
		if s.kind == kind && s.name == name {
			p.now = s // the SDK merges a section that comes twice
			return
		}
	}
	p.now = &section{kind: kind, name: name, at: Position{p.file.Path, line}, keys: map[string]setting{}}
	p.sections = append(p.sections, p.now)
}

// nameOf tells what a section is. In the credentials file every section is a profile by its bare name.
func (p *parser) nameOf(line int, inner string) (kind, name string) {
	if p.file.Credentials {
		if word, rest, ok := strings.Cut(inner, " "); ok && word == "profile" {
			p.say(line, "the credentials file names a profile without the word profile: ["+strings.TrimSpace(rest)+"]")
			return "", ""
		}
		return "profile", inner
	}
	kind, name, _ = strings.Cut(strings.ReplaceAll(inner, "\t", " "), " ")
	name = strings.Trim(strings.TrimSpace(name), `"'`)
	switch {
	case kind == "default" && name == "":
		return "profile", "default"
	case kind == "plugins" || kind == "preview":
		return "", "" // settings of the AWS CLI, not of a profile
	case kind != "profile" && kind != "sso-session" && kind != "services":
		p.say(line, "the config file writes a profile as [profile "+inner+"]; this section is ignored")
		return "", ""
	case name == "":
		p.say(line, "the section has no name")
		return "", ""
	}
	return kind, name
}

func (p *parser) key(line int, text string) {
	p.parent = ""
	name, value, ok := strings.Cut(text, "=")
	name = strings.ToLower(strings.TrimSpace(name))
	if !ok || name == "" {
		p.say(line, "this line is neither a section nor key = value")
		return
	}
	if p.now == nil {
		return // its section was told already, or is the AWS CLI's
	}
	value = clean(value)
	if secrets[name] && value != "" {
		value = kept
	}
	if value == "" {
		p.parent = name
	}
	p.now.keys[name] = setting{value: value, at: Position{p.file.Path, line}}
}

// nested reads a line below a key, such as s3's endpoint_url in a services section.
func (p *parser) nested(line int, text string) {
	name, value, ok := strings.Cut(text, "=")
	if p.now == nil {
		return
	}
	if p.parent == "" {
		p.say(line, "this line is indented and belongs to no key above it")
		return
	}
	if !ok {
		p.say(line, "this line is not key = value")
		return
	}
	up := p.now.keys[p.parent]
	if up.sub == nil {
		up.sub = map[string]setting{}
	}
	up.sub[strings.ToLower(strings.TrimSpace(name))] = setting{value: clean(value), at: Position{p.file.Path, line}}
	p.now.keys[p.parent] = up
}

// clean takes a value as the SDKs do: a comment begins at white space and # or ;.
func clean(value string) string {
	for i := 1; i < len(value); i++ {
		if (value[i] == '#' || value[i] == ';') && (value[i-1] == ' ' || value[i-1] == '\t') {
			value = value[:i]
			break
		}
	}
	return strings.TrimSpace(value)
}
