package s3ec

import "encoding/binary"

// element is an element of GF(2^128) as GCM orders its bits: the highest bit of hi is the coefficient of x^0 (NIST SP
// 800-38D, 6.3).
type element struct{ hi, lo uint64 }

// one is the neutral element of multiplication.
var one = element{hi: 1 << 63}

func fromBytes(b []byte) element {
	return element{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

func (e element) bytes() [blockSize]byte {
	var b [blockSize]byte
	binary.BigEndian.PutUint64(b[:], e.hi)
	binary.BigEndian.PutUint64(b[8:], e.lo)
	return b
}

func (e element) add(f element) element { return element{e.hi ^ f.hi, e.lo ^ f.lo} }

// mul takes the same time whatever the elements are. It is slow, and needed a few times for each chunk only.
func (e element) mul(f element) element {
	var z element
	v := f
	for _, word := range [2]uint64{e.hi, e.lo} {
		for i := 63; i >= 0; i-- {
			take := -(word >> uint(i) & 1)
			z.hi ^= v.hi & take
			z.lo ^= v.lo & take
			carry := -(v.lo & 1)
			v.lo = v.lo>>1 | v.hi<<63
			v.hi = v.hi>>1 ^ 0xe1<<56&carry
		}
	}
	return z
}

// pow raises to the power of n, which is public.
func (e element) pow(n uint64) element {
	r := one
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			r = r.mul(e)
		}
		e = e.mul(e)
	}
	return r
}

// inverse is e^(2^128 - 2), by Fermat; that of zero is zero.
func (e element) inverse() element {
	r := one
	for range 127 {
		e = e.mul(e)
		r = r.mul(e)
	}
	return r
}
