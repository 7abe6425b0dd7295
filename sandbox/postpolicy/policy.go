// Package postpolicy reads the policy of a browser's upload form and holds a form to it.
//
// Source: Amazon S3 API Reference, "Creating a POST Policy" and "POST Object".
package postpolicy

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Error is a refusal as S3 words it.
type Error struct {
	Status        int
	Code, Message string
	Fields        [][2]string // further elements of the error document
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func invalid(format string, args ...any) *Error {
	return &Error{Status: 400, Code: "InvalidPolicyDocument", Message: "Invalid Policy: " + fmt.Sprintf(format, args...)}
}

func refused(text string) *Error {
	return &Error{Status: 403, Code: "AccessDenied", Message: "Invalid according to Policy: " + text}
}

// Policy is a policy document.
type Policy struct {
	Expiration time.Time
	conditions []condition
}

// condition is one demand. Names are in lower case.
type condition struct {
	kind     string // eq, starts-with or content-length-range
	field    string
	value    string
	min, max int64
	raw      string // as a refusal repeats it
}

// Parse reads a form's policy field. Its error is an *Error.
func Parse(encoded string) (*Policy, error) {
	text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if err != nil {
		return nil, invalid("Invalid JSON.")
	}
	var doc struct {
		Expiration *string            `json:"expiration"`
		Conditions *[]json.RawMessage `json:"conditions"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&doc); err != nil {
		return nil, invalid("Invalid JSON.")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, invalid("Invalid JSON.")
	}
	if doc.Expiration == nil {
		return nil, invalid("Policy missing expiration.")
	}
	if doc.Conditions == nil {
		return nil, invalid("Policy missing conditions.")
	}
	p := &Policy{}
	if p.Expiration, err = time.Parse(time.RFC3339Nano, *doc.Expiration); err != nil {
		return nil, invalid("Invalid 'expiration' value: '%s'", *doc.Expiration)
	}
	for _, raw := range *doc.Conditions {
		c, err := readCondition(raw)
		if err != nil {
			return nil, err
		}
		p.conditions = append(p.conditions, c)
	}
	return p, nil
}

func readCondition(raw json.RawMessage) (condition, error) {
	if raw = bytes.TrimSpace(raw); bytes.HasPrefix(raw, []byte("{")) {
		return readSimple(raw)
	}
	var list []any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&list) != nil || len(list) != 3 {
		return condition{}, invalid("Invalid Condition: wrong number of arguments.")
	}
	kind, ok := list[0].(string)
	if !ok {
		return condition{}, invalid("Invalid Condition: the operation must be a string.")
	}
	if kind = strings.ToLower(kind); kind == "content-length-range" {
		return sizes(list)
	}
	return match(kind, list[1], list[2])
}

// readSimple reads {"field": "value"}, which is equality.
func readSimple(raw json.RawMessage) (condition, error) {
	var simple map[string]any
	if json.Unmarshal(raw, &simple) != nil || len(simple) != 1 {
		return condition{}, invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")
	}
	for name, v := range simple {
		if value, ok := v.(string); ok {
			return equal(name, value), nil
		}
	}
	return condition{}, invalid("Invalid Simple-Condition: value must be a string.")
}

// match reads the arguments of eq and starts-with.
func match(kind string, first, second any) (condition, error) {
	field, ok1 := first.(string)
	value, ok2 := second.(string)
	name, dollar := strings.CutPrefix(field, "$")
	switch {
	case !ok1 || !ok2 || !dollar:
		return condition{}, invalid("Invalid Condition: wrong type of arguments.")
	case kind == "eq":
		return equal(name, value), nil
	case kind == "starts-with":
		return condition{kind: kind, field: strings.ToLower(name), value: value, raw: phrase(kind, name, value)}, nil
	}
	return condition{}, invalid("Invalid Condition: unknown operation '%s'.", kind)
}

func equal(name, value string) condition {
	return condition{kind: "eq", field: strings.ToLower(name), value: value, raw: phrase("eq", name, value)}
}

// phrase repeats a condition as S3's refusals do.
func phrase(kind, name, value string) string {
	return fmt.Sprintf("[\"%s\", \"$%s\", \"%s\"]", kind, name, value)
}

func sizes(list []any) (condition, error) {
	c := condition{kind: "content-length-range"}
	for i, into := range []*int64{&c.min, &c.max} {
		n, err := strconv.ParseInt(fmt.Sprint(list[i+1]), 10, 64)
		if err != nil || n < 0 {
			return c, invalid("Invalid content-length-range: the sizes must be integers.")
		}
		*into = n
	}
	return c, nil
}

// exempt are the fields that a policy need not name.
var exempt = []string{"x-amz-signature", "signature", "file", "policy", "awsaccesskeyid"}

// Check holds a form to the policy at a time: fields by their names in lower case, bucket as the address names it, size
// in bytes of the file. The conditions are looked at in their order. Its error is an *Error.
func (p *Policy) Check(now time.Time, bucket string, fields map[string]string, size int64) error {
	if !now.Before(p.Expiration) {
		return refused("Policy expired.")
	}
	named := map[string]bool{}
	for _, c := range p.conditions {
		named[c.field] = true
		if err := c.check(bucket, fields, size); err != nil {
			return err
		}
	}
	var extra []string
	for name := range fields {
		if !named[name] && !slices.Contains(exempt, name) && !strings.HasPrefix(name, "x-ignore-") {
			extra = append(extra, name)
		}
	}
	if len(extra) > 0 {
		slices.Sort(extra)
		return refused("Extra input fields: " + strings.Join(extra, ", "))
	}
	return nil
}

func (c condition) check(bucket string, fields map[string]string, size int64) error {
	if c.kind == "content-length-range" {
		return c.checkSize(size)
	}
	value := fields[c.field]
	if c.field == "bucket" {
		value = bucket
	}
	ok := value == c.value
	if c.kind == "starts-with" {
		ok = strings.HasPrefix(value, c.value)
		if c.field == "content-type" && strings.Contains(value, ",") {
			// A Content-Type with commas is a list, all of which must begin so.
			ok = !slices.ContainsFunc(strings.Split(value, ","), func(one string) bool { return !strings.HasPrefix(strings.TrimSpace(one), c.value) })
		}
	}
	if !ok {
		return refused("Policy Condition failed: " + c.raw)
	}
	return nil
}

func (c condition) checkSize(size int64) error {
	proposed := [2]string{"ProposedSize", strconv.FormatInt(size, 10)}
	switch {
	case size < c.min:
		return &Error{Status: 400, Code: "EntityTooSmall", Message: "Your proposed upload is smaller than the minimum allowed size",
			Fields: [][2]string{proposed, {"MinSizeAllowed", strconv.FormatInt(c.min, 10)}}}
	case size > c.max:
		return &Error{Status: 400, Code: "EntityTooLarge", Message: "Your proposed upload exceeds the maximum allowed size",
			Fields: [][2]string{proposed, {"MaxSizeAllowed", strconv.FormatInt(c.max, 10)}}}
	}
	return nil
}
