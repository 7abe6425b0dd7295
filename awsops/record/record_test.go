package record

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cooper/awsops"
	"cooper/awsops/journal"
)

var t0 = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func started(id string) awsops.JournalStart {
	return awsops.JournalStart{
		ID: id, Kind: "versions.purge", Title: "Delete 3 versions for good", At: t0, Params: json.RawMessage(`{"prefix":"a/"}`),
		Commands: []string{"aws s3api delete-objects"}, Resumes: "earlier",
		Target: awsops.Target{Profile: "prod", Account: "111122223333", Caller: "arn:aws:iam::111122223333:root", Root: true,
			Bucket: "invoices", Region: "eu-west-1", Owner: "111122223333", Endpoint: "https://s3.lab.example"},
	}
}

func only(t *testing.T, j *journal.Journal) journal.Record {
	t.Helper()
	all, err := j.Entries(journal.Query{})
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%d changes in the journal", len(all))
	}
	return all[0]
}

func TestAJobThatWasCutOffComesBackWithItsPlace(t *testing.T) {
	dir := t.TempDir()
	first, err := journal.Open(dir)
	must(t, err)
	r := To(first)
	at := awsops.Checkpoint{Step: 1, Cursor: "k\xff\x00", Done: 1000, Bytes: 5}
	must(t, errors.Join(r.Start(started("p1")), r.Reached("p1", awsops.Checkpoint{Done: 1}), r.Reached("p1", at)))
	must(t, first.Close())

	second, err := journal.Open(dir)
	must(t, err)
	defer func() { must(t, second.Close()) }()
	left, err := second.Unfinished()
	must(t, err)
	if len(left) != 1 {
		t.Fatalf("%d unfinished", len(left))
	}
	got, err := Unfinished(left[0])
	must(t, err)
	if d := cmp.Diff(awsops.Unfinished{Start: started("p1"), At: at}, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestAJobWithoutAPlaceBeginsAnew(t *testing.T) {
	j := journal.Memory()
	must(t, To(j).Start(started("p1")))
	got, err := Unfinished(only(t, j))
	if err != nil || got.At != (awsops.Checkpoint{}) {
		t.Errorf("%+v %v", got.At, err)
	}
}

func TestAPlaceThatCanNotBeReadIsAnError(t *testing.T) {
	if _, err := Unfinished(journal.Record{Cursor: json.RawMessage(`{"step":"one"}`)}); err == nil {
		t.Error("taken")
	}
}

func TestHowAJobEndedIsToldFromItsStateAndItsReadBack(t *testing.T) {
	for _, test := range []struct {
		state   awsops.JobState
		verdict awsops.Verdict
		want    journal.Outcome
	}{
		{awsops.JobDone, awsops.VerdictDone, journal.Done},
		{awsops.JobDone, awsops.VerdictNone, journal.Done},
		{awsops.JobDone, awsops.VerdictNotYet, journal.Accepted},
		{awsops.JobDone, awsops.VerdictUncertain, journal.Accepted},
		{awsops.JobFailed, awsops.VerdictIgnored, journal.Ignored},
		{awsops.JobFailed, awsops.VerdictNone, journal.Failed},
		{awsops.JobCancelled, awsops.VerdictNone, journal.Cancelled},
	} {
		j := journal.Memory()
		r := To(j)
		must(t, r.Start(started("p1")))
		must(t, r.End(awsops.JournalEnd{ID: "p1", At: t0, State: test.state.String(), Verdict: test.verdict.String(), Done: 2, Failures: 1,
			Bytes: 7, RequestIDs: []string{"R1"}, Error: "why", Checkpoint: awsops.Checkpoint{Step: 1, Done: 2}}))
		got := only(t, j)
		want := &journal.Result{Time: t0, Outcome: test.want, Sentence: "why", Verdict: test.verdict.String(), RequestIDs: []string{"R1"},
			Succeeded: 2, FailedN: 1, Bytes: 7}
		if d := cmp.Diff(want, got.Result); d != "" {
			t.Errorf("%v %v (-want +got)\n%s", test.state, test.verdict, d)
		}
		if at, err := Unfinished(got); err != nil || at.At.Step != 1 || at.At.Done != 2 {
			t.Errorf("place %+v %v", at.At, err)
		}
	}
}

func TestWhatABulkStepCouldNotDealWithIsInTheFileBeside(t *testing.T) {
	j := journal.Memory()
	r := To(j)
	must(t, errors.Join(r.Start(started("p1")), r.Failed("p1", nil)))
	if _, err := j.ReadBulk("p1"); err == nil {
		t.Error("no failures made a file")
	}
	denied := &awsops.Error{Op: "DeleteObjects", Bucket: "invoices", Key: "a", Code: "AccessDenied", Status: 403, RequestID: "R9"}
	must(t, r.Failed("p1", []awsops.Failure{{Entry: awsops.Entry{Key: "a", VersionID: "v1"}, Err: denied}}))
	must(t, r.Failed("p1", []awsops.Failure{{Entry: awsops.Entry{Key: "\xff", UploadID: "u"}}}))
	must(t, r.End(awsops.JournalEnd{ID: "p1", State: awsops.JobDone.String()}))
	in, err := j.ReadBulk("p1")
	must(t, err)
	b, err := io.ReadAll(in)
	must(t, errors.Join(err, in.Close()))
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), b)
	}
	var one, two failed
	must(t, errors.Join(json.Unmarshal([]byte(lines[0]), &one), json.Unmarshal([]byte(lines[1]), &two)))
	want := failed{Key: "a", Version: "v1", Code: "AccessDenied", Status: 403, RequestID: "R9", Sentence: denied.Error()}
	if d := cmp.Diff(want, one); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if two.Key != "\xff" || two.Upload != "u" || two.Sentence == "" {
		t.Errorf("%+v", two)
	}
}

func TestAJournalThatCanNotBeWrittenStopsTheJobBeforeItBegins(t *testing.T) {
	j := journal.Memory()
	r := To(j)
	must(t, j.Close())
	for name, err := range map[string]error{
		"start": r.Start(started("p1")), "place": r.Reached("p1", awsops.Checkpoint{}), "end": r.End(awsops.JournalEnd{ID: "p1", State: "done"}),
		"failures": r.Failed("p1", []awsops.Failure{{}}),
	} {
		if !errors.Is(err, journal.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatAJobReplacesIsInTheJournalBeforeItBegins(t *testing.T) {
	j := journal.Memory()
	start := started("p1")
	start.Replaces = []awsops.Document{{What: "policy", Bucket: "logs", Text: "{ \"a\":1}\n"}, {What: "cors", Bucket: "invoices"}}
	must(t, To(j).Start(start))
	for _, d := range start.Replaces {
		got, err := j.Replaced(journal.Of{What: d.What, Bucket: d.Bucket, Endpoint: start.Target.Endpoint, Owner: start.Target.Owner})
		must(t, err)
		want := []journal.Earlier{{Text: d.Text, Until: t0, Title: start.Title, Caller: start.Target.Caller}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
