package awsops

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cooper/awsops/s3ec"
	"cooper/awsops/sse"
)

// Keys gives the session's keyring of customer-provided keys (SSE-C). Reading calls and the sources of copies take the
// key that an object needs from there by themselves; writes name theirs.
func (s *Session) Keys() *sse.Keyring { return &s.keys }

// ClientKeys are the raw keys for client-side encryption. No request carries one.
func (s *Session) ClientKeys() *s3ec.Keys { return &s.own }

// CheckEncryption refuses a choice of encryption that can't be carried out here, before anything is sent. The error holds
// a *sse.MissingKey when the session doesn't hold the key.
func (s *Session) CheckEncryption(op, bucket string, c sse.Choice) error {
	if why := c.Check(s.Dialect() == DialectCompatible); why != "" {
		return &Error{Op: op, Bucket: bucket, Kind: KindInvalid, Message: why}
	}
	if (c.Kind == sse.Customer || c.KeyID != "") && !s.Secure() {
		return &Error{Op: op, Bucket: bucket, Kind: KindInvalid, Message: c.Kind.String() + " goes over https only", Hint: "Use the endpoint's https address."}
	}
	if _, err := s.keys.Ready(c); err != nil {
		return NoKey(op, bucket, "", err)
	}
	return nil
}

// NoKey makes the error of a key that isn't held one that can be shown.
func NoKey(op, bucket, key string, err error) *Error {
	return &Error{Op: op, Bucket: bucket, Key: key, Kind: KindInvalid, Message: err.Error(), Err: err,
		Hint: "Give the key again: cooper keeps none beyond a run."}
}

// keyTries is how many of a bucket's keys are tried on an object that is not known.
const keyTries = 4

// readsObject are the calls that need the customer-provided key of the object they read.
var readsObject = map[string]bool{"GetObject": true, "HeadObject": true, "GetObjectAttributes": true}

// writesObject are the calls after which an object is encrypted as they said.
var writesObject = map[string]bool{"PutObject": true, "CopyObject": true, "CompleteMultipartUpload": true}

// spot is the object version that a call reads. prefix begins the names of the fields that carry its key.
type spot struct{ bucket, key, version, prefix string }

func (call *outgoing) reads(v reflect.Value) spot {
	if call.op == "CopyObject" || call.op == "UploadPartCopy" {
		return sourceOf(v)
	}
	return spot{call.bucket, call.key, stringField(v, "VersionId"), ""}
}

// sourceOf gives what a copy reads from.
func sourceOf(v reflect.Value) spot {
	path, query, _ := strings.Cut(stringField(v, "CopySource"), "?")
	path, err := url.PathUnescape(path)
	if err != nil || strings.HasPrefix(path, "arn:") {
		return spot{}
	}
	at := spot{prefix: "CopySource"}
	at.bucket, at.key, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if q, err := url.ParseQuery(query); err == nil {
		at.version = q.Get("versionId")
	}
	return at
}

// handled is what a call came to.
type handled struct {
	out middleware.InitializeOutput
	md  middleware.Metadata
	err error
}

// lend sends a call with the customer-provided key that its object needs: the one that it was last read or written
// with, and else, once S3 has refused, those that were given for its bucket one after the other.
func (g *guard) lend(ctx context.Context, call *outgoing, v reflect.Value, send func() handled) handled {
	at, ring := call.reads(v), &g.s.keys
	if !g.lends(call, v, at) {
		h := send()
		g.learn(call, v, h)
		if h.err != nil && stringField(v, "SSECustomerKey") != "" {
			e := Wrap(call.op, call.bucket, call.key, h.err)
			explainBlocked(e)
			h.err = e
		}
		return h
	}
	key, known := ring.For(at.bucket, at.key, at.version)
	h := g.with(at, key, v, send)
	if h.err != nil && at.prefix == "" && refusesKey(h.err, known) {
		h = g.try(at, key, v, h, send)
	}
	g.learn(call, v, h)
	return h
}

// try reads with the keys that have not been tried yet, none among them. When all are refused it gives the answer that
// says that a key is wrong, and else the first.
func (g *guard) try(at spot, tried sse.CustomerKey, v reflect.Value, first handled, send func() handled) handled {
	var rest []sse.CustomerKey
	if !tried.IsZero() {
		rest = append(rest, sse.CustomerKey{})
	}
	all := g.s.keys.ForBucket(at.bucket)
	for _, key := range all[:min(len(all), keyTries)] {
		if key.Fingerprint() != tried.Fingerprint() {
			rest = append(rest, key)
		}
	}
	for _, key := range rest {
		h := g.with(at, key, v, send)
		if h.err == nil {
			return h
		}
		if !refusesKey(h.err, !key.IsZero()) {
			return h
		}
		if saysWrong(h.err) {
			first = h
		}
	}
	return first
}

