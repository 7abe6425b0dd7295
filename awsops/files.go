package awsops

import (
	"context"
	"slices"
	"sync/atomic"
)

// FileProgress is one file of a transfer that is on its way.
type FileProgress struct {
	job   *Job
	name  string
	size  int64
	bytes atomic.Int64
}

// FileState is a file of a transfer at one moment.
type FileState struct {
	Name        string // as the transfer calls it: a key or a local path
	Bytes, Size int64
}

// File shows a file among those that are on their way, until Close.
func (j *Job) File(name string, size int64) *FileProgress {
	f := &FileProgress{job: j, name: name, size: size}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.files = append(j.files, f)
	return f
}

// Add counts bytes of the file, and of the job.
func (f *FileProgress) Add(n int64) {
	f.bytes.Add(n)
	f.job.AddBytes(n)
}

// Back takes back what was counted of the file: it is begun again.
func (f *FileProgress) Back() { f.job.AddBytes(-f.bytes.Swap(0)) }

// Close takes the file off the list.
func (f *FileProgress) Close() {
	f.job.mu.Lock()
	defer f.job.mu.Unlock()
	f.job.files = slices.DeleteFunc(f.job.files, func(x *FileProgress) bool { return x == f })
}

// fileStates needs the lock.
func (j *Job) fileStates() []FileState {
	out := make([]FileState, len(j.files))
	for i, f := range j.files {
		out[i] = FileState{Name: f.name, Bytes: f.bytes.Load(), Size: f.size}
	}
	return out
}

// Hold waits while the job is paused: between the parts of one long call. It gives the context's cause when ctx ends.
func (j *Job) Hold(ctx context.Context) error { return j.passGate(ctx) }
