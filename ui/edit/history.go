package edit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pos is a place in a text: a line, and how many characters of it are to the left.
type pos struct{ row, col int }

// kind says which changes are taken back together.
type kind uint8

const (
	alone  kind = iota // a paste, a cut, a tab
	typed              // with what is typed behind it, up to the next word
	erased             // backwards, with what is erased before it
	struck             // with what is deleted behind it
)

// change is one step of undo: removed stood at a place, and added stands there now.
type change struct {
	at             pos
	removed, added string
	before, after  pos // the cursor's
	kind           kind
}

// What is kept of the past: changes that together hold so many bytes, and the last one however large it is.
const (
	pastLimit  = 1 << 20
	changeSize = 120 // of a change without its texts
)

func (c change) size() int { return changeSize + len(c.removed) + len(c.added) }

// past are the changes of a text.
type past struct {
	done, undone []change // the last is the next one to take back, or to do again
	size         int      // of done and undone
	apart        bool     // the next change begins a step of its own
}

// add writes a change down: with the one before it where both are one step for a person.
func (p *past) add(c change) {
	for _, u := range p.undone {
		p.size -= u.size()
	}
	p.undone = nil
	if n := len(p.done); n > 0 && !p.apart {
		if joined, ok := p.done[n-1].join(c); ok {
			p.size += joined.size() - p.done[n-1].size()
			p.done[n-1] = joined
			return
		}
	}
	p.apart = false
	p.done = append(p.done, c)
	p.size += c.size()
	drop := 0
	for p.size > pastLimit && drop < len(p.done)-1 {
		p.size -= p.done[drop].size()
		drop++
	}
	if drop > 0 {
		p.done = append([]change(nil), p.done[drop:]...) // the memory of the others is let go
	}
}

// join makes one step of two changes, one right after the other. A step ends with a word and at the end of a line.
func (c change) join(next change) (change, bool) {
	if next.kind == alone || next.kind != c.kind || next.before != c.after {
		return c, false
	}
	left, right := c.added+c.removed, next.added+next.removed // one of them is empty in each
	if strings.HasPrefix(right, "\n") {
		return c, false
	}
	if c.kind == erased {
		left, right = right, left
	}
	if begins(left, right) {
		return c, false
	}
	switch c.after = next.after; c.kind {
	case typed:
		c.added += next.added
	case erased:
		c.removed, c.at = next.removed+c.removed, next.at
	default:
		c.removed += next.removed
	}
	return c, true
}

// begins reports whether a word begins between two texts.
func begins(left, right string) bool {
	a, _ := utf8.DecodeLastRuneInString(left)
	b, _ := utf8.DecodeRuneInString(right)
	return unicode.IsSpace(a) && !unicode.IsSpace(b)
}

// behind is the place right of s when that stands at a place.
func (p pos) behind(s string) pos {
	if n := strings.Count(s, "\n"); n > 0 {
		return pos{p.row + n, utf8.RuneCountInString(s[strings.LastIndexByte(s, '\n')+1:])}
	}
	return pos{p.row, p.col + utf8.RuneCountInString(s)}
}

// undo takes the last step back and puts the cursor where it was before it. It reports whether there was one.
func (t *text) undo() bool {
	n := len(t.past.done)
	if n == 0 {
		return false
	}
	c := t.past.done[n-1]
	t.past.done, t.past.undone, t.past.apart = t.past.done[:n-1], append(t.past.undone, c), true
	t.replace(c.at, c.at.behind(c.added), c.removed)
	t.place(c.before)
	return true
}

// redo does the step again that was taken back last. It reports whether there was one.
func (t *text) redo() bool {
	n := len(t.past.undone)
	if n == 0 {
		return false
	}
	c := t.past.undone[n-1]
	t.past.undone, t.past.done, t.past.apart = t.past.undone[:n-1], append(t.past.done, c), true
	t.replace(c.at, c.at.behind(c.removed), c.added)
	t.place(c.after)
	return true
}
