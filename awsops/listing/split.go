package listing

import (
	"bytes"
	"math"
	"slices"
	"unicode/utf8"
)

// alphabet is the set of characters seen in keys so far, in order. Splitting a range among them
// rather than among all bytes finds the middle of what is really used: of digits, between 4 and 5.
type alphabet struct {
	ascii [128]bool
	runes []rune // sorted
}

// alphabetLimit bounds the set; a bucket with more different characters has its first ones.
const alphabetLimit = 4096

// learn adds the characters of some keys of a page: its first, its last and a few between.
func (a *alphabet) learn(p *page) {
	step := max(1, p.len()/16)
	for i := 0; i < p.len(); i += step {
		a.add(p.key(i))
	}
	if n := p.len(); n > 0 {
		a.add(p.key(n - 1))
	}
}

func (a *alphabet) add(key []byte) {
	for i := 0; i < len(key); {
		c := key[i]
		if c < utf8.RuneSelf {
			i++
			if !a.ascii[c] {
				a.ascii[c] = true
				a.insert(rune(c))
			}
			continue
		}
		r, n := utf8.DecodeRune(key[i:])
		i += n
		if r != utf8.RuneError {
			a.insert(r)
		}
	}
}

func (a *alphabet) insert(r rune) {
	i, found := slices.BinarySearch(a.runes, r)
	if !found && len(a.runes) < alphabetLimit {
		a.runes = slices.Insert(a.runes, i, r)
	}
}

// fraction places a key between 0 and 1 in the order of strings over the alphabet. A character that
// is not in it counts as the place between its neighbours, and ends the key.
func (a *alphabet) fraction(key []byte) float64 {
	base := float64(len(a.runes) + 1)
	f, unit := 0.0, 1.0
	for i := 0; i < len(key) && unit > 1e-18; {
		r, n := utf8.DecodeRune(key[i:])
		i += n
		unit /= base
		at, found := slices.BinarySearch(a.runes, r)
		f += unit * float64(at+1)
		if !found {
			break
		}
	}
	return f
}

// place gives a short string at a fraction; the inverse of fraction, cut off after a few characters.
// No string has an "end of string" inside: stop says whether to end at one or to take the lowest
// character, which comes next.
func (a *alphabet) place(f, precision float64, stop bool) []byte {
	base := float64(len(a.runes) + 1)
	var out []byte
	for unit := 1.0; unit > precision && len(out) < 48; {
		unit /= base
		n := min(int(math.Floor(f/unit)), len(a.runes))
		f -= float64(n) * unit
		if n <= 0 {
			if stop {
				return out
			}
			n, f = 1, 0
		}
		out = utf8.AppendRune(out, a.runes[n-1])
	}
	return out
}

// middle gives a string strictly between lo and hi, about half way over the characters in use; hi
// nil means no upper end. The first floor bytes are the same in all keys. It is valid UTF-8 when lo
// and hi are. ok is false when there is no room.
func (a *alphabet) middle(lo, hi []byte, floor int) ([]byte, bool) {
	if len(a.runes) == 0 {
		return nil, false
	}
	n := min(floor, len(lo))
	if hi != nil {
		n = common(lo, hi)
		for n > 0 && n < len(hi) && !utf8.RuneStart(hi[n]) {
			n--
		}
	}
	from, to := a.fraction(lo[n:]), 1.0
	if hi != nil {
		to = a.fraction(hi[n:])
	}
	for _, stop := range [...]bool{false, true} {
		if to <= from {
			break
		}
		mid := slices.Concat(lo[:n], a.place(from+(to-from)/2, (to-from)/8, stop))
		if between(lo, mid, hi) {
			return mid, true
		}
	}
	return raise(lo, hi, n)
}

// raise takes, among the strings that have one character of lo raised by one, the middle of those
// between lo and hi.
func raise(lo, hi []byte, from int) ([]byte, bool) {
	var all [][]byte
	for i := len(lo) - 1; i >= from && i > len(lo)-64; i-- {
		if lo[i] >= 0x7e {
			continue
		}
		mid := append(bytes.Clone(lo[:i]), lo[i]+1)
		if between(lo, mid, hi) {
			all = append(all, mid)
		}
	}
	if len(all) == 0 {
		return nil, false
	}
	return all[len(all)/2], true
}

// steps gives split points above key for the time when no upper end is known: the key cut after
// some character with that character raised. What lies between two of them shares a prefix with the
// key, so one round of requests tells at which depth the bucket branches.
func steps(key []byte, floor, most int) [][]byte {
	var all [][]byte
	for i := len(key) - 1; i >= floor; i-- {
		if key[i] < 0x7e && key[i] >= ' ' {
			all = append(all, append(bytes.Clone(key[:i]), key[i]+1))
		}
	}
	if len(all) <= most {
		return all
	}
	if most < 2 {
		return all[len(all)/2 : len(all)/2+most]
	}
	out := make([][]byte, 0, most)
	for i := range most {
		out = append(out, all[i*(len(all)-1)/(most-1)])
	}
	return slices.CompactFunc(out, bytes.Equal)
}

func between(lo, mid, hi []byte) bool {
	return bytes.Compare(lo, mid) < 0 && (hi == nil || bytes.Compare(mid, hi) < 0) &&
		(utf8.Valid(mid) || !utf8.Valid(lo) || hi != nil && !utf8.Valid(hi))
}
