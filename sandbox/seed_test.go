package sandbox

import (
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// seeded is one demo for all tests that only look at it.
var seeded = sync.OnceValue(newDemo)

func newDemo() *Server {
	s := New(Options{Clock: fixedClock, Seed: 1})
	s.SeedDemo()
	return s
}

func demo(t *testing.T) (*Server, *s3.Client) {
	t.Helper()
	s := seeded()
	return s, clientFor(s, s.Root(), home)
}

// walk gives every key in order with its newest version.
func walk(m *keymap) iter.Seq2[string, *version] {
	return func(yield func(string, *version) bool) {
		for _, leaf := range m.leaves {
			for _, e := range leaf {
				if !yield(e.key, e.head) {
					return
				}
			}
		}
	}
}

func TestTheDemoHasItsBucketsInThreeRegions(t *testing.T) {
	_, c := demo(t)
	out, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{MaxBuckets: aws.Int32(100)})
	if err != nil {
		t.Fatal(err)
	}
	regions := map[string]int{}
	for _, b := range out.Buckets {
		regions[*b.BucketRegion]++
	}
	if len(out.Buckets) != 17 || len(regions) != 3 {
		t.Errorf("%d buckets in %v", len(out.Buckets), regions)
	}
}

func TestTheDemosTimesLieBetweenItsBucketsAndToday(t *testing.T) {
	s, _ := demo(t)
	today := fixedClock().Truncate(24 * time.Hour)
	for name, b := range s.buckets {
		for key, v := range walk(&b.keys) {
			for ; v != nil; v = v.older {
				if !v.time().Before(today) || v.time().Before(b.created) {
					t.Errorf("%s/%q %s was written at %v, the bucket made at %v", name, key, v.id, v.time(), b.created)
				}
				if v.older != nil && v.older.modified > v.modified {
					t.Errorf("%s/%q: an older version is younger", name, key)
				}
			}
		}
	}
}

func TestTheDemoIsTheSameInEveryRun(t *testing.T) {
	again := newDemo()
	first, _ := demo(t)
	print := func(s *Server) string {
		var b strings.Builder
		for _, name := range []string{"invoices-2026", "ledger-archive", "media-drafts", "odd-names"} {
			for key, v := range walk(&s.buckets[name].keys) {
				for ; v != nil; v = v.older {
					fmt.Fprintf(&b, "%s %q %s %d %v\n", name, key, v.id, v.modified, v.marker)
				}
			}
		}
		return b.String()
	}
	if one := print(first); one != print(again) || len(one) < 100_000 {
		t.Error("two runs differ")
	}
}

func TestTheLedgerHoldsMoreVersionsThanTwoBatches(t *testing.T) {
	_, c := demo(t)
	noncurrent, markers := 0, 0
	pages := s3.NewListObjectVersionsPaginator(c, &s3.ListObjectVersionsInput{Bucket: aws.String("ledger-archive"), Prefix: aws.String("2019/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Versions {
			if !*v.IsLatest {
				noncurrent++
			}
		}
		markers += len(page.DeleteMarkers)
	}
	if noncurrent != 2640 || markers != 240 {
		t.Errorf("%d noncurrent versions, %d markers", noncurrent, markers)
	}
	out, err := c.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("ledger-archive")})
	if err != nil || out.MFADelete != "Enabled" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestEveryHostileKeyOfTheDemoIsListedAndReadByItsBytes(t *testing.T) {
	s, c := demo(t)
	out, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("odd-names"), EncodingType: "url"})
	if err != nil || len(out.Contents) != len(hostileKeys()) {
		t.Fatalf("%v", err)
	}
	longest := 0
	for _, key := range hostileKeys() {
		longest = max(longest, len(key))
		head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("odd-names"), Key: &key})
		if err != nil || aws.ToInt64(head.ContentLength) == 0 {
			t.Errorf("%q: %v", key, err)
		}
	}
	if longest != maxKey {
		t.Errorf("the longest key has %d bytes", longest)
	}
	if got := len(s.buckets["odd-names"].settings); got != 1 {
		t.Errorf("%d settings", got)
	}
}

func TestTheDemoShowsEachStateThatAScreenKnows(t *testing.T) {
	s, _ := demo(t)
	at := func(bucket, sub string) string {
		region := s.buckets[bucket].region
		_, body := send(t, s, "GET", "https://cooper.localhost/"+bucket+"?"+sub, "", "Region", region)
		return body
	}
	for _, c := range []struct{ bucket, sub, want string }{
		{"invoices-2026", "versioning", "<Status>Enabled</Status>"},
		{"invoices-2026", "logging", "<TargetBucket>access-logs</TargetBucket>"},
		{"media-drafts", "versioning", "<Status>Suspended</Status>"},
		{"media-drafts", "versions", "<VersionId>null</VersionId>"},
		{"customer-exports", "encryption", DemoKMSKey(DefaultAccount, "eu-central-1")},
		{"build-cache", "lifecycle", "<ID>abort-uploads</ID>"},
		{"press-kit", "policyStatus", "<IsPublic>true</IsPublic>"},
		{"contracts-worm", "object-lock", "<Mode>GOVERNANCE</Mode><Days>30</Days>"},
		{"telemetry-raw", "list-type=2", "<KeyCount>1000</KeyCount>"},
		{"video-ingest", "uploads", "incoming/nothing-sent.mov"},
		{"fresh-start", "list-type=2", "<KeyCount>0</KeyCount>"},
		{"web-uploads", "cors", "<AllowedOrigin>https://app.example.com/</AllowedOrigin>"},
		{"payroll-restricted", "encryption", "explicit deny in a resource-based policy"},
		{"payroll-restricted", "versioning", "<Status>Enabled</Status>"},
		{"payroll-restricted", "policyStatus", "<IsPublic>false</IsPublic>"},
		{"partner-dropbox-444455556666", "list-type=2", "<KeyCount>5</KeyCount>"},
		{"partner-dropbox-444455556666", "versioning", "<Code>AccessDenied</Code>"},
	} {
		if got := at(c.bucket, c.sub); !strings.Contains(got, c.want) {
			t.Errorf("%s?%s: %.400s", c.bucket, c.sub, got)
		}
	}
}

func TestWhatTheDemoStoredPassesItsOwnRules(t *testing.T) {
	s, _ := demo(t)
	for name, b := range s.buckets {
		if rules, ok := setting[*lifecycleConfiguration](b, "lifecycle"); ok {
			if err := rules.check(name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if lock, ok := setting[*lockConfiguration](b, "object-lock"); ok && lock.Rule.check() != nil {
			t.Errorf("%s: %v", name, lock.Rule.check())
		}
		for _, u := range b.uploads {
			if !u.started.Before(fixedClock()) {
				t.Errorf("%s: an upload of tomorrow", name)
			}
		}
	}
	if n := s.buckets["telemetry-raw"].keys.len(); n != telemetryObjects {
		t.Errorf("telemetry-raw holds %d objects", n)
	}
}

func BenchmarkSeedDemo(b *testing.B) {
	for b.Loop() {
		newDemo()
	}
}
