package versions

import (
	"iter"
	"math"
	"strings"
	"time"

	"cooper/awsops/listing"
)

// Event is one row of a key's history: a version was written, or a delete marker was added.
type Event struct {
	Row    int   // its place in the listing, or wherever the history was made from
	Nanos  int64 // LastModified in nanoseconds since 1970; whole seconds
	Size   int64
	Marker bool
	Parts  bool // uploaded in parts: S3's LastModified is then when the upload began
}

// History is one key's versions and markers, newest first in the order of the server.
type History []Event

// historyOf makes the history of one key's rows.
func historyOf(rows []listing.Row) History {
	h := make(History, len(rows))
	for i, row := range rows {
		h[i] = Event{Row: i, Nanos: math.MinInt64, Size: row.Size, Marker: row.Marker, Parts: strings.Contains(row.ETag, "-")}
		if !row.Modified.IsZero() {
			h[i].Nanos = row.Modified.UnixNano()
		}
	}
	return h
}

// Histories goes through a version listing key by key. What it gives is good until the next key. The last key of a
// listing that goes on may have more rows than there are yet.
func Histories(v listing.View) iter.Seq2[[]byte, History] {
	return func(yield func([]byte, History) bool) {
		var key []byte
		var h History
		goes := true
		v.Each(0, func(i int, k []byte, size int64, _, marker bool) bool {
			if len(h) > 0 && string(k) != string(key) {
				if goes = yield(key, h); !goes {
					return false
				}
				h = h[:0]
			}
			key = append(key[:0], k...)
			h = append(h, Event{Row: i, Nanos: v.Nanos(i), Size: size, Marker: marker, Parts: v.Parts(i)})
			return true
		})
		if goes && len(h) > 0 {
			yield(key, h)
		}
	}
}

// Hidden says whether the key is deleted, as a recycle bin means it: delete markers stand above everything else.
// markers is how many; below is the version that would come back, nil when none is left.
func (h History) Hidden() (markers int, below *Event) {
	for i := range h {
		if !h[i].Marker {
			if i == 0 {
				return 0, nil
			}
			return i, &h[i]
		}
	}
	return len(h), nil
}

// Past is what a key was at a moment.
type Past struct {
	At int // the event in force, -1 when there was none: the key was not there yet
	// Tied: another version or marker was written within the same second, and which of them was the last can't be
	// told from the times. The server's order decided.
	Tied bool
	// Began: the version was uploaded in parts, so its time is when the upload began: it may have come later.
	Began bool
}

// At gives what the key was at the end of the second of moment. What was deleted for good since, or overwritten
// while the bucket had no versioning, is not in a listing and so not in its past.
func (h History) At(moment time.Time) Past {
	end := moment.Unix()
	for i, e := range h {
		if e.Nanos == math.MinInt64 || floorSecond(e.Nanos) > end {
			continue
		}
		return Past{At: i, Began: e.Parts && !e.Marker, Tied: i+1 < len(h) && floorSecond(h[i+1].Nanos) == floorSecond(e.Nanos)}
	}
	return Past{At: -1}
}

// floorSecond gives the second that a time lies in, also before 1970.
func floorSecond(nanos int64) int64 {
	s := nanos / int64(time.Second)
	if nanos%int64(time.Second) < 0 {
		s--
	}
	return s
}

// Deed is what brings a key back to a past state.
type Deed uint8

// What may have to be done.
const (
	Stays   Deed = iota // it is now as it was then
	Uncover             // the version is there below delete markers, which must go
	Copy                // newer versions are above it: it becomes current again by a copy
	Hide                // it was not there, or deleted, and now is: it gets a delete marker
)

// Back says what brings the key back to p.
func (h History) Back(p Past) Deed {
	was := p.At >= 0 && !h[p.At].Marker
	is := len(h) > 0 && !h[0].Marker
	switch {
	case !was && is:
		return Hide
	case !was || p.At == 0:
		return Stays
	}
	for _, e := range h[:p.At] {
		if !e.Marker {
			return Copy
		}
	}
	return Uncover
}
