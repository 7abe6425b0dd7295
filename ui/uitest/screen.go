// Package uitest is the test bench of the user interface: an emulated screen
// to look at, a whole Bubble Tea program in virtual time, golden files, a
// player for VHS tapes that drives the real binary in a pseudo terminal, and
// pictures of a screen as SVG. Only tests import it.
package uitest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/color"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// Cell is one cell of the screen as a person sees it. Width is its width in
// columns, 0 for the second half of a wide rune, whose Text is then empty. A
// nil colour is the terminal's default.
type Cell struct {
	Text          string
	Width         int
	Fg, Bg        color.Color
	Bold, Faint   bool
	Italic        bool
	Underline     bool
	Reverse       bool
	Strikethrough bool
	Link          string // target of an OSC 8 hyperlink
}

// Screen is an emulated terminal. Bytes written to it are drawn; queries in
// them stay unanswered unless Answer was called. It is safe for concurrent use.
type Screen struct {
	mu     sync.Mutex
	emu    *vt.Emulator
	onlcr  bool
	reply  func(string)
	raw    []byte // since the last Mark
	title  string
	copied []string
	bells  int
	hidden bool // the cursor
	modes  map[int]bool
}

// NewScreen returns an empty screen of w columns and h rows.
func NewScreen(w, h int) *Screen {
	s := &Screen{emu: vt.NewEmulator(w, h), modes: make(map[int]bool)}
	s.emu.SetCallbacks(vt.Callbacks{
		Bell:             func() { s.bells++ },
		Title:            func(t string) { s.title = t },
		CursorVisibility: func(visible bool) { s.hidden = !visible },
		EnableMode:       func(m ansi.Mode) { s.modes[m.Mode()] = true },
		DisableMode:      func(m ansi.Mode) { s.modes[m.Mode()] = false },
	})
	s.takeQueries()
	s.emu.RegisterOscHandler(52, s.takeClipboard)
	return s
}

// takeQueries answers the terminal's queries in the emulator's place: its own
// answers go into a pipe and block the writer until somebody reads them.
func (s *Screen) takeQueries() {
	s.emu.RegisterCsiHandler('c', func(ansi.Params) bool { return s.answer("\x1b[?62;22c") })
	s.emu.RegisterCsiHandler(ansi.Command('>', 0, 'c'), func(ansi.Params) bool { return s.answer("\x1b[>1;10;0c") })
	s.emu.RegisterCsiHandler('n', s.statusReport)
	s.emu.RegisterCsiHandler(ansi.Command('?', 0, 'n'), s.statusReport)
	s.emu.RegisterCsiHandler(ansi.Command(0, '$', 'p'), func(p ansi.Params) bool {
		mode, _, _ := p.Param(0, 0)
		return s.answer(fmt.Sprintf("\x1b[%d;0$y", mode))
	})
	s.emu.RegisterCsiHandler(ansi.Command('?', '$', 'p'), func(p ansi.Params) bool {
		mode, _, _ := p.Param(0, 0)
		known := 0
		if mode == 2026 || mode == 2027 {
			known = 2 // can be set, is not set
		}
		return s.answer(fmt.Sprintf("\x1b[?%d;%d$y", mode, known))
	})
	s.emu.RegisterCsiHandler(ansi.Command('?', 0, 'h'), func(p ansi.Params) bool {
		mode, _, _ := p.Param(0, 0)
		return mode == 2048 // size reports would go into the emulator's pipe
	})
	for _, osc := range []int{10, 11, 12} {
		s.emu.RegisterOscHandler(osc, func(data []byte) bool {
			if !bytes.HasSuffix(data, []byte(";?")) {
				return false
			}
			rgb := "rgb:e0e0/e0e0/e0e0"
			if osc == 11 {
				rgb = "rgb:1010/1212/1818"
			}
			return s.answer(fmt.Sprintf("\x1b]%d;%s\x1b\\", osc, rgb))
		})
	}
}

func (s *Screen) answer(text string) bool {
	if s.reply != nil {
		s.reply(text)
	}
	return true
}

func (s *Screen) statusReport(p ansi.Params) bool {
	what, _, _ := p.Param(0, 0)
	if what != 6 {
		return s.answer("\x1b[0n")
	}
	pos := s.emu.CursorPosition()
	return s.answer(fmt.Sprintf("\x1b[%d;%dR", pos.Y+1, pos.X+1))
}

