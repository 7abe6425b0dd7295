package sandbox

import (
	"slices"
	"sort"
	"strings"
)

// leafSize is how many entries a leaf of a keymap holds at most: 12 KiB, so an insertion moves little.
const leafSize = 512

// entry is one key with its newest version; a key without versions has no entry.
type entry struct {
	key  string
	head *version
}

// keymap holds a bucket's keys in the order of their bytes: a slice of sorted leaves. A search is two
// binary searches, a scan is a walk over slices. The zero value is empty.
type keymap struct {
	leaves [][]entry // none of them empty
	n      int
}

// len returns the number of keys.
func (m *keymap) len() int { return m.n }

// leafFor returns the leaf in which key is or belongs, -1 when the map is empty.
func (m *keymap) leafFor(key string) int {
	i := sort.Search(len(m.leaves), func(i int) bool { return m.leaves[i][0].key > key })
	if i == 0 && len(m.leaves) == 0 {
		return -1
	}
	return max(i-1, 0)
}

func (m *keymap) find(key string) (leaf, pos int, ok bool) {
	if leaf = m.leafFor(key); leaf < 0 {
		return leaf, 0, false
	}
	pos, ok = slices.BinarySearchFunc(m.leaves[leaf], key, func(e entry, k string) int { return strings.Compare(e.key, k) })
	return leaf, pos, ok
}

// get returns the newest version of key, nil when the map does not have it.
func (m *keymap) get(key string) *version {
	leaf, pos, ok := m.find(key)
	if !ok {
		return nil
	}
	return m.leaves[leaf][pos].head
}

// set puts head as the newest version of key.
func (m *keymap) set(key string, head *version) {
	leaf, pos, ok := m.find(key)
	switch {
	case ok:
		m.leaves[leaf][pos].head = head
		return
	case leaf < 0:
		m.leaves = append(m.leaves, append(make([]entry, 0, leafSize), entry{key, head}))
	default:
		m.insert(leaf, pos, entry{key, head})
	}
	m.n++
}

func (m *keymap) insert(leaf, pos int, e entry) {
	full := m.leaves[leaf]
	if len(full) < leafSize {
		m.leaves[leaf] = slices.Insert(full, pos, e)
		return
	}
	// Keys that come in order fill their leaves; only an insertion inside splits one in halves.
	cut := leafSize / 2
	if leaf == len(m.leaves)-1 && pos == leafSize {
		cut = leafSize
	}
	right := append(make([]entry, 0, leafSize), full[cut:]...)
	clear(full[cut:])
	m.leaves[leaf] = full[:cut]
	m.leaves = slices.Insert(m.leaves, leaf+1, right)
	if pos >= cut {
		leaf, pos = leaf+1, pos-cut
	}
	m.leaves[leaf] = slices.Insert(m.leaves[leaf], pos, e)
}

// remove takes key out of the map.
func (m *keymap) remove(key string) {
	leaf, pos, ok := m.find(key)
	if !ok {
		return
	}
	m.n--
	m.leaves[leaf] = slices.Delete(m.leaves[leaf], pos, pos+1)
	if len(m.leaves[leaf]) == 0 {
		m.leaves = slices.Delete(m.leaves, leaf, leaf+1)
	}
}

// cursor walks a keymap in order. It is good as long as the map does not change.
type cursor struct {
	m         *keymap
	leaf, pos int
}

// seek returns a cursor on the first key that is not less than key.
func (m *keymap) seek(key string) cursor {
	leaf, pos, _ := m.find(key)
	c := cursor{m, max(leaf, 0), pos}
	c.settle()
	return c
}

func (c *cursor) settle() {
	if c.leaf < len(c.m.leaves) && c.pos >= len(c.m.leaves[c.leaf]) {
		c.leaf, c.pos = c.leaf+1, 0
	}
}

// entry returns what the cursor is on, nil at the end.
func (c *cursor) entry() *entry {
	if c.leaf >= len(c.m.leaves) {
		return nil
	}
	return &c.m.leaves[c.leaf][c.pos]
}

func (c *cursor) next() {
	c.pos++
	c.settle()
}

// afterPrefix returns the least key that is greater than every key with the prefix; false when there is none.
func afterPrefix(prefix string) (string, bool) {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xFF {
			return prefix[:i] + string([]byte{prefix[i] + 1}), true
		}
	}
	return "", false
}
