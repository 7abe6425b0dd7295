package views

import (
	"context"
	"os"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/policy"
	"cooper/ui"
)

// policyEdited comes when the editor has ended.
type policyEdited struct {
	view *policyView
	path string
	base string // of the policy that was edited
	err  error
}

// edit gives the policy, or what was written and not saved, to the person's editor.
func (v *policyView) edit() tea.Cmd {
	text := v.draft
	if text == "" {
		text = string(policy.Pretty([]byte(v.text.Value)))
	}
	if v.text.State == awsops.Absent && v.draft == "" {
		text = policy.Empty
	}
	f, err := os.CreateTemp("", "cooper-policy-*.json") // mode 0600
	if err != nil {
		return ui.Fail(err, nil)
	}
	if _, err = f.WriteString(text); err == nil {
		err = f.Close()
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return ui.Fail(err, nil)
	}
	done := policyEdited{view: v, path: f.Name(), base: v.base()}
	return tea.ExecProcess(editor(v.env.Environ, f.Name()), func(err error) tea.Msg {
		done.err = err
		return done
	})
}

// editor is the command that $VISUAL or $EDITOR names, with its own arguments; vi where neither is set.
func editor(environ func(string) string, path string) *exec.Cmd {
	name := environ("VISUAL")
	if name == "" {
		name = environ("EDITOR")
	}
	if name == "" {
		name = "vi"
	}
	return exec.Command("sh", "-c", name+` "$1"`, "sh", path) //nolint:gosec,noctx // the person's own editor, which ends when they end it
}

// edited reads what the editor left. A text with mistakes is not lost: it is edited again.
func (v *policyView) edited(m policyEdited) tea.Cmd {
	if m.view != v {
		return nil
	}
	raw, err := os.ReadFile(m.path)
	_ = os.Remove(m.path)
	switch {
	case m.err != nil:
		return ui.Fail(m.err, nil)
	case err != nil:
		return ui.Fail(err, nil)
	}
	text := string(raw)
	if policy.Same(raw, []byte(v.text.Value)) || v.text.State == awsops.Absent && policy.Same(raw, []byte(policy.Empty)) {
		v.draft = ""
		return ui.Status("Nothing was changed.", ui.Info)
	}
	v.draft = text
	var wrong []string
	for _, p := range policy.Lint(raw, v.arn) {
		if p.Serious {
			wrong = append(wrong, p.String())
		}
	}
	if len(wrong) > 0 {
		return ui.Raise(ui.NewConfirm(ui.ConfirmOptions{Title: "The policy has mistakes", Text: strings.Join(wrong, "\n"), Yes: "edit it again", No: "later",
			OK: v.edit}))
	}
	spec := bucketpolicy.PutSpec{Bucket: v.bucket, Policy: text, Base: m.base}
	return v.propose(func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return bucketpolicy.PlanPut(ctx, r, spec)
	})
}

// Dirty says that a text was written and not saved.
func (v *policyView) Dirty() string {
	if v.draft != "" {
		return "The edited policy is not saved."
	}
	return ""
}
