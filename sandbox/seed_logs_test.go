package sandbox

import (
	"strings"
	"testing"
	"time"
)

// BenchmarkSeedLogs is what the demo's logs cost at its start.
func BenchmarkSeedLogs(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := New(Options{Clock: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }})
		d := &seeder{s: s, today: s.Now().Truncate(24 * time.Hour), sized: map[int64]*content{}}
		if err := d.uploads(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := d.accessLogs(); err != nil {
			b.Fatal(err)
		}
	}
}

// seededLines are all lines of the demo's log files below a prefix, and the keys of these files.
func seededLines(t *testing.T, prefix string) (lines, keys []string) {
	t.Helper()
	s := New(Options{Clock: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }})
	s.SeedDemo()
	b := s.findBucket("access-logs")
	for c := b.keys.seek(prefix); c.entry() != nil && strings.HasPrefix(c.entry().key, prefix); c.next() {
		keys = append(keys, c.entry().key)
		lines = append(lines, strings.Split(strings.TrimSuffix(string(c.entry().head.content.data), "\n"), "\n")...)
	}
	return lines, keys
}

func TestTheDemosLogsTellOfTwoWeeks(t *testing.T) {
	lines, keys := seededLines(t, "invoices-2026/")
	if len(keys) != demoLogDays*demoLogFiles || len(lines) < len(keys)*demoLogLines {
		t.Errorf("%d files, %d lines", len(keys), len(lines))
	}
	for what, words := range map[string]string{
		"who made a delete marker": "REST.DELETE.OBJECT 2026/03/INV-202603-1008.pdf ", "a version deleted": "?versionId=", "a batch": "BATCH.DELETE.OBJECT",
		"no TLS": " - AuthHeader invoices-2026.s3.eu-west-1.amazonaws.com - ", "nobody": "] 198.51.100.", "denied": " 403 AccessDenied ", "missing": " 404 NoSuchKey ",
		"presigned": " QueryString ", "quotes in a user agent": `"Scanner"`,
	} {
		if !strings.Contains(strings.Join(lines, "\n"), words) {
			t.Errorf("no line shows %s", what)
		}
	}
	_, keys = seededLines(t, "web-uploads/")
	if len(keys) != demoLogDays || !strings.HasPrefix(keys[0], "web-uploads/111122223333/eu-west-1/web-uploads/2026/11/07/2026-11-07-00-00-00-") {
		t.Errorf("%q", keys)
	}
}
