package reencrypt

import (
	"reflect"
	"slices"
	"testing"

	"cooper/awsops"
	"cooper/awsops/objects"
	"cooper/awsops/sse"
	"cooper/awsops/versioning"
)

const gib = 1 << 30

// some are n objects of a size and a class that are changed by a method.
func some(n int, how Method, size int64, class string, from objects.Encryption) []looked {
	out := make([]looked, n)
	for i := range out {
		out[i] = looked{how: how, head: objects.Head{Size: size, StorageClass: class, Encryption: from}}
	}
	return out
}

// priceList is the one of README.md, with a price for an archive class.
func priceList() *awsops.Prices {
	put, get, kms := 0.005, 0.0004, 0.03
	return &awsops.Prices{Date: "2026-11-01", Region: "eu-west-1", Currency: "USD", Put1000: &put, Get1000: &get, KMS10000: &kms,
		GBMonth: map[string]float64{"STANDARD": 0.023, "STANDARD_IA": 0.0125}}
}

func TestEncryptingAnewCostsWhatItSendsAndWhatItLeaves(t *testing.T) {
	plain, keyed, bucketKey := objects.Encryption{Algorithm: "AES256"}, objects.Encryption{Algorithm: "aws:kms", KeyID: arn}, objects.Encryption{Algorithm: "aws:kms", KeyID: arn, BucketKey: true}
	kms, withBucketKey, own := sse.Choice{Kind: sse.KMS, KeyID: arn}, sse.Choice{Kind: sse.KMS, KeyID: arn, BucketKey: true}, sse.Choice{Kind: sse.Customer, Fingerprint: "f"}
	none, on := versioning.State{}, versioning.State{Status: versioning.Enabled}
	const of = " (prices of 2026-11-01, eu-west-1)"
	for name, c := range map[string]struct {
		all   []looked
		to    sse.Choice
		keys  int // named; 0: a prefix is listed
		state versioning.State
		want  bill
		money []string
	}{
		"in place": {some(1000, InPlace, gib, "STANDARD", plain), kms, 0, on, bill{list: 1, put: 1000, get: 1000, kms: 1000},
			[]string{"Requests: about 0.0084 USD" + of}}, // 1,001 x 0.005/1,000 + 0.0004 + 0.003
		"in place, from key to key": {some(1000, InPlace, gib, "STANDARD", keyed), kms, 0, on, bill{list: 1, put: 1000, get: 1000, kms: 2000},
			[]string{"Requests: about 0.011 USD" + of}},
		"with bucket keys KMS is hardly asked": {some(1000, InPlace, gib, "STANDARD", bucketKey), withBucketKey, 0, on, bill{list: 1, put: 1000, get: 1000},
			[]string{"Requests: about 0.0054 USD" + of}},
		"a copy on a versioned bucket leaves the old version": {some(100, Copy, gib, "STANDARD", plain), own, 0, on, bill{list: 1, put: 100, get: 100, more: map[string]int64{"STANDARD": 100 * gib}},
			[]string{"Requests: about 0.00055 USD" + of, "Storage: about 2.30 USD a month more" + of}},
		"by class": {slices.Concat(some(100, Copy, gib, "STANDARD", plain), some(10, Copy, gib, "STANDARD_IA", plain), some(1, Copy, gib, "GLACIER", plain)), own, 111, on,
			bill{put: 111, get: 111, more: map[string]int64{"STANDARD": 100 * gib, "STANDARD_IA": 10 * gib, "GLACIER": gib}},
			[]string{"Requests: about 0.00060 USD" + of, "Storage: about 2.42 USD a month more, without GLACIER, whose price isn't known" + of}},
		"a copy elsewhere takes the place of the object": {some(100, Copy, gib, "STANDARD", plain), own, 0, none, bill{list: 1, put: 100, get: 100},
			[]string{"Requests: about 0.00055 USD" + of}},
		"by parts of 512 MiB": {some(1, CopyParts, 6*gib, "STANDARD", keyed), kms, 1, none, bill{put: 14, get: 2, kms: 12 + 1 + 12},
			[]string{"Requests: about 0.00015 USD" + of}}, // 14 x 0.000005 + 2 x 0.0000004 + 25 x 0.000003
		"what is left costs a HEAD": {some(1000, Skip, gib, "STANDARD", keyed), kms, 0, on, bill{list: 1, get: 1000},
			[]string{"Requests: about 0.00041 USD" + of}},
	} {
		in := Spec{To: c.to, Scope: Scope{Keys: make([]string, c.keys)}}
		got := in.bill(c.all, awsops.Reading[versioning.State]{State: awsops.Known, Value: c.state})
		if len(got.more) == 0 {
			got.more = nil
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		plan := &awsops.Plan{Target: awsops.Target{Region: "eu-west-1"}, Effects: awsops.Effects{Bill: true, Requests: got.requests(), Storage: got.stored()}}
		if lines := priceList().Lines(plan); !slices.Equal(lines, c.money) {
			t.Errorf("%s: %q", name, lines)
		}
	}
}

func TestNoStorageIsCountedWhereVersioningCantBeRead(t *testing.T) {
	in := Spec{To: sse.Choice{Kind: sse.Customer, Fingerprint: "f"}}
	if got := in.bill(some(5, Copy, gib, "STANDARD", objects.Encryption{}), awsops.Reading[versioning.State]{State: awsops.Denied}); len(got.more) > 0 {
		t.Errorf("%+v", got)
	}
}
