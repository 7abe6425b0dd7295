package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var t0 = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := Open(dir)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// each runs a test on a journal in a folder and on one in memory.
func each(t *testing.T, test func(*testing.T, *Journal)) {
	t.Run("folder", func(t *testing.T) { test(t, open(t, filepath.Join(t.TempDir(), "state"))) })
	t.Run("memory", func(t *testing.T) { test(t, Memory()) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func purge(id string) Entry {
	return Entry{
		ID: id, Time: t0, Kind: "versions.purge", Title: "Delete 2,500 versions for good",
		Caller: "arn:aws:iam::111122223333:root", Account: "111122223333", Profile: "prod", Region: "eu-west-1",
		Bucket: "invoices", Key: "2026/\xff\x00.pdf", Params: json.RawMessage(`{"prefix":"2026/"}`),
		Commands: []string{`aws s3api delete-objects --bucket invoices --mfa "$MFA"`},
	}
}

func TestAChangeIsReadBackAsItWasWritten(t *testing.T) {
	each(t, func(t *testing.T, j *Journal) {
		e := purge("p1")
		r := Result{Time: t0.Add(time.Minute), Outcome: Done, Sentence: "2,500 versions are gone",
			RequestIDs: []string{"A1", "B2"}, Total: 2500, Succeeded: 2499, FailedN: 1}
		must(t, j.Start(e))
		must(t, j.Advance("p1", json.RawMessage(`{"marker":"k"}`), 1000))
		must(t, j.End("p1", r))
		got, err := j.Entries(Query{})
		must(t, err)
		want := []Record{{Entry: e, Cursor: json.RawMessage(`{"marker":"k"}`), Reached: 1000, Result: &r}}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	})
}

func TestTheNewestChangeComesFirstAndAQueryNarrows(t *testing.T) {
	each(t, func(t *testing.T, j *Journal) {
		for i, bucket := range []Text{"a", "b", "a", "a"} {
			e := purge(fmt.Sprint("p", i))
			e.Bucket, e.Time = bucket, t0.Add(time.Duration(i)*time.Hour)
			if i == 3 {
				e.Kind = "bucket.create"
			}
			must(t, j.Start(e))
		}
		for name, test := range map[string]struct {
			q    Query
			want []string
		}{
			"everything": {Query{}, []string{"p3", "p2", "p1", "p0"}},
			"bucket":     {Query{Bucket: "a"}, []string{"p3", "p2", "p0"}},
			"kind":       {Query{Kind: "bucket.create"}, []string{"p3"}},
			"since":      {Query{Since: t0.Add(2 * time.Hour)}, []string{"p3", "p2"}},
			"limit":      {Query{Bucket: "a", Limit: 2}, []string{"p3", "p2"}},
			"none":       {Query{Bucket: "c"}, nil},
		} {
			got, err := j.Entries(test.q)
			must(t, err)
			if d := cmp.Diff(test.want, ids(got)); d != "" {
				t.Errorf("%s (-want +got)\n%s", name, d)
			}
		}
	})
}

func ids(records []Record) []string {
	var out []string
	for _, r := range records {
		out = append(out, r.ID)
	}
	return out
}

func TestAChangeThatAnEarlierRunLeftIsUnfinishedUntilItIsEndedOrResumed(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	for _, id := range []string{"ended", "left", "resumed", "dropped"} {
		must(t, first.Start(purge(id)))
	}
	must(t, first.End("ended", Result{Outcome: Failed, Sentence: "denied"}))
	must(t, first.Advance("left", json.RawMessage(`"k1"`), 1))
	must(t, first.Advance("left", json.RawMessage(`"k2"`), 2))
	if got, err := first.Unfinished(); err != nil || len(got) != 0 {
		t.Errorf("changes that are being made now are unfinished: %v %v", ids(got), err)
	}
	must(t, first.Close())

	second := open(t, dir)
	again := purge("resumed-2")
	again.Resumes = "resumed"
	must(t, second.Start(again))
	must(t, second.End("dropped", Result{Outcome: Abandoned}))
	got, err := second.Unfinished()
	must(t, err)
	if d := cmp.Diff([]string{"left"}, ids(got)); d != "" {
		t.Fatalf("(-want +got)\n%s", d)
	}
	if string(got[0].Cursor) != `"k2"` || got[0].Reached != 2 {
		t.Errorf("cursor %s, reached %d", got[0].Cursor, got[0].Reached)
	}
}

func TestSerialsAreRememberedByAccountTheLastFirst(t *testing.T) {
	each(t, func(t *testing.T, j *Journal) {
		for _, s := range []string{"GAHT1", "arn:aws:iam::1:mfa/x", "GAHT1", "GAHT2"} {
			must(t, j.RememberSerial("1", s))
		}
		must(t, j.RememberSerial("2", "other"))
		must(t, j.ForgetSerial("1", "arn:aws:iam::1:mfa/x"))
		got, err := j.Serials("1")
		must(t, err)
		if d := cmp.Diff([]string{"GAHT2", "GAHT1"}, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		if got, err := j.Serials("3"); err != nil || len(got) != 0 {
			t.Errorf("an account without devices has %v, %v", got, err)
		}
		if err := j.RememberSerial("1", ""); err == nil {
			t.Error("a device without a number was remembered")
		}
	})
}

func TestResultsOfABulkChangeGrowAcrossRuns(t *testing.T) {
	each(t, func(t *testing.T, j *Journal) {
		for _, s := range []string{"one\n", "two\n"} {
			w, err := j.Bulk("p1")
			must(t, err)
			_, err = io.WriteString(w, s)
			must(t, err)
			must(t, w.Close())
		}
		r, err := j.ReadBulk("p1")
		must(t, err)
		got, err := io.ReadAll(r)
		must(t, errors.Join(err, r.Close()))
		if string(got) != "one\ntwo\n" {
			t.Errorf("%q", got)
		}
		if _, err := j.ReadBulk("p2"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("results that were never written: %v", err)
		}
	})
}

func TestAnIDThatCouldLeaveTheFolderIsRefused(t *testing.T) {
	j := Memory()
	for _, id := range []string{"", ".", "..", "../x", "a/b", `a\b`, "a b", "a\x00", "-a", strings.Repeat("a", 81), "ä"} {
		_, bulk := j.Bulk(id)
		_, read := j.ReadBulk(id)
		for _, err := range []error{bulk, read, j.Start(Entry{ID: id}), j.Advance(id, nil, 0), j.End(id, Result{Outcome: Done})} {
			if !errors.Is(err, ErrID) {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
}

func TestOthersCanNotLookIntoTheJournal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "state")
	must(t, os.MkdirAll(dir, 0o755))
	must(t, os.WriteFile(filepath.Join(dir, journalFile), header(), 0o644))
	j := open(t, dir)
	w, err := j.Bulk("p1")
	must(t, err)
	must(t, w.Close())
	for path, want := range map[string]fs.FileMode{
		".": 0o700, journalFile: 0o600, lockFile: 0o600, bulkFolder: 0o700, "bulk/p1.jsonl": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, path))
		must(t, err)
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
	}
}

func TestASecondWriterIsToldWhoHoldsTheJournalAndCanRead(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	must(t, first.Start(purge("p1")))
	_, err := Open(dir)
	held, ok := errors.AsType[*HeldError](err)
	if !ok || held.PID != os.Getpid() || held.Since.IsZero() {
		t.Fatalf("second Open: %v", err)
	}
	if !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("the sentence does not say who: %v", err)
	}
	reader, err := OpenReader(dir)
	must(t, err)
	if got, err := reader.Entries(Query{}); err != nil || len(got) != 1 {
		t.Errorf("reader sees %v, %v", ids(got), err)
	}
	_, bulk := reader.Bulk("p1")
	for _, err := range []error{reader.Start(purge("p2")), reader.End("p1", Result{Outcome: Done}), reader.Advance("p1", nil, 1),
		reader.RememberSerial("1", "x"), bulk} {
		if !errors.Is(err, ErrReader) {
			t.Errorf("a reader wrote: %v", err)
		}
	}
	must(t, first.Close())
	open(t, dir)
}

func TestALockFileWithoutAReadableHolderSaysSo(t *testing.T) {
	for _, text := range []string{"", "x y\n", "12\n", "x 1700000000\n"} {
		path := filepath.Join(t.TempDir(), "lock")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		file, err := os.Open(path)
		must(t, err)
		e := holder(file)
		must(t, file.Close())
		if e.PID != 0 || e.Error() != "another process writes to the journal" {
			t.Errorf("%q: %v", text, e)
		}
	}
}

func TestAReaderOfAFolderThatIsNotThereSeesNothing(t *testing.T) {
	j, err := OpenReader(filepath.Join(t.TempDir(), "none"))
	must(t, err)
	if got, err := j.Entries(Query{}); err != nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
}

func TestAfterCloseEveryCallSaysSo(t *testing.T) {
	each(t, func(t *testing.T, j *Journal) {
		must(t, j.Close())
		must(t, j.Close())
		_, entries := j.Entries(Query{})
		_, bulk := j.Bulk("p")
		_, read := j.ReadBulk("p")
		for _, err := range []error{entries, bulk, read, j.Start(purge("p")), j.RememberSerial("1", "x")} {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("%v", err)
			}
		}
	})
}

func TestAnEndWithoutAnOutcomeIsRefused(t *testing.T) {
	if err := Memory().End("p1", Result{}); err == nil {
		t.Error("an end that says nothing was written")
	}
}

func TestManyGoroutinesWriteWholeLines(t *testing.T) {
	each(t, func(t *testing.T, j *Journal) {
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				id := fmt.Sprint("p", i)
				for _, err := range []error{j.Start(purge(id)), j.Advance(id, nil, 1), j.End(id, Result{Outcome: Done})} {
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		got, err := j.Entries(Query{})
		must(t, err)
		for _, r := range got {
			if r.Result == nil || r.Reached != 1 {
				t.Errorf("%s lost a line", r.ID)
			}
		}
		if len(got) != 8 {
			t.Errorf("%d of 8 changes", len(got))
		}
	})
}
