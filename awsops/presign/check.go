package presign

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cooper/awsops"
	"cooper/awsops/sse"
)

const (
	maxObject   = 5 << 30 // bytes of one PUT or POST
	maxKey      = 1024    // bytes
	maxMetadata = 2048    // bytes of names and values
	maxTags     = 10
)

// Check says in a sentence what can't be of what is asked for, "" when nothing is wrong. anyKeyID is for compatible
// servers, whose KMS keys have no ARN.
func (s Spec) Check(anyKeyID bool) string {
	if s.Method == Put || s.Method == Form {
		if wrong := s.checkEncryption(anyKeyID); wrong != "" {
			return wrong
		}
	}
	for _, check := range []func() string{s.checkTarget, s.checkResponse, s.checkUpload, s.checkForm} {
		if wrong := check(); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (s Spec) checkTarget() string {
	switch {
	case s.Bucket == "":
		return "name a bucket"
	case !slices.Contains([]Method{Get, Head, Put, Delete, Form}, s.Method):
		return "a URL is for GET, HEAD, PUT or DELETE, a form for POST"
	case max(len(s.Key), len(s.Prefix)) > maxKey:
		return fmt.Sprintf("a key has at most %d bytes", maxKey)
	case s.Version != "" && (s.Key == "" || s.Method == Put || s.Method == Form):
		return "a version can be pinned for reading or deleting it only"
	}
	return s.checkKey()
}

func (s Spec) checkKey() string {
	switch {
	case s.Method == Put && s.Key == "":
		return "name the key that is uploaded to"
	case s.Method == Delete && s.Key == "":
		return "name the key that is deleted"
	case s.Method == Form && !utf8.ValidString(s.Prefix+s.Key):
		return "a form carries text, and this key's bytes are none: take PUT"
	}
	return ""
}

func (s Spec) checkResponse() string {
	if pairs := s.Response.pairs(); len(pairs) > 0 {
		if s.Method != Get && s.Method != Head || s.Key == "" {
			return "only an answer to GET or HEAD of an object can have other headers"
		}
		for _, p := range pairs {
			if wrong := headerText(p.Value); wrong != "" {
				return strings.TrimPrefix(p.Name, "response-") + ": " + wrong
			}
		}
	}
	return ""
}

// headerText says what keeps a text from being a header's value, "" when nothing does.
func headerText(s string) string {
	switch {
	case strings.TrimSpace(s) != s:
		return "a header's value neither begins nor ends with a space"
	case strings.Contains(s, "  "):
		return "a signed header has no two spaces in a row: clients and proxies may change them"
	case strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) >= 0:
		return "plain ASCII only: a signed header must arrive byte for byte"
	}
	return ""
}

func (s Spec) checkUpload() string {
	u := s.Upload
	if s.Method != Put && s.Method != Form {
		return ""
	}
	for _, check := range []func() string{u.checkHeaders, u.checkSizes, u.Checksum.check, u.checkMetadata, u.checkTags} {
		if wrong := check(); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (u Upload) checkHeaders() string {
	for _, p := range append([]awsops.Pair{{Name: "content type", Value: u.Type}, {Name: "storage class", Value: u.Class}}, u.Metadata...) {
		if wrong := headerText(p.Value); wrong != "" {
			return p.Name + ": " + wrong
		}
	}
	return ""
}

func (u Upload) checkSizes() string {
	switch {
	case u.Length < 0 || u.Length > maxObject || u.Max > maxObject:
		return "one upload holds at most 5 GiB"
	case u.Min < 0 || u.Max < 0 || u.Max != 0 && u.Min > u.Max:
		return "the sizes go from a smaller to a larger one"
	}
	return ""
}

func (s Spec) checkEncryption(anyKeyID bool) string {
	e := s.Upload.Encryption
	switch {
	case e.Client != nil:
		return "client-side encryption is done by a program that has the keys: a URL has none"
	case e.Kind == sse.Customer && s.Method == Form:
		return "a form would show the customer's key to whoever opens it: take PUT"
	}
	return e.Check(anyKeyID)
}

func (c Checksum) check() string {
	if c.Algorithm == "" && c.Value == "" {
		return ""
	}
	for _, a := range ChecksumAlgorithms {
		if a.Name != c.Algorithm {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(c.Value)
		if err != nil || len(raw) != a.Bytes {
			return fmt.Sprintf("a %s checksum is %d bytes in base64", a.Name, a.Bytes)
		}
		return ""
	}
	return "name the checksum's algorithm"
}

func (u Upload) checkMetadata() string {
	size := 0
	seen := map[string]bool{}
	for _, p := range u.Metadata {
		low := strings.ToLower(p.Name)
		if p.Name == "" || strings.IndexFunc(p.Name, func(r rune) bool { return !tokenRune(r) }) >= 0 {
			return fmt.Sprintf("%q can't be the name of metadata: letters, digits and - only", p.Name)
		}
		if seen[low] {
			return fmt.Sprintf("the metadata %s is there twice", low)
		}
		seen[low] = true
		size += len(p.Name) + len(p.Value)
	}
	if size > maxMetadata {
		return fmt.Sprintf("metadata holds at most %d bytes, this has %d", maxMetadata, size)
	}
	return ""
}

func tokenRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.'
}

func tagRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSpace(r) || strings.ContainsRune("+-=._:/@", r)
}

func (u Upload) checkTags() string {
	seen := map[string]bool{}
	for _, t := range u.Tags {
		switch {
		case t.Name == "" || utf8.RuneCountInString(t.Name) > 128:
			return "a tag's key has 1 to 128 characters"
		case utf8.RuneCountInString(t.Value) > 256:
			return "a tag's value has at most 256 characters"
		case strings.IndexFunc(t.Name+t.Value, func(r rune) bool { return !tagRune(r) }) >= 0:
			return "tags hold letters, digits, spaces and + - = . _ : / @ only"
		case strings.HasPrefix(strings.ToLower(t.Name), "aws:"):
			return "tags that begin with aws: are AWS's own"
		case seen[t.Name]:
			return "the tag " + t.Name + " is there twice"
		}
		seen[t.Name] = true
	}
	if len(u.Tags) > maxTags {
		return fmt.Sprintf("an object has at most %d tags", maxTags)
	}
	return ""
}

func (s Spec) checkForm() string {
	if s.Method != Form {
		return ""
	}
	u := s.Upload
	switch {
	case !slices.Contains([]string{"", "200", "201", "204"}, u.Status):
		return "the status of an upload is 200, 201 or 204"
	case u.NewOnly:
		return "a form can't keep an object from being overwritten: that takes PUT"
	case u.Length != 0:
		return "a form has a range of sizes: from and to"
	case u.Redirect == "":
		return ""
	}
	at, err := url.Parse(u.Redirect)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" || headerText(u.Redirect) != "" {
		return "the browser is sent to an address that begins with https://"
	}
	return ""
}
