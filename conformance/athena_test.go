package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"cooper/awsops"
	"cooper/awsops/athena"
	"cooper/sandbox"
)

// logged is a request of the logs that questions are asked about.
type logged struct {
	at                                    string // 2026-02-03 04:05:06
	who, ip, operation, key, status, code string
	sent                                  int
	agent, version, tls                   string
	old                                   bool // a record of 18 fields
}

func (l logged) line(source string) string {
	at, err := time.Parse(time.DateTime, l.at)
	if err != nil {
		panic(err)
	}
	dash := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	sent := "-"
	if l.sent > 0 {
		sent = fmt.Sprint(l.sent)
	}
	head := fmt.Sprintf(`79a5 %s [%s] %s %s 3E57427F3EXAMPLE %s %s "GET /x?a="b" HTTP/1.1" %s %s %s 9 11 10 "-" "%s" %s`, source, at.Format("02/Jan/2006:15:04:05 -0700"),
		l.ip, dash(l.who), l.operation, dash(l.key), l.status, dash(l.code), sent, dash(l.agent), dash(l.version))
	head = strings.Replace(head, `"GET /x?a="b" HTTP/1.1"`, `"GET /x HTTP/1.1"`, 1)
	if l.old {
		return head + "\n"
	}
	return head + fmt.Sprintf(" hostid SigV4 ECDHE AuthHeader b.s3.amazonaws.com %s - - eu-west-1\n", dash(l.tls))
}

const (
	anna = "arn:aws:iam::111122223333:user/anna"
	bert = "arn:aws:iam::111122223333:user/bert"
)

// days are the logs of three days, by day.
var days = map[string][]logged{
	"2026/02/01": {
		{at: "2026-02-01 10:00:00", who: anna, ip: "10.0.0.1", operation: "REST.GET.OBJECT", key: "a.txt", status: "200", sent: 100, agent: "cli", tls: "TLSv1.3"},
		{at: "2026-02-01 10:00:01", who: anna, ip: "10.0.0.1", operation: "REST.DELETE.OBJECT", key: "too-early", status: "204", agent: "cli", tls: "TLSv1.3"},
	},
	"2026/02/02": {
		{at: "2026-02-02 08:00:00", who: anna, ip: "10.0.0.1", operation: "REST.GET.OBJECT", key: "a.txt", status: "200", sent: 50, agent: "cli", tls: "TLSv1.3"},
		{at: "2026-02-02 08:00:01", who: bert, ip: "10.0.0.2", operation: "REST.DELETE.OBJECT", key: "it%2527s%2520gone.txt", status: "204", agent: "cli", tls: "TLSv1.3"},
		{at: "2026-02-02 08:00:02", who: bert, ip: "10.0.0.2", operation: "BATCH.DELETE.OBJECT", key: "v.txt", status: "204", agent: "cli", version: "v1", tls: "TLSv1.3"},
		{at: "2026-02-02 08:00:03", who: "AmazonS3", ip: "-", operation: "S3.EXPIRE.OBJECT", key: "old.txt", status: "-", tls: "-"},
		{at: "2026-02-02 08:00:04", ip: "203.0.113.9", operation: "REST.GET.OBJECT", key: ".env", status: "403", code: "AccessDenied", agent: "it's a 'scanner'", tls: "TLSv1.2"},
		{at: "2026-02-02 08:00:05", who: anna, ip: "10.0.0.1", operation: "REST.GET.OBJECT", key: "a.txt", status: "503", code: "SlowDown", agent: "erp", tls: "-"},
		{at: "2026-02-02 08:00:06", who: anna, ip: "10.0.0.1", operation: "REST.GET.OBJECT", key: "a.txt", status: "200", sent: 7, agent: "old", old: true},
	},
	"2026/02/03": {{at: "2026-02-03 00:00:00", who: bert, ip: "10.0.0.2", operation: "REST.DELETE.OBJECT", key: "too-late", status: "204", tls: "TLSv1.3"}},
}

