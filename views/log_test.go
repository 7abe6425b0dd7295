package views

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"cooper/awsops/journal"
	"cooper/ui"
	"cooper/ui/uitest"
)

// filed writes changes of every outcome into the journal.
func filed(t *testing.T, j *journal.Journal) {
	t.Helper()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i, r := range []struct {
		id, title, bucket string
		result            *journal.Result
	}{
		{"a1", "Enable versioning on logs", "logs", &journal.Result{Outcome: journal.Done, Verdict: "done", RequestIDs: []string{"REQ7"}}},
		{"a2", "Enable MFA delete on invoices-2026", "invoices-2026", &journal.Result{Outcome: journal.Ignored, Sentence: "the server ignored it"}},
		{"a3", "Delete 2,500 versions of invoices-2026", "invoices-2026", &journal.Result{Outcome: journal.Done, Succeeded: 2499, FailedN: 1}},
		{"a4", "Delete bucket backups", "backups", &journal.Result{Outcome: journal.Failed, Sentence: "DeleteBucket backups: not empty (BucketNotEmpty)"}},
		{"a5", "Empty bucket \x1b[31mscratch", "scratch", nil},
	} {
		start := at.Add(time.Duration(i) * time.Hour)
		err := j.Start(journal.Entry{ID: r.id, Time: start, Kind: "test", Title: r.title, Bucket: journal.Text(r.bucket),
			Caller: "arn:aws:iam::111122223333:root", Account: "111122223333", Commands: []string{"aws s3api some-call --bucket " + r.bucket}})
		if err != nil {
			t.Fatal(err)
		}
		if r.result == nil {
			continue
		}
		r.result.Time = start.Add(time.Minute)
		if err := j.End(r.id, *r.result); err != nil {
			t.Fatal(err)
		}
	}
	w, err := j.Bulk("a3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, `{"key":"2026/01.pdf","sentence":"locked"}`+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func logStage(t *testing.T) *stage {
	s := newStage(t)
	filed(t, s.Journal)
	s.view = NewLog(s.Env, ui.Place{})
	return s
}

func TestTheJournalsScreenAtEverySize(t *testing.T) { goldens(t, "log", logStage, nil) }

func TestAChangeShowsItsCommandLinesAndFailures(t *testing.T) {
	on(t, 80, 24, logStage, func(_ *stage, p *uitest.Program) {
		p.Press("j", "j", "enter")
		p.Sees("aws s3api some-call --bucket invoices-2026", "2026/01.pdf", "locked", "2,499")
	})
}

func TestTheJournalIsFilteredAsItIsTyped(t *testing.T) {
	on(t, 80, 24, logStage, func(_ *stage, p *uitest.Program) {
		p.Press("/")
		p.Type("ignored")
		p.Sees("Enable MFA delete")
		p.SeesNot("Delete bucket backups")
		p.Press("esc")
		p.Sees("Delete bucket backups")
	})
}

func TestWithoutAJournalTheScreenSaysSo(t *testing.T) {
	none := func(t *testing.T) *stage {
		s := newStage(t)
		s.Journal = nil
		s.view = NewLog(s.Env, ui.Place{})
		return s
	}
	on(t, 80, 24, none, func(_ *stage, p *uitest.Program) { p.Sees("No journal is kept") })
}

func callsStage(t *testing.T) *stage {
	s := newStage(t)
	s.view = NewCalls(s.Env, ui.Place{})
	return s
}

func TestTheCommandLogAtEverySize(t *testing.T) {
	goldens(t, "calls", callsStage, func(s *stage, p *uitest.Program) {
		s.Session.Identity(s.Context)
		s.wire.answer = func(r *http.Request, _ string) (int, string, http.Header) {
			if strings.Contains(r.URL.Path, "denied") {
				return 403, "", nil
			}
			return 200, "", http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}}
		}
		for _, bucket := range []string{"invoices-2026", "denied-bucket"} {
			if _, err := s.Session.Reader().S3(s.Context, bucket); err != nil {
				t.Error(err)
			}
		}
		p.Sleep(time.Second)
	})
}

func TestTheCommandLogFollowsTheNewestCallAndKeepsTheOneThatIsLookedAt(t *testing.T) {
	on(t, 80, 24, callsStage, func(s *stage, p *uitest.Program) {
		p.Sees("No request has been sent yet")
		for _, bucket := range []string{"first-1", "second-2"} {
			if _, err := s.Session.Reader().S3(s.Context, bucket); err != nil {
				t.Fatal(err)
			}
		}
		p.Sleep(time.Second)
		p.Sees("2 requests sent", "second-2")
		p.Press("j")
		if _, err := s.Session.Reader().S3(s.Context, "third-3"); err != nil {
			t.Fatal(err)
		}
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sees("HeadBucket", "REQ1")
		if text := p.Text(); !strings.Contains(text, "bucket      first-1") {
			t.Errorf("the cursor left its call:\n%s", text)
		}
	})
}
