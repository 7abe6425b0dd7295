package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type pair struct{ name, value string }

// queryPairs takes a raw query apart, decoded. Unlike net/url it keeps pairs with semicolons and bad escapes:
// what the client signed must come out again whatever its bytes are.
func queryPairs(raw string) []pair {
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{unescape(name, true), unescape(value, true)})
	}
	return pairs
}

func find(pairs []pair, name string) (string, bool) {
	for _, p := range pairs {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

func canonicalQuery(pairs []pair) string {
	var parts []string
	for _, p := range pairs {
		if p.name != "X-Amz-Signature" {
			parts = append(parts, escape(p.name, false)+"="+escape(p.value, false))
		}
	}
	// Sorting "name=value" would put "a-b=" before "a=": names are compared alone first.
	slices.SortFunc(parts, func(a, b string) int {
		an, av, _ := strings.Cut(a, "=")
		bn, bv, _ := strings.Cut(b, "=")
		if c := strings.Compare(an, bn); c != 0 {
			return c
		}
		return strings.Compare(av, bv)
	})
	return strings.Join(parts, "&")
}

// canonicalPath escapes the decoded path once for S3 and twice for every other service.
func canonicalPath(r *http.Request, service string) string {
	path := unescape(r.URL.EscapedPath(), false)
	if r.URL.Opaque != "" {
		path = opaquePath(r.URL.Opaque)
	}
	if path == "" {
		path = "/"
	}
	path = escape(path, true)
	if !singleEscape(service) {
		path = escape(path, true)
	}
	return path
}

// opaquePath is the path of "//host/path", the form in which a client keeps net/http from touching escapes.
func opaquePath(opaque string) string {
	_, rest, ok := strings.Cut(strings.TrimPrefix(opaque, "//"), "/")
	if !ok {
		return "/"
	}
	return "/" + unescape(rest, false)
}

func singleEscape(service string) bool {
	return service == "s3" || strings.HasPrefix(service, "s3-") || service == "s3express"
}

func canonicalRequest(r *http.Request, c *claim) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	b.WriteString(canonicalPath(r, c.service) + "\n")
	b.WriteString(canonicalQuery(queryPairs(r.URL.RawQuery)) + "\n")
	for _, name := range c.signedHeaders {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(c.signedHeaders, ";") + "\n" + c.payload)
	return b.String()
}

// headerValue joins a header's values; net/http keeps three of them outside the header map.
func headerValue(r *http.Request, name string) string {
	switch name {
	case "host":
		if r.Host != "" {
			return r.Host
		}
		return r.URL.Host
	case "content-length":
		if r.Header.Get(name) == "" && r.ContentLength >= 0 {
			return strconv.FormatInt(r.ContentLength, 10)
		}
	case "transfer-encoding":
		if r.Header.Get(name) == "" {
			return strings.Join(r.TransferEncoding, ",")
		}
	}
	values := r.Header.Values(name)
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = squeeze(v)
	}
	return strings.Join(trimmed, ",")
}

// squeeze trims a value and makes every run of spaces one space.
func squeeze(v string) string {
	v = strings.TrimSpace(v)
	for strings.Contains(v, "  ") {
		v = strings.ReplaceAll(v, "  ", " ")
	}
	return v
}

const upperHex = "0123456789ABCDEF"

// escape writes every byte but A-Z a-z 0-9 - . _ ~ as %XX, and keeps slashes on request.
func escape(s string, slashes bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if unreserved(c) || slashes && c == '/' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// unescape decodes %XX and leaves what is no escape as it is; in a query + is a space.
func unescape(s string, query bool) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%' && i+2 < len(s) && nibble(s[i+1]) >= 0 && nibble(s[i+2]) >= 0:
			b.WriteByte(byte(nibble(s[i+1])<<4 | nibble(s[i+2])))
			i += 2
		case s[i] == '+' && query:
			b.WriteByte(' ')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func nibble(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
