package sandbox

import (
	"sync"
	"time"
)

const maxKey = 1024 // bytes of a key

// tag is one key and value. Sets of tags keep the order in which they were sent.
type tag struct{ Key, Value string }

// bucket is one bucket with all it holds. Fields above mu never change.
type bucket struct {
	name        string
	region      string
	owner       string // account
	created     time.Time
	namespace   string // "global" or "account-regional"
	lockEnabled bool   // made with Object Lock

	mu         sync.RWMutex // guards everything below
	ownership  string       // BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter, "" after its deletion
	versioning string       // "", Enabled, Suspended
	mfaDelete  string       // "", Enabled, Disabled
	encryption sseState     // what new objects get
	blockSSEC  bool
	tags       []tag
	settings   settings
	keys       keymap
	uploads    []*upload             // incomplete multipart uploads by key, then by the time of their start
	plain      map[field]*attributes // shared by objects that have nothing special, by content type
	deleted    bool                  // the bucket is gone; whoever still holds it must answer NoSuchBucket
}

// everVersioned says whether answers name version ids. The bucket's lock is held.
func (b *bucket) everVersioned() bool { return b.versioning != "" }

// settings are configuration documents by sub-resource ("cors", "policy", "lifecycle" …), as they were sent
// and validated. A document is replaced, never changed.
type settings map[string]any

// setting returns the bucket's document of a sub-resource.
func setting[T any](b *bucket, sub string) (T, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	v, ok := b.settings[sub].(T)
	return v, ok
}

// setSetting replaces the document of a sub-resource.
func (b *bucket) setSetting(sub string, v any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settings[sub] = v
}

// clearSetting removes the document of a sub-resource and says whether there was one.
func (b *bucket) clearSetting(sub string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, had := b.settings[sub]
	delete(b.settings, sub)
	return had
}

// lockOn says whether the bucket was made with, or later got, Object Lock.
func (b *bucket) lockOn() bool {
	_, configured := setting[any](b, "object-lock")
	return b.lockEnabled || configured
}
