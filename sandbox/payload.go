package sandbox

import (
	"bytes"
	"crypto/md5" //nolint:gosec // S3's ETag and Content-MD5 are MD5
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// maxUpload is what a single PUT, POST, copy or part may hold: 5 GiB.
const maxUpload = 5 << 30

// payload is a request's body once it was read, and checked against all that the request promised.
type payload struct {
	data []byte
	md5  [16]byte
	sum  checksum // the promised one, else CRC64NVME; its kind is FULL_OBJECT
	told bool     // the client promised it
}

// readPayload reads the body of an upload. want is the algorithm to store when the client promises none.
func (c *call) readPayload(want string) (payload, error) {
	var p payload
	if c.id.length < 0 {
		return p, newError(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	if c.id.length > maxUpload {
		return p, newError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
			field{"ProposedSize", itoa(int(c.id.length))}, field{"MaxSizeAllowed", itoa(maxUpload)})
	}
	promised, err := claim(c.r.Header)
	if err != nil {
		return p, err
	}
	if p.told = promised.algorithm != ""; p.told {
		want = promised.algorithm
	}
	digest, sum := md5.New(), newHash(want) //nolint:gosec // see the import
	if p.data, err = readBody(c.id.body, c.id.length, digest, sum); err != nil {
		return p, err
	}
	digest.Sum(p.md5[:0])
	p.sum = checksum{want, fullObjectSum, encodeSum(sum)}
	if err := c.checkMD5(p.md5); err != nil {
		return p, err
	}
	if promised.value == "" && p.told && c.id.trailer != nil {
		promised.value = c.id.trailer().Get(checksumHeader(want))
	}
	if p.told && promised.value != p.sum.value {
		return p, newError(400, "BadDigest", "The "+want+" you specified did not match the calculated checksum.")
	}
	return p, nil
}

// readBody reads length bytes and the end of the stream behind them, where signatures are checked.
func readBody(r io.Reader, length int64, into ...hash.Hash) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(int(min(length, 64<<20)) + bytes.MinRead) // room to see the end without growing
	_, err := buf.ReadFrom(io.LimitReader(r, length+1))
	if api, ok := errors.AsType[*apiError](err); ok {
		return nil, api
	}
	if err != nil || int64(buf.Len()) != length {
		return nil, newError(400, "IncompleteBody",
			"You did not provide the number of bytes specified by the Content-Length HTTP header")
	}
	for _, h := range into {
		_, _ = h.Write(buf.Bytes()) // a hash takes everything
	}
	if length > 64<<10 {
		return buf.Bytes(), nil
	}
	return bytes.Clone(buf.Bytes()), nil // without the room, which would outweigh a small object
}

func (c *call) checkMD5(got [16]byte) error {
	header := c.header("Content-Md5")
	if header == "" {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(header)
	if err != nil || len(raw) != len(got) {
		return newError(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", field{"Content-MD5", header})
	}
	if !bytes.Equal(raw, got[:]) {
		return newError(400, "BadDigest", "The Content-MD5 you specified did not match what we received.",
			field{"ExpectedDigest", header}, field{"CalculatedDigest", base64.StdEncoding.EncodeToString(got[:])})
	}
	return nil
}

// etagFor is the ETag of bytes stored in one piece: their MD5, unless a KMS or customer key encrypts them.
func etagFor(sum [16]byte, sse sseState) string {
	if sse.etagIsMD5() {
		return hex.EncodeToString(sum[:])
	}
	other := md5.Sum(append(sum[:], sse.algorithm+sse.keyID+sse.customerMD5...)) //nolint:gosec // see the import
	return hex.EncodeToString(other[:])
}

// readDocument reads a configuration document: bounded, and checked against Content-MD5 and checksum.
func (c *call) readDocument(root string, v any) error {
	data, err := c.readConfig()
	if err != nil {
		return err
	}
	return unmarshalXML(data, root, v)
}

// readConfig reads a small body, checked against Content-MD5 and checksum.
func (c *call) readConfig() ([]byte, error) {
	if c.id.length > maxDocument {
		return nil, newError(400, "MaxMessageLengthExceeded", "Your request was too big.")
	}
	p, err := c.readPayload(defaultSum)
	return p.data, err
}

// needsDigest refuses a request that promises no digest of its body, which some operations demand.
func (c *call) needsDigest() error {
	promised, err := claim(c.r.Header)
	if err != nil || promised.algorithm != "" || c.header("Content-Md5") != "" {
		return err
	}
	return errInvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
}
