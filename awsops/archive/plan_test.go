package archive

import (
	"testing"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/objects"
	"cooper/awsops/objectset"
)

func TestATierThatAnArchiveHasNotTakesNoTime(t *testing.T) {
	for _, tier := range Tiers() {
		if tier.Takes(false) == "" || (tier.Takes(true) == "") != (tier == Expedited) {
			t.Errorf("%s takes %q, deep %q", tier, tier.Takes(false), tier.Takes(true))
		}
	}
	if Tier("Now").Takes(false) != "" {
		t.Error("a tier that there is not takes time")
	}
}

func TestWhatAskingForAnObjectDoesFollowsFromItsState(t *testing.T) {
	flexible, deep := "GLACIER", "DEEP_ARCHIVE"
	for name, c := range map[string]struct {
		tier  Tier
		head  objects.Head
		after string
		ask   bool
	}{
		"archived":            {Standard, objects.Head{StorageClass: flexible}, "readable in 3 to 5 hours, for 7 days", true},
		"deep":                {Bulk, objects.Head{StorageClass: deep}, "readable in up to 48 hours, for 7 days", true},
		"deep, at once":       {Expedited, objects.Head{StorageClass: deep}, "", false},
		"at hand":             {Standard, objects.Head{StorageClass: "STANDARD_IA"}, "", false},
		"on its way":          {Bulk, objects.Head{StorageClass: flexible, Restore: `ongoing-request="true"`}, "", false},
		"faster":              {Expedited, objects.Head{StorageClass: flexible, Restore: `ongoing-request="true"`}, "asked for again, faster: readable in 1 to 5 minutes", true},
		"there":               {Bulk, objects.Head{StorageClass: flexible, Restore: `ongoing-request="false"`}, "kept 7 days from now", true},
		"intelligent tiering": {Standard, objects.Head{StorageClass: "INTELLIGENT_TIERING", ArchiveStatus: "ARCHIVE_ACCESS"}, "readable in 3 to 5 hours, for good", true},
	} {
		rs := &restorer{spec: Spec{Set: objectset.One("b", "k", "", "", 0), Days: 7, Tier: c.tier}}
		after, ask, err := rs.becomes(awsops.Entry{Key: "k"}, c.head)
		if after != c.after || ask != c.ask || (err == nil) != c.ask {
			t.Errorf("%s: %q, %t, %v", name, after, ask, err)
		}
	}
}

func TestOnlyArchiveClassesAreLookedAtUnderAPrefix(t *testing.T) {
	for class, want := range map[string]bool{"GLACIER": true, "DEEP_ARCHIVE": true, "INTELLIGENT_TIERING": true, "GLACIER_IR": false, "STANDARD": false, "": false} {
		if maybe(listing.Row{Class: class}) != want {
			t.Errorf("%q: %t", class, !want)
		}
	}
}
