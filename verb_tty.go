package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"

	"cooper/awsops"
	"cooper/ui"
)

// tty is the terminal of whoever started the program, whatever its standard streams are.
type tty struct{ *os.File }

func openTTY() (tty, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return tty{f}, err
}

// ask writes a question and reads a line. A hidden one is not shown while it is typed.
func (t tty) ask(ctx context.Context, question string, hidden bool) (string, error) {
	type answer struct {
		text string
		err  error
	}
	before, err := term.GetState(t.Fd())
	if err != nil {
		return "", err
	}
	if hidden { // before the question: what answers at once, such as a script, must not be shown either
		if err := term.SetState(t.Fd(), silent(before)); err != nil {
			return "", err
		}
	}
	if _, err := fmt.Fprint(t, question); err != nil {
		return "", errors.Join(err, term.Restore(t.Fd(), before))
	}
	got := make(chan answer, 1)
	go func() {
		if hidden {
			b, err := term.ReadPassword(t.Fd())
			got <- answer{string(b), err}
			return
		}
		text, err := t.line()
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		if hidden {
			_, _ = fmt.Fprintln(t)
		}
		return strings.TrimSpace(a.text), errors.Join(a.err, term.Restore(t.Fd(), before))
	case <-ctx.Done():
		return "", errors.Join(context.Cause(ctx), term.Restore(t.Fd(), before))
	}
}

// line reads byte by byte: nothing that was typed ahead is taken away from the next question.
func (t tty) line() (string, error) {
	var out []byte
	var b [1]byte
	for {
		n, err := t.Read(b[:])
		if err != nil {
			return string(out), err
		}
		if n == 1 && b[0] == '\n' {
			return string(out), nil
		}
		out = append(out, b[:n]...)
	}
}

// ttyCodes asks for one-time codes at the terminal.
type ttyCodes struct {
	life   context.Context // of the verb: the code of a role is asked for without a context of its own
	mu     sync.Mutex
	serial string // as typed before
}

// Code asks for one code. Without a terminal it fails with awsops.ErrMFARequired.
func (c *ttyCodes) Code(ctx context.Context, ch awsops.Challenge) (awsops.Token, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, stop := until(ctx, c.life)
	defer stop()
	t, err := openTTY()
	if err != nil {
		return awsops.Token{}, errors.Join(awsops.ErrMFARequired, err)
	}
	defer t.Close() //nolint:errcheck // nothing is kept in it
	if ch.Last != nil {
		_, _ = fmt.Fprintln(t, ui.CleanLines(ch.Last.Error()))
	}
	serial := c.known(ch)
	if serial == "" {
		if serial, err = t.ask(ctx, "Serial number or ARN of the MFA device: ", false); err != nil {
			return awsops.Token{}, err
		}
	}
	c.serial = serial
	if wait := time.Until(ch.NotBefore); wait > 0 {
		_, _ = fmt.Fprintf(t, "The next code can be sent in %s.\n", wait.Round(time.Second))
	}
	of := ""
	if ch.Batches > 1 {
		of = fmt.Sprintf(", %d of %d", ch.Batch, ch.Batches)
	}
	code, err := t.ask(ctx, ui.Clean(fmt.Sprintf("One-time code of %s for: %s%s: ", serial, ch.Action, of)), true)
	if err != nil {
		return awsops.Token{}, err
	}
	return awsops.Token{Serial: serial, Code: strings.ReplaceAll(code, " ", "")}, nil
}

// until gives a context that also ends, with its cause, when another one does.
func until(ctx, other context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return ctx, func() { stop(); cancel(nil) }
}

// known is the device to ask for a code of, "" when that is not known.
func (c *ttyCodes) known(ch awsops.Challenge) string {
	switch {
	case ch.Serial != "":
		return ch.Serial
	case c.serial != "":
		return c.serial
	case len(ch.Devices) == 1:
		return ch.Devices[0]
	}
	return ""
}
