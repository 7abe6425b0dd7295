package accesslog

import (
	"bufio"
	"context"
	"errors"
	"io"
)

const (
	batchLines  = 256
	batchBytes  = 192 << 10
	longestLine = 256 << 10 // S3 writes lines of at most some 20 KB
)

// Load takes in all lines of a log file until its end or that of ctx. Empty lines are left out; a line longer than
// 256 KiB is broken and kept cut. It may run for many files at once. What was read before an error stays in the table.
func (t *Table) Load(ctx context.Context, file io.Reader) error {
	in := bufio.NewReaderSize(file, 64<<10)
	b := &batch{table: t, data: make([]byte, 0, batchBytes)}
	defer b.flush()
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		line, err := in.ReadSlice('\n')
		b.take(line, errors.Is(err, bufio.ErrBufferFull))
		switch {
		case errors.Is(err, io.EOF):
			b.end()
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			b.end()
			return err
		}
	}
}

// batch collects lines, so that the table's lock is taken once for many of them.
type batch struct {
	table *Table
	data  []byte
	from  int      // where the line that is being read begins
	long  bool     // it is longer than a line may be, and cut
	lines [][2]int // of data
	parts []Parts
	good  []bool
}

// take appends a piece of a line; more says that the line goes on.
func (b *batch) take(piece []byte, more bool) {
	if room := b.from + longestLine - len(b.data); len(piece) > room {
		piece, b.long = piece[:room], true
	}
	b.data = append(b.data, piece...)
	if !more {
		b.end()
	}
}

// end closes the line that is being read.
func (b *batch) end() {
	line := trimEnd(b.data[b.from:])
	if len(line) == 0 {
		b.data = b.data[:b.from]
		return
	}
	b.lines = append(b.lines, [2]int{b.from, b.from + len(line)})
	b.from = len(b.data)
	if b.long || len(b.lines) == batchLines || len(b.data) > batchBytes-longestLine/8 {
		b.flush()
	}
}

// flush takes the lines apart without the table's lock and enters them with it.
func (b *batch) flush() {
	if cap(b.parts) < len(b.lines) {
		b.parts, b.good = make([]Parts, batchLines), make([]bool, batchLines)
	}
	parts, good := b.parts[:len(b.lines)], b.good[:len(b.lines)]
	for i, at := range b.lines {
		good[i] = Parse(b.data[at[0]:at[1]], &parts[i])
	}
	if b.long {
		good[len(good)-1] = false
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
	b.data, b.lines, b.from, b.long = b.data[:0], b.lines[:0], 0, false
}
