package accesslog

import (
	"bytes"
	"context"
	"errors"
	"io"
)

const (
	batchLines  = 256
	longestLine = 256 << 10 // S3 writes lines of at most some 20 KB
	readAhead   = 64 << 10  // room that a read finds behind the longest line
)

// Load takes in all lines of a log file until its end or that of ctx. Empty lines are left out; a line of
// 256 KiB or more is broken and kept cut. It may run for many files at once. What was read before an error stays in the table.
func (t *Table) Load(ctx context.Context, file io.Reader) error {
	b := &batch{table: t, data: make([]byte, longestLine+readAhead)}
	for {
		if err := context.Cause(ctx); err != nil {
			b.flush()
			return err
		}
		n, err := file.Read(b.data[b.to:])
		b.take(n)
		if err == nil {
			continue
		}
		b.end(b.to)
		b.flush()
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
}

// batch collects lines where they were read, so that the table's lock is taken once for many of them.
type batch struct {
	table *Table
	data  []byte // read up to to; the line that is being read begins at from, and has no end before seen
	from  int
	seen  int
	to    int
	cut   bool     // what comes until the next line end belongs to a line that was too long
	lines [][2]int // of data
	parts []Parts
	good  []bool
}

// take looks for the lines in n more bytes.
func (b *batch) take(n int) {
	b.to += n
	for {
		i := bytes.IndexByte(b.data[b.seen:b.to], '\n')
		if i < 0 {
			break
		}
		b.end(b.seen + i)
		b.from, b.seen, b.cut = b.seen+i+1, b.seen+i+1, false
		if len(b.lines) == batchLines {
			b.parse()
		}
	}
	b.seen = b.to
	if b.to-b.from >= longestLine && !b.cut {
		b.end(b.from + longestLine)
		b.parse()
		b.cut = true
	}
	if b.cut {
		b.from = b.to
	}
	if len(b.data)-b.to < readAhead/2 {
		b.flush()
	}
}

// end closes the line that is being read.
func (b *batch) end(at int) {
	if line := trimEnd(b.data[b.from:min(at, b.from+longestLine)]); len(line) > 0 && !b.cut {
		b.lines = append(b.lines, [2]int{b.from, b.from + len(line)})
	}
}

// flush enters the lines and makes room for more.
func (b *batch) flush() {
	b.parse()
	b.to = copy(b.data, b.data[b.from:b.to])
	b.from, b.seen = 0, b.to
}

// parse takes the lines apart without the table's lock and enters them with it.
func (b *batch) parse() {
	if b.parts == nil {
		b.parts, b.good = make([]Parts, batchLines), make([]bool, batchLines)
	}
	parts, good := b.parts[:len(b.lines)], b.good[:len(b.lines)]
	for i, at := range b.lines {
		good[i] = at[1]-at[0] < longestLine && Parse(b.data[at[0]:at[1]], &parts[i])
	}
	b.table.mu.Lock()
	for i, at := range b.lines {
		if line := b.data[at[0]:at[1]]; good[i] {
			b.table.add(&parts[i], line)
		} else {
			b.table.addBroken(line)
		}
	}
	b.table.mu.Unlock()
	b.lines = b.lines[:0]
}
