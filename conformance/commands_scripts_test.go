package conformance

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cooper/awsops"
	"cooper/awsops/buckets"
	"cooper/awsops/lifecycle"
	"cooper/awsops/transfer"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
	"cooper/sandbox"
)

// hard is a key that a shell, a JSON document and a URL each read in their own way. The line feed at its end is what
// command substitutions lose.
const hard = "a 'b' \"c\" $HOME `id` \\ ü%20+&<?*.txt\n"

// bucketName is the bucket of all scripts.
const bucketName = "ledger-2026"

type planFunc = func(ctx context.Context, r *awsops.Reader, refs []string, dir string) (*awsops.Plan, error)

// asks makes a planFunc of a planner and what it is asked.
func asks[T any](planner func(context.Context, *awsops.Reader, T) (*awsops.Plan, error), spec func(refs []string, dir string) T) planFunc {
	return func(ctx context.Context, r *awsops.Reader, refs []string, dir string) (*awsops.Plan, error) {
		return planner(ctx, r, spec(refs, dir))
	}
}

func fixed[T any](spec T) func([]string, string) T { return func([]string, string) T { return spec } }

// calls gives the arguments of commands that don't depend on what prepare did.
func calls(argv ...[]string) func([]string, string) [][]string {
	return func([]string, string) [][]string { return argv }
}

// s3api is a command on the bucket of the scripts.
func s3api(operation string, args ...string) []string {
	return append([]string{"s3api", operation, "--bucket", bucketName}, args...)
}

// coded is an s3api command with a one-time code, as the recorder's shell has it.
func coded(operation string, args ...string) []string {
	return append(s3api(operation, args...), "--mfa", sandboxDevice+" 123456")
}

const sandboxDevice = "arn:aws:iam::" + sandbox.DefaultAccount + ":mfa/root-account-mfa-device"

func nothing(*testing.T, *world) []string { return nil }

// having makes a bucket with this versioning state, and then more.
func having(status string, more ...func(t *testing.T, w *world) []string) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		w.named(t, bucketName, status)
		var refs []string
		for _, f := range more {
			refs = append(refs, f(t, w)...)
		}
		return refs
	}
}

// havingMFA is having for a bucket with MFA delete.
func havingMFA(more ...func(t *testing.T, w *world) []string) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		w.guarded(t, bucketName)
		var refs []string
		for _, f := range more {
			refs = append(refs, f(t, w)...)
		}
		return refs
	}
}

// puts puts keys in turn, each with its number as content, and gives the version ids. What follows DELETE is deleted.
func puts(keys ...string) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		var ids []string
		for i, key := range keys {
			if hidden, ok := strings.CutPrefix(key, "DELETE "); ok {
				ids = append(ids, w.hide(t, bucketName, hidden))
				continue
			}
			ids = append(ids, w.put(t, bucketName, key, fmt.Sprint("content ", i)))
		}
		return ids
	}
}

// filled puts n objects under many/.
func filled(n int) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		err := w.server.Fill(bucketName, n, func(i int) string { return fmt.Sprintf("many/%04d", i) }, sandbox.FillOptions{Sizes: []int64{1, 20}})
		if err != nil {
			t.Fatal(err)
		}
		return nil
	}
}

func uploads(keys ...string) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		var ids []string
		for _, key := range keys {
			ids = append(ids, w.upload(t, bucketName, key))
		}
		return ids
	}
}

// tagged hangs tags on the bucket.
func tagged(pairs ...string) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		var set []types.Tag
		for i := 0; i+1 < len(pairs); i += 2 {
			set = append(set, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
		}
		_, err := w.fixture.PutBucketTagging(t.Context(), &s3.PutBucketTaggingInput{Bucket: aws.String(bucketName), Tagging: &types.Tagging{TagSet: set}})
		if err != nil {
			t.Fatal(err)
		}
		return nil
	}
}

// ruled gives the bucket lifecycle rules.
func ruled(rules ...lifecycle.Rule) func(t *testing.T, w *world) []string {
	return func(t *testing.T, w *world) []string {
		conf := &types.BucketLifecycleConfiguration{}
		for _, r := range rules {
			conf.Rules = append(conf.Rules, r.ToSDK())
		}
		_, err := w.fixture.PutBucketLifecycleConfiguration(t.Context(),
			&s3.PutBucketLifecycleConfigurationInput{Bucket: aws.String(bucketName), LifecycleConfiguration: conf})
		if err != nil {
			t.Fatal(err)
		}
		return nil
	}
}

