package views

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/profiles"
	"cooper/ui"
)

// AccountsScreen is the name of the screen of an sso-session's accounts.
const AccountsScreen = "accounts"

func (v *accountsView) Actions() []ui.Action {
	return append([]ui.Action{
		{ID: "accounts.use", Keys: []string{"enter"}, Help: "sign in as it", Why: v.whyNoRole, Run: v.use},
		{ID: "accounts.login", Keys: []string{"L"}, Help: "log in", Why: v.whyNoLogin, Run: v.login},
		{ID: "accounts.lines", Keys: []string{"i"}, Help: "the lines of a profile", Why: v.whyNoRole, Run: v.show},
		{ID: "accounts.refresh", Keys: []string{"r"}, Help: "list again", Run: v.load},
	}, v.table.withoutMarks()...)
}

func (v *accountsView) whyNoRole() string {
	r, ok := v.selected()
	switch {
	case !ok && loginOver(v.failed):
		return "log in first: L"
	case !ok:
		return "there is no role"
	case r.role == "":
		words, _ := v.list[r.in].state()
		return "the roles of " + v.list[r.in].ID + ": " + words
	}
	return ""
}

func (v *accountsView) whyNoLogin() string {
	if v.way == nil {
		return "the sso-session is not read yet, or can't be used"
	}
	return ""
}

// choice is the selected role.
func (v *accountsView) choice() profiles.SingleSignOn {
	r, _ := v.selected()
	out := *v.entry.SSO
	out.Account, out.Role = v.list[r.in].ID, r.role
	return out
}

// use signs in as the role, for this run. Jobs of the session before go on.
func (v *accountsView) use() tea.Cmd {
	role := v.choice()
	return ui.Do(v.life, "open", func(ctx context.Context) (*awsops.Session, error) { return v.env.Profiles.OpenRole(ctx, role) },
		func(s *awsops.Session, err error) tea.Cmd {
			if err != nil {
				return ui.Fail(err, nil)
			}
			return tea.Sequence(ui.Back(), v.env.inForce(s, ui.Clean(role.Role+" in "+role.Account)))
		})
}

// inForce puts a session in force and goes back to where the person was.
func (e *Env) inForce(s *awsops.Session, who string) tea.Cmd {
	running := e.running()
	e.Profiles.Use(s)
	said := "Signed in as " + who + "."
	if running > 0 {
		said += " " + ui.Plural(int64(running), "job goes", "jobs go") + " on as before."
	}
	return tea.Sequence(ui.Back(), ui.Reopen(), ui.Status(said, ui.Good))
}

// login logs in by device code and lists again.
func (v *accountsView) login() tea.Cmd {
	d := newDeviceLogin(v.env, v.way, v.entry, "", func() {})
	d.then = v.load
	return ui.Push(d)
}

// lines are what would make a profile of a role, to be copied into the config file by the person.
func (v *accountsView) lines() []string {
	c := v.choice()
	return []string{"[profile " + ProfileNameOf(c) + "]", "sso_session = " + c.Session, "sso_account_id = " + c.Account, "sso_role_name = " + c.Role}
}

// ProfileNameOf is what a role is called that has no profile: as aws configure sso proposes it.
func ProfileNameOf(s profiles.SingleSignOn) string { return s.Role + "-" + s.Account }

func (v *accountsView) show() tea.Cmd {
	return ui.Push(ui.NewText("A profile of this role", "With these lines in ~/.aws/config it is a profile. Nothing is written there.\n\n"+
		ui.CleanLines(strings.Join(v.lines(), "\n"))))
}

// Side shows the lines beside the list.
func (v *accountsView) Side(w, h int) string {
	if v.whyNoRole() != "" {
		return ""
	}
	t := v.env.Theme
	var out []string
	for _, l := range ui.Wrap("With these lines in ~/.aws/config it is a profile. Nothing is written there.", w) {
		out = append(out, t.Paint(ui.RoleMuted, l))
	}
	out = append(out, "")
	for _, l := range v.lines() {
		out = append(out, ui.HardWrap(ui.Clean(l), w)...)
	}
	return strings.Join(out[:min(len(out), h)], "\n")
}

// Copies offers the lines and their parts.
func (v *accountsView) Copies() []ui.CopyItem {
	if v.whyNoRole() != "" {
		return nil
	}
	c := v.choice()
	return []ui.CopyItem{{Label: "lines of a profile", Value: strings.Join(v.lines(), "\n") + "\n"},
		{Label: "account", Value: c.Account}, {Label: "role", Value: c.Role}}
}
