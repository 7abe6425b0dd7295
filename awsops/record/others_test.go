package record

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/journal"
)

// leave leaves a job unfinished in a journal.
func leave(t *testing.T, dir, id string) {
	t.Helper()
	j, err := journal.Open(dir)
	must(t, err)
	must(t, errors.Join(To(j).Start(started(id)), j.Close()))
}

func TestJobsOfOtherJournalsAreFoundUnlessSomebodyWritesThere(t *testing.T) {
	dir := t.TempDir()
	one, two, none := filepath.Join(dir, "one"), filepath.Join(dir, "two"), filepath.Join(dir, "none")
	leave(t, one, "p1")
	leave(t, two, "p2")
	busy, err := journal.Open(two)
	must(t, err)
	others := Others{none, one, two}
	if left, err := others.Unfinished(); err != nil || len(left) != 1 || left[0].Start.ID != "p1" || left[0].Dir != one {
		t.Errorf("%+v %v", left, err)
	}
	must(t, busy.Close())
	if left, err := others.Unfinished(); err != nil || len(left) != 2 {
		t.Errorf("%+v %v", left, err)
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("a journal that was not there was made")
	}
	must(t, Abandon(two, "p2"))
	if left, err := others.Unfinished(); err != nil || len(left) != 1 {
		t.Errorf("%+v %v", left, err)
	}
}

func TestAJobGoesOnInTheJournalItWasLeftIn(t *testing.T) {
	dir := t.TempDir()
	leave(t, dir, "p1")
	at := Continuing(dir, "p1")
	next := started("p2")
	next.Resumes = "p1"
	must(t, at.Start(next))
	if _, err := journal.Open(dir); err == nil {
		t.Error("its lock is not held")
	}
	if left, err := (Others{dir}).Unfinished(); err != nil || len(left) != 0 {
		t.Errorf("while it runs: %+v %v", left, err)
	}
	must(t, at.Close())
	if left, err := (Others{dir}).Unfinished(); err != nil || len(left) != 1 || left[0].Start.ID != "p2" {
		t.Errorf("after it was cut off again: %+v %v", left, err)
	}
	if err := Continuing(dir, "p1").Start(next); err == nil || !strings.Contains(err.Error(), "gone on with this job meanwhile") {
		t.Errorf("gone on with twice: %v", err)
	}
}

func TestTheSameCommandIsFoundByWhatItWasAsked(t *testing.T) {
	s, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: "http://127.0.0.1:1", Dialect: awsops.DialectCompatible,
		Static: &awsops.StaticCredentials{AccessKeyID: "a", SecretAccessKey: "b"}})
	must(t, err)
	left := Left{Unfinished: awsops.Unfinished{Start: started("p1")}}
	plan := func(kind, params, endpoint string) *awsops.Plan {
		return &awsops.Plan{Kind: kind, Params: json.RawMessage(params), Target: awsops.Target{Endpoint: endpoint}}
	}
	const here = "https://s3.lab.example"
	for name, test := range map[string]struct {
		plan *awsops.Plan
		want bool
	}{
		"the same":          {plan("versions.purge", `{ "prefix" : "a/" }`, here), true},
		"another kind":      {plan("versions.delete", `{"prefix":"a/"}`, here), false},
		"another prefix":    {plan("versions.purge", `{"prefix":"b/"}`, here), false},
		"another server":    {plan("versions.purge", `{"prefix":"a/"}`, ""), false},
		"nothing was asked": {plan("versions.purge", ``, here), false},
	} {
		if _, ok := Same(t.Context(), s, test.plan, []Left{left}); ok != test.want {
			t.Errorf("%s: found %v", name, ok)
		}
	}
}
