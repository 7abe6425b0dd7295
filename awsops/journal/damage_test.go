package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// written returns the bytes of a journal with two changes, of which the second is not ended.
func written(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	j := open(t, dir)
	must(t, j.Start(purge("p1")))
	must(t, j.End("p1", Result{Outcome: Done}))
	must(t, j.Start(purge("p2")))
	must(t, j.Close())
	b, err := os.ReadFile(filepath.Join(dir, journalFile))
	must(t, err)
	return b
}

func TestATornLastLineIsPassedOverByReadersAndCutOffByTheWriter(t *testing.T) {
	whole := written(t)
	lastLine := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for cut := 0; cut < len(whole); cut += 61 {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, journalFile), whole[:cut], 0o600))
		reader, err := OpenReader(dir)
		must(t, err)
		if _, err := reader.Entries(Query{}); err != nil {
			t.Fatalf("cut at %d: a reader says %v", cut, err)
		}
		j, err := Open(dir)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		must(t, j.Start(purge("p3")))
		got, err := j.Entries(Query{})
		must(t, errors.Join(err, j.Close()))
		if got[0].ID != "p3" {
			t.Fatalf("cut at %d: the new change is not there: %v", cut, ids(got))
		}
		if cut > lastLine {
			if d := cmp.Diff([]string{"p3", "p1"}, ids(got)); d != "" {
				t.Fatalf("cut at %d (-want +got)\n%s", cut, d)
			}
		}
	}
}

func TestALongTornLineIsCutOff(t *testing.T) {
	dir := t.TempDir()
	b := append(written(t), bytes.Repeat([]byte("x"), 200<<10)...)
	must(t, os.WriteFile(filepath.Join(dir, journalFile), b, 0o600))
	j := open(t, dir)
	if got, err := j.Entries(Query{}); err != nil || len(got) != 2 {
		t.Errorf("%v %v", ids(got), err)
	}
}

func TestADamagedLineInTheMiddleIsToldAndTheRestIsRead(t *testing.T) {
	dir := t.TempDir()
	lines := bytes.SplitAfter(written(t), []byte("\n"))
	lines[2] = []byte("{\"end\":\x00\n")
	must(t, os.WriteFile(filepath.Join(dir, journalFile), bytes.Join(lines, nil), 0o600))
	j := open(t, dir)
	got, err := j.Entries(Query{})
	damage, ok := errors.AsType[*DamageError](err)
	if !ok || len(damage.Lines) != 1 || damage.Lines[0] != 3 {
		t.Fatalf("error %v", err)
	}
	if d := cmp.Diff([]string{"p2", "p1"}, ids(got)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if err := j.RememberSerial("1", "x"); err != nil {
		t.Errorf("damage elsewhere keeps a device from being remembered: %v", err)
	}
	if got, _ := j.Serials("1"); len(got) != 1 {
		t.Errorf("serials %v", got)
	}
}

func TestAJournalOfANewerProgramIsRefusedWithASentence(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, journalFile), []byte("{\"schema\":2}\n"), 0o600))
	_, writer := Open(dir)
	_, reader := OpenReader(dir)
	for _, err := range []error{writer, reader} {
		schema, ok := errors.AsType[*SchemaError](err)
		if !ok || schema.Have != 2 || !strings.Contains(err.Error(), "has format 2 and this program knows formats up to 1") {
			t.Errorf("%v", err)
		}
	}
	must(t, os.WriteFile(filepath.Join(dir, journalFile), header(), 0o600))
	open(t, dir) // the refusal let go of the lock
}

func TestAFileThatIsNoJournalIsLeftAlone(t *testing.T) {
	for name, text := range map[string]string{
		"notes": "shopping list\nmilk\n", "no schema": "{\"start\":{}}\n", "one long line": strings.Repeat("a", 4096),
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, journalFile)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "does not begin like a journal") {
			t.Errorf("%s: %v", name, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != text {
			t.Errorf("%s was changed: %v", name, err)
		}
	}
}

func TestAFolderThatCanNotBeMadeIsAnError(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if _, err := Open(filepath.Join(file, "state")); err == nil || !strings.Contains(err.Error(), "can't be made") {
		t.Errorf("%v", err)
	}
}

func TestAWriteThatFailsIsAnErrorBeforeAnythingIsSent(t *testing.T) {
	dir := t.TempDir()
	f, err := openFolder(dir)
	must(t, err)
	j := start(f, false)
	must(t, f.file.Close())
	if err := j.Start(purge("p1")); err == nil || !strings.Contains(err.Error(), "can't be written") {
		t.Errorf("%v", err)
	}
}

func FuzzReadingNeverPanicsAndKeepsWholeLines(f *testing.F) {
	f.Add([]byte("{\"schema\":1}\n{\"start\":{\"id\":\"a\",\"kind\":\"k\"}}\n{\"at\":{\"id\":\"a\",\"cursor\":1}}\n{\"end\":{\"id\":\"a\",\"outcome\":\"done\"}}\n"))
	f.Add([]byte("{\"serial\":{\"account\":\"1\",\"serial\":\"x\"}}\n{\"serial\":{\"account\":\"1\",\"serial\":\"x\",\"forget\":true}}\n"))
	f.Add([]byte("{\"start\":{\"bucket\":{\"base64\":\"/w==\"}}}\n\n{\"start\""))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := scan(bytes.NewReader(b))
		if err != nil && s == nil {
			return // a newer format
		}
		for _, r := range s.records {
			again, err := json.Marshal(r.Entry)
			if err != nil {
				t.Fatalf("an entry that was read can't be written: %v", err)
			}
			var back Entry
			if err := json.Unmarshal(again, &back); err != nil || back.Key != r.Key || back.Bucket != r.Bucket {
				t.Fatalf("%q became %q (%v)", r.Key, back.Key, err)
			}
		}
	})
}

func FuzzTextKeepsEveryByte(f *testing.F) {
	f.Add("plain")
	f.Add("\xff\x00\x1b[31m")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := json.Marshal(Text(s))
		must(t, err)
		var back Text
		must(t, json.Unmarshal(b, &back))
		if string(back) != s {
			t.Errorf("%q became %q", s, back)
		}
	})
}
