package ui

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

func bucketRig() *rig {
	return newRig(func(r *rig) {
		r.views["objects"] = &sided{fake: fake{title: "objects", rows: []string{"▸ a.txt", "  b.txt"}, actions: []Action{
			{ID: "open", Keys: []string{"enter"}, Help: "open", Run: func() tea.Cmd { return nil }},
			{ID: "mark", Keys: []string{"space"}, Help: "mark", Run: func() tea.Cmd { return nil }},
			{ID: "delete", Keys: []string{"d"}, Help: "delete", Run: func() tea.Cmd { return nil }},
			{ID: "mfa", Keys: []string{"m"}, Help: "MFA delete", Why: func() string { return "not the root" }, Run: func() tea.Cmd { return nil }},
			{ID: "upload", Keys: []string{"u"}, Help: "upload", Run: func() tea.Cmd { return nil }},
		}}}
		r.opts.Start = Place{Screen: "objects", Bucket: "invoices-2026"}
		r.works = []Work{&work{snap: WorkSnapshot{Title: "Delete 12,000 versions", State: "running", Done: 5400, Total: 12000, Rate: 1200, ETA: 6 * time.Second}}}
	})
}

func TestTheScreenAtEverySize(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"shell-80x24", 80, 24}, {"shell-120x40", 120, 40}, {"shell-40x10", 40, 10}, {"shell-39x10", 39, 10}} {
		t.Run(size.name, func(t *testing.T) {
			inBubble(t, uitest.Opts{Width: size.w, Height: size.h}, bucketRig(), func(p *uitest.Program) {
				uitest.Golden(t, size.name, p.Text())
			})
		})
	}
}

func TestTheScreenInASCII(t *testing.T) {
	r := bucketRig()
	inBubble(t, uitest.Opts{Width: 120, Height: 20, Env: []string{"TERM=linux"}}, r, func(p *uitest.Program) {
		r.views["objects"].(*sided).rows = []string{"> a.txt"}
		p.Send(Status("done", Good)())
		p.Press("?")
		for i, c := range p.Text() {
			if c > 126 {
				t.Fatalf("%q at %d:\n%s", c, i, p.Text())
			}
		}
	})
}

func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	r := bucketRig()
	r.home.title = strings.Repeat("鍵", 90)
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		for w := MinWidth; w <= 130; w += 7 {
			p.Resize(w, 14)
			p.Send(Status(strings.Repeat("long ", 50), Bad)())
			for i, line := range strings.Split(r.View().Content, "\n") {
				if Width(line) > w {
					t.Fatalf("line %d is %d columns wide at %d: %q", i, Width(line), w, line)
				}
			}
		}
	})
}

func TestResizingAtAnyTimeDrawsWhatFits(t *testing.T) {
	inBubble(t, uitest.Opts{}, bucketRig(), func(p *uitest.Program) {
		p.Sees("a.txt")
		p.Resize(30, 8)
		p.Sees("too small")
		p.SeesNot("a.txt")
		p.Press("d", "?")
		p.Resize(0, 0)
		p.Resize(120, 40)
		p.Sees("a.txt", "panel", "enter open")
		p.SeesNot("Everywhere")
	})
}

func TestNothingIsDrawnBeforeASizeIsKnown(t *testing.T) {
	r := newRig()
	r.Init()
	if v := r.View(); v.Content != "" || !v.AltScreen {
		t.Errorf("%+v", v)
	}
}

func TestTheHintLineDropsTheLeastImportantAndWhatCantBeDone(t *testing.T) {
	inBubble(t, uitest.Opts{Width: 44, Height: 12}, bucketRig(), func(p *uitest.Program) {
		line := p.Screen().Line(11)
		if strings.TrimSpace(line) != "enter open · : command · ? help" {
			t.Errorf("hints %q", line)
		}
		p.Resize(100, 12)
		p.Sees("enter open · space mark · d delete · u upload · : command · ? help")
		p.SeesNot("MFA delete")
	})
}

func TestTheSidePanelWaitsUntilThePersonRests(t *testing.T) {
	r := bucketRig()
	inBubble(t, uitest.Opts{Width: 120, Height: 40}, r, func(p *uitest.Program) {
		onLoop(p, func() { r.works = nil })
		p.Sleep(time.Second)
		v := r.views["objects"].(*sided)
		before := v.sides.Load()
		p.Burst("j", "j", "j")
		p.Sleep(50 * time.Millisecond)
		p.Burst("j")
		if v.sides.Load() != before {
			t.Errorf("%d drawings while typing", v.sides.Load()-before)
		}
		p.Sleep(200 * time.Millisecond)
		if v.sides.Load() != before+1 {
			t.Errorf("%d drawings after it", v.sides.Load()-before)
		}
		p.Mark()
		p.Sleep(time.Minute)
		if p.Bytes() != 0 || v.sides.Load() != before+1 {
			t.Errorf("%d bytes and %d drawings while idle", p.Bytes(), v.sides.Load()-before-1)
		}
	})
}

