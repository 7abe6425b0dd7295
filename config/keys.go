package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var actionForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*$`)

// keys reads [keys]. An id may be quoted or not: versioning.suspend = "S" makes tables of it, which are joined again.
func (f *file) keys(c *Config, v any) {
	t, ok := f.table(v)
	if !ok {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		f.inside(name, func() { f.binding(c, t[name]) })
	}
}

func (f *file) binding(c *Config, v any) {
	if t, ok := v.(map[string]any); ok {
		for _, name := range slices.Sorted(maps.Keys(t)) {
			f.inside(name, func() { f.binding(c, t[name]) })
		}
		return
	}
	id := strings.Join(f.path[1:], ".")
	if !actionForm.MatchString(id) {
		f.refuse("", "%q is no action: they are written like versioning.suspend", id)
		return
	}
	if _, twice := c.Keys[id]; twice {
		f.refuse("", "%s has its keys already", id)
		return
	}
	list, ok := v.([]any)
	if s, single := v.(string); single {
		list, ok = []any{s}, true
	}
	if !ok {
		f.refuse("", "%s must be a key or a list of keys in quotes, this is %s", id, kindOf(v))
		return
	}
	c.Keys[id], c.keyLines[id] = f.keyList(id, list), f.lines.of(f.path)
}

func (f *file) keyList(id string, list []any) []string {
	out := []string{}
	for _, v := range list {
		s, ok := v.(string)
		if !ok {
			f.refuse("", "%s must be a key or a list of keys in quotes, this holds %s", id, kindOf(v))
			continue
		}
		key, why := normalKey(s)
		if why != "" {
			f.refuse("", "key %q of %s %s", s, id, why)
			continue
		}
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

var modifiers = []string{"ctrl", "alt", "shift"}

var named = []string{
	"up", "down", "left", "right", "home", "end", "pgup", "pgdown", "enter", "tab", "space", "backspace", "delete",
	"insert", "esc", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
}

var aliases = map[string]string{
	"pgdn": "pgdown", "pagedown": "pgdown", "pageup": "pgup", "escape": "esc", "return": "enter", "del": "delete", "ins": "insert",
}

// never can't be bound: the terminal keeps them (flow control, suspend), or can't tell them from another key.
var never = map[string]string{
	"ctrl+s": "stops the output of many terminals",
	"ctrl+q": "belongs to the terminal's flow control",
	"ctrl+h": "is backspace in many terminals",
	"ctrl+i": "is tab in many terminals",
	"ctrl+m": "is enter in many terminals",
	"ctrl+[": "is esc in many terminals",
	"ctrl+z": "puts the program to sleep",
	"ctrl+c": "always quits",
}

// normalKey returns the spelling that key events have: modifiers in the order ctrl, alt, shift, then a name or one
// character. why is the rest of a sentence when the key can't be bound.
func normalKey(s string) (key, why string) {
	rest := s
	if utf8.RuneCountInString(s) > 1 {
		rest = strings.ToLower(s)
	}
	var has [3]bool
	for {
		name, after, found := strings.Cut(rest, "+")
		i := slices.Index(modifiers, name)
		if !found || after == "" || i < 0 {
			break
		}
		if has[i] {
			return "", "names a modifier twice"
		}
		has[i], rest = true, after
	}
	if other, ok := aliases[rest]; ok {
		rest = other
	}
	if why := checkBase(rest, has[2]); why != "" {
		return "", why
	}
	for i := len(modifiers) - 1; i >= 0; i-- {
		if has[i] {
			rest = modifiers[i] + "+" + rest
		}
	}
	return rest, never[rest]
}

func checkBase(name string, shift bool) string {
	if slices.Contains(named, name) {
		return ""
	}
	r, size := utf8.DecodeRuneInString(name)
	switch {
	case r == ' ':
		return `is written "space"`
	case size == 0 || size != len(name) || r == utf8.RuneError || !unicode.IsPrint(r):
		return "is no key: one character, or a name such as enter, pgup or f5, with ctrl+, alt+ or shift+ before it"
	case shift:
		return "needs no shift+: write the character that shift makes"
	}
	return ""
}
