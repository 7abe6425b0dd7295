package ui

import (
	"fmt"
	"runtime/debug"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// manyCrashes is how many panics end the program: after so many its state
// can't be trusted.
const manyCrashes = 3

// guard keeps a panic of a view or dialog from taking the terminal with it: it
// becomes an error dialog, and the third one quits.
func (s *Shell) guard(fn func() tea.Cmd) (cmd tea.Cmd) {
	defer func() {
		if r := recover(); r != nil {
			cmd = s.panicked(&PanicError{r, string(debug.Stack())})
		}
	}()
	return fn()
}

func (s *Shell) panicked(p *PanicError) tea.Cmd {
	s.o.Log.Error("panic", "stack", p.Stack)
	if s.crash == nil {
		s.crash = p
	}
	s.crashes++
	if s.crashes >= manyCrashes {
		s.over = true
		return tea.Quit // without closing views: theirs may be what panics
	}
	d := bugDetail(p)
	s.lastErr = &d
	s.say(d.Sentence, Bad)
	return s.push(pushMsg{dialog: NewError(d), self: true})
}

func bugDetail(p *PanicError) ErrorDetail {
	return ErrorDetail{
		Sentence: "This program has a bug: " + fmt.Sprint(p.Value),
		Facts: []Fact{
			{"where", strings.TrimSpace(p.Stack)},
		},
	}
}

// guarded draws one part of the screen. When that panics, the part says so and
// the rest of the screen lives.
func (s *Shell) guarded(w, h int, draw func() string) (out string) {
	defer func() {
		if r := recover(); r != nil {
			p := &PanicError{r, string(debug.Stack())}
			if s.crash == nil {
				s.crash = p
				s.o.Log.Error("panic while drawing", "stack", p.Stack)
			}
			d := bugDetail(p)
			s.lastErr = &d
			text := s.th.Glyph().Cross + " This part can't be drawn: " + Clean(fmt.Sprint(r)) + " (! tells more)"
			out = strings.Join(Wrap(text, max(w, 1)), "\n")
		}
	}()
	return draw()
}
