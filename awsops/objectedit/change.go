// Package objectedit changes objects that are there: content headers, metadata and the storage class, for which S3
// knows only a copy onto the same key; tags, which are changed in place; and the text of small ones, which a person
// edits in their own editor.
package objectedit

import (
	"fmt"
	"slices"
	"strings"

	"cooper/awsops/objects"
	"cooper/awsops/transfer"
)

// Header names one of the content headers that S3 keeps with an object.
type Header string

// The headers that can be edited.
const (
	ContentType        Header = "Content-Type"
	ContentEncoding    Header = "Content-Encoding"
	ContentDisposition Header = "Content-Disposition"
	ContentLanguage    Header = "Content-Language"
	CacheControl       Header = "Cache-Control"
	Expires            Header = "Expires"
	Redirect           Header = "x-amz-website-redirect-location"
)

// Headers are all of them in the order in which they are shown.
func Headers() []Header {
	return []Header{ContentType, ContentEncoding, ContentDisposition, ContentLanguage, CacheControl, Expires, Redirect}
}

// Of gives the header's place in a head.
func (h Header) Of(head *objects.Head) *string {
	switch h {
	case ContentType:
		return &head.ContentType
	case ContentEncoding:
		return &head.ContentEncoding
	case ContentDisposition:
		return &head.ContentDisposition
	case ContentLanguage:
		return &head.ContentLanguage
	case CacheControl:
		return &head.CacheControl
	case Expires:
		return &head.Expires
	case Redirect:
		return &head.Redirect
	}
	return nil
}

// Pairs is a change of names and values: of metadata or tags.
type Pairs struct {
	Set    []objects.Pair `json:"set,omitempty"`
	Remove []string       `json:"remove,omitempty"`
	Only   bool           `json:"only,omitempty"` // what is not in Set goes
}

// None reports whether nothing is asked for.
func (p Pairs) None() bool { return len(p.Set) == 0 && len(p.Remove) == 0 && !p.Only }

// Of makes the pairs as they shall be, sorted by name.
func (p Pairs) Of(now []objects.Pair) []objects.Pair {
	var out []objects.Pair
	for _, pair := range now {
		if !p.Only && !slices.Contains(p.Remove, pair.Name) && !named(p.Set, pair.Name) {
			out = append(out, pair)
		}
	}
	out = append(out, p.Set...)
	slices.SortFunc(out, func(a, b objects.Pair) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func named(pairs []objects.Pair, name string) bool {
	return slices.ContainsFunc(pairs, func(p objects.Pair) bool { return p.Name == name })
}

// Change is what objects get. What it doesn't name they keep.
type Change struct {
	Class    string            `json:"class,omitempty"`
	Headers  map[Header]string `json:"headers,omitempty"` // "" takes the header away
	Metadata Pairs             `json:"metadata,omitzero"`
	Tags     Pairs             `json:"tags,omitzero"` // sent along with the copy
}

// None reports whether nothing is asked for that takes a copy.
func (c Change) None() bool { return c.Class == "" && len(c.Headers) == 0 && c.Metadata.None() }

// Head makes what an object shall have of what it has.
func (c Change) Head(h objects.Head) objects.Head {
	if c.Class != "" {
		h.StorageClass = c.Class
	}
	for _, name := range Headers() {
		if value, ok := c.Headers[name]; ok {
			*name.Of(&h) = value
		}
	}
	if !c.Metadata.None() {
		h.Metadata = c.Metadata.Of(h.Metadata)
	}
	return h
}

// Problem says why a change can't be made, "" when it can.
func (c Change) Problem() string {
	for _, name := range Headers() {
		value := c.Headers[name]
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			return string(name) + " takes printable ASCII only"
		}
		if value != strings.TrimSpace(value) {
			return string(name) + " begins or ends with a space, which a header loses"
		}
	}
	for _, p := range c.Metadata.Set {
		if p.Name != strings.ToLower(p.Name) {
			return fmt.Sprintf("S3 keeps names of metadata in lower case: %s", strings.ToLower(p.Name))
		}
	}
	return transfer.Attributes{Class: c.Class, Metadata: c.Metadata.Set, Tags: c.Tags.Set}.Check()
}

// whole says what is wrong with all that an object shall have.
func whole(h objects.Head, tags []objects.Pair) string {
	return transfer.Attributes{Metadata: h.Metadata, Tags: tags}.Check()
}
