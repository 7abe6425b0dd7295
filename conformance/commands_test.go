package conformance

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cooper/awsops"
	"cooper/awsops/archive"
	"cooper/awsops/athena"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/buckets"
	"cooper/awsops/copies"
	"cooper/awsops/corsplan"
	"cooper/awsops/encryption"
	"cooper/awsops/logging"
	"cooper/awsops/objectedit"
	"cooper/awsops/reencrypt"
	"cooper/awsops/transfer"
	"cooper/awsops/versioning"
	"cooper/awsops/versions"
)

// script is a state to begin with, a plan, and what its command lines are.
type script struct {
	name    string
	planner string // the function that makes the plan
	prepare func(t *testing.T, w *world) []string
	// plan makes the plan; refs are what prepare gave, dir is where local files are.
	plan func(ctx context.Context, r *awsops.Reader, refs []string, dir string) (*awsops.Plan, error)
	// want are the arguments of each aws command in turn, up to --region.
	want func(refs []string, dir string) [][]string
	// lacks is an option of the line that the AWS CLI of Debian 12, 2.9.19 of January 2023, doesn't know yet, and
	// since when S3 has it. The client must refuse it by name; what is left of the line is then run.
	lacks, since string
	// member is the same for a member of a JSON document within the line, which holds an object.
	member string
	// alone marks that the line without the option means something else, so that it isn't run.
	alone bool
	// remark is what a line says beside the commands, and the case is not about.
	remark string
	// stdin is what the line's command reads from standard input, stdout the file that takes its output.
	stdin, stdout string
}

// planned makes the two servers of a script and the plan.
func (c script) planned(t *testing.T, sockets bool) (*twin, *awsops.Plan, []string) {
	t.Helper()
	tw := openTwin(t, sockets)
	refs := c.prepare(t, tw.a)
	if again := c.prepare(t, tw.b); !slices.Equal(refs, again) {
		t.Fatalf("the servers don't begin alike: %q and %q", refs, again)
	}
	if err := os.WriteFile(filepath.Join(tw.dir, "it's a file.txt"), []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := c.plan(t.Context(), tw.a.reader(), refs, tw.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Commands()) != len(p.Steps) {
		t.Errorf("%d steps have %d command lines", len(p.Steps), len(p.Commands()))
	}
	return tw, p, refs
}

// lines splits what a step prints into lines of the shell: a line feed within quotes ends none.
func lines(text string) []string {
	var out []string
	quoted, from := false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
		case c == '\n' && !quoted:
			out = append(out, text[from:i])
			from = i + 1
		}
	}
	return append(out, text[from:])
}

// recorder stands for aws in a shell and writes its arguments to descriptor 3: their number, then each, all ended by
// NUL, which no argument holds.
const recorder = `aws() { printf '%s\0' "$#" "$@" >&3; }; `

// spoken lets the shell read a text and tells the arguments of every aws command in it.
func spoken(t *testing.T, dir, text string) [][]string {
	t.Helper()
	checked := exec.CommandContext(t.Context(), "sh", "-n", "-c", text)
	if out, err := checked.CombinedOutput(); err != nil {
		t.Fatalf("the shell can't read it: %v %s\n%s", err, out, text)
	}
	record, err := os.CreateTemp(dir, "argv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = record.Close() }()
	sh := exec.CommandContext(t.Context(), "sh", "-c", recorder+text)
	sh.Dir, sh.Env, sh.ExtraFiles = dir, []string{"MFA=123456", "PATH=" + os.Getenv("PATH")}, []*os.File{record}
	if out, err := sh.CombinedOutput(); err != nil {
		t.Fatalf("%v %s\n%s", err, out, text)
	}
	raw, err := os.ReadFile(record.Name())
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Split(strings.TrimSuffix(string(raw), "\x00"), "\x00")
	var out [][]string
	for len(words) > 1 {
		n, err := strconv.Atoi(words[0])
		if err != nil || n >= len(words) {
			t.Fatalf("%q is no record of commands", raw)
		}
		out = append(out, words[1:1+n])
		words = words[1+n:]
	}
	return out
}

func TestEveryCommandLineIsReadByAShellAsItIsMeant(t *testing.T) {
	for _, c := range scripts {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tw, p, refs := c.planned(t, false)
			var got [][]string
			for _, text := range p.Commands() {
				for _, argv := range spoken(t, tw.dir, text) {
					tail := []string{"--region", "eu-west-1", "--endpoint-url", tw.endA}
					if n := len(argv) - len(tail); n < 0 || !slices.Equal(argv[n:], tail) {
						t.Errorf("%q doesn't end with %q", argv, tail)
					} else {
						got = append(got, argv[:n])
					}
				}
			}
			if diff := cmp.Diff(c.want(refs, tw.dir), got); diff != "" {
				t.Errorf("the arguments differ (- wanted, + printed):\n%s", diff)
			}
		})
	}
}

