package main_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	maxLines     = 400
	maxTestLines = 600
)

var vagueName = regexp.MustCompile(`(Manager|Helper|Util|Utils|Common)$`)

// faults returns a sentence for what is wrong with a Go file as a file: its length and the names of its types.
func faults(path string, text []byte) []string {
	var out []string
	limit := maxLines
	if strings.HasSuffix(path, "_test.go") {
		limit = maxTestLines
	}
	if n := bytes.Count(text, []byte("\n")); n > limit {
		out = append(out, fmt.Sprintf("%s has %d lines and may have %d: split it by what its parts do", path, n, limit))
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		return append(out, fmt.Sprintf("%s can't be parsed: %v", path, err))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && vagueName.MatchString(spec.Name.Name) {
			out = append(out, fmt.Sprintf("%s: %s is named for a habit, not for what it is", path, spec.Name.Name))
		}
		return true
	})
	return out
}

func TestEveryFileIsShortAndEveryTypeIsNamedForWhatItIs(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		for _, sentence := range faults(path, text) {
			t.Error(sentence)
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d files seen: %v", seen, err)
	}
}

func TestALongFileAndAVagueNameAreCaught(t *testing.T) {
	body := func(lines int) string { return "package p\n" + strings.Repeat("//\n", lines-1) }
	for _, test := range []struct{ path, text, want string }{
		{"a.go", body(400), ""},
		{"a.go", body(401), "a.go has 401 lines and may have 400"},
		{"a_test.go", body(600), ""},
		{"a_test.go", body(601), "a_test.go has 601 lines and may have 600"},
		{"a.go", "package p\ntype JobManager struct{}\n", "JobManager is named for a habit"},
		{"a.go", "package p\nfunc f() { type pathUtil int }\n", "pathUtil is named for a habit"},
		{"a.go", "package p\ntype Managers struct{}\ntype Utility int\n", ""},
		{"a.go", "package", "a.go can't be parsed"},
	} {
		got := strings.Join(faults(test.path, []byte(test.text)), "\n")
		if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
