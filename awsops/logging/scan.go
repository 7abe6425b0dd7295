package logging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"cooper/awsops"
	"cooper/awsops/accesslog"
)

const (
	readers = 8 // files that are read at once

	// MostBytes is how much a scan reads: more is a matter for Athena. A gigabyte is some 1.5 million records.
	MostBytes = 3 << 30

	keptFailures = 20

	newest = 24 * time.Hour // how far back Poll looks for new files
)

// Progress is how far a scan has come.
type Progress struct {
	Found, Read, Failed int64 // files
	FoundBytes          int64 // of the files that were found
	Bytes               int64 // that were read
	Listed              bool  // all files were found
	Done                bool
	Left                bool            // files were left out, because they are more than MostBytes
	Err                 *awsops.Error   // why the listing ended early
	Failures            []*awsops.Error // of single files, the first few
}

// Scan reads log files into a table while it is being looked at. It satisfies what a screen watches: Version and
// Complete.
type Scan struct {
	Place    Place
	From, To time.Time
	Table    *accesslog.Table

	r       *awsops.Reader
	cancel  context.CancelCauseFunc
	version atomic.Uint64
	done    chan struct{} // closed at the end

	mu   sync.Mutex
	p    Progress
	seen map[string]bool // keys that were read
}

// Open begins to read the log files that can hold records of requests at from or later and before to. It ends with ctx
// or Cancel; what was read stays in the table.
func Open(ctx context.Context, r *awsops.Reader, place Place, from, to time.Time) *Scan {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &Scan{Place: place, From: from, To: to, Table: accesslog.New(), r: r, cancel: cancel, done: make(chan struct{}), seen: map[string]bool{}}
	go func() {
		err := s.read(ctx, place.Files(ctx, r, from, to))
		s.change(func(p *Progress) {
			p.Done = true
			if err != nil {
				p.Err = awsops.Wrap("read the access logs", place.Target, "", err)
			}
		})
		close(s.done)
		cancel(nil)
	}()
	return s
}

// Cancel ends the scan.
func (s *Scan) Cancel() { s.cancel(context.Canceled) }

// Version changes whenever there is something new.
func (s *Scan) Version() uint64 { return s.version.Load() }

// Complete reports whether nothing new will come.
func (s *Scan) Complete() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// Wait waits for the end. Its error is that of Progress, or the end of ctx.
func (s *Scan) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.done:
	}
	if err := s.Progress().Err; err != nil {
		return err
	}
	return nil
}

// Progress says how far the scan has come.
func (s *Scan) Progress() Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p
}

func (s *Scan) change(how func(*Progress)) {
	s.mu.Lock()
	how(&s.p)
	s.mu.Unlock()
	s.version.Add(1)
}

// read reads files as they are found, several at once. A file that can't be read is counted and the rest goes on; only
// the listing and the end of ctx end it.
func (s *Scan) read(ctx context.Context, files func(func(File, error) bool)) error {
	api, err := s.r.S3(ctx, s.Place.Target)
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(readers)
	for f, ferr := range files {
		if err = ferr; err != nil || ctx.Err() != nil {
			break
		}
		if !s.take(f) {
			continue
		}
		group.Go(func() error {
			s.one(ctx, api, f)
			return nil
		})
	}
	s.change(func(p *Progress) { p.Listed = err == nil && ctx.Err() == nil })
	_ = group.Wait() // a file's error is in Progress
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// take counts a file that was found, and reports whether it is to be read.
func (s *Scan) take(f File) bool {
	fresh := false
	s.change(func(p *Progress) {
		if s.seen[f.Key] {
			return
		}
		s.seen[f.Key] = true
		p.Found++
		p.FoundBytes += f.Size
		fresh = p.FoundBytes <= MostBytes
		p.Left = p.Left || !fresh
	})
	return fresh
}

// one reads a file into the table.
func (s *Scan) one(ctx context.Context, api awsops.ReadAPI, f File) {
	in := &counting{}
	err := func() error {
		out, err := api.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.Place.Target, Key: &f.Key})
		if err != nil {
			return err
		}
		defer func() { _ = out.Body.Close() }() // it was read to its end, or is given up
		in.Reader = out.Body
		if err := s.Table.Load(ctx, in); err != nil {
			return err
		}
		if size := out.ContentLength; size != nil && in.n != *size {
			return fmt.Errorf("%d of %d bytes arrived: %w", in.n, *size, io.ErrUnexpectedEOF)
		}
		return nil
	}()
	if err != nil && ctx.Err() != nil {
		return // given up, which is no failure of the file
	}
	s.change(func(p *Progress) {
		p.Bytes += in.n
		if err == nil {
			p.Read++
			return
		}
		p.Failed++
		if len(p.Failures) < keptFailures {
			p.Failures = append(p.Failures, awsops.Wrap("GetObject", s.Place.Target, f.Key, err))
		}
	})
}

type counting struct {
	io.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// Poll looks once for files that came since, and reads them. It gives how many there were. Only files of the last day
// are looked for, so it costs a request or two while nothing comes. It is for a scan that is done.
func (s *Scan) Poll(ctx context.Context) (int, error) {
	before := s.Progress()
	now := s.r.Now()
	from := now.Add(-newest)
	if s.From.After(from) {
		from = s.From
	}
	err := s.read(ctx, s.Place.Files(ctx, s.r, from, now))
	if err != nil && !errors.Is(err, context.Canceled) {
		err = awsops.Wrap("read the access logs", s.Place.Target, "", err)
	}
	after := s.Progress()
	return int(after.Found - before.Found), err
}
