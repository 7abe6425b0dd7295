package sse

import (
	"slices"
	"sync"
)

// MissingKey is the error of a request that can't be made, or was refused, for want of the right customer's key.
type MissingKey struct {
	Fingerprint string // which key is wanted, "" when that is not known
	Wrong       bool   // a key was sent and it is not the object's
}

// Error gives the sentence that a person reads.
func (m *MissingKey) Error() string {
	switch {
	case m.Wrong:
		return "the object is encrypted with another key of your own (SSE-C) than the one that was given"
	case m.Fingerprint == "":
		return "the object is encrypted with a key of your own (SSE-C): it can be read only with that key"
	}
	return "the key " + m.Fingerprint + " (SSE-C) is needed and isn't held in this session"
}

// Held is a key of a Keyring, without the key.
type Held struct {
	Fingerprint string
	File        string // where it was read from or saved to, "" when it was typed
}

// spot is one version of an object; version "" is the current one.
type spot struct{ bucket, key, version string }

// most spots are remembered; beyond that they are found out anew.
const spotsMost = 100_000

// Keyring holds the customer's keys of one session, in memory only. It knows which object needs which, as requests have
// shown, and which keys may be tried on a bucket's objects: a key is sent to no other bucket than those it was given
// for. It is safe for use by several goroutines. The zero value is empty.
type Keyring struct {
	mu    sync.RWMutex
	keys  map[string]held
	use   map[string][]string // by bucket: the fingerprints of keys that may be tried, the one that opened something last first
	spots map[spot]string
}

type held struct {
	key  CustomerKey
	file string
	// trial is the object that the key was given for and has not opened yet; zero for a key that is there to stay.
	trial spot
}

// Add takes a key in and gives its fingerprint. file is where it is kept, "" for none; buckets are those whose objects
// it may be tried on.
func (r *Keyring) Add(key CustomerKey, file string, buckets ...string) string {
	return r.add(held{key: key, file: file}, buckets...)
}

// Try takes a key in that a person gave for one object: it is dropped when it turns out not to be that object's. A key that
// is held already stays.
func (r *Keyring) Try(key CustomerKey, file, bucket, object string) string {
	return r.add(held{key, file, spot{bucket: bucket, key: object}}, bucket)
}

func (r *Keyring) add(h held, buckets ...string) string {
	print := h.key.Fingerprint()
	if print == "" {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil {
		r.keys, r.use, r.spots = map[string]held{}, map[string][]string{}, map[spot]string{}
	}
	if was, ok := r.keys[print]; ok {
		if h.file == "" {
			h.file = was.file
		}
		if was.trial == (spot{}) {
			h.trial = spot{}
		}
	}
	r.keys[print] = h
	for _, bucket := range buckets {
		r.rank(bucket, print, true)
	}
	return print
}

// rank puts a key first or last among those that may be tried on a bucket's objects.
func (r *Keyring) rank(bucket, print string, first bool) {
	all := r.use[bucket]
	if first && len(all) > 0 && all[0] == print {
		return
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == print })
	if first {
		r.use[bucket] = append([]string{print}, rest...)
	} else {
		r.use[bucket] = append(rest, print)
	}
}

// Refused notes that a key is not that of an object, as S3 has said of it. It is dropped when it was given for that object,
// and is the last to be tried on the bucket's others from then on.
func (r *Keyring) Refused(bucket, key, fingerprint string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.keys[fingerprint]
	switch {
	case !ok:
	case h.trial == spot{bucket: bucket, key: key}:
		r.drop(fingerprint)
	case slices.Contains(r.use[bucket], fingerprint):
		r.rank(bucket, fingerprint, false)
	}
}

// Drop forgets a key.
func (r *Keyring) Drop(fingerprint string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(fingerprint)
}

func (r *Keyring) drop(fingerprint string) {
	delete(r.keys, fingerprint)
	for bucket, all := range r.use {
		r.use[bucket] = slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == fingerprint })
	}
}

// Get gives a key by its fingerprint.
func (r *Keyring) Get(fingerprint string) (CustomerKey, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	h, ok := r.keys[fingerprint]
	return h.key, ok
}

// File says where a key is kept, "" when that is not known.
func (r *Keyring) File(fingerprint string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys[fingerprint].file
}

// All lists the keys that are held, by fingerprint.
func (r *Keyring) All() []Held {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]Held, 0, len(r.keys))
	for print, h := range r.keys {
		out = append(out, Held{print, h.file})
	}
	slices.SortFunc(out, func(a, b Held) int {
		if a.Fingerprint < b.Fingerprint {
			return -1
		}
		return 1
	})
	return out
}

// Empty reports whether no key is held.
func (r *Keyring) Empty() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.keys) == 0
}

// ForBucket gives the keys that may be tried on a bucket's objects: the one that was given or opened something last first,
// and those that were refused last.
func (r *Keyring) ForBucket(bucket string) []CustomerKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []CustomerKey
	for _, print := range r.use[bucket] {
		if h, ok := r.keys[print]; ok {
			out = append(out, h.key)
		}
	}
	return out
}

// Remember notes which key an object was read or written with; "" notes that it needs none. version "" is the current
// one.
func (r *Keyring) Remember(bucket, key, version, fingerprint string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := spot{bucket, key, version}
	if fingerprint == "" {
		delete(r.spots, at)
		return
	}
	if r.spots == nil || len(r.spots) >= spotsMost {
		r.spots = map[spot]string{}
	}
	r.spots[at] = fingerprint
	if h, ok := r.keys[fingerprint]; ok {
		if h.trial != (spot{}) {
			h.trial = spot{}
			r.keys[fingerprint] = h
		}
		if slices.Contains(r.use[bucket], fingerprint) {
			r.rank(bucket, fingerprint, true)
		}
	}
}

// For gives the key that an object needed when it was last read or written.
func (r *Keyring) For(bucket, key, version string) (CustomerKey, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	h, ok := r.keys[r.spots[spot{bucket, key, version}]]
	return h.key, ok
}

// Ready joins a choice with its key, for the requests of one object. Errors: *MissingKey when the key isn't held.
func (r *Keyring) Ready(c Choice) (Ready, error) {
	if c.Kind != Customer {
		return Ready{choice: c}, nil
	}
	key, ok := r.Get(c.Fingerprint)
	if !ok {
		return Ready{}, &MissingKey{Fingerprint: c.Fingerprint}
	}
	return Ready{choice: c, key: key}, nil
}

// String hides the keys.
func (r *Keyring) String() string { return "Keyring" }

// GoString hides the keys from %#v.
func (r *Keyring) GoString() string { return r.String() }

// MarshalText hides the keys from encoders.
func (r *Keyring) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
