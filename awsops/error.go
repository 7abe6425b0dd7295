package awsops

import (
	"fmt"
)

// Kind classes errors by what a person can do about them.
type Kind uint8

// The kinds of error.
const (
	KindBug Kind = iota
	KindDenied
	KindNotFound
	KindMFARequired
	KindMFARejected
	KindWrongRegion
	KindThrottled
	KindPrecondition
	KindChanged // the state moved since the plan was made
	KindExpired // credentials have expired
	KindUnsupported
	KindNetwork
	KindCancelled
	KindInvalid  // the request or what was typed is not acceptable
	KindConflict // the bucket's state does not allow it
	KindReadOnly
	KindCredentials // none, unknown or wrong
)

// String names the kind in lower-case words.
func (k Kind) String() string {
	return [...]string{
		"bug", "denied", "not found", "code required", "code refused", "wrong region", "throttled", "precondition",
		"changed", "expired", "unsupported", "network", "cancelled", "invalid", "conflict", "read-only", "credentials",
	}[k]
}

// Error is what went wrong with one call, in a form that can be shown. Its text never holds a
// secret, a one-time code or a presigned URL.
type Error struct {
	Op, Bucket, Key   string
	Kind              Kind
	Code              string // the server's code, such as "NoSuchBucket"
	Message           string // the server's message
	Status            int    // HTTP status, 0 when none was received
	RequestID, HostID string
	Hint              string // what to do about it, a sentence
	Err               error
}

// Error gives one sentence without request ids.
func (e *Error) Error() string {
	s := e.Op
	if e.Bucket != "" {
		s += " " + e.Bucket
		if e.Key != "" {
			s += "/" + e.Key
		}
	}
	switch {
	case e.Message != "" && e.Code != "":
		s += fmt.Sprintf(": %s (%s)", e.Message, e.Code)
	case e.Message != "":
		s += ": " + e.Message
	case e.Code != "" && e.Status != 0:
		s += fmt.Sprintf(": %s, status %d", e.Code, e.Status)
	case e.Code != "":
		s += ": " + e.Code
	case e.Status != 0:
		s += fmt.Sprintf(": status %d", e.Status)
	case e.Err != nil:
		s += ": " + e.Err.Error()
	default:
		s += ": " + e.Kind.String()
	}
	return s
}

// Retryable reports whether the same call may succeed when it is made again unchanged.
func (e *Error) Retryable() bool {
	switch e.Kind {
	case KindThrottled, KindNetwork, KindWrongRegion, KindExpired:
		return true
	case KindConflict:
		return e.Code == "OperationAborted" || e.Code == "ConditionalRequestConflict"
	}
	return e.Status >= 500 && e.Status != 501
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
