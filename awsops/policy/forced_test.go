package policy

import (
	"fmt"
	"testing"
)

// made is a policy of ready statements: Sid and answer in turn.
func made(t *testing.T, words ...string) *Document {
	t.Helper()
	d, err := Parse([]byte(Empty))
	for i := 0; i < len(words) && err == nil; i += 2 {
		s, ok := Make(words[i], BucketARN("aws", "b"), words[i+1])
		if !ok {
			t.Fatalf("%s %q makes no statement", words[i], words[i+1])
		}
		d, err = d.Add(s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const someKey = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

func (f Forced) words() string {
	return fmt.Sprint(f.TLS.Yes, " ", f.MinTLS.Detail, " ", f.Encryption.Detail, " ", f.Key.Detail, " ", f.NamedKey.Yes, " ", f.NoSSEC.Yes)
}

func TestWhatAPolicyForcesIsFoundByEvaluatingIt(t *testing.T) {
	const byDefault = " (uploads without a header take the bucket's default)"
	for _, c := range []struct {
		statements []string
		want       string
	}{
		{nil, "false    false false"},
		{[]string{"CooperDenyInsecureTransport", ""}, "true    false false"},
		{[]string{"CooperDenyOldTls", "1.2"}, "false 1.2   false false"},
		{[]string{"CooperDenyOldTls", "1.3"}, "false 1.3   false false"},
		{[]string{"CooperDenyOtherSse", "aws:kms"}, "false  aws:kms" + byDefault + "  false false"},
		{[]string{"CooperDenyOtherKmsKey", someKey}, "false   " + someKey + " false false"},
		{[]string{"CooperDenyOtherKmsKey", someKey, "CooperDenyKmsWithoutKeyId", ""}, "false   " + someKey + " true false"},
		{[]string{"CooperDenyOtherSse", "aws:kms:dsse", "CooperDenyOtherKmsKey", someKey}, "false  aws:kms:dsse" + byDefault + " " + someKey + " false false"},
		{[]string{"CooperDenySseC", ""}, "false    false true"},
	} {
		if got := ForcedOn(made(t, c.statements...), BucketARN("aws", "b")).words(); got != c.want {
			t.Errorf("%v: %q, want %q", c.statements, got, c.want)
		}
	}
}

func TestOnlyWhatBindsEverybodyAndEveryObjectCountsAsForced(t *testing.T) {
	for name, text := range map[string]string{
		"one principal":  `{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
		"one prefix":     `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/a/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
		"other bucket":   `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::c","arn:aws:s3:::c/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
		"an allow":       `{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
		"one more key":   `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`,
		"nobody uploads": `{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}`,
	} {
		d, err := Parse([]byte(`{"Version":"2012-10-17","Statement":` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := ForcedOn(d, BucketARN("aws", "b")).words(); got != "false    false false" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAnExplicitHeaderIsForcedAsWellAsTheDefault(t *testing.T) {
	d, err := Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringNotEquals":{"` + sseKey + `":"aws:kms"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := ForcedOn(d, BucketARN("aws", "b")); got.Encryption.Detail != "aws:kms" || !got.NoSSEC.Yes {
		t.Errorf("%+v", got)
	}
	d, err = Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*","Condition":{"ArnNotEqualsIfExists":{"` + kmsKey + `":"` + someKey + `"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := ForcedOn(d, BucketARN("aws", "b")); got.Key.Detail != someKey || !got.NamedKey.Yes {
		t.Errorf("%+v", got)
	}
}
