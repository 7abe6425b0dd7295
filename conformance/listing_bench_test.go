package conformance

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/sandbox"
)

// millionServer is the variable that makes the test's program a server of a bucket with so many objects instead, each
// request taking 30 ms longer. Server and client are processes of their own, so that the client's memory can be told.
const millionServer = "COOPER_BENCH_SERVER"

const million = 1_000_000

func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(millionServer)); err == nil {
		if err := serveMillion(n); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// millionKey is a flat key of 47 bytes.
func millionKey(i int) string { return fmt.Sprintf("telemetry-2026-11-21-sensor-reading-%07d.json", i) }

// serveMillion prints its address and serves until its standard input ends.
func serveMillion(n int) error {
	s := sandbox.New(sandbox.Options{Seed: 1})
	name, root := "flat", s.Root()
	fixture := fixtureClient(sandboxURL, "eu-west-1", root.AccessKeyID, root.SecretAccessKey, &http.Client{Transport: s.Transport()})
	_, err := fixture.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &name,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	if err != nil {
		return err
	}
	if err := s.Fill(name, n, millionKey, sandbox.FillOptions{}); err != nil {
		return err
	}
	s.Faults.Add(sandbox.Fault{Kind: sandbox.FaultDelay, Delay: 30 * time.Millisecond})
	e, err := s.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := os.WriteFile(os.Getenv(millionServer+"_CA"), e.CAPEM, 0o600); err != nil {
		return err
	}
	fmt.Println("https://" + e.Addr)
	_, _ = bufio.NewReader(os.Stdin).ReadString(0) // until the client goes
	return e.Close()
}

// startMillion starts the server and opens a session on it.
func startMillion(b *testing.B) *awsops.Session {
	b.Helper()
	ca := filepath.Join(b.TempDir(), "ca.pem")
	server := exec.CommandContext(b.Context(), os.Args[0])
	server.Env = append(os.Environ(), millionServer+"="+strconv.Itoa(million), millionServer+"_CA="+ca)
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = server.Wait()
	})
	endpoint, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("the server did not start: %v", err)
	}
	root := sandbox.New(sandbox.Options{Seed: 1}).Root()
	s, err := awsops.Open(b.Context(), awsops.Options{Isolated: true, Region: "eu-west-1", Endpoint: strings.TrimSpace(endpoint),
		Dialect: awsops.DialectSandbox, CABundle: ca,
		Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey}})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// memory reads the process's resident memory in bytes: now, and the most since resetPeak.
func memory(b *testing.B) (now, peak float64) {
	b.Helper()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		name, rest, _ := strings.Cut(line, ":")
		kb, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
		switch name {
		case "VmRSS":
			now = kb * 1024
		case "VmHWM":
			peak = kb * 1024
		}
	}
	return now, peak
}

// resetPeak makes the peak of the resident memory begin anew.
func resetPeak(b *testing.B) {
	b.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkListingAMillionKeys lists 1,000,000 keys over TLS from a server that takes 30 ms longer for each request, and
// compares every one of them.
func BenchmarkListingAMillionKeys(b *testing.B) {
	for _, workers := range []int{16, listing.DefaultWorkers, 64} {
		b.Run(fmt.Sprint(workers, " at once"), func(b *testing.B) { benchListing(b, workers) })
	}
}

func benchListing(b *testing.B, workers int) {
	s := startMillion(b)
	if _, err := s.Reader().Region(b.Context(), "flat"); err != nil { // known from the list of buckets, usually
		b.Fatal(err)
	}
	for b.Loop() {
		debug.FreeOSMemory()
		before, _ := memory(b)
		resetPeak(b)
		begin := time.Now()
		l := listing.Start(b.Context(), s.Reader(), listing.Query{Bucket: "flat", Workers: workers})
		for n, _ := l.Len(); n == 0 && !l.Ended(); n, _ = l.Len() {
			time.Sleep(time.Millisecond) // spinning would take a processor away from the listing
		}
		first := time.Since(begin)
		if err := l.Wait(b.Context()); err != nil {
			b.Fatal(err)
		}
		took := time.Since(begin)
		_, peak := memory(b)
		b.ReportMetric(first.Seconds()*1000, "ms/first-rows")
		b.ReportMetric(took.Seconds(), "s/listing")
		b.ReportMetric(float64(l.Requests()), "requests")
		b.ReportMetric((peak-before)/1e6, "MB-above-start")
		everyKey(b, l)
	}
}

// everyKey compares all keys and their order.
func everyKey(b *testing.B, l *listing.Listing) {
	b.Helper()
	n := 0
	l.View().Each(0, func(i int, key []byte, _ int64, _, _ bool) bool {
		if !bytes.Equal(key, []byte(millionKey(i))) {
			b.Fatalf("row %d is %q", i, key)
		}
		n++
		return true
	})
	if n != million {
		b.Fatalf("%d keys of %d", n, million)
	}
}