// answers are what the questions give for the second of February.
var answers = map[string][]string{
	"deleted": {"02/Feb/2026:08:00:03 +0000|AmazonS3|-|S3.EXPIRE.OBJECT|old.txt|-|-|\"-\"", "02/Feb/2026:08:00:02 +0000|" + bert + "|10.0.0.2|BATCH.DELETE.OBJECT|v.txt|v1|204|\"cli\"",
		"02/Feb/2026:08:00:01 +0000|" + bert + "|10.0.0.2|REST.DELETE.OBJECT|it%2527s%2520gone.txt|-|204|\"cli\""},
	"requesters": {anna + "|3|57", bert + "|2|", "AmazonS3|1|", "-|1|"},
	"errors":     {"403|AccessDenied|REST.GET.OBJECT|-|1|", "503|SlowDown|REST.GET.OBJECT|" + anna + "|1|"},
	"denied":     {"-|REST.GET.OBJECT|AccessDenied|1|"},
	"anonymous":  {"203.0.113.9|REST.GET.OBJECT|\"it's a 'scanner'\"|1|"},
	"plain":      {anna + "|\"erp\"|10.0.0.1|1|"},
	"versions":   {"02/Feb/2026:08:00:02 +0000|" + bert + "|10.0.0.2|BATCH.DELETE.OBJECT|v.txt|v1"},
}

var secondOfFebruary = athena.Range{From: time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)}

// putLogs writes the days' logs to a place, and other things beside them.
func (w *world) putLogs(t *testing.T, p athena.Place) {
	t.Helper()
	for day, lines := range days {
		var text strings.Builder
		for _, l := range lines {
			text.WriteString(l.line(p.Source))
		}
		text.WriteString("this is no record\n")
		text.WriteString(logged{at: "2026-02-02 09:00:00", who: anna, ip: "10.0.0.1", operation: "REST.DELETE.OBJECT", key: "of-another", status: "204", tls: "-"}.line("another-bucket"))
		key := p.Folder() + strings.ReplaceAll(day, "/", "-") + "-00-00-00-0123456789ABCDEF"
		if p.Partitioned {
			key = p.Folder() + day + "/" + strings.ReplaceAll(day, "/", "-") + "-00-00-00-0123456789ABCDEF"
		}
		w.put(t, p.Target, key, text.String())
	}
	w.put(t, p.Target, "elsewhere/x", logged{at: "2026-02-02 09:00:00", ip: "10.0.0.1", operation: "REST.DELETE.OBJECT", key: "stray", status: "204"}.line(p.Source))
}

// keys are those of a bucket's objects.
func (w *world) keys(t *testing.T, bucket string) []string {
	t.Helper()
	out, err := w.fixture.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, o := range out.Contents {
		all = append(all, *o.Key)
	}
	return all
}

func (w *world) asked(t *testing.T, spec athena.QuerySpec) ([]string, *awsops.Plan) {
	t.Helper()
	id := ""
	spec.Started = func(e athena.Execution) { id = e.ID }
	p, err := athena.PlanQuery(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	got, err := athena.ReadResult(t.Context(), w.reader(), "eu-west-1", id, 5000)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, r := range got.Rows {
		rows = append(rows, strings.Join(r, "|"))
	}
	return rows, p
}

func TestAthenaAnswersEveryQuestionFromTheDeliveredLogs(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	logs, results := w.bucket(t, ""), w.bucket(t, "")
	for _, place := range []athena.Place{
		{Source: "invoices-2026", Target: logs, Prefix: "it's \"here\"/ü `x`/", Partitioned: true, Account: sandbox.DefaultAccount, Region: "eu-west-1"},
		{Source: "simple.bucket", Target: logs, Prefix: "simple/log-"},
	} {
		w.putLogs(t, place)
		for _, q := range athena.Questions() {
			spec := athena.QuerySpec{Place: place, Question: q.ID, Range: secondOfFebruary, Database: "default", WorkGroup: "primary", Output: "s3://" + results + "/athena/"}
			rows, p := w.asked(t, spec)
			want := slices.Clone(answers[q.ID])
			if q.ID == "errors" || q.ID == "requesters" { // rows with the same count have no order
				slices.Sort(rows)
				slices.Sort(want)
			}
			if diff := cmp.Diff(want, rows); diff != "" {
				t.Errorf("%s of %s (- wanted, + answered):\n%s\n%s", q.ID, place.Source, diff, p.Steps[1].Command)
			}
		}
	}
	var found int
	for _, v := range w.keys(t, results) {
		if strings.HasPrefix(v, "athena/") && strings.HasSuffix(v, ".csv") {
			found++
		}
	}
	if want := 2 * len(athena.Questions()); found != want {
		t.Errorf("%d results were written, want %d", found, want)
	}
}

func TestAQuestionAboutAHostileKeyMeansThatKeyAlone(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	logs := w.bucket(t, "")
	place := athena.Place{Source: "simple.bucket", Target: logs, Prefix: "l/"}
	w.putLogs(t, place)
	for key, want := range map[string]int{"it's gone.txt": 1, "x') OR (key <> '": 0, "v.txt": 1, `\' OR 1=1 --`: 0, "'": 0, "a\nb": 0} {
		r := secondOfFebruary
		r.Key = key
		rows, p := w.asked(t, athena.QuerySpec{Place: place, Question: "deleted", Range: r, Database: "default", WorkGroup: "primary", Output: "s3://" + logs + "/results/"})
		if len(rows) != want {
			t.Errorf("%q: %q\n%s", key, rows, p.Steps[1].Command)
		}
	}
}

func TestThePlanCountsWhatAthenaWillRead(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	logs := w.bucket(t, "")
	place := athena.Place{Source: "invoices-2026", Target: logs, Prefix: "p/", Partitioned: true, Account: sandbox.DefaultAccount, Region: "eu-west-1"}
	w.putLogs(t, place)
	spec := athena.QuerySpec{Place: place, Question: "denied", Range: secondOfFebruary, Database: "default", WorkGroup: "primary", Output: "s3://" + logs + "/results/"}
	p, err := athena.PlanQuery(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	e, err := athena.Measure(t.Context(), w.reader(), place, spec.Range)
	if err != nil || e.Files != 1 || p.Effects.Lines[0] != "It reads "+e.Words()+"." {
		t.Errorf("%+v %v %q", e, err, p.Effects.Lines)
	}
	s := w.done(t, p, nil)
	if s.Bytes != e.Bytes || !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, fmt.Sprintf("read %d bytes", e.Bytes)) }) {
		t.Errorf("Athena read %d bytes, %d were counted: %q", s.Bytes, e.Bytes, s.Notes)
	}
	place.ByDelivery = true
	if late, err := athena.Measure(t.Context(), w.reader(), place, spec.Range); err != nil || late.Files != 2 {
		t.Errorf("by the day of the delivery: %+v %v", late, err)
	}
}

