package conformance

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cooper/awsops"
	"cooper/awsops/reencrypt"
	"cooper/awsops/sse"
	"cooper/sandbox"
)

// busy is a server some way off that takes so many requests a second and asks to slow down above that.
type busy struct {
	next    http.RoundTripper
	latency time.Duration
	limit   float64 // requests a second; 0: any number

	mu                      sync.Mutex
	tokens                  float64
	at                      time.Time
	inFlight, most, refused int
	began                   time.Time   // of the job
	updates                 map[int]int // objects done, by the job's seconds
}

// RoundTrip answers after the latency.
func (b *busy) RoundTrip(r *http.Request) (*http.Response, error) {
	ok := b.enter()
	time.Sleep(b.latency)
	b.mu.Lock()
	b.inFlight--
	b.mu.Unlock()
	if ok {
		res, err := b.next.RoundTrip(r)
		if err == nil && r.URL.Query().Has("encryption") {
			b.mu.Lock()
			b.updates[int(time.Since(b.began)/time.Second)]++
			b.mu.Unlock()
		}
		return res, err
	}
	body := `<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`
	if r.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{StatusCode: 503, Status: "503 Slow Down", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
}

func (b *busy) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inFlight++
	b.most = max(b.most, b.inFlight)
	if b.limit == 0 {
		return true
	}
	now := time.Now()
	b.tokens = min(b.limit/4, b.tokens+now.Sub(b.at).Seconds()*b.limit)
	b.at = now
	if b.tokens < 1 {
		b.refused++
		return false
	}
	b.tokens--
	return true
}

// encryptAnew encrypts n objects anew.
func encryptAnew(t *testing.T, n int, limit float64) *busy {
	t.Helper()
	s := sandbox.New(sandbox.Options{Seed: 1, Clock: time.Now, SignatureClock: time.Now})
	server := &busy{next: s.Transport(), latency: 60 * time.Millisecond, at: time.Now(), updates: map[int]int{}}
	root := s.Root()
	session, err := awsops.Open(t.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: sandboxURL, Dialect: awsops.DialectSandbox,
		Transport: server, Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{name: serverSandbox, server: s, session: session}
	w.fixture = fixtureClient(sandboxURL, "eu-west-1", root.AccessKeyID, root.SecretAccessKey, &http.Client{Transport: s.Transport()})
	b := w.bucket(t, "")
	if err := s.Fill(b, n, func(i int) string { return fmt.Sprintf("k%06d", i) }, sandbox.FillOptions{Sizes: []int64{10}}); err != nil {
		t.Fatal(err)
	}
	p, err := reencrypt.Plan(t.Context(), session.Reader(), reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b}, To: sse.Choice{Kind: sse.KMS, KeyID: w.kmsKey(t)}})
	if err != nil {
		t.Fatal(err)
	}
	server.mu.Lock()
	server.limit, server.most, server.began = limit, 0, time.Now()
	server.mu.Unlock()
	job := session.Apply(t.Context(), p)
	if err := job.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if snap := job.Snapshot(); snap.Done != int64(n) || snap.Failures > 0 {
		t.Fatalf("%+v", snap)
	}
	return server
}

func TestAReencryptJobKeepsManyRequestsInFlightAndHoldsItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := encryptAnew(t, 600, 0)
		took := time.Since(server.began)
		if server.most < 32 {
			t.Errorf("%d requests in flight", server.most)
		}
		// Each object is two requests of 60 ms: 48 at once make 400 a second.
		if free := 600 / took.Seconds(); free < 250 {
			t.Errorf("%.0f objects a second", free)
		}
		// A server that takes 300 requests a second allows 150 objects a second. The last objects that were told to slow
		// down rest alone, and a whole job's rate is mostly that rest: what counts is the time before it.
		const limit, seconds = 150, 8
		server = encryptAnew(t, 1500, 2*limit)
		done := 0
		for second := range seconds {
			done += server.updates[second]
		}
		t.Logf("%d objects in %v without a limit; with one of %d a second %d in %d s: %v; %d requests were told to slow down",
			600, took, limit, done, seconds, server.updates, server.refused)
		if done < limit*seconds*3/4 {
			t.Errorf("%d objects in %d s of %d that the server would take", done, seconds, limit*seconds)
		}
	})
}
