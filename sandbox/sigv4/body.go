package sigv4

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Values of x-amz-content-sha256 that are no hash.
const (
	unsignedPayload  = "UNSIGNED-PAYLOAD"
	unsignedTrailer  = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	signedChunks     = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	signedTrailer    = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	emptyHash        = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	maxUnhashedBytes = 1 << 20
)

// choosePayload finds the payload line of the canonical request.
func (c *claim) choosePayload(r *http.Request) error {
	c.payload = r.Header.Get("X-Amz-Content-Sha256")
	if c.presigned {
		if v, ok := find(queryPairs(r.URL.RawQuery), "X-Amz-Content-Sha256"); ok {
			c.payload = v
		}
		if c.payload == "" {
			c.payload = unsignedPayload
		}
	}
	if c.payload == "" && !singleEscape(c.service) {
		return c.hashSmallBody(r)
	}
	if c.payload == "" {
		return &Error{Status: http.StatusBadRequest, Code: "InvalidRequest",
			Message: "Missing required header for this request: x-amz-content-sha256"}
	}
	return checkPayloadWord(c.payload)
}

func checkPayloadWord(p string) error {
	words := []string{unsignedPayload, unsignedTrailer, signedChunks, signedTrailer}
	if slices.Contains(words, p) || isHash(p) {
		return nil
	}
	return &Error{Status: http.StatusBadRequest, Code: "InvalidArgument",
		Message: "x-amz-content-sha256 must be " + strings.Join(words, ", ") + " or a valid sha256 value.",
		Fields:  []Field{{"ArgumentName", "x-amz-content-sha256"}, {"ArgumentValue", p}}}
}

func isHash(p string) bool {
	_, err := hex.DecodeString(p)
	return err == nil && len(p) == 2*sha256.Size
}

// hashSmallBody serves the query and JSON services, which sign the body's hash without sending it.
func (c *claim) hashSmallBody(r *http.Request) error {
	c.payload = emptyHash
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxUnhashedBytes+1))
	if err != nil {
		return incomplete()
	}
	if len(body) > maxUnhashedBytes {
		return &Error{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: "The request body is too large."}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.payload = hexSum(body)
	return nil
}

// frame wraps the body according to the signed payload word.
func frame(r *http.Request, c *claim, signing []byte) error {
	switch {
	case strings.HasPrefix(c.payload, "STREAMING-"):
		return unwrap(r, c, signing)
	case c.payload == unsignedPayload:
		return nil
	}
	return checkHash(r, c.payload)
}

// frameAnonymous does the same for a request that nobody signed: hashes and unsigned frames still count.
func frameAnonymous(r *http.Request) error {
	p := r.Header.Get("X-Amz-Content-Sha256")
	if p == "" {
		return nil
	}
	if err := checkPayloadWord(p); err != nil {
		return err
	}
	if p == signedChunks || p == signedTrailer {
		return &Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Access Denied"}
	}
	return frame(r, &claim{payload: p}, nil)
}

func checkHash(r *http.Request, want string) error {
	if r.Body == nil || r.Body == http.NoBody {
		if !strings.EqualFold(want, emptyHash) {
			return hashMismatch(want, emptyHash)
		}
		return nil
	}
	r.Body = &hashed{ReadCloser: r.Body, sum: sha256.New(), want: want}
	return nil
}

func hashMismatch(client, server string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "XAmzContentSHA256Mismatch",
		Message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
		Fields:  []Field{{"ClientComputedContentSHA256", client}, {"S3ComputedContentSHA256", server}}}
}

// hashed lets a body through and turns EOF into an error when its hash is another.
type hashed struct {
	io.ReadCloser
	sum  hash.Hash
	want string
}

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.sum.Write(p[:n])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return n, incomplete()
	}
	if err == io.EOF {
		if got := hex.EncodeToString(h.sum.Sum(nil)); !strings.EqualFold(got, h.want) {
			return n, hashMismatch(h.want, got)
		}
	}
	return n, err
}

func incomplete() *Error {
	return &Error{Status: http.StatusBadRequest, Code: "IncompleteBody",
		Message: "You did not provide the number of bytes specified by the Content-Length HTTP header"}
}

// unwrap replaces an aws-chunked body by its data and makes the request look as if it had been sent plainly.
func unwrap(r *http.Request, c *claim, signing []byte) error {
	length, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	if err != nil || length < 0 {
		return &Error{Status: http.StatusLengthRequired, Code: "MissingContentLength",
			Message: "You must provide the Content-Length HTTP header."}
	}
	body := r.Body
	if body == nil {
		body = http.NoBody
	}
	r.Body = newChunked(r, body, c, signing, length)
	r.ContentLength = length
	r.TransferEncoding = nil
	r.Header.Del("Content-Length")
	dropChunkedEncoding(r.Header)
	return nil
}

func dropChunkedEncoding(h http.Header) {
	var keep []string
	for part := range strings.SplitSeq(strings.Join(h.Values("Content-Encoding"), ","), ",") {
		if part = strings.TrimSpace(part); part != "" && part != "aws-chunked" {
			keep = append(keep, part)
		}
	}
	h.Del("Content-Encoding")
	if len(keep) > 0 {
		h.Set("Content-Encoding", strings.Join(keep, ","))
	}
}
