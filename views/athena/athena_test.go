package athena

import (
	"context"
	"fmt"
	"io"
	"net/http"
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

const logsOf = `<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>it's/</TargetPrefix>%s</LoggingEnabled></BucketLoggingStatus>`

const byDay = `<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>`

// wire answers S3, STS and Athena in place of a network.
type wire struct {
	mu      sync.Mutex
	logging string
	athena  map[string]string // by action; "" is denied
	sent    []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(raw)
	}
	status, text := 200, ""
	_, action, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case isJSON:
		w.sent = append(w.sent, action+" "+body)
		if text = w.athena[action]; text == "" {
			status, text = 400, `{"__type":"AccessDeniedException","message":"not authorized"}`
		}
		if action == "GetQueryExecution" { // it ends at the second look
			w.athena[action] = strings.Replace(text, "RUNNING", "SUCCEEDED", 1)
		}
	case strings.Contains(body, "GetCallerIdentity"):
		text = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn><UserId>111122223333</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
	case r.URL.Query().Has("logging"):
		if text = w.logging; text == "" {
			status, text = 403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
		}
	case r.URL.Query().Has("list-type"):
		text = `<ListBucketResult><KeyCount>1</KeyCount><Contents><Key>` + r.URL.Query().Get("prefix") + `x</Key><Size>2500000</Size><LastModified>2026-11-30T00:00:00.000Z</LastModified></Contents></ListBucketResult>`
	}
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Amz-Bucket-Region": {"eu-west-1"}, "X-Amz-Request-Id": {"R"}}
	return &http.Response{StatusCode: status, Header: h, Request: r, ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text))}, nil
}

func athenaAnswers() map[string]string {
	row := func(values ...string) string {
		var out []string
		for _, v := range values {
			out = append(out, fmt.Sprintf(`{"VarCharValue":"%s"}`, v))
		}
		return `{"Data":[` + strings.Join(out, ",") + `]}`
	}
	return map[string]string{
		"ListWorkGroups":      `{"WorkGroups":[{"Name":"primary","State":"ENABLED"},{"Name":"audit","State":"ENABLED"}]}`,
		"GetWorkGroup":        `{"WorkGroup":{"Configuration":{"ResultConfiguration":{"OutputLocation":"s3://results/audit/"}}}}`,
		"StartQueryExecution": `{"QueryExecutionId":"q-1"}`,
		"GetQueryExecution":   `{"QueryExecution":{"Status":{"State":"RUNNING"},"ResultConfiguration":{"OutputLocation":"s3://results/audit/q-1.csv"},"Statistics":{"DataScannedInBytes":2500000,"TotalExecutionTimeInMillis":640}}}`,
		"GetQueryResults": `{"ResultSet":{"Rows":[` + row("requester", "requests", "bytes") + "," + row("arn:aws:iam::111122223333:user/anna", "12", "3456") + "," + row("evil\u202e", "1", "") +
			`],"ResultSetMetadata":{"ColumnInfo":[{"Name":"requester"},{"Name":"requests"},{"Name":"bytes"}]}}}`,
	}
}

type stage struct {
	env  *views.Env
	wire *wire
	view ui.View
}

func on(t *testing.T, w, h int, wr *wire, script func(s *stage, p *uitest.Program)) {
	t.Helper()
	var s *stage
	uitest.InBubble(t, uitest.Opts{Width: w, Height: h}, func(t *testing.T) tea.Model {
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		session, err := awsops.Open(ctx, awsops.Options{Region: "eu-west-1", Isolated: true, Transport: wr, Endpoint: "https://cooper.localhost:9000", Dialect: awsops.DialectSandbox,
			Static: &awsops.StaticCredentials{AccessKeyID: "AKIAEXAMPLEEXAMPLE01", SecretAccessKey: "secret"}})
		if err != nil {
			t.Fatal(err)
		}
		s = &stage{wire: wr, env: &views.Env{Session: session, Theme: ui.NewTheme(ui.ThemeOptions{}), Asker: &ui.Asker{}, Context: ctx, Environ: func(string) string { return "" }}}
		from := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
		s.view = New(s.env, Place("photos", "", "requesters", from, from.Add(48*time.Hour)))
		return ui.New(ui.Options{Name: "cooper", Theme: s.env.Theme, KeepDark: true, Works: s.env.Works, Explain: views.Explain, Home: ui.Place{Screen: "home"},
			Screens: map[string]func(ui.Place) ui.View{"home": func(ui.Place) ui.View { return s.view }},
			Identity: func() ui.Identity {
				return ui.Identity{Account: "111122223333", Caller: "root", Region: "eu-west-1", Scheme: "https"}
			}})
	}, func(_ *testing.T, p *uitest.Program) {
		s.env.Asker.Bind(p.Post)
		p.Sleep(time.Second)
		script(s, p)
	})
}