// again is what a step says below a line that is to be run several times.
const again = "# again until nothing is listed"

// client is a foreign AWS CLI.
type client struct {
	path   string
	tw     *twin
	script script
	proxy  string // leads to the server whatever the host is
}

// run gives one line to the shell, with a one-time code that was not used yet.
func (c client) run(ctx context.Context, line string) (string, error) {
	root := c.tw.b.server.Root()
	sh := exec.CommandContext(ctx, "sh", "-c", `aws() { "$COOPER_AWSCLI" "$@"; }; `+line)
	sh.Dir = c.tw.dir
	sh.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.tw.dir, "COOPER_AWSCLI=" + c.path, "LC_ALL=C.UTF-8",
		"AWS_ACCESS_KEY_ID=" + root.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + root.SecretAccessKey,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1"}
	if strings.HasPrefix(line, "aws s3control ") {
		sh.Args[2] = strings.ReplaceAll(sh.Args[2], "https://127.0.0.1:", "https://cooper.localhost:")
		sh.Env = append(sh.Env, "HTTPS_PROXY="+c.proxy)
	}
	if strings.Contains(line, "$MFA") {
		c.tw.b.clock.add(30 * time.Second)
		sh.Env = append(sh.Env, "MFA="+c.tw.b.server.Device().Code(c.tw.b.clock.Now()))
	}
	var out bytes.Buffer
	sh.Stdin, sh.Stdout, sh.Stderr = strings.NewReader(c.script.stdin), &out, &out
	if c.script.stdout != "" {
		to, err := os.Create(filepath.Join(c.tw.dir, c.script.stdout))
		if err != nil {
			return "", err
		}
		defer func() { _ = to.Close() }()
		sh.Stdout = to
	}
	err := sh.Run()
	return out.String(), err
}

// play runs a step's lines as a person would who does what the comments say.
func (c client) play(t *testing.T, text string) {
	t.Helper()
	line := ""
	for _, next := range lines(text) {
		switch {
		case strings.HasPrefix(next, again):
			c.repeat(t, line)
		case c.script.remark != "" && strings.HasPrefix(next, "# "+c.script.remark):
		case strings.HasPrefix(next, "#"):
			t.Errorf("the line is not the whole change: %s", next)
		default:
			line = next
			if out, err := c.run(t.Context(), line); err != nil {
				t.Fatalf("%v: %s\n%s", err, out, line)
			}
		}
	}
}

// repeat runs a line until the batch that it lists is empty. The client refuses to delete an empty batch.
func (c client) repeat(t *testing.T, line string) {
	t.Helper()
	for range 10 {
		out, err := c.run(t.Context(), line)
		batch, rerr := os.ReadFile(filepath.Join(c.tw.dir, "batch.json"))
		switch {
		case rerr != nil:
			t.Fatal(rerr)
		case err != nil && !bytes.Contains(batch, []byte(`"Key"`)):
			return
		case err != nil:
			t.Fatalf("%v: %s\n%s", err, out, line)
		}
	}
	t.Fatalf("there is no end to %s", line)
}

// TestEveryCommandLineDoesWhatItsPlanDoes runs the printed lines with another program against another server. It
// takes Debian's AWS CLI, named by COOPER_AWSCLI; the lines themselves are checked everywhere by
// TestEveryCommandLineIsReadByAShellAsItIsMeant.
func TestEveryCommandLineDoesWhatItsPlanDoes(t *testing.T) {
	path := os.Getenv("COOPER_AWSCLI")
	if path == "" {
		t.Log("COOPER_AWSCLI names no AWS CLI: the lines are read, not run")
		return
	}
	for _, c := range scripts {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tw, p, _ := c.planned(t, true)
			if p.Reads() {
				client{path, tw, c, ""}.reads(t, p)
				return
			}
			known := tw.b.versionIDs(t)
			before := tw.b.dump(t, known)
			tw.a.done(t, p, nil)
			want := tw.a.dump(t, known)
			if slices.Equal(before, want) {
				t.Fatal("the plan changed nothing")
			}
			cli := client{path, tw, c, tunnel(t, strings.TrimPrefix(tw.endB, "https://"))}
			for _, text := range p.Commands() {
				text = strings.ReplaceAll(text, tw.endA, tw.endB)
				if c.lacks != "" {
					text = cli.without(t, text, c.lacks)
				}
				if c.member != "" && strings.Contains(text, c.member) {
					text = cli.withoutMember(t, text, c.member)
				}
				if !c.alone {
					cli.play(t, text)
				}
			}
			if c.alone {
				t.Logf("not run: the client's model has no %s (S3 has it since %s)", c.lacks+c.member, c.since)
				return
			}
			if diff := cmp.Diff(want, tw.b.dump(t, known)); diff != "" {
				t.Errorf("the servers differ (- by the plan, + by its command lines):\n%s", diff)
			}
		})
	}
}

