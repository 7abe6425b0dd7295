package conformance

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
)

// pass lets time go by where the clock is ours, and gives the server's time before it.
func (w *world) pass(t *testing.T, d time.Duration) time.Time {
	t.Helper()
	if w.clock == nil {
		t.Fatal("only the sandbox's clock can be turned")
	}
	before := w.clock.Now()
	w.clock.add(d)
	return before
}

// current reads what a key holds now, "" when it isn't there.
func (w *world) current(t *testing.T, bucket, key string) string {
	t.Helper()
	rows, _, err := listing.Exactly(t.Context(), w.reader(), bucket, key, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 || rows[0].Marker {
		return ""
	}
	return w.text(t, bucket, key)
}

func (w *world) text(t *testing.T, bucket, key string) string {
	t.Helper()
	out, err := w.fixture.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Body.Close() }()
	raw, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestDeletedKeysComeBackByNameAndTimeAndNoOthers(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	for _, key := range []string{"p/Report-1", "p/report-2", "p/notes", "p/late-report", "q/report"} {
		w.put(t, b, key, "x")
		if key != "p/late-report" {
			w.hide(t, b, key)
		}
	}
	w.put(t, b, "p/alive-report", "x")
	until := w.pass(t, time.Hour).Add(time.Minute)
	w.hide(t, b, "p/late-report")
	p, err := versions.PlanRecover(t.Context(), w.reader(), versions.Bin{Bucket: b, Prefix: "p/", Text: "REPORT", To: until})
	if err == nil && (p.Effects.Markers != 2 || p.Consent.Kind != awsops.ConsentYes) {
		t.Errorf("the plan counts %+v, consent %+v", p.Effects, p.Consent)
	}
	w.done(t, p, err)
	expectHistory(t, w, b, "p/Report-1 v*", "p/alive-report v*", "p/late-report m*", "p/late-report v", "p/notes m*", "p/notes v",
		"p/report-2 v*", "q/report m*", "q/report v")
}

func TestManyMarkedKeysComeBackAndTheirNeighboursDoNot(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	var keys []string
	for i := range 130 {
		key := fmt.Sprintf("k/%03d", i)
		w.put(t, b, key, "x")
		w.hide(t, b, key)
		if i%2 == 0 {
			keys = append(keys, key)
		}
	}
	p, err := versions.PlanRecover(t.Context(), w.reader(), versions.Bin{Bucket: b, Keys: keys})
	s := w.done(t, p, err)
	if got := history(t, w, b); s.Done != 65 || len(got) != 65+2*65 || got[0] != "k/000 v*" || got[1] != "k/001 m*" {
		t.Errorf("%d done: %q", s.Done, got)
	}
}

func TestDeletedKeysComeBackByCopyWithoutACode(t *testing.T) {
	w := open(t)
	if w.ignoresMFA(t) {
		return
	}
	b := w.mfaBucket(t)
	w.put(t, b, "a", "old")
	w.put(t, b, "a", "newest")
	w.hide(t, b, "a")
	p, err := versions.PlanRecover(t.Context(), w.reader(), versions.Bin{Bucket: b, Copy: true})
	if err == nil && p.Codes != 0 {
		t.Errorf("%d codes are asked for", p.Codes)
	}
	w.done(t, p, err)
	expectHistory(t, w, b, "a v*", "a m", "a v", "a v")
	if got := w.text(t, b, "a"); got != "newest" {
		t.Errorf("it holds %q", got)
	}
}

func TestUndeletingInBulkOnAnMFABucketTakesACodeForEachBatch(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.mfaBucket(t)
	for _, key := range []string{"a", "b\x01", "c"} {
		w.put(t, b, key, "x")
		w.hide(t, b, key)
	}
	p, err := versions.PlanRecover(t.Context(), w.reader(), versions.Bin{Bucket: b})
	if err == nil && (p.Codes != 2 || !warned(p, "Without a code")) {
		t.Errorf("%d codes, %+v", p.Codes, p.Warnings)
	}
	w.done(t, p, err)
	expectHistory(t, w, b, "a v*", "b\x01 v*", "c v*")
}

func TestThereIsNothingToBringBackWhereNoMarkerHidesAVersion(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	w.put(t, b, "a", "x")
	_, err := versions.PlanRecover(t.Context(), w.reader(), versions.Bin{Bucket: b})
	if e := awsops.Wrap("", "", "", err); e == nil || e.Kind != awsops.KindConflict {
		t.Errorf("got %v", err)
	}
}

// story is a bucket with a past, and the moment to go back to.
func story(t *testing.T, w *world, b string) time.Time {
	t.Helper()
	w.put(t, b, "changed", "then")
	w.put(t, b, "deleted", "then")
	w.put(t, b, "replaced", "then")
	w.put(t, b, "same", "then")
	w.put(t, b, "gone-then", "before")
	w.hide(t, b, "gone-then")
	moment := w.pass(t, time.Hour)
	w.put(t, b, "changed", "now")
	w.hide(t, b, "deleted")
	w.hide(t, b, "deleted")
	w.hide(t, b, "replaced")
	w.put(t, b, "replaced", "now")
	w.put(t, b, "new", "now")
	w.put(t, b, "gone-then", "now")
	w.pass(t, time.Hour)
	return moment
}

func TestABucketGoesBackToWhatItWasAtAMoment(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	moment := story(t, w, b)
	p, err := versions.PlanRewind(t.Context(), w.reader(), versions.Rewind{Bucket: b, Moment: moment, Hide: true})
	if err == nil && (p.Effects.Markers != 2 || p.Effects.Objects != 4) {
		t.Errorf("the plan counts %+v", p.Effects)
	}
	w.done(t, p, err)
	for key, want := range map[string]string{"changed": "then", "deleted": "then", "replaced": "then", "same": "then", "new": "", "gone-then": ""} {
		if got := w.current(t, b, key); got != want {
			t.Errorf("%s holds %q, want %q", key, got, want)
		}
	}
	if _, err := versions.PlanRewind(t.Context(), w.reader(), versions.Rewind{Bucket: b, Moment: moment, Hide: true, Begun: w.clock.Now().Add(-time.Minute)}); err == nil {
		t.Error("there is still something to do")
	}
}

func TestWhatWasNotThereStaysUnlessItIsToGo(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	moment := story(t, w, b)
	p, err := versions.PlanRewind(t.Context(), w.reader(), versions.Rewind{Bucket: b, Moment: moment, Copy: true, Keys: []string{"new", "deleted"}})
	w.done(t, p, err)
	for key, want := range map[string]string{"changed": "now", "deleted": "then", "new": "now"} {
		if got := w.current(t, b, key); got != want {
			t.Errorf("%s holds %q, want %q", key, got, want)
		}
	}
	if rows, _, err := listing.Exactly(t.Context(), w.reader(), b, "deleted", 10); err != nil || len(rows) != 4 {
		t.Errorf("the markers went: %v %+v", err, rows)
	}
}

func TestNothingNewIsDeletedWhereThatWouldBeForGood(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Suspended)
	w.put(t, b, "new", "x")
	_, err := versions.PlanRewind(t.Context(), w.reader(), versions.Rewind{Bucket: b, Moment: w.clock.Now().Add(-time.Hour), Hide: true})
	if e := awsops.Wrap("", "", "", err); e == nil || e.Kind != awsops.KindInvalid {
		t.Errorf("got %v", err)
	}
	expectHistory(t, w, b, "new v* null")
}

