package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// identityLine tells who acts, where and how; warnings stand at the right and
// stay when the line gets short.
func (s *Shell) identityLine(w int) string {
	id, g := s.o.Identity(), s.th.Glyph()
	right := s.badges(id)
	room := w
	if right != "" {
		room -= Width(right) + 1
	}
	left := s.identityFacts(id, g)
	if over := Width(left) - room; over > 0 { // the host gives way: how it is reached must stay to be seen
		id.Endpoint = Cut(Clean(id.Endpoint), max(Width(Clean(id.Endpoint))-over, 6))
		left = s.identityFacts(id, g)
	}
	if right == "" {
		return Pad(left, w)
	}
	return Pad(Pad(left, room)+" "+right, w)
}

func (s *Shell) identityFacts(id Identity, g Glyphs) string {
	caller := id.Caller
	if id.Root {
		caller = "root " + g.Warn
	}
	var facts []string
	for _, f := range []string{id.Profile, id.Account, caller, id.Region, id.Endpoint, id.Scheme} {
		if f != "" {
			facts = append(facts, Clean(f))
		}
	}
	left := " " + s.th.Paint(RoleTitle, s.o.Name)
	if len(facts) > 0 {
		left += "  " + strings.Join(facts, " "+g.Sep+" ")
	}
	return left
}

func (s *Shell) badges(id Identity) string {
	var out []string
	badge := func(r Role, text string) { out = append(out, s.th.Paint(r, text)) }
	if id.Skew >= 5*time.Second || id.Skew <= -5*time.Second {
		word := "behind"
		if id.Skew < 0 {
			word = "ahead"
		}
		badge(RoleWarn, "clock "+id.Skew.Abs().Round(time.Second).String()+" "+word)
	}
	switch {
	case id.Over:
		badge(RoleWarn, "[EXPIRED]")
	case !id.Until.IsZero():
		badge(RoleMuted, "until "+id.Until.UTC().Format("15:04Z"))
	case id.Temporary:
		badge(RoleMuted, "temporary")
	}
	if id.Scheme == "http" {
		badge(RoleBad, "[NOT ENCRYPTED]")
	}
	if id.Demo {
		badge(RoleBadge, "[DEMO]")
	}
	if id.ReadOnly {
		badge(RoleBadge, "[READ-ONLY]")
	}
	if n := len(s.works); n > 0 {
		badge(RoleAccent, s.th.Glyph().Jobs+Plural(int64(n), "job", "jobs"))
	}
	return strings.Join(out, " ")
}

// crumbs are the steps from the root to here, without doublings.
func (s *Shell) crumbs() []string {
	var out []string
	add := func(c string) {
		if c = Clean(c); c != "" && (len(out) == 0 || out[len(out)-1] != c) {
			out = append(out, c)
		}
	}
	bucket, at, screen := "", 0, ""
	for _, e := range s.stack {
		p := e.page()
		// Another tab is about the bucket, not about the level that it was chosen on.
		turn := bucket != "" && p.place.Bucket == bucket && p.place.Screen != screen && s.isTab(p.place.Screen)
		if p.place.Bucket != bucket {
			bucket = p.place.Bucket
			add(bucket)
			at = len(out)
		} else if turn {
			out = out[:at]
		}
		screen = p.place.Screen
		for _, part := range p.crumbs(turn) {
			add(part)
		}
	}
	return out
}

// crumbs are a page's own; titled puts its title before them where they don't have it.
func (p *page) crumbs(titled bool) []string {
	c, ok := p.view.(Crumber)
	if !ok {
		return []string{p.view.Title()}
	}
	out := c.Crumbs()
	if titled && !slices.Contains(out, p.view.Title()) {
		out = append([]string{p.view.Title()}, out...)
	}
	return out
}

// isTab reports whether a screen is one of a bucket's tabs.
func (s *Shell) isTab(screen string) bool {
	return slices.ContainsFunc(s.o.Tabs, func(t Tab) bool { return t.Screen == screen })
}

func (s *Shell) crumbLine(w int) string {
	parts := s.crumbs()
	if len(parts) == 0 {
		return Pad("", w)
	}
	sep := " " + s.th.Glyph().Crumb + " "
	last := parts[len(parts)-1]
	before := strings.Join(parts[:len(parts)-1], sep)
	if before != "" {
		before += sep
	}
	if over := Width(before) + Width(last) + 1 - w; over > 0 {
		before = CutLeft(before, max(Width(before)-over, 0))
		last = CutLeft(last, w-1-Width(before))
	}
	return Pad(" "+s.th.Paint(RoleMuted, before)+s.th.Paint(RoleText, last), w)
}

func (s *Shell) windowTitle() string {
	if c := s.crumbs(); len(c) > 0 {
		return titleText(s.o.Name + ": " + strings.Join(c, " "))
	}
	return s.o.Name
}

// maxTitle is how many columns of a window's title are sent.
const maxTitle = 120

// titleText makes text fit for a window's title. Some terminals look for the end of a title byte by byte and take 0x9C,
// which is in the middle of many letters, for it: what follows would be drawn on the screen.
func titleText(text string) string {
	return strings.Map(func(r rune) rune {
		for _, b := range []byte(string(r)) {
			if b >= 0x80 && b < 0xA0 {
				return '_'
			}
		}
		return r
	}, Cut(Clean(text), maxTitle))
}

