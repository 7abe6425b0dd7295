package views

import (
	tea "charm.land/bubbletea/v2"

	"cooper/ui"
)

// Presigner makes presigned URLs and keeps those of this run.
type Presigner interface {
	// Ask opens the dialog for an object, a version, a prefix or a bucket; life is that of the screen below.
	Ask(env *Env, life *ui.Life, place ui.Place) tea.Cmd
	// Why says why nothing can be signed, "" when it can.
	Why(env *Env) string
	// Screen is the screen of what was made.
	Screen(env *Env, place ui.Place) ui.View
}

// presign is the action that makes a presigned URL of what stands under the cursor. why says that there is nothing.
func (e *Env) presign(life *ui.Life, why func() string, place func() ui.Place) ui.Action {
	return ui.Action{ID: "presign.make", Keys: []string{"p"}, Help: "presigned URL", Why: func() string {
		if e.Presigner == nil {
			return "there is nothing here that makes one"
		}
		if why != nil {
			if text := why(); text != "" {
				return text
			}
		}
		return e.Presigner.Why(e)
	}, Run: func() tea.Cmd { return e.Presigner.Ask(e, life, place()) }}
}

// ExpandHome puts the home folder in the place of ~/.
func ExpandHome(path, home string) string { return expandHome(path, home) }
