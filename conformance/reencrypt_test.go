package conformance

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	details "cooper/awsops/objects"
	"cooper/awsops/reencrypt"
	"cooper/awsops/sse"
	"cooper/awsops/transfer"
	"cooper/sandbox"
)

// mixed makes a bucket with an object of each kind.
func (w *world) mixed(t *testing.T, versioning string) (bucket string, kinds map[string]sse.Choice) {
	t.Helper()
	bucket, own := w.keyed(t, versioning, 'k')
	key := w.kmsKey(t)
	kinds = map[string]sse.Choice{"plain": {Kind: sse.S3}, "kms": {Kind: sse.KMS, KeyID: key}, "own": own}
	if w.server != nil {
		kinds["dsse"] = sse.Choice{Kind: sse.DSSE, KeyID: key}
	} else {
		kinds["plain"] = sse.Choice{}
	}
	for name, c := range kinds {
		w.sealed(t, bucket, name, []byte("the text of "+name), c)
	}
	return bucket, kinds
}

func (w *world) anew(t *testing.T, spec reencrypt.Spec) awsops.JobSnapshot {
	t.Helper()
	p, err := reencrypt.Plan(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return w.apply(t, p)
}

func TestACensusCountsObjectsByTheirEncryption(t *testing.T) {
	w := open(t)
	if w.ignoresSSE(t) {
		return
	}
	b, kinds := w.mixed(t, "")
	census := &reencrypt.Census{Scope: reencrypt.Scope{Bucket: b}}
	w.done(t, census.Plan(t.Context(), w.reader()), nil)
	v := census.View()
	if v.Looked != int64(len(kinds)) || len(v.Groups) != len(kinds) || v.Err != nil {
		t.Fatalf("%+v", v)
	}
	for _, f := range v.Found {
		if want := kinds[f.Key]; f.Encrypted != want || v.Groups[f.Group].Encryption != want {
			t.Errorf("%s is %+v, want %+v", f.Key, f.Encrypted, want)
		}
	}
	w.session.Keys().Drop(kinds["own"].Fingerprint)
	census = &reencrypt.Census{Scope: reencrypt.Scope{Bucket: b, Keys: []string{"own"}}}
	w.done(t, census.Plan(t.Context(), w.reader()), nil)
	if v := census.View(); len(v.Groups) != 1 || !v.Groups[0].Sealed {
		t.Errorf("without its key: %+v", v)
	}
}

func TestEachKindIsEncryptedAnewAsEachOther(t *testing.T) {
	for _, versioning := range []string{"", "Enabled"} {
		w := openSandbox(t, awsops.DialectSandbox)
		b, kinds := w.mixed(t, versioning)
		second := sse.Choice{Kind: sse.Customer, Fingerprint: w.session.Keys().Add(customerKey(t, 's'), "", b)}
		other := sse.Choice{Kind: sse.KMS, KeyID: w.server.AddKMSKey(sandbox.KMSKey{ID: "0a0a0a0a-0000-4000-8000-000000000001", Region: "eu-west-1"}), BucketKey: true}
		for _, to := range []sse.Choice{other, second, kinds["dsse"], kinds["kms"], {Kind: sse.S3}, kinds["own"]} {
			before := map[string]details.Head{}
			for key := range kinds {
				before[key], _ = details.ReadHead(t.Context(), w.reader(), b, key, "")
			}
			if s := w.anew(t, reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b}, To: to}); s.Err != nil || s.Failures > 0 || s.Done != int64(len(kinds)) {
				t.Fatalf("to %v: %+v", to, s)
			}
			for key := range kinds {
				w.isNow(t, b, key, before[key], to)
			}
		}
		if _, err := reencrypt.Plan(t.Context(), w.reader(), reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b}, To: kinds["own"]}); awsops.Wrap("", "", "", err).Kind != awsops.KindConflict {
			t.Errorf("with nothing to do: %v", err)
		}
	}
}

