package sigv4

import (
	"bufio"
	"crypto/hmac"
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

const (
	maxChunkLine    = 4 << 10
	maxTrailerLines = 32
	trailerSigName  = "x-amz-trailer-signature"
)

// chunked reads the frames of aws-chunked:
//
//	SIZE-IN-HEX[;chunk-signature=HEX]\r\n DATA \r\n … 0[;chunk-signature=HEX]\r\n [name:value\r\n …] \r\n
//
// It holds one buffer of a few kilobytes, whatever the chunk's size: a chunk's signature is judged after its data went through.
type chunked struct {
	r       *http.Request
	src     *bufio.Reader
	closer  io.Closer
	signed  bool
	trailer bool

	key         []byte
	date, scope string
	previous    string // signature of the chunk before, the request's own at first

	left      int64 // of the open chunk
	open      bool
	signature string // of the open chunk
	sum       hash.Hash
	want, got int64
	err       error
}

func newChunked(r *http.Request, body io.ReadCloser, c *claim, signing []byte, length int64) *chunked {
	return &chunked{r: r, src: bufio.NewReaderSize(body, maxChunkLine), closer: body,
		signed:  c.payload == signedChunks || c.payload == signedTrailer,
		trailer: c.payload == unsignedTrailer || c.payload == signedTrailer,
		key:     signing, date: c.at.Format(timeFormat), scope: c.scope(), previous: c.signature,
		sum: sha256.New(), want: length}
}

func (c *chunked) Close() error { return c.closer.Close() }

func (c *chunked) Read(p []byte) (int, error) {
	if c.err != nil || len(p) == 0 {
		return 0, c.err
	}
	n, err := c.read(p)
	if err != nil {
		c.err = err
	}
	return n, err
}

func (c *chunked) read(p []byte) (int, error) {
	for c.left == 0 {
		if c.open {
			if err := c.endChunk(); err != nil {
				return 0, err
			}
		}
		last, err := c.startChunk()
		if err != nil {
			return 0, err
		}
		if last {
			return 0, c.finish()
		}
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.src.Read(p)
	c.left -= int64(n)
	c.got += int64(n)
	if c.signed {
		c.sum.Write(p[:n])
	}
	if err != nil {
		return n, truncated(err)
	}
	return n, nil
}

// startChunk reads a chunk's first line and reports whether it is the last chunk.
func (c *chunked) startChunk() (bool, error) {
	line, err := c.line()
	if err != nil {
		return false, err
	}
	size, ext, _ := strings.Cut(line, ";")
	n, perr := strconv.ParseUint(strings.TrimSpace(size), 16, 63)
	if perr != nil || c.got+int64(n) < c.got || c.got+int64(n) > c.want {
		return false, badChunk()
	}
	c.signature, _ = strings.CutPrefix(strings.TrimSpace(ext), "chunk-signature=")
	c.left, c.open = int64(n), true
	c.sum.Reset()
	return n == 0, nil
}

// endChunk reads the line end after a chunk's data and judges its signature.
func (c *chunked) endChunk() error {
	c.open = false
	line, err := c.line()
	if err != nil {
		return err
	}
	if line != "" {
		return badChunk()
	}
	return c.checkChunk()
}

func (c *chunked) checkChunk() error {
	if !c.signed {
		return nil
	}
	return c.advance(strings.Join([]string{algorithm + "-PAYLOAD", c.date, c.scope, c.previous, emptyHash,
		hex.EncodeToString(c.sum.Sum(nil))}, "\n"), c.signature)
}

// advance compares a signature with the string it should sign and makes it the one the next is chained to.
func (c *chunked) advance(toSign, signature string) error {
	if want := hexHMAC(c.key, toSign); !hmac.Equal([]byte(want), []byte(signature)) {
		return &Error{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch",
			Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
			Fields:  []Field{{"StringToSign", toSign}, {"SignatureProvided", signature}}}
	}
	c.previous = signature
	return nil
}

// finish judges the empty last chunk, the trailing headers and the length; its good end is io.EOF.
func (c *chunked) finish() error {
	if err := c.checkChunk(); err != nil {
		return err
	}
	fields, signature, err := c.trailers()
	if err != nil {
		return err
	}
	if c.got != c.want {
		return incomplete()
	}
	if c.signed && c.trailer {
		toSign := strings.Join([]string{algorithm + "-TRAILER", c.date, c.scope, c.previous, hexSum([]byte(canonicalTrailer(fields)))}, "\n")
		if err := c.advance(toSign, signature); err != nil {
			return err
		}
	}
	c.r.Trailer = http.Header{}
	for _, f := range fields {
		c.r.Trailer.Add(f.name, f.value)
	}
	return io.EOF
}

// trailers reads name:value lines up to the empty line; a body may also just end.
func (c *chunked) trailers() (fields []pair, signature string, err error) {
	for range maxTrailerLines {
		line, err := c.line()
		var refusal *Error
		if errors.As(err, &refusal) && refusal.Code == "IncompleteBody" && !c.trailer {
			return fields, signature, nil
		}
		if err != nil {
			return nil, "", err
		}
		if line == "" {
			return fields, signature, c.checkAnnounced(fields)
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok || !c.trailer:
			return nil, "", malformedTrailer()
		case name == trailerSigName:
			signature = value
		default:
			fields = append(fields, pair{name, value})
		}
	}
	return nil, "", malformedTrailer()
}

// checkAnnounced holds the trailer against x-amz-trailer: the same names, no more and no fewer.
func (c *chunked) checkAnnounced(fields []pair) error {
	var announced, sent []string
	for name := range strings.SplitSeq(strings.ToLower(c.r.Header.Get("X-Amz-Trailer")), ",") {
		if name = strings.TrimSpace(name); name != "" {
			announced = append(announced, name)
		}
	}
	for _, f := range fields {
		sent = append(sent, f.name)
	}
	slices.Sort(announced)
	slices.Sort(sent)
	if !slices.Equal(announced, sent) {
		return malformedTrailer()
	}
	return nil
}

func canonicalTrailer(fields []pair) string {
	var b strings.Builder
	for _, f := range slices.SortedFunc(slices.Values(fields), func(a, b pair) int { return strings.Compare(a.name, b.name) }) {
		b.WriteString(f.name + ":" + f.value + "\n")
	}
	return b.String()
}

// line reads up to \n, without its end. Lines longer than the buffer are refused.
func (c *chunked) line() (string, error) {
	raw, err := c.src.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", badChunk()
	case err != nil:
		return "", truncated(err)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r"), nil
}

func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return incomplete()
	}
	return err
}

func badChunk() *Error {
	return &Error{Status: http.StatusBadRequest, Code: "InvalidRequest", Message: "The body of the request is not in the aws-chunked format."}
}

func malformedTrailer() *Error {
	return &Error{Status: http.StatusBadRequest, Code: "MalformedTrailerError",
		Message: "The request contained trailing data that was not well-formed or did not conform to our published schema."}
}
