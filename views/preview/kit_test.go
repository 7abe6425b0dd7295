package preview

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
	"cooper/views"
)

// reply is what the wire answers: a status, headers and a body.
type reply struct {
	status int
	header map[string]string
	body   string
}

// wire answers requests in place of a network, by method, path and the name of the sub-resource.
type wire struct {
	mu      sync.Mutex
	replies map[string]reply
	sent    []string
}

func bodyOf(r *http.Request) (string, error) {
	if r.Body == nil {
		return "", nil
	}
	b, err := io.ReadAll(r.Body)
	return string(b), err
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	sub := ""
	for _, name := range []string{"tagging", "acl", "retention", "legal-hold", "versioning", "object-lock", "restore"} {
		if r.URL.Query().Has(name) {
			sub = "?" + name
		}
	}
	what := r.Method + " " + r.URL.Path + sub
	a, ok := w.reply(what, body, r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key") != "")
	switch {
	case strings.Contains(body, "GetCallerIdentity"):
		a = reply{body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn><UserId>111122223333</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`}
	case !ok && r.URL.Path == "/films":
		a = reply{header: map[string]string{"X-Amz-Bucket-Region": "eu-west-1"}}
	case !ok:
		a = reply{status: 501, body: "<Error><Code>NotImplemented</Code><Message>not in this test</Message></Error>"}
	}
	if a.status == 0 {
		a.status = 200
	}
	a = ranged(a, r.Header.Get("Range"))
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Amz-Request-Id": {"REQ1"}}
	for name, value := range a.header {
		h.Set(name, value)
	}
	size := int64(len(a.body))
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	if r.Method == http.MethodHead {
		a.body = ""
	}
	return &http.Response{StatusCode: a.status, Header: h, Request: r, ContentLength: size, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

// reply notes a request and finds its answer; one with a customer's key may have an answer of its own.
func (w *wire) reply(what, body string, keyed bool) (a reply, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, what+" "+body)
	if a, ok = w.replies[what+" with a key"]; ok && keyed {
		return a, true
	}
	a, ok = w.replies[what]
	return a, ok
}

const object = "/films/a/player.json"

// ranged cuts an answer to what is asked for.
func ranged(a reply, header string) reply {
	if header == "" || a.status != 200 {
		return a
	}
	var from, to int
	if _, err := fmt.Sscanf(header, "bytes=%d-%d", &from, &to); err != nil {
		return reply{status: 416}
	}
	h := map[string]string{"Content-Range": fmt.Sprintf("bytes %d-%d/%d", from, to, len(a.body))}
	for name, value := range a.header {
		h[name] = value
	}
	return reply{status: 206, header: h, body: a.body[from : to+1]}
}

// holding answers an object with these bytes and headers.
func holding(body string, header map[string]string) map[string]reply {
	h := map[string]string{"ETag": `"e1"`, "Content-Type": "application/json"}
	for name, value := range header {
		h[name] = value
	}
	return map[string]reply{"HEAD " + object: {body: body, header: h}, "GET " + object: {body: body, header: h}}
}

// stage is the screen under test in a shell of its own.
type stage struct {
	env  *views.Env
	wire *wire
	view ui.View
}

func newStage(t *testing.T, replies map[string]reply, open func(*views.Env) ui.View, change ...func(*awsops.Options)) *stage {
	t.Helper()
	s := &stage{wire: &wire{replies: replies}}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	opt := awsops.Options{Region: "eu-west-1", Isolated: true, Transport: s.wire, Endpoint: "https://cooper.localhost:9000", Dialect: awsops.DialectSandbox,
		Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}}
	for _, f := range change {
		f(&opt)
	}
	session, err := awsops.Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	s.env = &views.Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Environ: func(string) string { return "" }}
	s.view = open(s.env)
	return s
}

// on runs a script on a screen in virtual time.
func on(t *testing.T, w, h int, build func(t *testing.T) *stage, script func(s *stage, p *uitest.Program)) {
	t.Helper()
	var s *stage
	uitest.InBubble(t, uitest.Opts{Width: w, Height: h}, func(t *testing.T) tea.Model {
		s = build(t)
		return ui.New(ui.Options{Name: "cooper", Theme: s.env.Theme, KeepDark: true, Works: s.env.Works, Explain: views.Explain, Home: ui.Place{Screen: "home"},
			Screens: map[string]func(ui.Place) ui.View{
				"home": func(ui.Place) ui.View { return s.view }},
			Identity: func() ui.Identity {
				return ui.Identity{Profile: "demo", Account: "111122223333", Caller: "root", Root: true, Region: "eu-west-1", Scheme: "https"}
			}})
	}, func(_ *testing.T, p *uitest.Program) {
		s.env.Asker.Bind(p.Post)
		script(s, p)
	})
}

// sizes are the terminals that every screen is drawn on.
var sizes = []struct {
	name string
	w, h int
}{{"80x24", 80, 24}, {"120x40", 120, 40}, {"40x10", 40, 10}}
