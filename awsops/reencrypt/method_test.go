package reencrypt

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/sse"
	"cooper/awsops/versioning"
)

const arn = "arn:aws:kms:eu-west-1:111122223333:key/1"

func TestTheMethodFollowsFromWhatS3CanDo(t *testing.T) {
	plain, kms, dsse := sse.Choice{Kind: sse.S3}, sse.Choice{Kind: sse.KMS, KeyID: arn}, sse.Choice{Kind: sse.DSSE, KeyID: arn}
	own, other := sse.Choice{Kind: sse.Customer, Fingerprint: "f"}, sse.Choice{Kind: sse.KMS, KeyID: arn + "2", BucketKey: true}
	on := func(f facts) facts { f.inPlace, f.told = true, true; return f }
	for _, c := range []struct {
		name string
		f    facts
		to   sse.Choice
		want Method
		done bool
	}{
		{"SSE-S3 to SSE-KMS is changed in place", on(facts{from: plain}), kms, InPlace, false},
		{"whatever the size", on(facts{from: plain, size: 10 * copies.Most}), kms, InPlace, false},
		{"and the archive", on(facts{from: plain, archived: true}), kms, InPlace, false},
		{"one KMS key to another, too", on(facts{from: kms}), other, InPlace, false},
		{"a Bucket Key is a change", on(facts{from: kms}), sse.Choice{Kind: sse.KMS, KeyID: arn, BucketKey: true}, InPlace, false},
		{"but not under a lock", on(facts{from: plain, locked: true}), kms, Skip, false},
		{"nor back to SSE-S3", on(facts{from: kms}), plain, Copy, false},
		{"nor to DSSE-KMS", on(facts{from: plain}), dsse, Copy, false},
		{"nor from DSSE-KMS", on(facts{from: dsse}), kms, Copy, false},
		{"nor from SSE-C", on(facts{from: own}), kms, Copy, false},
		{"nor to SSE-C", on(facts{from: plain}), own, Copy, false},
		{"nor what isn't told", facts{inPlace: true}, kms, Copy, false},
		{"nor on another server", facts{from: plain, told: true}, kms, Copy, false},
		{"large ones are copied by parts", on(facts{from: plain, size: copies.Most + 1}), own, CopyParts, false},
		{"archived ones can't be copied", on(facts{from: plain, archived: true}), own, Skip, false},
		{"locked ones aren't", on(facts{from: plain, locked: true}), own, Skip, false},
		{"what is so already is left", on(facts{from: kms, locked: true}), kms, Skip, true},
		{"a context can't be compared", on(facts{from: kms}), sse.Choice{Kind: sse.KMS, KeyID: arn, Context: `{"a":"b"}`}, Skip, true},
	} {
		got, why, done := choose(c.f, c.to)
		if got != c.want || done != c.done || (got == Skip) != (why != "") {
			t.Errorf("%s: %v %q %t", c.name, got, why, done)
		}
	}
}

func FuzzAScopeIsKeptByteForByte(f *testing.F) {
	f.Add("bucket", "pre\xff", "k\x00", "ü")
	f.Fuzz(func(t *testing.T, bucket, prefix, a, b string) {
		in := Scope{Bucket: "bucket", Prefix: prefix, Keys: []string{a, b}}
		raw, err := json.Marshal(in)
		var out Scope
		if err != nil || json.Unmarshal(raw, &out) != nil || !reflect.DeepEqual(in, out) {
			t.Errorf("%q became %q, %v", in, out, err)
		}
	})
}

func TestOlderVersionsAreNamedWhereThereCanBeSome(t *testing.T) {
	for name, c := range map[string]struct {
		state awsops.Reading[versioning.State]
		named bool
	}{
		"never versioned": {awsops.Reading[versioning.State]{State: awsops.Known}, false},
		"suspended":       {awsops.Reading[versioning.State]{State: awsops.Known, Value: versioning.State{Status: versioning.Suspended}}, true},
		"denied":          {awsops.Reading[versioning.State]{State: awsops.Denied}, true},
	} {
		p := &awsops.Plan{}
		Spec{}.warn(p, &tally{}, c.state)
		named := slices.ContainsFunc(p.Warnings, func(w awsops.Warning) bool { return strings.Contains(w.Text, "Older versions") })
		if named != c.named {
			t.Errorf("%s: %v", name, p.Warnings)
		}
	}
}
