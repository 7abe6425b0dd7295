package listing

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// bodyLimit bounds one answer in bytes. A page of 1,000 url-encoded keys of 1,024 bytes takes 4 MB.
const bodyLimit = 64 << 20

// scanClient stands under the SDK's client for one call. It scans the body of a listing into page
// and gives the SDK the same document without its entries. page stays nil when the body is not in
// the plain form, and the SDK then has the body as it came.
type scanClient struct {
	next aws.HTTPClient
	page *page
}

// Do sends one request. A body that breaks off is an error of the request, so that the SDK retries.
func (c *scanClient) Do(req *http.Request) (*http.Response, error) {
	c.page = nil
	resp, err := c.next.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != "" {
		return resp, err
	}
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	if err := w.read(resp); err != nil {
		return nil, err
	}
	body := w.body.Bytes()
	if w.scan(body, false) == nil || w.pull.illegal && w.scan(body, true) == nil {
		c.page = build(&w.raw)
		body = emptied(&w.raw)
	} else {
		body = bytes.Clone(body)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return resp, nil
}

// workspace is what scanning one answer needs. It is used again and again, so that memory stays
// what the pages take.
type workspace struct {
	body bytes.Buffer
	pull pull
	raw  raw
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// read takes in the whole body and closes it.
func (w *workspace) read(resp *http.Response) error {
	w.body.Reset()
	if n := resp.ContentLength; n > 0 && n < bodyLimit {
		w.body.Grow(int(n) + bytes.MinRead)
	}
	_, err := w.body.ReadFrom(io.LimitReader(resp.Body, bodyLimit+1))
	closeErr := resp.Body.Close()
	switch {
	case err != nil:
		return fmt.Errorf("read the listing: %w", err)
	case closeErr != nil:
		return fmt.Errorf("close the listing: %w", closeErr)
	case w.body.Len() > bodyLimit:
		return fmt.Errorf("one page of the listing is larger than %d MiB", bodyLimit>>20)
	}
	return nil
}

// scan reads the body. A body with characters that XML doesn't allow is one that the SDK can't read:
// some servers write the bytes of a key as they are, and then they are what the key is.
func (w *workspace) scan(body []byte, lenient bool) error {
	w.pull = pull{b: body, scratch: w.pull.scratch[:0], open: w.pull.open[:0], lenient: lenient}
	w.raw = raw{rows: w.raw.rows[:0]}
	return scanBody(&w.pull, &w.raw)
}

// emptied writes the document that the SDK decodes in place of the one that came: what goes on
// is there, the entries are not.
func emptied(r *raw) []byte {
	var b bytes.Buffer
	root := "ListBucketResult"
	if r.versions {
		root = "ListVersionsResult"
	}
	fmt.Fprintf(&b, "%s<%s><IsTruncated>%t</IsTruncated>", xml.Header, root, r.truncated)
	for _, e := range [...]struct {
		name string
		text []byte
	}{{"NextContinuationToken", r.token}, {"NextKeyMarker", r.nextKey}, {"NextVersionIdMarker", r.nextID}} {
		if e.text != nil {
			fmt.Fprintf(&b, "<%s>", e.name)
			_ = xml.EscapeText(&b, e.text) // a bytes.Buffer takes every write
			fmt.Fprintf(&b, "</%s>", e.name)
		}
	}
	if r.urlEncoded {
		b.WriteString("<EncodingType>url</EncodingType>")
	}
	fmt.Fprintf(&b, "</%s>", root)
	return b.Bytes()
}
