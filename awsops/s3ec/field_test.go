package s3ec

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"math/rand/v2"
	"testing"
)

// noise is reproducible bytes.
func noise(n int, seed byte) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

func TestTheFieldIsAField(t *testing.T) {
	for i := range byte(50) {
		b := noise(48, i)
		x, y, z := fromBytes(b), fromBytes(b[16:]), fromBytes(b[32:])
		if x.mul(y) != y.mul(x) || x.mul(y).mul(z) != x.mul(y.mul(z)) {
			t.Fatal("multiplication neither commutes nor associates")
		}
		if x.mul(y.add(z)) != x.mul(y).add(x.mul(z)) {
			t.Fatal("multiplication doesn't distribute")
		}
		if x.mul(x.inverse()) != one || x.mul(one) != x {
			t.Fatal("there is no inverse or no one")
		}
		if x.pow(5) != x.mul(x).mul(x).mul(x).mul(x) || x.pow(0) != one {
			t.Fatal("powers are wrong")
		}
	}
}

// lengths are around every boundary that the construction has.
var lengths = []int{0, 1, 15, 16, 17, 31, stepSize - 1, stepSize, stepSize + 1, chunkSize - 1, chunkSize, chunkSize + 1,
	chunkSize + blockSize, 2*chunkSize - 1, 2 * chunkSize, 3*chunkSize + stepSize + 5}

func TestContentInChunksIsWhatGCMMakesInOnePiece(t *testing.T) {
	for i, n := range lengths {
		key, iv, plain := noise(32, byte(i)), noise(12, byte(i+100)), noise(n, byte(i+200))
		for _, aad := range [][]byte{nil, {0, 0x73}} {
			block, _ := aes.NewCipher(key)
			whole, _ := cipher.NewGCM(block)
			want := whole.Seal(nil, iv, plain, aad)
			g, err := newGCM(key, iv, aad)
			if err != nil {
				t.Fatal(err)
			}
			sum, got := g.begin(), []byte{}
			for at := 0; at < n; at += chunkSize {
				buf := append(bytes.Clone(plain[at:min(n, at+chunkSize)]), make([]byte, TagSize)...)
				buf = buf[:len(buf)-TagSize]
				sum = g.join(sum, g.seal(buf, int64(at/blockSize)), len(buf))
				got = append(got, buf...)
			}
			tag := g.tag(sum, int64(n))
			if got = append(got, tag[:]...); !bytes.Equal(got, want) {
				t.Fatalf("%d bytes are sealed differently", n)
			}
			o, back := g.open(), []byte{}
			for at := 0; at < n; at += stepSize {
				piece := bytes.Clone(want[at:min(n, at+stepSize)])
				o.add(piece)
				o.decrypt(piece)
				back = append(back, piece...)
			}
			if !o.verify(want[n:]) || !bytes.Equal(back, plain) {
				t.Fatalf("%d bytes are opened differently", n)
			}
		}
	}
}
