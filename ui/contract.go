package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// View is one screen. It changes itself in Update and never blocks there;
// anything that takes time goes through [Do] or [Watch].
//
// A view is a pointer that lives from its opening until the person leaves it.
// The shell calls every method on the program's loop, never at the same time.
type View interface {
	// Init is called once, after the view was put on the stack.
	Init() tea.Cmd
	// Update gets events: [Grew], [Resumed], messages of the view's own
	// commands. Typed keys and pastes come here only while Typing() is true;
	// otherwise a key comes here when no Action took it.
	Update(tea.Msg) tea.Cmd
	// Render draws the view into w columns and h rows. Longer or wider
	// answers are cut.
	Render(w, h int) string
	// Title is the view's part of the breadcrumb.
	Title() string
	// Actions are all that can be done here, the most important first.
	Actions() []Action
}

// Action is a thing a person can do: it feeds key dispatch, the hint line,
// the palette, help, docs and tests.
type Action struct {
	ID   string         // "versioning.suspend": stable, used by config and tests
	Keys []string       // as tea.Key.String() writes them: "d", "D", "space", "ctrl+e", "f2"
	Help string         // a few words in the imperative: "delete", "suspend versioning"
	Why  func() string  // why it can't be done now, "" when it can; nil means it always can
	Run  func() tea.Cmd // does it; called on the loop

	// Quiet keeps what everybody knows, such as moving about, out of the hint
	// line and the palette; the help sheet has it.
	Quiet bool
}

// Reason says why the action can't be done now, "" when it can.
func (a Action) Reason() string {
	if a.Why == nil {
		return ""
	}
	return a.Why()
}

// Dialog sits on top of the views and has the keyboard while it is there.
type Dialog interface {
	// Update gets the same messages a View gets. True: done, take me off.
	Update(tea.Msg) (tea.Cmd, bool)
	// Render draws the inside of the dialog's box; it may be smaller than
	// w columns and h rows, and the box then shrinks.
	Render(w, h int) string
	Title() string
	Actions() []Action // help, hints and rebinding work here too
	// Cancel is called when the dialog is taken off without having been done.
	Cancel()
}

// The optional interfaces below are looked for by type assertion on views;
// Closer, Typer and Cursorer on dialogs, too, and Initer on dialogs only.
type (
	// Initer is called once, after its dialog was put on the stack. Messages of
	// its command come to the dialog's Update.
	Initer interface{ Init() tea.Cmd }

	// Closer is told that its view or dialog has left the stack for good,
	// whether it was done or cancelled.
	Closer interface{ Close() }

	// Typer says whether text is being typed. While it is, printable keys,
	// editing keys and paste go to Update first, and only Actions on ctrl,
	// function keys and esc stay live.
	Typer interface{ Typing() bool }

	// Cursorer places the terminal's cursor, counted from the top left corner
	// of what Render drew; nil hides it.
	Cursorer interface{ Cursor() *tea.Cursor }

	// Dirtier says in one sentence what leaving would lose, "" for nothing.
	Dirtier interface{ Dirty() string }

	// Progresser feeds the terminal's own progress bar while the view is on
	// top. A total of 0 means that the end isn't known; ok false means no bar.
	Progresser interface {
		Progress() (done, total int64, ok bool)
	}

	// Sider draws the panel at the side, which exists from 120 columns on. It
	// is asked again 150 ms after the last key, so it may be slower than Render.
	Sider interface{ Side(w, h int) string }

	// Crumber gives the breadcrumb in place of Title, outermost first.
	Crumber interface{ Crumbs() []string }

	// Copier gives the entries of the copy menu.
	Copier interface{ Copies() []CopyItem }
)

// CopyItem is one entry of the copy menu. Value holds the true bytes; the menu
// cleans it before it draws it.
type CopyItem struct{ Label, Value string }

// Place names a screen and what it is about. Places feed breadcrumbs, the
// palette, command-line arguments and links from one screen to another.
type Place struct {
	Screen  string // a name in Options.Screens
	Bucket  string
	Key     string
	Version string
	Prefix  string
	Focus   string // the field or row to put the cursor on, in the screen's own words
}

// String writes the place for people: screen, then what it is about.
func (p Place) String() string {
	parts := []string{p.Screen}
	for _, s := range []string{p.Bucket, p.Prefix, p.Key, p.Version} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// Tab is one of a bucket's tabs. Digits never move: a tab that isn't built is
// left out, and its digit does nothing.
type Tab struct {
	Digit  int // 1–9
	Title  string
	Screen string
}

// Root is a screen that is reached by the palette under its name.
type Root struct {
	Name  string // what is typed after ":"
	Title string
	Place Place
}
