package views

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/listing"
	"cooper/ui"
)

// prefixCount counts what is below a prefix while the person looks at it. Closing it stops the listing.
type prefixCount struct {
	env    *Env
	life   *ui.Life
	prefix string
	list   *listing.Listing
	sum    prefixSum
}

// prefixSum is what was counted so far.
type prefixSum struct {
	rows           int
	bytes          int64
	classes        map[string][2]int64 // objects and bytes
	oldest, newest int64               // Unix time, nanoseconds
	largest        listing.Row
}

// newPrefixCount makes the dialog of a prefix.
func newPrefixCount(env *Env, bucket, prefix string) *prefixCount {
	d := &prefixCount{env: env, life: env.Life(), prefix: prefix, sum: prefixSum{classes: map[string][2]int64{}}}
	d.list = listing.Start(d.life.Context(), env.Session.Reader(), listing.Query{Bucket: bucket, Prefix: prefix})
	return d
}

func (d *prefixCount) Title() string { return ui.Clean(lastPart(d.prefix)) }
func (d *prefixCount) Cancel()       {}
func (d *prefixCount) Close()        { d.life.Close() }
func (d *prefixCount) Init() tea.Cmd { return d.follow() }

// Update has nothing to take: the shell runs the answers.
func (d *prefixCount) Update(tea.Msg) (tea.Cmd, bool) { return nil, false }

// Actions say what can be done besides closing it.
func (d *prefixCount) Actions() []ui.Action {
	return []ui.Action{{ID: "prefix.stop", Keys: []string{"X"}, Help: "stop counting", Why: func() string {
		if d.list.Ended() {
			return "it has counted to the end"
		}
		return ""
	}, Run: func() tea.Cmd { d.list.Stop(); return nil }}}
}

// countEvery is how often the count is drawn while it grows.
const countEvery = 250 * time.Millisecond

func (d *prefixCount) follow() tea.Cmd {
	return ui.Do(d.life, "count", func(ctx context.Context) (bool, error) {
		select {
		case <-d.list.Done():
		case <-time.After(countEvery):
		case <-ctx.Done():
		}
		return d.list.Ended(), nil
	}, func(ended bool, _ error) tea.Cmd {
		d.sum.add(d.list.View())
		if ended {
			return nil
		}
		return d.follow()
	})
}

// add counts the rows that came since the last time.
func (s *prefixSum) add(v listing.View) {
	for i := s.rows; i < v.Len(); i++ {
		size, at, class := v.Size(i), v.Nanos(i), v.Class(i)
		of := s.classes[class]
		s.classes[class] = [2]int64{of[0] + 1, of[1] + size}
		s.bytes += size
		if i == 0 || size > s.largest.Size {
			s.largest = v.Row(i)
		}
		if i == 0 || at < s.oldest {
			s.oldest = at
		}
		if i == 0 || at > s.newest {
			s.newest = at
		}
	}
	s.rows = v.Len()
}

// Render draws what is known so far, and whether that is all.
func (d *prefixCount) Render(w, h int) string {
	t := d.env.Theme
	lines := ui.FactLines(t, d.facts(), w)
	note, role := "Current objects alone: versions are on the tab 2.", ui.RoleMuted
	if e := d.list.Err(); e != nil && d.list.Ended() && !d.list.Complete() && e.Kind.String() != "cancelled" {
		note, role = "It was not counted to the end: "+shortError(e), ui.RoleBad
	}
	lines = append(lines, "")
	for _, l := range ui.Wrap(ui.Clean(note), w) {
		lines = append(lines, t.Paint(role, l))
	}
	return strings.Join(lines[:min(len(lines), h)], "\n")
}

func (d *prefixCount) facts() []ui.Fact {
	s := &d.sum
	state := "counting…"
	switch {
	case d.list.Complete():
		state = "in all"
	case d.list.Ended():
		state = "at least"
	}
	facts := []ui.Fact{{Label: "prefix", Value: ui.Clean(d.prefix)},
		{Label: "objects", Value: ui.Thousands(int64(s.rows)) + ", " + state}, {Label: "size", Value: exactBytes(s.bytes)}}
	for _, class := range slices.Sorted(maps.Keys(s.classes)) {
		of := s.classes[class]
		facts = append(facts, ui.Fact{Label: strings.ToLower(ui.Clean(class)), Value: fmt.Sprintf("%s, %s", ui.Thousands(of[0]), ui.Bytes(of[1]))})
	}
	if s.rows > 0 {
		facts = append(facts, ui.Fact{Label: "oldest", Value: ui.Time(time.Unix(0, s.oldest))}, ui.Fact{Label: "newest", Value: ui.Time(time.Unix(0, s.newest))},
			ui.Fact{Label: "largest", Value: ui.Bytes(s.largest.Size) + "  " + ui.Clean(s.largest.Key)})
	}
	return append(facts, ui.Fact{Label: "requests", Value: ui.Thousands(int64(d.list.Requests())) + " LIST"})
}
