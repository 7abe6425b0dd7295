package views

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cooper/awsops/cors"
	"cooper/ui"
	"cooper/ui/uitest"
)

func TestTheCORSRulesAreShownAsJSONAndXMLWithColours(t *testing.T) {
	goldens(t, "cors-text", corsStage(brokenCORS), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("v")
		p.Sees(`"CORSRules": [`)
		p.Press("x")
		p.Sees("<CORSRule>")
		p.Press("x")
		p.SeesNot("<CORSRule>")
		p.Press("v")
	})
	theme := ui.NewTheme(ui.ThemeOptions{})
	for _, c := range []struct{ line, name, text string }{
		{paintXML(theme, "  <ID>app</ID>"), "<ID>", "app"}, {paintJSON(theme, `  "ID": "app"`), `"ID"`, `"app"`},
	} {
		if !strings.Contains(c.line, theme.Paint(ui.RoleKeyword, c.name)) || !strings.Contains(c.line, theme.Paint(ui.RoleString, c.text)) {
			t.Errorf("%q", c.line)
		}
	}
}

func TestCORSRulesAreWrittenToAFileOfTheirOwnAndNeverOverAnother(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there.json")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	on(t, 120, 40, corsStage(brokenCORS), func(s *stage, p *uitest.Program) {
		s.Home = dir
		p.Sleep(time.Second)
		p.Press("w")
		p.Sees("cors-scratch.json", "is not replaced")
		p.Press("ctrl+u")
		p.Type(there)
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("There is such a file already", "there.json")
		p.Press("ctrl+u")
		p.Type(filepath.Join(dir, "new.json"))
		p.Press("enter")
		p.Sleep(time.Second)
		p.Sees("2 rules written to")
	})
	if raw, _ := os.ReadFile(there); string(raw) != "mine" {
		t.Errorf("the file that was there holds %q", raw)
	}
	info, err := os.Stat(filepath.Join(dir, "new.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "new.json"))
	rules, wrong := cors.Parse(string(raw))
	if err != nil || wrong != nil || len(rules) != 2 || rules[1].ID != "every\u202eone" {
		t.Errorf("%v %v %v", err, wrong, rules)
	}
}

func TestCORSRulesOfAFileArePlannedWithTheDifference(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.json", `{"CORSRules":[{"AllowedOrigins":["https://app.example.com"],"AllowedMethods":["GET"]}]}`)
	bad := file("bad.json", "{\"CORSRules\":[\n{\"AllowedOrigns\":[]}]}")
	huge := file("huge.json", strings.Repeat(" ", importLimit+1))
	on(t, 120, 40, corsStage(brokenCORS), func(s *stage, p *uitest.Program) {
		take := func(path string) {
			p.Press("o")
			p.Type(path)
			p.Press("enter")
			p.Sleep(2 * time.Second)
		}
		p.Sleep(time.Second)
		take(filepath.Join(dir, "none.json"))
		p.Sees("no such file", "Take the CORS rules from a file", "none.json")
		p.Press("esc")
		take(huge)
		p.Sees("larger than any CORS configuration can be")
		p.Press("esc")
		take(dir)
		p.Sees("that is a folder")
		p.Press("esc")
		take(bad)
		p.Sees("line 2", "AllowedOrigns", "next problem")
		p.Press("esc")
		take(good)
		p.Sees("Change the CORS rules of scratch", "https://app.example.com", "put-bucket-cors", "is checked by: curl")
		p.Press("esc")
		if v := s.view.(*corsView); len(v.draft) != 1 || len(v.saved.Value) != 2 {
			t.Errorf("%v", v.draft)
		}
	})
}

func TestAHostileBucketNameIsNoPath(t *testing.T) {
	v := &corsView{env: &Env{Home: "/home/a"}, bucket: "../../etc/x\x1b"}
	if got := v.exportName(); got != "/home/a/cors-.._.._etc_x_.json" {
		t.Errorf("%q", got)
	}
}

func TestTextLeftInTheCORSEditorIsThereAgain(t *testing.T) {
	on(t, 120, 40, corsStage(noCORS), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("i")
		p.Type("unfinished")
		p.Press("esc", "i")
		p.Sees("unfinished")
	})
}
