package versions

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"cooper/awsops"
	"cooper/awsops/listing"
)

// countLimit is how many rows a planner counts before it says "at least".
const countLimit = 200_000

// shownKeys is for how many keys a plan says what becomes of them.
const shownKeys = 5

// count is what a plan would delete.
type count struct {
	versions, markers, objects, bytes int64
	single                            int64 // keys that need a request each
	keys                              int64
	atLeast                           bool
	counted                           string
	requests                          int64 // of the counting
	first                             []string
}

// add counts one entry. key is good for the call only.
func (c *count) add(key []byte, size int64, version, marker bool) {
	switch {
	case marker:
		c.markers++
	case version:
		c.versions++
	default:
		c.objects++
	}
	c.bytes += size
	if Single(string(key)) {
		c.single++
	}
}

func (c *count) total() int64 { return c.versions + c.markers + c.objects }

// see notes a key that something is done to.
func (c *count) see(key []byte) {
	c.keys++
	if len(c.first) < shownKeys {
		c.first = append(c.first, string(key))
	}
}

// batches is how many requests deleting takes, and so how many codes.
func (c *count) batches() int64 {
	return (c.total()-c.single+batchSize-1)/batchSize + c.single
}

// countEntries counts entries that were named.
func countEntries(entries []awsops.Entry) count {
	c := count{counted: "as marked"}
	seen := map[string]bool{}
	for _, e := range entries {
		c.add([]byte(e.Key), e.Size, e.VersionID != "", e.Marker)
		if !seen[e.Key] {
			seen[e.Key] = true
			c.see([]byte(e.Key))
		}
	}
	return c
}

// countPrefix lists what is under a prefix and counts what the filter picks, up to a limit.
func countPrefix(ctx context.Context, r *awsops.Reader, q listing.Query, filter string) (count, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := listing.Start(ctx, r, q)
	complete, err := l.Settle(ctx, countLimit)
	if err != nil {
		return count{}, err
	}
	c := count{atLeast: !complete, requests: int64(l.Requests()), counted: "listed " + r.Now().UTC().Format("15:04:05") + " UTC"}
	if filter == filterMarkers {
		c.countMarkers(l.View())
		return c, nil
	}
	var last []byte
	l.View().Each(0, func(i int, key []byte, size int64, latest, marker bool) bool {
		if filter == filterNoncurrent && latest {
			return true
		}
		if i == 0 || c.keys == 0 || string(last) != string(key) {
			last = append(last[:0], key...)
			c.see(key)
		}
		c.add(key, size, q.Versions, marker)
		return true
	})
	return c, nil
}

// countMarkers counts the markers that hide a version.
func (c *count) countMarkers(v listing.View) {
	p := &picker{filter: filterMarkers}
	v.Each(0, func(_ int, key []byte, _ int64, latest, marker bool) bool {
		out := p.pick(listing.Row{Key: string(key), Marker: marker, Latest: latest})
		for _, e := range out {
			c.add([]byte(e.Key), 0, true, true)
		}
		if len(out) > 0 {
			c.see(key)
		}
		return true
	})
}

// effects puts the count into a plan.
func (c *count) effects(p *awsops.Plan, class string) {
	p.Effects.Objects, p.Effects.Versions, p.Effects.Markers, p.Effects.Bytes = c.objects, c.versions, c.markers, c.bytes
	p.Effects.AtLeast, p.Effects.Counted = c.atLeast, c.counted
	p.Effects.Requests = []awsops.RequestCount{{Class: class, N: c.batches()}}
	if c.requests > 0 {
		p.Effects.Requests = append(p.Effects.Requests, awsops.RequestCount{Class: "LIST/PUT", N: c.requests})
	}
	if c.single > 0 {
		p.Effects.Lines = append(p.Effects.Lines, fmt.Sprintf("%s with characters that XML can't carry %s deleted by a request each.",
			number(c.single, "key", "keys"), are(c.single)))
	}
}

func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// number says n of something.
func number(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped writes a count with a comma at every third digit, as screens do.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// bytesText gives a size with three digits and a binary unit.
func bytesText(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n), 0
	for f >= 999.5 && unit < 6 {
		f /= 1024
		unit++
	}
	digits := 2
	if f >= 99.95 {
		digits = 0
	} else if f >= 9.995 {
		digits = 1
	}
	return fmt.Sprintf("%.*f %ciB", digits, f, " KMGTPE"[unit])
}

// shortID cuts a version id to what tells it from others.
func shortID(id string) string {
	if len(id) > 10 {
		return id[:8] + "…"
	}
	return id
}

// said names what a row is, for "before" and "after".
func said(row listing.Row) string {
	if row.Marker {
		return "deleted (marker " + shortID(row.VersionID) + ")"
	}
	when := ""
	if !row.Modified.IsZero() {
		when = " of " + row.Modified.Format(time.DateTime)
	}
	return "version " + shortID(row.VersionID) + when + ", " + bytesText(row.Size)
}

// becomes says what the current version of a key is before and after rows are taken away.
func becomes(rows []listing.Row, take func(listing.Row) bool, more bool) (before, after string) {
	if len(rows) == 0 {
		return "not there", "not there"
	}
	before = said(rows[0])
	if !take(rows[0]) {
		return before, "stays" + older(rows[1:], take, more)
	}
	for _, row := range rows {
		if !take(row) {
			return before, said(row)
		}
	}
	if more {
		return before, "an older version"
	}
	return before, "gone: no version is left"
}

// older says how many of the rows below the newest are taken away.
func older(rows []listing.Row, take func(listing.Row) bool, more bool) string {
	var n int64
	for _, row := range rows {
		if take(row) {
			n++
		}
	}
	if n == 0 && !more {
		return ""
	}
	text := "; " + number(n, "older one goes", "older ones go") + " for good"
	if more {
		text = "; at least" + text[1:]
	}
	return text
}

// changes says what becomes of the first keys.
func (c *count) changes(ctx context.Context, r *awsops.Reader, p *awsops.Plan, take func(listing.Row) bool) error {
	for _, key := range c.first {
		rows, more, err := listing.Exactly(ctx, r, p.Target.Bucket, key, 100)
		if err != nil {
			return err
		}
		before, after := becomes(rows, take, more)
		p.Changes = append(p.Changes, awsops.Change{Field: key, Before: before, After: after})
	}
	c.more(p)
	return nil
}

// more says how many keys are not shown.
func (c *count) more(p *awsops.Plan) {
	if n := c.keys - int64(len(c.first)); n > 0 {
		text := "and " + number(n, "more key", "more keys")
		if c.atLeast {
			text = "and at least " + number(n, "more key", "more keys")
		}
		p.Changes = append(p.Changes, awsops.Change{Field: text, Before: "…", After: "the same way"})
	}
}
