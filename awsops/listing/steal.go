package listing

import (
	"bytes"
	"math"
)

// steal splits the range with the most left in it. It reports whether a new range waits.
func (c *crew) steal() bool {
	if c.most == 1 || c.pages == 0 {
		return false
	}
	var victim *run
	best := 1.5 * float64(c.pageSize) // what the next request brings anyway is not worth a split
	for _, r := range c.live {
		if left := c.left(r); left > best {
			victim, best = r, left
		}
	}
	if victim == nil {
		return false
	}
	if victim.hi == nil {
		points := c.clearAll(steps(victim.cur, c.floor, c.allowed-c.active), victim.cur)
		// The highest first, so that each cut leaves the lower part with the victim.
		for i := len(points) - 1; i >= 0; i-- {
			c.cut(victim, points[i])
		}
		if len(points) > 0 {
			return true
		}
	}
	mid, ok := c.abc.middle(victim.cur, victim.hi, c.floor)
	mid = c.clear(mid)
	if !ok || !between(victim.cur, mid, victim.hi) {
		victim.tight = true
		return false
	}
	c.cut(victim, mid)
	return true
}

// clear moves a split point out of a common prefix: to the first string after all that begin with it.
// Otherwise both sides would list the prefix.
func (c *crew) clear(mid []byte) []byte {
	if c.delimiter == "" || len(mid) < c.floor {
		return mid
	}
	i := bytes.Index(mid[c.floor:], []byte(c.delimiter))
	if i < 0 {
		return mid
	}
	last := c.floor + i + len(c.delimiter) - 1
	return append(bytes.Clone(mid[:last]), mid[last]+1)
}

// clearAll is clear for ascending points above lo; points that fall together count once.
func (c *crew) clearAll(points [][]byte, lo []byte) [][]byte {
	out := points[:0]
	for _, p := range points {
		p = c.clear(p)
		if bytes.Compare(p, lo) > 0 && (len(out) == 0 || bytes.Compare(p, out[len(out)-1]) > 0) {
			out = append(out, p)
		}
	}
	return out
}

// splits reports whether a listing with this delimiter can be split: the string after all that begin
// with a common prefix must be plain to make.
func splits(delimiter string) bool {
	return delimiter == "" || delimiter[len(delimiter)-1] < 0x7f
}

// cut gives the keys above mid to a new range.
func (c *crew) cut(r *run, mid []byte) {
	upper := &run{start: mid, cur: mid, hi: r.hi, at: place{after: mid}, next: r.next}
	r.hi, r.next = mid, upper
	c.live = append(c.live, upper)
	c.split = true
}

// left guesses how many rows a range still has: as dense above its last key as below it. Places are
// compared after what all keys of the range begin with, since a float64 tells only some ten
// characters apart; a range whose end is farther off than that has a lot of room.
func (c *crew) left(r *run) float64 {
	if r.tight || r.n == 0 || len(r.cur) == 0 {
		return 0 // a range without an answer yet may well be empty
	}
	shared, to := min(c.floor, len(r.cur)), 1.0
	if r.hi != nil {
		shared = common(r.start, r.hi)
		to = c.abc.fraction(tail(r.hi, shared))
	}
	cur := c.abc.fraction(tail(r.cur, shared))
	covered := cur - c.abc.fraction(tail(r.start, shared))
	if covered <= 0 {
		return math.MaxFloat64
	}
	return float64(r.rows) * (to - cur) / covered
}

func tail(key []byte, n int) []byte { return key[min(n, len(key)):] }