func (s *Screen) takeClipboard(data []byte) bool {
	parts := bytes.SplitN(data, []byte{';'}, 3)
	if len(parts) != 3 {
		return true
	}
	if text, err := base64.StdEncoding.DecodeString(string(parts[2])); err == nil {
		s.copied = append(s.copied, string(text))
	}
	return true
}

// Answer makes the screen answer queries (device attributes, cursor position,
// modes, default colours) through reply, which must not write to the screen.
func (s *Screen) Answer(reply func(string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reply = reply
}

// MapNewlines makes a line feed also return the carriage, as a terminal's
// driver does (ONLCR). A Bubble Tea program without input counts on it.
func (s *Screen) MapNewlines(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onlcr = on
}

// Write draws p. It never fails.
func (s *Screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw = append(s.raw, p...)
	drawn := p
	if s.onlcr {
		drawn = bytes.ReplaceAll(p, []byte{'\n'}, []byte{'\r', '\n'})
	}
	if _, err := s.emu.Write(drawn); err != nil {
		return 0, fmt.Errorf("draw on the emulated screen: %w", err)
	}
	return len(p), nil
}

// Resize changes the screen's size to w columns and h rows.
func (s *Screen) Resize(w, h int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emu.Resize(w, h)
}

// Size is the screen's size in columns and rows.
func (s *Screen) Size() (w, h int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emu.Width(), s.emu.Height()
}

// Mark sets the byte count back to zero.
func (s *Screen) Mark() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw = s.raw[:0]
}

// Bytes is how many bytes were written since the last Mark.
func (s *Screen) Bytes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.raw)
}

// Raw is what was written since the last Mark, escapes and all.
func (s *Screen) Raw() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.raw)
}

// Cell is the cell at column x and row y, counted from 0. Outside the screen
// it is a blank.
func (s *Screen) Cell(x, y int) Cell {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cell(x, y)
}

func (s *Screen) cell(x, y int) Cell {
	c := s.emu.CellAt(x, y)
	if c == nil {
		return Cell{Text: " ", Width: 1}
	}
	st := c.Style
	out := Cell{
		Text: c.Content, Width: c.Width, Fg: st.Fg, Bg: st.Bg, Link: c.Link.URL,
		Bold:          st.Attrs&attrBold != 0,
		Faint:         st.Attrs&attrFaint != 0,
		Italic:        st.Attrs&attrItalic != 0,
		Reverse:       st.Attrs&attrReverse != 0,
		Strikethrough: st.Attrs&attrStrike != 0,
		Underline:     st.Underline != 0,
	}
	if out.Width > 0 && out.Text == "" {
		out.Text = " "
	}
	return out
}

// Attribute bits of the emulator's cells, in the order of its SGR numbers.
const (
	attrBold = 1 << iota
	attrFaint
	attrItalic
	attrBlink
	attrRapidBlink
	attrReverse
	attrConceal
	attrStrike
)

// Line is row y as text without trailing blanks.
func (s *Screen) Line(y int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.line(y)
}

func (s *Screen) line(y int) string {
	var b strings.Builder
	for x := range s.emu.Width() {
		b.WriteString(s.cell(x, y).Text)
	}
	return strings.TrimRight(b.String(), " ")
}

// Lines is every row as text without trailing blanks.
func (s *Screen) Lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := make([]string, s.emu.Height())
	for y := range lines {
		lines[y] = s.line(y)
	}
	return lines
}

// Text is the whole screen: Lines joined by line feeds, with one at the end.
func (s *Screen) Text() string { return strings.Join(s.Lines(), "\n") + "\n" }

// Find returns the column and row of the first place where text stands on one row.
func (s *Screen) Find(text string) (x, y int, found bool) {
	for y, line := range s.Lines() {
		if i := strings.Index(line, text); i >= 0 {
			return ansi.StringWidth(line[:i]), y, true
		}
	}
	return 0, 0, false
}

// Cursor is where the cursor stands and whether it can be seen.
func (s *Screen) Cursor() (x, y int, visible bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.emu.CursorPosition()
	return p.X, p.Y, !s.hidden
}

// Title is the window title that was set last.
func (s *Screen) Title() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.title
}

// Copied is everything the program put on the clipboard by OSC 52, oldest first.
func (s *Screen) Copied() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.copied...)
}

// Bells is how often the bell rang.
func (s *Screen) Bells() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bells
}

// Mode says whether the program has set the terminal mode n: 2004 is bracketed
// paste, 1006 the mouse's reports.
func (s *Screen) Mode(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.modes[n]
}

// AltScreen says whether the program is on the alternate screen.
func (s *Screen) AltScreen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emu.IsAltScreen()
}
