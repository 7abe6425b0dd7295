package s3ec

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"io"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// spent is the processor time that this thread has used: on a machine that does other things, too, the time on the wall
// tells nothing.
func spent(b *testing.B) time.Duration {
	const thisThread = 1 // RUSAGE_THREAD
	var r syscall.Rusage
	if err := syscall.Getrusage(thisThread, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkSpeed does the same work in turns by crypto/cipher, with everything in memory and in one call, and by this
// package. It reports how much of the speed of the former the latter has, in processor time.
func BenchmarkSpeed(b *testing.B) {
	const size = 64 << 20
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	whole, err := cipher.NewGCM(block)
	if err != nil {
		b.Fatal(err)
	}
	nonce, plain := make([]byte, 12), noise(size, 1)
	ring := AES(nil, testKey(1))
	sealed := whole.Seal(nil, nonce, plain, nil)
	e, stored := seal(b, ring, Committing, plain)
	out := make([]byte, 0, size+TagSize)
	plainSeal := func() error { whole.Seal(out, nonce, plain, nil); return nil }
	plainOpen := func() error { _, err := whole.Open(out, nonce, sealed, nil); return err }
	open := func() *Opener {
		o, err := Open(context.Background(), ring, e, AllowUncommitted)
		if err != nil {
			b.Fatal(err)
		}
		return o
	}
	for _, test := range []struct {
		name          string
		plain, stream func() error
	}{
		{"encrypt", plainSeal, func() error {
			s, err := NewSealer(context.Background(), ring, Committing, bytes.NewReader(plain), size)
			if err != nil {
				return err
			}
			_, err = io.Copy(&nowhere{}, s.Section(0, s.Size()))
			return err
		}},
		{"decrypt", plainOpen, func() error { return open().Decrypt(&nowhere{}, bytes.NewReader(stored), int64(len(stored))) }},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(2 * size)
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			var took [2]time.Duration
			for b.Loop() {
				for i, do := range []func() error{test.plain, test.stream} {
					began := spent(b)
					if err := do(); err != nil {
						b.Fatal(err)
					}
					took[i] += spent(b) - began
				}
			}
			b.ReportMetric(100*float64(took[0])/float64(took[1]), "%-of-plain")
			b.ReportMetric(float64(size)*float64(b.N)/1e6/took[0].Seconds(), "plain-MB/s")
			b.ReportMetric(float64(size)*float64(b.N)/1e6/took[1].Seconds(), "stream-MB/s")
		})
	}
}
