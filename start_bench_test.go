package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"cooper/ui/uitest"
)

// stripped builds the program as it is shipped, or takes the one that COOPER_PROGRAM names.
func stripped(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("COOPER_PROGRAM"); path != "" {
		return path
	}
	path := filepath.Join(tb.TempDir(), "cooper")
	build := exec.CommandContext(tb.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, ".")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("go build: %v %s", err, out)
	}
	return path
}

// running is the program in a pseudo terminal of 120 × 40, and what it has written so far.
type running struct {
	cmd    *exec.Cmd
	tty    *os.File
	out    chan []byte // closed when the program's output has ended
	screen *uitest.Screen
	began  time.Time
}

func start(tb testing.TB, path string, args ...string) *running {
	tb.Helper()
	r := &running{cmd: exec.CommandContext(tb.Context(), path, args...), screen: uitest.NewScreen(120, 40), out: make(chan []byte, 64)}
	r.cmd.Env = []string{"TERM=xterm-256color", "COLORTERM=truecolor", "HOME=" + tb.TempDir(), "PATH=" + os.Getenv("PATH")}
	r.began = time.Now()
	tty, err := pty.StartWithSize(r.cmd, &pty.Winsize{Cols: 120, Rows: 40})
	if err != nil {
		tb.Fatal(err)
	}
	r.tty = tty
	r.screen.Answer(func(text string) { _, _ = tty.WriteString(text) })
	go func() {
		defer close(r.out)
		for {
			buf := make([]byte, 32<<10)
			n, err := tty.Read(buf)
			if err != nil {
				return
			}
			r.out <- buf[:n]
		}
	}()
	return r
}

// until reads output until the screen shows a text, and gives the time since the program was started.
func (r *running) until(tb testing.TB, text string) time.Duration {
	tb.Helper()
	limit := time.After(patience)
	for {
		select {
		case out, ok := <-r.out:
			if !ok {
				tb.Fatalf("the program ended\n%s", r.screen.Text())
			}
			if _, err := r.screen.Write(out); err != nil {
				tb.Fatal(err)
			}
			if strings.Contains(r.screen.Text(), text) {
				return time.Since(r.began)
			}
		case <-limit:
			tb.Fatalf("no %q within %v\n%s", text, patience, r.screen.Text())
		}
	}
}

// written waits and then counts what is written for as long as told.
func (r *running) written(wait, count time.Duration) int {
	begin, end, n := time.After(wait), time.After(wait+count), 0
	for {
		select {
		case out := <-r.out:
			n += len(out)
		case <-begin:
			n = 0
		case <-end:
			return n
		}
	}
}

func (r *running) end() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range r.out { // a program that can't write doesn't end
		}
	}()
	_ = r.cmd.Wait()
	_ = r.tty.Close()
	<-done
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2]) / float64(time.Millisecond)
}

// BenchmarkFirstFrame runs the stripped program with its demo in a pseudo terminal. It reports the medians, in
// milliseconds, of the time from exec to the first frame and to the row of the last bucket.
func BenchmarkFirstFrame(b *testing.B) {
	path := stripped(b)
	var first, rows []time.Duration
	for b.Loop() {
		r := start(b, path, "--demo", "--demo-clock", "2026-11-21T10:00:05Z")
		first = append(first, r.until(b, "buckets"))
		rows = append(rows, r.until(b, "video-ingest"))
		r.end()
	}
	b.ReportMetric(median(first), "ms/first-frame")
	b.ReportMetric(median(rows), "ms/all-buckets")
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB")
}

// BenchmarkIdle reports how many bytes the demo writes in two seconds in which nobody presses a key.
func BenchmarkIdle(b *testing.B) {
	path := stripped(b)
	for b.Loop() {
		r := start(b, path, "--demo", "--demo-clock", "2026-11-21T10:00:05Z")
		r.until(b, "video-ingest")
		b.ReportMetric(float64(r.written(2*time.Second, 2*time.Second)), "bytes/2s")
		r.end()
	}
}
