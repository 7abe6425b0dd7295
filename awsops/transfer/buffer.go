package transfer

import (
	"io"
	"sync"
)

// bufferSize is how much is read and written at a time, in bytes: large enough that the calls to the system don't count.
const bufferSize = 256 << 10

// buffers are shared by all transfers of the process.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, bufferSize)
	return &b
}}

// onlyReader and onlyWriter hide methods by which io.CopyBuffer would leave its buffer aside.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)

// copyAll copies with one of the buffers.
func copyAll(to io.Writer, from io.Reader) (int64, error) {
	buf := buffers.Get().(*[]byte) //nolint:forcetypeassert // nothing else is in it
	defer buffers.Put(buf)
	return io.CopyBuffer(onlyWriter{to}, onlyReader{from}, *buf)
}
