package viewtest

import (
	"context"
	"testing"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
	"cooper/views"
)

// Stage is the screen under test with its session. Make it inside a bubble, as On does.
type Stage struct {
	Env  *views.Env
	Wire *Wire
	View ui.View
}

// New opens a session on a wire and makes the screen. change makes another session than the usual one.
func New(t *testing.T, wire *Wire, open func(*views.Env) ui.View, change ...func(*awsops.Options)) *Stage {
	t.Helper()
	s := &Stage{Wire: wire}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	opt := awsops.Options{Region: "eu-west-1", Isolated: true, Transport: wire, Endpoint: "https://cooper.localhost:9000", Dialect: awsops.DialectSandbox,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}}
	for _, f := range change {
		f(&opt)
	}
	session, err := awsops.Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	s.Env = &views.Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Environ: func(string) string { return "" }}
	s.View = open(s.Env)
	return s
}

// Screens makes screens by their names.
type Screens map[string]func(*Stage, ui.Place) ui.View

// On runs a script on a screen in a shell of w columns and h rows. more are the screens that it leads to.
func On(t *testing.T, w, h int, build func(t *testing.T) *Stage, more Screens, script func(s *Stage, p *uitest.Program)) {
	t.Helper()
	var s *Stage
	uitest.InBubble(t, uitest.Opts{Width: w, Height: h}, func(t *testing.T) tea.Model {
		s = build(t)
		screens := map[string]func(ui.Place) ui.View{"home": func(ui.Place) ui.View { return s.View }}
		for name, open := range more {
			screens[name] = func(p ui.Place) ui.View { return open(s, p) }
		}
		return ui.New(ui.Options{Name: "cooper", Theme: s.Env.Theme, KeepDark: true, Works: s.Env.Works, Explain: views.Explain, Home: ui.Place{Screen: "home"},
			Screens: screens, Identity: func() ui.Identity {
				return ui.Identity{Profile: "demo", Account: "111122223333", Caller: "root", Root: true, Region: "eu-west-1", Scheme: "https"}
			}})
	}, func(_ *testing.T, p *uitest.Program) {
		s.Env.Asker.Bind(p.Post)
		script(s, p)
	})
}

// Sizes are the terminals that every screen is drawn on.
var Sizes = []struct {
	Name string
	W, H int
}{{"80x24", 80, 24}, {"120x40", 120, 40}, {"40x10", 40, 10}}
