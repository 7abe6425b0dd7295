// Package viewtest is the test bench of screens that are packages of their own: a server in place of a network, and a
// shell around one screen, in virtual time. Only tests import it.
package viewtest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Reply is an answer. Status 0 is 200.
type Reply struct {
	Status int
	Header map[string]string
	Body   string
}

// Wire answers requests by what is named as "METHOD /bucket/key?sub-resource". A request that carries a customer's key
// is answered by the same with " with a key" behind it, where there is such an answer. It plays root, whose buckets are
// in eu-west-1; what it has no answer to is NotImplemented. It is safe for use by several goroutines.
type Wire struct {
	bucket  string
	mu      sync.Mutex
	replies map[string]Reply
	sent    []string
}

// NewWire makes a wire to a server that has one bucket.
func NewWire(bucket string, replies map[string]Reply) *Wire {
	return &Wire{bucket: bucket, replies: maps.Clone(replies)}
}

// Set changes an answer.
func (w *Wire) Set(what string, r Reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replies[what] = r
}

// Sent are the requests so far, each with its body behind it.
func (w *Wire) Sent() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent)
}

// Changes are those of the requests that change something.
func (w *Wire) Changes() []string {
	return slices.DeleteFunc(w.Sent(), func(s string) bool {
		return strings.HasPrefix(s, "GET") || strings.HasPrefix(s, "HEAD") || strings.Contains(s, "GetCallerIdentity")
	})
}

const rootCaller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn>` +
	`<UserId>111122223333</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

// RoundTrip implements http.RoundTripper.
func (w *Wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	a := w.answer(r, body)
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	a = ranged(a, r.Header.Get("Range"))
	size := int64(len(a.Body))
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Amz-Request-Id": {"REQ1"}, "Content-Length": {strconv.FormatInt(size, 10)}}
	for name, value := range a.Header {
		h.Set(name, value)
	}
	if r.Method == http.MethodHead {
		a.Body = ""
	}
	return &http.Response{StatusCode: a.Status, Header: h, Request: r, ContentLength: size, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(strings.NewReader(a.Body))}, nil
}

// subResources are those that a request is told apart by.
var subResources = []string{"tagging", "acl", "retention", "legal-hold", "versioning", "object-lock", "restore"}

func (w *Wire) answer(r *http.Request, body string) Reply {
	what := r.Method + " " + r.URL.Path
	for _, name := range subResources {
		if r.URL.Query().Has(name) {
			what += "?" + name
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, what+" "+body)
	if strings.Contains(body, "GetCallerIdentity") {
		return Reply{Body: rootCaller}
	}
	if r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key") != "" {
		if a, ok := w.replies[what+" with a key"]; ok {
			return a
		}
	}
	if a, ok := w.replies[what]; ok {
		return a
	}
	if r.URL.Path == "/"+w.bucket {
		return Reply{Header: map[string]string{"X-Amz-Bucket-Region": "eu-west-1"}}
	}
	return Reply{Status: http.StatusNotImplemented, Body: "<Error><Code>NotImplemented</Code><Message>not in this test</Message></Error>"}
}

// ranged cuts an answer to what is asked for.
func ranged(a Reply, header string) Reply {
	if header == "" || a.Status != http.StatusOK {
		return a
	}
	var from, to int
	if _, err := fmt.Sscanf(header, "bytes=%d-%d", &from, &to); err != nil || from >= len(a.Body) {
		return Reply{Status: http.StatusRequestedRangeNotSatisfiable}
	}
	to = min(to, len(a.Body)-1)
	h := map[string]string{"Content-Range": fmt.Sprintf("bytes %d-%d/%d", from, to, len(a.Body))}
	maps.Copy(h, a.Header)
	return Reply{Status: http.StatusPartialContent, Header: h, Body: a.Body[from : to+1]}
}
