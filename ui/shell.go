package ui

import (
	"fmt"
	"log/slog"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Options make a shell. Screens and Home are needed, the rest may be left out.
type Options struct {
	Name     string // the program's, in the top line and the window's title
	Theme    *Theme
	Screens  map[string]func(Place) View // a screen that isn't in it isn't built
	Home     Place                       // the root; it is never left
	Start    Place                       // opened on top of Home at the start, if it names a screen
	Tabs     []Tab                       // a bucket's tabs
	Roots    []Root                      // screens the palette reaches by name
	Identity func() Identity
	Works    func() []Work               // those that live now, oldest first; called on the loop
	Keys     map[string][]string         // action id → keys, in place of the action's own
	Actions  []Action                    // more that can be done everywhere
	Goto     func(string) (Place, error) // resolves what was typed after ":" and is no name
	Explain  func(error) ErrorDetail     // knows the errors of the program
	Log      *slog.Logger                // message types and action ids, never contents
	Mouse    bool                        // wheel scrolls; off leaves selecting to the terminal
	FullDraw bool                        // clear after every key, for terminals that scroll wrongly
	KeepDark bool                        // don't ask the terminal for its background
	Notice   string                      // said in the status line at the start
}

// Shell is the program's one model: it owns the stack of views, the stack of
// dialogs, the keyboard and every line around the view.
type Shell struct {
	o    Options
	th   *Theme
	keys keymap
	w, h int

	stack   []*entry
	dialogs []*layer

	status  statusMsg
	said    time.Time
	lastErr *ErrorDetail

	works     []Work
	ticking   bool
	lastKey   time.Time
	interrupt time.Time
	quitting  time.Time
	over      bool

	frame  frame
	side   sidePanel
	clears bool

	crashes int
	crash   *PanicError
	whole   string // the last sentence, when the status line cut it
}

// New makes a shell. Nothing is opened before the program runs.
func New(o Options) *Shell {
	if o.Theme == nil {
		o.Theme = NewTheme(ThemeOptions{})
	}
	if o.Name == "" {
		o.Name = "program"
	}
	if o.Identity == nil {
		o.Identity = func() Identity { return Identity{} }
	}
	if o.Works == nil {
		o.Works = func() []Work { return nil }
	}
	if o.Explain == nil {
		o.Explain = explain
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Shell{o: o, th: o.Theme, keys: o.Keys}
}

// Init opens the home screen and what the command line asked for.
func (s *Shell) Init() tea.Cmd {
	cmds := []tea.Cmd{s.open(s.o.Home)}
	if s.o.Start.Screen != "" {
		cmds = append(cmds, s.open(s.o.Start))
	}
	if !s.o.KeepDark {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	if s.o.Notice != "" {
		cmds = append(cmds, Status(s.o.Notice, Warn))
	}
	return tea.Batch(cmds...)
}

// Err is the first panic that was caught, nil when there was none. Print its
// stack once the terminal is restored.
func (s *Shell) Err() error {
	if s.crash == nil {
		return nil
	}
	return s.crash
}

// Close ends every view and dialog. It is called when the program quits; call
// it again after Run when the program may have been killed.
func (s *Shell) Close() {
	for len(s.dialogs) > 0 {
		s.drop(s.dialogs[len(s.dialogs)-1].d, true)
	}
	for len(s.stack) > 0 {
		s.pop()
	}
}

// Update handles one message.
func (s *Shell) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if s.over {
		return s, nil
	}
	s.note(msg)
	cmd := s.guard(func() tea.Cmd { return s.handle(msg) })
	return s, tea.Batch(cmd, s.guard(func() tea.Cmd { return s.settle(msg) }))
}

// note writes what kind of message came. Contents stay out: they may be keys of
// a password, a code or a presigned URL.
func (s *Shell) note(msg tea.Msg) {
	switch m := msg.(type) {
	case frameMsg, workMsg, sideMsg:
	case Answer:
		s.o.Log.Debug("message", "type", "ui.Answer", "slot", m.slot)
	default:
		s.o.Log.Debug("message", "type", fmt.Sprintf("%T", msg))
	}
}

func (s *Shell) handle(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.KeyPressMsg:
		s.lastKey = time.Now()
		s.fade()
		return s.key(m)
	case tea.PasteMsg:
		return s.paste(m)
	case tea.MouseWheelMsg:
		return s.wheel(m)
	case Answer:
		return m.Run()
	case tea.WindowSizeMsg, tea.BackgroundColorMsg, tea.ColorProfileMsg, tea.EnvMsg:
		s.terminal(m)
		return nil
	case tea.KeyReleaseMsg, tea.MouseMsg, wakeMsg, workMsg, frameMsg, sideMsg:
		return s.timer(m)
	case openMsg, replaceMsg, backMsg, statusMsg, failMsg, pushMsg, dropMsg, quitMsg:
		return s.command(m)
	}
	return s.broadcast(msg)
}

// terminal takes what the terminal says about itself.
func (s *Shell) terminal(msg tea.Msg) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		s.w, s.h = m.Width, m.Height
	case tea.BackgroundColorMsg:
		if !s.o.KeepDark {
			s.th.SetDark(m.IsDark())
		}
	case tea.ColorProfileMsg:
		s.th.SetProfile(m.Profile)
	case tea.EnvMsg:
		switch m.Getenv("TERM") {
		case "linux", "dumb", "vt100", "vt220":
			s.th.SetASCII(true) // their fonts lack most signs
		}
	}
	s.side.view = nil
}

