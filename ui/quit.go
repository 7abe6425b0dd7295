package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// patience is how long quitting waits for cancelled works to end.
const patience = 3 * time.Second

type quitMsg struct{}

// interrupted is ctrl+c: the first leaves like q, the second quits at once.
func (s *Shell) interrupted() tea.Cmd {
	now := time.Now()
	again := now.Sub(s.interrupt) < twice
	s.interrupt = now
	if again || !s.quitting.IsZero() {
		for _, w := range s.o.Works() {
			w.Cancel()
		}
		return s.end()
	}
	if l := s.dialog(); l != nil {
		s.drop(l.d, true)
		return nil
	}
	return s.leave()
}

// leave goes back, and quits at the root.
func (s *Shell) leave() tea.Cmd {
	if len(s.stack) > 1 {
		return s.back()
	}
	return s.quit()
}

// quit asks when works run or something would be lost.
func (s *Shell) quit() tea.Cmd {
	works := s.o.Works()
	text := s.loss(s.stack)
	if n := int64(len(works)); n > 0 {
		verb := " are still running. Quitting cancels them."
		if n == 1 {
			verb = " is still running. Quitting cancels it."
		}
		text = Plural(n, "job", "jobs") + verb + prefixed("\n", text)
	}
	if text == "" {
		return s.end()
	}
	return s.push(pushMsg{dialog: NewConfirm(ConfirmOptions{
		Title: "Quit?", Text: text, Yes: "quit", No: "stay", Danger: true, OK: s.cancelAndQuit,
	})})
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func (s *Shell) cancelAndQuit() tea.Cmd {
	for _, w := range s.o.Works() {
		w.Cancel()
	}
	s.quitting = time.Now()
	s.say("Waiting for the jobs to end; ctrl+c quits at once.", Info)
	return s.waitQuit()
}

func (s *Shell) waitQuit() tea.Cmd {
	if s.quitting.IsZero() {
		return nil
	}
	if len(s.o.Works()) == 0 || time.Since(s.quitting) >= patience {
		return s.end()
	}
	return tea.Tick(50*time.Millisecond, func(time.Time) tea.Msg { return quitMsg{} })
}

func (s *Shell) end() tea.Cmd {
	s.over = true
	s.Close()
	return tea.Quit
}
