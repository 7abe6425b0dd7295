package conformance

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/kms"
	"cooper/sandbox"
)

// region is where the tests of KMS ask.
const kmsRegion = "eu-central-1"

func TestKeysAreListedWithWhatEachIs(t *testing.T) {
	server, s := overSockets(t)
	doomed := server.AddKMSKey(sandbox.KMSKey{ID: "00000000-aaaa-bbbb-cccc-000000000001", Region: kmsRegion, Alias: "alias/a-doomed", State: "PendingDeletion",
		Deleted: time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)})
	rsa := server.AddKMSKey(sandbox.KMSKey{ID: "00000000-aaaa-bbbb-cccc-000000000002", Region: kmsRegion, Usage: "SIGN_VERIFY", Spec: "RSA_2048"})
	list, err := kms.Keys(t.Context(), s.Reader(), kmsRegion)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range list {
		k, _ := l.Key.Get()
		got = append(got, fmt.Sprintf("%s %s %s %s", l.Alias(), k.Manager, k.State, k.ForS3(kmsRegion)))
	}
	want := []string{
		"alias/customer-data CUSTOMER Enabled ", "alias/aws/s3 AWS Enabled ",
		"alias/a-doomed CUSTOMER PendingDeletion The key is pending deletion and gone on 2026-12-24: nothing can be encrypted or read with it.",
		" CUSTOMER Enabled The key is for SIGN_VERIFY, not for encryption.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if list[2].ARN != doomed || list[3].ARN != rsa {
		t.Errorf("%+v", list)
	}
}

func TestADataKeyComesBackUnderItsContextOnly(t *testing.T) {
	_, s := overSockets(t)
	r, about := s.Reader(), kms.Context{"purpose": "test"}
	key, err := kms.Generate(t.Context(), r, kmsRegion, "alias/customer-data", about)
	if err != nil {
		t.Fatal(err)
	}
	plain, arn, err := kms.Decrypt(t.Context(), r, kmsRegion, key.KeyARN, key.Encrypted, about)
	if err != nil || arn != key.KeyARN || !bytes.Equal(plain, key.Plaintext) || arn != sandbox.DemoKMSKey(sandbox.DefaultAccount, kmsRegion) {
		t.Errorf("%s %v", arn, err)
	}
	if _, _, err = kms.Decrypt(t.Context(), r, kmsRegion, "", key.Encrypted, nil); awsops.Wrap("", "", "", err).Code != "InvalidCiphertextException" {
		t.Error(err)
	}
	blob, _, err := kms.Encrypt(t.Context(), r, kmsRegion, key.KeyARN, key.Plaintext, about)
	if err != nil {
		t.Fatal(err)
	}
	if plain, _, err = kms.Decrypt(t.Context(), r, kmsRegion, "", blob, about); err != nil || !bytes.Equal(plain, key.Plaintext) {
		t.Error(err)
	}
}

func TestADryRunTellsWhetherAKeyCouldBeUsed(t *testing.T) {
	server, s := overSockets(t)
	r, key := s.Reader(), sandbox.DemoKMSKey(sandbox.DefaultAccount, kmsRegion)
	about := kms.ForBucket("aws", "some-bucket")
	if err := kms.TryGenerate(t.Context(), r, kmsRegion, key, about); err != nil {
		t.Error(err)
	}
	server.SetKMSKeyState(key, "Disabled")
	if err := kms.TryGenerate(t.Context(), r, kmsRegion, key, about); awsops.Wrap("", "", "", err).Code != "DisabledException" {
		t.Error(err)
	}
	closed := server.AddKMSKey(sandbox.KMSKey{ID: "00000000-aaaa-bbbb-cccc-000000000003", Region: kmsRegion, Account: sandbox.OtherAccount})
	if err := kms.TryGenerate(t.Context(), r, kmsRegion, closed, about); awsops.Wrap("", "", "", err).Kind != awsops.KindDenied {
		t.Error(err)
	}
	if got := kms.Reading(t.Context(), r, kmsRegion, "alias/none"); got.State != awsops.Absent {
		t.Errorf("%+v", got)
	}
	if got := kms.Reading(t.Context(), r, kmsRegion, closed); got.State != awsops.Denied {
		t.Errorf("%+v", got)
	}
}

// useKey has a key make n data keys, each for an object of its own.
func useKey(t *testing.T, r *awsops.Reader, key string, n int) {
	t.Helper()
	for i := range n {
		if _, err := kms.Generate(t.Context(), r, kmsRegion, key, kms.Context{"aws:s3:arn": fmt.Sprintf("arn:aws:s3:::b/%02d", i)}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheHistoryOfAKeySaysWhoUsedItForWhat(t *testing.T) {
	began := time.Now().Truncate(time.Second) // uses have whole seconds
	server, s := overSockets(t)
	r, key := s.Reader(), sandbox.DemoKMSKey(sandbox.DefaultAccount, kmsRegion)
	useKey(t, r, key, 60)
	server.SetKMSKeyState(key, "Disabled")
	if _, err := kms.Generate(t.Context(), r, kmsRegion, key, nil); err == nil {
		t.Fatal("a disabled key was used")
	}
	page := func(since time.Time, next string, uses int, more bool) kms.Uses {
		got, err := kms.History(t.Context(), r, kmsRegion, key, since, next)
		if err != nil || len(got.List) != uses || (got.Next != "") != more {
			t.Fatalf("%d uses, next %q, %v", len(got.List), got.Next, err)
		}
		return got
	}
	first := page(time.Time{}, "", 50, true)
	u := first.List[0]
	if got := strings.Join([]string{u.Operation, u.Error, u.Who, u.Name, u.For}, " "); got != "GenerateDataKey DisabledException arn:aws:iam::111122223333:root root " || u.From == "" {
		t.Errorf("%+v", u)
	}
	if u := first.List[1]; u.Refused() || u.For != "arn:aws:s3:::b/59" || u.At.Before(began) {
		t.Errorf("%+v", u)
	}
	page(time.Time{}, first.Next, 11, false)
	page(time.Now().Add(time.Hour), "", 0, false)
	if q, ok := kms.Quota(t.Context(), r, kmsRegion).Get(); !ok || q != 20_000 {
		t.Errorf("quota %d", q)
	}
}

func TestWhatTheReaderMayNotSeeOfKMSIsDenied(t *testing.T) {
	_, s := overSockets(t, func(o *awsops.Options, _ *sandbox.Endpoint) {
		c, _ := sandbox.New(sandbox.Options{}).Credentials(sandbox.ReaderUser)
		o.Static = &awsops.StaticCredentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey}
	})
	r, key := s.Reader(), sandbox.DemoKMSKey(sandbox.DefaultAccount, kmsRegion)
	_, history := kms.History(t.Context(), r, kmsRegion, key, time.Time{}, "")
	_, keys := kms.Keys(t.Context(), r, kmsRegion)
	for what, err := range map[string]error{"LookupEvents": history, "ListKeys": keys} {
		if e := awsops.Wrap("", "", "", err); e == nil || e.Kind != awsops.KindDenied {
			t.Errorf("%s: %v", what, err)
		}
	}
	if q := kms.Quota(t.Context(), r, kmsRegion); q.State != awsops.Denied {
		t.Errorf("%+v", q)
	}
}
