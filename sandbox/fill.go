package sandbox

import (
	"fmt"
	"time"
)

const (
	fillSizes   = 64        // distinct contents of a filling that names no sizes
	largestFill = 64 << 20  // bytes; larger contents take too long to digest
	largePart   = 8 << 20   // bytes of a part of a large object
	fillSeed    = 0x5EED_00 // what the generated contents follow from
)

// FillOptions shape the objects of Fill. The zero value gives binary objects of 64 sizes between 120 bytes
// and 200 KB, a minute apart, the last one written now.
type FillOptions struct {
	Sizes       []int64               // bytes, each at most 64 MiB; objects take them in turn
	Modified    func(i int) time.Time // when object i was written
	Class       string                // storage class, "" for STANDARD
	ContentType string                // "" for binary/octet-stream
}

// AddBucket makes an empty bucket of the server's account.
func (s *Server) AddBucket(name, region string) error {
	return s.addBucket(newBucket(name, region, s.account, s.Now()))
}

// Fill puts n objects with the keys key(0) … key(n-1) into a bucket that exists, under one lock. Contents are
// generated when they are read and shared by the objects of a size, so an object takes about 150 bytes and
// its key; ETags and checksums are those of the contents. Sizes and times depend on i alone.
func (s *Server) Fill(bucket string, n int, key func(i int) string, o FillOptions) error {
	b, err := s.lookup(bucket)
	if err != nil {
		return err
	}
	contents, err := fillContents(o.Sizes)
	if err != nil {
		return err
	}
	now := s.Now()
	if o.Modified == nil {
		o.Modified = func(i int) time.Time { return now.Add(time.Duration(i+1-n) * time.Minute) }
	}
	if o.ContentType == "" {
		o.ContentType = "binary/octet-stream"
	}
	if o.Class == "STANDARD" {
		o.Class = ""
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	attrs := &attributes{class: o.Class, headers: []field{{"Content-Type", o.ContentType}}, sse: b.encryption}
	for i := range n {
		v := &version{modified: o.Modified(i).Unix(), content: contents[scatter(i)%uint64(len(contents))], attrs: attrs}
		b.put(key(i), v, s.nextVersion)
	}
	return nil
}

// scatter mixes a number, so that neighbours get different contents.
func scatter(i int) uint64 { return pattern{seed: fillSeed}.word(int64(i) * 8) }

func fillContents(sizes []int64) ([]*content, error) {
	if sizes == nil {
		size := 120.0
		for range fillSizes {
			sizes = append(sizes, int64(size))
			size *= 1.125
		}
	}
	contents := make([]*content, len(sizes))
	for i, size := range sizes {
		if size < 0 || size > largestFill {
			return nil, fmt.Errorf("sandbox: a filling can't have objects of %d bytes", size)
		}
		contents[i] = generate(fillSeed+uint64(i), size, defaultSum)
	}
	return contents, nil
}

// PutLarge puts an object of parts × 8 MiB into a bucket that exists, as a multipart upload would have left
// it. It takes no memory for its bytes, which are generated when they are read.
func (s *Server) PutLarge(bucket, key string, parts int, modified time.Time, class string) error {
	b, err := s.lookup(bucket)
	if err != nil {
		return err
	}
	stored, err := repeated(fillSeed, largePart, parts)
	if err != nil {
		return err
	}
	if class == "STANDARD" {
		class = ""
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	attrs := &attributes{class: class, headers: []field{{"Content-Type", "binary/octet-stream"}}, sse: b.encryption}
	b.put(key, &version{modified: modified.Unix(), content: stored, attrs: attrs}, s.nextVersion)
	return nil
}
