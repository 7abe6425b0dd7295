package presign

import (
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestAnEndIsReadAsItIsTyped(t *testing.T) {
	for text, want := range map[string]string{
		"90m": "2026-03-01 13:30:00", " 1h30m ": "2026-03-01 13:30:00", "1h 30m": "2026-03-01 13:30:00", "7d": "2026-03-08 12:00:00",
		"1w": "2026-03-08 12:00:00", "45s": "2026-03-01 12:00:45", "12h": "2026-03-02 00:00:00", "30d": "2026-03-31 12:00:00",
		"18:30": "2026-03-01 18:30:00", "18:30:15": "2026-03-01 18:30:15", "06:00": "2026-03-02 06:00:00", "12:00": "2026-03-02 12:00:00",
		"18:30 UTC": "2026-03-01 18:30:00", "2026-03-02": "2026-03-03 00:00:00", "2026-03-02 18:30": "2026-03-02 18:30:00",
		"2026-03-02T18:30:01": "2026-03-02 18:30:01", "2026-03-02T18:30:00+02:00": "2026-03-02 16:30:00", "2026-03-01": "2026-03-02 00:00:00",
	} {
		got, problem := ReadUntil(text, noon)
		if problem != "" || got.Format("2006-01-02 15:04:05") != want || got.Location() != time.UTC {
			t.Errorf("%q: %v %s, want %s", text, got, problem, want)
		}
	}
}

func TestAnEndThatCannotBeIsRefusedInWords(t *testing.T) {
	for text, want := range map[string]string{
		"": "write 90m", "3600": "3600 of what", "soon": "write 90m", "0s": "for a second at least", "-5m": "write 90m", "5m1h": "write 90m",
		"1h1h": "write 90m", "1 0m": "write 90m", "h": "write 90m", "99999999999h": "write 90m", "1.5h": "write 90m", "10m5": "write 90m",
		"2026-02-28": "over already", "2026-03-01 12:00": "over already", "2026-13-01": "write 90m", "25:00": "write 90m",
	} {
		if got, problem := ReadUntil(text, noon); !strings.Contains(problem, want) || !got.IsZero() {
			t.Errorf("%q: %v %q, want %q", text, got, problem, want)
		}
	}
}

func FuzzAnEndIsRefusedOrInTheFuture(f *testing.F) {
	for _, s := range []string{"90m", "1h 30m", "18:30", "2026-03-02", "2026-03-02T18:30:00Z", "999999999w"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, problem := ReadUntil(text, noon)
		if (problem == "") != got.After(noon) {
			t.Errorf("%q: %v %q", text, got, problem)
		}
	})
}
