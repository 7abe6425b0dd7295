package edit

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// Problem is what is wrong with a text, and where. The zero Problem is none.
type Problem struct {
	Line, Column int // from 1; 0 for no place
	Text         string
}

// Options describe an editor.
type Options struct {
	Theme  *ui.Theme
	Title  string
	Value  string
	Submit string // what ctrl+o does, in words; "done" when empty
	// Check looks at the text after every change.
	Check func(string) Problem
	// OK gets the text when Check finds nothing. A sentence in return keeps the editor open.
	OK func(string) (tea.Cmd, string)
}

// Editor is a dialog in which a text is edited. ctrl+o or f2 submits it, esc leaves it.
type Editor struct {
	o       Options
	text    *text
	problem Problem
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

// Cancel has nothing to undo.
func (e *Editor) Cancel() {}

// Typing is always true: every printable key is text.
func (e *Editor) Typing() bool { return true }

// Value is the text as it is now.
func (e *Editor) Value() string { return e.text.value() }

func (e *Editor) look() {
	e.problem, e.refused = Problem{}, ""
	if e.o.Check != nil {
		e.problem = e.o.Check(e.text.value())
	}
}

// Actions are those keys that aren't text.
func (e *Editor) Actions() []ui.Action {
	return []ui.Action{
		{ID: "edit.submit", Keys: []string{"ctrl+o", "f2"}, Help: e.o.Submit, Why: func() string { return e.problem.Text }, Run: e.submit},
		{ID: "edit.problem", Keys: []string{"ctrl+g"}, Help: "go to the problem", Why: e.whyNotGo, Run: func() tea.Cmd {
			e.text.at(e.problem.Line, e.problem.Column)
			return nil
		}},
		{ID: "edit.cut", Keys: []string{"ctrl+k"}, Help: "cut to the end of the line", Quiet: true, Run: func() tea.Cmd {
			e.text.cutLine()
			e.look()
			return nil
		}},
	}
}

func (e *Editor) whyNotGo() string {
	if e.problem.Line == 0 {
		return "there is no problem with a place"
	}
	return ""
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
		e.text.insert(m.Content)
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
		e.text.insert("    ")
	case "backspace":
		e.text.backspace()
	case "delete":
		e.text.delete()
	default:
		if k.Text == "" {
			return
		}
		e.text.insert(k.Text)
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
	number := len(fmt.Sprint(len(e.text.lines))) + 1
	var out []string
	for i := e.top; i < min(e.top+e.page, len(e.text.lines)); i++ {
		role := ui.RoleFaint
		if i+1 == e.problem.Line {
			role = ui.RoleBad
		}
		out = append(out, th.Paint(role, ui.PadLeft(fmt.Sprint(i+1), number-1))+" "+e.line(i, max(w-number, 1)))
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

func (e *Editor) foot(w int) []string {
	th := e.o.Theme
	said := e.refused
	if said == "" && e.problem.Text != "" {
		said = e.problem.Text
		if e.problem.Line > 0 {
			said = fmt.Sprintf("line %d, column %d: %s", e.problem.Line, e.problem.Column, said)
		}
	}
	if said == "" {
		return []string{th.Paint(ui.RoleGood, ui.Cut(th.Glyph().Check+" nothing is wrong", w))}
	}
	lines := ui.Wrap(th.Glyph().Cross+" "+ui.Clean(said), w)
	out := lines[:min(len(lines), 2)]
	for i, l := range out {
		out[i] = th.Paint(ui.RoleBad, l)
	}
	return out
}
