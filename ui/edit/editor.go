package edit

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// Problem is what is wrong with a text, or likely wrong, and where.
type Problem struct {
	Line, Column int // from 1, the column in bytes of UTF-8; 0 for no place
	Text         string
	Mild         bool // it may be meant: the text can be submitted all the same
}

// Options describe an editor.
type Options struct {
	Theme  *ui.Theme
	Title  string
	Value  string
	Submit string // what ctrl+o does, in words; "done" when empty
	// Check looks at the text after every change and gives what it finds in the order of the text.
	Check func(string) []Problem
	// OK gets the text when Check finds nothing but what is mild. A sentence in return keeps the editor open.
	OK func(string) (tea.Cmd, string)
	// Left gets a text that was changed and is left without being submitted, so that it isn't lost. It may be nil.
	Left func(string)
	// Outside gives the text to another editor in place of this one; nil when there is none.
	Outside func(string) tea.Cmd
}

// Editor is a dialog in which a text is edited. ctrl+o or f2 submits it, esc leaves it, ctrl+u takes back what was done
// last: a word, a paste, a cut; ctrl+r does it again.
type Editor struct {
	o       Options
	text    *text
	found   []Problem
	refused string
	top     int // first line that is drawn
	page    int
}

// New makes an editor with its cursor at the beginning.
func New(o Options) *Editor {
	if o.Submit == "" {
		o.Submit = "done"
	}
	e := &Editor{o: o, text: newText(o.Value)}
	e.look()
	return e
}

// Title is that of the options.
func (e *Editor) Title() string { return e.o.Title }

// Cancel hands over what was typed, so that leaving by mistake loses nothing.
func (e *Editor) Cancel() {
	if e.o.Left != nil && e.Value() != newText(e.o.Value).value() {
		e.o.Left(e.Value())
	}
}

// Typing is always true: every printable key is text.
func (e *Editor) Typing() bool { return true }

// Value is the text as it is now.
func (e *Editor) Value() string { return e.text.value() }

func (e *Editor) look() {
	e.found, e.refused = nil, ""
	if e.o.Check != nil {
		e.found = e.o.Check(e.text.value())
	}
}

// worst is the first problem that keeps the text from being submitted, or else the first of all; nil for none.
func (e *Editor) worst() *Problem {
	if i := slices.IndexFunc(e.found, func(p Problem) bool { return !p.Mild }); i >= 0 {
		return &e.found[i]
	}
	if len(e.found) > 0 {
		return &e.found[0]
	}
	return nil
}

// here is the problem to show: one of the line with the cursor before the worst.
func (e *Editor) here() *Problem {
	worst := e.worst()
	for _, mild := range []bool{false, true} {
		for i, p := range e.found {
			if p.Line == e.text.row+1 && p.Mild == mild {
				return &e.found[i]
			}
		}
	}
	return worst
}

// Actions are those keys that aren't text.
func (e *Editor) Actions() []ui.Action {
	out := []ui.Action{
		{ID: "edit.submit", Keys: []string{"ctrl+o", "f2"}, Help: e.o.Submit, Why: e.whyNotSubmit, Run: e.submit},
		{ID: "edit.problem", Keys: []string{"ctrl+g"}, Help: "next problem", Why: e.whyNotGo, Run: e.next},
		{ID: "edit.cut", Keys: []string{"ctrl+k"}, Help: "cut to the end of the line", Quiet: true, Run: func() tea.Cmd {
			e.text.cutLine()
			e.look()
			return nil
		}},
		{ID: "edit.undo", Keys: []string{"ctrl+u"}, Help: "undo", Why: e.whyNotUndo, Run: func() tea.Cmd { return e.travel(e.text.undo) }},
		{ID: "edit.redo", Keys: []string{"ctrl+r"}, Help: "redo", Why: e.whyNotRedo, Run: func() tea.Cmd { return e.travel(e.text.redo) }},
	}
	if e.o.Outside != nil {
		out = append(out, ui.Action{ID: "edit.outside", Keys: []string{"ctrl+e"}, Help: "in $EDITOR", Run: func() tea.Cmd {
			return tea.Batch(ui.Drop(e), e.o.Outside(e.text.value()))
		}})
	}
	return out
}

func (e *Editor) whyNotSubmit() string {
	if p := e.worst(); p != nil && !p.Mild {
		return p.Text
	}
	return ""
}

func (e *Editor) whyNotUndo() string {
	if len(e.text.past.done) == 0 {
		return "nothing was changed"
	}
	return ""
}

func (e *Editor) whyNotRedo() string {
	if len(e.text.past.undone) == 0 {
		return "nothing was taken back"
	}
	return ""
}

// travel takes a step back, or does one again.
func (e *Editor) travel(step func() bool) tea.Cmd {
	if step() {
		e.look()
	}
	return nil
}

func (e *Editor) whyNotGo() string {
	if !slices.ContainsFunc(e.found, func(p Problem) bool { return p.Line > 0 }) {
		return "there is no problem with a place"
	}
	return ""
}

// next puts the cursor on the first problem behind it, and from the last one on the first.
func (e *Editor) next() tea.Cmd {
	row, col := e.text.row+1, len(string(e.text.line()[:e.text.col]))+1
	var first, behind *Problem
	for i := range e.found {
		p := &e.found[i]
		if p.Line == 0 {
			continue
		}
		if first == nil {
			first = p
		}
		if behind == nil && (p.Line > row || p.Line == row && p.Column > col) {
			behind = p
		}
	}
	if behind == nil {
		behind = first
	}
	if behind != nil {
		e.text.at(behind.Line, behind.Column)
	}
	return nil
}

