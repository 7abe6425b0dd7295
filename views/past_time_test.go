package views

import (
	"testing"
	"time"
)

var pastNow = time.Date(2026, 3, 10, 15, 30, 45, 500, time.UTC)

func TestATimeOfThePastIsReadAsItIsTyped(t *testing.T) {
	for _, c := range []struct{ text, from, to string }{
		{"2026-03-01", "2026-03-01 00:00:00", "2026-03-02 00:00:00"},
		{" 2026-03-01 18:30 ", "2026-03-01 18:30:00", "2026-03-01 18:31:00"},
		{"2026-03-01T18:30:05Z", "2026-03-01 18:30:05", "2026-03-01 18:30:06"},
		{"2026-03-01 18:30 UTC", "2026-03-01 18:30:00", "2026-03-01 18:31:00"},
		{"3d", "2026-03-07 15:30:45", "2026-03-07 15:30:46"},
		{"90 m", "2026-03-10 14:00:45", "2026-03-10 14:00:46"},
		{"0h", "2026-03-10 15:30:45", "2026-03-10 15:30:46"},
		{"2w", "2026-02-24 15:30:45", "2026-02-24 15:30:46"},
	} {
		from, to, problem := readPast(c.text, pastNow)
		if problem != "" || from.Format(time.DateTime) != c.from || to.Format(time.DateTime) != c.to {
			t.Errorf("%q: %s to %s (%s)", c.text, from, to, problem)
		}
	}
	for _, text := range []string{"", "yesterday", "2026-13-01", "2026-03-11", "-3d", "3y", "d", "99999999999999999999d", "2026-03-01 25:00", "1000000w"} {
		if _, _, problem := readPast(text, pastNow); problem == "" {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestADayAloneIsNoMoment(t *testing.T) {
	if _, problem := readMoment("2026-03-01", pastNow); problem == "" {
		t.Error("it is taken")
	}
	if got, problem := readMoment("2026-03-01 18:30", pastNow); problem != "" || got.Format(time.DateTime) != "2026-03-01 18:30:00" {
		t.Errorf("%s (%s)", got, problem)
	}
}

func FuzzATimeOfThePastIsNeverInTheFuture(f *testing.F) {
	for _, text := range []string{"2026-03-01", "3d", "2026-03-01T18:30:05Z", "w", "é"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		from, to, problem := readPast(text, pastNow)
		if problem == "" && (from.After(pastNow) || !to.After(from)) {
			t.Errorf("%q: %s to %s", text, from, to)
		}
	})
}
