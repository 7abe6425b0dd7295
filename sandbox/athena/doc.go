// Package athena is the part of Amazon Athena's SQL that questions about access logs need: tables over text files that a
// regular expression takes apart, and a SELECT over one of them with conditions, groups, an order and a limit. Whatever
// else SQL has is refused by name. Source: Amazon Athena User Guide, "CREATE TABLE", "Regex SerDe", "SELECT".
package athena

import (
	"fmt"
	"time"
)

// Error is why a statement is not run.
type Error struct {
	Syntax  bool // it is refused before it begins
	Message string
}

func (e *Error) Error() string { return e.Message }

func refuse(format string, args ...any) error {
	return &Error{Syntax: true, Message: fmt.Sprintf(format, args...)}
}

func fail(format string, args ...any) error { return &Error{Message: fmt.Sprintf(format, args...)} }

// value is NULL (nil), a string, an int64, a bool or a time.
type value any

func text(v value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.000 UTC")
	}
	return fmt.Sprint(v)
}