func (e *Editor) submit() tea.Cmd {
	if e.o.OK == nil {
		return ui.Drop(e)
	}
	cmd, refused := e.o.OK(e.text.value())
	if e.refused = refused; refused != "" {
		return cmd
	}
	return tea.Batch(ui.Drop(e), cmd)
}

// Update edits the text by a key or a paste.
func (e *Editor) Update(msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case tea.PasteMsg:
		e.text.insert(m.Content, alone)
		e.look()
	case tea.KeyPressMsg:
		e.key(m)
	}
	return nil, false
}

func (e *Editor) key(k tea.KeyPressMsg) {
	if move, ok := e.moves()[k.String()]; ok {
		move()
		return
	}
	switch k.String() {
	case "enter":
		e.text.newline()
	case "tab":
		e.text.insert("    ", alone)
	case "backspace":
		e.text.backspace()
	case "delete":
		e.text.delete()
	default:
		if k.Text == "" {
			return
		}
		e.text.insert(k.Text, typed)
	}
	e.look()
}

func (e *Editor) moves() map[string]func() {
	t := e.text
	return map[string]func(){
		"left": t.left, "right": t.right, "up": func() { t.vertical(-1) }, "down": func() { t.vertical(1) },
		"home": func() { t.to(0) }, "end": func() { t.to(len(t.line())) },
		"pgup": func() { t.vertical(-max(e.page-1, 1)) }, "pgdown": func() { t.vertical(max(e.page-1, 1)) },
		"shift+tab": func() {},
	}
}

// Render draws as many lines as there is room for, with the cursor among them, and what is wrong below.
func (e *Editor) Render(w, h int) string {
	th := e.o.Theme
	foot := e.foot(w)
	e.page = max(h-len(foot), 1)
	e.top = max(0, min(e.top, len(e.text.lines)-e.page))
	e.top = min(max(e.top, e.text.row-e.page+1), e.text.row)
	number := len(fmt.Sprint(len(e.text.lines)))
	var out []string
	for i := e.top; i < min(e.top+e.page, len(e.text.lines)); i++ {
		role, sign := e.sign(i + 1)
		out = append(out, th.Paint(role, ui.PadLeft(fmt.Sprint(i+1), number)+sign)+e.line(i, max(w-number-1, 1)))
	}
	for len(out) < e.page {
		out = append(out, "")
	}
	return strings.Join(append(out, foot...), "\n")
}

// line draws one line w columns wide; the one with the cursor is scrolled so that the cursor is seen.
func (e *Editor) line(i, w int) string {
	th, runes := e.o.Theme, e.text.lines[i]
	if i != e.text.row {
		return ui.Pad(ui.Cut(ui.Clean(string(runes)), w), w)
	}
	left, at, right := ui.Clean(string(runes[:e.text.col])), " ", ""
	if e.text.col < len(runes) {
		if at = ui.Clean(string(runes[e.text.col : e.text.col+1])); at == "" {
			at = " "
		}
		right = ui.Clean(string(runes[e.text.col+1:]))
	}
	if room := w - ui.Width(at); ui.Width(left) > room {
		left = ui.CutLeft(left, room)
	}
	rest := w - ui.Width(left) - ui.Width(at)
	if rest <= 0 {
		right = ""
	}
	return ui.Pad(left+th.Paint(ui.RoleCursor, at)+ui.Cut(right, max(rest, 0)), w)
}

// sign marks the number of a line that has a problem.
func (e *Editor) sign(line int) (ui.Role, string) {
	role, sign := ui.RoleFaint, " "
	for _, p := range e.found {
		switch {
		case p.Line == line && !p.Mild:
			return ui.RoleBad, e.o.Theme.Glyph().Cross
		case p.Line == line:
			role, sign = ui.RoleWarn, e.o.Theme.Glyph().Warn
		}
	}
	return role, sign
}

// foot says what is wrong, in at most two lines and one that counts the rest.
func (e *Editor) foot(w int) []string {
	th := e.o.Theme
	p := e.here()
	switch {
	case e.refused != "":
		p = &Problem{Text: e.refused}
	case p == nil:
		return []string{th.Paint(ui.RoleGood, ui.Cut(th.Glyph().Check+" nothing is wrong", w))}
	}
	said, role, sign := p.Text, ui.RoleBad, th.Glyph().Cross
	if p.Mild {
		role, sign = ui.RoleWarn, th.Glyph().Warn
	}
	if p.Line > 0 {
		said = fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, said)
	}
	lines := ui.Wrap(sign+" "+ui.Clean(said), w)
	var out []string
	for _, l := range lines[:min(len(lines), 2)] {
		out = append(out, th.Paint(role, l))
	}
	if n := len(e.found); n > 1 && e.refused == "" {
		bad := 0
		for _, p := range e.found {
			if !p.Mild {
				bad++
			}
		}
		out = append(out, th.Paint(ui.RoleMuted, ui.Cut(fmt.Sprintf("%s, %s", ui.Plural(int64(bad), "mistake", "mistakes"), ui.Plural(int64(n-bad), "remark", "remarks")), w)))
	}
	return out
}
