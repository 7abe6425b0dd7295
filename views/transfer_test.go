package views

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/ui"
	"cooper/ui/uitest"
)

// opener is a screen whose only action opens a dialog.
type opener struct {
	blank
	open func() tea.Cmd
}

func (o *opener) Actions() []ui.Action {
	return []ui.Action{{ID: "test.open", Keys: []string{"o"}, Help: "open", Run: o.open}}
}

func transferStage(dir string, open func(s *stage) tea.Cmd, answers map[string]string) func(*testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t)
		s.Home = dir
		s.wire.answer = func(r *http.Request, body string) (int, string, http.Header) {
			if text, ok := answers[r.Method+" "+r.URL.Path]; ok {
				status, body, h := reply(text)
				if r.Method == http.MethodHead {
					h = http.Header{"Etag": {`"5d41402abc4b2a76b9719d911017c592"`}, "Last-Modified": {"Fri, 02 Jan 2026 03:04:05 GMT"}, "Content-Length": {"5"}}
				}
				return status, body, h
			}
			if r.Method == http.MethodHead && strings.Count(r.URL.Path, "/") > 1 {
				return 404, "", nil
			}
			return asRoot(r, body)
		}
		s.view = &opener{open: func() tea.Cmd { return open(s) }}
		return s
	}
}

func TestAnUploadIsPlannedFromACompletedPath(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "report-2026.pdf"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := transferStage(dir, func(s *stage) tea.Cmd { return openUpload(s.Env, s.Life(), "b", "in/") }, nil)
	on(t, 100, 40, build, func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Type("~/rep")
		p.Press("tab")
		p.Sees("report-2026.pdf")
		p.Press("enter")
		p.Sees("in/report-2026.pdf")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("Upload report-2026.pdf", "no object", "5 bytes", "put-object")
	})
}

func TestAnObjectIsReplacedOnlyWhenAsked(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := transferStage(dir, func(s *stage) tea.Cmd { return openUpload(s.Env, s.Life(), "b", "") }, map[string]string{"HEAD /b/a.txt": ""})
	on(t, 100, 40, build, func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Type("~/a.txt\n")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("Replace the object?", "a.txt is there already: 5 B")
		p.Press("y")
		p.Sleep(2 * time.Second)
		p.Sees("is replaced")
	})
}

func TestADownloadAsksBeforeItReplacesAFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.txt")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := transferStage(dir, func(s *stage) tea.Cmd {
		return openDownload(s.Env, s.Life(), ui.Place{Bucket: "b", Key: "../x.txt"}, false)
	},
		map[string]string{"HEAD /b/../x.txt": "", "GET /b/../x.txt": "hello"})
	on(t, 120, 40, build, func(_ *stage, p *uitest.Program) {
		p.Press("o", "enter")
		p.Sleep(2 * time.Second)
		p.Sees("Replace the file?")
		if got, err := os.ReadFile(file); err != nil || string(got) != "mine" {
			t.Fatalf("the file is %q, %v", got, err)
		}
		p.Press("y")
		p.Sleep(3 * time.Second)
		if got, err := os.ReadFile(file); err != nil || string(got) != "hello" {
			t.Errorf("the file is %q, %v\n%s", got, err, p.Text())
		}
	})
}

func TestPathsAreCompletedToWhatTheyShare(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"alpha-1", "alpha-2", ".hidden"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "beta"), 0o700); err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string][]string{
		"~/a": {"alpha-1", "alpha-2"}, "~/": {"alpha-1", "alpha-2", "beta/"}, "~/.h": {".hidden"}, "~/z": nil,
	} {
		got, err := pathMatches(typed, dir)
		for i := range want {
			want[i] = filepath.Join(dir, want[i]) + strings.Repeat("/", strings.Count(want[i], "/"))
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v, want %v", typed, got, err, want)
		}
	}
	if got := commonBeginning([]string{"/a/alpha-1", "/a/alpha-2"}); got != "/a/alpha-" {
		t.Errorf("got %q", got)
	}
}
