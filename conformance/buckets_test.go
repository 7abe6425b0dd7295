package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/lifecycle"
)

// facts reads everything about a bucket.
func (w *world) facts(t *testing.T, bucket string) buckets.Facts {
	t.Helper()
	b := buckets.NewBoard(t.Context(), w.reader())
	defer b.Close()
	b.Want([]string{bucket}, buckets.Everything)
	if err := b.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b.Facts(bucket)
}

// freshName is a name that no bucket has.
func freshName() string {
	return fmt.Sprintf("cooper-new-%d-%d", time.Now().UnixNano()%1e9, bucketNumber.Add(1))
}

func TestABucketIsCreatedWithItsSettingsAndDeletedAgain(t *testing.T) {
	w := open(t)
	spec := buckets.CreateSpec{Name: freshName(), Versioning: true, Tags: []buckets.Tag{{Key: "team", Value: "a"}}}
	p, err := buckets.PlanCreate(t.Context(), w.reader(), spec)
	w.done(t, p, err)
	f := w.facts(t, spec.Name)
	if v, _ := f.Versioning.Get(); v.Status != "Enabled" {
		t.Errorf("versioning is %+v, %v", v, f.Versioning.Err)
	}
	if tags, _ := f.Tags.Get(); len(tags) != 1 || tags[0].Value != "a" {
		t.Errorf("tags are %+v, %v", tags, f.Tags.Err)
	}
	if !w.listed(t, spec.Name) {
		t.Error("the new bucket isn't in the list")
	}
	if _, err := buckets.PlanCreate(t.Context(), w.reader(), spec); err == nil {
		t.Error("the name was planned a second time")
	}
	p, err = buckets.PlanDelete(t.Context(), w.reader(), buckets.DeleteSpec{Bucket: spec.Name})
	if err == nil && (p.Consent.Phrase != spec.Name || len(p.Steps) != 1) {
		t.Errorf("consent %+v, steps %d", p.Consent, len(p.Steps))
	}
	w.done(t, p, err)
}

// listed says whether the account's list has the bucket, with the time it was made.
func (w *world) listed(t *testing.T, name string) bool {
	t.Helper()
	for page, err := range buckets.List(t.Context(), w.reader()) {
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(page, func(b buckets.Bucket) bool { return b.Name == name && !b.Created.IsZero() }) {
			return true
		}
	}
	return false
}

func TestABucketWithObjectLockIsVersionedForGood(t *testing.T) {
	w := open(t)
	spec := buckets.CreateSpec{Name: freshName(), Lock: true}
	p, err := buckets.PlanCreate(t.Context(), w.reader(), spec)
	if err == nil && !warned(p, "can't be turned off") {
		t.Errorf("the plan doesn't warn: %+v", p.Warnings)
	}
	w.done(t, p, err)
	if l, ok := w.facts(t, spec.Name).Lock.Get(); !ok || !l.Enabled {
		t.Errorf("the lock is %+v", l)
	}
	if w.server == nil {
		w.empty(spec.Name)
	}
}

func TestABucketInAnotherRegionJustWorks(t *testing.T) {
	w := open(t)
	if w.server == nil {
		t.Logf("%s has one region", w.name)
		return
	}
	for _, region := range []string{"us-east-1", "eu-central-1"} {
		spec := buckets.CreateSpec{Name: freshName(), Region: region, Versioning: true}
		p, err := buckets.PlanCreate(t.Context(), w.reader(), spec)
		w.done(t, p, err)
		if f := w.facts(t, spec.Name); f.Region.Value != region || f.Versioning.Value.Status != "Enabled" {
			t.Errorf("%s: region %q, versioning %v", region, f.Region.Value, f.Versioning)
		}
	}
}

func TestAnAccountRegionalNameBelongsToItsAccount(t *testing.T) {
	w := open(t)
	if w.server == nil {
		t.Logf("%s has one namespace", w.name)
		return
	}
	name, err := buckets.AccountName("app", w.server.Account(), "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	p, err := buckets.PlanCreate(t.Context(), w.reader(), buckets.CreateSpec{Name: name, Namespace: buckets.NamespaceAccount})
	w.done(t, p, err)
	if _, err := buckets.PlanCreate(t.Context(), w.reader(), buckets.CreateSpec{Name: "other", Namespace: buckets.NamespaceAccount}); err == nil {
		t.Error("a name without the suffix was planned")
	}
}

func TestAFullBucketIsEmptiedOfVersionsMarkersAndUploadsAndDeleted(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "Enabled")
	for i := range 7 {
		w.put(t, b, fmt.Sprintf("k/%d", i%4), "x")
	}
	w.hide(t, b, "k/1")
	w.begin(t, b, "up/1")
	p, err := buckets.PlanDelete(t.Context(), w.reader(), buckets.DeleteSpec{Bucket: b})
	if err == nil && (p.Effects.Versions != 7 || p.Effects.Markers != 1 || p.Effects.Uploads != 1 || p.Consent.Phrase != b) {
		t.Errorf("the plan counts %+v and wants %+v", p.Effects, p.Consent)
	}
	w.done(t, p, err)
	if _, err := buckets.PlanDelete(t.Context(), w.reader(), buckets.DeleteSpec{Bucket: b}); err == nil {
		t.Error("a bucket that is gone was planned")
	}
}