func TestAMomentThatHasNotComeIsRefused(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	_, err := versions.PlanRewind(t.Context(), w.reader(), versions.Rewind{Bucket: b, Moment: w.clock.Now().Add(time.Hour)})
	if e := awsops.Wrap("", "", "", err); e == nil || e.Kind != awsops.KindInvalid {
		t.Errorf("got %v", err)
	}
}

func TestAPurgeByRuleTakesTheOldAndTheManyAndTheExpired(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	for day := range 5 {
		w.put(t, b, "a", strings.Repeat("x", day+1))
		w.pass(t, 24*time.Hour)
	}
	w.put(t, b, "gone", "x")
	w.hide(t, b, "gone")
	ids := entries(t, w, b, func(r listing.Row) bool { return r.Key == "gone" && !r.Marker })
	purge, err := versions.PlanPurge(t.Context(), w.reader(), versions.Selection{Bucket: b, Entries: ids})
	w.done(t, purge, err)

	p, err := versions.PlanPrune(t.Context(), w.reader(), versions.Prune{Bucket: b, Rule: versions.Rule{Noncurrent: true, Days: 3, Keep: 1, Expired: true}})
	if err == nil && (p.Effects.Versions != 2 || p.Effects.Markers != 1 || p.Effects.Bytes != 3 || p.Consent.Kind != awsops.ConsentType) {
		t.Errorf("the plan counts %+v, consent %+v", p.Effects, p.Consent)
	}
	w.done(t, p, err)
	got := entries(t, w, b, func(listing.Row) bool { return true })
	sizes := make([]int64, 0, len(got))
	for _, e := range got {
		sizes = append(sizes, e.Size)
	}
	if !slices.Equal(sizes, []int64{5, 4, 3}) {
		t.Errorf("left are %v", got)
	}
}

