package encryption

import (
	"strings"
	"testing"

	"cooper/awsops/buckets"
)

func TestADocumentThatWouldLoseSomethingIsNotTaken(t *testing.T) {
	const aes = `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>`
	for doc, want := range map[string]string{
		`<Rule>` + aes + `</Rule>`: "",
		`<Rule>` + aes + `<BucketKeyEnabled>true</BucketKeyEnabled><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule>`: "",
		``: "empty configuration",
		`<Rule>` + aes + `</Rule><Rule>` + aes + `</Rule>`: "more than one rule",
		`<Rule>` + aes + `<Layers>3</Layers></Rule>`:       "not known here: Layers",
		`<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><Hint>x</Hint></ApplyServerSideEncryptionByDefault></Rule>`: "not known here: Hint",
		`<Rule>` + aes + `<BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType><Until>2030</Until></BlockedEncryptionTypes></Rule>`:       "not known here: Until",
		`<Rule>` + aes + `</Rule><Mode>x</Mode>`: "not known here: Mode",
		`<Rule>`:                                 "can't be read",
	} {
		_, got := parse([]byte(`<ServerSideEncryptionConfiguration>` + doc + `</ServerSideEncryptionConfiguration>`))
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q", doc, got)
		}
	}
}

func TestDefaultsThatMeanTheSameAreTheSame(t *testing.T) {
	same := [][2]buckets.Encryption{
		{{Algorithm: SSES3}, {Algorithm: SSES3, Blocked: []string{BlockNone}}},
		{{Algorithm: SSES3, BucketKey: true}, {Algorithm: SSES3}},
		{{Algorithm: DSSE, KeyID: "k", BucketKey: true}, {Algorithm: DSSE, KeyID: "k"}},
	}
	for _, pair := range same {
		if canonical(pair[0]) != canonical(pair[1]) {
			t.Errorf("%+v and %+v", pair[0], pair[1])
		}
	}
	other := []buckets.Encryption{{Algorithm: SSES3}, {Algorithm: SSES3, Blocked: []string{BlockSSEC}}, {Algorithm: KMS}, {Algorithm: KMS, BucketKey: true}, {Algorithm: KMS, KeyID: "k"}, {Algorithm: DSSE}}
	seen := map[string]bool{}
	for _, e := range other {
		if seen[canonical(e)] {
			t.Errorf("%+v reads like another", e)
		}
		seen[canonical(e)] = true
	}
}

func TestASpecIsCheckedByItself(t *testing.T) {
	for want, spec := range map[string]PutSpec{
		"the algorithm is":            {Algorithm: "rot13"},
		"takes no KMS key":            {Algorithm: SSES3, Key: "k"},
		"goes with SSE-KMS only":      {Algorithm: DSSE, BucketKey: true},
		"SSE-C is blocked or allowed": {Algorithm: SSES3, SSEC: "maybe"},
	} {
		if got := spec.Check(); !strings.Contains(got, want) {
			t.Errorf("%+v: %q", spec, got)
		}
	}
	if got := (PutSpec{Algorithm: KMS, Key: "k", BucketKey: true, SSEC: BlockSSEC}).Check(); got != "" {
		t.Error(got)
	}
}
