package views

import (
	"context"
	"errors"
	"os"
	"os/exec"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/bucketpolicy"
	"cooper/awsops/policy"
	"cooper/ui"
	"cooper/ui/edit"
)

// policyDraft is a text that was written and is not on the server.
type policyDraft struct {
	text string // "" for none
	base string // of the policy that it was made from
}

// text is what there is to edit: the draft, or the policy as it is.
func (v *policyView) editable() string {
	switch {
	case v.draft.text != "":
		return v.draft.text
	case v.text.State == awsops.Absent:
		return policy.Empty
	}
	return string(policy.Pretty([]byte(v.text.Value)))
}

// edit opens the policy, or what was written and not saved, in the built-in editor or in the person's own.
func (v *policyView) edit(open func(text string) tea.Cmd) tea.Cmd {
	if v.draft.text == "" {
		v.draft.base = v.base()
		return open(v.editable())
	}
	if v.draft.base == v.base() {
		return open(v.draft.text)
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: "The policy changed since the draft was begun", Items: []ui.Choice{
		{Title: "go on with the draft", Detail: "its plan replaces the policy that is there now: look at the difference"},
		{Title: "drop the draft", Detail: "and edit the policy as it is now"},
	}, OK: func(i int) tea.Cmd {
		if i == 1 {
			v.draft.text = ""
		}
		v.draft.base = v.base()
		return open(v.editable())
	}}))
}

// builtIn opens the editor that looks for mistakes while the text is typed.
func (v *policyView) builtIn(text string) tea.Cmd {
	return ui.Push(edit.New(edit.Options{Theme: v.env.Theme, Title: "Policy of " + ui.Clean(v.bucket), Value: text, Submit: "show the plan",
		Check: func(s string) []edit.Problem { return policyProblems(s, v.arn) },
		Left: func(s string) {
			v.draft.text = s
			v.build()
		},
		Outside: v.outside,
		OK:      func(s string) (tea.Cmd, string) { return v.submit(s), "" }}))
}

// policyProblems are what lint finds, as the editor shows it.
func policyProblems(text string, bucket policy.ARN) []edit.Problem {
	var out []edit.Problem
	for _, p := range policy.Lint([]byte(text), bucket) {
		out = append(out, edit.Problem{Line: p.Line, Column: p.Column, Text: p.Text, Mild: !p.Serious})
	}
	return out
}

// submit plans the text. It stays a draft until the server has it.
func (v *policyView) submit(text string) tea.Cmd {
	if policy.Same([]byte(text), []byte(v.text.Value)) || v.text.State == awsops.Absent && policy.Same([]byte(text), []byte(policy.Empty)) {
		v.draft.text = ""
		v.build()
		return ui.Status("Nothing was changed.", ui.Info)
	}
	v.draft.text = text
	v.build()
	spec := bucketpolicy.PutSpec{Bucket: v.bucket, Policy: text, Base: v.draft.base}
	return v.propose(func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
		return bucketpolicy.PlanPut(ctx, r, spec)
	})
}

// policyEdited comes when the person's editor has ended.
type policyEdited struct {
	view *policyView
	path string
	was  string // what it was given
	err  error
}

// outside gives a text to the person's editor.
func (v *policyView) outside(text string) tea.Cmd {
	f, err := os.CreateTemp("", "cooper-policy-*.json") // mode 0600
	if err != nil {
		return ui.Fail(err, nil)
	}
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return ui.Fail(err, nil)
	}
	done := policyEdited{view: v, path: f.Name(), was: text}
	return tea.ExecProcess(EditorCommand(v.env.Environ, f.Name()), func(err error) tea.Msg {
		done.err = err
		return done
	})
}

// edited reads what the person's editor left. A text with mistakes is shown where they are; none is lost.
func (v *policyView) edited(m policyEdited) tea.Cmd {
	if m.view != v {
		return nil
	}
	raw, err := os.ReadFile(m.path)
	_ = os.Remove(m.path)
	if err == nil {
		err = m.err
	}
	if err != nil { // the text from before is not lost with the editor
		if m.was != v.editable() {
			v.draft.text = m.was
			v.build()
		}
		if code, ok := errors.AsType[*exec.ExitError](err); ok && code.ExitCode() == 127 { // what a shell answers for an unknown command
			return ui.Status("The editor was not found. $VISUAL or $EDITOR names one; e edits here.", ui.Bad)
		}
		return ui.Fail(err, nil)
	}
	text := string(raw)
	for _, p := range policy.Lint(raw, v.arn) {
		if p.Serious {
			v.draft.text = text
			v.build()
			return tea.Batch(ui.Status("The text has mistakes: they are shown where they are.", ui.Warn), v.builtIn(string(policy.Pretty(raw))))
		}
	}
	return v.submit(text)
}

// drop forgets the draft.
func (v *policyView) drop() tea.Cmd {
	v.draft.text = ""
	v.build()
	return ui.Status("The draft is dropped.", ui.Info)
}

func (v *policyView) whyNotDrop() string {
	if v.draft.text == "" {
		return "there is no draft"
	}
	return ""
}

// Dirty says that a text was written and not saved.
func (v *policyView) Dirty() string {
	if v.draft.text != "" {
		return "The edited policy is not saved."
	}
	return ""
}
