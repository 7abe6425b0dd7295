package presign

import (
	"math"
	"strings"
	"time"
)

// Preset is a usual life of a URL.
type Preset struct {
	Text string // as it is typed
	Note string
}

// Presets are the lives that are offered.
var Presets = []Preset{
	{"15m", "the SDK's default"}, {"1h", "the AWS CLI's default"}, {"12h", "the console's limit"}, {"7d", "the longest there is"},
}

const untilHint = "write 90m, 12h or 7d, or a time such as 18:30 or 2026-03-01 18:30 (UTC)"

var untilUnits = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// untilTimes are the shapes of a day with a time, in UTC.
var untilTimes = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04"}

// ReadUntil reads when a URL shall end as it is typed: how long from now (90m, 1h30m, 7d), a time of day, which is the
// next one, a day, which is the end of it, or both. Times without a zone are UTC. problem says what is wrong with it,
// "" when nothing is.
func ReadUntil(text string, now time.Time) (until time.Time, problem string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return until, untilHint
	}
	if strings.Trim(text, "0123456789") == "" {
		return until, text + " of what? Write " + text + "s, " + text + "m or " + text + "h"
	}
	now = now.UTC()
	if life, ok := readLife(text); ok {
		if life < time.Second {
			return until, "a URL lives for a second at least"
		}
		return now.Add(life), ""
	}
	until, ok := readTime(text, now)
	switch {
	case !ok:
		return time.Time{}, untilHint
	case until.Sub(now) < time.Second:
		return time.Time{}, "this is over already: it is " + now.Format("2006-01-02 15:04") + " UTC"
	}
	return until, ""
}

// readLife reads numbers with their units, the larger units first.
func readLife(text string) (time.Duration, bool) {
	var total time.Duration
	last := time.Duration(math.MaxInt64)
	digits, gap := 0, false // gap: a space follows the digits
	var n int64
	for i := range len(text) {
		c := text[i]
		unit, isUnit := untilUnits[c]
		switch {
		case c >= '0' && c <= '9' && !gap && n < 1e9:
			n, digits = n*10+int64(c-'0'), digits+1
		case c == ' ':
			gap = digits > 0
		case isUnit && digits > 0 && fits(total, n, unit, last):
			total += time.Duration(n) * unit
			last, digits, gap, n = unit, 0, false, 0
		default:
			return 0, false
		}
	}
	return total, digits == 0 && last != math.MaxInt64
}

// fits reports whether n units may follow what was read: the larger units come first, and nothing overflows.
func fits(total time.Duration, n int64, unit, last time.Duration) bool {
	return unit < last && time.Duration(n) <= (1<<62-total)/unit
}

func readTime(text string, now time.Time) (time.Time, bool) {
	plain := strings.TrimSpace(strings.TrimSuffix(text, "UTC"))
	for _, shape := range []string{"15:04", "15:04:05"} {
		t, err := time.Parse(shape, plain)
		if err != nil {
			continue
		}
		today := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
		if !today.After(now) {
			today = today.AddDate(0, 0, 1)
		}
		return today, true
	}
	if day, err := time.Parse(time.DateOnly, plain); err == nil {
		return day.AddDate(0, 0, 1), true
	}
	for _, shape := range untilTimes {
		if t, err := time.Parse(shape, plain); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
