package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/encryption"
	"cooper/sandbox"
)

// byDefault reads a bucket's default encryption in few words.
func (w *world) byDefault(t *testing.T, bucket string) string {
	t.Helper()
	now := encryption.Reading(t.Context(), w.reader(), bucket)
	e, ok := now.Get()
	if !ok {
		t.Fatalf("%v %v", now.State, now.Err)
	}
	return fmt.Sprintf("%s %s %v %v", e.Algorithm, e.KeyID, e.BucketKey, e.Blocked)
}

func TestADefaultIsSetReadBackAndPutBack(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, key := w.bucket(t, ""), sandbox.DemoKMSKey(sandbox.DefaultAccount, "eu-west-1")
	for _, c := range []struct {
		spec encryption.PutSpec
		want string
	}{
		{encryption.PutSpec{Algorithm: encryption.KMS, Key: key, BucketKey: true}, "aws:kms " + key + " true [SSE-C]"},
		{encryption.PutSpec{Algorithm: encryption.KMS, Key: "alias/customer-data", SSEC: encryption.BlockNone}, "aws:kms " + key + " false [NONE]"},
		{encryption.PutSpec{Algorithm: encryption.DSSE, Key: "7d9f3c1e-5b2a-4c86-9e0d-1f6a8b3c5d7e"}, "aws:kms:dsse " + key + " false [NONE]"},
		{encryption.PutSpec{Algorithm: encryption.KMS, Key: "alias/aws/s3"}, "aws:kms  false [NONE]"},
		{encryption.PutSpec{Algorithm: encryption.SSES3, SSEC: encryption.BlockSSEC}, "AES256  false [SSE-C]"},
	} {
		c.spec.Bucket = b
		p, err := encryption.PlanPut(t.Context(), w.reader(), c.spec)
		if got := w.done(t, p, err); got.Verdict != awsops.VerdictDone {
			t.Errorf("%+v", got)
		}
		if got := w.byDefault(t, b); got != c.want {
			t.Errorf("%+v: %q", c.spec, got)
		}
		if _, err := encryption.PlanPut(t.Context(), w.reader(), c.spec); !errors.Is(err, awsops.ErrUnchanged) {
			t.Errorf("%+v again: %v", c.spec, err)
		}
		w.put(t, b, "k", "body") // what is set can be written with
	}
}