func TestEmptyingKeepsTheBucket(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "a", "x")
	w.put(t, b, "b/c", "x")
	p, err := buckets.PlanEmpty(t.Context(), w.reader(), buckets.EmptySpec{Bucket: b})
	w.done(t, p, err)
	if _, err := buckets.PlanEmpty(t.Context(), w.reader(), buckets.EmptySpec{Bucket: b}); err == nil {
		t.Error("an empty bucket was planned to be emptied")
	}
	if w.facts(t, b).Versioning.State != awsops.Known {
		t.Error("the bucket is gone")
	}
}

// begin begins a multipart upload with one part.
func (w *world) begin(t *testing.T, bucket, key string) string {
	t.Helper()
	up, err := w.fixture.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	one := int32(1)
	if _, err := w.fixture.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: &bucket, Key: &key, UploadId: up.UploadId, PartNumber: &one,
		Body: bytes.NewReader(make([]byte, 1000))}); err != nil {
		t.Fatal(err)
	}
	return *up.UploadId
}

func TestOnlyUploadsOfAnAgeAreAborted(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.begin(t, b, "old/1")
	w.begin(t, b, "old/ä+ %")
	cut := time.Now().Add(time.Hour)
	if w.clock != nil {
		w.clock.add(48 * time.Hour)
		cut = w.clock.Now().Add(-time.Hour)
		w.begin(t, b, "new/1")
	}
	p, err := buckets.PlanAbort(t.Context(), w.reader(), buckets.AbortSpec{Bucket: b, Before: cut})
	if err == nil && (p.Effects.Uploads != 2 || p.Effects.Bytes != 2000) {
		t.Errorf("the plan counts %+v", p.Effects)
	}
	w.done(t, p, err)
	var left []string
	for page, err := range buckets.Uploads(t.Context(), w.reader(), b, "") {
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page {
			left = append(left, u.Key)
		}
	}
	want := []string{}
	if w.clock != nil {
		want = []string{"new/1"}
	}
	if len(left) != len(want) || len(left) == 1 && left[0] != want[0] {
		t.Errorf("left are %q, want %q", left, want)
	}
}

func TestTagsAreReplacedAndRemoved(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	for _, tags := range [][]buckets.Tag{{{Key: "team", Value: "a b"}, {Key: "ä", Value: ""}}, {{Key: "team", Value: "c"}}, {}} {
		p, err := buckets.PlanTags(t.Context(), w.reader(), buckets.TagsSpec{Bucket: b, Tags: tags})
		w.done(t, p, err)
	}
	if _, err := buckets.PlanTags(t.Context(), w.reader(), buckets.TagsSpec{Bucket: b}); err == nil {
		t.Error("no change was planned")
	}
}

func TestAPlanMadeBeforeSomebodyElsesChangeIsRefused(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	p, err := buckets.PlanTags(t.Context(), w.reader(), buckets.TagsSpec{Bucket: b, Tags: []buckets.Tag{{Key: "a", Value: "1"}}})
	if err != nil {
		t.Fatal(err)
	}
	other, err := buckets.PlanTags(t.Context(), w.reader(), buckets.TagsSpec{Bucket: b, Tags: []buckets.Tag{{Key: "b", Value: "2"}}})
	w.done(t, other, err)
	if s := w.apply(t, p); s.Err == nil || !errors.Is(s.Err, awsops.ErrChanged) {
		t.Errorf("applied: %v, %v", s.State, s.Err)
	}
}

// refused reports that a change isn't offered since the server doesn't answer the GET as S3 does.
func (w *world) refused(t *testing.T, err error) bool {
	t.Helper()
	e, ok := errors.AsType[*awsops.Error](err)
	if !ok || e.Kind != awsops.KindUnsupported {
		return false
	}
	return w.differs(t, "it has no such setting, so the change is not offered: "+e.Message, serverRGW, serverVersityGW)
}

