package conformance

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/archive"
	"cooper/awsops/listing"
	"cooper/awsops/objectedit"
	details "cooper/awsops/objects"
	"cooper/awsops/objectset"
	"cooper/awsops/preview"
	"cooper/awsops/versioning"
)

// cold puts an object into a storage class.
func cold(t *testing.T, w *world, bucket, key string, class types.StorageClass) {
	t.Helper()
	if _, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("cold " + key), StorageClass: class}); err != nil {
		t.Fatal(err)
	}
}

func TestAnArchivedObjectIsAskedForAndIsThereByTheClock(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, versioning.Enabled)
	cold(t, w, b, "k", types.StorageClassGlacier)
	read := func() details.Archive {
		h, err := details.ReadHead(t.Context(), w.reader(), b, "k", "")
		if err != nil {
			t.Fatal(err)
		}
		return h.Archive()
	}
	listed := func() listing.Restore {
		l := listing.Start(t.Context(), w.reader(), listing.Query{Bucket: b})
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		return l.Row(0).Restore
	}
	p, err := archive.PlanRestore(t.Context(), w.reader(), archive.Spec{Set: of(b, "k"), Days: 2, Tier: archive.Bulk})
	w.done(t, p, err)
	if got := read(); got.State != details.Restoring || listed() != listing.Restoring {
		t.Errorf("it is %+v, listed as %d", got, listed())
	}
	if _, err := archive.PlanRestore(t.Context(), w.reader(), archive.Spec{Set: of(b, "k"), Days: 2, Tier: archive.Bulk}); kindOf(err) != awsops.KindConflict {
		t.Errorf("the same once more is planned with %v", err)
	}
	faster, err := archive.PlanRestore(t.Context(), w.reader(), archive.Spec{Set: of(b, "k"), Days: 2, Tier: archive.Expedited})
	w.done(t, faster, err)
	w.clock.add(5 * time.Minute)
	if got := read(); got.State != details.Restored || got.Until != time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC) || listed() != listing.Restored {
		t.Errorf("it is %+v, listed as %d", got, listed())
	}
	if got := w.text(t, b, "k"); got != "cold k" {
		t.Errorf("it holds %q", got)
	}
	longer, err := archive.PlanRestore(t.Context(), w.reader(), archive.Spec{Set: of(b, "k"), Days: 30, Tier: archive.Standard})
	w.done(t, longer, err)
	if got := read(); got.Until != time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC) {
		t.Errorf("it is kept until %v", got.Until)
	}
	w.clock.add(40 * 24 * time.Hour)
	if got := read(); got.State != details.Archived {
		t.Errorf("afterwards it is %+v", got)
	}
}

