package views

import (
	"strings"
	"time"

	"cooper/awsops"
	"cooper/awsops/devices"
	"cooper/ui"
)

// Render draws the devices, what could not be asked, and the demo's display.
func (v *devicesView) Render(w, h int) string {
	t := v.env.Theme
	var lines []string
	for i, row := range v.rows {
		lines = append(lines, v.row(row, i == v.at, w)...)
	}
	if len(v.rows) == 0 {
		if v.life.Busy("devices") {
			return ui.Picture(t, ui.Loading, "Asking AWS IAM for MFA devices.", w, h)
		}
		lines = append(lines, t.Paint(ui.RoleMuted, "No device is known. n types a serial."))
	}
	lines = append(lines, v.notes(w)...)
	var brief []string
	if v.env.Authenticator != nil {
		if full := v.display(w); len(lines)+len(full) <= h {
			lines = append(lines, full...)
		} else {
			brief = []string{v.brief(w)}
		}
	}
	// Keep the cursor's row on the screen; each row has two lines.
	room := max(h-len(brief), 0)
	top := max(0, min(2*v.at, len(lines)-room))
	return strings.Join(append(brief, lines[top:min(top+room, len(lines))]...), "\n")
}

// brief is the demo's display in one line, for a screen without room for more.
func (v *devicesView) brief(w int) string {
	now := v.env.Session.ServerNow()
	code, err := v.env.Authenticator.Code(now)
	if err != nil || len(code) != 6 {
		return v.env.Theme.Paint(ui.RoleBad, ui.Cut("The demo's device shows no code.", w))
	}
	return v.env.Theme.Paint(ui.RoleTitle, ui.Cut("demo device "+code[:3]+" "+code[3:], w)) + "  " + seconds(stepLeft(now))
}

// stepLeft is what is left of the present step of 30 seconds.
func stepLeft(now time.Time) time.Duration {
	const period = 30 * time.Second
	return period - time.Duration(now.UnixNano())%period
}

func (v *devicesView) row(r deviceRow, on bool, w int) []string {
	t := v.env.Theme
	mark := "  "
	if on {
		mark = t.Glyph().Pointer + " "
	}
	first := ui.Pad(mark+ui.CutLeft(ui.Clean(r.serial), w-2), w)
	if on {
		first = t.Paint(ui.RoleSelected, first)
	}
	return []string{first, t.Paint(ui.RoleMuted, ui.Cut("    "+strings.Join(deviceWords(r, v.env), ", "), w))}
}

func deviceWords(r deviceRow, env *Env) []string {
	var words []string
	add := func(yes bool, word string) {
		if yes {
			words = append(words, word)
		}
	}
	add(r.demo, "the demo's device")
	if d := r.listed; d != nil {
		add(d.Root, "root's")
		if !d.Root && d.Owner != "" {
			words = append(words, "of "+ui.Clean(d.Owner[strings.LastIndexByte(d.Owner, ':')+1:]))
		}
		add(!d.Codes, "shows no codes, so it can't be used here")
		add(!d.Enabled.IsZero(), "since "+d.Enabled.UTC().Format(time.DateOnly))
	}
	add(r.typed, "used before")
	if r.kept {
		word := "its seed is kept"
		if _, open := env.Seeds.Code(r.serial, env.Session.ServerNow()); open {
			word += " and open"
		}
		words = append(words, word)
	}
	return words
}

// notes say what could not be asked: not being allowed to ask is not the same as having none.
func (v *devicesView) notes(w int) []string {
	t := v.env.Theme
	var out []string
	note := func(role ui.Role, text string) {
		for _, l := range ui.Wrap(ui.Clean(text), w) {
			out = append(out, t.Paint(role, l))
		}
	}
	for _, r := range []awsops.Reading[[]devices.Device]{v.virtual, v.own} {
		switch r.State {
		case awsops.Denied:
			note(ui.RoleWarn, t.Glyph().Cross+" access denied: "+r.Source+" may not be asked, so there may be more devices. Type a serial with n.")
		case awsops.Unsupported:
			note(ui.RoleMuted, t.Glyph().Unknown+" "+r.Source+": "+shortError(r.Err))
		case awsops.Failed:
			note(ui.RoleBad, t.Glyph().Cross+" "+r.Source+" failed: "+shortError(r.Err))
		}
	}
	if v.trouble != nil {
		note(ui.RoleWarn, t.Glyph().Warn+" "+v.trouble.Error())
	}
	if len(out) > 0 {
		out = append([]string{""}, out...)
	}
	return out
}

// display is the demo's device as it would lie on the table.
func (v *devicesView) display(w int) []string {
	t, a := v.env.Theme, v.env.Authenticator
	now := v.env.Session.ServerNow()
	code, err := a.Code(now)
	if err != nil || len(code) != 6 {
		return []string{"", t.Paint(ui.RoleBad, "The demo's device shows no code.")}
	}
	const period = 30 * time.Second
	left := stepLeft(now)
	width := min(w, 46)
	lines := t.Frame("demo authenticator", []string{
		t.Paint(ui.RoleTitle, code[:3]+" "+code[3:]),
		t.Bar(int64(left/time.Second), int64(period/time.Second), max(width-16, 4)) + " " + seconds(left),
		t.Paint(ui.RoleFaint, "Q shows the QR code to enrol a telephone"),
	}, width, 5, false)
	return append([]string{""}, strings.Split(lines, "\n")...)
}

// Copies offers the serial.
func (v *devicesView) Copies() []ui.CopyItem {
	row, ok := v.selected()
	if !ok {
		return nil
	}
	return []ui.CopyItem{{Label: "serial", Value: row.serial}}
}
