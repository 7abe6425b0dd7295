package sandbox

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
)

// A CRC of joined bytes follows from the CRCs of the pieces and their lengths: S3 makes the checksum of a whole object
// so, without reading its parts again. Appending bytes multiplies a CRC by a power of x, modulo the polynomial.

// crcPoly gives a CRC's polynomial in reversed form and its width in bytes; 0 for what is no CRC.
func crcPoly(algorithm string) (poly uint64, width int) {
	switch algorithm {
	case "CRC32":
		return crc32.IEEE, 4
	case "CRC32C":
		return crc32.Castagnoli, 4
	case "CRC64NVME":
		return 0x9a6c_9329_ac4b_c9b5, 8
	}
	return 0, 0
}

// joinSums gives the checksum of all bytes from those of the pieces; false where one is missing or is no CRC.
func joinSums(algorithm string, parts []*uploadedPart) (string, bool) {
	poly, width := crcPoly(algorithm)
	if width == 0 {
		return "", false
	}
	total := uint64(0)
	for _, p := range parts {
		sum := p.uploadSum()
		raw, err := base64.StdEncoding.DecodeString(sum.value)
		if err != nil || len(raw) != width || sum.algorithm != algorithm {
			return "", false
		}
		total = shift(total, p.content.size, poly, width) ^ number(raw)
	}
	out := binary.BigEndian.AppendUint64(nil, total)
	return base64.StdEncoding.EncodeToString(out[8-width:]), true
}

func number(raw []byte) uint64 {
	n := uint64(0)
	for _, b := range raw {
		n = n<<8 | uint64(b)
	}
	return n
}

// shift multiplies a CRC by x to the power of eight times n.
func shift(crc uint64, n int64, poly uint64, width int) uint64 {
	top := uint64(1) << (8*width - 1)
	one, x := top, top>>1 // in reversed form the highest bit is x to the power of 0
	power, square := one, x
	for bits := uint64(n) * 8; bits > 0; bits >>= 1 {
		if bits&1 == 1 {
			power = multiply(power, square, poly, top)
		}
		square = multiply(square, square, poly, top)
	}
	return multiply(crc, power, poly, top)
}

// multiply multiplies two polynomials in reversed form modulo a third.
func multiply(a, b, poly, top uint64) uint64 {
	product := uint64(0)
	for ; a != 0; a = a << 1 & (top<<1 - 1) {
		if a&top != 0 {
			product ^= b
		}
		if b&1 == 1 {
			b = b>>1 ^ poly
		} else {
			b >>= 1
		}
	}
	return product
}
