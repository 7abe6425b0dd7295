package sandbox

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"syscall"
)

// Transport returns a RoundTripper that calls the server without a socket. A request to an https URL
// arrives as one over TLS. The answer is complete when RoundTrip returns.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ server http.Handler }

// RoundTrip serves one request in the caller's goroutine.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(r.Context())
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:49152"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if r.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true}
	}
	out := &answer{header: http.Header{}}
	aborted := serveAborting(t.server, out, in)
	if r.Body != nil {
		_ = r.Body.Close()
	}
	if aborted && out.status == 0 {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	res := out.response(r)
	if aborted {
		res.ContentLength = headLength(out.sent)
		res.Body = io.NopCloser(io.MultiReader(res.Body, cutOff{}))
	}
	return res, nil
}

// serveAborting reports whether the handler gave the connection up, as handlers do by http.ErrAbortHandler.
func serveAborting(h http.Handler, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			aborted = true
		default:
			panic(p)
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

// cutOff is the end of a body whose connection broke.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// answer collects a response in memory.
type answer struct {
	header http.Header
	sent   http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status, a.sent = status, a.header.Clone()
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *answer) response(r *http.Request) *http.Response {
	a.WriteHeader(http.StatusOK)
	length := int64(a.body.Len())
	if r.Method == http.MethodHead {
		length = headLength(a.sent)
		a.body.Reset()
	}
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.sent, Body: io.NopCloser(&a.body), ContentLength: length, Request: r, TLS: r.TLS,
	}
}

func headLength(h http.Header) int64 {
	n, err := parseLength(h.Get("Content-Length"))
	if err != nil {
		return -1
	}
	return n
}
