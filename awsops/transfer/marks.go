package transfer

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// markEvery is how often finished pieces are written down: each time costs a sync of the data.
const markEvery = time.Second

// marks remember which pieces of a file are on the disk, in a file beside it of four bytes a piece. A piece is written
// down only after its data was synced, so that a crash of the machine takes no mark for data that is lost. The pieces
// that arrive meanwhile don't wait for that.
type marks struct {
	data *os.File
	file *os.File
	sync bool           // the data before the marks
	done map[int64]bool // from earlier runs

	mu      sync.Mutex
	pending []byte
	last    time.Time
	writing sync.WaitGroup
	busy    bool
	failed  error
}

func openMarks(root *os.Root, name string, data *os.File, sync bool) (*marks, error) {
	file, err := root.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, localError("no file can be made in the folder", err)
	}
	m := &marks{data: data, file: file, sync: sync, done: map[int64]bool{}, last: time.Now()}
	b, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(localError("what was downloaded before can't be read", err), file.Close())
	}
	whole := len(b) / 4 * 4
	if _, err := file.Seek(int64(whole), io.SeekStart); err != nil { // a torn mark is written over
		return nil, errors.Join(localError("what was downloaded before can't be read", err), file.Close())
	}
	info, err := data.Stat()
	for i := 0; i < whole && err == nil; i += 4 {
		if n := int64(binary.BigEndian.Uint32(b[i:])); n*pieceSize < info.Size() {
			m.done[n] = true
		}
	}
	return m, nil
}

func (m *marks) has(piece int64) bool { return m.done[piece] }

// add notes a piece that was written. Errors are those of writing down the pieces before it.
func (m *marks) add(piece int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending = binary.BigEndian.AppendUint32(m.pending, uint32(piece))
	if m.failed != nil || m.busy || time.Since(m.last) < markEvery {
		return m.failed
	}
	m.busy = true
	due := m.pending
	m.pending = nil
	m.writing.Go(func() {
		err := m.write(due)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.busy, m.last, m.failed = false, time.Now(), err
	})
	return nil
}

// write writes pieces down whose data it syncs first.
func (m *marks) write(due []byte) error {
	if len(due) == 0 {
		return nil
	}
	var err error
	if m.sync {
		err = m.data.Sync()
	}
	if err == nil {
		_, err = m.file.Write(due)
	}
	if err != nil {
		return localError("the file can't be written", err)
	}
	return nil
}

// drop ends the marks of a file that is whole: nothing needs to be written down any more.
func (m *marks) drop() error {
	m.writing.Wait()
	return errors.Join(m.failed, m.file.Close())
}

// keep writes down what is left, for another run.
func (m *marks) keep() error {
	m.writing.Wait()
	return errors.Join(m.failed, m.write(m.pending), m.file.Close())
}