func (s *Shell) timer(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case workMsg:
		s.ticking = false
	case frameMsg:
		s.frame.pending, s.frame.due = false, true
	case sideMsg:
		s.side.pending = false
	}
	return nil
}

func (s *Shell) command(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case openMsg:
		return s.open(m.place)
	case replaceMsg:
		var going []*entry
		if t := s.top(); t != nil { // the other tabs of the step stay
			going = []*entry{{pages: []*page{t}}}
		}
		return s.leaving(going, func() tea.Cmd { return s.replace(m.place) })
	case backMsg:
		return s.back()
	case statusMsg:
		s.say(m.text, m.level)
	case failMsg:
		s.fail(m)
	case pushMsg:
		return s.push(m)
	case dropMsg:
		s.drop(m.dialog, !m.done)
	case quitMsg:
		return s.waitQuit()
	}
	return nil
}

// broadcast gives a message that isn't the shell's to whoever may have asked
// for it: dialogs and the views of the stack.
func (s *Shell) broadcast(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, l := range append([]*layer{}, s.dialogs...) {
		cmds = append(cmds, s.tell(l.d, msg))
	}
	for _, e := range s.stack {
		for _, p := range e.pages {
			cmds = append(cmds, p.view.Update(msg))
		}
	}
	return tea.Batch(cmds...)
}

func (s *Shell) say(text string, level Level) {
	s.status, s.said = statusMsg{Clean(text), level}, time.Now()
	s.whole = ""
	if level < Bad && Width(s.status.text)+3 > s.w {
		s.whole = s.status.text
	}
}

// showWhole opens what the status line had no room for: the last error with its details, or a long sentence.
func (s *Shell) showWhole() tea.Cmd {
	if s.whole != "" {
		return s.push(pushMsg{dialog: NewText("Message", s.whole)})
	}
	return s.push(pushMsg{dialog: NewError(*s.lastErr)})
}

// fade takes an old sentence off at the next key; an error stays until
// something else is said.
func (s *Shell) fade() {
	if s.status.level < Bad && time.Since(s.said) > 2*time.Second {
		s.status = statusMsg{}
	}
}

func (s *Shell) fail(m failMsg) {
	d := m.detail
	if m.err != nil {
		if cancelled(m.err) {
			return
		}
		d = s.o.Explain(m.err)
	}
	if m.retry != nil {
		d.Retry = m.retry
	}
	s.lastErr = &d
	s.say(d.Sentence, Bad)
}
