package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"
)

// Choice is one entry of a list to choose from.
type Choice struct {
	Title  string
	Detail string // faintly beside the title
	Why    string // why it can't be chosen now, "" when it can
}

// ChooseOptions describe a list with a filter.
type ChooseOptions struct {
	Title, Text string
	Items       []Choice
	At          int               // the entry to stand on at first
	OK          func(int) tea.Cmd // gets the index into Items
	Cancelled   func()
}

// picker is a list narrowed by what is typed; choose and the palette use it.
type picker struct {
	field *Field
	items []Choice
	hay   []string
	shown []int
	at    int // index into shown
}

func newPicker(items []Choice, at int) *picker {
	p := &picker{field: NewField(FieldOptions{Placeholder: "type to filter"}), items: items, at: at}
	for _, it := range items {
		p.hay = append(p.hay, it.Title+" "+it.Detail)
	}
	p.filter()
	p.at = max(0, min(at, len(items)-1))
	return p
}

// filter keeps the entries that hold the typed text as it is, then those that
// hold its letters in this order, each group in its own order of merit.
func (p *picker) filter() {
	p.at, p.shown = 0, p.shown[:0]
	want := strings.ToLower(strings.TrimSpace(p.field.Value()))
	if want == "" {
		for i := range p.items {
			p.shown = append(p.shown, i)
		}
		return
	}
	taken := make(map[int]bool, len(p.items))
	take := func(ok func(string) bool) {
		for i, h := range p.hay {
			if !taken[i] && ok(strings.ToLower(h)) {
				taken[i] = true
				p.shown = append(p.shown, i)
			}
		}
	}
	take(func(h string) bool { return strings.HasPrefix(h, want+" ") })
	take(func(h string) bool { return strings.HasPrefix(h, want) })
	take(func(h string) bool { return strings.Contains(h, want) })
	for _, m := range fuzzy.Find(want, p.hay) {
		if !taken[m.Index] {
			p.shown = append(p.shown, m.Index)
		}
	}
}

// chosen is the index of the entry under the cursor, -1 when there is none.
func (p *picker) chosen() int {
	if p.at < 0 || p.at >= len(p.shown) {
		return -1
	}
	return p.shown[p.at]
}

func (p *picker) update(msg tea.Msg) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch keyName(k) {
		case "up", "shift+tab":
			p.at = max(p.at-1, 0)
			return
		case "down":
			p.at = max(min(p.at+1, len(p.shown)-1), 0)
			return
		case "pgup":
			p.at = max(p.at-10, 0)
			return
		case "pgdown":
			p.at = max(min(p.at+10, len(p.shown)-1), 0)
			return
		}
	}
	if p.field.Update(msg) {
		p.filter()
	}
}

func (p *picker) lines(t *Theme, w, h int) []string {
	if h <= 0 {
		return nil
	}
	if len(p.shown) == 0 {
		return []string{t.Paint(RoleMuted, Cut("nothing matches", w))}
	}
	top := max(0, min(p.at-h/2, len(p.shown)-h))
	end := min(top+h, len(p.shown))
	wide := 0
	for _, i := range p.shown[top:end] {
		wide = max(wide, Width(Clean(p.items[i].Title)))
	}
	wide = min(wide, w*3/5)
	var out []string
	for n, i := range p.shown[top:end] {
		out = append(out, p.line(t, p.items[i], wide, w, top+n == p.at))
	}
	return out
}

func (p *picker) line(t *Theme, it Choice, wide, w int, on bool) string {
	mark, detail, role := "  ", Clean(it.Detail), RoleMuted
	if on {
		mark = t.Glyph().Pointer + " "
	}
	if it.Why != "" {
		detail = t.Glyph().Off + " " + Clean(it.Why)
	}
	title := Pad(Clean(it.Title), wide)
	detail = Cut(detail, max(w-wide-4, 0))
	if on {
		return t.Paint(RoleSelected, Pad(mark+title+"  "+detail, w))
	}
	if it.Why != "" {
		title = t.Paint(RoleFaint, title)
		role = RoleFaint
	}
	return Pad(mark+title+"  "+t.Paint(role, detail), w)
}

type choose struct {
	base
	*picker
	o    ChooseOptions
	tell string
}

// NewChoose makes a dialog with a list to choose from, narrowed by typing.
// Entries that can't be chosen are shown with their reason.
func NewChoose(o ChooseOptions) Dialog {
	return &choose{base: base{title: o.Title}, picker: newPicker(o.Items, o.At), o: o}
}

func (c *choose) Typing() bool { return true }

func (c *choose) Update(msg tea.Msg) (tea.Cmd, bool) {
	k, isKey := msg.(tea.KeyPressMsg)
	if isKey {
		c.tell = ""
	}
	if !isKey || keyName(k) != "enter" {
		c.update(msg)
		return nil, false
	}
	i := c.chosen()
	if i < 0 {
		return nil, false
	}
	if c.tell = c.items[i].Why; c.tell != "" {
		return nil, false
	}
	if c.o.OK == nil {
		return nil, true
	}
	return c.o.OK(i), true
}

func (c *choose) Render(w, h int) string {
	t := c.theme()
	var lines []string
	if c.o.Text != "" {
		lines = append(paragraphs(c.o.Text, w), "")
	}
	if room := max(h-6, 0); len(lines) > room {
		lines = lines[:room]
	}
	lines = append(lines, "/ "+c.field.Render(t, w-2, true))
	rest := h - len(lines) - 1
	lines = append(lines, c.lines(t, w, min(rest, len(c.items)))...)
	tail := t.Paint(RoleFaint, Cut("enter choose "+t.Glyph().Sep+" up/down move "+t.Glyph().Sep+" esc cancel", w))
	if c.tell != "" {
		tail = t.Paint(RoleWarn, Cut(t.Glyph().Warn+" "+Clean(c.tell), w))
	}
	return strings.Join(append(lines, tail), "\n")
}

func (c *choose) Actions() []Action { return nil }

func (c *choose) Cancel() {
	if c.o.Cancelled != nil {
		c.o.Cancelled()
	}
}
