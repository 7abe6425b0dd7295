package conformance

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/copies"
	"cooper/awsops/existing"
	"cooper/awsops/listing"
	"cooper/awsops/versioning"
	"cooper/sandbox"
)

// keys lists the current keys of a bucket.
func keys(t *testing.T, w *world, bucket string) []string {
	t.Helper()
	var out []string
	for rows, err := range listing.Pages(t.Context(), w.reader(), listing.Query{Bucket: bucket}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			out = append(out, row.Key)
		}
	}
	return out
}

func named(key string) []awsops.Entry { return []awsops.Entry{{Key: key}} }

// rich puts an object with everything that a copy may lose.
func rich(t *testing.T, w *world, bucket, key string, body string) {
	t.Helper()
	_, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(body), StorageClass: types.StorageClassStandardIa,
		ContentType: aws.String("text/x-ledger"), CacheControl: aws.String("no-cache"), ContentLanguage: aws.String("de"),
		ContentDisposition: aws.String("attachment"), Metadata: map[string]string{"owner": "finance"}, Tagging: aws.String("a=1&b=x%20y"),
		WebsiteRedirectLocation: aws.String("/other")})
	if err != nil {
		t.Fatal(err)
	}
}

func checkRich(t *testing.T, w *world, bucket, key, body string) {
	t.Helper()
	h, err := w.fixture.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{string(h.StorageClass), aws.ToString(h.ContentType), aws.ToString(h.CacheControl), aws.ToString(h.ContentLanguage),
		aws.ToString(h.ContentDisposition), aws.ToString(h.WebsiteRedirectLocation)}
	if want := []string{"STANDARD_IA", "text/x-ledger", "no-cache", "de", "attachment", "/other"}; !slices.Equal(got, want) {
		t.Errorf("the copy has %q, want %q", got, want)
	}
	if !maps.Equal(h.Metadata, map[string]string{"owner": "finance"}) {
		t.Errorf("its metadata is %v", h.Metadata)
	}
	tags, err := w.fixture.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key})
	if err != nil || tagText(tags.TagSet) != `"a"="1","b"="x y"` {
		t.Errorf("its tags are %v (%v)", tagText(tags.TagSet), err)
	}
	if w.text(t, bucket, key) != body {
		t.Error("its bytes differ")
	}
}

func TestACopyKeepsWhatAPlainCopyWouldLose(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b := w.bucket(t, ""), w.bucket(t, "")
	rich(t, w, a, "a b+ü.txt", "content")
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: a, To: b, Entries: named("a b+ü.txt"), Base: "", Into: "in/"})
	w.done(t, p, err)
	checkRich(t, w, b, "in/a b+ü.txt", "content")
	if got := keys(t, w, a); len(got) != 1 {
		t.Errorf("the source holds %q", got)
	}
}

// copyByParts is a plan of one copy, so that the engine is run as a job.
func copyByParts(t *testing.T, w *world, from, to copies.Place, opt copies.Options) awsops.JobSnapshot {
	t.Helper()
	p := &awsops.Plan{Kind: copies.Kind, Title: "copy", Target: w.reader().Target(t.Context(), to.Bucket), Steps: []awsops.Step{{Title: "copy",
		Do: func(ctx context.Context, w *awsops.Writer, _ awsops.Item) (awsops.Receipt, error) {
			made, err := copies.One(ctx, w, from, to, opt)
			return awsops.Receipt{RequestID: made.RequestID, Done: 1, Bytes: made.Size}, err
		}}}}
	return w.apply(t, p)
}

func TestALargeObjectIsCopiedByPartsWithAllItsProperties(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b := w.bucket(t, ""), w.bucket(t, versioning.Enabled)
	body := strings.Repeat("0123456789abcdef", 11<<16)
	rich(t, w, a, "large", body)
	s := copyByParts(t, w, copies.Place{Bucket: a, Key: "large"}, copies.Place{Bucket: b, Key: "copy"}, copies.Options{Parts: 5 << 20, New: true})
	if s.State != awsops.JobDone || s.Bytes != int64(len(body)) {
		t.Fatalf("%v, %d bytes, %v", s.State, s.Bytes, s.Err)
	}
	checkRich(t, w, b, "copy", body)
	h, err := w.fixture.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &b, Key: aws.String("copy")})
	if err != nil || !strings.HasSuffix(aws.ToString(h.ETag), `-3"`) {
		t.Errorf("its ETag is %s (%v)", aws.ToString(h.ETag), err)
	}
	again := copyByParts(t, w, copies.Place{Bucket: a, Key: "large"}, copies.Place{Bucket: b, Key: "copy"}, copies.Options{Parts: 5 << 20, New: true})
	if again.Err == nil || again.Err.Kind != awsops.KindPrecondition {
		t.Errorf("a second copy ends with %v", again.Err)
	}
	if left := w.left(t, b); len(left) != 0 {
		t.Errorf("%d uploads are left", len(left))
	}
}

