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
	single  int64 // keys that need a request of their own
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

// prefix lists a batch into a file and deletes it. What is listed as it is comes 1,000 rows at a time; a filter looks at
// all rows, since a thousand that it leaves out may come first.
func (l purgeLine) prefix() string {
	list, rows := l.command("list-object-versions"), "[Versions, DeleteMarkers][]"
	list.FlagIf("--prefix", l.sel.Prefix)
	switch {
	case l.plain:
		list, rows = l.command("list-objects-v2").FlagIf("--prefix", l.sel.Prefix), "Contents[]"
		list.Flag("--max-items", "1000")
	case l.filter == filterAll:
		list.Flag("--max-items", "1000")
	case l.filter == filterNoncurrent:
		rows += " | [?IsLatest==`false`]"
	case l.filter == filterMarkers:
		rows = "DeleteMarkers[?IsLatest==`true`]"
	}
	fields := ".{Key: Key, VersionId: VersionId}"
	if l.plain {
		fields = ".{Key: Key}"
	}
	if l.filter == filterNoncurrent || l.filter == filterMarkers {
		fields += " | [:1000]"
	}
	list.Flag("--output", "json").Flag("--query", "{Objects: "+rows+fields+", Quiet: `true`}")
	return l.remarks(list.String() + " > batch.json && " + l.finish(l.command("delete-objects").Flag("--delete", "file://batch.json")))
}

// remarks adds to a line what a person must know who runs it.
func (l purgeLine) remarks(line string) string {
	switch {
	case l.filter == filterMarkers:
		line = "# this removes markers without a version below, too\n" + line + "\n# again until nothing is listed: markers can lie on top of one another"
	case l.batches > 1:
		line += fmt.Sprintf("\n# again until nothing is listed, %d times", l.batches)
	}
	if l.single > 0 {
		line = fmt.Sprintf("# %s with characters that XML can't carry must be deleted with delete-object instead\n", number(l.single, "key", "keys")) + line
	}
	return line
}
