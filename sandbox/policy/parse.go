package policy

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Error is why a document is refused; S3 answers it as 400 MalformedPolicy with this text.
type Error string

func (e Error) Error() string { return string(e) }

// Parse reads an identity policy: one that hangs on a user or role and so names no principal.
func Parse(doc []byte) (*Document, error) {
	d, err := parse(doc)
	if err != nil {
		return nil, err
	}
	for _, s := range d.Statements {
		if s.Principals != nil || s.NotPrincipals != nil {
			return nil, Error("Policy document should not specify a principal.")
		}
	}
	return d, nil
}

// ParseBucket reads the policy of a bucket and judges it as PutBucketPolicy does: principals, actions and
// resources have to be S3's, and every action has to fit a resource of its statement.
func ParseBucket(doc []byte, bucket string) (*Document, error) {
	d, err := parse(doc)
	if err != nil {
		return nil, err
	}
	for i := range d.Statements {
		if err := d.Statements[i].checkForBucket(bucket); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// ParseKey reads the policy of a KMS key: every statement names a principal.
func ParseKey(doc []byte) (*Document, error) {
	d, err := parse(doc)
	if err != nil {
		return nil, err
	}
	for _, s := range d.Statements {
		if s.Principals == nil && s.NotPrincipals == nil {
			return nil, Error("Missing required field Principal")
		}
	}
	return d, nil
}

func parse(doc []byte) (*Document, error) {
	doc = bytes.TrimSpace(doc)
	if len(doc) == 0 || doc[0] != '{' || !json.Valid(doc) {
		return nil, Error("Policies must be valid JSON and the first byte must be '{'")
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(doc, &fields) != nil {
		return nil, Error("Policies must be valid JSON and the first byte must be '{'")
	}
	d := &Document{Version: "2008-10-17"}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := d.take(name, fields[name]); err != nil {
			return nil, err
		}
	}
	if fields["Statement"] == nil {
		return nil, Error("Missing required field Statement")
	}
	if d.Version != "2012-10-17" {
		d.spellOutVariables()
	}
	return d, d.checkSids()
}

// spellOutVariables makes plain text of what only the newer version takes for policy variables.
func (d *Document) spellOutVariables() {
	plain := func(list []string) {
		for i := range list {
			list[i] = strings.ReplaceAll(list[i], "${", "${$}{")
		}
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		plain(s.Resources)
		plain(s.NotResources)
		for _, c := range s.Conditions {
			plain(c.Values)
		}
	}
}

func (d *Document) take(name string, raw json.RawMessage) error {
	switch name {
	case "Version":
		if json.Unmarshal(raw, &d.Version) != nil || d.Version != "2012-10-17" && d.Version != "2008-10-17" {
			return Error("The policy must contain a valid version string")
		}
	case "Id":
		if json.Unmarshal(raw, &d.ID) != nil {
			return Error("Invalid policy syntax.")
		}
	case "Statement":
		return d.takeStatements(raw)
	default:
		return Error("Unknown field " + name)
	}
	return nil
}

func (d *Document) takeStatements(raw json.RawMessage) error {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	if len(list) == 0 {
		return Error("Could not parse the policy: Statement is empty!")
	}
	for _, item := range list {
		s, err := parseStatement(item)
		if err != nil {
			return err
		}
		d.Statements = append(d.Statements, s)
	}
	return nil
}

func (d *Document) checkSids() error {
	seen := map[string]bool{}
	for _, s := range d.Statements {
		if s.Sid != "" && seen[s.Sid] {
			return Error("Statement IDs (SID) in a single policy must be unique.")
		}
		seen[s.Sid] = true
	}
	return nil
}

func parseStatement(raw json.RawMessage) (Statement, error) {
	var s Statement
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return s, Error("Invalid policy syntax.")
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := s.take(name, fields[name]); err != nil {
			return s, err
		}
	}
	return s, s.checkFields()
}

// checkFields asks for what has to be there, and refuses both of a pair.
func (s *Statement) checkFields() error {
	switch {
	case s.Effect == None:
		return Error("Missing required field Effect")
	case s.Actions == nil && s.NotActions == nil:
		return Error("Missing required field Action")
	case s.Resources == nil && s.NotResources == nil:
		return Error("Missing required field Resource")
	case s.Actions != nil && s.NotActions != nil, s.Resources != nil && s.NotResources != nil,
		s.Principals != nil && s.NotPrincipals != nil:
		return Error("Invalid policy syntax.")
	}
	return nil
}

func (s *Statement) take(name string, raw json.RawMessage) (err error) {
	switch name {
	case "Sid":
		if json.Unmarshal(raw, &s.Sid) != nil {
			return Error("Invalid policy syntax.")
		}
	case "Effect":
		return s.takeEffect(raw)
	case "Principal":
		s.Principals, err = parsePrincipals(raw)
	case "NotPrincipal":
		s.NotPrincipals, err = parsePrincipals(raw)
	case "Action":
		s.Actions, err = stringsOf(raw)
	case "NotAction":
		s.NotActions, err = stringsOf(raw)
	case "Resource":
		s.Resources, err = stringsOf(raw)
	case "NotResource":
		s.NotResources, err = stringsOf(raw)
	case "Condition":
		s.Conditions, err = parseConditions(raw)
	default:
		return Error("Unknown field " + name)
	}
	return err
}

func (s *Statement) takeEffect(raw json.RawMessage) error {
	var word string
	_ = json.Unmarshal(raw, &word) // whatever is no string is no effect either
	switch word {
	case "Allow":
		s.Effect = Allow
	case "Deny":
		s.Effect = Deny
	default:
		return Error("Invalid effect: " + word)
	}
	return nil
}

// stringsOf reads a string or a list of strings.
func stringsOf(raw json.RawMessage) ([]string, error) {
	var one string
	if json.Unmarshal(raw, &one) == nil && raw[0] == '"' {
		return []string{one}, nil
	}
	list := []string{}
	if json.Unmarshal(raw, &list) != nil || list == nil {
		return nil, Error("Invalid policy syntax.")
	}
	return list, nil
}

func parsePrincipals(raw json.RawMessage) (*Principals, error) {
	var word string
	if json.Unmarshal(raw, &word) == nil {
		if word != "*" {
			return nil, Error("Invalid principal in policy")
		}
		return &Principals{Everyone: true}, nil
	}
	var kinds map[string]json.RawMessage
	if json.Unmarshal(raw, &kinds) != nil || len(kinds) == 0 {
		return nil, Error("Invalid principal in policy")
	}
	p := &Principals{}
	for kind, value := range kinds {
		list, err := stringsOf(value)
		if err != nil || len(list) == 0 {
			return nil, Error("Invalid principal in policy")
		}
		if !p.add(kind, list) {
			return nil, Error("Invalid principal in policy")
		}
	}
	return p, nil
}

// add enters the principals of a kind; false when there is no such kind.
func (p *Principals) add(kind string, list []string) bool {
	switch kind {
	case "AWS":
		p.AWS, p.Everyone = list, slices.Contains(list, "*")
	case "Service":
		p.Service = list
	case "Federated":
		p.Federated = list
	case "CanonicalUser":
		p.Canonical = list
	default:
		return false
	}
	return true
}

func parseConditions(raw json.RawMessage) ([]Condition, error) {
	var operators map[string]map[string]json.RawMessage
	if json.Unmarshal(raw, &operators) != nil {
		return nil, Error("Invalid policy syntax.")
	}
	var all []Condition
	for _, operator := range slices.Sorted(maps.Keys(operators)) {
		for _, key := range slices.Sorted(maps.Keys(operators[operator])) {
			values, err := conditionValues(operators[operator][key])
			if err != nil {
				return nil, err
			}
			c, ok := newCondition(operator, key, values)
			if !ok {
				return nil, Error("Invalid Condition type : " + operator)
			}
			if !strings.Contains(key, ":") {
				return nil, Error("Policy has an invalid condition key")
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// conditionValues also takes the booleans and numbers that people write without quotes.
func conditionValues(raw json.RawMessage) ([]string, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	values := make([]string, 0, len(list))
	for _, item := range list {
		var text string
		switch {
		case json.Unmarshal(item, &text) == nil && item[0] == '"':
			values = append(values, text)
		case item[0] == '{' || item[0] == '[' || item[0] == 'n':
			return nil, Error("Invalid policy syntax.")
		default:
			values = append(values, string(item))
		}
	}
	return values, nil
}
