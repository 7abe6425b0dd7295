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

// remaining looks which of the entries a listing still shows. plain entries name no version: one is
// still there when its key is listed as a current object.
func remaining(ctx context.Context, r *awsops.Reader, bucket string, entries []awsops.Entry, plain bool) ([]awsops.Entry, error) {
	want := map[place]bool{}
	keys := map[string]bool{}
	low, high := "", ""
	for _, e := range entries {
		p := place{e.Key, e.VersionID}
		if plain {
			p.version = ""
		}
		want[p], keys[e.Key] = false, true
		if low == "" || e.Key < low {
			low = e.Key
		}
		high = max(high, e.Key)
	}
	q := listing.Query{Bucket: bucket, Versions: !plain}
	if len(keys) > apart {
		q.Prefix = low[:shared(low, high)]
		if len(low) > 1 && len(low)-1 >= len(q.Prefix) {
			q.After = low[:len(low)-1] // below low, and not far
		}
		if err := see(ctx, r, q, high, want); err != nil {
			return nil, err
		}
	} else {
		for key := range keys {
			q.Prefix = key
			if err := see(ctx, r, q, key, want); err != nil {
				return nil, err
			}
		}
	}
	var left []awsops.Entry
	for _, e := range entries {
		p := place{e.Key, e.VersionID}
		if plain {
			p.version = ""
		}
		if want[p] {
			left = append(left, e)
		}
	}
	return left, nil
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