// tabLine draws the tabs. When they don't fit, the titles of those that aren't
// shown are shortened together, down to their digits.
func (s *Shell) tabLine(w int) string {
	tabs, at := s.tabs()
	for limit := 20; ; limit-- {
		plain := make([]string, len(tabs))
		total := 1
		for i, t := range tabs {
			title := t.Title
			if i != at && Width(title) > limit {
				title = strings.TrimSuffix(Cut(title, limit+1), "…")
			}
			plain[i] = strings.TrimSpace(strconv.Itoa(t.Digit) + " " + title)
			total += Width(plain[i]) + 2
		}
		if total > w && limit > 0 {
			continue
		}
		for i := range plain {
			role := RoleTab
			if i == at {
				role, plain[i] = RoleTabActive, "["+plain[i]+"]"
			} else {
				plain[i] = " " + plain[i] + " "
			}
			plain[i] = s.th.Paint(role, plain[i])
		}
		return Pad(strings.Join(plain, ""), w)
	}
}

func (s *Shell) statusLine(w int) string {
	if s.status.text == "" {
		return Pad("", w)
	}
	g := s.th.Glyph()
	sign := map[Level]string{Good: g.Check + " ", Warn: g.Warn + " ", Bad: g.Cross + " "}[s.status.level]
	tail := ""
	switch {
	case s.status.level == Bad && s.lastErr != nil:
		tail = "  ! details"
	case Width(sign+s.status.text)+1 > w:
		tail = "  ! all of it"
	}
	text := Cut(" "+sign+s.status.text, w-Width(tail))
	return Pad(s.th.Paint(LevelRole(s.status.level), text)+s.th.Paint(RoleFaint, tail), w)
}

// jobLine tells how the running works stand: one with all its numbers, several
// as those of the one that waits for the person, else the oldest.
func (s *Shell) jobLine(w int) string {
	var show WorkSnapshot
	for i, x := range s.works {
		if snap := x.Snapshot(); i == 0 || snap.Waiting && !show.Waiting {
			show = snap
		}
	}
	text := " " + Clean(show.Title)
	if n := len(s.works); n > 1 {
		text = fmt.Sprintf(" %d jobs %s%s", n, s.th.Glyph().Sep, text)
	}
	parts := workParts(show)
	bar := min(20, w/6)
	if show.Total == 0 || w < 60 {
		bar = 0
	}
	for len(parts) > 1 && Width(strings.Join(parts, "  "))+bar+4+min(Width(text), w/2) > w {
		parts = parts[:len(parts)-1]
	}
	numbers := strings.Join(parts, "  ")
	text = Cut(text, max(w-Width(numbers)-bar-4, 8))
	role := RoleMuted
	if show.Waiting {
		role = RoleWarn
	}
	if bar > 0 {
		text += "  " + s.th.Bar(show.Done, show.Total, bar)
	}
	return Pad(text+"  "+s.th.Paint(role, numbers), w)
}

// WorkNumbers writes a work's progress in words: how far, how fast, how long.
func WorkNumbers(w WorkSnapshot) string { return strings.Join(workParts(w), "  ") }

// workParts are the numbers of a work, the most important first.
func workParts(w WorkSnapshot) []string {
	var parts []string
	units := Thousands
	if w.InBytes {
		units = Bytes
	}
	switch {
	case w.Waiting:
		parts = append(parts, "waiting for you")
	case w.Total > 0:
		parts = append(parts, strconv.FormatInt(100*min(max(w.Done, 0), w.Total)/w.Total, 10)+" %")
	case w.State != "":
		parts = append(parts, w.State)
	}
	switch {
	case w.Total > 0:
		parts = append(parts, units(w.Done)+"/"+units(w.Total))
	case w.Done > 0:
		parts = append(parts, units(w.Done))
	}
	if w.Failed > 0 {
		parts = append(parts, Thousands(w.Failed)+" failed")
	}
	if w.ETA > 0 {
		parts = append(parts, Span(w.ETA)+" left")
	}
	if w.Rate >= 1 {
		parts = append(parts, units(int64(w.Rate))+"/s")
	}
	if w.Bytes > 0 && !w.InBytes {
		parts = append(parts, Bytes(w.Bytes))
	}
	return parts
}

// hintLine draws what can be done here, most important first. Palette and help
// come last and stay longest; what doesn't fit is left out, never cut.
func (s *Shell) hintLine(w int) string {
	var actions []Action
	var keep []string
	types := s.typingNow()
	hint := func(key, help string) string { return s.th.Paint(RoleKey, key) + " " + s.th.Paint(RoleHint, help) }
	switch l := s.dialog(); {
	case l != nil:
		actions, keep = l.d.Actions(), []string{hint("esc", "close")}
	case s.top() != nil:
		actions = s.top().view.Actions()
		if !types {
			keep = []string{hint(":", "command"), hint("?", "help")}
		}
	}
	sep := " " + s.th.Glyph().Sep + " "
	room := w - 1
	for _, k := range keep {
		room -= Width(k) + Width(sep)
	}
	var parts []string
	for _, a := range actions {
		key := s.hintKey(a, types)
		if key == "" {
			continue
		}
		part := hint(key, a.Help)
		if room -= Width(part) + Width(sep); room < -Width(sep) {
			break
		}
		parts = append(parts, part)
	}
	return Pad(" "+strings.Join(append(parts, keep...), s.th.Paint(RoleFaint, sep)), w)
}

// hintKey is the key to show for an action, "" when it isn't shown: it has
// none, can't be done now, or its keys are text at the moment.
func (s *Shell) hintKey(a Action, types bool) string {
	keys := s.keys.of(a)
	if types {
		keys = slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return !liveName(k) })
	}
	if a.Quiet || len(keys) == 0 || a.Help == "" || a.Reason() != "" {
		return ""
	}
	return keys[0]
}
