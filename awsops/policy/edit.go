package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Empty is the policy that a first statement is added to.
const Empty = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}\n"

// Find gives the index of the statement with a Sid, -1 when there is none.
func (d *Document) Find(sid string) int {
	return slices.IndexFunc(d.Statements, func(s Statement) bool { return sid != "" && s.Sid == sid })
}

// Add gives the policy with statements behind the last one. A statement with the Sid of one that is there takes its
// place. All other bytes stay as they are. The error is that the text is no policy any more, or was none.
func (d *Document) Add(statements ...[]byte) (*Document, error) {
	out := d
	for _, s := range statements {
		one, err := Parse([]byte(`{"Statement":` + string(s) + `}`))
		if err != nil || len(one.Statements) != 1 || one.Statements[0].broken {
			return nil, errors.New("that is no statement")
		}
		if i := out.Find(one.Statements[0].Sid); i >= 0 {
			out, err = out.Replace(i, s)
		} else {
			out, err = out.add(s)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Replace gives the policy with another text for statement i.
func (d *Document) Replace(i int, statement []byte) (*Document, error) {
	old := d.Statements[i]
	indent, broken := d.indent(old.Start)
	return d.splice(old.Start, old.Start+len(old.Raw), dress(statement, indent, broken))
}

// Remove gives the policy without statement i. The last one can't be removed: then the policy itself goes.
func (d *Document) Remove(i int) (*Document, error) {
	if len(d.Statements) < 2 {
		return nil, errors.New("a policy without statements is not accepted: delete the policy")
	}
	old := d.Statements[i]
	if i == 0 {
		return d.splice(old.Start, d.Statements[1].Start, nil)
	}
	before := d.Statements[i-1]
	return d.splice(before.Start+len(before.Raw), old.Start+len(old.Raw), nil)
}

func (d *Document) add(statement []byte) (*Document, error) {
	switch {
	case d.list.raw == nil:
		return nil, errors.New("the policy has no Statement to add to")
	case d.single:
		both := slices.Concat([]byte("["), d.list.raw, []byte(","), dress(statement, "", false), []byte("]"))
		return d.splice(d.list.at, d.list.end(), both)
	case len(d.Statements) == 0:
		inner, broken := d.indent(d.list.at)
		if !broken {
			return d.splice(d.list.at, d.list.end(), slices.Concat([]byte("["), dress(statement, "", false), []byte("]")))
		}
		return d.splice(d.list.at, d.list.end(), slices.Concat([]byte("[\n"+inner+"  "), dress(statement, inner+"  ", true), []byte("\n"+inner+"]")))
	}
	last := d.Statements[len(d.Statements)-1]
	indent, broken := d.indent(last.Start)
	glue := ","
	if broken {
		glue += "\n" + indent
	}
	end := last.Start + len(last.Raw)
	return d.splice(end, end, slices.Concat([]byte(glue), dress(statement, indent, broken)))
}

// indent is the white space at the beginning of the line of an offset; broken says whether the text has lines at all.
func (d *Document) indent(offset int) (white string, broken bool) {
	from := bytes.LastIndexByte(d.text[:offset], '\n') + 1
	line := d.text[from:]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))]), from > 0
}

// dress lays a statement out as its surroundings are.
func dress(statement []byte, indent string, broken bool) []byte {
	var out bytes.Buffer
	if !broken {
		if json.Compact(&out, statement) != nil {
			return statement
		}
		return out.Bytes()
	}
	if json.Indent(&out, statement, indent, "  ") != nil {
		return statement
	}
	return bytes.TrimSpace(out.Bytes())
}

func (d *Document) splice(from, to int, text []byte) (*Document, error) {
	return Parse(slices.Concat(d.text[:from], text, d.text[to:]))
}

// Compact is the text without white space: what is sent to S3, whose limit counts bytes. Numbers keep their spelling.
func Compact(text []byte) []byte {
	var out bytes.Buffer
	if json.Compact(&out, text) != nil {
		return text
	}
	return out.Bytes()
}

// Pretty lays a policy out in lines, as it is shown and compared. A text that is no JSON stays as it is.
func Pretty(text []byte) []byte {
	var out bytes.Buffer
	if json.Indent(&out, bytes.TrimSpace(text), "", "  ") != nil {
		return text
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// Same reports whether two texts are one policy but for white space.
func Same(a, b []byte) bool { return bytes.Equal(Compact(a), Compact(b)) }

// Meaning is a text that two policies share when they say the same: fields in one order, lists as sets, one string and
// a list of it alike. S3 may give a policy back in other words than it was given.
func Meaning(text []byte) string {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return string(text)
	}
	out, err := json.Marshal(settle(v, ""))
	if err != nil {
		return string(text)
	}
	return string(out)
}

// settle gives the canonical form of the value of a field.
func settle(v any, field string) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = settle(v[k], k)
		}
	case []any:
		if len(v) == 1 {
			return settle(v[0], field)
		}
		for i := range v {
			v[i] = settle(v[i], field)
		}
		if field != "Statement" {
			slices.SortFunc(v, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
	}
	return v
}
