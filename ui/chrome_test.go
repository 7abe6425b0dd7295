package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/ui/uitest"
)

// writer is a view with a cursor, a filter and progress.
type writer struct {
	fake
	*Filter
	done, total int64
	busy        bool
}

func (w *writer) Typing() bool                   { return w.Filter.Typing() }
func (w *writer) Update(m tea.Msg) tea.Cmd       { return w.Filter.Update(m) }
func (w *writer) Actions() []Action              { return w.Filter.Actions() }
func (w *writer) Cursor() *tea.Cursor            { return tea.NewCursor(3, 2) }
func (w *writer) Progress() (int64, int64, bool) { return w.done, w.total, w.busy }
func (w *writer) Crumbs() []string               { return []string{"objects", "2026/", "03/"} }
func (w *writer) Render(width, _ int) string {
	return w.Line(NewTheme(ThemeOptions{}), width)
}

func TestTheTopLineWarnsOfWhatMatters(t *testing.T) {
	id := Identity{
		Profile: "prod", Account: "111122223333", Root: true, Region: "eu-west-1", Endpoint: "s3.example.org", Scheme: "http",
		ReadOnly: true, Demo: true, Until: time.Date(2026, 3, 1, 14, 5, 0, 0, time.UTC), Skew: 41 * time.Second,
	}
	r := newRig(func(r *rig) { r.opts.Identity = func() Identity { return id } })
	inBubble(t, uitest.Opts{Width: 150, Height: 20}, r, func(p *uitest.Program) {
		p.Sees("root ⚠", "s3.example.org", "clock 41s behind", "until 14:05Z", "[NOT ENCRYPTED]", "[DEMO]", "[READ-ONLY]")
		id.Skew = -7 * time.Second
		p.Resize(80, 20)
		p.Sees("clock 7s ahead", "[READ-ONLY]", "prod")
		id = Identity{Skew: time.Second}
		p.Send(Status("x", Info)())
		p.SeesNot("clock", "[")
	})
}

func TestAViewsCursorProgressAndCrumbsAreTheScreens(t *testing.T) {
	v := &writer{Filter: NewFilter(func(string) tea.Cmd { return nil }), busy: true, done: 1, total: 4}
	r := newRig(func(r *rig) {
		r.views["objects"] = v
		r.opts.Start = Place{Screen: "objects", Bucket: "invoices"}
	})
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Sees("buckets › invoices › objects › 2026/ › 03/")
		if x, y, on := p.Screen().Cursor(); x != 3 || y != 5 || !on {
			t.Errorf("cursor at %d, %d, %v", x, y, on)
		}
		if got := r.View(); got.ProgressBar == nil || got.ProgressBar.Value != 25 || got.WindowTitle != "cooper: buckets invoices objects 2026/ 03/" {
			t.Errorf("%+v", got)
		}
		v.total = 0
		p.Send(Push(NewText("a", "b"))())
		if got := r.View(); got.ProgressBar == nil || got.ProgressBar.State != tea.ProgressBarIndeterminate || got.Cursor != nil {
			t.Errorf("%+v", got)
		}
		v.busy = false
		r.works = []Work{&work{snap: WorkSnapshot{Done: 1, Total: 2}}}
		p.Send(Wake()())
		if got := r.View(); got.ProgressBar == nil || got.ProgressBar.Value != 50 {
			t.Errorf("%+v", got.ProgressBar)
		}
	})
}

func TestAFilterNarrowsAsItIsTypedAndEscTakesItAway(t *testing.T) {
	var texts []string
	v := &writer{Filter: NewFilter(func(s string) tea.Cmd { texts = append(texts, s); return nil })}
	r := newRig(func(r *rig) {
		r.views["objects"] = v
		r.opts.Start = Place{Screen: "objects", Bucket: "b"}
	})
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Press("/")
		p.Sees("type to filter", "esc clear filter")
		p.Type("q:")
		p.Press("enter")
		p.Sees("/ q:", ": command")
		p.Press("esc")
		if strings.Join(texts, "|") != "q|q:|" || len(r.stack) != 2 {
			t.Errorf("texts %q, %d steps", texts, len(r.stack))
		}
		p.Press("/", "x", "esc", "esc")
		if len(r.stack) != 1 || v.Shown() || v.Text() != "" {
			t.Errorf("%d steps", len(r.stack))
		}
	})
}

func TestF1HelpsWhileTyping(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Send(Push(codePrompt(func(string) {}))())
		p.Press("f1")
		p.Sees("Everywhere")
	})
}

