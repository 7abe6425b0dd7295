package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// keyName is the name of a key as Actions write it. The keypad's keys have the
// names of the ordinary ones.
func keyName(k tea.KeyPressMsg) string {
	name := k.String()
	if rest, ok := strings.CutPrefix(name, "kp"); ok && len(rest) > 1 {
		switch rest {
		case "enter", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "delete", "insert":
			return rest
		}
	}
	return name
}

// live says whether a key stays with the Actions while text is being typed:
// ctrl combinations, function keys and esc.
func live(k tea.KeyPressMsg) bool {
	return k.Code == tea.KeyEscape || k.Mod.Contains(tea.ModCtrl) || k.Code >= tea.KeyF1 && k.Code <= tea.KeyF63
}

// liveName is live for a key's name.
func liveName(name string) bool {
	if name == "esc" || strings.Contains(name, "ctrl+") {
		return true
	}
	rest, ok := strings.CutPrefix(name[strings.LastIndex(name, "+")+1:], "f")
	return ok && rest != "" && strings.Trim(rest, "0123456789") == ""
}

// reserved keys never reach a program reliably: flow control, suspend, and the
// ones that are backspace and tab on most terminals.
func reserved(name string) bool {
	return slices.Contains([]string{"ctrl+s", "ctrl+q", "ctrl+h", "ctrl+i", "ctrl+z"}, name)
}

// CheckKeys says what is wrong with a rebinding of action ids to keys.
func CheckKeys(keys map[string][]string) error {
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		for _, k := range keys[id] {
			switch {
			case k == "":
				return fmt.Errorf("%s: an empty key", id)
			case reserved(k):
				return fmt.Errorf("%s: %s can't be bound, terminals use it themselves", id, k)
			}
		}
	}
	return nil
}

// keymap gives the keys of an action after rebinding.
type keymap map[string][]string

func (m keymap) of(a Action) []string {
	if keys, ok := m[a.ID]; ok {
		return keys
	}
	return a.Keys
}

// find looks for the action a key means. An action that can't be done now is
// found as well, unless the key is esc: that goes on to the next layer.
func (m keymap) find(actions []Action, key string) (Action, bool) {
	var off Action
	found := false
	for _, a := range actions {
		if a.Run == nil || reserved(key) || !slices.Contains(m.of(a), key) {
			continue
		}
		if a.Reason() == "" {
			return a, true
		}
		if !found && key != "esc" {
			off, found = a, true
		}
	}
	return off, found
}
