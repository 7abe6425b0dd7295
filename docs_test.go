package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// pages are what is written for people, and what it is looked for in.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = string(b)
		}
	}
	return out
}

var (
	link = regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	flag = regexp.MustCompile(`(?:^|[^-\w])--([a-z][a-z0-9-]*)`)
)

func TestEveryLinkOfTheDocumentsLeadsSomewhere(t *testing.T) {
	n := 0
	for page, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			n++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
	if n < 6 {
		t.Errorf("only %d links were found", n)
	}
}

// flags are those of a command and of all below it, by what they do.
func flags(cmd *cobra.Command, all map[string]bool) {
	for _, set := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
		set.VisitAll(func(f *pflag.Flag) { all[f.Name] = all[f.Name] || !f.Hidden })
	}
	for _, c := range cmd.Commands() {
		flags(c, all)
	}
}

func TestTheReadmeNamesTheFlagsThatThereAre(t *testing.T) {
	all, named := map[string]bool{}, map[string]bool{}
	flags((&process{env: os.Getenv}).rootCommand(), all)
	text := pages(t)["README.md"]
	for _, m := range flag.FindAllStringSubmatch(text, -1) {
		if named[m[1]] = true; !all[m[1]] {
			t.Errorf("there is no --%s", m[1])
		}
	}
	for name, shown := range all {
		if shown && !named[name] && name != "help" && !strings.HasPrefix(name, "response-") { // one stands for its like
			t.Errorf("the README doesn't name --%s", name)
		}
	}
}

func TestTheReadmeNamesTheVerbsThatThereAre(t *testing.T) {
	text := pages(t)["README.md"]
	for _, c := range (&process{env: os.Getenv}).rootCommand().Commands() {
		if name := c.Name(); !c.Hidden && !strings.Contains(text, "cooper "+name) && !strings.Contains(text, "|"+name) {
			t.Errorf("the README doesn't name cooper %s", name)
		}
	}
}
