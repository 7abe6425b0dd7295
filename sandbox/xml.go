package sandbox

import (
	"encoding/xml"
	"strconv"
	"time"
	"unicode/utf8"
)

const (
	xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	// namespace is the XML namespace of every S3 document but errors.
	namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
	// timeLayout is how S3 writes an instant in XML: UTC, milliseconds always zero for objects.
	timeLayout = "2006-01-02T15:04:05.000Z"
	// maxDocument bounds a request document that is read as a whole.
	maxDocument = 2 << 20
)

// xmlWriter appends elements to a buffer. Listing pages are written with it, since reflection costs more
// than the listing itself.
type xmlWriter struct{ buf []byte }

func newXMLWriter(root string, size int) *xmlWriter {
	w := &xmlWriter{buf: make([]byte, 0, size)}
	w.buf = append(w.buf, xmlHeader...)
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, root...)
	w.buf = append(w.buf, ` xmlns="`+namespace+`">`...)
	return w
}

func (w *xmlWriter) open(name string) {
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '>')
}

func (w *xmlWriter) close(name string) {
	w.buf = append(w.buf, '<', '/')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '>')
}

// text writes an element with escaped content. An empty value gives an empty element.
func (w *xmlWriter) text(name, value string) {
	w.open(name)
	w.buf = appendEscaped(w.buf, value)
	w.close(name)
}

// optional writes an element only when it has content.
func (w *xmlWriter) optional(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

func (w *xmlWriter) number(name string, n int64) {
	w.open(name)
	w.buf = strconv.AppendInt(w.buf, n, 10)
	w.close(name)
}

func (w *xmlWriter) flag(name string, b bool) {
	w.open(name)
	w.buf = strconv.AppendBool(w.buf, b)
	w.close(name)
}

func (w *xmlWriter) time(name string, t time.Time) {
	w.open(name)
	w.buf = t.UTC().AppendFormat(w.buf, timeLayout)
	w.close(name)
}

// appendEscaped escapes as S3 does: markup as entities, control characters as character references (also
// those that XML 1.0 forbids, so a strict parser fails on such a key, as it does with S3).
func appendEscaped(buf []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				buf = append(buf, s[start:i]...)
				buf = append(buf, "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		esc := escapes[c]
		if esc != "" {
			buf = append(buf, s[start:i]...)
			buf = append(buf, esc...)
			start = i + 1
		}
		i++
	}
	return append(buf, s[start:]...)
}

var escapes = func() (t [utf8.RuneSelf]string) {
	for c := range 32 {
		t[c] = "&#x" + strconv.FormatInt(int64(c), 16) + ";"
	}
	t['&'], t['<'], t['>'], t['"'] = "&amp;", "&lt;", "&gt;", "&quot;"
	t['\''] = "&#39;"
	t['\t'], t['\n'] = "&#x9;", "&#xA;"
	t['\r'] = "&#13;"
	return t
}()

// unmarshalXML reads a request document into v and checks the name of its root element. Any flaw is
// MalformedXML.
func unmarshalXML(data []byte, root string, v any) error {
	var name struct{ XMLName xml.Name }
	if xml.Unmarshal(data, &name) != nil || name.XMLName.Local != root {
		return errMalformedXML()
	}
	if xml.Unmarshal(data, v) != nil {
		return errMalformedXML()
	}
	return nil
}