func TestAnEndedJobIsTold(t *testing.T) {
	r := bucketRig()
	inBubble(t, uitest.Opts{Width: 100, Height: 24}, r, func(p *uitest.Program) {
		w := r.works[0].(*work)
		p.Sees("Delete 12,000 versions", "45 %", "5,400/12,000", "6 s left", "1,200/s", "1 job")
		onLoop(p, func() { w.snap.Done = 6000 })
		p.Sleep(beat)
		p.Sees("50 %")
		onLoop(p, func() {
			w.snap.State, w.snap.Level, w.snap.Failed, w.snap.Errors = "failed", Bad, 2, []string{"AccessDenied"}
			r.works = nil
		})
		p.Sleep(beat)
		p.Sees("Delete 12,000 versions: failed, 2 failures: AccessDenied")
		p.SeesNot("1 job")
		p.Press("!")
		p.Sees("Error", "error  AccessDenied")
		p.Mark()
		p.Sleep(time.Minute)
		if p.Bytes() != 0 {
			t.Error("the tick outlives the job")
		}
	})
}

func TestAJobThatWaitsForThePersonIsShownFirst(t *testing.T) {
	r := bucketRig()
	r.works = append(r.works, &work{snap: WorkSnapshot{Title: "Enable MFA delete", Waiting: true}})
	inBubble(t, uitest.Opts{Width: 100, Height: 24}, r, func(p *uitest.Program) {
		p.Sees("2 jobs · Enable MFA delete", "waiting for you")
	})
}

func TestAStartedJobIsSeenWithoutAKey(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		a := &Asker{}
		a.Bind(p.Post)
		r.works = []Work{&work{snap: WorkSnapshot{Title: "Upload", State: "running", Done: 7}}}
		a.Wake()
		p.Wait()
		p.Sees("Upload", "running  7")
	})
}

func TestErrorsAreOneSentenceAndADetail(t *testing.T) {
	retried := 0
	r := newRig(func(r *rig) {
		r.opts.Explain = func(err error) ErrorDetail {
			return ErrorDetail{Sentence: "Access denied.", Facts: []Fact{{"request id", "TX\x1b1"}, {"cause", err.Error()}}}
		}
	})
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("!")
		p.Sees("There was no error so far.")
		p.Send(Fail(errors.New("403"), func() tea.Cmd { retried++; return nil })())
		p.Sees("✗ Access denied.", "! details")
		p.Press("!")
		p.Sees("request id  TX␛1", "cause       403", "r retry")
		p.Press("y")
		if c := p.Screen().Copied(); len(c) != 1 || !strings.Contains(c[0], "request id: TX\x1b1") {
			t.Errorf("copied %q", c)
		}
		p.Press("r")
		p.SeesNot("request id")
		if retried != 1 {
			t.Errorf("retried %d times", retried)
		}
		p.Send(Status("fine", Info)())
		p.Send(Fail(errorsJoin(ErrSuperseded), nil)())
		p.Sees("fine")
		if Fail(nil, nil) != nil {
			t.Error("no error makes a message")
		}
	})
}

func errorsJoin(err error) error { return errors.Join(errors.New("listing"), err) }

func TestThePanicOfAViewLeavesTheTerminalAndTheRestAlive(t *testing.T) {
	boom := Action{ID: "boom", Keys: []string{"b"}, Help: "boom", Run: func() tea.Cmd { panic("in an action") }}
	r := newRig(func(r *rig) { r.home.actions = []Action{boom} })
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("b")
		p.Sees("bug: in an action", "where")
		p.Sleep(quiet)
		p.Press("esc")
		r.home.render = func(int, int) string { panic("in a drawing") }
		p.Send(tea.FocusMsg{})
		p.Sees("can't be drawn: in a drawing", "? help", "cooper")
		r.home.render = nil
		p.Press("b")
		p.Sleep(quiet)
		p.Press("esc", "b")
		if !p.Ended() {
			t.Error("the third panic doesn't quit")
		}
		pe, ok := errors.AsType[*PanicError](r.Err())
		if !ok || !strings.Contains(pe.Stack, "panic") {
			t.Errorf("kept %v", r.Err())
		}
	})
}

func TestTheMessageLogHoldsTypesAndIdsOnly(t *testing.T) {
	var out bytes.Buffer
	r := newRig(func(r *rig) {
		r.home.actions = []Action{{ID: "object.delete", Keys: []string{"d"}, Run: func() tea.Cmd { return nil }}}
		r.opts.Log = slog.New(slog.NewTextHandler(io.Writer(&out), &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("d")
		p.Send(Push(codePrompt(func(string) {}))())
		p.Type("424242")
		p.Paste("secret-secret")
		p.Send(Copy("URL", "https://x?X-Amz-Signature=abc")())
	})
	for _, want := range []string{"tea.KeyPressMsg", "id=object.delete", "ui.pushMsg", "tea.PasteMsg"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	for _, secret := range []string{"4242", "secret", "Signature", "msg=4"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
