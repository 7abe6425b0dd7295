package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// Role is what a style is for. Every style is named for its use, never for its
// colour.
type Role string

// The roles. A drawing never relies on the colour alone: beside each there is
// a word or a sign.
const (
	RoleText        Role = "text"
	RoleMuted       Role = "muted"
	RoleFaint       Role = "faint"
	RoleAccent      Role = "accent"
	RoleTitle       Role = "title"
	RoleHeader      Role = "header"
	RoleBorder      Role = "border"
	RoleBorderFocus Role = "border.focus"
	RoleSelected    Role = "selected"
	RoleMarked      Role = "marked"
	RoleGood        Role = "good"
	RoleWarn        Role = "warn"
	RoleBad         Role = "bad"
	RoleInfo        Role = "info"
	RoleOff         Role = "off"
	RoleBadge       Role = "badge"
	RoleBadgeBad    Role = "badge.bad"
	RoleKey         Role = "key"
	RoleHint        Role = "hint"
	RoleTab         Role = "tab"
	RoleTabActive   Role = "tab.active"
	RoleLink        Role = "link"
	RoleString      Role = "string"
	RoleNumber      Role = "number"
	RoleKeyword     Role = "keyword"
	RoleComment     Role = "comment"
	RoleAdded       Role = "added"
	RoleRemoved     Role = "removed"
	RoleMatch       Role = "match"
	RoleBar         Role = "bar"
	RoleBarBack     Role = "bar.back"
	RoleInput       Role = "input"
	RoleCursor      Role = "cursor"
)

// Glyphs are the signs that differ between a terminal that can draw and one
// that has ASCII only.
type Glyphs struct {
	Pointer, Mark, Bullet, Crumb, Sep   string
	Check, Cross, Warn, Off, Unknown    string
	On, Empty                           string // checkbox ticked and not
	BarFull, BarEmpty, Ellipsis, Jobs   string
	Up, Down, Arrow                     string
	H, V, TopL, TopR, BotL, BotR, TeeUp string
}

// ThemeOptions choose a theme's look.
type ThemeOptions struct {
	Light  bool
	ASCII  bool              // no character beyond ASCII in borders and signs
	Colors map[string]string // palette name → "#rrggbb" or ANSI number; see PaletteNames
}

// Theme is all styles of the screen. The shell changes it in place when the
// terminal tells its background and its colours, on the loop; views keep the
// pointer and look styles up while they draw.
type Theme struct {
	opts    ThemeOptions
	profile colorprofile.Profile
	version uint64
	styles  map[Role]lipgloss.Style
	cells   map[Role][2]string
	glyphs  Glyphs
}

// NewTheme makes a theme for a dark, true colour terminal unless told
// otherwise. Unknown or unreadable colours are left out; CheckColors tells.
func NewTheme(o ThemeOptions) *Theme {
	t := &Theme{opts: o, profile: colorprofile.TrueColor}
	t.build()
	return t
}

// SetDark restyles for a dark or light background.
func (t *Theme) SetDark(dark bool) {
	if t.opts.Light != dark {
		return
	}
	t.opts.Light = !dark
	t.build()
}

// SetProfile restyles for what colours the terminal has.
func (t *Theme) SetProfile(p colorprofile.Profile) {
	if t.profile == p {
		return
	}
	t.profile = p
	t.build()
}

// SetASCII draws borders and signs with ASCII only.
func (t *Theme) SetASCII(on bool) {
	if t.opts.ASCII == on {
		return
	}
	t.opts.ASCII = on
	t.build()
}

// Dark says whether the theme is for a dark background.
func (t *Theme) Dark() bool { return !t.opts.Light }

// ASCII says whether only ASCII may be drawn.
func (t *Theme) ASCII() bool { return t.opts.ASCII }

// Version changes whenever the styles do, for those who keep drawn text.
func (t *Theme) Version() uint64 { return t.version }

// Glyph gives the signs to draw with.
func (t *Theme) Glyph() Glyphs { return t.glyphs }

// Style gives the style of a role; unknown roles are plain.
func (t *Theme) Style(r Role) lipgloss.Style { return t.styles[r] }

