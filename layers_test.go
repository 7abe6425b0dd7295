package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// listed is what `go list -json` says about a package.
type listed struct {
	ImportPath, Name                   string
	Imports, TestImports, XTestImports []string
	Deps                               []string // all of Imports, theirs, and so on
	GoFiles                            []string
	Error                              *struct{ Err string }
}

// layer says what a package and those below it may import. The standard library is open to all; a rule for a longer
// path replaces that for a shorter one.
type layer struct {
	path  string
	may   []string // imports of files that are built in, by prefix
	tests []string // and of test files besides
	never []string // what must not be linked in either, however far away
}

const (
	awsSDK   = "github.com/aws/aws-sdk-go-v2"
	smithy   = "github.com/aws/smithy-go"
	otp      = "github.com/pquerna/otp"
	toml     = "github.com/pelletier/go-toml/v2"
	goCmp    = "github.com/google/go-cmp"
	vt       = "github.com/charmbracelet/x/vt"
	pty      = "github.com/creack/pty"
	qr       = "rsc.io/qr"
	fuzzy    = "github.com/sahilm/fuzzy"
	uitest   = "cooper/ui/uitest"
	viewtest = "cooper/views/viewtest"
	crc      = "github.com/minio/crc64nvme"
)

var charm = []string{"charm.land", "github.com/charmbracelet"}

func with(lists ...[]string) []string { return slices.Concat(lists...) }

var layers = []layer{
	{path: "cooper/config", may: []string{toml}, tests: []string{goCmp},
		never: with(charm, []string{"cooper/awsops", "cooper/ui", "cooper/views", "cooper/sandbox", awsSDK})},
	{path: "cooper/awsops", may: []string{"cooper/awsops", awsSDK, smithy, otp, "golang.org/x/sync", "golang.org/x/crypto/scrypt", crc},
		tests: []string{goCmp}, never: with(charm, []string{"cooper/ui", "cooper/views", "cooper/config", "cooper/sandbox"})},
	{path: "cooper/awsops/accesslog", never: []string{"cooper", awsSDK}},
	{path: "cooper/awsops/journal", tests: []string{goCmp}, never: []string{"cooper", awsSDK}},
	{path: "cooper/awsops/s3ec", never: []string{"cooper", awsSDK}},
	{path: "cooper/ui", may: with(charm, []string{"cooper/ui", qr, fuzzy}), tests: []string{goCmp, uitest, vt, pty},
		never: []string{"cooper/awsops", "cooper/views", "cooper/config", "cooper/sandbox", awsSDK, vt, pty, goCmp, uitest}},
	{path: uitest, may: with(charm, []string{"cooper/ui", vt, pty, goCmp}),
		never: []string{"cooper/awsops", "cooper/views", "cooper/config", "cooper/sandbox", awsSDK}},
	{path: "cooper/views", may: with(charm, []string{"cooper/ui", "cooper/views", "cooper/awsops"}), tests: []string{goCmp, uitest, viewtest, vt},
		never: []string{"cooper/config", "cooper/sandbox", vt, pty, goCmp, uitest, viewtest}},
	{path: viewtest, may: with(charm, []string{"cooper/ui", uitest, "cooper/views", "cooper/awsops"}), never: []string{"cooper/config", "cooper/sandbox"}},
	{path: "cooper/sandbox", may: []string{"cooper/sandbox", awsSDK + "/aws", otp, crc}, tests: []string{awsSDK, smithy, goCmp},
		never: with(charm, []string{"cooper/awsops", "cooper/ui", "cooper/views", "cooper/config"})},
	{path: "cooper/conformance", tests: []string{"cooper/awsops", "cooper/sandbox", awsSDK, smithy, otp, goCmp}},
}

// shipped is what the program itself must not link: tools of tests.
var shipped = []string{uitest, viewtest, vt, pty, goCmp, "testing"}

// under says whether an import path is one of the prefixes or below one.
func under(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
}