func TestAPurgeByRuleGoesOnWithItsOwnMomentAfterAResume(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	w.put(t, b, "a", "1")
	w.pass(t, 24*time.Hour)
	w.put(t, b, "a", "2")
	w.pass(t, 36*time.Hour)
	w.put(t, b, "a", "3")
	p, err := versions.PlanPrune(t.Context(), w.reader(), versions.Prune{Bucket: b, Rule: versions.Rule{Noncurrent: true, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	w.pass(t, 48*time.Hour) // by now the second version is old enough, too, and must stay
	again, err := versions.Planners()[p.Kind](t.Context(), w.reader(), p.Params)
	if err != nil {
		t.Fatal(err)
	}
	w.done(t, again, nil)
	expectHistory(t, w, b, "a v*", "a v")
}

func TestVersionsUnderRetentionStayAndAreFailuresOfAPurgeByRule(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	retained(t, w)
	w.put(t, bucketName, "kept", "newer")
	w.put(t, bucketName, "kept", "newest")
	p, err := versions.PlanPrune(t.Context(), w.reader(), versions.Prune{Bucket: bucketName, Rule: versions.Rule{Noncurrent: true}})
	if err != nil {
		t.Fatal(err)
	}
	s := w.apply(t, p)
	if s.Done != 1 || s.Failures != 1 {
		t.Errorf("%d done, %d failed", s.Done, s.Failures)
	}
	p, err = versions.PlanPrune(t.Context(), w.reader(), versions.Prune{Bucket: bucketName, Rule: versions.Rule{Noncurrent: true}, Bypass: true})
	w.done(t, p, err)
	expectHistory(t, w, bucketName, "kept v*")
}

func TestAnArchivedVersionIsAFailureAndTheRestComesBack(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	_, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b, Key: aws.String("cold"), Body: strings.NewReader("x"), StorageClass: types.StorageClassGlacier})
	if err != nil {
		t.Fatal(err)
	}
	w.hide(t, b, "cold")
	w.put(t, b, "warm", "x")
	w.hide(t, b, "warm")
	p, err := versions.PlanRecover(t.Context(), w.reader(), versions.Bin{Bucket: b, Copy: true})
	if err == nil && !warned(p, "in an archive") {
		t.Errorf("the plan warns %+v", p.Warnings)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := w.apply(t, p)
	if s.Done != 1 || s.Failures != 1 {
		t.Errorf("%d done, %d failed", s.Done, s.Failures)
	}
	expectHistory(t, w, b, "cold m*", "cold v", "warm v*", "warm m", "warm v")
}
