package accesslog

import (
	"bytes"
	"hash/maphash"
)

const (
	chunkSize  = 256 << 10
	firstChunk = 4 << 10
)

// arena keeps texts in large pieces, so that none is moved when it grows. What was handed out is never changed.
type arena struct {
	chunks [][]byte // of full length each
	used   int      // of the last one
}

// place is where an arena keeps a text.
type place struct{ chunk, from, size uint32 }

// packed is a place in 64 bits, since a million records have one each: 27 for the chunk, 18 for where it begins in it, 19
// for a size that is at most that of the longest line.
type packed uint64

func (p place) pack() packed {
	return packed(p.chunk)<<37 | packed(p.from)<<19 | packed(p.size)
}

func (p packed) place() place {
	return place{chunk: uint32(p >> 37), from: uint32(p >> 19 & (1<<18 - 1)), size: uint32(p & (1<<19 - 1))}
}

// room gives n bytes of free space at the end of the arena.
func (a *arena) room(n int) ([]byte, place) {
	last := len(a.chunks) - 1
	if last < 0 || len(a.chunks[last])-a.used < n {
		size := chunkSize
		if last < 0 {
			size = firstChunk
		}
		a.chunks = append(a.chunks, make([]byte, max(size, n)))
		last, a.used = last+1, 0
	}
	from := a.used
	a.used += n
	return a.chunks[last][from:a.used], place{uint32(last), uint32(from), uint32(n)}
}

// keep copies a text into the arena.
func (a *arena) keep(s []byte) place {
	room, p := a.room(len(s))
	copy(room, s)
	return p
}

func (a *arena) at(p place) []byte { return textAt(a.chunks, p) }

func textAt(chunks [][]byte, p place) []byte {
	from, to := int(p.from), int(p.from)+int(p.size)
	return chunks[p.chunk][from:to:to]
}

// pool keeps each text once, under a number.
type pool struct {
	arena arena
	texts []place
	slots []slot // by hash; never more than three quarters full
	seed  maphash.Seed
}

// slot is a text's place in the table of hashes. The hash tells most other texts apart without a look at them.
type slot struct{ hash, next uint32 } // next is the text's number + 1, 0 for a free slot

func newPool() *pool { return &pool{seed: maphash.MakeSeed(), slots: make([]slot, 64)} }

func (p *pool) text(id uint32) []byte { return p.arena.at(p.texts[id]) }

// add gives the number of a text. near is a number that it may well have.
func (p *pool) add(s []byte, near uint32) uint32 {
	if int(near) < len(p.texts) && int(p.texts[near].size) == len(s) && bytes.Equal(p.text(near), s) {
		return near
	}
	hash := uint32(maphash.Bytes(p.seed, s))
	mask := uint32(len(p.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		there := p.slots[at]
		if there.next == 0 {
			p.slots[at] = slot{hash, uint32(len(p.texts)) + 1}
			return p.enter(s)
		}
		if there.hash != hash {
			continue
		}
		if t := p.texts[there.next-1]; int(t.size) == len(s) && bytes.Equal(p.arena.at(t), s) {
			return there.next - 1
		}
	}
}

func (p *pool) enter(s []byte) uint32 {
	p.texts = append(p.texts, p.arena.keep(s))
	if len(p.texts)*4 > len(p.slots)*3 {
		p.grow()
	}
	return uint32(len(p.texts) - 1)
}

func (p *pool) grow() {
	old := p.slots
	p.slots = make([]slot, 2*len(old))
	mask := uint32(len(p.slots) - 1)
	for _, s := range old {
		if s.next == 0 {
			continue
		}
		at := s.hash & mask
		for p.slots[at].next != 0 {
			at = (at + 1) & mask
		}
		p.slots[at] = s
	}
}

// texts is what a pool held at a moment. It can be read while the pool grows.
type texts struct {
	chunks [][]byte
	places []place
}

func (p *pool) snapshot() texts { return texts{p.arena.chunks, p.texts} }

func (t texts) len() int { return len(t.places) }

func (t texts) at(id uint32) []byte { return textAt(t.chunks, t.places[id]) }
