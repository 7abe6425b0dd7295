package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// FieldKind is what kind of input a form's field is.
type FieldKind int

// The kinds of a form's fields.
const (
	TextField   FieldKind = iota // one line of text
	ChoiceField                  // one of Options
	CheckField                   // "yes" or ""
)

// FormField is one field of a form.
type FormField struct {
	ID, Label   string
	Kind        FieldKind
	Value       string   // to start with
	Options     []string // what a ChoiceField chooses from
	Placeholder string
	Help        string // a sentence shown while the field has the focus
	Secret      bool
	Check       func(string) string // what is wrong with the value, "" when it is fine
	Hidden      func(Values) bool   // leave the field out while true
	// Below gives lines that are drawn below the field: what the values so far would do.
	Below func(Values) []string
}

// Values are a form's values by field ID.
type Values map[string]string

// Yes says whether a CheckField is ticked.
func (v Values) Yes(id string) bool { return v[id] == "yes" }

// FormOptions describe a form.
type FormOptions struct {
	Title, Text string
	Fields      []FormField
	Submit      string // what enter does, in words; "ok" when empty
	// OK gets the values when every Check has nothing to say. A sentence in
	// return keeps the form open with all that was typed.
	OK        func(Values) (tea.Cmd, string)
	Cancelled func()
}

type form struct {
	base
	o       FormOptions
	inputs  []*Field
	values  []string
	at      int
	touched []bool
	problem string
}

// NewForm makes a dialog of several fields.
func NewForm(o FormOptions) Dialog {
	f := &form{base: base{title: o.Title}, o: o, touched: make([]bool, len(o.Fields))}
	for _, fd := range o.Fields {
		v := fd.Value
		if fd.Kind == ChoiceField && !slices.Contains(fd.Options, v) && len(fd.Options) > 0 {
			v = fd.Options[0]
		}
		f.values = append(f.values, v)
		f.inputs = append(f.inputs, NewField(FieldOptions{Value: fd.Value, Placeholder: fd.Placeholder, Secret: fd.Secret}))
	}
	f.at = -1
	f.step(1)
	return f
}

func (f *form) Typing() bool {
	return f.at >= 0 && f.o.Fields[f.at].Kind == TextField
}

func (f *form) current() Values {
	v := make(Values, len(f.values))
	for i, fd := range f.o.Fields {
		v[fd.ID] = f.values[i]
		if fd.Kind == TextField {
			v[fd.ID] = f.inputs[i].Value()
		}
	}
	return v
}

func (f *form) hidden(i int, v Values) bool {
	return f.o.Fields[i].Hidden != nil && f.o.Fields[i].Hidden(v)
}

// step moves the focus to the next or previous field that is seen.
func (f *form) step(n int) {
	v := f.current()
	if f.at >= 0 {
		f.touched[f.at] = true
	}
	for range f.o.Fields {
		f.at = (f.at + n + len(f.o.Fields)) % len(f.o.Fields)
		if !f.hidden(f.at, v) {
			return
		}
	}
}

func (f *form) Update(msg tea.Msg) (tea.Cmd, bool) {
	if f.at < 0 {
		return nil, false
	}
	k, isKey := msg.(tea.KeyPressMsg)
	if !isKey {
		if f.Typing() && f.inputs[f.at].Update(msg) {
			f.edited()
		}
		return nil, false
	}
	switch keyName(k) {
	case "tab", "down":
		f.step(1)
	case "shift+tab", "up":
		f.step(-1)
	case "enter":
		return f.submit()
	default:
		f.edit(k)
	}
	return nil, false
}

func (f *form) edited() {
	f.touched[f.at] = true
	f.problem = ""
}

func (f *form) edit(k tea.KeyPressMsg) {
	fd := f.o.Fields[f.at]
	name := keyName(k)
	switch fd.Kind {
	case TextField:
		if f.inputs[f.at].Update(k) {
			f.edited()
		}
	case CheckField:
		if name == "space" || name == "x" {
			if f.values[f.at] == "yes" {
				f.values[f.at] = ""
			} else {
				f.values[f.at] = "yes"
			}
			f.edited()
		}
	case ChoiceField:
		n := map[string]int{"space": 1, "right": 1, "l": 1, "left": -1, "h": -1}[name]
		if n == 0 || len(fd.Options) == 0 {
			return
		}
		i := slices.Index(fd.Options, f.values[f.at]) + n
		f.values[f.at] = fd.Options[(i+len(fd.Options))%len(fd.Options)]
		f.edited()
	}
}

func (f *form) wrong(i int, v Values) string {
	fd := f.o.Fields[i]
	if fd.Check == nil || f.hidden(i, v) {
		return ""
	}
	return fd.Check(v[fd.ID])
}

