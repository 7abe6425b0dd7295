package views

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// pastShapes are the times that may be typed, UTC, and what each stands for.
var pastShapes = []struct {
	layout string
	span   time.Duration // 0: a day of the calendar
}{
	{"2006-01-02 15:04:05", time.Second}, {"2006-01-02T15:04:05", time.Second}, {"2006-01-02 15:04", time.Minute},
	{"2006-01-02T15:04", time.Minute}, {"2006-01-02", 0},
}

const pastHint = "write 2026-03-01 18:30 (UTC), or how long ago: 90m, 12h, 3d, 2w"

// readPast reads a time of the past as it is typed: from is its beginning and to the beginning of what comes after
// it, so that a day is a day long. problem says what is wrong with it, "" when nothing is.
func readPast(text string, now time.Time) (from, to time.Time, problem string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return from, to, pastHint
	}
	if ago, ok := readAgo(text); ok {
		from = now.UTC().Add(-ago).Truncate(time.Second)
		return from, from.Add(time.Second), ""
	}
	plain := strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(text, "Z"), "UTC"))
	for _, shape := range pastShapes {
		t, err := time.ParseInLocation(shape.layout, plain, time.UTC)
		if err != nil {
			continue
		}
		if t.After(now) {
			return from, to, "this has not come yet"
		}
		if shape.span == 0 {
			return t, t.AddDate(0, 0, 1), ""
		}
		return t, t.Add(shape.span), ""
	}
	return from, to, pastHint
}

// readAgo reads a number and a unit: minutes, hours, days, weeks.
func readAgo(text string) (time.Duration, bool) {
	last, n := utf8.DecodeLastRuneInString(text)
	unit, ok := map[rune]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[last]
	count, err := strconv.Atoi(strings.TrimSpace(text[:len(text)-n]))
	if !ok || err != nil || count < 0 || count > 60*24*365*10 || time.Duration(count) > 100*365*24*time.Hour/unit {
		return 0, false
	}
	return time.Duration(count) * unit, true
}

// readMoment reads one moment: a day alone is none.
func readMoment(text string, now time.Time) (time.Time, string) {
	from, to, problem := readPast(text, now)
	switch {
	case problem != "":
		return time.Time{}, problem
	case to.Sub(from) > time.Minute:
		return time.Time{}, "a day is no moment: add the time, such as " + from.Format("2006-01-02") + " 18:30"
	}
	return from, ""
}
