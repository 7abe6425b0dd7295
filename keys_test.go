package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cooper/config"
)

// writtenIDs gives the ids of the actions that a file of the program makes, as far as they are written out in it.
func writtenIDs(t *testing.T, path string, ids map[string]bool) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	add := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok {
			return
		}
		if id, err := strconv.Unquote(lit.Value); err == nil {
			ids[id] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if id, ok := actionID(n); ok {
				add(id)
			}
		case *ast.CallExpr: // the shell's actions that open a screen
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "screenAction" {
				add(n.Args[0])
			}
		}
		return true
	})
}

// actionID gives the ID of a literal that has what only an Action has: an ID, a Help and a Run.
func actionID(lit *ast.CompositeLit) (ast.Expr, bool) {
	fields := map[string]ast.Expr{}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if name, ok := kv.Key.(*ast.Ident); ok {
				fields[name.Name] = kv.Value
			}
		}
	}
	id, named := fields["ID"]
	return id, named && fields["Help"] != nil && fields["Run"] != nil
}

func TestEveryActionOfTheProgramCanBeGivenOtherKeys(t *testing.T) {
	written := map[string]bool{}
	for _, pattern := range []string{"*.go", "views/*.go", "views/*/*.go", "ui/*.go", "ui/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f, "_test.go") && f != "demo.go" { // the demo reads no configuration
				writtenIDs(t, f, written)
			}
		}
	}
	delete(written, "ctrl+c") // told in the help, and always quits
	known := slices.Sorted(slices.Values(actionIDs))
	if want := slices.Sorted(maps.Keys(written)); !slices.Equal(known, want) {
		for _, id := range want {
			if !slices.Contains(known, id) {
				t.Errorf("actionIDs lacks %s", id)
			}
		}
		for _, id := range known {
			if !written[id] {
				t.Errorf("actionIDs has %s, and nothing does", id)
			}
		}
	}
	if len(written) < 50 {
		t.Errorf("only %d actions were found", len(written))
	}
}

func TestKeysOfUnknownActionsAreRefusedWithTheirLine(t *testing.T) {
	load := func(text string) error {
		cfg, err := config.Load(config.Input{File: "c.toml", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		return checkKeys(cfg)
	}
	if err := load("[keys]\nbucket.create = [\"N\"]\ngrid.down = \"e\"\ntab.versions = \"v\"\nshell.copy = []\n"); err != nil {
		t.Errorf("good keys: %v", err)
	}
	err := load("[keys]\nbucket.create = \"N\"\nbucket.craete = \"C\"\nnot-there = \"x\"\n")
	want := "c.toml:3: no screen has an action bucket.craete; the palette (:) shows their ids\n" +
		"c.toml:4: no screen has an action not-there; the palette (:) shows their ids"
	if err == nil || err.Error() != want {
		t.Errorf("refused with %v, want %s", err, want)
	}
	if err := checkKeys(&config.Config{Keys: map[string][]string{"bucket.create": {"ctrl+z"}}}); err == nil || !strings.Contains(err.Error(), "bucket.create: ctrl+z can't be bound") {
		t.Errorf("a key of the terminal: %v", err)
	}
}

func TestTheProgramDoesNotStartWithKeysForNothing(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "c.toml")
	if err := os.WriteFile(path, []byte("[keys]\nbucket.craete = \"C\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	env := func(name string) string { return map[string]string{"HOME": home}[name] }
	code := run(t.Context(), []string{"--config", path}, env, strings.NewReader(""), &out, &errs)
	if code != 2 || !strings.Contains(errs.String(), "c.toml:2: no screen has an action bucket.craete") {
		t.Errorf("exit code %d, said %q", code, errs.String())
	}
}