func partitioned() *wire {
	return &wire{logging: fmt.Sprintf(logsOf, byDay), athena: athenaAnswers()}
}

func TestTheScreenAtEverySize(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}} {
		for _, state := range []string{"sql", "result"} {
			name := fmt.Sprintf("%s-%dx%d", state, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				on(t, size[0], size[1], partitioned(), func(_ *stage, p *uitest.Program) {
					if state == "result" {
						p.Press("R")
						p.Sleep(time.Second)
						p.Press("enter")
						p.Sleep(time.Minute)
					}
					uitest.Golden(t, name, p.Text())
				})
			})
		}
	}
}

func TestAQuestionIsPlannedRunWatchedAndAnswered(t *testing.T) {
	wr := partitioned()
	on(t, 120, 40, wr, func(_ *stage, p *uitest.Program) {
		p.Sees("top requesters", "2 log files, 5 MB", "primary", "s3://results/audit/", "day BETWEEN '2026/11/28' AND '2026/11/29'")
		p.Press("R")
		p.Sleep(time.Second)
		p.Sees("Plan: Ask Athena", "start-query-execution", "Glue Data Catalog")
		p.Press("enter")
		p.Sleep(time.Minute)
		p.Sees("SUCCEEDED", "user/anna", "3456", `evil\u{202e}`)
		p.Press("s")
		p.Sees("SELECT requester")
	})
	wr.mu.Lock()
	defer wr.mu.Unlock()
	starts := 0
	for _, s := range wr.sent {
		if strings.HasPrefix(s, "StartQueryExecution") {
			starts++
		}
	}
	if starts != 2 {
		t.Errorf("%d statements were run: %q", starts, wr.sent)
	}
}

func TestWhatKeepsAthenaFromBeingAskedIsSaidAndTheSQLStays(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*wire)
		sees   []string
	}{
		"no logs":         {func(w *wire) { w.logging = `<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>` }, []string{"the bucket's access is not logged"}},
		"denied logging":  {func(w *wire) { w.logging = "" }, []string{"denied"}},
		"no workgroups":   {func(w *wire) { w.athena = map[string]string{} }, []string{"the list of workgroups is denied to you", "where the workgroup says, unread: o sets it", "SELECT requester"}},
		"simple keys":     {func(w *wire) { w.logging = fmt.Sprintf(logsOf, "") }, []string{"their keys are not partitioned", "SELECT requester"}},
		"no place to go":  {func(w *wire) { w.athena["GetWorkGroup"] = `{"WorkGroup":{"Configuration":{}}}` }, []string{"nowhere yet: o says where"}},
		"denied settings": {func(w *wire) { w.athena["GetWorkGroup"] = "" }, []string{"where the workgroup says, unread: o sets it"}},
		"a hostile place": {func(w *wire) { w.logging = strings.Replace(fmt.Sprintf(logsOf, ""), "it's", "a${day}", 1) }, []string{"mean something else in a location"}},
	} {
		t.Run(name, func(t *testing.T) {
			wr := partitioned()
			c.change(wr)
			on(t, 160, 40, wr, func(_ *stage, p *uitest.Program) { p.Sees(c.sees...) })
		})
	}
}

func TestQuestionTimeKeyAndPlaceAreChosenAndWrongOnesAreRefused(t *testing.T) {
	on(t, 120, 40, partitioned(), func(_ *stage, p *uitest.Program) {
		p.Press("f")
		p.Sees("This question is about all keys")
		p.Press("v", "up", "enter", "f")
		p.Type("it's gone.txt")
		p.Press("enter")
		p.Sees("who deleted it's gone.txt", "key IN ('it''s gone.txt', 'it%27s%20gone.txt', 'it%2527s%2520gone.txt')")
		p.Press("w", "ctrl+u")
		p.Type("2026-11-30")
		p.Press("enter")
		p.Sees("the time ends before it begins")
		p.Press("esc", "o", "tab", "tab")
		p.Type("s3://here")
		p.Press("enter")
		p.Sees("with a slash at the end")
	})
}

func TestAPlaceSaysWhatIsAskedAboutAndOddOnesFallBack(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	from := now.Add(-time.Hour)
	if q, r := focused(Place("b", "k", "denied", from, now), now); q != 3 || !r.From.Equal(from) || !r.To.Equal(now) || r.Key != "k" {
		t.Errorf("%d %+v", q, r)
	}
	for _, focus := range []string{"", "denied", "x y z", "denied " + now.Format(focusTime) + " " + from.Format(focusTime)} {
		if _, r := focused(ui.Place{Focus: focus}, now); r.To.Sub(r.From) != 7*24*time.Hour {
			t.Errorf("%q: %+v", focus, r)
		}
	}
}
