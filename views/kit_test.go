package views

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/record"
	"cooper/ui"
	"cooper/ui/uitest"
)

// answer is what the wire says to a request.
type answer func(r *http.Request, body string) (status int, text string, header http.Header)

// wire answers requests in place of a network.
type wire struct {
	mu     sync.Mutex
	answer answer
	sent   []string // method, host and query of each request
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	w.mu.Lock()
	w.sent = append(w.sent, r.Method+" "+r.URL.Host+r.URL.Path+"?"+r.URL.RawQuery)
	w.mu.Unlock()
	status, text, header := w.answer(r, body)
	if header == nil {
		header = http.Header{}
	}
	if header.Get("Date") == "" {
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	header.Set("X-Amz-Request-Id", "REQ1")
	return &http.Response{StatusCode: status, Header: header, Request: r, ContentLength: int64(len(text)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader(text))}, nil
}

const rootCaller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn>
<UserId>111122223333</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

// asRoot answers who calls, and HEAD requests of buckets.
func asRoot(r *http.Request, body string) (int, string, http.Header) {
	switch {
	case strings.Contains(body, "GetCallerIdentity"):
		return 200, rootCaller, nil
	case r.Method == http.MethodHead:
		return 200, "", http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}}
	}
	return 501, "<Error><Code>NotImplemented</Code><Message>not in this test</Message></Error>", nil
}

// stage is an environment for one screen or dialog on a whole shell. Make it inside a bubble.
type stage struct {
	*Env
	wire *wire
	mfa  *MFAProvider
	view ui.View // nil: an empty screen
	more map[string]func(ui.Place) ui.View
}

func newStage(t testing.TB, change ...func(*awsops.Options)) *stage {
	t.Helper()
	s := &stage{wire: &wire{answer: asRoot}, mfa: &MFAProvider{}}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	j := journal.Memory()
	opt := awsops.Options{
		Region: "eu-west-1", Isolated: true, Transport: s.wire, MFA: s.mfa, Journal: record.To(j), Rand: zeroes{},
		Endpoint: "https://cooper.localhost:9000", Dialect: awsops.DialectSandbox,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"},
	}
	for _, f := range change {
		f(&opt)
	}
	session, err := awsops.Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	s.Env = &Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Journal: j,
		Environ: func(string) string { return "" }}
	s.mfa.Bind(s.Env)
	return s
}

// zeroes makes ids that are the same in every run, each unlike the one before.
type zeroes struct{}

var ids struct {
	mu sync.Mutex
	n  byte // ids in all tests of a run
}

func (zeroes) Read(p []byte) (int, error) {
	ids.mu.Lock()
	defer ids.mu.Unlock()
	clear(p)
	ids.n++
	p[len(p)-1] = ids.n
	return len(p), nil
}

// blank is a screen with nothing on it.
type blank struct{}

func (blank) Init() tea.Cmd          { return nil }
func (blank) Update(tea.Msg) tea.Cmd { return nil }
func (blank) Render(int, int) string { return "" }
func (blank) Title() string          { return "buckets" }
func (blank) Actions() []ui.Action   { return nil }

// shell puts the stage's view into a shell.
func (s *stage) shell() *ui.Shell {
	view := s.view
	if view == nil {
		view = &blank{}
	}
	screens := map[string]func(ui.Place) ui.View{"home": func(ui.Place) ui.View { return view }}
	for name, make := range s.more {
		screens[name] = make
	}
	return ui.New(ui.Options{
		Name: "cooper", Theme: s.Theme, KeepDark: true, Screens: screens, Home: ui.Place{Screen: "home"},
		Works: s.Works, Explain: Explain,
		Identity: func() ui.Identity {
			return ui.Identity{Profile: "demo", Account: "111122223333", Caller: "root", Root: true, Region: "eu-west-1", Scheme: "https"}
		},
	})
}

// on runs a script on a stage in virtual time, in a terminal of w columns and h rows.
func on(t *testing.T, w, h int, build func(t *testing.T) *stage, script func(s *stage, p *uitest.Program)) {
	t.Helper()
	var s *stage
	uitest.InBubble(t, uitest.Opts{Width: w, Height: h}, func(t *testing.T) tea.Model {
		s = build(t)
		return s.shell()
	}, func(_ *testing.T, p *uitest.Program) {
		s.Asker.Bind(p.Post)
		script(s, p)
	})
}

// sizes are the terminals that every screen is drawn on.
var sizes = []struct {
	name string
	w, h int
}{{"80x24", 80, 24}, {"120x40", 120, 40}, {"40x10", 40, 10}}

// goldens draws a stage at every size after script, and compares.
func goldens(t *testing.T, name string, build func(t *testing.T) *stage, script func(s *stage, p *uitest.Program)) {
	t.Helper()
	for _, size := range sizes {
		t.Run(size.name, func(t *testing.T) {
			on(t, size.w, size.h, build, func(s *stage, p *uitest.Program) {
				if script != nil {
					script(s, p)
				}
				uitest.Golden(t, name+"-"+size.name, p.Text())
			})
		})
	}
}