// isNow looks how an object is encrypted that was something else before, and reads it.
func (w *world) isNow(t *testing.T, bucket, key string, before details.Head, to sse.Choice) {
	t.Helper()
	h, err := details.ReadHead(t.Context(), w.reader(), bucket, key, "")
	if got, _ := reencrypt.EncryptionOf(h.Encryption); err != nil || got != to {
		t.Errorf("%s is %v after %v, %v", key, got, to, err)
	}
	was, _ := reencrypt.EncryptionOf(before.Encryption)
	inPlace := to.Kind == sse.KMS && (was.Kind == sse.S3 || was.Kind == sse.KMS)
	if before.VersionID != "" && was != to && inPlace != (h.VersionID == before.VersionID) {
		t.Errorf("%s from %v to %v: version %q became %q", key, was, to, before.VersionID, h.VersionID)
	}
	w.fetched(t, bucket, key, []byte("the text of "+key))
}

// frozen makes a bucket with an object under a legal hold, an archived one, and one that is neither.
func (w *world) frozen(t *testing.T) string {
	t.Helper()
	b := "locked-and-archived"
	_, err := w.fixture.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &b, ObjectLockEnabledForBucket: aws.Bool(true),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	if err != nil {
		t.Fatal(err)
	}
	w.allowSSEC(t, b)
	put := func(key string, change func(*s3.PutObjectInput)) {
		in := &s3.PutObjectInput{Bucket: &b, Key: &key, Body: strings.NewReader("x"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32}
		change(in)
		if _, err := w.fixture.PutObject(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	put("held", func(in *s3.PutObjectInput) { in.ObjectLockLegalHoldStatus = types.ObjectLockLegalHoldStatusOn })
	put("archived", func(in *s3.PutObjectInput) { in.StorageClass = types.StorageClassGlacier })
	put("free", func(*s3.PutObjectInput) {})
	return b
}

func TestWhatIsLockedOrArchivedIsLeftAndNamed(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.frozen(t)
	own := sse.Choice{Kind: sse.Customer, Fingerprint: w.session.Keys().Add(customerKey(t, 'k'), "", b)}
	p, err := reencrypt.Plan(t.Context(), w.reader(), reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b}, To: own})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, x := range p.Warnings {
		all.WriteString(x.Text + "\n")
	}
	for _, want := range []string{"1 are protected by Object Lock", "1 are archived", "a lost key is lost data", "each copy is a new version"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("the plan lacks %q:\n%s", want, all.String())
		}
	}
	s := w.apply(t, p)
	if s.Err != nil || s.Done != 1 || s.Failures != 2 || !strings.Contains(fmt.Sprint(s.Notes), "2 were left as they are") {
		t.Errorf("%+v", s)
	}
	kms := sse.Choice{Kind: sse.KMS, KeyID: w.kmsKey(t)}
	if s := w.anew(t, reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b, Keys: []string{"archived", "held"}}, To: kms}); s.Done != 1 || s.Failures != 1 {
		t.Errorf("in place an archived one can be: %+v", s)
	}
}

// layered puts three versions under each of some keys: SSE-S3, then one kind, then SSE-S3; the last key is deleted.
func (w *world) layered(t *testing.T) (bucket string, middle map[string]sse.Choice) {
	t.Helper()
	bucket, own := w.keyed(t, "Enabled", 'k')
	middle = map[string]sse.Choice{"a": {Kind: sse.KMS, KeyID: w.kmsKey(t)}, "b": own, "b/c": {Kind: sse.S3}, "gone": {Kind: sse.S3}}
	for key, c := range middle {
		for i, choice := range []sse.Choice{{Kind: sse.S3}, c, {Kind: sse.S3}} {
			body := fmt.Sprintf("%s %d", key, i)
			replace, err := details.ReadHead(t.Context(), w.reader(), bucket, key, "")
			if i > 0 && err != nil {
				t.Fatal(err)
			}
			p, err := transfer.PlanUpload(t.Context(), w.reader(), transfer.UploadSpec{File: writeFile(t, []byte(body)), Bucket: bucket, Key: key,
				Replace: replace.ETag, With: transfer.Attributes{Encryption: choice}})
			w.done(t, p, err)
		}
	}
	if _, err := w.fixture.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String("gone")}); err != nil {
		t.Fatal(err)
	}
	return bucket, middle
}

// versionsNow reads all versions, and counts how they are encrypted.
func (w *world) versionsNow(t *testing.T, bucket string) map[string]int {
	t.Helper()
	out, err := w.fixture.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, v := range out.Versions {
		h, err := details.ReadHead(t.Context(), w.reader(), bucket, *v.Key, *v.VersionId)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := reencrypt.EncryptionOf(h.Encryption)
		got[c.String()]++
	}
	return got
}

