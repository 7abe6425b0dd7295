package views

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/sso"
	"cooper/ui"
)

// deviceLogin is a login by device code: an address to open elsewhere, a code to compare, and the wait.
type deviceLogin struct {
	env     *Env
	session *awsops.Session
	entry   ProfileEntry
	why     string
	ended   func()         // the login went well
	then    func() tea.Cmd // and what comes then on the loop; nil: nothing
	life    *ui.Life
	prompt  sso.Prompt
	failed  error
	picture bool
	done    bool
}

// newDeviceLogin makes the dialog; session says how to reach the login service.
func newDeviceLogin(env *Env, session *awsops.Session, entry ProfileEntry, why string, ended func()) *deviceLogin {
	return &deviceLogin{env: env, session: session, entry: entry, why: why, ended: ended, life: env.Life()}
}

func (d *deviceLogin) Title() string { return "Log in: " + ui.Clean(d.entry.title()) }
func (d *deviceLogin) Cancel()       {}
func (d *deviceLogin) Close()        { d.life.Close() }
func (d *deviceLogin) Init() tea.Cmd { return tea.Batch(d.begin(), d.tick()) }

// Update has nothing to take: the shell runs the answers.
func (d *deviceLogin) Update(tea.Msg) (tea.Cmd, bool) { return nil, d.done }

// tick draws the seconds that are left.
func (d *deviceLogin) tick() tea.Cmd {
	return ui.Do(d.life, "tick", func(ctx context.Context) (struct{}, error) {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
		return struct{}{}, nil
	}, func(struct{}, error) tea.Cmd { return d.tick() })
}

func (d *deviceLogin) begin() tea.Cmd {
	d.failed, d.prompt = nil, sso.Prompt{}
	t := LoginTarget(d.entry.SSO)
	return ui.Do(d.life, "login", func(ctx context.Context) (*sso.Login, error) {
		file, err := sso.File(t.Key)
		if err != nil {
			return nil, err
		}
		return sso.Begin(ctx, d.session.OIDC(t.Region), d.session.Clock(), t, file)
	}, func(l *sso.Login, err error) tea.Cmd {
		if err != nil {
			d.failed = err
			return nil
		}
		d.prompt = l.Prompt()
		return d.wait(l)
	})
}

func (d *deviceLogin) wait(l *sso.Login) tea.Cmd {
	return ui.Do(d.life, "login", func(ctx context.Context) (struct{}, error) { return struct{}{}, l.Wait(ctx) },
		func(_ struct{}, err error) tea.Cmd {
			if err != nil {
				d.failed = err
				return nil
			}
			d.done = true
			d.ended()
			cmd := tea.Sequence(ui.Done(d), ui.Status("Logged in.", ui.Good))
			if d.then != nil {
				cmd = tea.Batch(cmd, d.then())
			}
			return cmd
		})
}

func (d *deviceLogin) Actions() []ui.Action {
	return []ui.Action{
		{ID: "login.copy", Keys: []string{"y"}, Help: "copy the address", Why: d.whyNoAddress, Run: func() tea.Cmd {
			return tea.Batch(tea.SetClipboard(d.prompt.URL), ui.Status("Sent to the terminal's clipboard.", ui.Info))
		}},
		{ID: "login.qr", Keys: []string{"Q"}, Help: "QR code", Why: d.whyNoAddress, Run: func() tea.Cmd { d.picture = !d.picture; return nil }},
		{ID: "login.again", Keys: []string{"r"}, Help: "begin again", Why: func() string {
			if d.failed == nil {
				return "the login is under way"
			}
			return ""
		}, Run: d.begin},
	}
}

func (d *deviceLogin) whyNoAddress() string {
	if d.prompt.URL == "" {
		return "there is no address yet"
	}
	return ""
}

// Render shows address and code, below them the QR code where there is room; Q shows it alone.
func (d *deviceLogin) Render(w, h int) string {
	t := d.env.Theme
	open := d.failed == nil && d.prompt.URL != ""
	if d.picture && open {
		return strings.Join(d.qr(w, h), "\n")
	}
	lines := d.words(w)
	if d.why != "" && h > len(lines)+1 {
		lines = append(lines, "")
		lines = append(lines, d.paint(ui.RoleMuted, ui.Clean(d.why), w)...)
	}
	if open && h > len(lines)+1 {
		if code, problem := ui.QR(d.prompt.URL, w, h-len(lines)-1, t.ASCII()); problem == "" {
			lines = append(append(lines, ""), code...)
		}
	}
	return strings.Join(lines[:min(len(lines), h)], "\n")
}

func (d *deviceLogin) paint(role ui.Role, text string, w int) []string {
	lines := ui.Wrap(text, w)
	for i, l := range lines {
		lines[i] = d.env.Theme.Paint(role, l)
	}
	return lines
}

// words say how the login stands.
func (d *deviceLogin) words(w int) []string {
	t := d.env.Theme
	switch {
	case d.failed != nil:
		return append(d.paint(ui.RoleBad, t.Glyph().Cross+" "+ui.Clean(shortError(d.failed)), w), d.paint(ui.RoleMuted, "r begins again.", w)...)
	case d.prompt.URL == "":
		return d.paint(ui.RoleMuted, "Asking IAM Identity Center for a code…", w)
	}
	lines := d.paint(ui.RoleText, "Open this on any device, compare the code and allow the login:", w)
	for _, l := range ui.HardWrap(ui.Clean(d.prompt.URL), w) {
		lines = append(lines, t.Paint(ui.RoleInfo, l))
	}
	left := max(d.prompt.Expires.Sub(d.session.Clock().Now()), 0)
	return append(lines, t.Paint(ui.RoleTitle, ui.Clean(d.prompt.UserCode))+t.Paint(ui.RoleMuted, "  "+clockTime(left)+" left"))
}

func (d *deviceLogin) qr(w, h int) []string {
	code, problem := ui.QR(d.prompt.URL, w, h, d.env.Theme.ASCII())
	if problem != "" {
		return []string{d.env.Theme.Paint(ui.RoleWarn, ui.Cut(problem, w))}
	}
	return code
}

func clockTime(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d/time.Minute), int(d/time.Second)%60)
}

// newAgain asks a person to renew credentials elsewhere and to say when that is done.
func newAgain(entry ProfileEntry, why string, ended func()) ui.Dialog {
	text := HowToRenew(entry, "press enter")
	if why != "" {
		text += "\n\n" + ui.Clean(why)
	}
	return ui.NewConfirm(ui.ConfirmOptions{Title: "Log in: " + ui.Clean(entry.title()), Text: text, Yes: "go on", No: "not now",
		OK: func() tea.Cmd { ended(); return nil }})
}
