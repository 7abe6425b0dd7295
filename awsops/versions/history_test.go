package versions

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// day0 is the day that the histories of the tests count from.
var day0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// written makes a history of words, newest first: v or m, and the day; ":3" adds seconds, "+" is an upload in parts.
func written(t testing.TB, text string) History {
	t.Helper()
	var h History
	for i, word := range strings.Fields(text) {
		e := Event{Row: i, Marker: word[0] == 'm', Size: int64(10 + i)}
		word, e.Parts = strings.CutSuffix(word[1:], "+")
		day, seconds := 0, 0
		if _, err := fmt.Sscanf(word, "%d:%d", &day, &seconds); err != nil {
			if _, err := fmt.Sscanf(word, "%d", &day); err != nil {
				t.Fatal(err)
			}
		}
		e.Nanos = day0.AddDate(0, 0, day).Add(time.Duration(seconds) * time.Second).UnixNano()
		h = append(h, e)
	}
	return h
}

func at(day, seconds int) time.Time {
	return day0.AddDate(0, 0, day).Add(time.Duration(seconds) * time.Second)
}

func TestAKeyWasWhatItsNewestEventUpToTheMomentSays(t *testing.T) {
	for _, c := range []struct {
		history string
		moment  time.Time
		want    Past
		back    Deed
	}{
		{"v1", at(0, 0), Past{At: -1}, Hide},
		{"v1", at(1, 0), Past{At: 0}, Stays},
		{"v1", at(1, 0).Add(-time.Nanosecond), Past{At: -1}, Hide},
		{"m5 v3 v1", at(2, 0), Past{At: 2}, Copy},
		{"m5 v3 v1", at(4, 0), Past{At: 1}, Uncover},
		{"m6 m5 v3 v1", at(4, 0), Past{At: 2}, Uncover},
		{"m5 v3 v1", at(5, 0), Past{At: 0}, Stays},
		{"v7 m5 v3", at(6, 0), Past{At: 1}, Hide},
		{"v7 m5 v3", at(4, 0), Past{At: 2}, Copy},
		{"v3:5 v3:5 v1", at(3, 5), Past{At: 0, Tied: true}, Stays},
		{"v3:6 v3:5 v3:5", at(3, 5), Past{At: 1, Tied: true}, Copy},
		{"m5", at(9, 0), Past{At: 0}, Stays},
		{"m5", at(1, 0), Past{At: -1}, Stays},
		{"v5 v3+", at(4, 0), Past{At: 1, Began: true}, Copy},
		{"", at(4, 0), Past{At: -1}, Stays},
	} {
		h := written(t, c.history)
		got := h.At(c.moment)
		if got != c.want || h.Back(got) != c.back {
			t.Errorf("%q at %s: %+v, deed %d; want %+v, %d", c.history, c.moment.Format(time.DateTime), got, h.Back(got), c.want, c.back)
		}
	}
}

func TestAMomentIsTheEndOfItsSecond(t *testing.T) {
	h := History{{Nanos: at(1, 0).Add(999 * time.Millisecond).UnixNano()}}
	if got := h.At(at(1, 0)); got.At != 0 {
		t.Errorf("got %+v", got)
	}
	h = History{{Nanos: -1}} // the last second of 1969
	if got := h.At(time.Unix(-1, 0)); got.At != 0 {
		t.Errorf("before 1970: %+v", got)
	}
	h = History{{Nanos: math.MinInt64}}
	if got := h.At(at(1, 0)); got.At != -1 {
		t.Errorf("without a time: %+v", got)
	}
}

func TestADeletedKeyIsOneThatOnlyMarkersStandAbove(t *testing.T) {
	for _, c := range []struct {
		history string
		markers int
		size    int64 // of what would come back, -1: nothing
	}{{"v1", 0, -1}, {"m2 v1", 1, 11}, {"m3 m2 v1", 2, 12}, {"m3 m2", 2, -1}, {"v3 m2 v1", 0, -1}, {"", 0, -1}} {
		markers, below := written(t, c.history).Hidden()
		size := int64(-1)
		if below != nil {
			size = below.Size
		}
		if markers != c.markers || size != c.size {
			t.Errorf("%q: %d markers above %d bytes, want %d and %d", c.history, markers, size, c.markers, c.size)
		}
	}
}

func TestAPurgeTakesWhatItsRuleSays(t *testing.T) {
	now := at(100, 0)
	for _, c := range []struct {
		rule    Rule
		history string
		want    []int
	}{
		{Rule{Noncurrent: true}, "v9 v8 m7 v6", []int{1, 2, 3}},
		{Rule{Noncurrent: true}, "v9", nil},
		{Rule{Noncurrent: true}, "m9 v8", []int{1}},
		{Rule{Noncurrent: true, Keep: 1}, "v9 v8 m7 v6", []int{2, 3}},
		{Rule{Noncurrent: true, Keep: 1}, "m9 m8 v7 v6", []int{3}},
		{Rule{Noncurrent: true, Keep: 2}, "v9 v8", nil},
		{Rule{Noncurrent: true, Keep: 1}, "v9 v8:5 v8:5 v8:4", []int{3}},
		// Noncurrent since day 71 is 29 days at day 100; since day 70 it is 30.
		{Rule{Noncurrent: true, Days: 30}, "v71 v1", nil},
		{Rule{Noncurrent: true, Days: 30}, "v70 v1", []int{1}},
		{Rule{Noncurrent: true, Days: 30}, "v99 v70 v2 v1", []int{2, 3}},
		{Rule{Noncurrent: true, Days: 30, Keep: 2}, "v99 v70 v2 v1", []int{3}},
		{Rule{Expired: true}, "m9", []int{0}},
		{Rule{Expired: true}, "m9 m8", []int{0, 1}},
		{Rule{Expired: true}, "m9 v8", nil},
		{Rule{Expired: true}, "v9 m8", nil},
		{Rule{Expired: true, Noncurrent: true}, "m9 v8", []int{0, 1}},
		{Rule{Expired: true, Noncurrent: true, Keep: 1}, "m9 v8", nil},
		{Rule{Expired: true, Noncurrent: true, Days: 95}, "m9 v3 v1", []int{2}},
		{Rule{Expired: true, Noncurrent: true, Days: 98}, "m9 v3 v1", nil},
		{Rule{Expired: true, Noncurrent: true}, "", nil},
	} {
		if got := c.rule.Takes(written(t, c.history), now); !slices.Equal(got, c.want) {
			t.Errorf("%s of %q: %v, want %v", c.rule, c.history, got, c.want)
		}
	}
}

