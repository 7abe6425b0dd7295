package conformance

import (
	"context"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/versions"
)

// later lets time go by on a server, so that what comes before it is older. A signature's age may be 15 minutes.
func later(_ *testing.T, w *world) []string {
	w.clock.add(2 * time.Minute)
	return nil
}

func bin(b versions.Bin) func([]string, string) versions.Bin {
	b.Bucket = bucketName
	return fixed(b)
}

// copied is the copy of a version onto its key.
func copied(key, version string) []string {
	return s3api("copy-object", "--key", key, "--copy-source", bucketName+"/"+key+"?versionId="+version)
}

var recycleScripts = []script{
	{name: "undelete by name", planner: "versions.PlanRecover", prepare: having("Enabled", puts("in/a", "DELETE in/a", hard, "DELETE "+hard, "in/b", "DELETE in/b")),
		plan: asks(versions.PlanRecover, bin(versions.Bin{Text: "A"})),
		want: func(refs []string, _ string) [][]string {
			return [][]string{s3api("delete-objects", "--delete", `{"Objects":[{"Key":"a 'b' \"c\" $HOME `+"`id`"+` \\ ü%20+&<?*.txt\n","VersionId":"`+
				refs[3]+`"},{"Key":"in/a","VersionId":"`+refs[1]+`"}],"Quiet":true}`)}
		}},
	{name: "undelete with a code", planner: "versions.PlanRecover", prepare: havingMFA(puts("a", "DELETE a")),
		plan: asks(versions.PlanRecover, bin(versions.Bin{Serial: sandboxDevice})),
		want: func(refs []string, _ string) [][]string {
			return [][]string{coded("delete-object", "--key", "a", "--version-id", refs[1])}
		}},
	{name: "undelete by copy", planner: "versions.PlanRecover", prepare: having("Enabled", puts("a", hard, "DELETE a", "DELETE "+hard)),
		plan: asks(versions.PlanRecover, bin(versions.Bin{Copy: true})),
		want: func(refs []string, _ string) [][]string {
			return [][]string{copied("a", refs[0]), copied(hard, refs[1])}
		}},
	{name: "purge by rule", planner: "versions.PlanPrune",
		prepare: having("Enabled", puts("a"), later, puts("a"), later, puts("a"), later, puts("a", "b", "DELETE b")),
		plan:    asks(versions.PlanPrune, fixed(versions.Prune{Bucket: bucketName, Rule: versions.Rule{Noncurrent: true, Keep: 1, Expired: true}})),
		want: func(refs []string, _ string) [][]string {
			return [][]string{s3api("delete-objects", "--delete", `{"Objects":[{"Key":"a","VersionId":"`+refs[1]+`"},{"Key":"a","VersionId":"`+
				refs[0]+`"}],"Quiet":true}`)}
		}},
	{name: "go back to a moment", planner: "versions.PlanRewind",
		prepare: having("Enabled", puts("changed", "deleted"), later, puts("changed", "DELETE deleted", "new")),
		plan: func(ctx context.Context, r *awsops.Reader, _ []string, _ string) (*awsops.Plan, error) {
			return versions.PlanRewind(ctx, r, versions.Rewind{Bucket: bucketName, Moment: r.Now().Add(-time.Minute), Hide: true})
		},
		want: func(refs []string, _ string) [][]string {
			return [][]string{s3api("delete-object", "--key", "deleted", "--version-id", refs[3]), copied("changed", refs[0]), s3api("delete-object", "--key", "new")}
		}},
}
