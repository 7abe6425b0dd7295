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
// down only after its data was synced, so that a crash of the machine takes no mark for data that is lost.
type marks struct {
	data *os.File
	file *os.File
	done map[int64]bool // from earlier runs

	mu      sync.Mutex
	pending []byte
	last    time.Time
}

func openMarks(root *os.Root, name string, data *os.File) (*marks, error) {
	file, err := root.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, localError("no file can be made in the folder", err)
	}
	m := &marks{data: data, file: file, done: map[int64]bool{}, last: time.Now()}
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

func (m *marks) add(piece int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending = binary.BigEndian.AppendUint32(m.pending, uint32(piece))
	if time.Since(m.last) < markEvery {
		return nil
	}
	return m.flush()
}

// flush needs the lock.
func (m *marks) flush() error {
	if len(m.pending) == 0 {
		return nil
	}
	err := m.data.Sync()
	if err == nil {
		_, err = m.file.Write(m.pending)
	}
	m.pending, m.last = m.pending[:0], time.Now()
	if err != nil {
		return localError("the file can't be written", err)
	}
	return nil
}

func (m *marks) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return errors.Join(m.flush(), m.file.Close())
}
