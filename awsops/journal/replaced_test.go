package journal

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// puts is a change that replaced a bucket's policy.
func puts(id, bucket, was string, at time.Time) Entry {
	return Entry{ID: id, Time: at, Kind: "policy.put", Title: "Change " + bucket, Caller: "anna", Owner: "111122223333", Bucket: Text(bucket),
		Replaces: []Document{{What: "policy", Bucket: Text(bucket), Text: Text(was)}}}
}

func texts(all []Earlier) []string {
	var out []string
	for _, e := range all {
		out = append(out, e.Text)
	}
	return out
}

func TestWhatAChangeReplacedIsThereWordForWordLatestFirst(t *testing.T) {
	each(t, func(t *testing.T, j *Journal) {
		hour := func(n int) time.Time { return t0.Add(time.Duration(n) * time.Hour) }
		odd := "{ \"a\": \"<&>\u2028\xff X-Amz-Signature=abc\" }\n" // nothing is hidden in it: it must be what it was
		must(t, j.Start(puts("p1", "a", "", hour(1))))
		must(t, j.Start(puts("p2", "a", odd, hour(2))))
		must(t, j.Start(puts("p3", "b", "of b", hour(3))))
		lab := puts("p4", "a", "of the lab", hour(4))
		lab.Endpoint = "https://s3.lab.example"
		must(t, j.Start(lab))
		cors := puts("p5", "a", "[]", hour(5))
		cors.Replaces[0].What = "cors"
		must(t, j.Start(cors))
		logs := puts("p6", "source", "x", hour(6))
		logs.Replaces[0] = Document{What: "policy", Bucket: "a", Text: "before the logs"}
		must(t, j.Start(logs))
		must(t, j.End("p2", Result{Outcome: Failed}))

		got, err := j.Replaced(Of{What: "policy", Bucket: "a", Owner: "111122223333"})
		must(t, err)
		want := []Earlier{{"before the logs", hour(6), "Change source", "anna"}, {odd, hour(2), "Change a", "anna"}, {"", hour(1), "Change a", "anna"}}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
		for _, c := range []struct {
			of   Of
			want []string
		}{
			{Of{What: "cors", Bucket: "a"}, []string{"[]"}},
			{Of{What: "policy", Bucket: "b"}, []string{"of b"}},
			{Of{What: "policy", Bucket: "b", Owner: "444455556666"}, nil}, // the name was another account's
			{Of{What: "policy", Bucket: "a", Endpoint: "https://s3.lab.example"}, []string{"of the lab"}},
			{Of{What: "policy", Bucket: "none"}, nil},
		} {
			got, err := j.Replaced(c.of)
			if must(t, err); !cmp.Equal(texts(got), c.want) {
				t.Errorf("%+v: %q", c.of, texts(got))
			}
		}
	})
}

func TestWhatWasReplacedIsKnownToJournalsSideBySideAndToLaterOnes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first := open(t, dir)
	var sides []*Journal
	for _, want := range []string{"side-1", "side-2"} {
		j, name, err := OpenBeside(dir)
		if must(t, err); name != want {
			t.Errorf("%s", name)
		}
		t.Cleanup(func() { _ = j.Close() })
		sides = append(sides, j)
	}
	must(t, first.Start(puts("p1", "a", "one", t0)))
	must(t, sides[0].Start(puts("p2", "a", "two", t0.Add(time.Hour))))
	must(t, sides[1].Start(puts("p3", "a", "three", t0.Add(time.Minute))))
	want := []string{"two", "three", "one"}
	for _, j := range append(sides, first) {
		got, err := j.Replaced(Of{What: "policy", Bucket: "a"})
		if must(t, err); !cmp.Equal(texts(got), want) {
			t.Errorf("%q", texts(got))
		}
	}
	must(t, first.Close())
	must(t, sides[0].Close())
	again := open(t, dir)
	got, err := again.Replaced(Of{What: "policy", Bucket: "a"})
	if must(t, err); !cmp.Equal(texts(got), want) {
		t.Errorf("after the restart %q", texts(got))
	}
	must(t, again.Close())
	if _, err := again.Replaced(Of{}); err == nil {
		t.Error("a closed journal answers")
	}
}
