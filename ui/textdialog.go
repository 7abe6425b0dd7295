package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

type textDialog struct {
	base
	scroller
	draw func(t *Theme, w int) []string
}

// NewText makes a dialog that shows a longer text to scroll through. The text
// is cleaned; line breaks stay.
func NewText(title, text string) Dialog {
	return newLines(title, func(_ *Theme, w int) []string { return paragraphs(text, w) })
}

// newLines makes a text dialog of lines that are drawn for a width.
func newLines(title string, draw func(t *Theme, w int) []string) *textDialog {
	return &textDialog{base: base{title: title}, draw: draw}
}

func (d *textDialog) Update(tea.Msg) (tea.Cmd, bool) { return nil, false }

func (d *textDialog) Render(w, h int) string {
	t := d.theme()
	return strings.Join(d.window(t, d.draw(t, w), w, h), "\n")
}

func (d *textDialog) Actions() []Action {
	return append(d.scroller.actions(),
		Action{ID: "text.close", Keys: []string{"enter", "q"}, Help: "close", Run: func() tea.Cmd { return d.done(nil) }})
}

type errorDialog struct {
	textDialog
	detail ErrorDetail
}

// NewError makes the dialog of all there is to say about an error.
func NewError(detail ErrorDetail) Dialog {
	d := &errorDialog{detail: detail}
	d.textDialog = *newLines("Error", d.lines)
	return d
}

func (d *errorDialog) lines(t *Theme, w int) []string {
	out := paragraphs(t.Glyph().Cross+" "+d.detail.Sentence, w)
	for i, l := range out {
		out[i] = t.Paint(RoleBad, l)
	}
	if len(d.detail.Facts) > 0 {
		out = append(out, "")
	}
	return append(out, FactLines(t, d.detail.Facts, w)...)
}

func (d *errorDialog) Actions() []Action {
	own := []Action{
		{ID: "error.copy", Keys: []string{"y"}, Help: "copy", Run: func() tea.Cmd {
			return tea.Batch(tea.SetClipboard(d.plain()), Status("Sent to the terminal's clipboard.", Info))
		}},
	}
	if d.detail.Retry != nil {
		own = append([]Action{{ID: "error.retry", Keys: []string{"r", "R"}, Help: "retry", Run: func() tea.Cmd {
			return d.done(d.detail.Retry())
		}}}, own...)
	}
	return append(own, d.textDialog.Actions()...)
}

func (d *errorDialog) plain() string {
	var b strings.Builder
	b.WriteString(d.detail.Sentence)
	for _, f := range d.detail.Facts {
		b.WriteString("\n" + f.Label + ": " + f.Value)
	}
	return b.String()
}

// FactLines draws labels and values in two columns, values wrapped to w.
func FactLines(t *Theme, facts []Fact, w int) []string {
	label := 0
	for _, f := range facts {
		label = max(label, Width(Clean(f.Label)))
	}
	label = min(label, w/3)
	var out []string
	for _, f := range facts {
		head := t.Paint(RoleMuted, Pad(Clean(f.Label), label)) + "  "
		for line := range strings.SplitSeq(CleanLines(f.Value), "\n") {
			for _, l := range Wrap(line, max(w-label-2, 1)) {
				out = append(out, head+l)
				head = strings.Repeat(" ", label+2)
			}
		}
	}
	return out
}
