package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// filledServer is a server with a bucket of n objects under 47-byte keys in 1,000 folders.
func filledServer(tb testing.TB, n int) *Server {
	tb.Helper()
	s := New(Options{Clock: fixedClock})
	if err := s.addBucket(newBucket("bucket", home, s.Account(), s.Now())); err != nil {
		tb.Fatal(err)
	}
	err := s.Fill("bucket", n, func(i int) string {
		return fmt.Sprintf("data/%04d/part-%010d-of-a-longer-name.parquet", i/max(1, n/1000), i)
	}, FillOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// discard is a ResponseWriter that counts.
type discard struct {
	header http.Header
	n      int
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(p []byte) (int, error) {
	d.n += len(p)
	return len(p), nil
}

// benchList runs a listing of the bucket, without signing and sockets.
func benchList(b *testing.B, n int, query string) {
	s := filledServer(b, n)
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://cooper.localhost/bucket?"+query, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	handle := listObjects
	if r.URL.Query().Has("versions") {
		handle = listVersions
	}
	b.ReportAllocs()
	for b.Loop() {
		w := &discard{header: http.Header{}}
		c := s.newCall(w, r)
		c.bucketName, c.bucket = "bucket", s.findBucket("bucket")
		if err := handle(c); err != nil || w.n < 1000 {
			b.Fatal(err, w.n)
		}
	}
}

func BenchmarkPageOf1000Of1000000(b *testing.B) {
	benchList(b, 1_000_000, "list-type=2&encoding-type=url&start-after=data/0500/")
}

func BenchmarkPageOf1000Prefixes(b *testing.B) {
	benchList(b, 1_000_000, "list-type=2&encoding-type=url&prefix=data/&delimiter=/")
}

func BenchmarkVersionPage(b *testing.B) { benchList(b, 100_000, "versions&encoding-type=url") }

func BenchmarkMemoryOfAMillionObjects(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := filledServer(b, 1_000_000)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "bytes/object")
		runtime.KeepAlive(s)
	}
}

func TestAFillingIsDeterministicAndItsObjectsReadTrue(t *testing.T) {
	s, again := filledServer(t, 5000), filledServer(t, 5000)
	_, one := send(t, s, "GET", "https://cooper.localhost/bucket?list-type=2", "")
	_, two := send(t, again, "GET", "https://cooper.localhost/bucket?list-type=2", "")
	if one != two {
		t.Error("two fillings differ")
	}
	c := clientFor(s, s.Root(), home)
	out, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), MaxKeys: aws.Int32(40)})
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[int64]bool{}
	for _, o := range out.Contents {
		sizes[*o.Size] = true
		body := get(t, c, *o.Key, "") // the SDK compares the checksum
		if int64(len(body)) != *o.Size || *o.ETag != `"`+hexMD5(body)+`"` {
			t.Errorf("%s: %d bytes, ETag %s", *o.Key, len(body), *o.ETag)
		}
	}
	if len(sizes) < 10 {
		t.Errorf("only %d sizes among 40 objects", len(sizes))
	}
}

func TestALargeObjectIsReadAnywhereWithoutBeingHeld(t *testing.T) {
	s, c := newSandbox(t)
	if err := s.PutLarge("bucket", "big", 400, fixedClock(), "GLACIER_IR"); err != nil {
		t.Fatal(err)
	}
	size := int64(400 * largePart)
	out, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: aws.String("big")})
	if err != nil || *out.ContentLength != size || out.StorageClass != types.StorageClassGlacierIr {
		t.Fatal(out, err)
	}
	part := s.findBucket("bucket").current("big").content.section(0, largePart)
	whole, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	res, body := send(t, s, "GET", "https://cooper.localhost/bucket/big", "",
		"Range", fmt.Sprintf("bytes=%d-%d", 399*largePart-3, 399*largePart+4))
	if want := string(whole[largePart-3:]) + string(whole[:5]); res.StatusCode != 206 || body != want {
		t.Errorf("%d %q, want %q", res.StatusCode, body, want)
	}
}

func TestGeneratedBytesAreTheSameHoweverTheyAreRead(t *testing.T) {
	p := pattern{7, 1000}
	whole := make([]byte, 1000)
	if _, err := p.ReadAt(whole, 0); err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(io.NewSectionReader(p, 0, 1000), whole); err != nil {
		t.Error(err)
	}
	pieces := newChain([]*content{{size: 3, data: whole[:3]}, {size: 0}, {size: 990, data: whole[3:993]}, {size: 7, source: io.NewSectionReader(p, 993, 7)}})
	if err := iotest.TestReader(io.NewSectionReader(pieces, 0, 1000), whole); err != nil {
		t.Error(err)
	}
}

func TestFillRefusesWhatItCanNotDo(t *testing.T) {
	s, _ := newSandbox(t)
	if err := s.Fill("none", 1, func(int) string { return "k" }, FillOptions{}); err == nil {
		t.Error("a bucket that is not there is filled")
	}
	if err := s.Fill("bucket", 1, func(int) string { return "k" }, FillOptions{Sizes: []int64{1 << 40}}); err == nil {
		t.Error("a terabyte is digested")
	}
}

func BenchmarkMemoryOfSmallObjectsThatWerePut(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := filledServer(b, 0)
		for i := range n {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPut, "https://cooper.localhost/", strings.NewReader("small body"))
			if err != nil {
				b.Fatal(err)
			}
			c := s.newCall(&discard{header: http.Header{}}, r)
			c.id = identity{who: s.findPrincipal(s.Root().AccessKeyID), scheme: headerSigned, body: r.Body, length: 10}
			c.level, c.bucketName, c.bucket = objectLevel, "bucket", s.findBucket("bucket")
			c.key = fmt.Sprintf("data/%04d/part-%010d-of-a-longer-name.parquet", i/1000, i)
			if err := putObject(c); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "bytes/object")
		runtime.KeepAlive(s)
	}
}
