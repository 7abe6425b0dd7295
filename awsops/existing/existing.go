// Package existing says what becomes of what is at the destination of a transfer or a copy already. Nothing is replaced
// unless that was asked for.
package existing

import (
	"bytes"
	"context"
	"iter"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// Choice is what a person decided about things that are there. The zero value leaves them.
type Choice string

// The choices.
const (
	Leave   Choice = ""        // it stays, and is not transferred
	Replace Choice = "replace" // the very one that was seen is replaced
	Differ  Choice = "differ"  // as Replace, where the size differs or the source is newer
)

// Valid reports whether c is one of the three.
func (c Choice) Valid() bool { return c == Leave || c == Replace || c == Differ }

// State is what is known of one side.
type State struct {
	Size int64 // bytes
	At   time.Time
}

// Replaces decides for one that is there.
func (c Choice) Replaces(source, there State) bool {
	switch c {
	case Replace:
		return true
	case Differ:
		return source.Size != there.Size || source.At.Truncate(time.Second).After(there.At)
	}
	return false
}

// Keys looks keys up in a listing that goes along: they must be asked for in ascending order of their bytes.
type Keys struct {
	next func() ([]listing.Row, error, bool)
	stop func()
	rows []listing.Row
}

// Open begins a listing; Close ends it.
func Open(ctx context.Context, r *awsops.Reader, q listing.Query) *Keys {
	k := &Keys{}
	k.next, k.stop = iter.Pull2(listing.Pages(ctx, r, q))
	return k
}

// Close ends the listing.
func (k *Keys) Close() { k.stop() }

// Find gives the object of a key. Errors are *awsops.Error.
func (k *Keys) Find(key string) (listing.Row, bool, error) {
	for {
		for len(k.rows) > 0 {
			switch c := bytes.Compare([]byte(k.rows[0].Key), []byte(key)); {
			case c == 0:
				return k.rows[0], true, nil
			case c > 0:
				return listing.Row{}, false, nil
			}
			k.rows = k.rows[1:]
		}
		rows, err, ok := k.next()
		if err != nil || !ok {
			return listing.Row{}, false, err
		}
		k.rows = rows
	}
}
