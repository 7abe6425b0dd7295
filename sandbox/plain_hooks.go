package sandbox

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// authenticatePlain believes the access key id and checks no signature.
func authenticatePlain(s *Server, r *http.Request) (identity, error) {
	id := identity{who: anonymous, body: r.Body, length: r.ContentLength}
	credential := ""
	if header := r.Header.Get("Authorization"); header != "" {
		id.scheme = headerSigned
		_, rest, _ := strings.Cut(header, "Credential=")
		credential, _, _ = strings.Cut(rest, ",")
	} else if credential = r.URL.Query().Get("X-Amz-Credential"); credential != "" {
		id.scheme = querySigned
	}
	if credential == "" {
		return id, nil
	}
	scope := strings.Split(credential, "/")
	if len(scope) != 5 {
		return id, errAuthorizationMalformed("The authorization header is malformed; the Credential is mal-formed; "+
			"expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".", "")
	}
	if id.who = s.findPrincipal(scope[0]); id.who == nil {
		return id, errInvalidAccessKeyID(scope[0])
	}
	id.region, id.service = scope[2], scope[3]
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		reader := &chunkReader{in: bufio.NewReader(r.Body)}
		id.body, id.trailer = reader, func() http.Header { return reader.trailers }
		id.length, _ = strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	}
	return id, nil
}

// chunkReader removes aws-chunked framing without looking at signatures.
type chunkReader struct {
	in       *bufio.Reader
	left     int64
	started  bool
	done     bool
	trailers http.Header
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	if c.left == 0 {
		if err := c.next(); err != nil || c.done {
			return 0, cmpErr(err, io.EOF)
		}
	}
	n, err := c.in.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func (c *chunkReader) next() error {
	if c.started {
		if _, err := c.in.Discard(2); err != nil {
			return err
		}
	}
	c.started = true
	line, err := c.in.ReadString('\n')
	if err != nil {
		return err
	}
	size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
	if c.left, err = strconv.ParseInt(size, 16, 64); err != nil {
		return errInvalidRequest("The chunk framing is malformed.")
	}
	if c.left > 0 {
		return nil
	}
	c.done, c.trailers = true, http.Header{}
	for {
		line, err := c.in.ReadString('\n')
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if ok {
			c.trailers.Set(name, strings.TrimSpace(value))
		}
		if err != nil || !ok {
			return nil
		}
	}
}

func authorizePlain(c *call, _, _ string) error {
	if c.id.who.Kind == anonymousPrincipal {
		return errAccessDenied("Access Denied")
	}
	if c.bucket != nil && c.bucket.owner != c.id.who.Account {
		return errAccessDenied("Access Denied")
	}
	return nil
}

func checkMFAPlain(c *call, needed bool) error {
	if needed && c.r.Header.Get("X-Amz-Mfa") == "" {
		return errAccessDenied("Mfa Authentication must be used for this request")
	}
	return nil
}