// with sends a call with a key, and remembers the key when that worked.
func (g *guard) with(at spot, key sse.CustomerKey, v reflect.Value, send func() handled) handled {
	undo := setTriple(v, at.prefix, key)
	h := send()
	undo()
	if h.err != nil || at.prefix != "" {
		if at.prefix == "" && !key.IsZero() && namesWrong(h.err) {
			g.s.keys.Refused(at.bucket, at.key, key.Fingerprint())
		}
		return h
	}
	print := key.Fingerprint()
	if v := reflect.Indirect(reflect.ValueOf(h.out.Result)); v.Kind() == reflect.Struct && v.FieldByName("SSECustomerKeyMD5").IsValid() {
		print = stringField(v, "SSECustomerKeyMD5") // Ceph RGW takes a key for an object that needs none
	}
	g.remember(at, print, h)
	return h
}

// lends reports whether a call may get a key: it reads an object, over TLS, and names no key itself.
func (g *guard) lends(call *outgoing, v reflect.Value, at spot) bool {
	return (readsObject[call.op] || at.prefix != "") && at.bucket != "" && g.s.Secure() &&
		stringField(v, at.prefix+"SSECustomerKey") == ""
}

// learn remembers which key an object was read or written with by a call that named it.
func (g *guard) learn(call *outgoing, v reflect.Value, h handled) {
	print := stringField(v, "SSECustomerKeyMD5")
	if h.err != nil || !writesObject[call.op] && (!readsObject[call.op] || print == "") {
		return
	}
	g.remember(spot{bucket: call.bucket, key: call.key, version: stringField(v, "VersionId")}, print, h)
}

// remember notes which key a version was read or written with, also by the id that the answer gives it.
func (g *guard) remember(at spot, print string, h handled) {
	g.s.keys.Remember(at.bucket, at.key, at.version, print)
	if id := resultField(h.out.Result, "VersionId"); id != "" && at.version == "" {
		g.s.keys.Remember(at.bucket, at.key, id, print)
	}
}

func resultField(result any, name string) string {
	v := reflect.Indirect(reflect.ValueOf(result))
	if v.Kind() != reflect.Struct {
		return ""
	}
	return stringField(v, name)
}

// setTriple sets the three fields of a key and gives what empties them again: the input belongs to the caller.
func setTriple(v reflect.Value, prefix string, key sse.CustomerKey) (undo func()) {
	if key.IsZero() {
		return func() {}
	}
	algorithm, value, sum := key.Triple()
	names := []string{"SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5"}
	for i, p := range []*string{algorithm, value, sum} {
		if f := v.FieldByName(prefix + names[i]); f.IsValid() && f.CanSet() {
			f.Set(reflect.ValueOf(p))
		}
	}
	return func() {
		for _, name := range names {
			if f := v.FieldByName(prefix + name); f.IsValid() && f.CanSet() {
				f.SetZero()
			}
		}
	}
}

// saysWrong reports whether an answer says that the key that was sent is not the object's.
func saysWrong(err error) bool {
	var re *smithyhttp.ResponseError
	if errors.As(err, &re) && re.HTTPStatusCode() == http.StatusForbidden {
		return true
	}
	return namesWrong(err) // of Ceph RGW, which answers 400
}

// namesWrong reports whether an answer says in words that the key that was sent is not the object's. A refusal without
// words, such as HEAD's, may have other reasons.
func namesWrong(err error) bool {
	m, ok := errors.AsType[*sse.MissingKey](Wrap("GetObject", "", "", err))
	return ok && m.Wrong
}

// refusesKey reports whether an answer may mean that another key is wanted, or one, or none. HEAD has no body to say
// why.
func refusesKey(err error, sent bool) bool {
	var re *smithyhttp.ResponseError
	if !errors.As(err, &re) {
		return false
	}
	var api smithy.APIError
	code := ""
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	switch re.HTTPStatusCode() {
	case http.StatusBadRequest:
		return code == "" || code == "BadRequest" || code == "InvalidRequest" || code == "InvalidArgument"
	case http.StatusForbidden:
		return sent
	}
	return false
}
