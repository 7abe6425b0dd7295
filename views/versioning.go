package views

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/versioning"
	"cooper/ui"
)

// versioningChange is one change of a bucket's versioning that can be planned.
type versioningChange struct {
	title, detail string
	why           func(versioning.State) string
	plan          func(context.Context, *awsops.Reader, versioning.Params) (*awsops.Plan, error)
}

var versioningChanges = []versioningChange{
	{"enable versioning", "every PUT makes a version, a DELETE adds a marker", func(s versioning.State) string {
		if s.On() {
			return "versioning is enabled already"
		}
		return ""
	}, versioning.PlanEnable},
	{"suspend versioning", "PUT and DELETE then destroy null versions; others stay", func(s versioning.State) string {
		switch {
		case s.Never():
			return "versioning was never enabled"
		case !s.On():
			return "versioning is suspended already"
		}
		return ""
	}, versioning.PlanSuspend},
}

var mfaChanges = []versioningChange{
	{"enable MFA delete", "deleting a version for good then takes root and a code", func(s versioning.State) string {
		if s.NeedsCode() {
			return "MFA delete is on already"
		}
		return ""
	}, versioning.PlanMFAEnable},
	{"disable MFA delete", "takes root and a code, once", func(s versioning.State) string {
		if !s.NeedsCode() {
			return "MFA delete is not on"
		}
		return ""
	}, versioning.PlanMFADisable},
}

func (v *versionsView) changeVersioning() tea.Cmd {
	return chooseVersioning(v.env, v.life, v.bucket, "Versioning of "+v.bucket, v.state, versioningChanges)
}

func (v *versionsView) changeMFA() tea.Cmd {
	return chooseVersioning(v.env, v.life, v.bucket, "MFA delete of "+v.bucket, v.state, mfaChanges)
}

// chooseVersioning offers changes of versioning; those that make no sense in the present state say why.
func chooseVersioning(env *Env, life *ui.Life, bucket, title string, state awsops.Reading[versioning.State], changes []versioningChange) tea.Cmd {
	items := make([]ui.Choice, len(changes))
	at := 0
	for i, c := range changes {
		items[i] = ui.Choice{Title: c.title, Detail: c.detail}
		if s, ok := state.Get(); ok {
			items[i].Why = c.why(s)
		}
	}
	for i := len(items) - 1; i >= 0; i-- {
		if items[i].Why == "" {
			at = i
		}
	}
	return ui.Push(ui.NewChoose(ui.ChooseOptions{Title: ui.Clean(title), Items: items, At: at, OK: func(i int) tea.Cmd {
		return env.Propose(life, func(ctx context.Context, r *awsops.Reader) (*awsops.Plan, error) {
			return changes[i].plan(ctx, r, versioning.Params{Bucket: bucket})
		})
	}}))
}
