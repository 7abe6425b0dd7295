package versions

import (
	"context"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// List begins a listing of all versions and delete markers under prefix (ListObjectVersions,
// s3:ListBucketVersions). Rows are by key, newest first within a key.
func List(ctx context.Context, r *awsops.Reader, bucket, prefix string) *listing.Listing {
	return listing.Start(ctx, r, listing.Query{Bucket: bucket, Prefix: prefix, Versions: true})
}

// Tie reports whether row i of a version listing has the same time as a neighbour of its key, so
// that which of the two is older can't be told from the times. S3's times have whole seconds.
func Tie(v listing.View, i int) bool {
	return tied(v, i, i-1) || tied(v, i, i+1)
}

func tied(v listing.View, i, j int) bool {
	if j < 0 || j >= v.Len() || v.Nanos(i) != v.Nanos(j) {
		return false
	}
	return string(v.AppendKey(nil, i)) == string(v.AppendKey(nil, j))
}

// Totals counts what a version listing holds.
type Totals struct {
	Keys, Current, Noncurrent, Markers int64
	Deleted                            int64 // keys whose current version is a delete marker
	CurrentBytes, NoncurrentBytes      int64
}

// Tally counts a growing listing without counting rows twice.
type Tally struct {
	Totals
	next int
	last []byte
}

// Count adds the rows that came since the last call. A listing that began anew is counted anew.
func (t *Tally) Count(v listing.View) Totals {
	if v.Len() < t.next {
		*t = Tally{}
	}
	v.Each(t.next, func(i int, key []byte, size int64, latest, marker bool) bool {
		if i == 0 || string(key) != string(t.last) {
			t.Keys++
			t.last = append(t.last[:0], key...)
		}
		switch {
		case marker:
			t.Markers++
			if latest {
				t.Deleted++
			}
		case latest:
			t.Current++
			t.CurrentBytes += size
		default:
			t.Noncurrent++
			t.NoncurrentBytes += size
		}
		t.next = i + 1
		return true
	})
	return t.Totals
}

// Timeline is the history of one key, newest first.
type Timeline struct {
	Key      string
	Rows     []listing.Row
	Tied     []bool // Rows[i] has the same time as a neighbour
	AtLeast  bool   // there are more than were asked for
	Current  int    // index of the current row, -1 when none says it is
	Markers  int
	Versions int
	Bytes    int64
}

// ReadTimeline lists the versions of one key, at most limit.
func ReadTimeline(ctx context.Context, r *awsops.Reader, bucket, key string, limit int) (Timeline, error) {
	rows, more, err := listing.Exactly(ctx, r, bucket, key, limit)
	if err != nil {
		return Timeline{}, err
	}
	return timeline(key, rows, more), nil
}

func timeline(key string, rows []listing.Row, more bool) Timeline {
	t := Timeline{Key: key, Rows: rows, Tied: make([]bool, len(rows)), AtLeast: more, Current: -1}
	for i, row := range rows {
		if row.Latest && t.Current < 0 {
			t.Current = i
		}
		if i > 0 && row.Modified.Equal(rows[i-1].Modified) {
			t.Tied[i], t.Tied[i-1] = true, true
		}
		if row.Marker {
			t.Markers++
			continue
		}
		t.Versions++
		t.Bytes += row.Size
	}
	return t
}

// Stacked gives the delete markers that stand before the newest version: what must go for the key to
// be there again. ok is false when the key isn't deleted, or has no version left.
func (t Timeline) Stacked() (markers []listing.Row, version listing.Row, ok bool) {
	for _, row := range t.Rows {
		if !row.Marker {
			return markers, row, len(markers) > 0
		}
		markers = append(markers, row)
	}
	return markers, listing.Row{}, false
}

// Until gives how long row i was the current one: until the next newer row, or now.
func (t Timeline) Until(i int, now time.Time) time.Duration {
	if i == 0 {
		return now.Sub(t.Rows[0].Modified)
	}
	return t.Rows[i-1].Modified.Sub(t.Rows[i].Modified)
}