func TestAVersionWithoutATimeIsNotOldEnough(t *testing.T) {
	h := History{{Nanos: math.MinInt64}, {Nanos: math.MinInt64}}
	if got := (Rule{Noncurrent: true, Days: 1}).Takes(h, at(9, 0)); got != nil {
		t.Errorf("took %v", got)
	}
}

func TestARuleSaysWhatItTakesAndWhatIsWrongWithIt(t *testing.T) {
	for rule, want := range map[Rule]string{
		{Noncurrent: true}:                         "noncurrent versions",
		{Noncurrent: true, Days: 1, Keep: 1}:       "all but the newest noncurrent version of each key, noncurrent for 1 day or longer",
		{Noncurrent: true, Keep: 3, Expired: true}: "all but the newest 3 noncurrent versions of each key and expired delete markers",
		{Expired: true}:                            "expired delete markers",
	} {
		if got := rule.String(); got != want || rule.Problem() != "" {
			t.Errorf("%q (%s), want %q", got, rule.Problem(), want)
		}
	}
	for _, rule := range []Rule{{}, {Days: 3}, {Noncurrent: true, Days: -1}, {Noncurrent: true, Keep: -1}, {Expired: true, Days: 40000}} {
		if rule.Problem() == "" {
			t.Errorf("%+v passes", rule)
		}
	}
}

// drawn makes a history of bytes: a bit for the kind, the rest for how many seconds below the one above.
func drawn(raw []byte) History {
	var h History
	now := at(50, 0)
	for i, b := range raw {
		now = now.Add(-time.Duration(b>>2) * time.Hour)
		h = append(h, Event{Row: i, Nanos: now.UnixNano(), Size: 1, Marker: b&1 == 1, Parts: b&2 == 2})
	}
	return h
}

func FuzzAPurgeKeepsWhatItsRuleKeeps(f *testing.F) {
	f.Add([]byte{0, 4, 9, 200}, 3, 1, true, true)
	f.Add([]byte{1, 1, 1}, 0, 0, false, true)
	f.Fuzz(func(t *testing.T, raw []byte, days, keep int, noncurrent, expires bool) {
		rule := Rule{Days: days, Keep: keep, Noncurrent: noncurrent, Expired: expires}
		if rule.Problem() != "" {
			return
		}
		h, now := drawn(raw), at(50, 0)
		taken := map[int]bool{}
		for _, i := range rule.Takes(h, now) {
			taken[i] = true
		}
		if len(h) > 0 && taken[0] && !h[0].Marker {
			t.Fatal("the current version is taken")
		}
		kept, versions := 0, 0
		for i, e := range h[min(1, len(h)):] {
			if e.Marker {
				continue
			}
			if versions++; !taken[i+1] {
				kept++
			} else if now.Sub(time.Unix(0, h[i].Nanos)) < time.Duration(days)*24*time.Hour {
				t.Fatalf("version %d is too young", i+1)
			}
		}
		if kept < min(keep, versions) {
			t.Fatalf("%d versions stay, %d were to", kept, min(keep, versions))
		}
	})
}

func FuzzBringingAKeyBackLeavesItAsItWas(f *testing.F) {
	f.Add([]byte{0, 4, 9, 200}, int64(3))
	f.Add([]byte{1, 1, 0}, int64(0))
	f.Fuzz(func(t *testing.T, raw []byte, hours int64) {
		if hours < 0 || hours > 1<<20 {
			return
		}
		h, moment := drawn(raw), at(50, 0).Add(-time.Duration(hours)*time.Hour)
		p := h.At(moment)
		if bad := unfit(h, p); bad != "" {
			t.Fatalf("%+v %s", p, bad)
		}
		for i := range h {
			if before := floorSecond(h[i].Nanos) <= moment.Unix(); before != (p.At >= 0 && i >= p.At) {
				t.Fatalf("event %d is on the wrong side of %+v", i, p)
			}
		}
	})
}

// unfit says why a deed doesn't fit a past.
func unfit(h History, p Past) string {
	was, is := p.At >= 0 && !h[p.At].Marker, len(h) > 0 && !h[0].Marker
	want := map[Deed]bool{Stays: was == is && (!was || p.At == 0), Hide: !was && is, Uncover: was && p.At > 0, Copy: was && p.At > 0}
	if deed := h.Back(p); !want[deed] {
		return fmt.Sprintf("does not want deed %d", deed)
	}
	return ""
}