func (f *form) submit() (tea.Cmd, bool) {
	v := f.current()
	for i := range f.o.Fields {
		f.touched[i] = true
	}
	for i := range f.o.Fields {
		if f.wrong(i, v) != "" {
			f.at = i
			return nil, false
		}
	}
	for i, fd := range f.o.Fields {
		if f.hidden(i, v) {
			delete(v, fd.ID)
		}
	}
	if f.o.OK == nil {
		return nil, true
	}
	cmd, problem := f.o.OK(v)
	f.problem = problem
	return cmd, problem == ""
}

func (f *form) Cancel() {
	if f.o.Cancelled != nil {
		f.o.Cancelled()
	}
}

// Actions of a form are few: its keys type.
func (f *form) Actions() []Action { return nil }

func (f *form) Render(w, h int) string {
	t := f.theme()
	var head []string
	if f.o.Text != "" {
		head = append(paragraphs(f.o.Text, w), "")
	}
	tail := f.tail(t, w, h)
	body, focus := f.body(t, w)
	if room := max(h-len(tail)-min(len(body), 4), 0); len(head) > room {
		head = head[:room]
	}
	if room := max(h-len(head)-len(tail), 1); len(body) > room {
		top := max(0, min(focus-room/2, len(body)-room))
		body = body[top : top+room]
	}
	return strings.Join(slices.Concat(head, body, tail), "\n")
}

func (f *form) tail(t *Theme, w, h int) []string {
	if f.problem != "" {
		var out []string
		for _, l := range paragraphs(t.Glyph().Cross+" "+f.problem, w) {
			out = append(out, t.Paint(RoleBad, l))
		}
		return append([]string{""}, out...)
	}
	ok := f.o.Submit
	if ok == "" {
		ok = "ok"
	}
	sep := " " + t.Glyph().Sep + " "
	keys := "enter " + ok + sep + "tab next field" + sep + "esc cancel"
	if f.at >= 0 && f.o.Fields[f.at].Kind != TextField {
		keys = "space change" + sep + keys
	}
	out := make([]string, f.helpLines(w, h), maxHelp+1)
	if f.at >= 0 && f.o.Fields[f.at].Help != "" {
		lines := paragraphs(f.o.Fields[f.at].Help, w)
		if n := len(out); len(lines) > n {
			lines = append(lines[:n-1], Cut(strings.Join(lines[n-1:], " "), w))
		}
		for i, l := range lines {
			out[i] = t.Paint(RoleMuted, l)
		}
	}
	return append(out, t.Paint(RoleFaint, Cut(keys, w)))
}

// maxHelp is how many lines a field's help may take.
const maxHelp = 3

// helpLines is how many lines the longest help takes, at least one: the form keeps its height while the focus moves.
// Where room is short the fields have it.
func (f *form) helpLines(w, h int) int {
	n := 1
	for _, fd := range f.o.Fields {
		n = max(n, len(paragraphs(fd.Help, w)))
	}
	seen, v := 0, f.current()
	for i := range f.o.Fields {
		if !f.hidden(i, v) {
			seen++
		}
	}
	return max(1, min(n, maxHelp, h-seen-4))
}

// body draws the fields and tells in which line the focus is.
func (f *form) body(t *Theme, w int) (lines []string, focus int) {
	v := f.current()
	label := 0
	for _, fd := range f.o.Fields {
		label = max(label, Width(fd.Label))
	}
	label = min(label, w/3)
	for i, fd := range f.o.Fields {
		if f.hidden(i, v) {
			continue
		}
		mark, role := "  ", RoleMuted
		if i == f.at {
			mark, role, focus = t.Glyph().Pointer+" ", RoleAccent, len(lines)
		}
		lines = append(lines, t.Paint(role, mark+Pad(fd.Label, label))+"  "+f.input(t, i, max(w-label-4, 1)))
		if wrong := f.wrong(i, v); wrong != "" && f.touched[i] {
			text := Cut(t.Glyph().Warn+" "+Clean(wrong), max(w-label-4, 1))
			lines = append(lines, strings.Repeat(" ", label+4)+t.Paint(RoleWarn, text))
		}
		if fd.Below != nil {
			lines = append(lines, below(t, fd.Below(v), label+4, w)...)
		}
	}
	return lines, focus
}

// below draws a field's own lines, indented and wrapped.
func below(t *Theme, texts []string, indent, w int) []string {
	var out []string
	for _, text := range texts {
		for _, l := range Wrap(Clean(text), max(w-indent, 1)) {
			out = append(out, strings.Repeat(" ", indent)+t.Paint(RoleMuted, l))
		}
	}
	return out
}

func (f *form) input(t *Theme, i, w int) string {
	fd, focus := f.o.Fields[i], i == f.at
	switch fd.Kind {
	case CheckField:
		box := t.Glyph().Empty
		if f.values[i] == "yes" {
			box = t.Glyph().On
		}
		if focus {
			return t.Paint(RoleSelected, box)
		}
		return box
	case ChoiceField:
		text := Cut(Clean(f.values[i]), w-4)
		if focus {
			return t.Paint(RoleSelected, "< "+text+" >")
		}
		return "  " + text
	default:
		return f.inputs[i].Render(t, w, focus)
	}
}
