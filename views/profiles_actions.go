package views

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/profiles"
	"cooper/ui"
)

func (v *profilesView) Actions() []ui.Action {
	return append([]ui.Action{
		{ID: "profiles.use", Keys: []string{"enter"}, Help: "switch to it", Why: v.whyNoUse, Run: v.use},
		{ID: "profiles.login", Keys: []string{"L"}, Help: "log in", Why: v.whyNoLogin, Run: v.login},
		{ID: "profiles.details", Keys: []string{"i"}, Help: "details", Why: v.whyNone, Run: v.details},
		{ID: "profiles.check", Keys: []string{"c"}, Help: "check what its server can do", Why: v.whyNoCheck, Run: v.check},
		{ID: "profiles.forget", Keys: []string{"d"}, Help: "forget a role without a profile", Why: v.whyNoForget, Quiet: true, Run: v.forget},
		{ID: "profiles.refresh", Keys: []string{"r"}, Help: "read again", Run: v.load},
	}, v.table.withoutMarks()...)
}

func (v *profilesView) whyNone() string {
	if _, ok := v.selected(); !ok {
		return "there is no profile"
	}
	return ""
}

func (v *profilesView) whyBroken() string {
	e, ok := v.selected()
	switch {
	case !ok:
		return "there is no profile"
	case e.Kind == profiles.Broken:
		return e.Troubles[0].String()
	}
	return ""
}

func (v *profilesView) whyNoForget() string {
	switch e, ok := v.selected(); {
	case !ok:
		return "there is no profile"
	case !e.Kept:
		return "cooper never changes the AWS files; only a role without a profile is its own to forget"
	case e.Present:
		return "this role is in use"
	}
	return ""
}

func (v *profilesView) forget() tea.Cmd {
	e, _ := v.selected()
	return ui.Do(v.life, "forget", func(context.Context) (struct{}, error) { return struct{}{}, v.env.Profiles.Forget(*e.SSO) },
		func(_ struct{}, err error) tea.Cmd {
			if err != nil {
				return ui.Fail(err, nil)
			}
			return tea.Batch(v.load(), ui.Status("Forgot "+ui.Clean(e.title())+". Its login stays.", ui.Info))
		})
}

func (v *profilesView) whyNoUse() string {
	if e, ok := v.selected(); ok && e.Present {
		return "this profile is in use"
	}
	return v.whyBroken()
}

func (v *profilesView) whyNoLogin() string {
	e, ok := v.selected()
	if ok && e.Kind != profiles.Broken && e.SSO == nil {
		return "only IAM Identity Center is logged in to here; i says where these credentials come from"
	}
	return v.whyBroken()
}

// whyNoCheck: what AWS can do is known.
func (v *profilesView) whyNoCheck() string {
	if e, ok := v.selected(); ok && e.Kind == profiles.Portal {
		return "choose a role first: enter"
	} else if ok && e.Kind != profiles.Broken && e.Endpoint == "" {
		return "AWS has every feature; servers that a profile names an endpoint for can be checked"
	}
	return v.whyBroken()
}

// use opens a session with the profile and puts it in force; of an sso-session the roles are shown first. Jobs of the
// session before go on.
func (v *profilesView) use() tea.Cmd {
	e, _ := v.selected()
	if e.Kind == profiles.Portal {
		return ui.Open(ui.Place{Screen: AccountsScreen, Key: e.SSO.Session})
	}
	return v.opened(e, func(s *awsops.Session) tea.Cmd {
		return v.env.inForce(s, e.title())
	})
}

// opened opens a session with a profile off the loop.
func (v *profilesView) opened(e ProfileEntry, then func(*awsops.Session) tea.Cmd) tea.Cmd {
	return ui.Do(v.life, "open", func(ctx context.Context) (*awsops.Session, error) {
		if e.Kind == profiles.Portal {
			return v.env.Profiles.OpenRole(ctx, *e.SSO)
		}
		return v.env.Profiles.Open(ctx, e.Name)
	}, func(s *awsops.Session, err error) tea.Cmd {
		if err != nil {
			return ui.Fail(err, nil)
		}
		return then(s)
	})
}

