package conformance

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cooper/awsops"
	"cooper/awsops/copies"
	details "cooper/awsops/objects"
	"cooper/awsops/transfer"
	"cooper/awsops/versions"
	"cooper/sandbox"
)

// lease is a profile whose temporary keys a person puts into the file when asked to.
type lease struct {
	b     *bastion
	asked atomic.Int32
}

// Login puts fresh keys of the sandbox's role into the file.
func (l *lease) Login(context.Context, awsops.Lapse) error {
	l.asked.Add(1)
	l.file()
	return nil
}

func (l *lease) file() {
	l.b.t.Helper()
	req := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/v2/credentials", nil)
	req.Header.Set("Authorization", sandbox.ContainerToken)
	answer := httptest.NewRecorder()
	l.b.sources.ServeHTTP(answer, req)
	var keys struct{ AccessKeyID, SecretAccessKey, Token string }
	if err := json.Unmarshal(answer.Body.Bytes(), &keys); err != nil {
		l.b.t.Error(err)
	}
	l.b.write(".aws/config", "[profile lease]\naws_access_key_id = "+keys.AccessKeyID+"\naws_secret_access_key = "+keys.SecretAccessKey+
		"\naws_session_token = "+keys.Token+"\n")
}

// onLease opens a session on a lease.
func onLease(t *testing.T) (*bastion, *lease, *world) {
	t.Helper()
	b := onBastion(t)
	l, w := b.lease()
	return b, l, w
}

// inBubble is onLease without sockets, which would hold the time of a bubble.
func inBubble(t *testing.T) (*bastion, *lease, *world) {
	t.Helper()
	b := newBastion(t)
	b.tls = sandboxURL
	l, w := b.lease(func(o *awsops.Options) { o.Transport = b.server.Transport() })
	return b, l, w
}

// lease opens a session on a lease.
func (b *bastion) lease(change ...func(*awsops.Options)) (*lease, *world) {
	b.t.Helper()
	l, kept := &lease{b: b}, &ledger{}
	l.file()
	s := b.open("lease", append(change, func(o *awsops.Options) { o.Login, o.Uploads = l, kept })...)
	return l, &world{session: s, server: b.server, uploads: kept, clock: b.clock}
}

// errand moves files up, about, down and away.
func errand(t *testing.T, w *world, dir string) {
	t.Helper()
	const bucket = "lapse"
	p, err := transfer.PlanPut(t.Context(), w.reader(), transfer.PutSpec{Bucket: bucket, Roots: []transfer.Root{{Path: dir, Key: "in/"}}})
	w.done(t, p, err)
	p, err = copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: bucket, To: bucket, Under: true, Prefix: "in/", Base: "in/", Into: "copy/"})
	w.done(t, p, err)
	p, err = copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: bucket, To: bucket, Under: true, Prefix: "copy/", Base: "copy/", Into: "moved/", Move: true})
	w.done(t, p, err)
	to := filepath.Join(t.TempDir(), "to")
	p, err = transfer.PlanGet(t.Context(), w.reader(), transfer.GetSpec{Bucket: bucket, Folder: to, Picks: []transfer.Pick{{Key: "moved/", Under: true}}})
	w.done(t, p, err)
	want := contents(t, dir)
	for name, body := range contents(t, to) {
		if body != want[name] {
			t.Errorf("%s is not what it was", name)
		}
		delete(want, name)
	}
	if len(want) != 0 {
		t.Errorf("%d files did not come back", len(want))
	}
	p, err = versions.PlanDelete(t.Context(), w.reader(), versions.Selection{Bucket: bucket, Under: true})
	w.done(t, p, err)
}

func TestAJobOfTransfersWaitsForALoginInEveryPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, l, w := inBubble(t)
		makeBucketIn(t, w, "lapse", "eu-west-1")
		dir := tree(t, map[string]string{"big": string(noise(8<<20 + 1)), "small": "x"})
		b.server.Faults.Sleep = func(context.Context, time.Duration) error {
			b.server.EndSessions()
			return nil
		}
		for _, skip := range []int{0, 1} {
			b.server.Faults.Clear()
			l.asked.Store(0)
			struck := map[string]func() int{}
			for _, op := range []string{"ListObjectsV2", "HeadObject", "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload",
				"CopyObject", "DeleteObject", "GetObject", "DeleteObjects"} {
				struck[op] = b.server.Faults.Add(sandbox.Fault{Operation: op, Skip: skip, Times: 1, Kind: sandbox.FaultDelay, Delay: time.Second})
			}
			errand(t, w, dir)
			times := 0
			for op, n := range struck {
				if times += n(); n() == 0 && skip == 0 {
					t.Errorf("the login did not end at %s", op)
				}
			}
			if n := int(l.asked.Load()); n == 0 || n > times { // several calls can wait for one login
				t.Errorf("asked %d times for %d", n, times)
			}
		}
	})
}

func TestABadAnswerToHEADIsNoLoginThatIsOver(t *testing.T) {
	b, l, w := onLease(t)
	makeBucketIn(t, w, "lapse", "eu-west-1")
	w.server.Faults.Add(sandbox.Fault{Operation: "HeadObject", Status: http.StatusBadRequest})
	_, err := details.ReadHead(t.Context(), w.reader(), "lapse", "k", "")
	if e := awsops.Wrap("", "", "", err); e == nil || e.Status != http.StatusBadRequest || !strings.Contains(e.Hint, "SSE-C") || l.asked.Load() != 0 {
		t.Errorf("error %v, asked %d times", err, l.asked.Load())
	}
	b.server.EndSessions()
	w.server.Faults.Clear()
	if _, err := details.ReadHead(t.Context(), w.reader(), "lapse", "k", ""); awsops.Wrap("", "", "", err).Kind != awsops.KindNotFound || l.asked.Load() != 1 {
		t.Errorf("error %v, asked %d times", err, l.asked.Load())
	}
}
