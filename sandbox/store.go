package sandbox

import "time"

const (
	versioningEnabled   = "Enabled"
	versioningSuspended = "Suspended"
)

// The methods of this file need the bucket's lock held for writing, or for reading where they only look.

// current returns the newest version of key, which may be a delete marker; nil when there is none.
func (b *bucket) current(key string) *version { return b.keys.get(key) }

// live returns the newest version of key unless that is a delete marker.
func (b *bucket) live(key string) *version {
	if v := b.keys.get(key); v != nil && !v.marker {
		return v
	}
	return nil
}

// versionOf returns the version of key with an id, nil when there is none.
func (b *bucket) versionOf(key, id string) *version {
	for v := b.keys.get(key); v != nil; v = v.older {
		if v.id == id {
			return v
		}
	}
	return nil
}

// put makes v the current version of key. It sets v's id by the bucket's versioning state: a new one when
// versioning is enabled, else null, and then the null version that was there is gone for good.
func (b *bucket) put(key string, v *version, next func() (uint64, string)) {
	switch b.versioning {
	case versioningEnabled:
		v.seq, v.id = next()
		v.older = b.keys.get(key)
	case versioningSuspended:
		b.drop(key, nullVersion)
		v.seq, _ = next()
		v.id = nullVersion
		v.older = b.keys.get(key)
	default:
		v.id = nullVersion
	}
	b.keys.set(key, v)
}

// drop removes one version for good and returns it, nil when key has no such version.
func (b *bucket) drop(key, id string) *version {
	head := b.keys.get(key)
	if head == nil {
		return nil
	}
	if head.id == id {
		if head.older == nil {
			b.keys.remove(key)
		} else {
			b.keys.set(key, head.older)
		}
		return head
	}
	for v := head; v.older != nil; v = v.older {
		if gone := v.older; gone.id == id {
			v.older = gone.older
			return gone
		}
	}
	return nil
}

// deletePlain deletes key as a request without a version id does: for good while versioning was never
// enabled, else by a delete marker, which is returned.
func (b *bucket) deletePlain(key string, now time.Time, next func() (uint64, string)) *version {
	if b.versioning == "" {
		b.drop(key, nullVersion)
		return nil
	}
	marker := &version{marker: true, modified: now.Unix(), attrs: noAttributes}
	b.put(key, marker, next)
	return marker
}

// change gives a version other attributes: tags, lock, encryption.
func (v *version) change(edit func(*attributes)) {
	next := *v.attrs
	edit(&next)
	v.attrs = &next
}