func TestEveryFieldThatTheCallReplacesIsNamed(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	p, err := encryption.PlanPut(t.Context(), w.reader(), encryption.PutSpec{Bucket: b, Algorithm: encryption.KMS, BucketKey: true})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range p.Changes {
		got = append(got, c.Field+": "+c.Before+" > "+c.After)
	}
	want := []string{"default encryption: SSE-S3 > SSE-KMS", "KMS key:  > aws/s3 (AWS managed)", "Bucket Key: off > on", "SSE-C uploads: blocked > blocked (sent again)"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	lines := strings.Join(p.Effects.Lines, " ")
	if !strings.Contains(lines, "up to 99 % fewer") || !strings.Contains(lines, "eu-west-1: 100,000 requests a second") {
		t.Error(lines)
	}
	if !strings.Contains(p.Undo, `put-bucket-encryption`) || !strings.Contains(p.Undo, `"AES256"`) {
		t.Error(p.Undo)
	}
}

// checked is what looking at a key gives, in words.
func checked(t *testing.T, w *world, bucket, key string) (checks, notes, message string) {
	t.Helper()
	got, err := encryption.CheckKey(t.Context(), w.reader(), bucket, key)
	if err != nil {
		return "", "", err.Error()
	}
	for _, x := range got.Checks {
		checks += x.Result.String() + ": " + x.Text + "; "
	}
	for _, n := range got.Notes {
		notes += n.Text + "; "
	}
	return checks, notes, ""
}

func TestAKeyIsLookedAtBeforeItIsSet(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	id := func(n int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012d", n) }
	doomed := w.server.AddKMSKey(sandbox.KMSKey{ID: id(1), Region: "eu-west-1", State: "PendingDeletion", Deleted: time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)})
	disabled := w.server.AddKMSKey(sandbox.KMSKey{ID: id(2), Region: "eu-west-1", State: "Disabled"})
	rsa := w.server.AddKMSKey(sandbox.KMSKey{ID: id(3), Region: "eu-west-1", Usage: "SIGN_VERIFY", Spec: "RSA_2048"})
	closed := w.server.AddKMSKey(sandbox.KMSKey{ID: id(4), Region: "eu-west-1", Account: sandbox.OtherAccount})
	shared := w.server.AddKMSKey(sandbox.KMSKey{ID: id(5), Region: "eu-west-1", Account: sandbox.OtherAccount,
		Policy: `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}]}`})
	for _, c := range []struct {
		key, checks, notes, err string
	}{
		{doomed, "failed: The key is pending deletion and gone on 2026-03-20", "", ""},
		{disabled, "failed: The key's state is Disabled", "", ""},
		{rsa, "failed: The key is for SIGN_VERIFY", "", ""},
		{id(9), "failed: there is no such key in the bucket's region", "", ""},
		{"alias/none", "failed: there is no such key", "", ""},
		{closed, "can't tell: DescribeKey", "You may not use this key yourself", ""},
		{shared, "ok: Enabled, customer managed, account 444455556666; ok: you could encrypt with it", "The key belongs to account 444455556666", ""},
		{"alias/customer-data", "ok: Enabled, customer managed, account 111122223333: Customer data; ok: you could encrypt with it", "", ""},
		{"", "ok: aws/s3, which AWS manages, in eu-west-1; skipped: S3 alone uses aws/s3", "aws/s3 can't be shared", ""},
		{sandbox.DemoKMSKey(sandbox.DefaultAccount, "us-east-1"), "", "", "the key is in us-east-1 and the bucket in eu-west-1"},
		{"nonsense", "", "", "that is no key's id, alias or ARN"},
	} {
		checks, notes, err := checked(t, w, b, c.key)
		if !strings.Contains(checks, c.checks) || !strings.Contains(notes, c.notes) || !strings.Contains(err, c.err) || (err != "") != (c.err != "") {
			t.Errorf("%s: %q %q %q", c.key, checks, notes, err)
		}
	}
	p, err := encryption.PlanPut(t.Context(), w.reader(), encryption.PutSpec{Bucket: b, Algorithm: encryption.KMS, Key: doomed})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.apply(t, p); got.State != awsops.JobFailed || w.byDefault(t, b) != "AES256  false [SSE-C]" {
		t.Errorf("%v %v", got.State, got.Err)
	}
}

func TestOneWhoMayNotAskKMSCanSetAKeyByItsARNOnly(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, key := w.bucket(t, ""), sandbox.DemoKMSKey(sandbox.DefaultAccount, "eu-west-1")
	limited := w.as(t, w.server.AddUser("limited", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`))
	spec := encryption.PutSpec{Bucket: b, Algorithm: encryption.KMS, Key: "alias/customer-data"}
	if _, err := encryption.PlanPut(t.Context(), limited.Reader(), spec); err == nil || !strings.Contains(awsops.Wrap("", "", "", err).Hint, "Give the key's full ARN") {
		t.Errorf("%v", err)
	}
	spec.Key = key
	p, err := encryption.PlanPut(t.Context(), limited.Reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Checks {
		if c.Result != awsops.CheckUnknown {
			t.Errorf("%+v", c)
		}
	}
	if lines := strings.Join(p.Effects.Lines, " "); !strings.Contains(lines, "which could not be read") {
		t.Error(lines)
	}
	job := limited.Apply(context.Background(), p)
	if err := job.Wait(t.Context()); err != nil || w.byDefault(t, b) != "aws:kms "+key+" false [SSE-C]" {
		t.Errorf("%v %s", err, w.byDefault(t, b))
	}
}

func TestADefaultThatMovedIsNotOverwritten(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	stale, err := encryption.PlanPut(t.Context(), w.reader(), encryption.PutSpec{Bucket: b, Algorithm: encryption.KMS})
	if err != nil {
		t.Fatal(err)
	}
	p, err := encryption.PlanPut(t.Context(), w.reader(), encryption.PutSpec{Bucket: b, Algorithm: encryption.SSES3, SSEC: encryption.BlockNone})
	w.done(t, p, err)
	if got := w.apply(t, stale); got.State != awsops.JobFailed || got.Err == nil || got.Err.Kind != awsops.KindChanged {
		t.Errorf("%v %v", got.State, got.Err)
	}
}

func TestThePolicyIsEvaluatedAgainstANewDefault(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	w.setPolicy(t, b, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::`+b+`/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"false"},"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}},
		{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::`+b+`/*"},
		{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::`+b+`/*"}]}`)
	p, err := encryption.PlanPut(t.Context(), w.reader(), encryption.PutSpec{Bucket: b, Algorithm: encryption.KMS})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, x := range p.Warnings {
		all = append(all, x.Text)
	}
	for _, want := range []string{"lets uploads ask for AES256 only", "Access logs may be delivered to this bucket", "lets other accounts in (444455556666)"} {
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("%q is not among %q", want, all)
		}
	}
}

func TestADefaultIsChangedOnlyWhereTheServerAnsweredAsS3Does(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	now := encryption.Reading(t.Context(), w.reader(), b)
	_, err := encryption.PlanPut(t.Context(), w.reader(), encryption.PutSpec{Bucket: b, Algorithm: encryption.SSES3, SSEC: encryption.BlockNone})
	if now.State == awsops.Known || now.State == awsops.Absent {
		return // what a plan does there is for the tests above
	}
	if err == nil {
		t.Errorf("a change is offered where reading is %v: %v", now.State, now.Err)
	}
	if !w.listed(t, b) {
		t.Error("the bucket is gone")
	}
}

func TestOnACompatibleServerTheKeyIsTakenAsItIs(t *testing.T) {
	w := openSandbox(t, awsops.DialectCompatible)
	b := w.bucket(t, "")
	p, err := encryption.PlanPut(t.Context(), w.reader(), encryption.PutSpec{Bucket: b, Algorithm: encryption.KMS, Key: sandbox.DemoKMSKey(sandbox.DefaultAccount, "eu-west-1")})
	if got := w.done(t, p, err); got.Verdict != awsops.VerdictDone {
		t.Errorf("%+v", got)
	}
	if len(p.Checks) != 1 || p.Checks[0].Result != awsops.CheckSkipped {
		t.Errorf("%+v", p.Checks)
	}
}
