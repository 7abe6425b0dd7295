package views

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cooper/ui/uitest"
)

func TestThePolicysEditorAtEverySize(t *testing.T) {
	goldens(t, "policy-editor", policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("e", "ctrl+g")
		p.Sleep(time.Second)
	})
}

func TestThePolicyIsCheckedWhileItIsTypedAndThenPlanned(t *testing.T) {
	on(t, 120, 40, policyStage(demoPolicy, nil), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("e")
		p.Sees("Policy of scratch", "mean aws:SecureTransport?")
		p.Press("down", "down", "down", "down", "down", "end")
		p.Sees(`"Sid": "PartnerRead"`)
		p.Press("backspace")
		p.Sees("line 7, column 7: a comma or } is missing before this")
		p.Press("ctrl+o")
		p.Sees("Policy of scratch") // it stays open while the text is wrong
		p.Press("backspace")
		p.Type(`X",`)
		p.Press("ctrl+o")
		p.Sleep(2 * time.Second)
		p.Sees("Change the policy of scratch", `-      "Sid": "PartnerRead"`, `+      "Sid": "PartnerReadX"`)
		p.Press("esc")
		p.Sleep(time.Second)
		p.Sees("There is a draft")
		if d := s.view.(*policyView); d.Dirty() == "" {
			t.Error("what was typed is lost with the plan")
		}
		p.Press("e")
		p.Sees("PartnerReadX")
		p.Press("esc", "U")
		p.SeesNot("There is a draft")
	})
}

func TestLeavingTheEditorKeepsADraftThatSomebodyElsesChangeDoesNotSwallow(t *testing.T) {
	on(t, 120, 40, policyStage(demoPolicy, nil), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("e")
		p.Type(" ")
		p.Press("esc")
		p.Sees("There is a draft")
		other := strings.Replace(demoPolicy, "theirs", "others", 1)
		s.wire.answer = s3Answer(map[string]string{"/scratch?policy": other, "PUT /scratch?policy": "204 x"})
		p.Press("r")
		p.Sleep(time.Second)
		p.Press("e")
		p.Sees("The policy changed since the draft was begun", "drop the draft")
		p.Press("esc")
		v := s.view.(*policyView)
		if v.draft.text == "" || v.draft.base == v.base() {
			t.Errorf("%+v", v.draft)
		}
		p.Press("e", "down", "enter")
		p.Sees(`"Id": "others"`)
	})
}

func TestTheTextOfAnotherEditorIsPlannedAndItsMistakesAreShownInPlace(t *testing.T) {
	on(t, 120, 40, policyStage(demoPolicy, nil), func(s *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		v := s.view.(*policyView)
		left := func(text string, err error) policyEdited {
			v.draft.base = v.base()
			path := filepath.Join(t.TempDir(), "policy.json")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return policyEdited{view: v, path: path, was: demoPolicy, err: err}
		}
		p.Post(left(strings.Replace(demoPolicy, "s3:ListBucket", "s3:ListBuckt", 1), nil))
		p.Sleep(time.Second)
		p.Sees("Policy of scratch", `line 13, column 9: "s3:ListBuckt" is no action`, "1 mistake")
		p.Press("esc")
		if v.Dirty() == "" {
			t.Error("the draft is lost")
		}
		p.Post(left(strings.Replace(demoPolicy, "out/*", "in/*", 1), nil))
		p.Sleep(2 * time.Second)
		p.Sees("Change the policy of scratch", "scratch/in/*")
		p.Press("esc")
		p.Post(left(demoPolicy, nil))
		p.Sleep(time.Second)
		if v.Dirty() != "" {
			t.Error("an unchanged text is taken for a draft")
		}
		gone := exec.Command("sh", "-c", "exit 127").Run() //nolint:noctx // it ends by itself
		p.Post(left(demoPolicy, gone))
		p.Sleep(time.Second)
		p.Sees("The editor was not found", "$EDITOR")
		p.Post(left("", os.ErrPermission))
		p.Sleep(time.Second)
		p.Sees("permission denied")
		if v.draft.text != demoPolicy {
			t.Errorf("the text that the editor was given is lost: %q", v.draft.text)
		}
	})
}

func TestAnUnchangedPolicyIsNotPlanned(t *testing.T) {
	on(t, 120, 40, policyStage(demoPolicy, nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("e", "ctrl+o")
		p.Sleep(time.Second)
		p.Sees("Nothing was changed.")
	})
}

func TestTheBlocksAreChangedFromThePolicyTabAndTheAccountsWarnsOfEveryBucket(t *testing.T) {
	on(t, 120, 40, policyStage("404 NoSuchBucketPolicy", nil), func(_ *stage, p *uitest.Program) {
		p.Sleep(time.Second)
		p.Press("b")
		p.Sees("Public access block of scratch", "RestrictPublicBuckets")
		p.Press("esc", "B")
		p.Sees("Public access block of the whole account", "every bucket of the account")
	})
}
