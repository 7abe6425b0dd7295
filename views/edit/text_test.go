package edit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cooper/awsops/objectedit"
	"cooper/awsops/objects"
	"cooper/ui/uitest"
)

// left plays that the person's editor has ended and left written in the draft.
func left(t *testing.T, s *stage, p *uitest.Program, written string, failed error) string {
	t.Helper()
	path, err := objectedit.NewDraft("a/player.json", []byte(written))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { objectedit.ForgetDraft(path) })
	d := draft{Text: objectedit.Text{Head: objects.Head{ETag: `"e1"`}, Body: []byte(text)}, path: path}
	spec := objectedit.TextSpec{Bucket: "films", Key: "a/player.json", ETag: `"e1"`, File: path}
	p.Post(edited(s.Env, s.View.(*chooser).life, d, spec, failed)())
	p.Sleep(2 * time.Second)
	return path
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestATextIsGivenToTheEditorInAFolderOfItsOwn(t *testing.T) {
	path, err := objectedit.NewDraft("a/../\x1b[31m evil'; rm -rf ~.sh", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer objectedit.ForgetDraft(path)
	file, ferr := os.Stat(path)
	folder, derr := os.Stat(filepath.Dir(path))
	if ferr != nil || derr != nil || file.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700 {
		t.Fatalf("%v %v %v %v", file, ferr, folder, derr)
	}
	if name := filepath.Base(path); !strings.HasSuffix(name, ".sh") || strings.ContainsAny(name, "/\x1b") || name[0] == '.' {
		t.Errorf("it is called %q", name)
	}
}

func TestAWrittenTextIsShownWithItsDifferenceAndStored(t *testing.T) {
	on(t, 120, 60, offering(one, nil), func(s *stage, p *uitest.Program) {
		path := left(t, s, p, "{\"autoplay\":true}\n", nil)
		p.Sees("Plan: Edit the text of a/player.json", `-{"autoplay":false}`, `+{"autoplay":true}`, "until it is stored")
		p.Press("esc")
		if !there(path) {
			t.Fatal("what was written is gone")
		}
		p.Press("e", "down", "enter")
		p.Sees("A text that was written and not stored", "go on with it", "begin with the object")
		p.Press("esc")
		if !there(path) {
			t.Error("what was written is gone")
		}
		left(t, s, p, "{\"autoplay\":true}\n", nil)
		p.Press("enter")
		p.Sleep(20 * time.Second)
		if got := s.Wire.Changes(); len(got) != 1 || !strings.Contains(got[0], `{"autoplay":true}`) {
			t.Errorf("sent: %q", got)
		}
	})
}

func TestATextThatWasNotTouchedIsForgotten(t *testing.T) {
	on(t, 120, 40, offering(one, nil), func(s *stage, p *uitest.Program) {
		path := left(t, s, p, text, nil)
		p.Sees("Nothing was changed.")
		if there(path) || s.Env.Draft("films", "a/player.json") != "" {
			t.Error("the draft is kept")
		}
	})
}

func TestAnEditorThatFailsLosesNothing(t *testing.T) {
	on(t, 160, 40, offering(one, nil), func(s *stage, p *uitest.Program) {
		path := left(t, s, p, "half a", errors.New("exit status 1"))
		p.Sees("exit status 1", "What you wrote is kept in "+path)
		if !there(path) {
			t.Error("what was written is gone")
		}
	})
}

func TestATextWhoseObjectChangedSaysWhereItIs(t *testing.T) {
	replaced := usual(nil)
	a := replaced["HEAD "+object]
	a.Header = map[string]string{"ETag": `"e2"`, "Content-Type": "application/json"}
	on(t, 160, 40, offering(one, map[string]reply{"HEAD " + object: a}), func(s *stage, p *uitest.Program) {
		path := left(t, s, p, "mine\n", nil)
		p.Sees("the object changed since it was seen")
		p.Press("!")
		p.Sees(path)
		if !there(path) {
			t.Error("what was written is gone")
		}
	})
}

func TestWhatIsNoTextSaysWhy(t *testing.T) {
	bytes := reply{Body: "a\x00b", Header: map[string]string{"ETag": `"e1"`}}
	on(t, 160, 40, offering(one, map[string]reply{"HEAD " + object: bytes, "GET " + object: bytes}), func(_ *stage, p *uitest.Program) {
		p.Press("e", "down", "enter")
		p.Sleep(time.Second)
		p.Sees("it isn't UTF-8 text: an editor would change bytes that nobody touched")
	})
}