// retained makes a bucket with Object Lock and one version under governance retention.
func retained(t *testing.T, w *world) []string {
	w.named(t, bucketName, "", func(in *s3.CreateBucketInput) { in.ObjectLockEnabledForBucket = aws.Bool(true) })
	out, err := w.fixture.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucketName), Key: aws.String("kept"),
		Body: strings.NewReader("kept"), ObjectLockMode: types.ObjectLockModeGovernance,
		ObjectLockRetainUntilDate: aws.Time(w.clock.Now().Add(24 * time.Hour)), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
	if err != nil {
		t.Fatal(err)
	}
	return []string{aws.ToString(out.VersionId)}
}

func selection(sel versions.Selection) func([]string, string) versions.Selection {
	sel.Bucket = bucketName
	return fixed(sel)
}

// chosen selects versions by their places among refs.
func chosen(sel versions.Selection, keys ...string) func([]string, string) versions.Selection {
	return func(refs []string, _ string) versions.Selection {
		sel := sel // each call makes its own list
		sel.Bucket = bucketName
		for i, key := range keys {
			if key != "" {
				sel.Entries = append(sel.Entries, awsops.Entry{Key: key, VersionID: refs[i]})
			}
		}
		return sel
	}
}

// queried are the two commands that delete what a listing names.
func queried(operation, query string, args ...string) [][]string {
	list := append(s3api(operation, args...), "--output", "json", "--query", query)
	return [][]string{list, s3api("delete-objects", "--delete", "file://batch.json")}
}

var file = filepath.Join

var scripts = slices.Concat(bucketScripts, settingScripts, accountScripts, athenaScripts, versionScripts, purgeScripts, transferScripts, recycleScripts, copyScripts, corsScripts, encryptionScripts, policyScripts, editScripts, loggingScripts, reencryptScripts)

var versioningParams = fixed(versioning.Params{Bucket: bucketName})

var bucketScripts = []script{
	{name: "create a plain bucket", planner: "buckets.PlanCreate", prepare: nothing,
		plan: asks(buckets.PlanCreate, fixed(buckets.CreateSpec{Name: bucketName})),
		want: calls(s3api("create-bucket", "--create-bucket-configuration", "LocationConstraint=eu-west-1"))},
	{name: "create a bucket with everything", planner: "buckets.PlanCreate", prepare: nothing,
		plan: asks(buckets.PlanCreate, fixed(buckets.CreateSpec{Name: bucketName, Ownership: buckets.OwnerPreferred, Versioning: true,
			Tags: []buckets.Tag{{Key: "cost:centre", Value: "a b+ü=/@"}, {Key: "empty", Value: ""}}})),
		want: calls(s3api("create-bucket", "--create-bucket-configuration", "LocationConstraint=eu-west-1", "--object-ownership", "BucketOwnerPreferred"),
			s3api("put-bucket-versioning", "--versioning-configuration", "Status=Enabled"),
			s3api("put-bucket-tagging", "--tagging", `{"TagSet":[{"Key":"cost:centre","Value":"a b+ü=/@"},{"Key":"empty","Value":""}]}`))},
	{name: "create a bucket with Object Lock", planner: "buckets.PlanCreate", prepare: nothing,
		plan: asks(buckets.PlanCreate, fixed(buckets.CreateSpec{Name: bucketName, Lock: true})),
		want: calls(s3api("create-bucket", "--create-bucket-configuration", "LocationConstraint=eu-west-1", "--object-lock-enabled-for-bucket"))},
	{name: "create a bucket in the account's namespace", planner: "buckets.PlanCreate", prepare: nothing,
		lacks: "--bucket-namespace", since: "2026", alone: true,
		plan: asks(buckets.PlanCreate, fixed(buckets.CreateSpec{Name: "ledger-" + sandbox.DefaultAccount + "-eu-west-1-an", Namespace: buckets.NamespaceAccount})),
		want: calls([]string{"s3api", "create-bucket", "--bucket", "ledger-" + sandbox.DefaultAccount + "-eu-west-1-an",
			"--create-bucket-configuration", "LocationConstraint=eu-west-1", "--bucket-namespace", "account-regional"})},
	{name: "delete an empty bucket", planner: "buckets.PlanDelete", prepare: having(""),
		plan: asks(buckets.PlanDelete, fixed(buckets.DeleteSpec{Bucket: bucketName})), want: calls(s3api("delete-bucket"))},
	{name: "delete a bucket with versions, markers and uploads", planner: "buckets.PlanDelete",
		prepare: having("Enabled", uploads("begun", hard), puts("a", "DELETE a", "b")),
		plan:    asks(buckets.PlanDelete, fixed(buckets.DeleteSpec{Bucket: bucketName})),
		want: func(refs []string, _ string) [][]string {
			return append(queried("list-object-versions", everything, "--max-items", "1000"),
				s3api("abort-multipart-upload", "--key", hard, "--upload-id", refs[1]),
				s3api("abort-multipart-upload", "--key", "begun", "--upload-id", refs[0]), s3api("delete-bucket"))
		}},
	{name: "empty a bucket under MFA delete", planner: "buckets.PlanEmpty", prepare: havingMFA(puts("a", "DELETE a", "b")),
		plan: asks(buckets.PlanEmpty, fixed(buckets.EmptySpec{Bucket: bucketName, Serial: sandboxDevice})),
		want: calls(s3api("list-object-versions", "--max-items", "1000", "--output", "json", "--query", everything),
			coded("delete-objects", "--delete", "file://batch.json"))},
	{name: "abort uploads", planner: "buckets.PlanAbort", prepare: having("", uploads("a/1", "a/2", "b")),
		plan: asks(buckets.PlanAbort, fixed(buckets.AbortSpec{Bucket: bucketName, Prefix: "a/"})),
		want: func(refs []string, _ string) [][]string {
			return [][]string{s3api("abort-multipart-upload", "--key", "a/1", "--upload-id", refs[0]),
				s3api("abort-multipart-upload", "--key", "a/2", "--upload-id", refs[1])}
		}},
}

