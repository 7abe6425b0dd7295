package ui

import (
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"
)

// does makes an action that writes its id into log.
func does(log *[]string, id, why string, keys ...string) Action {
	return Action{ID: id, Keys: keys, Help: id, Why: func() string { return why }, Run: func() tea.Cmd {
		*log = append(*log, id)
		return nil
	}}
}

func inShell(t *testing.T, r *rig, script func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { script(r.start(80, 24)) })
}

func TestTheTopmostDialogThenTheViewThenTheRestGetAKey(t *testing.T) {
	var log []string
	r := newRig(func(r *rig) {
		r.home.actions = []Action{does(&log, "view.x", "", "x"), does(&log, "view.y", "", "y")}
		r.opts.Actions = []Action{does(&log, "global.x", "", "x"), does(&log, "global.z", "", "z")}
	})
	inShell(t, r, func(r *rig) {
		r.press(t, "x", "z", "w")
		if got := strings.Join(log, " "); got != "view.x global.z" {
			t.Errorf("ran %s", got)
		}
		if r.home.keys() != "w" {
			t.Errorf("the view got %q; a key nobody takes goes to it last", r.home.keys())
		}
		r.send(Push(NewText("help", "text"))())
		r.press(t, "x", "z", "w")
		if len(log) != 2 || r.home.keys() != "w" {
			t.Errorf("a key went past the dialog: %v, %q", log, r.home.keys())
		}
	})
}

func TestAnActionThatCantBeDoneSaysWhy(t *testing.T) {
	var log []string
	r := newRig(func(r *rig) { r.home.actions = []Action{does(&log, "versioning.suspend", "versioning is off", "S")} })
	inShell(t, r, func(r *rig) {
		r.press(t, "S")
		if len(log) != 0 || r.status.text != "Versioning is off." || r.status.level != Warn {
			t.Errorf("ran %v, said %+v", log, r.status)
		}
	})
}

func TestWhileTypingOnlyCtrlFunctionKeysAndEscAreActions(t *testing.T) {
	var log []string
	r := newRig(func(r *rig) {
		r.home.typing = true
		r.home.actions = []Action{
			does(&log, "a", "", "a"), does(&log, "save", "", "ctrl+o"), does(&log, "f", "", "f2"), does(&log, "stop", "", "esc"),
			does(&log, "tab", "", "tab"), does(&log, "del", "", "backspace"), does(&log, "enter", "", "enter"),
		}
	})
	inShell(t, r, func(r *rig) {
		r.press(t, "a", "q", ":", "?", "1", "ctrl+o", "f2", "esc", "tab", "backspace", "enter", "left", "ctrl+u")
		r.send(tea.PasteMsg{Content: "jjj"})
		if got := strings.Join(log, " "); got != "save f stop" {
			t.Errorf("ran %q", got)
		}
		if got := r.home.keys(); got != "a q : ? 1 tab backspace enter left ctrl+u paste:jjj" {
			t.Errorf("the view got %q", got)
		}
	})
}

func TestEscOfATypingViewNeverLeavesIt(t *testing.T) {
	r := newRig()
	inShell(t, r, func(r *rig) {
		r.send(Open(Place{Screen: "objects", Bucket: "b"})())
		f := r.made[0]
		f.typing = true
		r.press(t, "esc")
		if r.top() != View(f) || f.keys() != "esc" {
			t.Errorf("on top is %s, it got %q", r.top().Title(), f.keys())
		}
	})
}

func TestADisabledEscFallsThroughToBack(t *testing.T) {
	var log []string
	r := newRig()
	inShell(t, r, func(r *rig) {
		r.send(Open(Place{Screen: "objects", Bucket: "b"})())
		r.made[0].actions = []Action{does(&log, "filter.clear", "no filter is set", "esc")}
		r.press(t, "esc")
		if r.top() != View(r.home) || r.made[0].closed != 1 {
			t.Error("esc did not go back")
		}
		r.press(t, "esc", "esc")
		if r.over {
			t.Error("esc quit")
		}
	})
}

func TestAPasteThatNobodyTakesIsSaid(t *testing.T) {
	r := newRig()
	inShell(t, r, func(r *rig) {
		r.send(tea.PasteMsg{Content: "ddd"})
		if r.home.keys() != "" || !strings.Contains(r.status.text, "ignored") {
			t.Errorf("the view got %q, said %q", r.home.keys(), r.status.text)
		}
	})
}

func TestKeysAreReboundByActionID(t *testing.T) {
	var log []string
	r := newRig(func(r *rig) {
		r.home.actions = []Action{does(&log, "object.delete", "", "d"), does(&log, "object.down", "", "D")}
		r.opts.Keys = map[string][]string{"object.delete": {"ctrl+x", "X"}, "object.down": {}, "shell.palette": {"f9"}}
	})
	inShell(t, r, func(r *rig) {
		r.press(t, "d", "D", "X", "ctrl+x", ":")
		if got := strings.Join(log, " "); got != "object.delete object.delete" {
			t.Errorf("ran %q", got)
		}
		if r.dialog() != nil {
			t.Error("the old key still opens the palette")
		}
		if r.press(t, "f9"); r.dialog() == nil {
			t.Error("the new key doesn't open the palette")
		}
	})
}

