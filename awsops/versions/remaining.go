package versions

import (
	"context"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// apart is how many keys are looked at one by one; more are looked at as one range.
const apart = 50

// remaining gives the entries that are still there.
func (d *remover) remaining(ctx context.Context, r *awsops.Reader, entries []awsops.Entry) ([]awsops.Entry, error) {
	return remaining(ctx, r, d.bucket, entries, d.plain)
}

// sought is what is looked for in a listing: by place, whether it was seen.
type sought struct {
	seen      map[place]bool
	keys      map[string]bool
	low, high string // the first and the last key
	plain     bool
}

func (s *sought) place(e awsops.Entry) place {
	if s.plain {
		return place{e.Key, ""}
	}
	return place{e.Key, e.VersionID}
}

// remaining looks which of the entries a listing still shows. plain entries name no version: one is
// still there when its key is listed as a current object.
func remaining(ctx context.Context, r *awsops.Reader, bucket string, entries []awsops.Entry, plain bool) ([]awsops.Entry, error) {
	s := sought{seen: map[place]bool{}, keys: map[string]bool{}, plain: plain}
	for i, e := range entries {
		s.seen[s.place(e)], s.keys[e.Key] = false, true
		if i == 0 || e.Key < s.low {
			s.low = e.Key
		}
		s.high = max(s.high, e.Key)
	}
	if err := s.look(ctx, r, bucket); err != nil {
		return nil, err
	}
	var left []awsops.Entry
	for _, e := range entries {
		if s.seen[s.place(e)] {
			left = append(left, e)
		}
	}
	return left, nil
}

// look lists the keys one by one, or all that lie between the first and the last.
func (s *sought) look(ctx context.Context, r *awsops.Reader, bucket string) error {
	q := listing.Query{Bucket: bucket, Versions: !s.plain}
	if len(s.keys) > apart {
		q.Prefix = s.low[:shared(s.low, s.high)]
		if len(s.low) > 1 && len(s.low)-1 >= len(q.Prefix) {
			q.After = s.low[:len(s.low)-1] // below low, and not far
		}
		return see(ctx, r, q, s.high, s.seen)
	}
	for key := range s.keys {
		q.Prefix = key
		if err := see(ctx, r, q, key, s.seen); err != nil {
			return err
		}
	}
	return nil
}

// see marks in want what a listing shows, up to the key high.
func see(ctx context.Context, r *awsops.Reader, q listing.Query, high string, want map[place]bool) error {
	for rows, err := range listing.Pages(ctx, r, q) {
		if err != nil {
			return err
		}
		for _, row := range rows {
			p := place{row.Key, row.VersionID}
			if _, asked := want[p]; asked {
				want[p] = true
			}
		}
		if rows[len(rows)-1].Key > high {
			return nil
		}
	}
	return nil
}

func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
