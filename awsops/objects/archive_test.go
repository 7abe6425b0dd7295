package objects

import (
	"testing"
	"time"
)

func TestTheStateOfAnArchivedObjectIsReadFromItsHeaders(t *testing.T) {
	until := time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		head Head
		want Archive
		deep bool
	}{
		"at hand":             {head: Head{StorageClass: "STANDARD"}},
		"instant retrieval":   {head: Head{StorageClass: "GLACIER_IR"}},
		"tiering at hand":     {head: Head{StorageClass: "INTELLIGENT_TIERING"}},
		"flexible":            {head: Head{StorageClass: "GLACIER"}, want: Archive{State: Archived, Tier: "GLACIER"}},
		"deep":                {head: Head{StorageClass: "DEEP_ARCHIVE", Restore: `ongoing-request="true"`}, want: Archive{State: Restoring, Tier: "DEEP_ARCHIVE"}, deep: true},
		"restored":            {head: Head{StorageClass: "GLACIER", Restore: `ongoing-request="false", expiry-date="Mon, 21 Dec 2026 00:00:00 GMT"`}, want: Archive{State: Restored, Tier: "GLACIER", Until: until}},
		"restored until when": {head: Head{StorageClass: "GLACIER", Restore: `ongoing-request="false", expiry-date="soon"`}, want: Archive{State: Restored, Tier: "GLACIER"}},
		"tiering, archived":   {head: Head{StorageClass: "INTELLIGENT_TIERING", ArchiveStatus: "DEEP_ARCHIVE_ACCESS"}, want: Archive{State: Archived, Tier: "DEEP_ARCHIVE_ACCESS"}, deep: true},
	} {
		got := c.head.Archive()
		if got != c.want || got.Deep() != c.deep {
			t.Errorf("%s: %+v, deep %t", name, got, got.Deep())
		}
		if got.Readable() != (got.State == AtHand || got.State == Restored) || (got.String() == "") != (got.State == AtHand) {
			t.Errorf("%s: readable %t, %q", name, got.Readable(), got)
		}
	}
}
