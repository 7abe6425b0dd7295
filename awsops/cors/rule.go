// Package cors knows the rules of a bucket's cross-origin resource sharing: what a configuration may hold, which rule
// answers a request and with which headers, what people usually get wrong, and how the AWS CLI and S3 write it down.
// It has no network and changes nothing.
//
// CORS is no access control. It decides what a browser lets a script read; who may do what is decided as without it,
// and a request that no rule allows is carried out all the same. See "Using cross-origin resource sharing (CORS)",
// "Elements of a CORS configuration" and "Testing CORS" in the Amazon S3 User Guide.
package cors

import (
	"slices"
	"strings"
)

// The limits of a configuration ("PutBucketCors", "CORSRule").
const (
	MaxRules    = 100
	MaxDocument = 64 << 10 // bytes of the XML document
	MaxID       = 255      // characters
)

// Methods are what a rule can allow. OPTIONS is none of them: S3 answers it by itself.
var Methods = []string{"GET", "PUT", "POST", "DELETE", "HEAD"}

// Rule is one rule of a configuration. The order of its lists is kept.
type Rule struct {
	ID             string   `json:"ID,omitempty"`
	AllowedOrigins []string `json:"AllowedOrigins"`
	AllowedMethods []string `json:"AllowedMethods"`
	AllowedHeaders []string `json:"AllowedHeaders,omitempty"`
	ExposeHeaders  []string `json:"ExposeHeaders,omitempty"`
	MaxAgeSeconds  *int32   `json:"MaxAgeSeconds,omitempty"` // nil: none is sent, and browsers keep a preflight for 5 s
}

// Clone gives a copy that shares nothing with r.
func (r Rule) Clone() Rule {
	r.AllowedOrigins, r.AllowedMethods = slices.Clone(r.AllowedOrigins), slices.Clone(r.AllowedMethods)
	r.AllowedHeaders, r.ExposeHeaders = slices.Clone(r.AllowedHeaders), slices.Clone(r.ExposeHeaders)
	if r.MaxAgeSeconds != nil {
		age := *r.MaxAgeSeconds
		r.MaxAgeSeconds = &age
	}
	return r
}

// CloneAll copies rules.
func CloneAll(rules []Rule) []Rule {
	out := make([]Rule, len(rules))
	for i, r := range rules {
		out[i] = r.Clone()
	}
	return out
}

// Equal says whether two rules are the same, the order of their lists included. An empty list is as good as none.
func Equal(a, b Rule) bool {
	return a.ID == b.ID && slices.Equal(a.AllowedOrigins, b.AllowedOrigins) && slices.Equal(a.AllowedMethods, b.AllowedMethods) &&
		slices.Equal(a.AllowedHeaders, b.AllowedHeaders) && slices.Equal(a.ExposeHeaders, b.ExposeHeaders) && sameAge(a.MaxAgeSeconds, b.MaxAgeSeconds)
}

func sameAge(a, b *int32) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// split cuts a list of header names at its commas. Names are compared without regard to case, so they are given in
// small letters.
func split(list string) []string {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			out = append(out, name)
		}
	}
	return out
}
