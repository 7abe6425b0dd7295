package ui

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

// fake is a view whose parts a test sets.
type fake struct {
	title   string
	place   Place
	rows    []string
	actions []Action
	typing  bool
	got     []tea.Msg
	closed  int
	draws   int
	render  func(w, h int) string
	on      func(tea.Msg) tea.Cmd
	dirty   string
	copies  []CopyItem
}

func (f *fake) Init() tea.Cmd { return nil }
func (f *fake) Update(m tea.Msg) tea.Cmd {
	f.got = append(f.got, m)
	if f.on != nil {
		return f.on(m)
	}
	return nil
}

func (f *fake) Render(w, h int) string {
	f.draws++
	if f.render != nil {
		return f.render(w, h)
	}
	return strings.Join(f.rows, "\n")
}
func (f *fake) Title() string      { return f.title }
func (f *fake) Actions() []Action  { return f.actions }
func (f *fake) Typing() bool       { return f.typing }
func (f *fake) Close()             { f.closed++ }
func (f *fake) Dirty() string      { return f.dirty }
func (f *fake) Copies() []CopyItem { return f.copies }

// keys are the names of the keys the view got, in order.
func (f *fake) keys() string {
	var out []string
	for _, m := range f.got {
		switch m := m.(type) {
		case tea.KeyPressMsg:
			out = append(out, keyName(m))
		case tea.PasteMsg:
			out = append(out, "paste:"+m.Content)
		}
	}
	return strings.Join(out, " ")
}

// sided is a fake with a side panel that counts its drawings.
type sided struct {
	fake
	sides atomic.Int64
}

func (s *sided) Side(int, int) string {
	s.sides.Add(1)
	return "panel"
}

// rig is a shell with fake screens: home, and whatever is put into views.
type rig struct {
	*Shell
	home  *fake
	views map[string]View
	made  []*fake
	works []Work
	opts  Options
}

func newRig(change ...func(*rig)) *rig {
	r := &rig{home: &fake{title: "buckets"}, views: map[string]View{}}
	r.opts = Options{
		Name: "cooper", Home: Place{Screen: "home"}, KeepDark: true,
		Identity: func() Identity {
			return Identity{Profile: "prod", Account: "111122223333", Caller: "ada", Region: "eu-west-1", Scheme: "https"}
		},
		Works: func() []Work { return r.works },
		Screens: map[string]func(Place) View{
			"home": func(Place) View { return r.home },
		},
		Roots: []Root{{"buckets", "all buckets", Place{Screen: "home"}}},
	}
	for _, name := range []string{"objects", "versions", "properties", "jobs", "log", "calls"} {
		r.opts.Screens[name] = func(p Place) View {
			if v, ok := r.views[p.Screen]; ok {
				return v
			}
			f := &fake{title: name, place: p}
			r.made = append(r.made, f)
			return f
		}
	}
	r.opts.Tabs = []Tab{{1, "Objects", "objects"}, {2, "Versions", "versions"}, {4, "CORS", "cors"}, {9, "Properties", "properties"}}
	for _, c := range change {
		c(r)
	}
	r.Shell = New(r.opts)
	return r
}

// start runs Init and gives the shell a size, without a program.
func (r *rig) start(w, h int) *rig {
	r.drain(r.Init())
	r.send(tea.WindowSizeMsg{Width: w, Height: h})
	return r
}

// send gives the shell a message and runs the commands that answer at once.
func (r *rig) send(msg tea.Msg) {
	_, cmd := r.Update(msg)
	r.drain(cmd)
}

// drain runs commands until none is left. Timers would block, so tests that
// use send must run in a bubble.
func (r *rig) drain(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch m := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range m {
			r.drain(c)
		}
	case tea.QuitMsg:
	default:
		if strings.HasPrefix(fmt.Sprintf("%T", m), "ui.") {
			r.send(m)
		}
	}
}

func (r *rig) press(t testing.TB, names ...string) {
	t.Helper()
	for _, n := range names {
		k, err := uitest.Key(n)
		if err != nil {
			t.Fatal(err)
		}
		r.send(k)
	}
}

func (r *rig) top() View { return r.Shell.top().view }

func inBubble(t *testing.T, o uitest.Opts, r *rig, script func(p *uitest.Program)) {
	t.Helper()
	uitest.InBubble(t, o, func(*testing.T) tea.Model { return r.Shell }, func(_ *testing.T, p *uitest.Program) { script(p) })
}

// onLoop changes what the running program looks at, where it looks at it.
func onLoop(p *uitest.Program, change func()) {
	p.Send(Answer{"test", func() tea.Cmd { change(); return nil }})
}

// work is a job a test moves by hand.
type work struct {
	snap      WorkSnapshot
	cancelled int
}

func (w *work) Snapshot() WorkSnapshot { return w.snap }
func (w *work) Cancel()                { w.cancelled++ }
