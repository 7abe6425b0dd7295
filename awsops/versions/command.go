package versions

import (
	"encoding/json"
	"fmt"
	"strings"

	"cooper/awsops"
)

// lineEntries is how many entries a command line names at most: an argument has 128 KiB on Linux.
const lineEntries = 400

// purgeLine is the command line of a bulk deletion.
type purgeLine struct {
	target  awsops.Target
	sel     Selection
	filter  string
	plain   bool // no versions: objects are deleted
	coded   bool
	serial  string
	batches int64
}

// String gives lines that can be run. A prefix is deleted by a listing and a batch file, again until
// nothing is left.
func (l purgeLine) String() string {
	if l.sel.Under {
		return l.prefix()
	}
	var lines []string
	var many []awsops.Entry
	left := l.sel.Entries
	for len(left) > 0 && len(lines)+len(many) < lineEntries {
		if e := left[0]; Single(e.Key) || len(l.sel.Entries) == 1 {
			lines = append(lines, l.one(e))
		} else {
			many = append(many, e)
		}
		left = left[1:]
	}
	if len(many) > 0 {
		lines = append([]string{l.many(many)}, lines...)
	}
	if len(left) > 0 {
		lines = append(lines, fmt.Sprintf("# and so on for %s", number(int64(len(left)), "more entry", "more entries")))
	}
	return strings.Join(lines, "\n")
}

func (l purgeLine) command(operation string) *awsops.CommandLine {
	return awsops.Command(l.target, "s3api", operation).Flag("--bucket", l.sel.Bucket)
}

func (l purgeLine) finish(c *awsops.CommandLine) string {
	if l.sel.Bypass {
		c.Switch("--bypass-governance-retention")
	}
	if l.coded {
		c.MFA(l.serial)
	}
	return c.String()
}

func (l purgeLine) one(e awsops.Entry) string {
	return l.finish(l.command("delete-object").Flag("--key", e.Key).FlagIf("--version-id", e.VersionID))
}

// object is an entry as the aws command line spells it.
type object struct {
	Key       string
	VersionID string `json:"VersionId,omitempty"`
}

func (l purgeLine) many(entries []awsops.Entry) string {
	doc := struct {
		Objects []object
		Quiet   bool
	}{Quiet: true}
	for _, e := range entries {
		doc.Objects = append(doc.Objects, object{e.Key, e.VersionID})
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return "# " + err.Error()
	}
	return l.finish(l.command("delete-objects").Flag("--delete", strings.TrimSpace(b.String())))
}

// prefix lists a batch into a file and deletes it. --max-items counts entries of every kind.
func (l purgeLine) prefix() string {
	var list *awsops.CommandLine
	var query string
	switch {
	case l.plain:
		list = l.command("list-objects-v2")
		query = "{Objects: Contents[].{Key: Key}, Quiet: `true`}"
	case l.filter == filterNoncurrent:
		list = l.command("list-object-versions")
		query = "{Objects: [Versions, DeleteMarkers][][?IsLatest==`false`][].{Key: Key, VersionId: VersionId}, Quiet: `true`}"
	case l.filter == filterMarkers:
		list = l.command("list-object-versions")
		query = "{Objects: DeleteMarkers[?IsLatest==`true`].{Key: Key, VersionId: VersionId}, Quiet: `true`}"
	default:
		list = l.command("list-object-versions")
		query = "{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}, Quiet: `true`}"
	}
	list.FlagIf("--prefix", l.sel.Prefix).Flag("--max-items", "1000").Flag("--output", "json").Flag("--query", query)
	line := list.String() + " > batch.json && " + l.finish(l.command("delete-objects").Flag("--delete", "file://batch.json"))
	if l.batches > 1 {
		line += fmt.Sprintf("\n# again until nothing is listed, %d times", l.batches)
	}
	return line
}
