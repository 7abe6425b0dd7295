package reencrypt

import (
	"maps"
	"slices"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/sse"
	"cooper/awsops/versioning"
)

// bill is what encrypting anew is billed for, in requests and in bytes that stay.
type bill struct {
	list, put, get, kms int64
	more                map[string]int64 // bytes by storage class that are stored besides
}

// bill counts what the objects take that were looked at: a HEAD for each, what changes it, and KMS for keys without a
// Bucket Key ("Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys"). On a versioned bucket what a copy replaces stays.
func (in Spec) bill(all []looked, state awsops.Reading[versioning.State]) bill {
	b := bill{list: in.Scope.listings(len(all)), get: int64(len(all)), more: map[string]int64{}}
	now, known := state.Get()
	for _, l := range all {
		if l.err != nil || l.how == Skip {
			continue
		}
		parts := int64(0)
		if l.how == CopyParts {
			parts = copies.Parts(l.head.Size)
			b.get++ // its tags
			b.put++ // to complete it
		}
		b.put += 1 + parts
		b.kms += in.kms(l.head.Encryption.KeyID != "" && !l.head.Encryption.BucketKey, parts)
		if known && l.how != InPlace && l.stays(now) {
			b.more[l.head.StorageClass] += l.head.Size
		}
	}
	return b
}

// listings are how many requests it takes to list n entries: none for keys that are named, unless for their versions.
func (s Scope) listings(n int) int64 {
	switch {
	case len(s.Keys) == 0:
		return int64(n+999) / 1000
	case s.Versions:
		return int64(len(s.Keys))
	}
	return 0
}

// stays reports whether a copy onto the object leaves what was there as an older version.
func (l looked) stays(now versioning.State) bool {
	return now.On() || l.head.VersionID != "" && l.head.VersionID != "null"
}

// kms is how many calls of KMS one object takes. from: its present key is asked, once for each part. A new key makes a
// data key, and opens that again for each part.
func (in Spec) kms(from bool, parts int64) (n int64) {
	if from {
		n = max(1, parts)
	}
	if (in.To.Kind == sse.KMS || in.To.Kind == sse.DSSE) && !in.To.BucketKey {
		n += 1 + parts
	}
	return n
}

func (b bill) requests() []awsops.RequestCount {
	out := []awsops.RequestCount{{Class: "LIST/PUT", N: b.list + b.put}, {Class: "GET", N: b.get}}
	if b.kms > 0 {
		out = append(out, awsops.RequestCount{Class: "KMS", N: b.kms})
	}
	return out
}

func (b bill) stored() []awsops.Storage {
	var out []awsops.Storage
	for _, class := range slices.Sorted(maps.Keys(b.more)) {
		out = append(out, awsops.Storage{Class: class, Bytes: b.more[class]})
	}
	return out
}