func TestReservedKeysCantBeBound(t *testing.T) {
	for _, k := range []string{"ctrl+s", "ctrl+q", "ctrl+h", "ctrl+i", "ctrl+z", ""} {
		if CheckKeys(map[string][]string{"a.b": {"x", k}}) == nil {
			t.Errorf("%q can be bound", k)
		}
	}
	if err := CheckKeys(map[string][]string{"a.b": {"x", "ctrl+d"}, "c": nil}); err != nil {
		t.Error(err)
	}
	var log []string
	if _, ok := keymap(nil).find([]Action{does(&log, "a", "", "ctrl+s")}, "ctrl+s"); ok {
		t.Error("ctrl+s reached an action")
	}
	for _, a := range newRig().globals() {
		for _, k := range a.Keys {
			if reserved(k) {
				t.Errorf("%s is bound to %s", a.ID, k)
			}
		}
	}
}

func TestKeypadKeysHaveOrdinaryNames(t *testing.T) {
	for code, want := range map[rune]string{tea.KeyKpEnter: "enter", tea.KeyKpUp: "up", tea.KeyEnter: "enter", tea.KeyF5: "f5"} {
		if got := keyName(tea.KeyPressMsg{Code: code}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for name, want := range map[string]bool{"f2": true, "shift+f12": true, "ctrl+x": true, "esc": true, "f": false, "x": false, "alt+f": false, "tab": false} {
		if liveName(name) != want {
			t.Errorf("liveName(%q) = %v", name, !want)
		}
	}
}

func TestBucketTabsAreReachedByTheirDigitsAndKeepTheirState(t *testing.T) {
	r := newRig()
	inShell(t, r, func(r *rig) {
		r.press(t, "2")
		if r.home.keys() != "2" {
			t.Error("a digit means a tab outside a bucket")
		}
		r.send(Open(Place{Screen: "objects", Bucket: "b", Prefix: "2026/"})())
		objects := r.top()
		r.press(t, "9")
		if p := r.Shell.top().place; p != (Place{Screen: "properties", Bucket: "b", Prefix: "2026/"}) {
			t.Errorf("at %v", p)
		}
		r.press(t, "4") // isn't built
		r.press(t, "]")
		if r.top() != objects || len(r.made) != 2 {
			t.Errorf("%d screens made, on top %s", len(r.made), r.top().Title())
		}
		if _, ok := r.made[0].got[len(r.made[0].got)-1].(Resumed); !ok {
			t.Error("the tab wasn't told that it is back")
		}
		r.press(t, "[", "1", "2")
		if r.top().Title() != "versions" || len(r.stack) != 2 {
			t.Errorf("on top %s, %d steps", r.top().Title(), len(r.stack))
		}
		r.press(t, "q")
		for _, f := range r.made {
			if f.closed != 1 {
				t.Errorf("%s was closed %d times", f.title, f.closed)
			}
		}
	})
}

func TestPlacesAreOpenedReplacedAndLeft(t *testing.T) {
	r := newRig()
	inShell(t, r, func(r *rig) {
		r.send(Open(Place{Screen: "nowhere"})())
		if !strings.Contains(r.status.text, "nowhere") {
			t.Errorf("said %q", r.status.text)
		}
		r.press(t, "J", "J")
		if len(r.stack) != 2 || r.top().Title() != "jobs" {
			t.Errorf("%d steps", len(r.stack))
		}
		r.send(Replace(Place{Screen: "log"})())
		if r.top().Title() != "log" || r.made[0].closed != 1 || len(r.stack) != 2 {
			t.Errorf("on top %s", r.top().Title())
		}
		r.send(Open(Place{Screen: "home"})())
		if len(r.stack) != 1 || r.made[1].closed != 1 {
			t.Error("opening home doesn't go home")
		}
		if s := (Place{Screen: "objects", Bucket: "b", Prefix: "p/", Key: "k", Version: "v"}).String(); s != "objects b p/ k v" {
			t.Error(s)
		}
	})
}

func TestLeavingWhatWouldBeLostAsksFirst(t *testing.T) {
	r := newRig()
	inShell(t, r, func(r *rig) {
		r.send(Open(Place{Screen: "objects", Bucket: "b"})())
		r.made[0].dirty = "Two rules aren't saved."
		r.press(t, "esc")
		if len(r.stack) != 2 || r.dialog() == nil {
			t.Fatal("left without asking")
		}
		r.press(t, "enter", "n")
		if len(r.stack) != 2 || r.dialog() != nil {
			t.Error("no doesn't stay")
		}
		r.press(t, "esc", "y")
		if len(r.stack) != 1 {
			t.Error("yes doesn't leave")
		}
	})
}