func TestAPrefixIsMovedAndOnlyWhatWasCopiedIsDeleted(t *testing.T) {
	w := open(t)
	a, b := w.bucket(t, ""), w.bucket(t, "")
	for _, key := range []string{"in/a", "in/b/c", "in/d", "other"} {
		w.put(t, a, key, "content of "+key)
	}
	w.put(t, b, "out/d", "is there already")
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: a, To: b, Under: true, Prefix: "in/", Base: "in/", Into: "out/", Move: true})
	if err != nil {
		t.Fatal(err)
	}
	s := w.apply(t, p)
	if s.State != awsops.JobDone || s.Done != 2 || s.Failures != 0 || p.Effects.Left != 1 {
		t.Errorf("%v: %d done, %d failed, %d left, %v", s.State, s.Done, s.Failures, p.Effects.Left, s.Err)
	}
	if from, to := keys(t, w, a), keys(t, w, b); !slices.Equal(from, []string{"in/d", "other"}) || !slices.Equal(to, []string{"out/a", "out/b/c", "out/d"}) {
		t.Errorf("the source holds %q, the destination %q", from, to)
	}
	if got := w.text(t, b, "out/d"); got != "is there already" {
		t.Errorf("it was replaced by %q", got)
	}
}

func TestAnObjectIsRenamed(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	w.put(t, b, "old name", "x")
	spec := copies.Spec{From: b, To: b, Entries: []awsops.Entry{{Key: "old name", Size: 1}}, Base: "old name", Into: "new+name", Move: true}
	p, err := copies.PlanCopy(t.Context(), w.reader(), spec)
	if err == nil && !strings.HasPrefix(p.Title, "Rename") {
		t.Errorf("it is called %q", p.Title)
	}
	w.done(t, p, err)
	expectHistory(t, w, b, "new+name v*", "old name m*", "old name v")
	again, err := copies.Planners()[p.Kind](t.Context(), w.reader(), p.Params)
	if err == nil {
		if s := w.apply(t, again); s.Failures != 0 {
			t.Errorf("going on fails: %v", s.Errors)
		}
	}
	expectHistory(t, w, b, "new+name v*", "old name m*", "old name v")
}

func TestACopyGoesToAnotherRegion(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a := w.bucket(t, "")
	const b = "copies-elsewhere"
	in := &s3.CreateBucketInput{Bucket: aws.String(b), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"}}
	if _, err := w.fixture.CreateBucket(t.Context(), in, func(o *s3.Options) { o.Region = "eu-central-1" }); err != nil {
		t.Fatal(err)
	}
	w.put(t, a, "x", "content")
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: a, To: b, Entries: named("x")})
	if err == nil && !warned(p, "eu-central-1") {
		t.Errorf("the plan warns %+v", p.Warnings)
	}
	w.done(t, p, err)
	if got := keys(t, w, b); !slices.Equal(got, []string{"x"}) {
		t.Errorf("it holds %q", got)
	}
}

func TestRetentionIsCarriedToABucketWithObjectLock(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	retained(t, w)
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: bucketName, To: bucketName, Entries: named("kept"), Base: "kept", Into: "copy"})
	w.done(t, p, err)
	h, err := w.fixture.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucketName), Key: aws.String("copy")})
	if err != nil || h.ObjectLockMode != types.ObjectLockModeGovernance || !h.ObjectLockRetainUntilDate.After(w.clock.Now().Add(23*time.Hour)) {
		t.Errorf("%v: %v until %v", err, h.ObjectLockMode, h.ObjectLockRetainUntilDate)
	}
}

