package sandbox

import (
	"errors"
	"io"
	"net/http"
	"time"

	"cooper/sandbox/sigv4"
)

// authenticateSigned checks the signature and hands over a body that checks itself while it is read.
func authenticateSigned(s *Server, r *http.Request) (identity, error) {
	found, err := sigv4.Verify(r, sigv4.Options{Now: s.signing(), Lookup: s.lookupKey})
	if err != nil {
		return identity{who: anonymous}, signatureError(err)
	}
	r.Body = signedBody{r.Body}
	id := identity{
		who: anonymous, body: r.Body, length: r.ContentLength,
		trailer: func() http.Header { return r.Trailer },
	}
	if found.Anonymous() {
		return id, nil
	}
	id.who = s.findPrincipal(found.AccessKey)
	id.service, id.region = found.Service, found.Region
	id.signed, id.expires = found.SignedAt.Unix(), int64(found.Expires/time.Second)
	id.scheme = headerSigned
	if found.AuthType == sigv4.AuthQuery {
		id.scheme = querySigned
	}
	return id, nil
}

func (s *Server) lookupKey(accessKey string) (sigv4.Key, bool) {
	p := s.findPrincipal(accessKey)
	if p == nil {
		return sigv4.Key{}, false
	}
	key := sigv4.Key{Secret: p.SecretAccessKey, SessionToken: p.SessionToken}
	if p.Expires != 0 {
		// Sessions end by the server's clock, but the signature is judged by another that may differ.
		key.Expires = s.signing().Add(time.Unix(p.Expires, 0).Sub(s.clock()))
	}
	return key, true
}

func signatureError(err error) error {
	refusal, ok := errors.AsType[*sigv4.Error](err)
	if !ok {
		return err
	}
	e := newError(refusal.Status, refusal.Code, refusal.Message)
	for _, f := range refusal.Fields {
		e.fields = append(e.fields, field{f.Name, f.Value})
	}
	return e
}

// signedBody turns the refusals of a body that checks itself into answers of this server.
type signedBody struct{ io.ReadCloser }

func (b signedBody) Read(p []byte) (int, error) {
	if b.ReadCloser == nil {
		return 0, io.EOF
	}
	n, err := b.ReadCloser.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, signatureError(err)
}

func (b signedBody) Close() error {
	if b.ReadCloser == nil {
		return nil
	}
	return b.ReadCloser.Close()
}
