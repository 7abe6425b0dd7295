package views

import (
	"fmt"
	"strings"
	"time"

	"cooper/awsops"
	"cooper/ui"
)

// codeLine is a line of the dialog and how dispensable it is: the highest go first when room is short.
type codeLine struct {
	text string
	drop int
}

// Render draws the dialog; on a small screen the less important lines are left out.
func (d *codeDialog) Render(w, h int) string {
	d.fill()
	lines := d.lines(w)
	for drop := 9; len(lines) > h && drop > 0; drop-- {
		kept := lines[:0]
		for _, l := range lines {
			if l.drop != drop {
				kept = append(kept, l)
			}
		}
		lines = kept
	}
	out := make([]string, 0, len(lines))
	for _, l := range lines[:min(len(lines), h)] {
		out = append(out, ui.Pad(l.text, w))
	}
	return strings.Join(out, "\n")
}

func (d *codeDialog) lines(w int) []codeLine {
	t := d.env.Theme
	lines := d.whatFor(w)
	if d.serial != nil {
		lines = append(lines, codeLine{"", 8}, codeLine{t.Paint(ui.RoleMuted, "serial of the MFA device"), 0},
			codeLine{d.serial.Render(t, w, true), 0})
		return append(append(lines, d.message(w)...), codeLine{t.Paint(ui.RoleFaint, ui.Cut("enter takes it "+t.Glyph().Sep+" esc stops", w)), 4})
	}
	lines = append(lines, codeLine{"", 8}, codeLine{t.Paint(ui.RoleMuted, "device  ") + ui.CutLeft(ui.Clean(d.devices[d.device]), w-8), 0})
	if n := len(d.devices); n > 1 {
		lines = append(lines, codeLine{t.Paint(ui.RoleFaint, fmt.Sprintf("        %d of %d, tab for the next", d.device+1, n)), 6})
	}
	lines = append(lines, d.demoLine(w)...)
	lines = append(lines, codeLine{"", 7}, codeLine{t.Paint(ui.RoleMuted, "code    ") + d.boxes(), 0}, codeLine{d.clock(w), 0}, codeLine{"", 7})
	return append(append(lines, d.message(w)...), codeLine{t.Paint(ui.RoleFaint, ui.Cut(d.hint(), w)), 4})
}

func (d *codeDialog) whatFor(w int) []codeLine {
	what := ui.Clean(d.c.Action)
	if d.c.Bucket != "" && !strings.Contains(d.c.Action, d.c.Bucket) {
		what += ", bucket " + ui.Clean(d.c.Bucket)
	}
	var lines []codeLine
	for i, l := range ui.Wrap(what, w) {
		lines = append(lines, codeLine{l, min(i, 1) * 5})
	}
	if d.c.Batches > 1 {
		lines = append(lines, codeLine{fmt.Sprintf("code %d of %d; esc %s, what is done stays done", d.c.Batch, d.c.Batches, d.leaving()), 3})
	}
	return lines
}

// boxes draws the six places of the code.
func (d *codeDialog) boxes() string {
	t := d.env.Theme
	var b strings.Builder
	for i := range 6 {
		if i == 3 {
			b.WriteString(" ")
		}
		switch {
		case i < len(d.digits):
			b.WriteString(t.Paint(ui.RoleInput, d.digits[i:i+1]))
		case i == len(d.digits):
			b.WriteString(t.Paint(ui.RoleCursor, "_"))
		default:
			b.WriteString(t.Paint(ui.RoleFaint, "_"))
		}
		b.WriteString(" ")
	}
	return b.String()
}

// clock draws what is left of the present step by the server's clock, or how long there is to wait.
func (d *codeDialog) clock(w int) string {
	t := d.env.Theme
	bar := min(max(w-34, 6), 30)
	if wait := d.wait(); wait > 0 {
		total := max(int64(wait/time.Second)+1, int64(d.period()/time.Second))
		return "        " + t.Bar(total-int64((wait+time.Second-1)/time.Second), total, bar) +
			t.Paint(ui.RoleWarn, " next code in "+seconds(wait))
	}
	left := d.left()
	return "        " + t.Bar(int64(left/time.Second), int64(d.period()/time.Second), bar) + " " + seconds(left) + " left"
}

// message says what is wrong: with what was typed, with the last code, or with this machine's clock.
func (d *codeDialog) message(w int) []codeLine {
	t := d.env.Theme
	switch {
	case d.tell != "":
		return d.warning(d.tell, w)
	case d.early && d.wait() > 0:
		return d.warning("this code can't be sent any more: type the next one, in "+seconds(d.wait()), w)
	case d.c.Last != nil:
		return d.warning(lastCode(d.c), w)
	case d.c.Skew.Abs() >= 5*time.Second:
		return []codeLine{{t.Paint(ui.RoleMuted, ui.Cut(skewSentence(d.c.Skew), w)), 2}}
	}
	return []codeLine{{"", 6}}
}

func (d *codeDialog) warning(text string, w int) []codeLine {
	t := d.env.Theme
	var out []codeLine
	for i, l := range ui.Wrap(ui.Clean(text), max(w-2, 1)) {
		lead := "  "
		if i == 0 {
			lead = t.Glyph().Warn + " "
		}
		out = append(out, codeLine{t.Paint(ui.RoleWarn, lead+l), min(i, 1) * 3})
	}
	return out
}

// lastCode says why the code before was not taken.
func lastCode(c awsops.Challenge) string {
	s := strings.TrimSuffix(shortError(c.Last), ".")
	if c.Skew.Abs() >= 5*time.Second {
		s += "; " + skewSentence(c.Skew)
	}
	if c.Attempt > 1 {
		s = fmt.Sprintf("attempt %d: ", c.Attempt) + s
	}
	return s
}

func skewSentence(skew time.Duration) string {
	if skew > 0 {
		return "this machine is " + seconds(skew) + " behind the server"
	}
	return "this machine is " + seconds(-skew) + " ahead of the server"
}

// leaving says what esc does.
func (d *codeDialog) leaving() string {
	if d.job != nil {
		return "pauses"
	}
	return "stops here"
}

func (d *codeDialog) hint() string {
	sep := " " + d.env.Theme.Glyph().Sep + " "
	if d.filled != 0 {
		return "enter sends the kept seed's code" + sep + "esc stops"
	}
	switch {
	case d.job != nil && d.c.Batches > 1:
		return "the sixth digit sends it" + sep + "esc pauses the job" + sep + "d in J cancels it"
	case d.job != nil:
		return "the sixth digit sends it" + sep + "esc cancels the job" + sep + "ctrl+p pauses it"
	}
	return "the sixth digit sends it" + sep + "esc stops" + sep + "ctrl+t other device"
}

// demoLine shows what the demo's device shows: there is no telephone to look at.
func (d *codeDialog) demoLine(w int) []codeLine {
	a := d.env.Authenticator
	if a == nil || a.Serial() != d.devices[d.device] {
		return nil
	}
	code, err := a.Code(d.now())
	if err != nil || len(code) != 6 {
		return nil
	}
	text := "demo    its display shows " + code[:3] + " " + code[3:]
	return []codeLine{{d.env.Theme.Paint(ui.RoleInfo, ui.Cut(text, w)), 1}}
}
