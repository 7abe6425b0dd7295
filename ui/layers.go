package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
)

// quiet is how long a person must not have typed before a dialog that opened
// by itself takes a key.
const quiet = 400 * time.Millisecond

// layer is a dialog on the stack. While deaf it swallows keys; since is when
// the last key came, or when it opened.
type layer struct {
	d     Dialog
	gone  func()
	deaf  bool
	since time.Time
}

// dialog is the layer on top, nil when there is none.
func (s *Shell) dialog() *layer {
	if len(s.dialogs) == 0 {
		return nil
	}
	return s.dialogs[len(s.dialogs)-1]
}

func (s *Shell) push(m pushMsg) tea.Cmd {
	if m.dialog == nil {
		return nil
	}
	if t, ok := m.dialog.(themed); ok {
		t.setTheme(s.th)
	}
	l := &layer{d: m.dialog, gone: m.gone, deaf: m.self, since: time.Now()}
	s.dialogs = append(s.dialogs, l)
	if i, ok := m.dialog.(Initer); ok {
		return i.Init()
	}
	return nil
}

// tell gives a dialog a message and takes it off when that was its last.
func (s *Shell) tell(d Dialog, msg tea.Msg) tea.Cmd {
	cmd, done := d.Update(msg)
	if done {
		s.drop(d, false)
	}
	return cmd
}

// drop takes a dialog off wherever it is in the stack.
func (s *Shell) drop(d Dialog, cancel bool) {
	i := slices.IndexFunc(s.dialogs, func(l *layer) bool { return l.d == d })
	if i < 0 {
		return
	}
	l := s.dialogs[i]
	s.dialogs = slices.Delete(s.dialogs, i, i+1)
	if cancel {
		d.Cancel()
	}
	if c, ok := d.(Closer); ok {
		c.Close()
	}
	if l.gone != nil {
		l.gone()
	}
	if top := s.dialog(); top != nil && i == len(s.dialogs) && top.deaf {
		top.since = time.Now() // it has only now come to light
	}
}

// sweep takes off the dialogs whose actions have ended them.
func (s *Shell) sweep() {
	for _, l := range append([]*layer{}, s.dialogs...) {
		if f, ok := l.d.(finisher); ok && f.finished() {
			s.drop(l.d, false)
		}
	}
}

// swallows says whether the layer is still deaf; every key it swallows starts
// the wait anew.
func (l *layer) swallows() bool {
	if !l.deaf {
		return false
	}
	now := time.Now()
	if now.Sub(l.since) < quiet {
		l.since = now
		return true
	}
	l.deaf = false
	return false
}

func typing(x any) bool {
	t, ok := x.(Typer)
	return ok && t.Typing()
}
