package awsops

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// NoMFA is the provider where nobody can be asked.
type NoMFA struct{}

// Code always fails with ErrMFARequired.
func (NoMFA) Code(context.Context, Challenge) (Token, error) { return Token{}, ErrMFARequired }

// FixedMFA hands out codes from a list in order, each when its challenge allows one to be sent.
type FixedMFA struct {
	Clock Clock // nil: the machine's

	mu     sync.Mutex
	tokens []Token
	asked  []Challenge
}

// NewFixedMFA makes a provider that knows these tokens and no others.
func NewFixedMFA(clock Clock, tokens ...Token) *FixedMFA {
	return &FixedMFA{Clock: clock, tokens: tokens}
}

// Code waits until c.NotBefore and gives the next token; ErrMFARequired when there are no more.
func (f *FixedMFA) Code(ctx context.Context, c Challenge) (Token, error) {
	clock := f.Clock
	if clock == nil {
		clock = machineClock{}
	}
	f.mu.Lock()
	f.asked = append(f.asked, c)
	if len(f.tokens) == 0 {
		f.mu.Unlock()
		return Token{}, ErrMFARequired
	}
	next := f.tokens[0]
	f.tokens = f.tokens[1:]
	f.mu.Unlock()
	if err := clock.Until(ctx, c.NotBefore); err != nil {
		return Token{}, err
	}
	return next, nil
}

// Asked gives the challenges so far.
func (f *FixedMFA) Asked() []Challenge {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Challenge(nil), f.asked...)
}

// TTYMFA asks on the terminal that the program was started from, whatever its input and output are
// redirected to.
type TTYMFA struct {
	Path string // "" is /dev/tty
}

// Code prints what the code is for and reads one line. It fails with ErrMFARequired where there is
// no terminal.
func (t TTYMFA) Code(ctx context.Context, c Challenge) (Token, error) {
	path := t.Path
	if path == "" {
		path = "/dev/tty"
	}
	tty, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return Token{}, errors.Join(ErrMFARequired, err)
	}
	// Closing it is what ends a read that a person leaves unanswered.
	stop := context.AfterFunc(ctx, func() { _ = tty.Close() })
	defer func() {
		if stop() {
			_ = tty.Close()
		}
	}()
	tok, err := askTTY(tty, c)
	if ctx.Err() != nil {
		return Token{}, context.Cause(ctx)
	}
	return tok, err
}

func askTTY(tty io.ReadWriter, c Challenge) (Token, error) {
	in := bufio.NewReader(tty)
	line := func(prompt string) (string, error) {
		if _, err := fmt.Fprint(tty, prompt); err != nil {
			return "", err
		}
		s, err := in.ReadString('\n')
		return strings.TrimSpace(s), err
	}
	if c.Last != nil {
		if _, err := fmt.Fprintln(tty, c.Last); err != nil {
			return Token{}, err
		}
	}
	serial := c.Serial
	if serial == "" && len(c.Devices) == 1 {
		serial = c.Devices[0]
	}
	if serial == "" {
		var err error
		if serial, err = line("Serial of the MFA device: "); err != nil {
			return Token{}, err
		}
	}
	of := ""
	if c.Batches > 1 {
		of = fmt.Sprintf(" (code %d of %d)", c.Batch, c.Batches)
	}
	code, err := line(fmt.Sprintf("Code of %s for %s %s%s: ", serial, c.Action, c.Bucket, of))
	if err != nil {
		return Token{}, err
	}
	return Token{Serial: serial, Code: strings.ReplaceAll(code, " ", "")}, nil
}
