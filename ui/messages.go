package ui

import (
	tea "charm.land/bubbletea/v2"
)

// Level is how much a status sentence matters.
type Level int

// The levels of a status sentence, by rising weight.
const (
	Info Level = iota
	Good
	Warn
	Bad
)

// Resumed tells a view that it is on top again, after the views above it went
// or its tab was chosen again. Views that show what others change read again.
type Resumed struct{}

type (
	openMsg    struct{ place Place }
	replaceMsg struct{ place Place }
	backMsg    struct{}
	reopenMsg  struct{}
	statusMsg  struct {
		text  string
		level Level
	}
	failMsg struct {
		err    error
		detail ErrorDetail
		retry  func() tea.Cmd
	}
	pushMsg struct {
		dialog Dialog
		self   bool   // it opens by itself: nobody pressed a key for it
		gone   func() // called when it has left the stack
	}
	dropMsg struct {
		dialog Dialog
		done   bool // not cancelled
	}
	wakeMsg struct{}
)

// The functions below make commands. Commands of one tea.Batch run in no order;
// where the order matters, as in Done and then Push, use tea.Sequence.

// Open puts the place's screen on top of the present one.
func Open(p Place) tea.Cmd { return send(openMsg{p}) }

// Replace puts the place's screen where the present one is.
func Replace(p Place) tea.Cmd { return send(replaceMsg{p}) }

// Reopen makes every screen of the stack anew where it is, after asking when
// something would be lost: for a change that all of them depend on.
func Reopen() tea.Cmd { return send(reopenMsg{}) }

// Back leaves the present screen, after asking when something would be lost.
func Back() tea.Cmd { return send(backMsg{}) }

// Push opens a dialog the person has just asked for: it takes keys at once.
func Push(d Dialog) tea.Cmd { return send(pushMsg{dialog: d}) }

// Raise opens a dialog by itself. It swallows keys until the person has been
// quiet for 400 ms, so that a key meant for the screen below decides nothing.
func Raise(d Dialog) tea.Cmd { return send(pushMsg{dialog: d, self: true}) }

// Drop takes a dialog off, cancelling it if it is still there.
func Drop(d Dialog) tea.Cmd { return send(dropMsg{dialog: d}) }

// Done takes a dialog off that has decided outside of its Update, in an action
// or when an answer came. Its Cancel isn't called.
func Done(d Dialog) tea.Cmd { return send(dropMsg{dialog: d, done: true}) }

// Status shows one sentence in the status line.
func Status(text string, level Level) tea.Cmd { return send(statusMsg{text, level}) }

// While says what is being done and then does it, in this order: it must not be said after the answer, and stay.
func While(text string, do tea.Cmd) tea.Cmd { return tea.Sequence(Status(text, Info), do) }

// Fail shows an error's sentence in the status line and keeps its detail for
// the error dialog. The sentence and the detail come from Options.Explain.
// retry may be nil. A nil error and a cancelled context show nothing.
func Fail(err error, retry func() tea.Cmd) tea.Cmd {
	if err == nil {
		return nil
	}
	return send(failMsg{err: err, retry: retry})
}

// FailDetail is Fail for an error whose detail is known.
func FailDetail(d ErrorDetail) tea.Cmd { return send(failMsg{detail: d}) }

// Wake makes the shell look at Options.Works again. A view needs it only when
// a job was started outside the loop; see also Asker.Wake.
func Wake() tea.Cmd { return send(wakeMsg{}) }

// Copy puts the value's true bytes into the terminal's clipboard (OSC 52, which
// works through ssh) and also shows it in a box, because whether the terminal
// took it can't be known.
func Copy(label, value string) tea.Cmd {
	return tea.Batch(tea.SetClipboard(value), Push(NewValue(ValueOptions{Label: label, Value: value})))
}

// CopyQR is Copy with the value drawn as a QR code, for values a telephone is
// to read.
func CopyQR(label, value string) tea.Cmd {
	return tea.Batch(tea.SetClipboard(value), Push(NewValue(ValueOptions{Label: label, Value: value, QR: true})))
}
