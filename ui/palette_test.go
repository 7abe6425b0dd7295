package ui

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

func paletteRig(log *[]string) *rig {
	return newRig(func(r *rig) {
		r.opts.Roots = append(r.opts.Roots, Root{"jobs", "what runs and ran", Place{Screen: "jobs"}},
			Root{"vaults", "isn't built", Place{Screen: "vaults"}})
		r.home.actions = []Action{does(log, "versioning.suspend", "versioning is off", "S"), does(log, "bucket.create", "", "n")}
		r.opts.Actions = []Action{does(log, "clock.forward", "")}
		r.opts.Goto = func(s string) (Place, error) {
			if bucket, ok := strings.CutPrefix(s, "s3://"); ok {
				return Place{Screen: "objects", Bucket: bucket}, nil
			}
			if bucket, prefix, ok := strings.Cut(s, "/"); ok {
				return Place{Screen: "objects", Bucket: bucket, Prefix: prefix}, nil
			}
			return Place{}, errors.New("there is no command " + s)
		}
	})
}

func TestThePaletteReachesScreensAndActionsByName(t *testing.T) {
	var log []string
	r := paletteRig(&log)
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press(":")
		p.Sees("buckets", "jobs", "versioning.suspend")
		p.SeesNot("vaults")
		p.Type("jobs\n")
		p.Sees("buckets › jobs")
		p.Press("q", ":")
		p.Type("clk\n")
		if strings.Join(log, " ") != "clock.forward" {
			t.Errorf("ran %v", log)
		}
		p.Press(":")
		p.Type("suspend\n")
		p.Sees("⚠ Versioning is off.")
		p.Press("esc", ":")
		p.Type("bucket.c")
		p.Press("tab")
		p.Sees(": bucket.create")
		p.Press("enter")
		if strings.Join(log, " ") != "clock.forward bucket.create" || r.dialog() != nil {
			t.Errorf("ran %v", log)
		}
	})
}

func TestThePaletteGoesToWhatIsNoName(t *testing.T) {
	var log []string
	r := paletteRig(&log)
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press(":")
		p.Type("s3://invoices\n")
		p.Sees("buckets › invoices › objects", "1 Objects")
		p.Press(":")
		p.Type("xyzzy")
		p.Sees("No command has this name, and there is no command xyzzy.")
		p.Type("\n")
		p.Sees("xyzzy", "enter run") // it stays
		p.Press("esc", ":")
		p.Type("zzz-bucket/in/")
		p.Sees("No command has this name. Enter opens the bucket zzz-bucket at in/.")
		p.Type("\n")
		p.Sees("› zzz-bucket › objects")
	})
}

func TestAnActionOfThePaletteActsOnTheViewBelow(t *testing.T) {
	var log []string
	r := paletteRig(&log)
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("J", ":")
		p.Type("back, or quit\n")
		if len(r.stack) != 1 || r.dialog() != nil {
			t.Errorf("%d steps", len(r.stack))
		}
		p.Press(":")
		p.Type("help\n")
		p.Sees("Everywhere")
		p.Press("esc", ":")
		p.Type("shell.quit")
		p.Press("enter")
		if !p.Ended() {
			t.Error("quit doesn't quit")
		}
	})
}

func TestAFieldIsExactlyAsWideAsAsked(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	f := NewField(FieldOptions{Value: strings.Repeat("鍵a", 200)})
	for range 5 {
		for w := 1; w < 30; w++ {
			if got := Width(f.Render(th, w, true)); got != w {
				t.Fatalf("%d columns of %d", got, w)
			}
			if got := Width(f.Render(th, w, false)); got != w {
				t.Fatalf("%d columns of %d without focus", got, w)
			}
		}
		for range 90 {
			f.Update(tea.KeyPressMsg{Code: tea.KeyLeft})
		}
	}
	if f.Update(tea.FocusMsg{}) || f.Render(th, 0, true) != "" {
		t.Error("a field reacts to what isn't for it")
	}
	f.SetValue("x")
	if f.Value() != "x" {
		t.Error(f.Value())
	}
	if got := Width(NewField(FieldOptions{Placeholder: "name"}).Render(th, 10, true)); got != 10 {
		t.Errorf("placeholder is %d wide", got)
	}
}
