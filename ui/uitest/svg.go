package uitest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A cell of a picture in its own units: a monospaced font of 20 units is 12
// wide. Whole numbers keep pictures the same to the byte everywhere.
const (
	cellW    = 12
	cellH    = 24
	baseline = 18
	fontSize = 20
	margin   = 16
)

const (
	pictureFg = "#d6dae3"
	pictureBg = "#14171f"
	fonts     = "'JetBrains Mono','Cascadia Mono','DejaVu Sans Mono',Menlo,Consolas,monospace"
)

// palette is what the sixteen colours of a terminal look like in a picture.
var palette = [16]string{
	"#262b36", "#e0707a", "#8dc67a", "#e0b86c", "#6ea6ea", "#c48ae0", "#5cb8c4", "#c6cad2",
	"#667080", "#f08c94", "#a8da94", "#f0ce8a", "#90c0fc", "#d8a8f0", "#84d2dc", "#f4f6fa",
}

// ink is how a cell is drawn.
type ink struct {
	fg, bg                                 string // bg is "" for the picture's own
	bold, faint, italic, underline, struck bool
}

// run is neighbouring cells of one row in one ink.
type run struct {
	x, cells int
	text     string
	ink      ink
}

// SVG is a picture of the screen: text as text, so that it can be searched and
// scales, with colours, weights, lines and the cursor. The same screen always
// gives the same bytes.
func SVG(s *Screen) []byte {
	w, h := s.Size()
	pw, ph := w*cellW+2*margin, h*cellH+2*margin
	var b bytes.Buffer
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"%s\" font-size=\"%d\">\n",
		pw, ph, pw*7/10, ph*7/10, fonts, fontSize)
	if title := s.Title(); title != "" {
		fmt.Fprintf(&b, "<title>%s</title>\n", escapeXML(title))
	}
	fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%d\" rx=\"12\" fill=\"%s\"/>\n", pw, ph, pictureBg)
	for y := range h {
		drawRow(&b, inkRuns(s, y, w), y)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// inkRuns splits row y into runs. A wide rune, and what is drawn instead of
// written, stands alone, so that no font can shift its neighbours.
func inkRuns(s *Screen, y, w int) []run {
	cx, cy, visible := s.Cursor()
	var runs []run
	alone := true
	for x := range w {
		c := s.Cell(x, y)
		if c.Width == 0 {
			continue
		}
		in := inkOf(c, visible && x == cx && y == cy)
		single := c.Width > 1 || drawnAs(c.Text) != ""
		if last := len(runs) - 1; !alone && !single && (runs[last].ink == in || runs[last].ink.over(c.Text, in)) {
			runs[last].cells++
			runs[last].text += c.Text
			continue
		}
		if strings.Trim(c.Text, " ") == "" && !in.lined() {
			in = ink{fg: pictureFg, bg: in.bg}
		}
		runs = append(runs, run{x: x, cells: c.Width, text: c.Text, ink: in})
		alone = single
	}
	return runs
}

// lined reports that the ink shows on blanks, too.
func (i ink) lined() bool { return i.underline || i.struck }

// over reports that text of ink in looks the same in i: blanks on the same ground. What colour a terminal notes for a
// blank depends on the way by which a screen came about.
func (i ink) over(text string, in ink) bool {
	return strings.Trim(text, " ") == "" && i.bg == in.bg && !i.lined() && !in.lined()
}

func inkOf(c Cell, cursor bool) ink {
	in := ink{fg: hex(c.Fg), bg: hex(c.Bg), bold: c.Bold, faint: c.Faint, italic: c.Italic, underline: c.Underline, struck: c.Strikethrough}
	if in.fg == "" {
		in.fg = pictureFg
	}
	if c.Reverse != cursor {
		bg := in.bg
		if bg == "" {
			bg = pictureBg
		}
		in.fg, in.bg = bg, in.fg
	}
	return in
}

// hex is a colour as SVG writes it, "" for the terminal's default.
func hex(c color.Color) string {
	switch v := c.(type) {
	case nil:
		return ""
	case ansi.BasicColor:
		return palette[v&15]
	case ansi.IndexedColor:
		if v < 16 {
			return palette[v]
		}
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// drawGrounds draws the backgrounds of a row, neighbours in one colour together.
func drawGrounds(b *bytes.Buffer, runs []run, top int) {
	for len(runs) > 0 {
		r, n := runs[0], 1
		for n < len(runs) && runs[n].ink.bg == r.ink.bg {
			r.cells += runs[n].cells
			n++
		}
		runs = runs[n:]
		if r.ink.bg != "" {
			fmt.Fprintf(b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n",
				margin+r.x*cellW, top, r.cells*cellW, cellH, r.ink.bg)
		}
	}
}

func drawRow(b *bytes.Buffer, runs []run, y int) {
	top := margin + y*cellH
	drawGrounds(b, runs, top)
	for _, r := range runs {
		if path := drawnAs(r.text); path != "" {
			fmt.Fprintf(b, "<g transform=\"translate(%d %d)\" fill=\"%s\" stroke=\"%s\"%s>%s</g>\n",
				margin+r.x*cellW, top, r.ink.fg, r.ink.fg, opacity(r.ink), path)
		}
	}
	var spans strings.Builder
	for _, r := range runs {
		r = r.trimmed()
		if r.text == "" || drawnAs(r.text) != "" {
			continue
		}
		fmt.Fprintf(&spans, "<tspan x=\"%d\" textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\" fill=\"%s\"%s%s>%s</tspan>",
			margin+r.x*cellW, r.cells*cellW, r.ink.fg, opacity(r.ink), decoration(r.ink), escapeXML(r.text))
	}
	if spans.Len() > 0 {
		fmt.Fprintf(b, "<text y=\"%d\" xml:space=\"preserve\">%s</text>\n", top+baseline, spans.String())
	}
}

// trimmed is a run without the blanks around it that nobody sees.
func (r run) trimmed() run {
	if r.ink.lined() {
		return r
	}
	r.cells -= len(r.text) - len(strings.TrimRight(r.text, " "))
	r.text = strings.TrimRight(r.text, " ")
	text := strings.TrimLeft(r.text, " ")
	blanks := len(r.text) - len(text)
	return run{x: r.x + blanks, cells: r.cells - blanks, text: text, ink: r.ink}
}

func opacity(in ink) string {
	if in.faint {
		return ` fill-opacity=".6" stroke-opacity=".6"`
	}
	return ""
}

func decoration(in ink) string {
	var b strings.Builder
	if in.bold {
		b.WriteString(` font-weight="bold"`)
	}
	if in.italic {
		b.WriteString(` font-style="italic"`)
	}
	switch {
	case in.underline && in.struck:
		b.WriteString(` text-decoration="underline line-through"`)
	case in.underline:
		b.WriteString(` text-decoration="underline"`)
	case in.struck:
		b.WriteString(` text-decoration="line-through"`)
	}
	return b.String()
}

func escapeXML(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // a bytes.Buffer never fails
	}
	return b.String()
}