func TestAPrefixIsRestoredAndWhatNeedsNoRestoreIsLeftOut(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	cold(t, w, b, "in/deep", types.StorageClassDeepArchive)
	cold(t, w, b, "in/flexible", types.StorageClassGlacier)
	cold(t, w, b, "in/tiering", types.StorageClassIntelligentTiering)
	w.put(t, b, "in/warm", "x")
	spec := archive.Spec{Set: objectset.Set{Bucket: b, Under: true, Prefix: "in/"}, Days: 1, Tier: archive.Expedited}
	p, err := archive.PlanRestore(t.Context(), w.reader(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w.ends(t, p, 1, 2)
	if got := aws.ToString(w.headOf(t, b, "in/flexible").Restore); !strings.Contains(got, "true") {
		t.Errorf("it is %s", got)
	}
	if got := w.headOf(t, b, "in/deep").Restore; got != nil {
		t.Errorf("the deep one is %s", *got)
	}
}

func TestARestoreThatCanNotBeIsRefusedInWords(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	cold(t, w, b, "deep", types.StorageClassDeepArchive)
	w.put(t, b, "warm", "x")
	for want, spec := range map[string]archive.Spec{
		"no Expedited":          {Set: of(b, "deep"), Days: 1, Tier: archive.Expedited},
		"needs no restore":      {Set: of(b, "warm"), Days: 1, Tier: archive.Bulk},
		"1 to 3,650 days":       {Set: of(b, "deep"), Tier: archive.Bulk},
		"one of Expedited":      {Set: of(b, "deep"), Days: 1, Tier: "Now"},
		"no object was chosen":  {Set: of(b), Days: 1, Tier: archive.Bulk},
		"in an archive class":   {Set: objectset.Set{Bucket: b, Under: true, Prefix: "warm"}, Days: 1, Tier: archive.Bulk},
		"asked back this way":   {Set: of(b, "warm", "warm"), Days: 1, Tier: archive.Bulk},
		"no such version, or a": {Set: of(b, "none"), Days: 1, Tier: archive.Bulk},
	} {
		_, err := archive.PlanRestore(t.Context(), w.reader(), spec)
		if err == nil || !strings.Contains(err.Error(), want) && want != "no such version, or a" {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// A server that lets archived classes be read at once has no archive, whatever it says of the class.
func TestACompatibleServerIsAskedForARestoreOnlyWhereItArchives(t *testing.T) {
	w := open(t)
	b := w.bucket(t, "")
	key := "k"
	_, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b, Key: &key, Body: strings.NewReader("cold"), StorageClass: types.StorageClassGlacier})
	if err != nil {
		w.differs(t, "it has no class GLACIER: "+err.Error(), serverRGW, serverVersityGW)
		if w.name == serverSandbox {
			t.Fatal(err)
		}
		return
	}
	_, err = archive.PlanRestore(t.Context(), w.reader(), archive.Spec{Set: of(b, key), Days: 1, Tier: archive.Standard})
	if err != nil && !w.differs(t, "it keeps nothing in an archive: "+err.Error(), serverRGW, serverVersityGW) {
		t.Error(err)
	}
	if w.name != serverSandbox && kindOf(err) != awsops.KindUnsupported && kindOf(err) != awsops.KindConflict {
		t.Errorf("it is planned with %v", err)
	}
}

func TestAPreviewReadsNoMoreThanItSays(t *testing.T) {
	w := open(t)
	b := w.bucket(t, versioning.Enabled)
	first := w.put(t, b, "k", "an older text")
	w.put(t, b, "k", strings.Repeat("0123456789", 20_000))
	at := preview.Place{Bucket: b, Key: "k"}
	p, err := preview.Read(t.Context(), w.reader(), at, preview.First)
	if err != nil || len(p.Data) != preview.First || p.Whole() {
		t.Fatalf("%d bytes, %v", len(p.Data), err)
	}
	more, err := preview.More(t.Context(), w.reader(), p, 4*preview.First)
	if err != nil || !more.Whole() || string(more.Data) != strings.Repeat("0123456789", 20_000) {
		t.Errorf("then %d bytes, %v", len(more.Data), err)
	}
	old, err := preview.Read(t.Context(), w.reader(), preview.Place{Bucket: b, Key: "k", Version: first}, preview.First)
	if err != nil || string(old.Data) != "an older text" {
		t.Errorf("the version holds %q, %v", old.Data, err)
	}
	w.put(t, b, "k", "replaced meanwhile")
	if _, err := preview.More(t.Context(), w.reader(), p, 4*preview.First); kindOf(err) != awsops.KindChanged {
		t.Errorf("reading on ends with %v", err)
	}
	w.put(t, b, "empty", "")
	if p, err := preview.Read(t.Context(), w.reader(), preview.Place{Bucket: b, Key: "empty"}, preview.First); err != nil || !p.Whole() {
		t.Errorf("an empty object: %v", err)
	}
}

func TestWhatIsArchivedIsNotReadForAPreview(t *testing.T) {
	w := openSandbox(t, awsops.DialectSandbox)
	b := w.bucket(t, "")
	cold(t, w, b, "k", types.StorageClassDeepArchive)
	p, err := preview.Read(t.Context(), w.reader(), preview.Place{Bucket: b, Key: "k"}, preview.First)
	if err != nil || len(p.Data) != 0 || !strings.Contains(preview.Why(p.Head), "DEEP_ARCHIVE") {
		t.Errorf("%q, %v, %q", p.Data, err, preview.Why(p.Head))
	}
}

// edited is what the objects of the scripts have, as every line sends it again.
var edited = []string{"--storage-class", "STANDARD", "--server-side-encryption", "AES256"}

func colds(class types.StorageClass, keys ...string) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		for _, key := range keys {
			cold(t, w, bucketName, key, class)
		}
		return nil
	}
}

func plains(keys ...string) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		for i, key := range keys {
			plain(t, w, bucketName, key, "content "+string(rune('0'+i)))
		}
		return nil
	}
}