// without makes sure that the client knows no such option, and takes it out of the line.
func (c client) without(t *testing.T, text, option string) string {
	t.Helper()
	out, err := c.run(t.Context(), text)
	if err == nil || !strings.Contains(out, "Unknown options: "+option) {
		t.Fatalf("the client was to refuse %s: %v %s", option, err, out)
	}
	return regexp.MustCompile(` `+regexp.QuoteMeta(option)+` ('[^']*'|[^ ]+)`).ReplaceAllString(text, "")
}

// withoutMember makes sure that the client knows no such member of a document, and takes it out of the line.
func (c client) withoutMember(t *testing.T, text, member string) string {
	t.Helper()
	out, err := c.run(t.Context(), text)
	if err == nil || !strings.Contains(out, "Unknown parameter") || !strings.Contains(out, `"`+member+`"`) {
		t.Fatalf("the client was to refuse %s: %v %s", member, err, out)
	}
	return regexp.MustCompile(`,"`+regexp.QuoteMeta(member)+`":\{[^}]*\}`).ReplaceAllString(text, "")
}

// TestEveryPlannerHasACommandLineThatWasRun fails when a planner is not among the scripts.
func TestEveryPlannerHasACommandLineThatWasRun(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range scripts {
		covered[c.planner] = true
	}
	found := exportedPlanners(t)
	if len(found) < 10 {
		t.Fatalf("only %q were found", found)
	}
	for _, name := range found {
		if !covered[name] {
			t.Errorf("%s is in no script: its command lines are not proven", name)
		}
		delete(covered, name)
	}
	delete(covered, "transfer.PlanDownload") // it gives a Download, which makes the plan
	for name := range covered {
		t.Errorf("there is no planner %s", name)
	}
}

// exportedPlanners finds the functions below awsops that give a plan.
func exportedPlanners(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join("..", "awsops"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if ok && f.Recv == nil && f.Name.IsExported() && givesPlan(f) {
				out = append(out, file.Name.Name+"."+f.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func givesPlan(f *ast.FuncDecl) bool {
	if f.Type.Results == nil || len(f.Type.Results.List) == 0 {
		return false
	}
	star, ok := f.Type.Results.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	selector, ok := star.X.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "Plan"
}

// TestEveryKindOfPlanCanBeResumedAndHasAScript holds the table of planners for resuming to the scripts.
func TestEveryKindOfPlanCanBeResumedAndHasAScript(t *testing.T) {
	kinds := map[string]bool{}
	for _, table := range []awsops.Planners{
		archive.Planners(), athena.Planners(), objectedit.Planners(),
		bucketpolicy.Planners(), buckets.Planners(), copies.Planners(), corsplan.Planners(), encryption.Planners(), logging.Planners(), reencrypt.Planners(), transfer.Planners(), versioning.Planners(), versions.Planners(),
	} {
		for kind := range table {
			kinds[kind] = true
		}
	}
	seen := map[string]bool{}
	for _, c := range scripts {
		_, p, _ := c.planned(t, false)
		seen[p.Kind] = true
	}
	for _, stream := range []string{"object.pour", "object.print"} {
		kinds[stream] = true // what came from or went into a pipe is gone: such a job is begun anew
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(kinds)), slices.Sorted(maps.Keys(seen))); diff != "" {
		t.Errorf("kinds differ (- to be resumed, + in scripts):\n%s", diff)
	}
}

func TestLinesOfAShellAreSplitOutsideOfQuotes(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"a b", []string{"a b"}},
		{"a 'x\ny'\nb", []string{"a 'x\ny'", "b"}},
		{`a 'it'\''s'` + "\nb", []string{`a 'it'\''s'`, "b"}},
		{"a " + awsops.Quote("x\n") + "\n# b", []string{"a " + awsops.Quote("x\n"), "# b"}},
	} {
		if got := lines(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %s", fmt.Sprintf("%q", c.text), fmt.Sprintf("%q, want %q", got, c.want))
		}
	}
}
