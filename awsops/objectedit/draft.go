package objectedit

import (
	"crypto/md5" //nolint:gosec // Content-MD5 is one
	"fmt"
	"os"
	"path/filepath"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"cooper/awsops"
	"cooper/awsops/policy"
	"cooper/awsops/transfer"
)

// draftFolder begins the names of the folders that drafts are in.
const draftFolder = "cooper-edit-"

// NewDraft writes a text into a new file for an editor: mode 0600, in a folder of its own with mode 0700, under a name
// made of the key's, whose extension tells the editor what it is.
func NewDraft(key string, body []byte) (path string, err error) {
	dir, err := os.MkdirTemp("", draftFolder)
	if err != nil {
		return "", localError(err)
	}
	path = filepath.Join(dir, transfer.SafeName(key))
	if err := os.WriteFile(path, body, 0o600); err != nil {
		_ = os.RemoveAll(dir)
		return "", localError(err)
	}
	return path, nil
}

// ForgetDraft deletes a draft, with what an editor left beside it. It touches only folders that NewDraft made.
func ForgetDraft(path string) { forget(path) }

func forget(path string) {
	dir := filepath.Dir(path)
	if strings.HasPrefix(filepath.Base(dir), draftFolder) {
		_ = os.RemoveAll(dir)
	}
}

func openText(path string) (*os.File, error) { return os.Open(path) } //nolint:gosec // the draft's own path

func localError(err error) error {
	return &awsops.Error{Op: "local file", Kind: awsops.KindInvalid, Err: err, Message: err.Error()}
}

func md5Of(body []byte) [16]byte { return md5.Sum(body) } //nolint:gosec // see the import

func receiptOf(md middleware.Metadata) awsops.Receipt {
	id, _ := awsmiddleware.GetRequestIDMetadata(md)
	return awsops.Receipt{RequestID: id, Done: 1}
}

// Limits of a comparison: how much work it may be, and how many lines are shown.
const (
	diffWork  = 4_000_000 // lines times lines
	diffLines = 400
)

// Diff compares two texts by line, as diff -u does. Where that would take too long, what lies between the first and the
// last line that differ is shown as a whole.
func Diff(before, after []byte) []string {
	a, b := splitLines(before), splitLines(after)
	var out []string
	if len(a)*len(b) <= diffWork {
		for _, l := range policy.Diff(before, after) {
			out = append(out, l.String())
		}
	} else {
		out = between(a, b)
	}
	if len(out) == 0 { // policy.Diff doesn't look at line feeds at the end
		out = []string{fmt.Sprintf("@@ only the end differs: %d bytes, then %d", len(before), len(after))}
	}
	if more := len(out) - diffLines; more > 0 {
		out = append(out[:diffLines], fmt.Sprintf("@@ and %d more lines", more))
	}
	return out
}

func splitLines(text []byte) []string {
	return strings.Split(strings.TrimRight(string(text), "\n"), "\n")
}

func between(a, b []string) []string {
	from := 0
	for from < min(len(a), len(b)) && a[from] == b[from] {
		from++
	}
	same := 0
	for same < min(len(a), len(b))-from && a[len(a)-1-same] == b[len(b)-1-same] {
		same++
	}
	out := []string{fmt.Sprintf("@@ -%d,%d +%d,%d @@", from+1, len(a)-same-from, from+1, len(b)-same-from)}
	for _, l := range a[from : len(a)-same] {
		out = append(out, "-"+l)
	}
	for _, l := range b[from : len(b)-same] {
		out = append(out, "+"+l)
	}
	return out
}

// sentence takes the capital and the full stop off, for what follows a colon.
func sentence(s string) string { return strings.ToLower(s[:1]) + strings.TrimSuffix(s[1:], ".") }