func TestACopyThatMakesNoSenseIsRefused(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	w.put(t, b, "a", "x")
	w.put(t, b, "b", "y")
	for name, spec := range map[string]copies.Spec{
		"the same place":  {From: b, To: b, Entries: named("a")},
		"into itself":     {From: b, To: b, Under: true, Prefix: "a", Base: "", Into: "a/"},
		"no bucket":       {From: b, Entries: named("a"), Into: "x"},
		"an empty key":    {From: b, To: b, Entries: named("a"), Base: "a"},
		"too long a key":  {From: b, To: b, Entries: named("a"), Into: strings.Repeat("x", 1024)},
		"there already":   {From: b, To: b, Entries: named("a"), Base: "a", Into: "b"},
		"nothing there":   {From: b, To: b, Under: true, Prefix: "zzz", Base: "zzz", Into: "y"},
		"no such object":  {From: b, To: b, Entries: named("zzz"), Into: "in/"},
		"keys not in it ": {From: b, To: b, Under: true, Prefix: "a", Base: "b", Into: "c"},
	} {
		if _, err := copies.PlanCopy(t.Context(), w.reader(), spec); err == nil {
			t.Errorf("%s: it was planned", name)
		}
	}
}

var copyScripts = []script{
	{name: "copy an object", planner: "copies.PlanCopy", prepare: having("Enabled", puts(hard)), lacks: "--if-none-match", since: "October 2025",
		plan: asks(copies.PlanCopy, fixed(copies.Spec{From: bucketName, To: bucketName, Entries: named(hard), Into: "in/"})),
		want: calls(s3api("copy-object", "--key", "in/"+hard, "--copy-source", bucketName+"/"+hard, "--if-none-match", "*"))},
	{name: "rename an object", planner: "copies.PlanCopy", prepare: having("Enabled", puts("a", "b")),
		plan: asks(copies.PlanCopy, fixed(copies.Spec{From: bucketName, To: bucketName, Entries: named("a"), Base: "a", Into: "b", Move: true, Existing: existing.Replace})), lacks: "--if-match", since: "October 2025",
		want: func([]string, string) [][]string {
			return [][]string{s3api("copy-object", "--key", "b", "--copy-source", bucketName+"/a", "--if-match", etagOf("content 1")), s3api("delete-object", "--key", "a")}
		}},
	{name: "move a prefix", planner: "copies.PlanCopy", prepare: having("", puts("in/a", "in/b", "c")), remark: "this makes every copy STANDARD, and replaces what is there",
		plan: asks(copies.PlanCopy, fixed(copies.Spec{From: bucketName, To: bucketName, Under: true, Prefix: "in/", Base: "in/", Into: "out/", Move: true})),
		want: calls([]string{"s3", "mv", "s3://" + bucketName + "/in/", "s3://" + bucketName + "/out/", "--recursive"})},
}

func TestAMoveMeetsAnObjectOfTheSameBytesWithOtherPropertiesAndLosesNothing(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b := w.bucket(t, ""), w.bucket(t, "")
	for _, key := range []string{"headers", "tags", "same"} {
		w.put(t, a, key, "content")
		w.put(t, b, key, "content")
	}
	if _, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &a, Key: aws.String("headers"), Body: strings.NewReader("content"),
		Metadata: map[string]string{"case": "4711"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.fixture.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: &a, Key: aws.String("tags"),
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("keep"), Value: aws.String("yes")}}}}); err != nil {
		t.Fatal(err)
	}
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: a, To: b, Under: true, Move: true})
	if err != nil {
		t.Fatal(err)
	}
	if s := w.apply(t, p); s.Done != 1 || s.Failures != 0 || len(s.Notes) != 1 || !strings.HasPrefix(s.Notes[0], "2 ") {
		t.Errorf("%d moved, %d failed, %q, %v", s.Done, s.Failures, s.Notes, s.Err)
	}
	if left := keys(t, w, a); !slices.Equal(left, []string{"headers", "tags"}) {
		t.Errorf("the source holds %q", left)
	}
}

func TestTheReadBackOfACopyLooksAtWhatWasCopied(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	a, b := w.bucket(t, ""), w.bucket(t, "")
	for _, key := range []string{"1", "2", "denied"} {
		w.put(t, a, key, key)
	}
	w.server.Faults.Add(sandbox.Fault{Operation: "CopyObject", Key: "denied", Kind: sandbox.FaultError, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	p, err := copies.PlanCopy(t.Context(), w.reader(), copies.Spec{From: a, To: b, Under: true})
	if err != nil {
		t.Fatal(err)
	}
	w.ends(t, p, 2, 1)
	if _, err := w.fixture.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &b, Key: aws.String("2")}); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Expect[0].Read(t.Context(), w.reader()); err != nil || got == p.Expect[0].Want {
		t.Errorf("without the copy it reads %q, %v", got, err)
	}
}
