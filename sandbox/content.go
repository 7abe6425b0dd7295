package sandbox

import (
	"bytes"
	"io"
	"sort"
)

// content is an object's bytes and what follows from them. It is never changed, so copies share it.
type content struct {
	size   int64
	etag   string // without quotes
	sum    checksum
	data   []byte      // the bytes, when source is nil
	source io.ReaderAt // where the bytes come from when they are not in data
	locked locked      // the bytes of an object under a customer's key, when they are in neither
	parts  []part      // of a multipart upload, in order; nil otherwise
}

// part is one part of a finished multipart upload.
type part struct {
	number int
	size   int64
	sum    checksum
}

// section returns n bytes from offset.
func (c *content) section(offset, n int64) io.Reader {
	if c.locked != nil {
		return sealedReader()
	}
	if c.source == nil {
		return bytes.NewReader(c.data[offset : offset+n])
	}
	return io.NewSectionReader(c.source, offset, n)
}

// partRange returns where part number i, from 1, lies.
func (c *content) partRange(number int) (offset, size int64, ok bool) {
	if len(c.parts) == 0 {
		return 0, c.size, number == 1
	}
	for i, p := range c.parts {
		if i+1 == number {
			return offset, p.size, true
		}
		offset += p.size
	}
	return 0, 0, false
}

// chain reads several contents as one.
type chain struct {
	pieces []*content
	starts []int64
	size   int64
}

func newChain(pieces []*content) *chain {
	c := &chain{pieces: pieces}
	for _, p := range pieces {
		c.starts = append(c.starts, c.size)
		c.size += p.size
	}
	return c
}

// ReadAt reads across the pieces.
func (c *chain) ReadAt(p []byte, offset int64) (int, error) {
	done := 0
	first := sort.Search(len(c.pieces), func(i int) bool { return c.starts[i] > offset }) - 1
	for i := max(first, 0); i < len(c.pieces) && done < len(p); i++ {
		from := offset + int64(done) - c.starts[i]
		take := min(c.pieces[i].size-from, int64(len(p)-done))
		if take <= 0 {
			continue
		}
		n, err := io.ReadFull(c.pieces[i].section(from, take), p[done:done+int(take)])
		done += n
		if err != nil {
			return done, err
		}
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}
