package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Document is a policy with the text that it was read from.
type Document struct {
	Version    string // "" when the text has none, which means 2008-10-17
	ID         string
	Statements []Statement
	Problems   []Problem // what keeps S3 from taking the document; Evaluate leaves such statements out

	text   []byte
	list   value // Statement's value
	single bool  // Statement is one object and no list
}

// Effect is what a statement does.
type Effect uint8

// The effects.
const (
	NoEffect Effect = iota
	Allow
	Deny
)

// String is the effect as policies write it.
func (e Effect) String() string { return [...]string{"", "Allow", "Deny"}[e] }

// Statement is one rule. Of Actions and NotActions, of Resources and NotResources, and of Principals and
// NotPrincipals one is set.
type Statement struct {
	Raw           json.RawMessage // as it stands in the text
	Start         int             // byte offset of Raw in the text
	Sid           string
	Effect        Effect
	Principals    *Principals
	NotPrincipals *Principals
	Actions       []string
	NotActions    []string
	Resources     []string
	NotResources  []string
	Conditions    []Condition
	Unknown       []string // names of fields that S3 doesn't know; they are kept

	broken bool
	places map[string]int // offsets of the fields' values
}

// Principals are whom a statement is about.
type Principals struct {
	Everyone  bool // "*" or {"AWS": "*"}
	AWS       []string
	Service   []string
	Federated []string
	Canonical []string
}

// Problem is a finding with its place in the text.
type Problem struct {
	Offset, Line, Column int
	Statement            int // index, -1 for the document as a whole
	Serious              bool
	Text                 string
}

// String is the problem in one line.
func (p Problem) String() string {
	return fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Text)
}

// Parse reads a policy. Its error is a *SyntaxError: the text is no JSON object. What S3 would refuse for another
// reason is in Document.Problems.
func Parse(text []byte) (*Document, error) {
	if err := valid(text); err != nil {
		return nil, err
	}
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	root := value{bytes.TrimSpace(text), len(text) - len(trimmed)}
	if root.kind() != '{' {
		return nil, syntax(text, root.at, "a policy is an object: it begins with {")
	}
	d := &Document{text: bytes.Clone(text)}
	seen := map[string]bool{}
	for _, m := range root.members() {
		if seen[m.name] {
			d.problem(-1, m.at, true, "%q is there twice", m.name)
		}
		seen[m.name] = true
		d.take(m)
	}
	if !seen["Statement"] {
		d.problem(-1, root.at, true, "there is no Statement")
	}
	d.checkSids()
	return d, nil
}

// Bytes gives the text.
func (d *Document) Bytes() []byte { return bytes.Clone(d.text) }

func (d *Document) problem(statement, offset int, serious bool, format string, args ...any) {
	line, column := place(d.text, offset)
	d.Problems = append(d.Problems, Problem{offset, line, column, statement, serious, fmt.Sprintf(format, args...)})
}

func (d *Document) take(m member) {
	ok := true
	switch m.name {
	case "Version":
		if d.Version, ok = m.text(); ok && d.Version != "2012-10-17" && d.Version != "2008-10-17" {
			d.problem(-1, m.value.at, true, "the version is 2012-10-17 or, without policy variables, 2008-10-17")
		}
	case "Id":
		d.ID, ok = m.text()
	case "Statement":
		d.takeStatements(m.value)
	default:
		d.problem(-1, m.at, true, "%q is no field of a policy%s", m.name, perhaps(m.name, []string{"Version", "Id", "Statement"}))
	}
	if !ok {
		d.problem(-1, m.value.at, true, "%s is a string", m.name)
	}
}

func (d *Document) takeStatements(v value) {
	d.list, d.single = v, v.kind() != '['
	d.Statements = nil
	for i, item := range v.items() {
		s := Statement{Raw: item.raw, Start: item.at, places: map[string]int{}}
		if item.kind() != '{' {
			d.problem(i, item.at, true, "a statement is an object")
			s.broken = true
		} else {
			d.fill(&s, i, item)
		}
		d.Statements = append(d.Statements, s)
	}
	if len(d.Statements) == 0 {
		d.problem(-1, v.at, true, "Statement is empty: delete the policy instead")
	}
}

