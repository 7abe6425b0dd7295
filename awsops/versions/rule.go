package versions

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Rule says which versions and markers a purge takes for good. The current version of a key is never taken. Both
// limits must be passed, as with NoncurrentVersionExpiration in a lifecycle rule.
type Rule struct {
	// Days is for how many days at least a version must have been noncurrent, which it became when the next newer
	// version or marker was written. 0: whatever age.
	Days int `json:"days,omitempty"`
	// Keep is how many of a key's newest noncurrent versions stay. Markers are not counted; one goes when all that
	// are to stay lie above it. Versions of the same second as the last that stays, stay, too.
	Keep int `json:"keep,omitempty"`
	// Noncurrent takes noncurrent versions and markers, those that Days and Keep leave.
	Noncurrent bool `json:"noncurrent,omitempty"`
	// Expired takes delete markers of which no version is left below, or will be left by this purge.
	Expired bool `json:"expired,omitempty"`
}

// Problem says what is wrong with a rule, "" when nothing is.
func (r Rule) Problem() string {
	switch {
	case !r.Noncurrent && !r.Expired:
		return "the rule takes nothing: choose noncurrent versions, expired markers, or both"
	case r.Days < 0 || r.Days > 36500:
		return "days are 0 to 36,500"
	case r.Keep < 0 || r.Keep > 1_000_000:
		return "the versions to keep are 0 to 1,000,000"
	}
	return ""
}

// String says the rule in words.
func (r Rule) String() string {
	var parts []string
	if r.Noncurrent {
		text := "noncurrent versions"
		if r.Keep > 0 {
			text = fmt.Sprintf("all but the newest %d noncurrent versions of each key", r.Keep)
			if r.Keep == 1 {
				text = "all but the newest noncurrent version of each key"
			}
		}
		if r.Days > 0 {
			text += fmt.Sprintf(", noncurrent for %s or longer", number(int64(r.Days), "day", "days"))
		}
		parts = append(parts, text)
	}
	if r.Expired {
		parts = append(parts, "expired delete markers")
	}
	return strings.Join(parts, " and ")
}

// Takes gives the places in h of what the rule takes at now, newest first.
func (r Rule) Takes(h History, now time.Time) []int {
	taken := make([]bool, len(h))
	if r.Noncurrent {
		r.noncurrent(h, now, taken)
	}
	if r.Expired {
		expired(h, taken)
	}
	var out []int
	for i, t := range taken {
		if t {
			out = append(out, i)
		}
	}
	return out
}

// noncurrent marks what is below the first row and passes both limits.
func (r Rule) noncurrent(h History, now time.Time, taken []bool) {
	limit := now.Add(-time.Duration(r.Days) * 24 * time.Hour).UnixNano()
	kept, last := 0, int64(0) // last: the second of the version that was kept last
	for i := 1; i < len(h); i++ {
		e, second := h[i], floorSecond(h[i].Nanos)
		if !e.Marker && (kept < r.Keep || kept > 0 && second == last) {
			kept, last = kept+1, second
			continue
		}
		if e.Marker && kept < r.Keep {
			continue
		}
		// It became noncurrent when the one above it was written. A time that isn't told proves no age.
		since := h[i-1].Nanos
		taken[i] = r.Days == 0 || since != math.MinInt64 && since <= limit
	}
}

// expired marks the markers of a key of which no version is left. Each of the key's rows is a marker then, or taken.
func expired(h History, taken []bool) {
	for i, e := range h {
		if !e.Marker && !taken[i] {
			return
		}
	}
	for i, e := range h {
		taken[i] = taken[i] || e.Marker
	}
}
