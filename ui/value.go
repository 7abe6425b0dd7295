package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"rsc.io/qr"
)

// ValueOptions describe a value to be read or taken away.
type ValueOptions struct {
	Label string
	Value string // the true bytes; cleaned for drawing
	Note  string // a sentence below it
	QR    bool   // draw the QR code at once
}

type value struct {
	base
	scroller
	o  ValueOptions
	qr bool
}

// NewValue makes a dialog that shows a value wrapped, every character of it,
// and copies it again on a key. Use [Copy] to copy and show at once.
func NewValue(o ValueOptions) Dialog {
	return &value{base: base{title: o.Label}, o: o, qr: o.QR}
}

func (v *value) Update(tea.Msg) (tea.Cmd, bool) { return nil, false }

func (v *value) Render(w, h int) string {
	t := v.theme()
	var lines []string
	if v.qr {
		code, problem := QR(v.o.Value, w, h, t.ASCII())
		if problem == "" {
			return strings.Join(code, "\n")
		}
		for _, l := range Wrap(problem, w) {
			lines = append(lines, t.Paint(RoleWarn, l))
		}
		lines = append(lines, "")
	}
	for line := range strings.SplitSeq(CleanLines(v.o.Value), "\n") {
		lines = append(lines, HardWrap(line, w)...)
	}
	if v.o.Note != "" {
		lines = append(lines, "")
		for _, l := range paragraphs(v.o.Note, w) {
			lines = append(lines, t.Paint(RoleMuted, l))
		}
	}
	return strings.Join(v.window(t, lines, w, h), "\n")
}

func (v *value) Actions() []Action {
	return append([]Action{
		{ID: "value.close", Keys: []string{"enter", "q"}, Help: "close", Run: func() tea.Cmd { return v.done(nil) }},
		{ID: "value.copy", Keys: []string{"y", "c"}, Help: "copy", Run: func() tea.Cmd {
			return tea.Batch(tea.SetClipboard(v.o.Value), Status("Sent to the terminal's clipboard.", Info))
		}},
		{ID: "value.qr", Keys: []string{"Q"}, Help: "QR code", Run: func() tea.Cmd {
			v.qr = !v.qr
			return nil
		}},
	}, v.scroller.actions()...)
}

// QR draws a value as a QR code out of half blocks, in white and black whatever
// the terminal's colours are, so that cameras read it. It says in a sentence why it
// can't when the value or the code is too large for w columns and h rows.
func QR(value string, w, h int, ascii bool) (lines []string, problem string) {
	code, err := qr.Encode(value, qr.L)
	if err != nil {
		return nil, "Too long for a QR code."
	}
	const quiet = 2
	n := code.Size + 2*quiet
	cols, rows := n, (n+1)/2
	if ascii {
		cols, rows = 2*n, n
	}
	if cols > w || rows > h {
		return nil, "The QR code needs a terminal that is " + larger(cols-w, rows-h) + "."
	}
	light := func(x, y int) bool { return y < n && !code.Black(x-quiet, y-quiet) }
	if ascii {
		return asciiQR(n, light), ""
	}
	for y := 0; y < n; y += 2 {
		var b strings.Builder
		b.WriteString("\x1b[97;40m")
		for x := range n {
			b.WriteString(halfBlock(light(x, y), light(x, y+1)))
		}
		lines = append(lines, b.String()+"\x1b[m")
	}
	return lines, ""
}

// larger says by how much something is too small.
func larger(cols, rows int) string {
	wider, higher := Plural(int64(cols), "column wider", "columns wider"), Plural(int64(rows), "line higher", "lines higher")
	switch {
	case rows <= 0:
		return wider
	case cols <= 0:
		return higher
	}
	return wider + " and " + higher
}

func halfBlock(up, down bool) string {
	switch {
	case up && down:
		return "█"
	case up:
		return "▀"
	case down:
		return "▄"
	default:
		return " "
	}
}

func asciiQR(n int, light func(x, y int) bool) []string {
	lines := make([]string, 0, n)
	for y := range n {
		var b strings.Builder
		last := ""
		for x := range n {
			sgr := "\x1b[40m"
			if light(x, y) {
				sgr = "\x1b[107m"
			}
			if sgr != last {
				b.WriteString(sgr)
				last = sgr
			}
			b.WriteString("  ")
		}
		lines = append(lines, b.String()+"\x1b[m")
	}
	return lines
}