func TestOlderVersionsAreEncryptedAnewInPlace(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, middle := w.layered(t)
	to := sse.Choice{Kind: sse.KMS, KeyID: w.server.AddKMSKey(sandbox.KMSKey{ID: "0a0a0a0a-0000-4000-8000-000000000001", Region: "eu-west-1"}), BucketKey: true}
	w.saysOfVersions(t, b, to)
	all := reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b, Versions: true}, To: to}
	s := w.anew(t, all)
	if s.Err != nil || s.Done != 11 || s.Failures != 0 || !strings.Contains(fmt.Sprint(s.Notes), "1 older versions keep") {
		t.Errorf("%+v", s)
	}
	if got := w.versionsNow(t, b); got[to.String()] != 11 || got[middle["b"].String()] != 1 || len(got) != 2 {
		t.Errorf("there are now %v", got)
	}
	for _, key := range []string{"a", "b", "b/c"} {
		w.fetched(t, b, key, []byte(key+" 2"))
	}
	_, err := reencrypt.Plan(t.Context(), w.reader(), all)
	if e := awsops.Wrap("", "", "", err); e == nil || e.Kind != awsops.KindConflict {
		t.Errorf("a second time: %v", err)
	}
}

// saysOfVersions looks what plans say of older versions, that of current ones alone and that of all.
func (w *world) saysOfVersions(t *testing.T, bucket string, to sse.Choice) {
	t.Helper()
	p, err := reencrypt.Plan(t.Context(), w.reader(), reencrypt.Spec{Scope: reencrypt.Scope{Bucket: bucket, Prefix: "b"}, To: to})
	if err != nil || !strings.Contains(fmt.Sprint(p.Warnings), "4 older ones (") {
		t.Errorf("of current ones alone the plan says %v, %v", p, err)
	}
	p, err = reencrypt.Plan(t.Context(), w.reader(), reencrypt.Spec{Scope: reencrypt.Scope{Bucket: bucket, Versions: true}, To: to})
	if err != nil {
		t.Fatal(err)
	}
	if e := p.Effects; e.Objects != 3 || e.Versions != 9 || !strings.Contains(fmt.Sprint(p.Warnings), "1 older versions (3 bytes) are left as they are") ||
		!strings.Contains(p.Title, "all versions") || !strings.Contains(p.Commands()[0], "--version-id") {
		t.Errorf("%+v, %v, %s", e, p.Warnings, p.Commands()[0])
	}
}

func TestAllVersionsOfNamedObjectsAreThoseOfNoOthers(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, _ := w.layered(t)
	to := sse.Choice{Kind: sse.KMS, KeyID: w.server.AddKMSKey(sandbox.KMSKey{ID: "0a0a0a0a-0000-4000-8000-000000000001", Region: "eu-west-1"})}
	s := w.anew(t, reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b, Keys: []string{"b", "a"}, Versions: true}, To: to})
	if s.Done != 5 || s.Failures != 0 {
		t.Errorf("%+v", s)
	}
	if got := w.versionsNow(t, b); got[to.String()] != 5 {
		t.Errorf("there are now %v", got)
	}
}

func TestAJobGoesOnWithItsKeyOrAsksForIt(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, kinds := w.mixed(t, "")
	p, err := reencrypt.Plan(t.Context(), w.reader(), reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b}, To: kinds["own"]})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(p.Params), "kkkkkkkk") || !strings.Contains(string(p.Params), kinds["own"].Fingerprint) {
		t.Errorf("params %s", p.Params)
	}
	w.session.Keys().Drop(kinds["own"].Fingerprint)
	_, err = reencrypt.Planners()[reencrypt.KindApply](t.Context(), w.reader(), p.Params)
	if m, ok := errors.AsType[*sse.MissingKey](err); !ok || m.Fingerprint != kinds["own"].Fingerprint {
		t.Errorf("%v", err)
	}
	w.session.Keys().Add(customerKey(t, 'k'), "", b)
	again, err := reencrypt.Planners()[reencrypt.KindApply](t.Context(), w.reader(), p.Params)
	w.done(t, again, err)
}