func TestADialogIsDroppedWhereverItIs(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		cancelled := 0
		low := NewConfirm(ConfirmOptions{Title: "Low", Cancelled: func() { cancelled++ }})
		p.Send(Push(low)())
		p.Send(Push(NewText("High", "x"))())
		p.Send(Drop(low)())
		p.Send(Drop(low)())
		if p.Sees("High"); cancelled != 1 {
			t.Errorf("cancelled %d times", cancelled)
		}
		p.Press("esc")
		p.Send(Back()())
		p.SeesNot("High", "Low")
		for _, msg := range CopyQR("URL", "https://example.com")().(tea.BatchMsg) {
			p.Send(msg())
		}
		p.Resize(80, 40)
		p.Sees("▀")
		p.Wheel(4, 4, 1)
		p.Press("Q")
		p.Sees("https://example.com")
	})
}

func TestFailuresWithADetailOfTheirOwn(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Send(FailDetail(ErrorDetail{Sentence: "The bucket is in another region.", Facts: []Fact{{"region", "us-east-2"}}})())
		p.Press("!")
		p.Sees("another region", "region  us-east-2")
		p.Press("enter")
		p.Send(Fail(&PanicError{Value: "boom", Stack: "main.go:1"}, nil)())
		p.Press("!")
		p.Sees("bug: boom", "main.go:1")
	})
}

func TestLongBreadcrumbsLoseTheirBeginning(t *testing.T) {
	r := newRig()
	inBubble(t, uitest.Opts{Width: 60, Height: 12}, r, func(p *uitest.Program) {
		p.Send(Open(Place{Screen: "objects", Bucket: strings.Repeat("b", 60)})())
		line := strings.TrimRight(p.Screen().Line(1), " ")
		if !strings.HasSuffix(line, "bbb › objects") || !strings.HasPrefix(line, " …") || Width(line) > 60 {
			t.Errorf("%q", line)
		}
	})
}

// clock is a dialog of a screen's own: it counts seconds by itself.
type clock struct {
	seconds, cancelled, closed int
	me                         Dialog
}

type tick struct{}

func (c *clock) Init() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tick{} })
}

func (c *clock) Update(m tea.Msg) (tea.Cmd, bool) {
	if _, ok := m.(tick); !ok {
		return nil, false
	}
	c.seconds++
	return c.Init(), c.seconds == 5
}
func (c *clock) Render(int, int) string { return strings.Repeat("|", c.seconds) }
func (c *clock) Title() string          { return "Clock" }
func (c *clock) Cancel()                { c.cancelled++ }
func (c *clock) Close()                 { c.closed++ }
func (c *clock) Actions() []Action {
	return []Action{{ID: "clock.stop", Keys: []string{"s"}, Help: "stop", Run: func() tea.Cmd { return Done(c.me) }}}
}

func TestADialogOfAScreensOwnHasItsTimersAndItsEnd(t *testing.T) {
	inBubble(t, uitest.Opts{}, newRig(), func(p *uitest.Program) {
		c := &clock{}
		p.Send(Push(c)())
		p.Sleep(2500 * time.Millisecond)
		p.Sees("Clock", "||", "s stop")
		p.Sleep(3 * time.Second)
		p.SeesNot("Clock")
		if c.cancelled != 0 || c.closed != 1 {
			t.Errorf("cancelled %d, closed %d", c.cancelled, c.closed)
		}
		for key, cancelled := range map[string]int{"s": 0, "esc": 1} {
			c := &clock{}
			c.me = c
			p.Send(Push(c)())
			p.Press(key)
			if p.SeesNot("Clock"); c.cancelled != cancelled || c.closed != 1 {
				t.Errorf("%s: cancelled %d, closed %d", key, c.cancelled, c.closed)
			}
		}
	})
}

func TestATabThatIsChosenInsideOfABucketLeadsBackToTheBucket(t *testing.T) {
	inBubble(t, uitest.Opts{}, newRig(), func(p *uitest.Program) {
		p.Send(Open(Place{Screen: "objects", Bucket: "invoices"})())
		p.Send(Open(Place{Screen: "objects", Bucket: "invoices", Prefix: "2026/"})())
		p.Press("9")
		p.Sees("buckets › invoices › properties")
		p.Press("2")
		p.Sees("buckets › invoices › versions")
		p.Send(Open(Place{Screen: "objects", Bucket: "invoices", Prefix: "2026/03/"})())
		p.Sees("buckets › invoices › objects")
	})
}
