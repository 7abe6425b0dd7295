package transfer

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cooper/awsops"
	"cooper/awsops/objects"
)

func TestEveryKeyOfAJobGetsAPathOfItsOwn(t *testing.T) {
	n := newNamer(t.TempDir())
	for _, c := range []struct {
		rel, want string
		folder    bool
	}{
		{"a", "a", false}, {"a.txt", "a.txt", false}, {"a/b", "a~", false}, {"a/c/", "a~", true}, {"d/", "d", true}, {"d", "d~", false},
		{"e//f", "e/%2F/f", false}, {"../x", "%2E%2E/x", false}, {"/abs", "%2F/abs", false}, {"con.txt", "%63on.txt", false},
		{"g/", "g", true}, {"x\x00", "x%00", false}, {"x%00", "x%00~", false}, {"y/", "y", true}, {"y/z", "y/z", false},
	} {
		got := n.path("", c.rel, "p/"+c.rel, c.folder)
		if tail, ok := strings.CutSuffix(c.want, "~"); ok {
			if !strings.HasPrefix(got, c.want) || len(got) < len(tail)+13 {
				t.Errorf("%q is at %q, want %s…", c.rel, got, c.want)
			}
		} else if got != c.want {
			t.Errorf("%q is at %q, want %q", c.rel, got, c.want)
		}
		if !filepath.IsLocal(got) {
			t.Errorf("%q leaves the folder", got)
		}
	}
	if n.changed != 9 || len(n.first) != 9 {
		t.Errorf("%d names changed: %q", n.changed, n.first)
	}
}

func TestNamesThatDifferInCaseClashWhereTheDiskFoldsThem(t *testing.T) {
	n := newNamer(t.TempDir())
	n.fold = true
	if a, b := n.path("", "Readme", "Readme", false), n.path("", "README", "README", false); a != "Readme" || !strings.HasPrefix(b, "README~") {
		t.Errorf("%q and %q", a, b)
	}
}

func TestAFolderIsWalkedInTheOrderOfItsKeys(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"a/x", "a.txt", "a/y/z", "b", "empty/", ".cooper-1.part"} {
		path := filepath.Join(dir, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f, "/") {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(path, []byte(f), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("b", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(dir, "sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	var got []string
	Root{Path: dir, Key: "p/"}.walk(context.Background(), func(f found) bool {
		got = append(got, strings.TrimSpace(f.key+" "+f.why))
		return true
	})
	want := []string{"p/a.txt", "p/a/x", "p/a/y/z", "p/b", "p/empty/", "p/link a symbolic link: it is not followed", "p/sock a socket"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestAttributesAreCheckedBeforeAnythingIsSent(t *testing.T) {
	pair := func(n, v string) []objects.Pair { return []objects.Pair{{Name: n, Value: v}} }
	for why, a := range map[string]Attributes{
		"": {Class: "STANDARD_IA", Metadata: pair("a-b", "c d"), Tags: pair("k", "ü"), Expires: time.Unix(0, 0)}, "there is no storage class": {Class: "CHEAP"},
		"can't be the name": {Metadata: pair("a b", "")}, "that a header can't": {Metadata: pair("a", "ü")}, "belong to AWS": {Tags: pair("aws:x", "")},
		"metadata has": {Metadata: pair("a", strings.Repeat("x", 2048))}, "an object can have 10": {Tags: make([]objects.Pair, 11)},
		"case doesn't count": {Metadata: []objects.Pair{{Name: "a"}, {Name: "A"}}}, "is given twice": {Tags: []objects.Pair{{Name: "a"}, {Name: "a"}}},
	} {
		if got := a.Check(); why == "" && got != "" || !strings.Contains(got, why) {
			t.Errorf("%+v: %q, want %q", a, got, why)
		}
	}
	if got, err := Pairs(" a=b, c=d=e ,"); err != nil || !slices.Equal(got, []objects.Pair{{Name: "a", Value: "b"}, {Name: "c", Value: "d=e"}}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := Pairs("a"); err == nil {
		t.Error("a name without a value was taken")
	}
}

func TestAFileThatGrewSinceItWasLookedAtIsNotSentInPart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("one line more"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if err := (&upload{file: file, fileSize: 13}).asSeen(); err != nil {
		t.Error(err)
	}
	if e := awsops.Wrap("", "", "", (&upload{file: file, fileSize: 8}).asSeen()); e == nil || e.Kind != awsops.KindChanged {
		t.Errorf("got %v", e)
	}
}
