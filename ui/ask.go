package ui

import (
	"context"
	"errors"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// ErrDismissed is what [Ask] returns when the dialog went without an answer.
var ErrDismissed = errors.New("the question was dismissed")

// ErrNobody is what [Ask] returns when no program runs that could ask.
var ErrNobody = errors.New("nobody to ask")

// Asker is the way from other goroutines to the running program. Make one,
// give it to whoever has to ask, and bind it before the program runs.
type Asker struct {
	mu   sync.Mutex
	send func(tea.Msg)
}

// Bind sets where questions go: the program's Send.
func (a *Asker) Bind(send func(tea.Msg)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.send = send
}

func (a *Asker) sender() func(tea.Msg) {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.send
}

// Wake makes the shell look at its works and draw again. It never blocks.
func (a *Asker) Wake() {
	if send := a.sender(); send != nil {
		go send(wakeMsg{})
	}
}

// Ask opens a dialog from a goroutine other than the loop's and waits for its
// answer or for ctx. build makes the dialog, which calls reply once; later
// calls are ignored, and reply never blocks. The dialog opens by itself, so it
// takes no key until the person has been quiet.
//
// It returns ErrDismissed when the dialog went without an answer, ErrNobody
// when the asker isn't bound, and the context's cause when ctx ended first; the
// dialog is taken off then.
func Ask[T any](ctx context.Context, a *Asker, build func(reply func(T)) Dialog) (T, error) {
	var none T
	post := a.sender()
	if post == nil {
		return none, ErrNobody
	}
	answer := make(chan T, 1)
	gone := make(chan struct{})
	reply := func(v T) {
		select {
		case answer <- v:
		default:
		}
	}
	d := build(reply)
	posted := make(chan struct{})
	go func() {
		defer close(posted)
		post(pushMsg{dialog: d, self: true, gone: sync.OnceFunc(func() { close(gone) })})
	}()
	select {
	case v := <-answer:
		return v, nil
	case <-gone:
		select {
		case v := <-answer: // replied, then left
			return v, nil
		default:
			return none, ErrDismissed
		}
	case <-ctx.Done():
		go func() {
			<-posted // a dialog can't be taken off before it is there
			post(dropMsg{dialog: d})
		}()
		return none, context.Cause(ctx)
	}
}
