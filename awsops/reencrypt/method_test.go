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
		{"an older version is changed in place", on(facts{from: plain, older: true}), kms, InPlace, false},
		{"and never copied", on(facts{from: own, older: true}), kms, Skip, false},
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
		in := Scope{Bucket: "bucket", Prefix: prefix, Keys: []string{a, b}, Versions: len(a) > len(b)}
		raw, err := json.Marshal(in)
		var out Scope
		if err != nil || json.Unmarshal(raw, &out) != nil || !reflect.DeepEqual(in, out) {
			t.Errorf("%+q became %+q, %v", []any{in.Prefix, in.Keys, in.Versions}, []any{out.Prefix, out.Keys, out.Versions}, err)
		}
	})
}

func TestWhatStaysOfOlderVersionsIsCounted(t *testing.T) {
	known := func(v versioning.State) awsops.Reading[versioning.State] {
		return awsops.Reading[versioning.State]{State: awsops.Known, Value: v}
	}
	on, suspended := versioning.State{Status: versioning.Enabled}, versioning.State{Status: versioning.Suspended}
	for name, c := range map[string]struct {
		in    Spec
		t     tally
		state awsops.Reading[versioning.State]
		older Older
		want  string // "": nothing is said
	}{
		"never versioned":  {Spec{}, tally{}, known(versioning.State{}), Older{}, ""},
		"there are none":   {Spec{}, tally{}, known(suspended), Older{Known: true}, ""},
		"some":             {Spec{}, tally{}, known(suspended), Older{Known: true, Versions: 3, Bytes: 70}, "encrypted anew. 3 older ones (70 bytes) keep"},
		"at least some":    {Spec{}, tally{}, known(on), Older{Known: true, Versions: 3, Bytes: 70, AtLeast: true}, "At least 3 older ones (70 bytes)"},
		"not to be told":   {Spec{}, tally{}, awsops.Reading[versioning.State]{State: awsops.Denied}, Older{}, "can't be told"},
		"all are taken in": {Spec{Scope: Scope{Versions: true}}, tally{}, known(on), Older{}, ""},
		"and can't be":     {Spec{Scope: Scope{Versions: true}}, tally{older: 2, oldBytes: 9}, known(on), Older{}, "2 older versions (9 bytes) are left as they are"},
		"copies leave old ones behind": {Spec{}, tally{methods: [4]int64{Copy: 4, CopyParts: 1}, bytes: [4]int64{Copy: 40, CopyParts: 2}}, known(on), Older{Known: true},
			"5 old ones (42 bytes) stay under the key that they had"},
	} {
		p := &awsops.Plan{}
		c.in.warn(p, &c.t, c.state, c.older)
		var all []string
		for _, w := range p.Warnings {
			if strings.Contains(w.Text, "purged") {
				all = append(all, w.Text)
			}
		}
		if c.want == "" && len(all) > 0 || c.want != "" && !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("%s: %q", name, all)
		}
	}
}