// everything is the query for all rows of a version listing as a batch to delete.
const everything = "{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}, Quiet: `true`}"

var settingScripts = []script{
	{name: "replace tags", planner: "buckets.PlanTags", prepare: having("", tagged("team", "a", "old", "x")),
		plan: asks(buckets.PlanTags, fixed(buckets.TagsSpec{Bucket: bucketName, Tags: []buckets.Tag{{Key: "team", Value: "blue team / ü"}}})),
		want: calls(s3api("put-bucket-tagging", "--tagging", `{"TagSet":[{"Key":"team","Value":"blue team / ü"}]}`))},
	{name: "remove all tags", planner: "buckets.PlanTags", prepare: having("", tagged("team", "a")),
		plan: asks(buckets.PlanTags, fixed(buckets.TagsSpec{Bucket: bucketName})), want: calls(s3api("delete-bucket-tagging"))},
	{name: "open the public access block", planner: "buckets.PlanBlock", prepare: having(""),
		plan: asks(buckets.PlanBlock, fixed(buckets.BlockSpec{Bucket: bucketName, Block: buckets.Block{BlockPublicAcls: true, IgnorePublicAcls: true}})),
		want: calls(s3api("put-public-access-block", "--public-access-block-configuration",
			"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false"))},
	{name: "set object ownership", planner: "buckets.PlanOwnership", prepare: having(""),
		plan: asks(buckets.PlanOwnership, fixed(buckets.OwnershipSpec{Bucket: bucketName, Ownership: buckets.ObjectWriter})),
		want: calls(s3api("put-bucket-ownership-controls", "--ownership-controls", "Rules=[{ObjectOwnership=ObjectWriter}]"))},
	{name: "add lifecycle rules", planner: "buckets.PlanLifecycle", prepare: having("Enabled"),
		plan: asks(buckets.PlanLifecycle, fixed(buckets.LifecycleSpec{Bucket: bucketName, Add: []lifecycle.Rule{
			lifecycle.AbortUploads("", 7), lifecycle.ExpireNoncurrent("it's/", 30, 3), lifecycle.ExpireMarkers("")}})),
		want: calls(s3api("put-bucket-lifecycle-configuration", "--lifecycle-configuration",
			`{"Rules":[{"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7},"Filter":{"Prefix":""},"ID":"abort-uploads-after-7d","Status":"Enabled"},`+
				`{"Filter":{"Prefix":"it's/"},"ID":"expire-noncurrent-after-30d-keep-3","NoncurrentVersionExpiration":{"NewerNoncurrentVersions":3,"NoncurrentDays":30},"Status":"Enabled"},`+
				`{"Expiration":{"ExpiredObjectDeleteMarker":true},"Filter":{"Prefix":""},"ID":"expire-delete-markers","Status":"Enabled"}]}`))},
	{name: "remove one lifecycle rule", planner: "buckets.PlanLifecycle", prepare: having("", ruled(lifecycle.AbortUploads("", 7), lifecycle.ExpireMarkers("x/"))),
		lacks: "--transition-default-minimum-object-size", since: "September 2024",
		plan: asks(buckets.PlanLifecycle, fixed(buckets.LifecycleSpec{Bucket: bucketName, Remove: []string{"abort-uploads-after-7d"}})),
		want: calls(s3api("put-bucket-lifecycle-configuration", "--lifecycle-configuration",
			`{"Rules":[{"Expiration":{"ExpiredObjectDeleteMarker":true},"Filter":{"Prefix":"x/"},"ID":"expire-delete-markers","Status":"Enabled"}]}`,
			"--transition-default-minimum-object-size", "all_storage_classes_128K"))},
	{name: "remove all lifecycle rules", planner: "buckets.PlanLifecycle", prepare: having("", ruled(lifecycle.AbortUploads("", 7))),
		plan: asks(buckets.PlanLifecycle, fixed(buckets.LifecycleSpec{Bucket: bucketName, Remove: []string{"abort-uploads-after-7d"}})),
		want: calls(s3api("delete-bucket-lifecycle"))},
	{name: "upload a file", planner: "transfer.PlanUpload", prepare: having(""), lacks: "--if-none-match", since: "August 2024",
		plan: asks(transfer.PlanUpload, func(_ []string, dir string) transfer.UploadSpec {
			return transfer.UploadSpec{File: file(dir, "it's a file.txt"), Bucket: bucketName, Key: hard, ContentType: "text/plain; charset=utf-8"}
		}),
		want: func(_ []string, dir string) [][]string {
			return [][]string{s3api("put-object", "--key", hard, "--body", file(dir, "it's a file.txt"),
				"--content-type", "text/plain; charset=utf-8", "--if-none-match", "*")}
		}},
}

