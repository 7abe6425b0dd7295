package edit

import (
	"context"
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
	w.mu.Lock()
	w.sent = append(w.sent, what+" "+body)
	a, ok := w.replies[what]
	w.mu.Unlock()
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

// changes are the requests that change something.
func (w *wire) changes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, s := range w.sent {
		if !strings.HasPrefix(s, "GET") && !strings.HasPrefix(s, "HEAD") && !strings.Contains(s, "GetCallerIdentity") {
			out = append(out, s)
		}
	}
	return out
}

const (
	object = "/films/a/player.json"
	text   = `{"autoplay":false}` + "\n"
)

// usual is an object with something of each kind.
func usual(changes map[string]reply) map[string]reply {
	all := map[string]reply{
		"HEAD " + object: {body: text, header: map[string]string{"ETag": `"e1"`, "Content-Type": "application/json", "Cache-Control": "max-age=300",
			"X-Amz-Meta-Owner": "video-team", "X-Amz-Meta-Origin": "import", "Content-Disposition": "attachment; \u202efdp", "X-Amz-Server-Side-Encryption": "AES256", "Last-Modified": "Sun, 01 Mar 2026 10:00:00 GMT"}},
		"GET " + object:                 {body: text, header: map[string]string{"ETag": `"e1"`}},
		"GET " + object + "?tagging":    {body: `<Tagging><TagSet><Tag><Key>project</Key><Value>workshop</Value></Tag></TagSet></Tagging>`},
		"GET " + object + "?acl":        {body: `<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList></AccessControlList></AccessControlPolicy>`},
		"GET /films?versioning":         {body: `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`},
		"GET /films?object-lock":        {status: 404, body: "<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>"},
		"GET " + object + "?retention":  {status: 404, body: "<Error><Code>NoSuchObjectLockConfiguration</Code></Error>"},
		"GET " + object + "?legal-hold": {status: 404, body: "<Error><Code>NoSuchObjectLockConfiguration</Code></Error>"},
		"PUT " + object:                 {body: `<CopyObjectResult><ETag>"e1"</ETag></CopyObjectResult>`, header: map[string]string{"X-Amz-Server-Side-Encryption": "AES256"}},
		"PUT " + object + "?tagging":    {},
		"POST " + object + "?restore":   {status: 202},
	}
	for k, v := range changes {
		all[k] = v
	}
	return all
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
	s.env = &views.Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Environ: func(string) string { return "" }, Edit: Choose}
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
				"home": func(ui.Place) ui.View { return s.view }, "edit": func(p ui.Place) ui.View { return New(s.env, p) },
				"preview": func(ui.Place) ui.View { return s.view }},
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
