package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"cooper/ui/uitest"
)

func TestEveryRoleHasAStyleInEveryTheme(t *testing.T) {
	roles := len(NewTheme(ThemeOptions{}).styles)
	for _, light := range []bool{false, true} {
		for _, p := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI, colorprofile.ASCII} {
			th := NewTheme(ThemeOptions{Light: light})
			th.SetProfile(p)
			if len(th.cells) != roles {
				t.Errorf("%d roles of %d", len(th.cells), roles)
			}
			for role := range th.styles {
				before, after := th.Cell(role)
				if ansi.Strip(before+after) != "" {
					t.Errorf("%s writes text: %q %q", role, before, after)
				}
				if before != "" && after == "" {
					t.Errorf("%s is never ended", role)
				}
				if got := ansi.Strip(th.Paint(role, "a b")); got != "a b" {
					t.Errorf("%s paints %q", role, got)
				}
			}
		}
	}
}

func TestWithoutColourWhatStandsOutIsReversed(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	th.SetProfile(colorprofile.ASCII)
	for _, role := range []Role{RoleSelected, RoleTabActive, RoleBadge, RoleCursor} {
		if before, _ := th.Cell(role); !strings.Contains(before, "7") {
			t.Errorf("%s is %q", role, before)
		}
	}
}

func TestTheThemeFollowsTheTerminal(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	dark, _ := th.Cell(RoleText)
	v := th.Version()
	th.SetDark(true)
	th.SetProfile(colorprofile.TrueColor)
	if th.Version() != v {
		t.Error("nothing changed and the version did")
	}
	th.SetDark(false)
	if light, _ := th.Cell(RoleText); light == dark || th.Dark() || th.Version() == v {
		t.Error("the light theme is the dark one")
	}
	th.SetASCII(true)
	if !th.ASCII() || th.Glyph().V != "|" {
		t.Error("not ASCII")
	}
	if lines := strings.Split(ansi.Strip(th.Frame("Title", []string{"a"}, 14, 3, true)), "\n"); lines[0] != "+- Title ----+" || lines[1] != "| a          |" || lines[2] != "+------------+" {
		t.Errorf("%q", lines)
	}
}

func TestAThemeTakesColoursByName(t *testing.T) {
	th := NewTheme(ThemeOptions{Colors: map[string]string{"good": "#010203", "nonsense": "#ffffff", "bad": "red"}})
	if before, _ := th.Cell(RoleGood); !strings.Contains(before, "1;2;3") {
		t.Errorf("good is %q", before)
	}
	for _, c := range []map[string]string{{"nonsense": "#ffffff"}, {"bad": "red"}, {"bad": "256"}, {"bad": "#12345"}} {
		if CheckColors(c) == nil {
			t.Errorf("%v passes", c)
		}
	}
	if err := CheckColors(map[string]string{"bad": "9", "good": "#00ff00"}); err != nil {
		t.Error(err)
	}
	if n := len(PaletteNames()); n < 25 || n > 40 {
		t.Errorf("%d colours", n)
	}
	for light, c := range map[bool]colors{true: lightColors(), false: darkColors()} {
		for name := range darkColors() {
			if _, ok := ansiColors(light)[name]; !ok || c[name] == "" {
				t.Errorf("%s is missing", name)
			}
		}
	}
}

func TestABarIsLegibleWithoutColour(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	for _, c := range []struct {
		done, total int64
		want        string
	}{{0, 10, "░░░░"}, {5, 10, "██░░"}, {20, 10, "████"}, {3, 0, "░░░░"}, {-1, 10, "░░░░"}} {
		if got := ansi.Strip(th.Bar(c.done, c.total, 4)); got != c.want {
			t.Errorf("%d of %d: %q", c.done, c.total, got)
		}
	}
	if th.Bar(1, 2, 0) != "" {
		t.Error("a bar of no width")
	}
}

func TestTheShellTakesTheTerminalsBackgroundAndProfile(t *testing.T) {
	r := newRig(func(r *rig) { r.opts.KeepDark = false })
	inBubble(t, uitest.Opts{Profile: colorprofile.ANSI}, r, func(p *uitest.Program) {
		p.Send(tea.BackgroundColorMsg{Color: ansi.RGBColor{R: 255, G: 255, B: 255}})
		if r.th.Dark() || r.th.profile != colorprofile.ANSI {
			t.Errorf("dark %v, profile %v", r.th.Dark(), r.th.profile)
		}
	})
}

func TestPicturesDifferByMoreThanColour(t *testing.T) {
	th := NewTheme(ThemeOptions{})
	seen := map[string]bool{}
	for kind := Empty; kind <= Failed; kind++ {
		p := ansi.Strip(Picture(th, kind, "The sentence.", 60, 10))
		if seen[p] || !strings.Contains(p, "The sentence.") || strings.Count(p, "\n") > 9 {
			t.Errorf("kind %d:\n%s", kind, p)
		}
		seen[p] = true
	}
	if p := Picture(th, Failed, "x", 10, 0); p != "" {
		t.Errorf("%q in no rows", p)
	}
}