func TestAJobThatWasCutOffGoesOnAtItsPlaceAndChangesNothingTwice(t *testing.T) {
	for _, test := range []cutShort{{op: "UpdateObjectEncryption"}, {op: "CopyObject", own: true}} {
		t.Run(test.op, func(t *testing.T) {
			w := openSandbox(t, awsops.DialectSandbox)
			p, cut, to := test.begin(t, w)
			next := w.elsewhere(t) // a program that was started anew holds no keys
			again, s := test.goOn(t, next, p, cut, to)
			place, _ := base64.StdEncoding.DecodeString(cut.Reached.Cursor) // "" where the very first one was the slowest
			passed := 0
			for passed < cutOf && string(place) >= cutKey(passed) {
				passed++
			}
			if again.Resumes != p.ID || s.Done != int64(cutOf-passed) || passed > cutAfter {
				t.Errorf("%d were dealt with after %q", s.Done, place)
			}
			if got := next.sent(test.op); got != cutOf-cutAfter {
				t.Errorf("%d were changed after %d, of %d", got, cutAfter, cutOf)
			}
			for i := range cutOf {
				h, err := details.ReadHead(t.Context(), next.reader(), p.Target.Bucket, cutKey(i), "")
				if got, _ := reencrypt.EncryptionOf(h.Encryption); err != nil || got != to {
					t.Fatalf("object %d is %v, %v", i, got, err)
				}
			}
		})
	}
}

// cutShort is a job of cutOf objects that ends after cutAfter of them, since its credentials do.
type cutShort struct {
	op  string // changes an object
	own bool   // to a key of the customer's
}

const cutOf, cutAfter = 100, 60

func cutKey(i int) string { return fmt.Sprintf("k%03d", i) }

// begin runs the job until it is cut off.
func (c cutShort) begin(t *testing.T, w *world) (*awsops.Plan, awsops.JobSnapshot, sse.Choice) {
	t.Helper()
	b, own := w.keyed(t, "Enabled", 'k')
	for i := range cutOf {
		w.put(t, b, cutKey(i), "text")
	}
	to := sse.Choice{Kind: sse.KMS, KeyID: w.kmsKey(t)}
	if c.own {
		to = own
	}
	p, err := reencrypt.Plan(t.Context(), w.reader(), reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b}, To: to})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Faults.Add(sandbox.Fault{Operation: c.op, Skip: cutAfter, Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."})
	cut := w.apply(t, p)
	w.server.Faults.Clear()
	if cut.Err == nil || cut.Err.Kind != awsops.KindExpired || cut.Done > cutAfter {
		t.Fatalf("it wasn't cut off: %+v", cut)
	}
	return p, cut, to
}

// goOn runs the rest, once the key is there again that it asks for.
func (c cutShort) goOn(t *testing.T, next *world, p *awsops.Plan, cut awsops.JobSnapshot, to sse.Choice) (*awsops.Plan, awsops.JobSnapshot) {
	t.Helper()
	left := awsops.Unfinished{Start: awsops.JournalStart{ID: p.ID, Kind: p.Kind, Params: p.Params, Target: p.Target}, At: cut.Reached}
	if c.own {
		_, err := next.session.Resume(t.Context(), reencrypt.Planners(), left)
		if m, ok := errors.AsType[*sse.MissingKey](err); !ok || m.Fingerprint != to.Fingerprint {
			t.Errorf("without its key: %v", err)
		}
		next.session.Keys().Add(customerKey(t, 'k'), "", p.Target.Bucket)
	}
	again, err := next.session.Resume(t.Context(), reencrypt.Planners(), left)
	return again, next.done(t, again, err)
}

func TestAnObjectThatIsRefusedIsAFailureAndNotTheServersIgnorance(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b, kinds := w.mixed(t, "")
	w.server.Faults.Add(sandbox.Fault{Operation: "CopyObject", Key: "dsse", Kind: sandbox.FaultError, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	p, err := reencrypt.Plan(t.Context(), w.reader(), reencrypt.Spec{Scope: reencrypt.Scope{Bucket: b}, To: kinds["own"]})
	if err != nil {
		t.Fatal(err)
	}
	w.ends(t, p, 3, 1)
}
