// Package lifecycle reads a bucket's lifecycle rules, says in plain words what each one does, and
// plans adding and removing rules without touching the others.
//
// The model holds every form of filter, expiration and transition that S3 has. Rules are re-sent
// exactly as they were read; a configuration with an element that is not known here is refused
// for change rather than sent back without it.
package lifecycle

import (
	"slices"
	"time"
)

// MaxRules is how many rules one bucket's configuration can hold.
const MaxRules = 1000

// The values of a rule's status.
const (
	Enabled  = "Enabled"
	Disabled = "Disabled"
)

// Rule is one lifecycle rule. Nil means that the rule doesn't have that action.
type Rule struct {
	ID                    string
	Status                string
	Filter                Filter
	Expiration            *Expiration
	Noncurrent            *NoncurrentExpiration
	Transitions           []Transition
	NoncurrentTransitions []NoncurrentTransition
	AbortDays             *int32 // days after an upload was begun until its parts are discarded
}

// Filter says which objects a rule is for. All conditions must hold.
type Filter struct {
	// Legacy marks the deprecated Prefix that stands in the rule itself and not in a Filter.
	Legacy bool
	// And marks that the conditions stand in an And element. Kept, since one condition may be
	// written either way.
	And         bool
	Prefix      *string // nil: not given; "" and nil both mean every key
	Tags        []Tag
	LargerThan  *int64 // bytes, exclusive
	SmallerThan *int64 // bytes, exclusive
}

// Tag is one tag that an object must have.
type Tag struct{ Key, Value string }

// Expiration is what happens to current versions: exactly one of the three is set.
type Expiration struct {
	Days   *int32
	Date   *time.Time // midnight UTC
	Marker *bool      // ExpiredObjectDeleteMarker
}

// NoncurrentExpiration deletes versions for good, so many days after a newer one replaced them.
type NoncurrentExpiration struct {
	Days *int32
	Keep *int32 // NewerNoncurrentVersions: so many of the newest noncurrent ones are kept
}

// Transition moves current versions to a storage class.
type Transition struct {
	Days  *int32
	Date  *time.Time
	Class string
}

// NoncurrentTransition moves noncurrent versions to a storage class.
type NoncurrentTransition struct {
	Days  *int32
	Keep  *int32
	Class string
}

// Normal gives a rule in one of the forms that mean the same: a prefix stands in a Filter and is "" when
// it is not given. It is for comparing; rules are sent as they were read.
func Normal(r Rule) Rule {
	r.Filter.Legacy = false
	if r.Filter.Prefix == nil {
		r.Filter.Prefix = new(string)
	}
	conditions := len(r.Filter.Tags)
	for _, given := range []bool{*r.Filter.Prefix != "", r.Filter.LargerThan != nil, r.Filter.SmallerThan != nil} {
		if given {
			conditions++
		}
	}
	r.Filter.And = conditions > 1
	return r
}

// Everything reports whether the filter leaves nothing out.
func (f Filter) Everything() bool {
	return (f.Prefix == nil || *f.Prefix == "") && len(f.Tags) == 0 && f.LargerThan == nil && f.SmallerThan == nil
}

// Equal reports whether a and b are the same rule in every field.
func Equal(a, b Rule) bool {
	return a.ID == b.ID && a.Status == b.Status && equalFilter(a.Filter, b.Filter) &&
		equalPtr(a.Expiration, b.Expiration, equalExpiration) && equalPtr(a.Noncurrent, b.Noncurrent, equalNoncurrent) &&
		slices.EqualFunc(a.Transitions, b.Transitions, equalTransition) &&
		slices.EqualFunc(a.NoncurrentTransitions, b.NoncurrentTransitions, equalNoncurrentTransition) &&
		same(a.AbortDays, b.AbortDays)
}

func equalNoncurrent(x, y NoncurrentExpiration) bool {
	return same(x.Days, y.Days) && same(x.Keep, y.Keep)
}

func equalTransition(x, y Transition) bool {
	return x.Class == y.Class && same(x.Days, y.Days) && equalPtr(x.Date, y.Date, time.Time.Equal)
}

func equalNoncurrentTransition(x, y NoncurrentTransition) bool {
	return x.Class == y.Class && same(x.Days, y.Days) && same(x.Keep, y.Keep)
}

func equalExpiration(x, y Expiration) bool {
	return same(x.Days, y.Days) && same(x.Marker, y.Marker) && equalPtr(x.Date, y.Date, time.Time.Equal)
}

func equalFilter(a, b Filter) bool {
	return a.Legacy == b.Legacy && a.And == b.And && same(a.Prefix, b.Prefix) && slices.Equal(a.Tags, b.Tags) &&
		same(a.LargerThan, b.LargerThan) && same(a.SmallerThan, b.SmallerThan)
}

func same[T comparable](a, b *T) bool {
	return equalPtr(a, b, func(x, y T) bool { return x == y })
}

func equalPtr[T any](a, b *T, eq func(T, T) bool) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return eq(*a, *b)
}
