package journal

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// memory is a journal without a folder.
type memory struct {
	mu    sync.Mutex
	log   []byte
	files map[string][]byte
}

func (m *memory) lines() (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return io.NopCloser(bytes.NewReader(bytes.Clone(m.log))), nil
}

func (m *memory) add(b []byte, _ bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.log = append(m.log, b...)
	return nil
}

func (m *memory) bulk(id string) (io.WriteCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files == nil {
		m.files = map[string][]byte{}
	}
	m.files[id] = append(m.files[id], []byte{}...)
	return &memoryFile{m: m, id: id}, nil
}

func (m *memory) readBulk(id string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.files[id]
	if !ok {
		return nil, fmt.Errorf("results of %s: %w", id, fs.ErrNotExist)
	}
	return io.NopCloser(bytes.NewReader(bytes.Clone(b))), nil
}

func (m *memory) beside() []string { return nil }

func (m *memory) close() error { return nil }

type memoryFile struct {
	m  *memory
	id string
}

func (f *memoryFile) Write(b []byte) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.m.files[f.id] = append(f.m.files[f.id], b...)
	return len(b), nil
}

func (f *memoryFile) Close() error { return nil }