// standard says whether a package is in the standard library: its first element has no dot and is not ours.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != "cooper" && !strings.Contains(first, ".")
}

func layerOf(path string) (layer, bool) {
	var best layer
	for _, l := range layers {
		if under(path, []string{l.path}) && len(l.path) > len(best.path) {
			best = l
		}
	}
	return best, best.path != ""
}

// breaches returns a sentence for everything that the table of layers forbids.
func breaches(packages []listed) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, p := range packages {
		if p.Error != nil {
			say("%s can't be listed: %s", p.ImportPath, p.Error.Err)
		}
		for _, word := range strings.Split(p.ImportPath, "/") {
			if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc"}, word) {
				say("%s: a package is named for what it does, and %q says nothing", p.ImportPath, word)
			}
		}
		if p.ImportPath == "cooper" {
			out = append(out, farBreaches(p, shipped)...)
			continue
		}
		l, ok := layerOf(p.ImportPath)
		if !ok {
			say("%s has no row in the table of layers: give it one", p.ImportPath)
			continue
		}
		out = append(out, nearBreaches(p, l)...)
		out = append(out, farBreaches(p, l.never)...)
	}
	return out
}

// nearBreaches looks at the imports that stand in the package's own files.
func nearBreaches(p listed, l layer) []string {
	var out []string
	for _, path := range p.Imports {
		if !standard(path) && !allowed(p, path, l.may) {
			out = append(out, fmt.Sprintf("%s imports %s, and %s may import only the standard library%s", p.ImportPath, path, l.path, list(l.may)))
		}
	}
	if len(l.may) == 0 && l.path == "cooper/conformance" && len(p.GoFiles) > 1 {
		out = append(out, fmt.Sprintf("%s holds tests and one file that says so, but also %s", p.ImportPath, strings.Join(p.GoFiles, ", ")))
	}
	tests := slices.Concat(l.may, l.tests, []string{p.ImportPath})
	for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
		if !standard(path) && !allowed(p, path, tests) {
			out = append(out, fmt.Sprintf("the tests of %s import %s, and tests of %s may import only the standard library%s",
				p.ImportPath, path, l.path, list(tests)))
		}
	}
	return out
}

// allowed knows the two places where a prefix is too wide: of the SDK the sandbox has only values and the signer, and a prefix
// that opens charm does not open its emulated screen, nor one that opens ui or views their tools for tests.
func allowed(p listed, path string, prefixes []string) bool {
	if under(path, []string{vt, uitest, viewtest}) && !slices.Contains(prefixes, path) {
		return under(p.ImportPath, []string{path})
	}
	if under(p.ImportPath, []string{"cooper/sandbox"}) && !slices.Contains(prefixes, awsSDK) && under(path, []string{awsSDK}) {
		return path == awsSDK+"/aws" || path == awsSDK+"/aws/signer/v4"
	}
	return under(path, prefixes)
}

// farBreaches looks at what is linked in through others.
func farBreaches(p listed, never []string) []string {
	var out []string
	for _, path := range p.Deps {
		if under(path, never) && path != p.ImportPath {
			out = append(out, fmt.Sprintf("%s links %s in, directly or through another package, and must not", p.ImportPath, path))
		}
	}
	return out
}

func list(paths []string) string {
	if len(paths) == 0 {
		return ""
	}
	return ", " + strings.Join(paths, ", ")
}

func TestEveryPackageImportsOnlyWhatItsLayerMay(t *testing.T) {
	packages, err := goList(t)
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) == 0 {
		t.Fatal("go list found no package")
	}
	for _, sentence := range breaches(packages) {
		t.Error(sentence)
	}
}

func goList(t *testing.T) ([]listed, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e",
		"-json=ImportPath,Name,Imports,TestImports,XTestImports,Deps,GoFiles,Error", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	var out []listed
	for d := json.NewDecoder(bytes.NewReader(b)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		out = append(out, p)
	}
}

