package conformance

import (
	"cooper/awsops"
	"cooper/awsops/versions"
)

var purgeScripts = []script{
	{name: "delete one object of a bucket without versions", planner: "versions.PlanDelete", prepare: having("", puts("x", hard)),
		plan: asks(versions.PlanDelete, selection(versions.Selection{Entries: []awsops.Entry{{Key: hard}}})),
		want: calls(s3api("delete-object", "--key", hard))},
	{name: "delete objects with markers", planner: "versions.PlanDelete", prepare: having("Enabled", puts("--version", "a\x01b", "c", hard)),
		plan: asks(versions.PlanDelete, selection(versions.Selection{Entries: []awsops.Entry{{Key: "--version"}, {Key: "a\x01b"}, {Key: hard}}})),
		want: calls(s3api("delete-objects", "--delete", `{"Objects":[{"Key":"--version"},{"Key":"a 'b' \"c\" $HOME `+"`id`"+` \\ ü%20+&<?*.txt\n"}],"Quiet":true}`),
			s3api("delete-object", "--key", "a\x01b"))},
	{name: "delete a key that looks like an option", planner: "versions.PlanDelete", prepare: having("Suspended", puts("x")),
		plan: asks(versions.PlanDelete, selection(versions.Selection{Entries: []awsops.Entry{{Key: "--all"}}})),
		want: calls(s3api("delete-object", "--key=--all"))},
	{name: "delete 1,100 objects under a prefix", planner: "versions.PlanDelete", prepare: having("", filled(1100), puts("other")),
		plan: asks(versions.PlanDelete, selection(versions.Selection{Under: true, Prefix: "many/"})),
		want: calls(queried("list-objects-v2", "{Objects: Contents[].{Key: Key}, Quiet: `true`}", "--prefix", "many/", "--max-items", "1000")...)},
	{name: "purge one version", planner: "versions.PlanPurge", prepare: having("Enabled", puts(hard, hard)),
		plan: asks(versions.PlanPurge, chosen(versions.Selection{}, "", hard)),
		want: func(refs []string, _ string) [][]string {
			return [][]string{s3api("delete-object", "--key", hard, "--version-id", refs[1])}
		}},
	{name: "purge versions and keys that XML can't carry, with a code each", planner: "versions.PlanPurge", prepare: havingMFA(puts("a", "b\x02", "c", "a")),
		plan: asks(versions.PlanPurge, chosen(versions.Selection{Serial: sandboxDevice}, "a", "b\x02", "c")),
		want: func(refs []string, _ string) [][]string {
			return [][]string{coded("delete-objects", "--delete", `{"Objects":[{"Key":"a","VersionId":"`+refs[0]+`"},{"Key":"c","VersionId":"`+refs[2]+`"}],"Quiet":true}`),
				coded("delete-object", "--key", "b\x02", "--version-id", refs[1])}
		}},
	{name: "purge a version under governance retention", planner: "versions.PlanPurge", prepare: retained,
		plan: asks(versions.PlanPurge, chosen(versions.Selection{Bypass: true}, "kept")),
		want: func(refs []string, _ string) [][]string {
			return [][]string{s3api("delete-object", "--key", "kept", "--version-id", refs[0], "--bypass-governance-retention")}
		}},
	{name: "purge 1,100 versions under a prefix", planner: "versions.PlanPurge", prepare: having("Enabled", filled(1100), puts("other")),
		plan: asks(versions.PlanPurge, selection(versions.Selection{Under: true, Prefix: "many/"})),
		want: calls(queried("list-object-versions", everything, "--prefix", "many/", "--max-items", "1000")...)},
	{name: "purge noncurrent versions behind 1,000 current ones", planner: "versions.PlanPurge",
		prepare: having("Enabled", filled(1010), puts("zz", "zz", "zz", "DELETE zy")),
		plan:    asks(versions.PlanPurge, selection(versions.Selection{Under: true, Noncurrent: true})),
		want: calls(queried("list-object-versions",
			"{Objects: [Versions, DeleteMarkers][] | [?IsLatest==`false`].{Key: Key, VersionId: VersionId} | [:1000], Quiet: `true`}")...)},
}