func (d *Document) fill(s *Statement, i int, item value) {
	before := len(d.Problems)
	for _, m := range item.members() {
		if _, twice := s.places[m.name]; twice {
			d.problem(i, m.at, true, "%q is there twice", m.name)
		}
		s.places[m.name] = m.value.at
		d.field(s, i, m)
	}
	d.checkFields(s, i, item.at)
	s.broken = len(d.Problems) > before && slices.ContainsFunc(d.Problems[before:], func(p Problem) bool { return p.Serious })
}

var statementFields = strings.Fields("Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition")

func (d *Document) field(s *Statement, i int, m member) {
	ok, want := true, "a string or a list of strings"
	switch m.name {
	case "Sid":
		s.Sid, ok = m.text()
		want = "a string"
	case "Effect":
		word, _ := m.text()
		s.Effect = map[string]Effect{"Allow": Allow, "Deny": Deny}[word]
		ok, want = s.Effect != NoEffect, "Allow or Deny, spelt so"
	case "Principal":
		s.Principals = d.principals(i, m.value)
	case "NotPrincipal":
		s.NotPrincipals = d.principals(i, m.value)
	case "Action":
		s.Actions, ok = m.texts()
	case "NotAction":
		s.NotActions, ok = m.texts()
	case "Resource":
		s.Resources, ok = m.texts()
	case "NotResource":
		s.NotResources, ok = m.texts()
	case "Condition":
		s.Conditions = d.conditions(i, m.value)
	default:
		s.Unknown = append(s.Unknown, m.name)
		d.problem(i, m.at, true, "%q is no field of a statement%s", m.name, perhaps(m.name, statementFields))
	}
	if !ok {
		d.problem(i, m.value.at, true, "%s is %s", m.name, want)
	}
}

func (d *Document) checkFields(s *Statement, i, at int) {
	has := func(name string) bool { _, ok := s.places[name]; return ok }
	if !has("Effect") {
		d.problem(i, at, true, "the statement has no Effect")
	}
	for _, name := range []string{"Principal", "Action", "Resource"} {
		switch {
		case !has(name) && !has("Not"+name):
			d.problem(i, at, true, "the statement has neither %s nor Not%s", name, name)
		case has(name) && has("Not"+name):
			d.problem(i, s.places["Not"+name], true, "%s and Not%s exclude each other", name, name)
		}
	}
}

func (d *Document) checkSids() {
	seen := map[string]bool{}
	for i, s := range d.Statements {
		if s.Sid != "" && seen[s.Sid] {
			d.problem(i, s.places["Sid"], true, "the Sid %q is there twice", s.Sid)
		}
		seen[s.Sid] = true
	}
}

func (d *Document) principals(i int, v value) *Principals {
	p := &Principals{}
	if word, ok := v.text(); ok {
		if p.Everyone = word == "*"; !p.Everyone {
			d.problem(i, v.at, true, "a principal is \"*\" or an object such as {\"AWS\": \"ACCOUNT\"}")
		}
		return p
	}
	kinds := map[string]*[]string{"AWS": &p.AWS, "Service": &p.Service, "Federated": &p.Federated, "CanonicalUser": &p.Canonical}
	for _, m := range v.members() {
		list, ok := m.texts()
		switch into := kinds[m.name]; {
		case into == nil:
			d.problem(i, m.at, true, "%q is no kind of principal%s", m.name, perhaps(m.name, []string{"AWS", "Service", "Federated", "CanonicalUser"}))
		case !ok:
			d.problem(i, m.value.at, true, "principals are a string or a list of strings")
		default:
			*into = append(*into, list...)
		}
	}
	if v.kind() != '{' || len(v.members()) == 0 {
		d.problem(i, v.at, true, "a principal is \"*\" or an object such as {\"AWS\": \"ACCOUNT\"}")
	}
	p.Everyone = slices.Contains(p.AWS, "*")
	return p
}
