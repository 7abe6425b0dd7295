package awsops

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// smallBody is the size up to which a request body is read into memory, in bytes. It covers every
// configuration document and a DeleteObjects of 1,000 keys.
const smallBody = 2 << 20

// httpClient sits between the SDK and net/http. The SDK wraps every body, so that net/http can't
// see that it is in memory and writes headers and body apart; servers that answer on the headers
// alone then cut the connection, and a request that was carried out looks like a failure. Handing
// over a *bytes.Reader makes it one write.
type httpClient struct {
	inner aws.HTTPClient
}

func newHTTPClient(inner aws.HTTPClient) *httpClient { return &httpClient{inner: inner} }

// Do sends one request.
func (c *httpClient) Do(req *http.Request) (*http.Response, error) {
	if n := req.ContentLength; req.Body != nil && req.Body != http.NoBody && n > 0 && n <= smallBody {
		body, err := readExactly(req.Body, n)
		closeErr := req.Body.Close()
		if err != nil {
			return nil, err
		}
		if closeErr != nil {
			return nil, closeErr
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	res, err := c.inner.Do(req)
	if err == nil && isPage(req, res) {
		_ = res.Body.Close() // nothing of it is wanted
		res.Body = io.NopCloser(strings.NewReader("<"))
	}
	return res, err
}

// readExactly reads a body whose length is known. One that is longer or shorter is left to net/http to refuse.
func readExactly(r io.Reader, n int64) ([]byte, error) {
	body := make([]byte, n, n+1) // one more, to find the end
	got, err := io.ReadFull(r, body)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil
		}
		return body[:got], err
	}
	more, err := r.Read(body[n : n+1])
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return body[:int(n)+more], err
}

// isPage reports a web page where S3 has a list of buckets or keys. One that happens to be well-formed would be read
// as an empty list, and "there are no buckets" would be wrong.
func isPage(req *http.Request, res *http.Response) bool {
	return req.Method == http.MethodGet && req.URL.Path == "/" && res.StatusCode == http.StatusOK &&
		strings.HasPrefix(res.Header.Get("Content-Type"), "text/html")
}
