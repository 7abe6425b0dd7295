package sandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// checkAgainst compares a keymap with a plain map, from the start and from a point inside.
func checkAgainst(t *testing.T, m *keymap, model map[string]*version, from string) {
	t.Helper()
	var want []string
	for k := range model {
		if k >= from {
			want = append(want, k)
		}
	}
	slices.Sort(want)
	var got []string
	for c := m.seek(from); c.entry() != nil; c.next() {
		e := c.entry()
		got = append(got, e.key)
		if model[e.key] != e.head || m.get(e.key) != e.head {
			t.Fatalf("%q holds the wrong version", e.key)
		}
	}
	if !slices.Equal(got, want) || m.len() != len(model) {
		t.Fatalf("from %q: %d keys of %d, want %d", from, len(got), m.len(), len(want))
	}
}

func TestAKeymapAgreesWithAPlainMapWhateverIsPutAndRemoved(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 7))
		m, model := &keymap{}, map[string]*version{}
		for step := range 12000 {
			key := fmt.Sprintf("%05d", r.IntN(3000))
			if r.IntN(3) == 0 == (step < 8000) {
				m.remove(key)
				delete(model, key)
			} else {
				v := &version{}
				m.set(key, v)
				model[key] = v
			}
			if step%1500 == 0 {
				checkAgainst(t, m, model, "")
				checkAgainst(t, m, model, fmt.Sprintf("%05d", r.IntN(3200)))
			}
		}
		for key := range model {
			m.remove(key)
		}
		checkAgainst(t, m, nil, "")
	}
}

func FuzzKeymapAgreesWithAPlainMap(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5})
	f.Add([]byte{200, 100, 0, 100, 200, 128, 7})
	f.Fuzz(func(t *testing.T, ops []byte) {
		m, model := &keymap{}, map[string]*version{}
		for _, op := range ops {
			key := string(rune('a' + op%64))
			if op >= 128 {
				m.remove(key)
				delete(model, key)
				continue
			}
			v := &version{}
			m.set(key, v)
			model[key] = v
		}
		checkAgainst(t, m, model, "")
		if len(ops) > 0 {
			checkAgainst(t, m, model, string(rune('a'+ops[0])))
		}
	})
}

func TestKeysThatComeInOrderFillTheirLeaves(t *testing.T) {
	m := &keymap{}
	for i := range 10 * leafSize {
		m.set(fmt.Sprintf("%08d", i), &version{})
	}
	if len(m.leaves) != 10 {
		t.Errorf("%d leaves for %d keys", len(m.leaves), m.len())
	}
}

func TestTheKeyAfterAPrefixIsGreaterThanAllKeysWithIt(t *testing.T) {
	for _, c := range []struct {
		prefix, want string
		ok           bool
	}{
		{"a/", "a0", true}, {"a\xff\xff", "b", true}, {"\xff", "", false}, {"", "", false}, {"é", "\xc3\xaa", true},
	} {
		if got, ok := afterPrefix(c.prefix); got != c.want || ok != c.ok {
			t.Errorf("%q: %q %v", c.prefix, got, ok)
		}
	}
}