var versionScripts = []script{
	{name: "enable versioning", planner: "versioning.PlanEnable", prepare: having(""), plan: asks(versioning.PlanEnable, versioningParams),
		want: calls(s3api("put-bucket-versioning", "--versioning-configuration", "Status=Enabled"))},
	{name: "suspend versioning", planner: "versioning.PlanSuspend", prepare: having("Enabled"), plan: asks(versioning.PlanSuspend, versioningParams),
		want: calls(s3api("put-bucket-versioning", "--versioning-configuration", "Status=Suspended"))},
	{name: "suspend versioning under MFA delete", planner: "versioning.PlanSuspend", prepare: havingMFA(),
		plan: asks(versioning.PlanSuspend, fixed(versioning.Params{Bucket: bucketName, Serial: sandboxDevice})),
		want: calls(coded("put-bucket-versioning", "--versioning-configuration", "Status=Suspended,MFADelete=Enabled"))},
	{name: "enable MFA delete", planner: "versioning.PlanMFAEnable", prepare: having(""),
		plan: asks(versioning.PlanMFAEnable, fixed(versioning.Params{Bucket: bucketName, Serial: sandboxDevice})),
		want: calls(coded("put-bucket-versioning", "--versioning-configuration", "Status=Enabled,MFADelete=Enabled"))},
	{name: "disable MFA delete", planner: "versioning.PlanMFADisable", prepare: havingMFA(),
		plan: asks(versioning.PlanMFADisable, fixed(versioning.Params{Bucket: bucketName, Serial: sandboxDevice})),
		want: calls(coded("put-bucket-versioning", "--versioning-configuration", "Status=Enabled,MFADelete=Disabled"))},
	{name: "restore a version by copy", planner: "versions.PlanRestoreByCopy", prepare: having("Enabled", puts(hard, hard, "DELETE "+hard)),
		plan: asks(versions.PlanRestoreByCopy, func(refs []string, _ string) versions.Restoration {
			return versions.Restoration{Bucket: bucketName, Key: hard, VersionID: refs[0]}
		}),
		want: func(refs []string, _ string) [][]string {
			return [][]string{s3api("copy-object", "--key", hard, "--copy-source",
				bucketName+"/"+hard+"?versionId="+refs[0])}
		}},
	{name: "undelete one object below two markers", planner: "versions.PlanUndelete", prepare: having("Enabled", puts("a", "DELETE a", "DELETE a", "b", "DELETE b")),
		plan: asks(versions.PlanUndelete, selection(versions.Selection{Entries: []awsops.Entry{{Key: "a"}}})),
		want: func(refs []string, _ string) [][]string {
			return [][]string{s3api("delete-objects", "--delete",
				`{"Objects":[{"Key":"a","VersionId":"`+refs[2]+`"},{"Key":"a","VersionId":"`+refs[1]+`"}],"Quiet":true}`)}
		}},
	{name: "undelete everything under a prefix", planner: "versions.PlanUndelete", remark: "this removes markers without a version below, too",
		prepare: having("Enabled", puts("in/a", "DELETE in/a", "DELETE in/a", "in/b", "DELETE in/b", "in/c", "out", "DELETE out")),
		plan:    asks(versions.PlanUndelete, selection(versions.Selection{Under: true, Prefix: "in/"})),
		want:    calls(queried("list-object-versions", "{Objects: DeleteMarkers[?IsLatest==`true`].{Key: Key, VersionId: VersionId} | [:1000], Quiet: `true`}", "--prefix", "in/")...)},
}
