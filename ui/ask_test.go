package ui

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

func codePrompt(reply func(string)) Dialog {
	return NewPrompt(PromptOptions{Title: "Code", Label: "six digits", OK: func(v string) tea.Cmd { reply(v); return nil }})
}

type asked struct {
	value string
	err   error
}

func askRig(t *testing.T, script func(p *uitest.Program, ask func(context.Context) <-chan asked)) {
	t.Helper()
	a := &Asker{}
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		a.Bind(p.Post)
		script(p, func(ctx context.Context) <-chan asked {
			out := make(chan asked, 1)
			go func() {
				v, err := Ask(ctx, a, codePrompt)
				out <- asked{v, err}
			}()
			synctest.Wait()
			p.Wait()
			return out
		})
	})
}

func TestAGoroutineAsksAndGetsItsAnswer(t *testing.T) {
	askRig(t, func(p *uitest.Program, ask func(context.Context) <-chan asked) {
		got := ask(context.Background())
		p.Sees("six digits")
		p.Sleep(quiet)
		p.Type("123456\n")
		if a := <-got; a.value != "123456" || a.err != nil {
			t.Errorf("got %+v", a)
		}
		p.SeesNot("six digits")
	})
}

func TestADismissedQuestionIsNotAnAnswer(t *testing.T) {
	askRig(t, func(p *uitest.Program, ask func(context.Context) <-chan asked) {
		got := ask(context.Background())
		p.Sleep(quiet)
		p.Press("esc")
		if a := <-got; !errors.Is(a.err, ErrDismissed) {
			t.Errorf("got %+v", a)
		}
	})
}

func TestQuittingDismissesAQuestion(t *testing.T) {
	askRig(t, func(p *uitest.Program, ask func(context.Context) <-chan asked) {
		got := ask(context.Background())
		p.Press("ctrl+c", "ctrl+c")
		if a := <-got; !errors.Is(a.err, ErrDismissed) {
			t.Errorf("got %+v", a)
		}
	})
}

func TestADialogLeavesWhenItsAskerIsGone(t *testing.T) {
	askRig(t, func(p *uitest.Program, ask func(context.Context) <-chan asked) {
		ctx, cancel := context.WithCancelCause(context.Background())
		got := ask(ctx)
		p.Sees("six digits")
		reason := errors.New("the job was cancelled")
		cancel(reason)
		if a := <-got; !errors.Is(a.err, reason) {
			t.Errorf("got %+v", a)
		}
		p.Wait()
		p.SeesNot("six digits")
		p.Press("q")
		if !p.Ended() {
			t.Error("the loop is stuck")
		}
	})
}

func TestALateAnswerBlocksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &Asker{}
		var reply func(string)
		a.Bind(func(tea.Msg) {})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := Ask(ctx, a, func(r func(string)) Dialog { reply = r; return codePrompt(r) })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		for range 3 {
			reply("late")
		}
	})
}

func TestAnUnboundAskerHasNobodyToAsk(t *testing.T) {
	var none *Asker
	for _, a := range []*Asker{none, {}} {
		if _, err := Ask(t.Context(), a, codePrompt); !errors.Is(err, ErrNobody) {
			t.Errorf("got %v", err)
		}
		a.Wake()
	}
}
