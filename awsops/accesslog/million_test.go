package accesslog

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"io"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"time"
)

// lines writes n records as an application and its neighbours make them: each with its own request and host id, a third
// with a key of its own, from 200 requesters at 500 addresses. It makes them while it is read.
type lines struct {
	n, at int
	left  []byte
	buf   []byte
	key   []byte

	time   []byte // of the second
	second int
}

func (l *lines) Read(p []byte) (int, error) {
	if len(l.left) == 0 {
		l.buf = l.buf[:0]
		for len(l.buf) < 64<<10 && l.at < l.n {
			l.write(l.at)
			l.at++
		}
		l.left = l.buf
	}
	if len(l.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

func (l *lines) write(i int) {
	var host [56]byte
	for j := 0; j < 56; j += 8 {
		binary.LittleEndian.PutUint64(host[j:], uint64(i+1)*0x9E37_79B9_7F4A_7C15>>(j%7))
	}
	key := l.keyOf(i)
	operation, status, code, version := "REST.GET.OBJECT", "200", "-", "-"
	switch {
	case i%97 == 0:
		operation, status, version = "REST.DELETE.OBJECT", "204", base64.RawURLEncoding.EncodeToString(host[:24])
	case i%31 == 0:
		status, code = "403", "AccessDenied"
	}
	b := l.buf
	b = append(b, "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be application-data-eu-west-1 ["...)
	b = append(b, l.timeOf(i)...)
	b = append(digits(append(b, "] 10."...), i%2, 1), '.')
	b = append(digits(b, i%25, 1), '.')
	b = digits(b, i%10, 1)
	b = digits(append(b, " arn:aws:sts::111122223333:assumed-role/service-"...), i%200, 3)
	b = append(b, "/i-0a1b2c3d4e5f6a7b8 "...)
	for id, shift := uint64(i+1)*0x9E37_79B9_7F4A_7C15, 60; shift >= 0; shift -= 4 {
		b = append(b, "0123456789ABCDEF"[id>>shift&15])
	}
	b = append(append(append(append(append(b, ' '), operation...), ' '), key...), " \"GET /application-data-eu-west-1/"...)
	b = append(append(append(b, key...), "?x-id=GetObject HTTP/1.1\" "...), status...)
	b = append(append(append(b, ' '), code...), ' ')
	for _, n := range []int{1000 + i%90_000, 1000 + i%90_000, 8 + i%60, 5 + i%50} {
		b = append(digits(b, n, 1), ' ')
	}
	b = digits(append(b, "\"-\" \"aws-sdk-java/2.29."...), i%12, 1)
	b = append(append(append(b, " md/io#sync md/http#Apache ua/2.1 os/Linux#6.1 lang/java#21 m/D,Z,e\" "...), version...), ' ')
	b = base64.StdEncoding.AppendEncode(b, host[:])
	b = append(b, " SigV4 TLS_AES_128_GCM_SHA256 AuthHeader application-data-eu-west-1.s3.eu-west-1.amazonaws.com TLSv1.3 - - eu-west-1\n"...)
	l.buf = b
}

func (l *lines) keyOf(i int) []byte {
	l.key = digits(append(l.key[:0], "tenants/"...), i%317, 3)
	l.key = digits(append(l.key, "/2026/11/"...), i/40_000%28+1, 2)
	l.key = append(digits(append(l.key, "/events-"...), i/3, 8), ".parquet"...)
	return l.key
}

// timeOf writes the time of a line, which it shares with nineteen others.
func (l *lines) timeOf(i int) []byte {
	if len(l.time) == 0 || i/20 != l.second {
		l.second = i / 20
		l.time = time.Unix(1_795_600_000+int64(l.second), 0).UTC().AppendFormat(l.time[:0], "02/Jan/2006:15:04:05 -0700")
	}
	return l.time
}

// digits appends n with at least so many digits. Package fmt would cost more than what is measured.
func digits(b []byte, n, width int) []byte {
	for limit := 10; width > 1; width, limit = width-1, limit*10 {
		if n < limit {
			b = append(b, "000000000"[:width-1]...)
			break
		}
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// BenchmarkAMillionLines loads a million records in two streams, filters them and groups them. Making the lines is
// measured on its own and taken off. go test -bench Million -benchtime 1x ./awsops/accesslog
func BenchmarkAMillionLines(b *testing.B) {
	const n, streams = 1_000_000, 2
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // as the program sets it
	for range b.N {
		spent := cpuTime()
		measured := func(name string) {
			now := cpuTime()
			b.ReportMetric((now - spent).Seconds(), name)
			spent = now
		}
		size, _ := io.Copy(io.Discard, &lines{n: n}) // neither side can fail
		measured("making-cpu-s")
		table := New()
		var work sync.WaitGroup
		for range streams {
			work.Go(func() {
				if err := table.Load(context.Background(), &lines{n: n / streams}); err != nil {
					b.Error(err)
				}
			})
		}
		work.Wait()
		measured("making+loading-cpu-s")
		if c := table.Counts(); c.Records != n || c.Broken != 0 {
			b.Fatalf("%+v", c)
		}
		rows := table.Rows()
		places, err := rows.Select(context.Background(), Filter{Requester: "service-01", Status: "403", Key: "*.parquet"})
		if err != nil || len(places) == 0 {
			b.Fatal(err)
		}
		measured("filter-cpu-s")
		for _, p := range Presets() {
			if _, err := rows.Group(context.Background(), p.Filter, p.By...); err != nil {
				b.Fatal(err)
			}
		}
		measured("all-groupings-cpu-s")
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		b.ReportMetric(float64(mem.Sys-mem.HeapReleased)/1e6, "from-system-MB")
		runtime.GC()
		runtime.ReadMemStats(&mem)
		b.ReportMetric(float64(mem.HeapAlloc)/1e6, "table-MB")
		b.ReportMetric(float64(size)/n, "line-bytes")
		runtime.KeepAlive(table)
	}
}

func TestARecordTakesLessMemoryThanItsLine(t *testing.T) {
	const n = 60_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	table := New()
	if err := table.Load(context.Background(), &lines{n: n}); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := int64(after.HeapAlloc-before.HeapAlloc) / n; each > 260 {
		t.Errorf("a record takes %d bytes", each)
	}
	runtime.KeepAlive(table)
}

func TestAPlaceIsTheSameWhenItWasPacked(t *testing.T) {
	for _, p := range []place{{}, {1, 2, 3}, {1<<27 - 1, chunkSize - 1, longestLine}, {0, 0, longestLine}, {7, chunkSize - 1, 0}} {
		if got := p.pack().place(); got != p {
			t.Errorf("%v became %v", p, got)
		}
	}
}

func TestIdsTooLongToBeKeptSpoilNoOtherRecord(t *testing.T) {
	var p Parts
	if !Parse([]byte(sample(nil)), &p) {
		t.Fatal("the sample is no record")
	}
	table := New()
	table.Add(&p)
	host := p.Field[HostID]
	p.Field[HostID] = bytes.Repeat([]byte("!"), 3*longestLine)
	table.Add(&p)
	rows := table.Rows()
	if got := rows.Record(0).Value[HostID]; got != string(host) {
		t.Errorf("host id %q", got)
	}
	if got := rows.Record(1).Value[HostID]; got != "" {
		t.Errorf("%d bytes were kept", len(got))
	}
}
