package s3ec

import (
	"slices"
	"strings"
	"sync"
)

// Keys are the raw keys that a session has been given, in memory only. They are apart from the keys for SSE-C: those are
// sent to the server, and these never are. It is safe for use by several goroutines; the zero value is empty.
type Keys struct {
	mu   sync.RWMutex
	held map[string]held
}

type held struct {
	key  Key
	file string
}

// Held is a key that is there, without the key.
type Held struct {
	Fingerprint string
	File        string // where it was read from or saved to; "" when that is not known
}

// Add takes a key in and gives its fingerprint.
func (k *Keys) Add(key Key, file string) string {
	if key.IsZero() {
		return ""
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held == nil {
		k.held = map[string]held{}
	}
	print := key.Fingerprint()
	if file == "" {
		file = k.held[print].file
	}
	k.held[print] = held{key, file}
	return print
}

// Drop forgets a key.
func (k *Keys) Drop(fingerprint string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.held, fingerprint)
}

// Get gives a key by its fingerprint.
func (k *Keys) Get(fingerprint string) (Key, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	h, ok := k.held[fingerprint]
	return h.key, ok
}

// All lists the keys that are held, by fingerprint.
func (k *Keys) All() []Held {
	k.mu.RLock()
	defer k.mu.RUnlock()
	out := make([]Held, 0, len(k.held))
	for print, h := range k.held {
		out = append(out, Held{print, h.file})
	}
	slices.SortFunc(out, func(a, b Held) int { return strings.Compare(a.Fingerprint, b.Fingerprint) })
	return out
}

// Ring is a keyring for reading an object: the key that its envelope names, or all when it names none. Errors: KindNoKey.
func (k *Keys) Ring(e *Envelope) (Keyring, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var keys []Key
	for print, h := range k.held {
		if named := e.Fingerprint(); named == "" || named == print {
			keys = append(keys, h.key)
		}
	}
	switch named := e.Fingerprint(); {
	case len(keys) > 0:
		return aesRing{keys: keys}, nil
	case named != "":
		return nil, &Error{Kind: KindNoKey, Key: named, Text: "the object is client-side encrypted with the key " + quoteField(named) + ", which this session doesn't have", Hint: adviceNoKey}
	}
	return nil, fail(KindNoKey, "the object is client-side encrypted with a key from a file, and doesn't say which one", adviceNoKey)
}

const adviceNoKey = "Give the key's file. Without that very key nobody can read the object, AWS included."

// String hides the keys.
func (k *Keys) String() string { return "Keys" }

// GoString hides the keys from %#v.
func (k *Keys) GoString() string { return k.String() }
