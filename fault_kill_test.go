package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cooper/sandbox"
)

// partLog stands before the sandbox and counts how often each part of an upload was stored and answered.
type partLog struct {
	next  http.Handler
	mu    sync.Mutex
	n     map[string]int // by upload and number
	spoil atomic.Bool    // a byte of what is read is not what was stored
	asked chan struct{}  // a request was dealt with since it was last looked at
}

func newPartLog(next http.Handler) *partLog {
	return &partLog{next: next, n: map[string]int{}, asked: make(chan struct{}, 1)}
}

// spoiled changes a byte of an answer.
type spoiled struct{ http.ResponseWriter }

func (s spoiled) Write(b []byte) (int, error) {
	bad := slices.Clone(b)
	bad[len(bad)/2] ^= 1
	return s.ResponseWriter.Write(bad)
}

// partAnswer keeps the status of an answer.
type partAnswer struct {
	http.ResponseWriter
	status int
}

func (a *partAnswer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the sandbox take the connection to reset it.
func (a *partAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (l *partLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer wake(l.asked)
	number, upload := r.URL.Query().Get("partNumber"), r.URL.Query().Get("uploadId")
	if r.Method == http.MethodGet && l.spoil.Load() {
		w = spoiled{w}
	}
	if r.Method != http.MethodPut || number == "" {
		l.next.ServeHTTP(w, r)
		return
	}
	answer := &partAnswer{ResponseWriter: w}
	l.next.ServeHTTP(answer, r)
	if answer.status != http.StatusOK {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n[upload+" "+number]++
}

// answered is how many parts were answered, and which of them more than once.
func (l *partLog) answered() (n int, twice []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, times := range l.n {
		if n += times; times > 1 {
			twice = append(twice, id)
		}
	}
	return n, twice
}

// sentOnce holds that so many parts were answered, none of them twice.
func (w *shellWorld) sentOnce(t *testing.T, want int) {
	t.Helper()
	if n, twice := w.parts.answered(); n != want || len(twice) > 0 {
		t.Errorf("%d parts were answered, of %d; twice: %v", n, want, twice)
	}
}

func noiseFor(n int, seed byte) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

// weather makes 10 % of the requests slow down, resets 1 % before and 1 % after they are carried out, stalls one and lets
// the credentials expire once. The answers say how many requests came through, and how often the credentials expired.
func (w *shellWorld) weather(expireAfter int) (passed, struck func() int) {
	w.server.Faults.Clear()
	expired, slow := sandbox.ExpiredToken(), sandbox.SlowDown()
	expired.Skip, expired.Times, slow.Chance = expireAfter, 1, 0.1
	struck = w.server.Faults.Add(expired)
	for _, f := range []sandbox.Fault{{Kind: sandbox.FaultDelay, Skip: 5, Times: 1, Delay: 500 * time.Millisecond}, slow,
		{Kind: sandbox.FaultReset, Chance: 0.01}, {Kind: sandbox.FaultResetAfter, Chance: 0.01}} {
		w.server.Faults.Add(f)
	}
	return w.server.Faults.Add(sandbox.Fault{Kind: sandbox.FaultDelay}), struck
}

// killAfter starts cooper and kills it as soon as done says so.
func (w *shellWorld) killAfter(t *testing.T, done func() bool, args ...string) (killed bool) {
	t.Helper()
	cmd := w.command(t.Context(), args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	for !done() {
		select {
		case <-ended:
			return false
		case <-w.parts.asked:
		}
	}
	_ = cmd.Process.Kill()
	<-ended
	return true
}

func TestBothSidesAreEqualAfterARunFullOfFaults(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	files := map[string][]byte{"big-1": noiseFor(40<<20+1, 1), "deep/big-2": noiseFor(20<<20, 2)} // 6 and 3 parts
	for i := range 70 {
		files[fmt.Sprintf("small/%d/%d", i%7, i)] = noiseFor(1000+i, byte(i))
	}
	dir, to := writeTree(t, files), filepath.Join(t.TempDir(), "to")
	for _, job := range [][]string{{"cp", "-r", "--yes", dir, "s3://box/in"}, {"cp", "-r", "s3://box/in", to}} {
		passed, _ := w.weather(1 << 30)
		for kill := range 2 {
			if !w.killAfter(t, func() bool { return passed() > 20+20*kill }, job...) {
				t.Error("it ended before it was killed")
			}
		}
		_, expired := w.weather(8)
		code := -1
		for try := 0; code != 0 && code != 5 && try < 8; try++ {
			var said string
			code, _, said = w.run(t, job...)
			t.Logf("ended with %d: %.300s", code, said)
		}
		if code != 0 && code != 5 {
			t.Fatalf("it never came to its end")
		}
		if expired() != 1 {
			t.Errorf("the credentials expired %d times", expired())
		}
	}
	w.server.Faults.Clear()
	w.sentOnce(t, 9)
	sameTree(t, dir, to)
	if out := w.must(t, 0, "ls", "-r", "s3://box/"); strings.Count(out, "\n") != len(files) {
		t.Errorf("%d objects, %d files", strings.Count(out, "\n"), len(files))
	}
}

// lease gives the programs temporary keys in a file instead of the root's.
func (w *shellWorld) lease(t *testing.T) {
	t.Helper()
	delete(w.vars, "AWS_ACCESS_KEY_ID")
	delete(w.vars, "AWS_SECRET_ACCESS_KEY")
	w.vars["AWS_SHARED_CREDENTIALS_FILE"] = filepath.Join(w.vars["HOME"], "credentials")
	w.renew(t)
}

// renew puts fresh keys into the file.
func (w *shellWorld) renew(t *testing.T) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v2/credentials", nil)
	req.Header.Set("Authorization", sandbox.ContainerToken)
	answer := httptest.NewRecorder()
	w.server.Sources().ServeHTTP(answer, req)
	var keys struct{ AccessKeyID, SecretAccessKey, Token string }
	if err := json.Unmarshal(answer.Body.Bytes(), &keys); err != nil {
		t.Fatal(err)
	}
	text := "[default]\naws_access_key_id = " + keys.AccessKeyID + "\naws_secret_access_key = " + keys.SecretAccessKey + "\naws_session_token = " + keys.Token + "\n"
	if err := os.WriteFile(w.vars["AWS_SHARED_CREDENTIALS_FILE"], []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// screen starts cooper with its screen on a bucket.
func (w *shellWorld) screen(t *testing.T, place string) *child {
	t.Helper()
	var env []string
	for k, v := range w.vars {
		env = append(env, k+"="+v)
	}
	return startChild(t, 120, 40, env, place)
}

// kill ends the program as kill -9 does, when done says so.
func (c *child) kill(w *shellWorld, done func() bool) {
	c.t.Helper()
	c.await("job that comes so far", done, w.parts.asked)
	_ = c.cmd.Process.Kill()
	if code := c.exit(); code != -1 {
		c.t.Fatalf("it ended by itself with %d:\n%s", code, c.screen.Text())
	}
}

// agree applies the plan on the screen, once its dialog takes keys.
func (c *child) agree(title string) {
	c.t.Helper()
	c.until("Plan: " + title)
	c.rest()
	c.typed("\r")
}

// goOn goes on with the job that an earlier run left.
func (c *child) goOn(title string) {
	c.t.Helper()
	c.until("did not come to an end")
	c.typed("J")
	c.until("unfinished since")
	c.typed("n")
	c.agree(title)
}

// endure lets the credentials end while a job runs, and puts fresh ones into the file when the person is asked.
func (c *child) endure(w *shellWorld, title string) {
	c.t.Helper()
	c.until("The keys of this profile are no longer accepted")
	c.until("waiting for you")
	w.renew(c.t)
	c.rest()
	c.typed("\r")
	c.until(title)
	c.until("done")
}

func TestAJobThatWasKilledTwiceGoesOnFromTheScreenOfJobs(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	w.lease(t)
	files := map[string][]byte{"big-1": noiseFor(72<<20+1, 1), "deep/big-2": noiseFor(40<<20, 2)} // 10 and 5 parts
	for i := range 40 {
		files[fmt.Sprintf("small/%d/%d", i%7, i)] = noiseFor(1000+i, byte(i))
	}
	dir := writeTree(t, files)
	w.server.Faults.Add(sandbox.Fault{Operation: "UploadPart", Kind: sandbox.FaultDelay, Delay: 20 * time.Millisecond})

	c := w.screen(t, "s3://box/")
	c.until("u upload")
	c.typed("u")
	c.until("Upload to box")
	c.typed(dir + "\r")
	c.until("what is there")
	c.typed("\r")
	c.agree("Upload 42 files")
	stored := func(most int) func() bool { return func() bool { n, _ := w.parts.answered(); return n >= most } }
	c.kill(w, stored(3))
	c = w.screen(t, "s3://box/")
	c.goOn("Upload")
	c.kill(w, stored(8))
	w.weather(1 << 30) // the bad weather comes with the last run
	c = w.screen(t, "s3://box/")
	c.goOn("Upload")
	c.await("tenth part", stored(10), w.parts.asked)
	w.server.EndSessions()
	c.endure(w, "Upload")
	w.sentOnce(t, 15)
	c.quit()

	w.server.Faults.Clear()
	fetched := w.server.Faults.Add(sandbox.Fault{Operation: "GetObject", Kind: sandbox.FaultDelay, Delay: 20 * time.Millisecond})
	c = w.screen(t, "s3://box/")
	c.until(filepath.Base(dir) + "/")
	c.typed("D")
	c.until("Download from box")
	c.typed("\r") // into the home folder
	c.until("what is there")
	c.typed("\r")
	c.agree("Download 42 files")
	c.kill(w, func() bool { return fetched() >= 4 })
	c = w.screen(t, "s3://box/")
	c.goOn("Download")
	c.kill(w, func() bool { return fetched() >= 12 })
	passed, _ := w.weather(1 << 30)
	c = w.screen(t, "s3://box/")
	c.goOn("Download")
	c.await("eighth request", func() bool { return passed() >= 8 }, w.parts.asked)
	w.server.EndSessions()
	c.endure(w, "Download")
	c.quit()
	sameTree(t, dir, filepath.Join(w.vars["HOME"], filepath.Base(dir)))
}

// quit leaves the program.
func (c *child) quit() {
	c.t.Helper()
	c.typed("\x03\x03")
	if code := c.exit(); code != 0 {
		c.t.Errorf("exit %d", code)
	}
}

func TestASecondCooperWithAScreenWritesAJournalBesideTheFirst(t *testing.T) {
	t.Parallel()
	w := openShell(t)
	dir := writeTree(t, map[string][]byte{"k": []byte("one")})
	first := w.screen(t, "s3://box/")
	first.until("u upload")
	second := w.screen(t, "s3://box/")
	second.until("this one writes side-1 beside it")
	second.typed("u")
	second.until("Upload to box")
	second.typed(filepath.Join(dir, "k") + "\r")
	second.until("content type")
	second.typed("\r")
	second.agree("Upload k")
	second.until("Upload k: done")
	second.quit()
	first.quit()
	w.must(t, 0, "ls", "s3://box/k")
}
