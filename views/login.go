package views

import (
	"context"
	"errors"
	"sync"

	"cooper/awsops"
	"cooper/awsops/profiles"
	"cooper/awsops/sso"
	"cooper/ui"
)

// LoginProvider has the person log in again in a dialog. It is made before the session, which needs it, and bound to
// the environment afterwards.
type LoginProvider struct {
	mu  sync.Mutex
	env *Env
}

// Bind sets the environment in which logins are asked for.
func (p *LoginProvider) Bind(env *Env) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.env = env
}

// Login opens the dialog and waits for its end or for ctx. A job whose login is put off is paused and asks again when it
// goes on. Errors: ui.ErrNobody without a program, ui.ErrDismissed when the person left the dialog.
func (p *LoginProvider) Login(ctx context.Context, l awsops.Lapse) error {
	p.mu.Lock()
	env := p.env
	p.mu.Unlock()
	if env == nil {
		return ui.ErrNobody
	}
	job, _ := awsops.JobOf(ctx)
	for {
		err := env.login(ctx, l)
		if !errors.Is(err, ui.ErrDismissed) || job == nil {
			return err
		}
		job.Pause()
		if err := job.WaitResumed(ctx); err != nil {
			return err
		}
	}
}

func (e *Env) login(ctx context.Context, l awsops.Lapse) error {
	entry := ProfileEntry{}
	if e.Profiles != nil {
		entry, _ = e.Profiles.List().find(l.Profile)
	}
	entry.Name = first(entry.Name, l.Profile)
	_, err := ui.Ask(ctx, e.Asker, func(reply func(struct{})) ui.Dialog {
		done := func() { reply(struct{}{}) }
		if entry.SSO != nil {
			return newDeviceLogin(e, e.Session, entry, why(l), done)
		}
		return newAgain(entry, why(l), done)
	})
	return err
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// why says what showed that a login is wanted, or why the last one did not do.
func why(l awsops.Lapse) string {
	if l.Last == nil {
		return ""
	}
	e := *l.Last
	e.Hint = "" // it says to log in, which is what this is
	return shortError(&e)
}

// LoginTarget is where a profile logs in with IAM Identity Center.
func LoginTarget(s *profiles.SingleSignOn) sso.Target {
	return sso.Target{Key: s.Key(), Refresh: s.Session != "", StartURL: s.StartURL, Region: s.Region, Scopes: s.Scopes}
}

// HowToRenew says what a person does to renew credentials that cooper itself can't, and then does: "press enter".
func HowToRenew(e ProfileEntry, then string) string {
	name := "default"
	if e.Name != "" {
		name = e.Name
	}
	switch e.source() {
	case profiles.SSO:
		return "Log in with IAM Identity Center, then " + then + ":\n\n" + ui.Clean(ssoLogin(e))
	case profiles.Login:
		return "Run this in another terminal, then " + then + ":\n\naws login --profile " + ui.Clean(name)
	case profiles.Process:
		return "The command of this profile gives credentials that are over, or none. Renew its login, then " + then + ":\n\n" + ui.Clean(e.Process)
	case profiles.Temporary, profiles.Static:
		return "The keys of this profile are no longer accepted. Put fresh ones into the credentials file, then " + then + "."
	case profiles.WebIdentity:
		return "The token of this web identity is over. Whoever writes the file has to renew it; then " + then + ":\n\n" + ui.Clean(e.TokenFile)
	case profiles.Environment:
		return "The keys in the environment are over and can't be renewed in a running program. Choose a profile with :profiles, or start again with fresh keys."
	}
	return "The credentials are over. Renew them where they come from, then " + then + "."
}

// ssoLogin is the AWS CLI's command for a login, whose token is filed in the same place.
func ssoLogin(e ProfileEntry) string {
	if e.SSO != nil && e.At.File == "" && e.SSO.Session != "" { // the role of an sso-session, without a profile
		return "aws sso login --sso-session " + e.SSO.Session
	}
	return "aws sso login --profile " + first(e.Base, first(e.Name, "default"))
}