func TestAQueryIsWatchedWhileItWaitsAndRuns(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	logs := w.bucket(t, "")
	spec := athena.QuerySpec{Place: athena.Place{Source: "simple.bucket", Target: logs, Prefix: "l/"}, Question: "errors", Range: secondOfFebruary,
		Database: "default", WorkGroup: "primary", Output: "s3://" + logs + "/r/"}
	w.putLogs(t, spec.Place)
	w.server.SlowQueries(12 * time.Second)
	var states []string
	var seen []athena.Execution
	results := func() int {
		return len(slices.DeleteFunc(w.keys(t, logs), func(k string) bool { return !strings.HasSuffix(k, ".csv") }))
	}
	spec.Started = func(e athena.Execution) {
		seen = append(seen, e)
		if n := len(states); n == 0 || states[n-1] != e.State {
			states = append(states, e.State)
		}
		_, err := athena.ReadResult(t.Context(), w.reader(), "eu-west-1", e.ID, 10)
		if e.Ended() == (err != nil) || e.Ended() == (results() == 0) {
			t.Errorf("%s: %v, %d results", e.State, err, results())
		}
	}
	p, err := athena.PlanQuery(t.Context(), w.reader(), spec)
	s := w.done(t, p, err)
	if !slices.Equal(states, []string{athena.Queued, athena.Running, athena.Succeeded}) {
		t.Errorf("%q", states)
	}
	if last := seen[len(seen)-1]; last.Scanned != s.Bytes || last.Millis != 12_000 {
		t.Errorf("%+v, %d bytes", last, s.Bytes)
	}
	goesOn(t, seen)
}

// goesOn wants each look at a query to have seen more than the one before it.
func goesOn(t *testing.T, seen []athena.Execution) {
	t.Helper()
	for i := 1; i < len(seen); i++ {
		if a, b := seen[i-1], seen[i]; a.Scanned > b.Scanned || a.Millis >= b.Millis || a.State == athena.Running && b.State == a.State && a.Scanned == b.Scanned {
			t.Errorf("%+v, then %+v", a, b)
		}
	}
}

