package listing

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// Store holds the rows of a listing. One group of writers appends pages in order while readers
// look; a row's index never changes.
type Store struct {
	mu    sync.RWMutex
	pages []*page
	ends  []int // rows up to and with each page

	wake chan struct{} // closed at the next change; made by who waits

	rows     atomic.Int64 // that can be looked at
	found    atomic.Int64 // that have arrived, also ahead of a gap
	version  atomic.Uint64
	complete atomic.Bool
}

// Len gives how many rows can be looked at and whether these are all.
func (s *Store) Len() (n int, complete bool) {
	complete = s.complete.Load() // first: rows are never added after completion
	return int(s.rows.Load()), complete
}

// Complete reports whether all rows are there.
func (s *Store) Complete() bool { return s.complete.Load() }

// Found gives how many rows have arrived, also those that wait for rows before them.
func (s *Store) Found() int { return int(s.found.Load()) }

// Version counts changes of the store.
func (s *Store) Version() uint64 { return s.version.Load() }

// Row makes row i. It panics when i is not below Len.
func (s *Store) Row(i int) Row {
	p, j := s.View().at(i)
	return p.row(j)
}

// View gives the rows of this moment for reading without locks, such as by a sort or a filter that
// runs off the loop.
func (s *Store) View() View {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return View{pages: s.pages[:len(s.pages):len(s.pages)], ends: s.ends[:len(s.ends):len(s.ends)]}
}

// add appends a page.
func (s *Store) add(p *page) {
	if p.len() == 0 {
		return
	}
	s.mu.Lock()
	n := p.len()
	if len(s.ends) > 0 {
		n += s.ends[len(s.ends)-1]
	}
	s.pages, s.ends = append(s.pages, p), append(s.ends, n)
	s.mu.Unlock()
	s.rows.Store(int64(n))
	s.bump()
}

// bump counts a change and wakes who waits for one.
func (s *Store) bump() {
	s.version.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake != nil {
		close(s.wake)
		s.wake = nil
	}
}

// changed gives a channel that is closed once the version is no longer seen.
func (s *Store) changed(seen uint64) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake == nil {
		s.wake = make(chan struct{})
	}
	wake := s.wake
	if s.version.Load() != seen {
		close(s.wake)
		s.wake = nil
	}
	return wake
}

func (s *Store) finish() {
	s.complete.Store(true)
	s.bump()
}

// reset empties the store for a new start.
func (s *Store) reset() {
	s.mu.Lock()
	s.pages, s.ends = nil, nil
	s.mu.Unlock()
	s.rows.Store(0)
	s.found.Store(0)
	s.bump()
}

// View is the rows of a Store at one moment. It can be copied and read by several goroutines.
type View struct {
	pages []*page
	ends  []int
}

// Len gives the number of rows.
func (v View) Len() int {
	if len(v.ends) == 0 {
		return 0
	}
	return v.ends[len(v.ends)-1]
}

// at finds row i's page and its place there.
func (v View) at(i int) (*page, int) {
	k := sort.SearchInts(v.ends, i+1)
	if k > 0 {
		i -= v.ends[k-1]
	}
	return v.pages[k], i
}

// Row makes row i. It panics when i is not below Len.
func (v View) Row(i int) Row {
	p, j := v.at(i)
	return p.row(j)
}

// AppendKey appends row i's key to dst, for scans that make no string a row.
func (v View) AppendKey(dst []byte, i int) []byte {
	p, j := v.at(i)
	return p.appendKey(dst, j)
}

// Size gives row i's size in bytes.
func (v View) Size(i int) int64 {
	p, j := v.at(i)
	return p.sizes[j]
}

// Nanos gives row i's time of last change in nanoseconds since 1970, the lowest int64 when there
// is none.
func (v View) Nanos(i int) int64 {
	p, j := v.at(i)
	return p.nanos[j]
}

// IsPrefix reports whether row i is a common prefix.
func (v View) IsPrefix(i int) bool {
	p, j := v.at(i)
	return p.flags[j]&flagPrefix != 0
}

// Flags tells what row i of a version listing is.
func (v View) Flags(i int) (latest, marker bool) {
	p, j := v.at(i)
	return p.flags[j]&flagLatest != 0, p.flags[j]&flagMarker != 0
}

// Restore tells how far row i's restore from an archive is.
func (v View) Restore(i int) Restore {
	p, j := v.at(i)
	return restoreOf(p.flags[j])
}

// Parts reports whether row i's ETag says that it was uploaded in parts.
func (v View) Parts(i int) bool {
	p, j := v.at(i)
	switch n := p.parts[j]; n {
	case 0, noETag:
		return false
	case oddETag:
		return strings.Contains(p.odd[j], "-")
	}
	return true
}

// Classes gives the storage classes that occur, sorted.
func (v View) Classes() []string {
	var all []string
	for _, p := range v.pages {
		for _, c := range p.names {
			if c != "" && !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Each calls f with rows from to the end, in order, until it says false. What it passes is good
// for the call only: key is used again for the next row.
func (v View) Each(from int, f func(i int, key []byte, size int64, latest, marker bool) bool) {
	if from >= v.Len() {
		return
	}
	k := sort.SearchInts(v.ends, from+1)
	i := from
	var key []byte
	for ; k < len(v.pages); k++ {
		p := v.pages[k]
		start := v.ends[k] - p.len()
		for ; i < v.ends[k]; i++ {
			j := i - start
			key = p.appendKey(key[:0], j)
			fl := p.flags[j]
			if !f(i, key, p.sizes[j], fl&flagLatest != 0, fl&flagMarker != 0) {
				return
			}
		}
	}
}

// Class gives row i's storage class as the server wrote it.
func (v View) Class(i int) string {
	p, j := v.at(i)
	return p.names[p.class[j]]
}

// VersionID gives row i's version id, "" in a listing of objects.
func (v View) VersionID(i int) string {
	p, j := v.at(i)
	return p.versionID(j)
}
