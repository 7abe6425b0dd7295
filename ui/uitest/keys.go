package uitest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// namedKeys are the keys that have a name instead of a letter, as Bubble Tea
// writes them.
var namedKeys = map[string]rune{
	"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"insert": tea.KeyInsert, "delete": tea.KeyDelete, "space": tea.KeySpace,
	"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5, "f6": tea.KeyF6,
	"f7": tea.KeyF7, "f8": tea.KeyF8, "f9": tea.KeyF9, "f10": tea.KeyF10, "f11": tea.KeyF11, "f12": tea.KeyF12,
}

var modifiers = []struct {
	prefix string
	mod    tea.KeyMod
}{{"ctrl+", tea.ModCtrl}, {"alt+", tea.ModAlt}, {"shift+", tea.ModShift}}

// Key returns the message that a terminal without keyboard extensions makes
// of the key called name: a letter ("j", "G", "?"), a named key ("enter",
// "esc", "pgdown", "f5", "space"), or one of them after "ctrl+", "alt+" or
// "shift+" in this order.
func Key(name string) (tea.KeyPressMsg, error) {
	var mod tea.KeyMod
	rest := name
	for _, m := range modifiers {
		if after, ok := strings.CutPrefix(rest, m.prefix); ok && after != "" {
			mod, rest = mod|m.mod, after
		}
	}
	if rest == " " {
		rest = "space"
	}
	if code, ok := namedKeys[rest]; ok {
		k := tea.Key{Code: code, Mod: mod}
		if code == tea.KeySpace && mod == 0 {
			k.Text = " "
		}
		return tea.KeyPressMsg(k), nil
	}
	r, size := utf8.DecodeRuneInString(rest)
	if r == utf8.RuneError || size != len(rest) {
		return tea.KeyPressMsg{}, fmt.Errorf("unknown key %q: neither one letter nor one of %s",
			name, strings.Join(slices.Sorted(maps.Keys(namedKeys)), " "))
	}
	return letter(r, mod), nil
}

// letter is the key press of a printable rune, held with mod.
func letter(r rune, mod tea.KeyMod) tea.KeyPressMsg {
	k := tea.Key{Code: r, Mod: mod}
	if mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		k.Text = string(r)
	}
	if unicode.IsUpper(r) && r < utf8.RuneSelf {
		k.Code, k.ShiftedCode, k.Mod = unicode.ToLower(r), r, mod|tea.ModShift
	}
	return tea.KeyPressMsg(k)
}