var editScripts = []script{
	{name: "edit an object", planner: "objectedit.PlanEdit", prepare: having("Enabled", plains(hard)),
		plan: asks(objectedit.PlanEdit, fixed(objectedit.Spec{Set: of(bucketName, hard), Change: objectedit.Change{
			Headers:  map[objectedit.Header]string{objectedit.CacheControl: "no-store", objectedit.Expires: "Wed, 21 Oct 2026 07:28:00 GMT"},
			Metadata: objectedit.Pairs{Set: []details.Pair{{Name: "by", Value: `it's "me" <x>`}}},
			Tags:     objectedit.Pairs{Only: true, Set: []details.Pair{{Name: "a b", Value: "c+d"}}}}})),
		want: calls(append(append(s3api("copy-object", "--key", hard, "--copy-source", bucketName+"/"+hard, "--copy-source-if-match", etagOf("content 0")), edited...),
			"--metadata-directive", "REPLACE", "--content-type", "text/x-ledger", "--content-disposition", "attachment", "--content-language", "de",
			"--cache-control", "no-store", "--expires", "Wed, 21 Oct 2026 07:28:00 GMT", "--metadata", `{"by":"it's \"me\" <x>","owner":"finance"}`,
			"--tagging-directive", "REPLACE", "--tagging", "a%20b=c%2Bd"))},
	{name: "change the class of two objects", planner: "objectedit.PlanEdit", prepare: having("", plains("a", "b")),
		plan: asks(objectedit.PlanEdit, fixed(objectedit.Spec{Set: of(bucketName, "a", "b"), Change: objectedit.Change{Class: "STANDARD_IA"}})),
		want: func([]string, string) [][]string {
			line := func(key, body string) []string {
				return s3api("copy-object", "--key", key, "--copy-source", bucketName+"/"+key, "--copy-source-if-match", etagOf(body), "--storage-class", "STANDARD_IA",
					"--server-side-encryption", "AES256")
			}
			return [][]string{line("a", "content 0"), line("b", "content 1")}
		}},
	{name: "set tags", planner: "objectedit.PlanTags", prepare: having("Enabled", plains(hard)),
		plan: asks(objectedit.PlanTags, fixed(objectedit.TagSpec{Set: of(bucketName, hard), Tags: objectedit.Pairs{Set: []details.Pair{{Name: "c d", Value: "x=y:z@/._+-"}}}})),
		want: calls(s3api("put-object-tagging", "--key", hard, "--tagging", `{"TagSet":[{"Key":"a","Value":"1"},{"Key":"b","Value":"x y"},{"Key":"c d","Value":"x=y:z@/._+-"}]}`))},
	{name: "remove all tags", planner: "objectedit.PlanTags", prepare: having("", plains("a")),
		plan: asks(objectedit.PlanTags, fixed(objectedit.TagSpec{Set: of(bucketName, "a"), Tags: objectedit.Pairs{Only: true}})),
		want: calls(s3api("delete-object-tagging", "--key", "a"))},
	{name: "edit a text", planner: "objectedit.PlanText", prepare: having("Enabled", plains("a")), lacks: "--if-match", since: "November 2024",
		plan: asks(objectedit.PlanText, func(_ []string, dir string) objectedit.TextSpec {
			return objectedit.TextSpec{Bucket: bucketName, Key: "a", ETag: etagOf("content 0"), File: file(dir, "it's a file.txt")}
		}),
		want: func(_ []string, dir string) [][]string {
			return [][]string{s3api("put-object", "--key", "a", "--body", file(dir, "it's a file.txt"), "--if-match", etagOf("content 0"), "--content-type", "text/x-ledger",
				"--content-disposition", "attachment", "--content-language", "de", "--cache-control", "no-cache", "--tagging", "a=1&b=x%20y",
				"--metadata", `{"owner":"finance"}`, "--server-side-encryption", "AES256")}
		}},
	{name: "restore from archive", planner: "archive.PlanRestore", prepare: having("", colds(types.StorageClassGlacier, hard)),
		plan: asks(archive.PlanRestore, fixed(archive.Spec{Set: of(bucketName, hard), Days: 7, Tier: archive.Bulk})),
		want: calls(s3api("restore-object", "--key", hard, "--restore-request", "Days=7,GlacierJobParameters={Tier=Bulk}"))},
}
