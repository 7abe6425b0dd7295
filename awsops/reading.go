package awsops

import (
	"errors"
	"time"
)

// State says what is known of a fact.
type State uint8

// The states of a Reading. Absent is S3's own "not set" answer; Denied, Unsupported and Failed
// say nothing about the setting itself.
const (
	Unread State = iota
	Loading
	Known
	Absent
	Denied
	Unsupported
	Failed
)

// String gives the state as one lower-case word.
func (s State) String() string {
	return [...]string{"unread", "loading", "known", "absent", "denied", "unsupported", "failed"}[s]
}

// Reading is one fact as it was read from a server: the value, or why there is none.
type Reading[T any] struct {
	State  State
	Value  T      // meaningful only when State is Known
	Err    *Error // set when State is Denied, Unsupported or Failed
	At     time.Time
	Source string // the call that answered, such as "GetBucketVersioning"
}

// Read makes a Reading from a call's answer. An error of kind KindNotFound is Absent only when the
// caller says so by passing it as absent; a not-found bucket is a failure.
func Read[T any](source string, at time.Time, v T, err error, absent ...string) Reading[T] {
	r := Reading[T]{State: Known, Value: v, At: at, Source: source}
	if err == nil {
		return r
	}
	var zero T
	r.Value = zero
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = &Error{Op: source, Kind: KindBug, Err: err}
	}
	for _, code := range absent {
		if e.Code == code {
			r.State = Absent
			return r
		}
	}
	r.Err = e
	switch e.Kind {
	case KindDenied:
		r.State = Denied
	case KindUnsupported:
		r.State = Unsupported
	default:
		r.State = Failed
	}
	return r
}

// Get gives the value and whether it is known.
func (r Reading[T]) Get() (T, bool) { return r.Value, r.State == Known }

// Settled reports whether an answer of some kind is there.
func (r Reading[T]) Settled() bool { return r.State > Loading }