func TestThePublicAccessBlockIsSentWhole(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	spec := buckets.BlockSpec{Bucket: b, Block: buckets.Block{BlockPublicAcls: true, RestrictPublicBuckets: true}}
	p, err := buckets.PlanBlock(t.Context(), w.reader(), spec)
	if w.refused(t, err) {
		return
	}
	w.done(t, p, err)
	spec.Block = buckets.Block{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}
	p, err = buckets.PlanBlock(t.Context(), w.reader(), spec)
	if err == nil && p.Consent.Kind != awsops.ConsentYes {
		t.Errorf("closing asks for %+v", p.Consent)
	}
	w.done(t, p, err)
	spec.Block = buckets.Block{}
	p, err = buckets.PlanBlock(t.Context(), w.reader(), spec)
	if err == nil && p.Consent.Phrase != b {
		t.Errorf("opening asks for %+v", p.Consent)
	}
	w.done(t, p, err)
}

func TestOwnershipIsChangedWithItsConsequencesSaid(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	for _, o := range []string{buckets.OwnerPreferred, buckets.OwnerEnforced} {
		p, err := buckets.PlanOwnership(t.Context(), w.reader(), buckets.OwnershipSpec{Bucket: b, Ownership: o})
		if w.refused(t, err) {
			return
		}
		if err == nil && !warned(p, "ACLs") {
			t.Errorf("%s warns of %+v", o, p.Warnings)
		}
		w.done(t, p, err)
	}
}

func TestLifecycleRulesAreAddedAndRemovedWithTheOthersKept(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	mine := types.LifecycleRule{ID: ptr("mine"), Status: "Enabled", Filter: &types.LifecycleRuleFilter{Prefix: ptr("logs/")},
		Expiration: &types.LifecycleExpiration{Days: ptr(int32(365))}}
	if _, err := w.fixture.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{Bucket: &b,
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{mine}}}); err != nil {
		if w.differs(t, "it has no lifecycle rules: "+err.Error(), serverVersityGW) {
			return
		}
		t.Fatal(err)
	}
	p, err := buckets.PlanLifecycle(t.Context(), w.reader(), buckets.LifecycleSpec{Bucket: b,
		Add: []lifecycle.Rule{lifecycle.AbortUploads("", 7), lifecycle.ExpireNoncurrent("old/", 30, 0), lifecycle.ExpireMarkers("")}})
	if err == nil && p.Consent.Phrase != b {
		t.Errorf("deleting versions asks for %+v", p.Consent)
	}
	w.done(t, p, err)
	c, err := lifecycle.Read(t.Context(), w.reader(), b)
	if err != nil || len(c.Rules) != 4 || !slices.ContainsFunc(c.Rules, func(r lifecycle.Rule) bool { return lifecycle.Equal(r, lifecycle.FromSDK(mine)) }) {
		t.Errorf("the rules are %+v, %v", c.Rules, err)
	}
	var ids []string
	for _, r := range c.Rules {
		ids = append(ids, r.ID)
	}
	p, err = buckets.PlanLifecycle(t.Context(), w.reader(), buckets.LifecycleSpec{Bucket: b, Remove: ids})
	w.done(t, p, err)
	if r := w.facts(t, b).Lifecycle; r.State != awsops.Absent {
		t.Errorf("without rules it is %s", r.State)
	}
}

func ptr[T any](v T) *T { return &v }

func TestMFADeleteAndLifecycleExcludeEachOther(t *testing.T) {
	w := open(t)
	if w.codes == nil || w.ignoresMFA(t) {
		return
	}
	b := w.mfaBucket(t)
	_, err := buckets.PlanLifecycle(t.Context(), w.reader(), buckets.LifecycleSpec{Bucket: b, Add: []lifecycle.Rule{lifecycle.AbortUploads("", 7)}})
	if e, ok := errors.AsType[*awsops.Error](err); !ok || e.Kind != awsops.KindConflict || !strings.Contains(e.Message, "MFA delete") {
		t.Errorf("got %v", err)
	}
}

func TestEachFactOfANewBucketHasAnAnswer(t *testing.T) {
	w := open(t)
	f := w.facts(t, w.bucket(t, ""))
	states := map[string]awsops.State{"versioning": f.Versioning.State, "encryption": f.Encryption.State, "block": f.Block.State, "policy": f.PolicyPublic.State,
		"ownership": f.Ownership.State, "acl": f.ACL.State, "account block": f.AccountBlock.State, "lock": f.Lock.State, "logging": f.Logging.State,
		"region": f.Region.State, "tags": f.Tags.State, "lifecycle": f.Lifecycle.State, "replication": f.Replication.State}
	for name, s := range states {
		answered := s == awsops.Known || s == awsops.Absent
		if !answered && !(w.server == nil && s == awsops.Unsupported) {
			if w.differs(t, name+" is "+s.String()+" on a new bucket", serverRGW, serverVersityGW) {
				continue
			}
			t.Errorf("%s is %s", name, s)
		}
	}
	if w.server != nil && f.Public().Exposure != buckets.NotPublic {
		t.Errorf("a new bucket is %+v", f.Public())
	}
}
