package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"

	"cooper/awsops"
	"cooper/awsops/profiles"
	"cooper/awsops/sso"
	"cooper/ui"
	"cooper/views"
)

// ttyLogin has the person at the terminal renew a login that is over. What there is to read and to type goes to the
// terminal, never to the streams, which may be a log.
type ttyLogin struct {
	ways    *sharedProfiles
	session *awsops.Session // for the way to IAM Identity Center; set once it is open
}

// loginWanted says what to do about a login that nobody could be asked to renew.
type loginWanted struct{ sentence string }

func (e *loginWanted) Error() string { return e.sentence }
func (e *loginWanted) Unwrap() error { return awsops.ErrLoginRequired }

// nobodyAsked gives its exit code to the error of a verb that wanted a login or a code and had nobody to ask, and leaves
// others.
func nobodyAsked(err error) error {
	if wanted, ok := errors.AsType[*loginWanted](err); ok {
		return verbError{error: wanted, code: exitRefused}
	}
	if errors.Is(err, awsops.ErrMFARequired) {
		return verbError{error: err, code: exitRefused}
	}
	return err
}

// Login asks at the terminal. It fails with awsops.ErrLoginRequired without one, and for keys of the environment, which
// can't be renewed in a program that runs.
func (l *ttyLogin) Login(ctx context.Context, lapse awsops.Lapse) error {
	entry := l.entry(lapse.Profile)
	title := ui.Clean(first(lapse.Profile, first(entry.Name, first(entry.Label, "default"))))
	t, err := openTTY()
	if err != nil || entry.Kind == profiles.Environment {
		if err == nil {
			_ = t.Close() // nothing is kept in it
		}
		return &loginWanted{"the login of " + title + " is over, or was never made. " + views.HowToRenew(entry, "give the command again")}
	}
	defer t.Close() //nolint:errcheck // nothing is kept in it
	if err := t.say("\r\x1b[KThe login of " + title + " is over, or was never made." + again(lapse)); err != nil {
		return err
	}
	if entry.SSO != nil {
		return l.byDevice(ctx, t, entry)
	}
	if err := t.say(views.HowToRenew(entry, "press enter")); err != nil {
		return err
	}
	_, err = t.ask(ctx, "Press enter to go on, ctrl+c to stop: ", false)
	return err
}

// again says why the last attempt did not do.
func again(lapse awsops.Lapse) string {
	if lapse.Attempt < 2 || lapse.Last == nil {
		return ""
	}
	return " It did not do: " + ui.Clean(first(lapse.Last.Message, lapse.Last.Error())) + "."
}

// entry is the profile in force as the files have it.
func (l *ttyLogin) entry(profile string) views.ProfileEntry {
	for _, e := range l.ways.list(first(profile, l.ways.first())).Entries {
		if e.Present {
			return e
		}
	}
	return views.ProfileEntry{Profile: profiles.Profile{Name: profile}}
}

// byDevice logs in by device code, with a new one as often as the person wants.
func (l *ttyLogin) byDevice(ctx context.Context, t tty, entry views.ProfileEntry) error {
	target := views.LoginTarget(entry.SSO)
	file, err := sso.File(target.Key)
	if err != nil {
		return err
	}
	for {
		login, err := sso.Begin(ctx, l.session.OIDC(target.Region), l.session.Clock(), target, file)
		if err != nil {
			return err
		}
		if err := t.prompt(login.Prompt(), l.session.Clock().Now()); err != nil {
			return err
		}
		err = login.Wait(ctx)
		e, ok := errors.AsType[*awsops.Error](err)
		switch {
		case err == nil:
			return t.say("Logged in.")
		case context.Cause(ctx) != nil, !ok, e.Kind != awsops.KindExpired && e.Kind != awsops.KindDenied:
			return err
		}
		if err := t.say("No login: " + ui.Clean(e.Message) + "."); err != nil {
			return err
		}
		if _, err := t.ask(ctx, "Press enter for a new code, ctrl+c to stop: ", false); err != nil {
			return err
		}
	}
}

// say writes lines to the terminal.
func (t tty) say(text string) error {
	_, err := fmt.Fprintln(t, text)
	return err
}

// prompt shows the address, its QR code where there is room, and the code to compare.
func (t tty) prompt(p sso.Prompt, now time.Time) error {
	lines := []string{"Open this on any device, compare the code and allow the login:", "", "  " + ui.Clean(p.URL), "",
		"  code " + ui.Clean(p.UserCode) + ", good for " + p.Expires.Sub(now).Round(time.Second).String(), ""}
	if w, h, err := term.GetSize(t.Fd()); err == nil {
		if code, problem := ui.QR(p.URL, w, h-len(lines)-2, false); problem == "" {
			lines = append(append(lines, code...), "")
		}
	}
	return t.say(strings.Join(append(lines, "Waiting for the login; ctrl+c stops."), "\n"))
}