// login logs in to IAM Identity Center, whether the profile is in use or not.
func (v *profilesView) login() tea.Cmd {
	e, _ := v.selected()
	return v.opened(e, func(s *awsops.Session) tea.Cmd {
		return ui.Push(newDeviceLogin(v.env, s, e, "", func() {}))
	})
}

// check asks the server of a profile what it has, without changing anything.
func (v *profilesView) check() tea.Cmd {
	e, _ := v.selected()
	return ui.While("Asking "+ui.Clean(e.Endpoint)+"…", v.opened(e, func(s *awsops.Session) tea.Cmd {
		return ui.Do(v.life, "check", func(ctx context.Context) (string, error) { return checkServer(ctx, s) },
			func(text string, err error) tea.Cmd {
				if err != nil {
					return ui.Fail(err, nil)
				}
				return tea.Batch(ui.Status("", ui.Info), ui.Push(ui.NewText("What "+ui.Clean(e.title())+" can do", text)))
			})
	}))
}

func (v *profilesView) details() tea.Cmd {
	e, _ := v.selected()
	var text strings.Builder
	for _, f := range v.facts(e) {
		text.WriteString(f.Label + ": " + f.Value + "\n")
	}
	return ui.Push(ui.NewText(ui.Clean(e.title()), text.String()))
}

// facts are all that the files say about a profile; values are clean.
func (v *profilesView) facts(e ProfileEntry) []ui.Fact {
	var out []ui.Fact
	add := func(label, value string) {
		if value != "" {
			out = append(out, ui.Fact{Label: label, Value: ui.Clean(value)})
		}
	}
	for _, tr := range e.Troubles {
		add("fault", tr.String())
	}
	add("kind", string(e.Kind))
	for i, hop := range e.Chain {
		add(fmt.Sprintf("role %d", i+1), hop.RoleARN)
		add("external id", hop.ExternalID)
		add("code from", hop.MFASerial)
	}
	if len(e.Chain) > 0 {
		add("credentials", strings.TrimSpace(string(e.Source)+" "+fromProfile(e)))
	}
	v.originFacts(e, add)
	add("account", v.account(e))
	add("region", e.Region)
	add("endpoint", e.Endpoint)
	if e.Endpoint != "" {
		add("dialect", e.Dialect)
	}
	add("FIPS", yes(e.FIPS))
	add("dual-stack", yes(e.DualStack))
	add("read-only", yes(e.ReadOnly))
	if e.At.File != "" {
		add("from", fmt.Sprintf("%s:%d", e.At.File, e.At.Line))
	}
	return out
}

// originFacts tell where the credentials begin.
func (v *profilesView) originFacts(e ProfileEntry, add func(label, value string)) {
	if e.KeyTail != "" {
		add("access key", "…"+e.KeyTail)
	}
	if e.SSO != nil {
		add("start URL", e.SSO.StartURL)
		add("session", e.SSO.Session)
		if e.SSO.Role != "" {
			add("signs in as", e.SSO.Role+" in "+e.SSO.Account)
		}
		add("login", v.loginWords(e))
	}
	add("runs", e.Process)
	add("token file", e.TokenFile)
	add("login session", e.LoginARN)
}

func yes(on bool) string {
	if on {
		return "yes"
	}
	return ""
}

func fromProfile(e ProfileEntry) string {
	if e.Base == "" {
		return ""
	}
	return "of " + e.Base
}

// loginWords says how the login of IAM Identity Center stands.
func (v *profilesView) loginWords(e ProfileEntry) string {
	until, ok := v.logins[e.SSO.Key()]
	switch {
	case !ok:
		return "not logged in: L does"
	case until.Before(v.env.Now()):
		return "ended " + ui.Time(until) + ", renewed on use or with L"
	}
	return "until " + ui.Time(until)
}
