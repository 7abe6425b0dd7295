package ui

import (
	"fmt"
	"image/color"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// colors is the palette by name. Values are "#rrggbb" or an ANSI number.
type colors map[string]string

func darkColors() colors {
	return colors{
		"text": "#d8dee9", "muted": "#9aa5b8", "faint": "#6b7689",
		"accent": "#e0a458", "title": "#f0c987", "header": "#b7c3d8",
		"border": "#465066", "border.focus": "#e0a458",
		"selected.fg": "#ffffff", "selected.bg": "#344a6b", "marked": "#f0c987",
		"good": "#8fce85", "warn": "#f2c14e", "bad": "#ff7b72", "info": "#7fb7ff", "off": "#9aa5b8",
		"badge.fg": "#1b1f27", "badge.bg": "#f2c14e", "badge.bad.fg": "#1b1f27", "badge.bad.bg": "#ff7b72",
		"key": "#e0a458", "hint": "#9aa5b8", "tab": "#9aa5b8", "tab.active.fg": "#ffffff", "tab.active.bg": "#344a6b",
		"link": "#7fb7ff", "string": "#a3d39c", "number": "#d6a6ff", "keyword": "#7fb7ff", "comment": "#6b7689",
		"added": "#8fce85", "removed": "#ff7b72", "match": "#f2c14e",
		"bar": "#e0a458", "bar.back": "#465066", "input": "#ffffff",
	}
}

func lightColors() colors {
	return colors{
		"text": "#20242c", "muted": "#535d6e", "faint": "#7b8494",
		"accent": "#8a4b08", "title": "#6f3c06", "header": "#3a4456",
		"border": "#b4bccb", "border.focus": "#8a4b08",
		"selected.fg": "#10141c", "selected.bg": "#cfe0f7", "marked": "#8a4b08",
		"good": "#1a6b2b", "warn": "#8a5a00", "bad": "#b3261e", "info": "#0b57a4", "off": "#535d6e",
		"badge.fg": "#ffffff", "badge.bg": "#8a5a00", "badge.bad.fg": "#ffffff", "badge.bad.bg": "#b3261e",
		"key": "#8a4b08", "hint": "#535d6e", "tab": "#535d6e", "tab.active.fg": "#10141c", "tab.active.bg": "#cfe0f7",
		"link": "#0b57a4", "string": "#1a6b2b", "number": "#6a2fa0", "keyword": "#0b57a4", "comment": "#7b8494",
		"added": "#1a6b2b", "removed": "#b3261e", "match": "#8a5a00",
		"bar": "#8a4b08", "bar.back": "#b4bccb", "input": "#10141c",
	}
}

// ansiColors is for terminals of 16 colours, where a dark grey would be drawn
// as black on black. Text has the terminal's own colour.
func ansiColors(light bool) colors {
	c := colors{
		"text": "", "muted": "", "faint": "8",
		"accent": "3", "title": "3", "header": "",
		"border": "8", "border.focus": "3",
		"selected.fg": "15", "selected.bg": "4", "marked": "11",
		"good": "10", "warn": "11", "bad": "9", "info": "12", "off": "",
		"badge.fg": "0", "badge.bg": "3", "badge.bad.fg": "15", "badge.bad.bg": "1",
		"key": "11", "hint": "", "tab": "", "tab.active.fg": "15", "tab.active.bg": "4",
		"link": "12", "string": "10", "number": "13", "keyword": "12", "comment": "8",
		"added": "10", "removed": "9", "match": "11",
		"bar": "3", "bar.back": "8", "input": "",
	}
	if light {
		maps.Copy(c, colors{
			"marked": "1", "good": "2", "warn": "5", "bad": "1", "info": "4", "key": "4", "accent": "4",
			"title": "4", "border.focus": "4", "link": "4", "string": "2", "number": "5", "keyword": "4",
			"added": "2", "removed": "1", "match": "5", "bar": "4",
		})
	}
	return c
}

// PaletteNames are the colours a theme may set, sorted.
func PaletteNames() []string { return slices.Sorted(maps.Keys(darkColors())) }

// CheckColors says what is wrong with a theme's colours; nil when nothing is.
func CheckColors(set map[string]string) error {
	known := darkColors()
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if _, ok := known[name]; !ok {
			return fmt.Errorf("unknown colour name %q", name)
		}
		if !readable(set[name]) {
			return fmt.Errorf("colour %s: %q is neither #rrggbb nor a number from 0 to 255", name, set[name])
		}
	}
	return nil
}

func readable(s string) bool {
	if ok, _ := regexp.MatchString(`^#[0-9a-fA-F]{6}$`, s); ok {
		return true
	}
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n <= 255
}

func (t *Theme) palette() func(string) color.Color {
	base := darkColors()
	switch {
	case t.profile <= colorprofile.ANSI:
		base = ansiColors(t.opts.Light)
	case t.opts.Light:
		base = lightColors()
	}
	for name, v := range t.opts.Colors {
		if _, ok := base[name]; ok && readable(v) {
			base[name] = v
		}
	}
	return func(name string) color.Color {
		if base[name] == "" {
			return lipgloss.NoColor{}
		}
		return lipgloss.Color(base[name])
	}
}

// styles turns the palette into every style. Without colour, what has to stand
// out is reversed, bold or underlined.
func styles(c func(string) color.Color, plain bool) map[Role]lipgloss.Style {
	fg := func(name string) lipgloss.Style { return lipgloss.NewStyle().Foreground(c(name)) }
	on := func(name string) lipgloss.Style {
		if plain {
			return lipgloss.NewStyle().Reverse(true)
		}
		return fg(name + ".fg").Background(c(name + ".bg"))
	}
	m := map[Role]lipgloss.Style{
		RoleSelected:    on("selected"),
		RoleBadge:       on("badge").Bold(true),
		RoleBadgeBad:    on("badge.bad").Bold(true),
		RoleTabActive:   on("tab.active").Bold(true),
		RoleTitle:       fg("title").Bold(true),
		RoleHeader:      fg("header").Bold(true),
		RoleKey:         fg("key").Bold(true),
		RoleMatch:       fg("match").Underline(true),
		RoleLink:        fg("link").Underline(true),
		RoleBad:         fg("bad").Bold(plain),
		RoleBorderFocus: fg("border.focus").Bold(plain),
		RoleCursor:      lipgloss.NewStyle().Reverse(true),
	}
	for _, role := range []Role{
		RoleText, RoleMuted, RoleFaint, RoleAccent, RoleBorder, RoleMarked, RoleGood, RoleWarn, RoleInfo, RoleOff,
		RoleHint, RoleTab, RoleString, RoleNumber, RoleKeyword, RoleComment, RoleAdded, RoleRemoved, RoleBar, RoleBarBack, RoleInput,
	} {
		m[role] = fg(string(role))
	}
	return m
}
