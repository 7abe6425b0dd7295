package presign

import (
	"encoding/json"
	"encoding/xml"
	"html"
	"strings"
	"time"

	"cooper/awsops"
)

// filename stands in a form's key for the name of the file that its user chooses.
const filename = "${filename}"

// fields are what the form holds besides the signature and the file, in the order in which they are sent.
func (s Spec) fields() []awsops.Pair {
	key := s.Key
	if key == "" {
		key = s.Prefix + filename
	}
	out := []awsops.Pair{{Name: "key", Value: key}}
	for _, h := range s.Upload.headers() {
		if h.Name == "Content-Type" && s.Upload.TypePrefix {
			continue // the user of the form fills it in
		}
		out = append(out, h)
	}
	if len(s.Upload.Tags) > 0 {
		out = append(out, awsops.Pair{Name: "tagging", Value: tagDocument(s.Upload.Tags)})
	}
	return append(out, kept(awsops.Pair{Name: "success_action_status", Value: s.Upload.Status},
		awsops.Pair{Name: "success_action_redirect", Value: s.Upload.Redirect})...)
}

// tagDocument writes tags as a form carries them: as the XML of PutObjectTagging.
func tagDocument(tags []awsops.Pair) string {
	var b strings.Builder
	text := func(s string) { _ = xml.EscapeText(&b, []byte(s)) } // a Builder takes everything
	b.WriteString("<Tagging><TagSet>")
	for _, t := range tags {
		b.WriteString("<Tag><Key>")
		text(t.Name)
		b.WriteString("</Key><Value>")
		text(t.Value)
		b.WriteString("</Value></Tag>")
	}
	b.WriteString("</TagSet></Tagging>")
	return b.String()
}

// document makes the policy: every field of the form is in it, or S3 refuses the form.
func (s Spec) document(until time.Time, signing []awsops.Pair) ([]byte, error) {
	conditions := []any{map[string]string{"bucket": s.Bucket}}
	for _, f := range s.fields() {
		if f.Name == "key" && s.Key == "" {
			conditions = append(conditions, []string{"starts-with", "$key", s.Prefix})
			continue
		}
		conditions = append(conditions, []string{"eq", "$" + f.Name, f.Value})
	}
	if s.Upload.TypePrefix {
		conditions = append(conditions, []string{"starts-with", "$Content-Type", s.Upload.Type})
	}
	if s.Upload.Max > 0 {
		conditions = append(conditions, []any{"content-length-range", s.Upload.Min, s.Upload.Max})
	}
	for _, f := range signing {
		conditions = append(conditions, map[string]string{f.Name: f.Value})
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(map[string]any{"expiration": until.UTC().Format("2006-01-02T15:04:05.000Z"), "conditions": conditions})
	return []byte(strings.TrimSuffix(b.String(), "\n")), err
}

// Fields are all fields of the form but the file, the signature among them: they are as secret as a URL.
func (m *Made) Fields() []awsops.Pair {
	if m.Spec.Method != Form {
		return nil
	}
	return append(m.Spec.fields(), m.form.Reveal()...)
}

// JSON gives the form as programs take it: the address and the fields. It is a secret as a URL is.
func (m *Made) JSON() string {
	fields := map[string]string{}
	for _, f := range m.Fields() {
		fields[f.Name] = f.Value
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(map[string]any{"url": m.form.Address, "fields": fields}) // a Builder takes everything
	return b.String()
}

// HTML gives the form as a page of its own that uploads a file from a browser. It is a secret as a URL is.
func (m *Made) HTML() string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>Upload</title>\n<form action=\"" + html.EscapeString(m.form.Address) +
		"\" method=\"post\" enctype=\"multipart/form-data\">\n")
	for _, f := range m.Fields() {
		b.WriteString("  <input type=\"hidden\" name=\"" + html.EscapeString(f.Name) + "\" value=\"" + html.EscapeString(f.Value) + "\">\n")
	}
	if m.Spec.Upload.TypePrefix {
		b.WriteString("  <label>Content-Type <input name=\"Content-Type\" value=\"" + html.EscapeString(m.Spec.Upload.Type) + "\"></label>\n")
	}
	b.WriteString("  <input type=\"file\" name=\"file\">\n  <button>Upload</button>\n</form>\n")
	return b.String()
}
