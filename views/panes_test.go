package views

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/ui"
	"cooper/ui/uitest"
)

// paneFolder makes a folder that the left pane shows.
func paneFolder(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll(filepath.Join("reports", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"notes.txt": "hello", "reports/a.pdf": "one", "reports/deep/b.pdf": "two"} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// bareKeys answers HEAD of objects with 404 and lists invoices, or nothing under a prefix.
func bareKeys(s *stage) answer {
	lists := s3Answer(objectAnswers(nil))
	return func(r *http.Request, body string) (int, string, http.Header) {
		if r.URL.Query().Get("list-type") == "2" && r.URL.Query().Get("prefix") != "" {
			return 200, listed(false), nil
		}
		return lists(r, body)
	}
}

func panesStage(place ui.Place, opts ...func(*awsops.Options)) func(*testing.T) *stage {
	return func(t *testing.T) *stage {
		s := newStage(t, opts...)
		s.wire.answer = bareKeys(s)
		s.view = NewTransfer(s.Env, place)
		return s
	}
}

var invoicesPlace = ui.Place{Screen: "transfer", Bucket: "invoices-2026"}

func TestTwoPanesAtEverySize(t *testing.T) {
	build := func(t *testing.T) *stage {
		s := panesStage(invoicesPlace)(t)
		local := s.view.(*transferView).local
		local.dir, local.load = "/home/me", func(context.Context) ([]paneRow, error) {
			return []paneRow{{name: "reports", folder: true}, {name: "notes.txt", size: 5}}, nil
		}
		return s
	}
	goldens(t, "panes", build, func(_ *stage, p *uitest.Program) { p.Sleep(time.Second) })
}

func TestMarkedFilesAreUploadedToTheOtherPane(t *testing.T) {
	paneFolder(t)
	on(t, 120, 40, panesStage(invoicesPlace), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("a", "c")
		p.Sees("Upload to invoices-2026", "2 items", "leave it as it is", "storage class")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("Upload 3 files", "notes.txt", "reports/deep/b.pdf", "11 B")
	})
}

func TestAPrefixIsDownloadedToTheOtherPaneInAReadOnlySession(t *testing.T) {
	paneFolder(t)
	readOnly := func(o *awsops.Options) { o.ReadOnly = true }
	on(t, 120, 40, panesStage(invoicesPlace, readOnly), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("tab", "down", "down", "down")
		p.Press("c")
		p.Sees("Download from invoices-2026", "goes into a folder")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("Download 1 file", "apply")
	})
}

func TestPanesAreWalked(t *testing.T) {
	paneFolder(t)
	on(t, 100, 30, panesStage(invoicesPlace), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("a.pdf", "deep/")
		p.Press("backspace")
		p.Sleep(time.Second)
		p.Sees("notes.txt", "reports/")
		p.Press("o")
		p.Sees("Go to a folder")
		p.Press("esc", "tab", "o")
		p.Sees("Go to a bucket or prefix")
	})
}

func TestAFolderIsUploadedFromObjects(t *testing.T) {
	paneFolder(t)
	build := func(t *testing.T) *stage {
		s := newStage(t)
		s.wire.answer = bareKeys(s)
		s.view = &opener{open: func() tea.Cmd { return openUpload(s.Env, s.Life(), "invoices-2026", "in/") }}
		return s
	}
	on(t, 100, 40, build, func(_ *stage, p *uitest.Program) {
		p.Press("o")
		p.Type("repo")
		p.Press("tab", "enter")
		p.Sleep(time.Second)
		p.Sees("reports/ as s3://invoices-2026/in/reports/")
		p.Press("enter")
		p.Sleep(2 * time.Second)
		p.Sees("Upload 2 files", "in/reports/a.pdf")
	})
}