func TestACancelledJobStopsItsQuery(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	logs := w.bucket(t, "")
	place := athena.Place{Source: "simple.bucket", Target: logs, Prefix: "l/"}
	w.putLogs(t, place)
	w.server.SlowQueries(time.Hour)
	var job *awsops.Job
	begun := make(chan struct{})
	var seen []athena.Execution
	spec := athena.QuerySpec{Place: place, Question: "errors", Range: secondOfFebruary, Database: "default", WorkGroup: "primary", Output: "s3://" + logs + "/r/",
		Started: func(e athena.Execution) {
			seen = append(seen, e)
			<-begun
			job.Cancel(errors.New("enough"))
		}}
	p, err := athena.PlanQuery(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	job = w.session.Apply(t.Context(), p)
	close(begun)
	<-job.Done()
	if s := job.Snapshot(); s.State != awsops.JobCancelled || seen[len(seen)-1].State != athena.Cancelled {
		t.Fatalf("%+v %+v", s.State, seen)
	}
	if e, err := athena.ReadExecution(t.Context(), w.reader(), "eu-west-1", seen[0].ID); err != nil || e.State != athena.Cancelled {
		t.Errorf("%+v %v", e, err)
	}
	w.server.SlowQueries(0)
	again, err := w.session.Resume(t.Context(), athena.Planners(), awsops.Unfinished{Start: awsops.JournalStart{ID: p.ID, Kind: p.Kind, Params: p.Params, Target: p.Target},
		At: job.Snapshot().Reached})
	w.done(t, again, err) // a query that was stopped is not what is waited for
}

func TestAthenaRefusesInWords(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	logs := w.bucket(t, "")
	good := athena.QuerySpec{Place: athena.Place{Source: "simple.bucket", Target: logs, Prefix: "l/"}, Question: "errors", Range: secondOfFebruary,
		Database: "default", WorkGroup: "primary", Output: "s3://" + logs + "/r/"}
	w.putLogs(t, good.Place)
	for name, c := range map[string]struct {
		change func(*athena.QuerySpec)
		want   string
	}{
		"no output":      {func(s *athena.QuerySpec) { s.Output = "" }, "No output location provided"},
		"no such bucket": {func(s *athena.QuerySpec) { s.Output = "s3://nobody-has-this/r/" }, "for the result can't be found"},
		"no slash":       {func(s *athena.QuerySpec) { s.Output = "s3://" + logs + "/r" }, "with a slash at the end"},
		"disabled":       {func(s *athena.QuerySpec) { s.WorkGroup = "retired" }, "is disabled"},
		"database":       {func(s *athena.QuerySpec) { s.Database = "nowhere" }, "Database does not exist"},
		"prefix":         {func(s *athena.QuerySpec) { s.Place.Prefix = "a${day}/" }, "mean something else in a location"},
		"control":        {func(s *athena.QuerySpec) { s.Place.Prefix = "a\x1b/" }, "control characters"},
		"question":       {func(s *athena.QuerySpec) { s.Question = "else" }, "no such question"},
		"time":           {func(s *athena.QuerySpec) { s.Range.To = s.Range.From }, "ends before it begins"},
		"no logs":        {func(s *athena.QuerySpec) { s.Place.Target = "" }, "not logged"},
	} {
		spec := good
		c.change(&spec)
		p, err := athena.PlanQuery(t.Context(), w.reader(), spec)
		said := fmt.Sprint(err)
		if err == nil {
			job := w.session.Apply(t.Context(), p)
			<-job.Done()
			said = fmt.Sprint(job.Snapshot().Err)
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: %s", name, said)
		}
	}
	stranger := w.as(t, w.server.AddUser("reader", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":"*"}]}`))
	if _, err := athena.ReadWorkGroups(t.Context(), stranger.Reader(), ""); awsops.Wrap("", "", "", err).Kind != awsops.KindDenied {
		t.Errorf("%v", err)
	}
	compatible := openSandbox(t, awsops.DialectCompatible)
	if _, err := athena.PlanQuery(t.Context(), compatible.reader(), good); awsops.Wrap("", "", "", err).Kind != awsops.KindUnsupported {
		t.Errorf("%v", err)
	}
	groups, err := athena.ReadWorkGroups(t.Context(), w.reader(), "")
	if err != nil || len(groups) != 2 || groups[0].Name != "primary" || !groups[0].Enabled || groups[1].Enabled {
		t.Errorf("%+v %v", groups, err)
	}
}

func TestTheSameTokenAsksNothingTwice(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	logs := w.bucket(t, "")
	spec := athena.QuerySpec{Place: athena.Place{Source: "s", Target: logs, Prefix: "l/"}, Question: "errors", Range: secondOfFebruary,
		Database: "default", WorkGroup: "primary", Output: "s3://" + logs + "/r/", Once: strings.Repeat("t", 32)}
	w.putLogs(t, spec.Place)
	w.asked(t, spec)
	before := len(w.keys(t, logs))
	p, err := athena.PlanQuery(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	p2, err := w.session.Resume(context.Background(), athena.Planners(), awsops.Unfinished{Start: awsops.JournalStart{ID: "x", Kind: p.Kind, Params: p.Params, Target: p.Target}})
	if err != nil {
		t.Fatal(err)
	}
	w.done(t, p2, nil)
	if after := len(w.keys(t, logs)); after != before {
		t.Errorf("%d keys became %d", before, after)
	}
	if bytes.Contains(p.Params, []byte("Started")) {
		t.Errorf("%s", p.Params)
	}
}
