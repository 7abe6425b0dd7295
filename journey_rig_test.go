package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/config"
	"cooper/sandbox"
	"cooper/ui"
	"cooper/ui/uitest"
)

// quiet is longer than a dialog that opens by itself waits before it takes keys.
const quiet = 500 * time.Millisecond

// wire counts what goes to the embedded AWS and can break it on the way.
type wire struct {
	mu      sync.Mutex
	next    http.RoundTripper
	changes []string                                      // method and path of requests that change something
	spoil   func(r *http.Request) (*http.Response, error) // answers in the server's place, unless nil, nil
	after   func(r *http.Request, answer *http.Response)  // looks at an answer, or changes it
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	asks := r.URL.Path == "/" && r.Method == http.MethodPost // STS and IAM
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead || asks
	if !reads {
		w.changes = append(w.changes, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery)
	}
	spoil, after := w.spoil, w.after
	w.mu.Unlock()
	if spoil != nil {
		if answer, err := spoil(r); answer != nil || err != nil {
			return answer, err
		}
	}
	answer, err := w.next.RoundTrip(r)
	if err == nil && after != nil {
		after(r, answer)
	}
	return answer, err
}

// sent are the requests so far that change something.
func (w *wire) sent() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.changes...)
}

// rig is the whole program on the embedded AWS: no socket, virtual time, an emulated screen.
type rig struct {
	*uitest.Program
	t      *testing.T
	app    *app
	server *sandbox.Server
	wire   *wire
	home   string // of the person: downloads go there
	state  string // of the journal
	end    context.CancelCauseFunc
}

// setup is how a journey's program starts. The zero value is the demo at 80×24.
type setup struct {
	width, height int
	state         string // "": a new folder
	start         ui.Place
	empty         bool // no seeded buckets
	server        *sandbox.Server
	options       func(*awsops.Options) // changes the session
	prepare       func(*sandbox.Server)
	spoil         func(*http.Request) (*http.Response, error)
	endpoint      string // "": https
}

// journey runs script on the program in a bubble of its own.
func journey(t *testing.T, s setup, script func(r *rig)) {
	t.Helper()
	home, state := t.TempDir(), s.state
	if state == "" {
		state = filepath.Join(home, "state")
	}
	synctest.Test(t, func(t *testing.T) { script(openRig(t, s, home, state)) })
}

func openRig(t *testing.T, s setup, home, state string) *rig {
	t.Helper()
	r := &rig{t: t, home: home, state: state, server: s.server}
	environ := func(name string) string { return map[string]string{"HOME": home}[name] }
	cfg := config.Demo()
	cfg.StateDir, cfg.DebugLog = state, filepath.Join(home, "debug.log")
	r.app = &app{p: &process{env: environ}, cfg: cfg, clock: newDemoClock(time.Time{})}
	if r.server == nil {
		r.server = sandbox.New(sandbox.Options{Clock: r.app.clock.Now, Seed: 1})
		if !s.empty {
			r.server.SeedDemo()
		}
	}
	if s.prepare != nil {
		s.prepare(r.server)
	}
	r.wire = &wire{next: r.server.Transport(), spoil: s.spoil}
	o, err := r.app.demoSession(r.server)
	if err != nil {
		t.Fatal(err)
	}
	o.Endpoint, o.Transport = "https://cooper.localhost:9000", r.wire
	if s.endpoint != "" {
		o.Endpoint = s.endpoint
	}
	if s.options != nil {
		s.options(&o)
	}
	if err := r.app.openOn(t.Context(), r.server, o); err != nil {
		t.Fatal(err)
	}
	r.run(s)
	return r
}

func (r *rig) run(s setup) {
	life, end := context.WithCancelCause(context.Background())
	r.end = end
	if err := r.app.openLog(); err != nil {
		r.t.Fatal(err)
	}
	shell := r.app.openShell(life, s.start)
	if s.width == 0 {
		s.width, s.height = 80, 24
	}
	r.Program = uitest.Run(r.t, shell, uitest.Opts{Width: s.width, Height: s.height})
	r.app.env.Asker.Bind(r.Post)
	go r.app.askWho(life)
	r.t.Cleanup(r.leave)
	r.Wait()
}

// leave ends the program as app.run does.
func (r *rig) leave() {
	r.Send(tea.QuitMsg{})
	r.app.leave(r.end, nil)
	r.app.close()
	r.Quit()
}

// until lets virtual time pass until text is on the screen, for a minute at most.
func (r *rig) until(texts ...string) {
	r.t.Helper()
	for _, text := range texts {
		for range 240 {
			if strings.Contains(r.Text(), text) {
				break
			}
			r.Sleep(250 * time.Millisecond)
		}
		r.Sees(text)
	}
}

// says waits for a sentence that may go over several lines of a box.
func (r *rig) says(sentence string) {
	r.t.Helper()
	for range 240 {
		if strings.Contains(r.flat(), sentence) {
			return
		}
		r.Sleep(250 * time.Millisecond)
	}
	r.t.Fatalf("%q is not said:\n%s", sentence, r.Text())
}

// flat is the screen as one line of words.
func (r *rig) flat() string {
	return strings.Join(strings.FieldsFunc(r.Text(), func(c rune) bool { return strings.ContainsRune(" │\n", c) }), " ")
}

// consent answers the plan that is on the screen.
func (r *rig) consent() {
	r.t.Helper()
	r.Sleep(quiet)
	r.Press("enter")
}

// consentTyping types what the plan asks for, then sends it.
func (r *rig) consentTyping(text string) {
	r.t.Helper()
	r.consent()
	r.Sleep(quiet)
	r.Type(text)
	r.Press("enter")
}

// code types what the demo's authenticator shows. It does not wait for a fresh one: the program must.
func (r *rig) code() string {
	r.t.Helper()
	r.Sleep(quiet)
	code := r.server.Device().Code(r.server.Now())
	r.Type(code)
	return code
}

// select moves the cursor to the row in which text stands.
func (r *rig) selectRow(text string) {
	r.t.Helper()
	r.Press("g")
	for range 200 {
		for _, line := range r.Screen().Lines() {
			if (strings.HasPrefix(line, "▸") || strings.HasPrefix(line, ">")) && strings.Contains(line, text) {
				return
			}
		}
		r.Press("down")
	}
	r.t.Fatalf("no row with %q:\n%s", text, r.Text())
}

// bucket moves the cursor to a bucket in the list.
func (r *rig) bucket(name string) {
	r.t.Helper()
	r.until("buckets", name)
	r.selectRow(name)
}

// written is all that the program wrote to files and to its debug log.
func (r *rig) written() string {
	r.t.Helper()
	var all strings.Builder
	debug, err := os.ReadFile(r.app.cfg.DebugLog)
	if err != nil {
		r.t.Fatal(err)
	}
	all.Write(debug)
	err = filepath.WalkDir(r.state, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all.Write(b)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all.String()
}
