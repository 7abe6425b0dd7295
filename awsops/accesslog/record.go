package accesslog

import (
	"strings"
	"time"
)

// TLS says whether a request came over TLS.
type TLS uint8

// What is known of a request's connection. Lines from before 2019 don't say, nor do those of what S3 did itself.
const (
	TLSUnknown TLS = iota
	TLSYes
	TLSNo
)

// Auth is how a request was authenticated.
type Auth uint8

// The kinds of authentication.
const (
	AuthUnknown   Auth = iota // the line is too old to say, or has a kind that is not known here
	AuthHeader                // an Authorization header
	AuthPresigned             // a presigned URL
	AuthNone                  // none
)

func tailOf(p *Parts) tail {
	var t tail
	if p.N > int(TLSVersion) {
		t.tls = TLSYes
		if isDash(p.Field[TLSVersion]) && isDash(p.Field[Cipher]) {
			t.tls = TLSNo
		}
	}
	if p.N > int(AuthType) {
		switch string(p.Field[AuthType]) {
		case "AuthHeader":
			t.auth = AuthHeader
		case "QueryString":
			t.auth = AuthPresigned
		case "-":
			t.auth = AuthNone
		}
	}
	return t
}

func isDash(s []byte) bool { return len(s) == 1 && s[0] == '-' }

// Record is one line. A broken one has nothing but Broken and, where the line before it had one, At.
type Record struct {
	Broken string    // the line when it is no record, "" otherwise
	At     time.Time // when the request was received
	Key    string    // decoded: the object's true key, "" for none
	TLS    TLS
	Auth   Auth

	N     int                // how many fields the line has
	Value [FieldCount]string // as they stand in the line, without quotes and brackets; "-" for none
	Extra string             // what stands behind the fields that are known

	quoted uint8
}

// Get gives a field's value, and false where the line has none.
func (r *Record) Get(f Field) (string, bool) {
	v := r.Value[f]
	return v, v != "-" && v != "" && int(f) < r.N
}

// Line writes the record as it stood in its file.
func (r *Record) Line() string {
	if r.Broken != "" || r.N == 0 {
		return r.Broken
	}
	var b strings.Builder
	for f := range Field(r.N) {
		if f > 0 {
			b.WriteByte(' ')
		}
		open, shut := "", ""
		switch {
		case f == Time:
			open, shut = "[", "]"
		case f == RequestURI && r.quoted&quotedRequest != 0, f == Referer && r.quoted&quotedReferer != 0, f == UserAgent && r.quoted&quotedAgent != 0:
			open, shut = `"`, `"`
		}
		b.WriteString(open + r.Value[f] + shut)
	}
	if r.Extra != "" {
		b.WriteString(" " + r.Extra)
	}
	return b.String()
}

// PartsOf makes a record's parts from the values of its fields in order, as a table of Athena has them: without quotes
// and brackets, "" or "-" for none. Values behind the 27th are kept as further fields.
func PartsOf(values []string) *Parts {
	p := &Parts{N: min(len(values), FieldCount), quoted: quotedRequest | quotedReferer | quotedAgent}
	var rest []string
	for i, v := range values {
		if v == "" {
			v = "-"
		}
		if i < FieldCount {
			p.Field[i] = []byte(v)
		}
		if i > int(HostID) {
			rest = append(rest, v)
		}
	}
	p.tail = []byte(strings.Join(rest, " "))
	if len(values) > FieldCount {
		p.Extra = []byte(strings.Join(values[FieldCount:], " "))
	}
	return p
}

// line writes the parts as a line.
func (p *Parts) line() []byte {
	r := Record{N: p.N, Extra: string(p.Extra), quoted: p.quoted}
	for f := range Field(p.N) {
		r.Value[f] = string(p.Field[f])
	}
	return []byte(r.Line())
}
