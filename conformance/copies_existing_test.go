package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/existing"
)

// twoSides makes two buckets: what is under in/ of the first is at out/ of the second, the same or not.
func twoSides(t *testing.T, w *world) (from, to string) {
	t.Helper()
	from, to = w.bucket(t, ""), w.bucket(t, "")
	for i, key := range []string{"in/alike", "in/new", "in/same", "in/size"} {
		w.put(t, from, key, fmt.Sprintf("content of %d", i))
	}
	w.put(t, to, "out/alike", "AS LONG AS 1")
	w.put(t, to, "out/same", "content of 2")
	w.put(t, to, "out/size", "another")
	return from, to
}

func TestWhatIsAtTheDestinationIsLeftOrReplacedAsChosen(t *testing.T) {
	for _, c := range []struct {
		choice     existing.Choice
		done, left int64
		size       string
	}{{existing.Leave, 1, 3, "another"}, {existing.Differ, 2, 2, "content of 3"}, {existing.Replace, 4, 0, "content of 3"}} {
		for _, under := range []bool{true, false} {
			t.Run(fmt.Sprintf("%q, a prefix %v", c.choice, under), func(t *testing.T) {
				w := open(t)
				from, to := twoSides(t, w)
				p, err := copies.PlanCopy(t.Context(), w.reader(), aside(t, w, from, to, under, c.choice))
				if err != nil {
					t.Fatal(err)
				}
				if p.Effects.Objects != c.done || p.Effects.Left != c.left {
					t.Errorf("planned %d, left %d", p.Effects.Objects, p.Effects.Left)
				}
				if s := w.apply(t, p); s.State != awsops.JobDone || s.Done != c.done || s.Failures != 0 {
					t.Errorf("%v: %d done, %d failed, %v %v", s.State, s.Done, s.Failures, s.Err, s.Errors)
				}
				if got := w.text(t, to, "out/size"); got != c.size {
					t.Errorf("the one that differs is %q", got)
				}
				if got := keys(t, w, to); !slices.Equal(got, []string{"out/alike", "out/new", "out/same", "out/size"}) {
					t.Errorf("there are %q", got)
				}
			})
		}
	}
}

// aside copies what twoSides made, by its prefix or by its keys.
func aside(t *testing.T, w *world, from, to string, under bool, choice existing.Choice) copies.Spec {
	t.Helper()
	spec := copies.Spec{From: from, To: to, Under: under, Base: "in/", Into: "out/", Existing: choice}
	if under {
		spec.Prefix = "in/"
		return spec
	}
	for _, key := range keys(t, w, from) {
		spec.Entries = append(spec.Entries, awsops.Entry{Key: key})
	}
	return spec
}

func TestASourceThatIsNewerReplacesItsCopy(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	from, to := w.bucket(t, ""), w.bucket(t, "")
	w.put(t, from, "k", "old")
	spec := copies.Spec{From: from, To: to, Under: true, Existing: existing.Differ}
	p, err := copies.PlanCopy(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	if _, err = copies.PlanCopy(t.Context(), w.reader(), spec); !nothingLeft(err) {
		t.Errorf("what was copied is copied again: %v", err)
	}
	later(t, w)
	w.put(t, from, "k", "new")
	p, err = copies.PlanCopy(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	if got := w.text(t, to, "k"); got != "new" {
		t.Errorf("it is %q", got)
	}
}

func nothingLeft(err error) bool {
	e, ok := errors.AsType[*awsops.Error](err)
	return ok && e.Kind == awsops.KindConflict
}

func TestAReplacementIsRefusedWhenWhatIsThereMoved(t *testing.T) {
	w := open(t)
	from, to := twoSides(t, w)
	spec := copies.Spec{From: from, To: to, Under: true, Prefix: "in/", Base: "in/", Into: "out/", Existing: existing.Replace}
	p, err := copies.PlanCopy(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, to, "out/same", "somebody else's")
	if s := w.apply(t, p); s.Err == nil || s.Err.Kind != awsops.KindChanged {
		t.Errorf("it ended with %v", s.Err)
	}
	if got := w.text(t, to, "out/same"); got != "somebody else's" {
		t.Errorf("it was replaced by %q", got)
	}
}

func TestAnObjectThatComesBetweenIsLeft(t *testing.T) {
	w := open(t)
	from, to := w.bucket(t, ""), w.bucket(t, "")
	for _, key := range []string{"in/a", "in/b"} {
		w.put(t, from, key, "content")
	}
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: from, To: to, Under: true, Prefix: "in/", Base: "in/", Into: "out/"})
	if err != nil {
		t.Fatal(err)
	}
	do := p.Steps[0].Do
	p.Steps[0].Workers = 1
	p.Steps[0].Do = func(ctx context.Context, writer *awsops.Writer, it awsops.Item) (awsops.Receipt, error) {
		if it.Entries[0].Key == "in/b" {
			w.put(t, to, "out/b", "somebody else's")
		}
		return do(ctx, writer, it)
	}
	s := w.apply(t, p)
	if s.State != awsops.JobDone || s.Done != 1 || s.Failures != 0 || len(s.Notes) != 1 {
		t.Errorf("%v: %d done, %d failed, %v, %q", s.State, s.Done, s.Failures, s.Err, s.Notes)
	}
	if got := w.text(t, to, "out/b"); got != "somebody else's" {
		t.Errorf("it was replaced by %q", got)
	}
}

func TestAMoveThatWasCutOffBetweenCopyAndDeletionIsCompleted(t *testing.T) {
	for name, under := range map[string]bool{"a prefix": true, "one": false} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			from, to := w.bucket(t, ""), w.bucket(t, "")
			w.put(t, from, "in/a", "content")
			p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: from, To: to, Under: true, Prefix: "in/", Base: "in/", Into: "out/"})
			w.done(t, p, err)
			spec := copies.Spec{From: from, To: to, Under: under, Base: "in/", Into: "out/", Move: true}
			if spec.Prefix = "in/"; !under {
				spec.Prefix, spec.Entries = "", named("in/a")
			}
			w.put(t, from, "in/other", "another")
			w.put(t, to, "out/other", "AN0THER")
			if !under {
				spec.Entries = append(spec.Entries, awsops.Entry{Key: "in/other"})
			}
			p, err = copies.PlanCopy(t.Context(), w.reader(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if s := w.apply(t, p); s.State != awsops.JobDone || s.Done != 1 || s.Failures != 0 {
				t.Errorf("%v: %d done, %d failed, %v %v", s.State, s.Done, s.Failures, s.Err, s.Errors)
			}
			if got := keys(t, w, from); !slices.Equal(got, []string{"in/other"}) {
				t.Errorf("the source holds %q", got)
			}
			if got := w.text(t, to, "out/other"); got != "AN0THER" {
				t.Errorf("another object was replaced by %q", got)
			}
		})
	}
}
