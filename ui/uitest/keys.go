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

// keySequences are what a terminal sends for the keys with a name; those
// ending in a tilde or a letter take modifiers as a parameter.
var keySequences = map[string]string{
	"enter": "\r", "tab": "\t", "esc": "\x1b", "backspace": "\x7f", "space": " ",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
	"insert": "\x1b[2~", "delete": "\x1b[3~", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
	"shift+tab": "\x1b[Z", "shift+enter": "\r", "ctrl+space": "\x00", "ctrl+enter": "\r", "ctrl+backspace": "\x08",
}

// keyBytes is what a terminal without keyboard extensions sends for the key
// called name.
func keyBytes(name string) (string, error) {
	if s, ok := keySequences[name]; ok {
		return s, nil
	}
	if rest, ok := strings.CutPrefix(name, "alt+"); ok {
		s, err := keyBytes(rest)
		return "\x1b" + s, err
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+alt+"); ok {
		s, err := keyBytes("ctrl+" + rest)
		return "\x1b" + s, err
	}
	k, err := Key(name)
	if err != nil {
		return "", err
	}
	base := strings.TrimPrefix(strings.TrimPrefix(name, "ctrl+"), "shift+")
	switch {
	case name == base:
		return name, nil
	case k.Mod == tea.ModShift && keySequences[base] == "":
		return strings.ToUpper(base), nil
	case k.Mod&tea.ModCtrl != 0 && strings.ContainsRune("abcdefghijklmnopqrstuvwxyz@[\\]^_", k.Code):
		return string(k.Code & 0x1f), nil
	}
	if s := keySequences[base]; len(s) == 3 {
		return fmt.Sprintf("\x1b[1;%d%c", 1+int(k.Mod&tea.ModShift)+int(k.Mod&tea.ModCtrl), s[2]), nil
	}
	return "", fmt.Errorf("no terminal sends %q", name)
}

// PrintableKeys are the names of all keys that type an ASCII character, for
// tests that try each of them on an editor.
func PrintableKeys() []string {
	names := []string{"space"}
	for r := '!'; r <= '~'; r++ {
		names = append(names, string(r))
	}
	return names
}