func TestTheTableOfLayersCatchesEachBreach(t *testing.T) {
	s3 := awsSDK + "/service/s3"
	for _, test := range []struct {
		name string
		p    listed
		want string // "" for nothing to say
	}{
		{"config reads TOML", listed{ImportPath: "cooper/config", Imports: []string{"os", "net/url", toml, toml + "/unstable"}}, ""},
		{"config and awsops", listed{ImportPath: "cooper/config", Imports: []string{"cooper/awsops"}}, "cooper/config imports cooper/awsops"},
		{"config and cobra", listed{ImportPath: "cooper/config", Imports: []string{"github.com/spf13/cobra"}}, "cooper/config imports github.com/spf13/cobra"},
		{"config and charm, far away", listed{ImportPath: "cooper/config", Deps: []string{"charm.land/lipgloss/v2"}}, "cooper/config links charm.land/lipgloss/v2 in"},
		{"awsops and the SDK", listed{ImportPath: "cooper/awsops/versions", Imports: []string{"cooper/awsops", s3, smithy, otp + "/totp"}}, ""},
		{"awsops and ui", listed{ImportPath: "cooper/awsops/versions", Imports: []string{"cooper/ui"}}, "cooper/awsops/versions imports cooper/ui"},
		{"awsops and config, far away", listed{ImportPath: "cooper/awsops", Deps: []string{"cooper/config"}}, "cooper/awsops links cooper/config in"},
		{"awsops tests and the sandbox", listed{ImportPath: "cooper/awsops", TestImports: []string{"cooper/sandbox"}}, "the tests of cooper/awsops import cooper/sandbox"},
		{"awsops tests compare", listed{ImportPath: "cooper/awsops", XTestImports: []string{goCmp + "/cmp", "cooper/awsops"}}, ""},
		{"awsops compares", listed{ImportPath: "cooper/awsops", Imports: []string{goCmp + "/cmp"}}, "cooper/awsops imports github.com/google/go-cmp/cmp"},
		{"a name that only begins like ours", listed{ImportPath: "cooper/awsopsx"}, "cooper/awsopsx has no row"},
		{"the journal and the SDK", listed{ImportPath: "cooper/awsops/journal", Imports: []string{awsSDK + "/aws"}}, "cooper/awsops/journal imports"},
		{"the journal and awsops", listed{ImportPath: "cooper/awsops/journal", Deps: []string{"cooper/awsops"}}, "cooper/awsops/journal links cooper/awsops in"},
		{"client-side encryption and a library", listed{ImportPath: "cooper/awsops/s3ec", Imports: []string{"golang.org/x/crypto/hkdf"}}, "cooper/awsops/s3ec imports"},
		{"client-side encryption and awsops, far away", listed{ImportPath: "cooper/awsops/s3ec", Deps: []string{"cooper/awsops"}}, "cooper/awsops/s3ec links cooper/awsops in"},
		{"ui and charm", listed{ImportPath: "cooper/ui/grid", Imports: []string{"charm.land/bubbletea/v2", "github.com/charmbracelet/x/ansi", qr, fuzzy, "cooper/ui"}}, ""},
		{"ui and awsops", listed{ImportPath: "cooper/ui/grid", Imports: []string{"cooper/awsops"}}, "cooper/ui/grid imports cooper/awsops"},
		{"ui and the SDK, far away", listed{ImportPath: "cooper/ui", Deps: []string{s3}}, "cooper/ui links " + s3},
		{"ui and the emulated screen", listed{ImportPath: "cooper/ui", Imports: []string{vt}}, "cooper/ui imports " + vt},
		{"ui and uitest", listed{ImportPath: "cooper/ui", Imports: []string{uitest}}, "cooper/ui imports " + uitest},
		{"ui tests and uitest", listed{ImportPath: "cooper/ui/edit", XTestImports: []string{uitest, vt, pty, goCmp + "/cmp", "cooper/ui/edit"}}, ""},
		{"ui tests and views", listed{ImportPath: "cooper/ui", XTestImports: []string{"cooper/views"}}, "the tests of cooper/ui import cooper/views"},
		{"uitest", listed{ImportPath: uitest, Imports: []string{vt, pty, goCmp + "/cmp", "cooper/ui", "charm.land/bubbletea/v2"}, TestImports: []string{uitest}}, ""},
		{"uitest and awsops", listed{ImportPath: uitest, Imports: []string{"cooper/awsops"}}, "cooper/ui/uitest imports cooper/awsops"},
		{"views", listed{ImportPath: "cooper/views", Imports: []string{"cooper/ui/grid", "cooper/awsops/versions", "charm.land/lipgloss/v2"},
			Deps: []string{s3}}, ""},
		{"views and viewtest", listed{ImportPath: "cooper/views/edit", Imports: []string{viewtest}, TestImports: []string{viewtest}}, "cooper/views/edit imports " + viewtest},
		{"views and the SDK", listed{ImportPath: "cooper/views/policy", Imports: []string{s3 + "/types"}}, "cooper/views/policy imports " + s3 + "/types"},
		{"views and config, far away", listed{ImportPath: "cooper/views", Deps: []string{"cooper/config"}}, "cooper/views links cooper/config in"},
		{"views tests and the sandbox", listed{ImportPath: "cooper/views", XTestImports: []string{"cooper/sandbox"}}, "the tests of cooper/views import cooper/sandbox"},
		{"sandbox", listed{ImportPath: "cooper/sandbox/sigv4", Imports: []string{"cooper/sandbox", awsSDK + "/aws", awsSDK + "/aws/signer/v4", otp}}, ""},
		{"sandbox and the S3 client", listed{ImportPath: "cooper/sandbox", Imports: []string{s3}}, "cooper/sandbox imports " + s3},
		{"sandbox and the SDK's middleware", listed{ImportPath: "cooper/sandbox", Imports: []string{awsSDK + "/aws/middleware"}}, "cooper/sandbox imports"},
		{"sandbox tests and the S3 client", listed{ImportPath: "cooper/sandbox", TestImports: []string{s3}}, ""},
		{"sandbox and awsops", listed{ImportPath: "cooper/sandbox", Imports: []string{"cooper/awsops/journal"}}, "cooper/sandbox imports cooper/awsops/journal"},
		{"sandbox tests and awsops", listed{ImportPath: "cooper/sandbox", XTestImports: []string{"cooper/awsops"}}, "the tests of cooper/sandbox import cooper/awsops"},
		{"conformance", listed{ImportPath: "cooper/conformance", GoFiles: []string{"doc.go"}, XTestImports: []string{"cooper/awsops", "cooper/sandbox", s3}}, ""},
		{"conformance that is linked", listed{ImportPath: "cooper/conformance", GoFiles: []string{"doc.go", "run.go"}}, "cooper/conformance holds tests and one file"},
		{"conformance and ui", listed{ImportPath: "cooper/conformance", XTestImports: []string{"cooper/ui"}}, "the tests of cooper/conformance import cooper/ui"},
		{"main may all", listed{ImportPath: "cooper", Imports: []string{"cooper/config", "cooper/sandbox", "github.com/spf13/cobra", s3}}, ""},
		{"main ships no test tools", listed{ImportPath: "cooper", Deps: []string{vt}}, "cooper links " + vt},
		{"a package that says nothing", listed{ImportPath: "cooper/awsops/util"}, `"util" says nothing`},
		{"a package of its own", listed{ImportPath: "cooper/tools"}, "cooper/tools has no row in the table of layers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := breaches([]listed{test.p})
			if test.want == "" && len(got) > 0 {
				t.Errorf("told off: %q", got)
			}
			if test.want != "" && (len(got) == 0 || !strings.Contains(got[0], test.want)) {
				t.Errorf("%q does not say %q", got, test.want)
			}
		})
	}
}
