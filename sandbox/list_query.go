package sandbox

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const maxPage = 1000 // entries of a listing page

// listQuery is what all listings have in common.
type listQuery struct {
	prefix    string
	delimiter string
	limit     int  // entries of this page, keys and common prefixes together
	encode    bool // EncodingType=url

	restore time.Time // tell the state of restores as of now; zero: they were not asked for
}

// listQuery reads prefix, delimiter, encoding-type and the parameter that limits the page.
func (c *call) listQuery(limitName string) (listQuery, error) {
	q := listQuery{prefix: c.query.Get("prefix"), delimiter: c.query.Get("delimiter"), limit: maxPage}
	switch encoding := c.query.Get("encoding-type"); encoding {
	case "":
	case "url":
		q.encode = true
	default:
		return q, errInvalidArgument("Invalid Encoding Method specified in Request", "encoding-type", encoding)
	}
	if text := c.query.Get(limitName); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return q, errInvalidArgument("Provided "+limitName+" not an integer or within integer range", limitName, text)
		}
		if n < 0 {
			return q, errInvalidArgument("Argument "+limitName+" must be an integer between 0 and 2147483647", limitName, text)
		}
		q.limit = int(min(n, maxPage))
	}
	if err := c.optionalAttributes(&q); err != nil {
		return q, err
	}
	for _, name := range []string{"prefix", "delimiter", "marker", "start-after", "key-marker"} {
		if !utf8.ValidString(c.query.Get(name)) && !q.encode {
			return q, errInvalidArgument("The parameter is not valid UTF-8", name, url.QueryEscape(c.query.Get(name)))
		}
	}
	return q, nil
}

// optionalAttributes reads what a listing tells only when it is asked for.
func (c *call) optionalAttributes(q *listQuery) error {
	for name := range strings.SplitSeq(c.header("X-Amz-Optional-Object-Attributes"), ",") {
		switch strings.TrimSpace(name) {
		case "":
		case "RestoreStatus":
			q.restore = c.now
		default:
			return errInvalidArgument("Invalid attribute name specified.", "x-amz-optional-object-attributes", name)
		}
	}
	return nil
}

// rolled returns the common prefix into which a key is rolled up, "" when it is listed by itself.
func (q listQuery) rolled(key string) string {
	if q.delimiter == "" {
		return ""
	}
	rest := key[len(q.prefix):]
	i := strings.Index(rest, q.delimiter)
	if i < 0 {
		return ""
	}
	return key[:len(q.prefix)+i+len(q.delimiter)]
}

// start returns the least key that can be on a page whose entries come after a key or common prefix.
// A marker that is itself a common prefix skips all that is rolled up in it.
func (q listQuery) start(after string) (string, bool) {
	if after == "" || after < q.prefix {
		return q.prefix, true
	}
	if strings.HasPrefix(after, q.prefix) && q.rolled(after) == after {
		return afterPrefix(after)
	}
	return after + "\x00", true
}

// text writes an element whose content is encoded when the client asked for that.
func (q listQuery) text(w *xmlWriter, name, value string) {
	w.open(name)
	if q.encode {
		w.buf = appendURLEncoded(w.buf, value)
	} else {
		w.buf = appendEscaped(w.buf, value)
	}
	w.close(name)
}

// optional writes the element when it has content.
func (q listQuery) optional(w *xmlWriter, name, value string) {
	if value != "" {
		q.text(w, name, value)
	}
}

// tail writes the elements by which every listing tells how it was asked.
func (q listQuery) tail(w *xmlWriter, truncated bool) {
	q.optional(w, "Delimiter", q.delimiter)
	if q.encode {
		w.text("EncodingType", "url")
	}
	w.flag("IsTruncated", truncated)
}

func (q listQuery) commonPrefixes(w *xmlWriter, prefixes []string) {
	for _, p := range prefixes {
		w.open("CommonPrefixes")
		q.text(w, "Prefix", p)
		w.close("CommonPrefixes")
	}
}

const upperHex = "0123456789ABCDEF"

// appendURLEncoded encodes as S3 does for EncodingType=url: letters, digits and - _ . * / stay, a space is
// +, every other byte is %XX.
func appendURLEncoded(buf []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			c == '-', c == '_', c == '.', c == '*', c == '/':
			buf = append(buf, c)
		case c == ' ':
			buf = append(buf, '+')
		default:
			buf = append(buf, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return buf
}

// newToken makes an opaque continuation token of the last entry of a page.
func newToken(last string) string {
	raw := []byte("1" + last)
	for i := range raw {
		raw[i] ^= byte(0x5A + 7*i)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func parseToken(token string) (last string, err error) {
	raw, err := base64.StdEncoding.DecodeString(token)
	for i := range raw {
		raw[i] ^= byte(0x5A + 7*i)
	}
	if err != nil || len(raw) < 2 || raw[0] != '1' {
		return "", newError(400, "InvalidArgument", "The continuation token provided is incorrect",
			field{"ArgumentName", "continuation-token"})
	}
	return string(raw[1:]), nil
}
