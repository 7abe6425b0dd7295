package ui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"
)

// Fact is one line of a detail: what it is, and its value.
type Fact struct{ Label, Value string }

// ErrorDetail is all there is to say about an error: one sentence for the
// status line, the rest for the dialog.
type ErrorDetail struct {
	Sentence string
	Facts    []Fact
	Retry    func() tea.Cmd // nil when trying again makes no sense
}

// explain makes the detail of an error when Options.Explain is not set.
func explain(err error) ErrorDetail {
	d := ErrorDetail{Sentence: err.Error()}
	if p, ok := errors.AsType[*PanicError](err); ok {
		d.Facts = append(d.Facts, Fact{"where", p.Stack})
	}
	return d
}

func cancelled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, ErrClosed) || errors.Is(err, ErrSuperseded) ||
		errors.Is(err, ErrDismissed)
}
