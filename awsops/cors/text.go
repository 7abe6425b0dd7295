package cors

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// SyntaxError is why a text is no configuration.
type SyntaxError struct {
	Line, Column int // from 1; the column counts bytes
	Text         string
}

// Error gives the place and the reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

func syntaxAt(text string, offset int, why string) *SyntaxError {
	offset = max(min(offset, len(text)), 0)
	before := text[:offset]
	return &SyntaxError{Line: 1 + strings.Count(before, "\n"), Column: offset - strings.LastIndexByte(before, '\n'), Text: why}
}

// Parse reads a configuration in any of the forms that it is kept in: the AWS CLI's JSON ({"CORSRules": […]}), the S3
// console's JSON (the list alone) and S3's XML. What it doesn't know is an error with its place, never dropped: a
// *SyntaxError. Check says whether S3 takes what was read.
func Parse(text string) ([]Rule, error) {
	trimmed := strings.TrimLeft(text, " \t\r\n\ufeff")
	skipped := len(text) - len(trimmed)
	switch {
	case trimmed == "":
		return nil, syntaxAt(text, 0, "there is nothing")
	case trimmed[0] == '<':
		return parseXML(text, skipped)
	case trimmed[0] == '[':
		var rules []Rule
		err := parseJSON(text, skipped, &rules)
		return rules, err
	}
	var doc struct {
		Rules *[]Rule `json:"CORSRules"`
	}
	if err := parseJSON(text, skipped, &doc); err != nil {
		return nil, err
	}
	if doc.Rules == nil {
		return nil, syntaxAt(text, skipped, `there is no "CORSRules"`)
	}
	return *doc.Rules, nil
}

func parseJSON(text string, skipped int, into any) error {
	d := json.NewDecoder(strings.NewReader(text[skipped:]))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return jsonError(text, skipped, int(d.InputOffset()), err)
	}
	at := skipped + int(d.InputOffset())
	if rest := strings.TrimLeft(text[at:], " \t\r\n"); rest != "" {
		return syntaxAt(text, len(text)-len(rest), "there is more after the end of the configuration")
	}
	return nil
}

func jsonError(text string, skipped, at int, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return syntaxAt(text, skipped+int(syntax.Offset)-1, strings.TrimPrefix(syntax.Error(), "json: "))
	case errors.As(err, &kind):
		return syntaxAt(text, skipped+int(kind.Offset)-1, fmt.Sprintf("%s can't be a %s", kind.Field, kind.Value))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return syntaxAt(text, len(text), "it ends too early")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		if i := strings.Index(text, name); i >= 0 {
			at = i - skipped
		}
		return syntaxAt(text, skipped+at, name+" is not a field of a CORS configuration")
	}
	return syntaxAt(text, skipped+at, err.Error())
}

// FormatJSON writes a configuration as the AWS CLI reads and prints it.
func FormatJSON(rules []Rule) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	_ = e.Encode(document(rules)) // strings, numbers and lists of them always encode
	return b.String()
}

// CompactJSON is FormatJSON on one line, for a command line.
func CompactJSON(rules []Rule) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(document(rules)) // as above
	return strings.TrimSpace(b.String())
}

type jsonDocument struct {
	Rules []Rule `json:"CORSRules"`
}

func document(rules []Rule) jsonDocument {
	out := CloneAll(rules)
	for i := range out {
		if out[i].AllowedOrigins == nil {
			out[i].AllowedOrigins = []string{}
		}
		if out[i].AllowedMethods == nil {
			out[i].AllowedMethods = []string{}
		}
	}
	return jsonDocument{out}
}

const xmlNamespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// FormatXML writes a configuration as S3 reads it.
func FormatXML(rules []Rule) string {
	var b bytes.Buffer
	b.WriteString("<CORSConfiguration xmlns=\"" + xmlNamespace + "\">\n")
	element := func(name string, values ...string) {
		for _, v := range values {
			b.WriteString("    <" + name + ">")
			_ = xml.EscapeText(&b, []byte(v)) // a buffer takes everything
			b.WriteString("</" + name + ">\n")
		}
	}
	for _, r := range rules {
		b.WriteString("  <CORSRule>\n")
		if r.ID != "" {
			element("ID", r.ID)
		}
		element("AllowedOrigin", r.AllowedOrigins...)
		element("AllowedMethod", r.AllowedMethods...)
		element("AllowedHeader", r.AllowedHeaders...)
		element("ExposeHeader", r.ExposeHeaders...)
		if r.MaxAgeSeconds != nil {
			element("MaxAgeSeconds", strconv.Itoa(int(*r.MaxAgeSeconds)))
		}
		b.WriteString("  </CORSRule>\n")
	}
	b.WriteString("</CORSConfiguration>\n")
	return b.String()
}

// xmlReader walks the three levels of a document.
type xmlReader struct {
	d       *xml.Decoder
	text    string
	skipped int
	path    []string
	value   strings.Builder
	rules   []Rule
	ended   bool
}

func parseXML(text string, skipped int) ([]Rule, error) {
	x := &xmlReader{d: xml.NewDecoder(strings.NewReader(text[skipped:])), text: text, skipped: skipped, rules: []Rule{}}
	for {
		at := int(x.d.InputOffset())
		token, err := x.d.Token()
		if errors.Is(err, io.EOF) && x.ended {
			return x.rules, nil
		}
		if err != nil {
			return nil, syntaxAt(text, skipped+int(x.d.InputOffset()), xmlReason(err))
		}
		if why := x.take(token); why != "" {
			return nil, syntaxAt(text, skipped+at, why)
		}
	}
}

func xmlReason(err error) string {
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return syntax.Msg
	case errors.Is(err, io.EOF):
		return "it ends too early"
	}
	return err.Error()
}

var xmlFields = []string{"ID", "AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader", "MaxAgeSeconds"}

func (x *xmlReader) take(token xml.Token) string {
	switch t := token.(type) {
	case xml.StartElement:
		return x.start(t)
	case xml.EndElement:
		return x.end()
	case xml.CharData:
		if len(x.path) == 3 {
			x.value.Write(t)
		} else if strings.TrimSpace(string(t)) != "" {
			return "there is text between the elements"
		}
	}
	return ""
}

func (x *xmlReader) start(t xml.StartElement) string {
	name := t.Name.Local
	known := [][]string{{"CORSConfiguration"}, {"CORSRule"}, xmlFields}
	if x.ended || len(x.path) >= len(known) || !slices.Contains(known[len(x.path)], name) {
		return "<" + name + "> is not expected here"
	}
	x.path = append(x.path, name)
	x.value.Reset()
	if len(x.path) == 2 {
		x.rules = append(x.rules, Rule{})
	}
	return ""
}

func (x *xmlReader) end() string {
	name := x.path[len(x.path)-1]
	x.path = x.path[:len(x.path)-1]
	if len(x.path) == 2 {
		return x.set(&x.rules[len(x.rules)-1], name, x.value.String())
	}
	x.ended = len(x.path) == 0
	return ""
}

func (x *xmlReader) set(r *Rule, name, value string) string {
	switch name {
	case "ID":
		if r.ID != "" {
			return "there is a second <ID>"
		}
		r.ID = value
	case "AllowedOrigin":
		r.AllowedOrigins = append(r.AllowedOrigins, value)
	case "AllowedMethod":
		r.AllowedMethods = append(r.AllowedMethods, value)
	case "AllowedHeader":
		r.AllowedHeaders = append(r.AllowedHeaders, value)
	case "ExposeHeader":
		r.ExposeHeaders = append(r.ExposeHeaders, value)
	case "MaxAgeSeconds":
		n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 32)
		if err != nil || r.MaxAgeSeconds != nil {
			return "<MaxAgeSeconds> is one whole number"
		}
		age := int32(n)
		r.MaxAgeSeconds = &age
	}
	return ""
}