// Cell gives what to write before and after a text of this role. It costs a
// map look-up, where Style.Render costs a thousand times that.
func (t *Theme) Cell(r Role) (prefix, suffix string) {
	c := t.cells[r]
	return c[0], c[1]
}

// Paint writes one line of text in the role's style.
func (t *Theme) Paint(r Role, s string) string {
	if s == "" {
		return ""
	}
	c := t.cells[r]
	return c[0] + s + c[1]
}

// LevelRole is the style a status sentence of this level has.
func LevelRole(l Level) Role {
	switch l {
	case Good:
		return RoleGood
	case Warn:
		return RoleWarn
	case Bad:
		return RoleBad
	default:
		return RoleText
	}
}

func (t *Theme) build() {
	t.version++
	t.glyphs = unicodeGlyphs()
	if t.opts.ASCII {
		t.glyphs = asciiGlyphs()
	}
	t.styles = styles(t.palette(), t.profile <= colorprofile.ASCII)
	t.cells = make(map[Role][2]string, len(t.styles))
	const probe = "x"
	for role, s := range t.styles {
		before, after, _ := strings.Cut(s.Render(probe), probe)
		t.cells[role] = [2]string{before, after}
	}
}

// Bar draws done of total as a bar of w cells with nothing but signs that stay
// legible without colour. An unknown total draws an empty bar.
func (t *Theme) Bar(done, total int64, w int) string {
	if w <= 0 {
		return ""
	}
	full := 0
	if total > 0 {
		full = int(float64(min(max(done, 0), total)) / float64(total) * float64(w))
	}
	return t.Paint(RoleBar, strings.Repeat(t.glyphs.BarFull, full)) +
		t.Paint(RoleBarBack, strings.Repeat(t.glyphs.BarEmpty, w-full))
}

// Frame draws a box of exactly w columns and h rows around lines, with a title
// in its top edge.
func (t *Theme) Frame(title string, lines []string, w, h int, focus bool) string {
	if w < 4 || h < 2 {
		return Fit("", w, h)
	}
	g, role := t.glyphs, RoleBorder
	if focus {
		role = RoleBorderFocus
	}
	head := ""
	if title != "" {
		head = " " + Cut(title, w-6) + " "
	}
	var b strings.Builder
	b.WriteString(t.Paint(role, g.TopL+g.H) + t.Paint(RoleTitle, head) +
		t.Paint(role, strings.Repeat(g.H, w-3-Width(head))+g.TopR))
	v := t.Paint(role, g.V)
	for i := range h - 2 {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		b.WriteString("\n" + v + " " + Pad(line, w-4) + " " + v)
	}
	b.WriteString("\n" + t.Paint(role, g.BotL+strings.Repeat(g.H, w-2)+g.BotR))
	return b.String()
}

func unicodeGlyphs() Glyphs {
	return Glyphs{
		Pointer: "▸", Mark: "●", Bullet: "•", Crumb: "›", Sep: "·",
		Check: "✓", Cross: "✗", Warn: "⚠", Off: "○", Unknown: "?",
		On: "[x]", Empty: "[ ]",
		BarFull: "█", BarEmpty: "░", Ellipsis: "…", Jobs: "⏳",
		Up: "↑", Down: "↓", Arrow: "→",
		H: "─", V: "│", TopL: "┌", TopR: "┐", BotL: "└", BotR: "┘", TeeUp: "┴",
	}
}

func asciiGlyphs() Glyphs {
	return Glyphs{
		Pointer: ">", Mark: "*", Bullet: "*", Crumb: ">", Sep: "-",
		Check: "+", Cross: "x", Warn: "!", Off: "o", Unknown: "?",
		On: "[x]", Empty: "[ ]",
		BarFull: "#", BarEmpty: ".", Ellipsis: "...", Jobs: "*",
		Up: "^", Down: "v", Arrow: "->",
		H: "-", V: "|", TopL: "+", TopR: "+", BotL: "+", BotR: "+", TeeUp: "+",
	}
}
