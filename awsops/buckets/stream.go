package buckets

import (
	"context"
	"sync"

	"cooper/awsops"
)

// Stream is the account's list of buckets as it arrives. It is safe for use by several goroutines.
type Stream struct {
	mu   sync.Mutex
	list []Bucket
	err  *awsops.Error
	done bool
	rev  uint64
}

// Start lists the account's buckets in the background until ctx ends.
func Start(ctx context.Context, r *awsops.Reader) *Stream {
	s := &Stream{}
	go func() {
		for page, err := range List(ctx, r) {
			s.mu.Lock()
			s.list = append(s.list, page...)
			s.err = awsops.Wrap("ListBuckets", "", "", err)
			s.rev++
			s.mu.Unlock()
		}
		s.mu.Lock()
		s.done = true
		s.rev++
		s.mu.Unlock()
	}()
	return s
}

// Version grows with every page.
func (s *Stream) Version() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rev
}

// Complete reports whether nothing more will come.
func (s *Stream) Complete() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// Buckets gives those that have arrived, in the server's order. The slice is not to be changed.
func (s *Stream) Buckets() []Bucket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list[:len(s.list):len(s.list)]
}

// Err gives why the list ended early, nil when it didn't.
func (s *Stream) Err() *awsops.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
