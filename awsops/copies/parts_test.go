package copies

import (
	"testing"

	"cooper/awsops/objects"
)

func TestASourceIsEncodedByteByByte(t *testing.T) {
	for want, p := range map[string]Place{
		"b/a/plain-key_1.txt~":              {Bucket: "b", Key: "a/plain-key_1.txt~"},
		"b/a%20%2B%3F%25%C3%BC?versionId=x": {Bucket: "b", Key: "a +?%ü", Version: "x"},
		"b/%FF?versionId=a%2Bb":             {Bucket: "b", Key: "\xff", Version: "a+b"},
	} {
		if got := p.Source(); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}

func TestAnArchivedObjectIsNoSourceUntilItIsRestored(t *testing.T) {
	for _, c := range []struct {
		head objects.Head
		want bool
	}{
		{objects.Head{StorageClass: "STANDARD"}, true}, {objects.Head{StorageClass: "GLACIER_IR"}, true}, {objects.Head{StorageClass: "GLACIER"}, false},
		{objects.Head{StorageClass: "INTELLIGENT_TIERING", ArchiveStatus: "ARCHIVE_ACCESS"}, false},
		{objects.Head{StorageClass: "DEEP_ARCHIVE", Restore: `ongoing-request="true"`}, false},
		{objects.Head{StorageClass: "GLACIER", Restore: `ongoing-request="false", expiry-date="Fri, 21 Dec 2026 00:00:00 GMT"`}, true},
	} {
		if err := Readable(Place{Bucket: "b", Key: "k"}, c.head); (err == nil) != c.want {
			t.Errorf("%+v: %v", c.head, err)
		}
	}
}

func FuzzPartsCoverAnObjectWithinTheLimits(f *testing.F) {
	f.Add(int64(1), int64(Most))
	f.Add(int64(5<<30+1), int64(Most))
	f.Add(int64(10_000*5<<30), int64(Most))
	f.Add(int64(12<<20), int64(5<<20))
	f.Fuzz(func(t *testing.T, size, most int64) {
		if size < 0 || size > 10_000*Most || most < 0 {
			return
		}
		all, next := spans(size, most), int64(0)
		for i, s := range all {
			n := s.last - s.first + 1
			if s.first != next || n > Most || n < partLeast && i < len(all)-1 {
				t.Fatalf("part %d of %d bytes is %+v", i+1, size, s)
			}
			next = s.last + 1
		}
		if next != size || len(all) > partsMost {
			t.Fatalf("%d parts cover %d of %d bytes", len(all), next, size)
		}
		partsOf(t, size)
	})
}

// partsOf compares how many parts are announced with how many are made.
func partsOf(t *testing.T, size int64) {
	t.Helper()
	want := int64(len(spans(size, Most)))
	if size <= Most {
		want = 0
	}
	if n := Parts(size); n != want {
		t.Errorf("%d bytes are said to be copied by %d parts, and are by %d", size, n, want)
	}
}
