package views

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/awsops/devices"
	"cooper/ui"
)

// devicesView shows the MFA devices that can be used: those that AWS IAM lists, those that were typed
// before, those whose seed is kept, and the demo's device with its display.
type devicesView struct {
	env     *Env
	life    *ui.Life
	virtual awsops.Reading[[]devices.Device]
	own     awsops.Reading[[]devices.Device]
	caller  string
	account string
	typed   []string
	kept    []string
	trouble error // the journal or the folder of seeds could not be read
	rows    []deviceRow
	at      int
}

// deviceRow is one serial and all that is known of it.
type deviceRow struct {
	serial string
	listed *devices.Device
	typed  bool
	kept   bool
	demo   bool
}

// NewDevices makes the screen of MFA devices.
func NewDevices(env *Env, _ ui.Place) ui.View {
	return &devicesView{env: env, life: env.Life()}
}

func (v *devicesView) Title() string { return "devices" }
func (v *devicesView) Close()        { v.life.Close() }
func (v *devicesView) Init() tea.Cmd {
	v.collect()
	cmds := []tea.Cmd{v.load()}
	if v.env.Authenticator != nil {
		cmds = append(cmds, v.tick())
	}
	return tea.Batch(cmds...)
}

func (v *devicesView) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(ui.Resumed); ok {
		return v.load()
	}
	return nil
}

// tick draws the demo's display again each second.
func (v *devicesView) tick() tea.Cmd {
	return ui.Do(v.life, "tick", func(ctx context.Context) (struct{}, error) {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
		return struct{}{}, nil
	}, func(struct{}, error) tea.Cmd { return v.tick() })
}

// found is what one look at IAM, the journal and the seeds gives.
type found struct {
	virtual, own    awsops.Reading[[]devices.Device]
	caller, account string
	typed, kept     []string
	trouble         error
}

func (v *devicesView) load() tea.Cmd {
	return ui.Do(v.life, "devices", func(ctx context.Context) (found, error) {
		return v.env.findDevices(ctx), nil
	}, func(f found, _ error) tea.Cmd {
		v.virtual, v.own, v.caller, v.account = f.virtual, f.own, f.caller, f.account
		v.typed, v.kept, v.trouble = f.typed, f.kept, f.trouble
		v.collect()
		v.env.Session.SetDevices(devices.Usable(v.caller, v.own, v.virtual))
		return nil
	})
}

func (e *Env) findDevices(ctx context.Context) found {
	r := e.Session.Reader()
	var f found
	id, _ := e.Session.Identity(ctx).Get()
	f.caller, f.account = id.ARN, id.Account
	f.virtual, f.own = devices.Virtual(ctx, r), devices.Own(ctx, r)
	if e.Journal != nil {
		f.typed, f.trouble = e.Journal.Serials(f.account)
	}
	kept, err := e.Seeds.Kept()
	f.kept = kept
	if err != nil {
		f.trouble = err
	}
	return f
}

// collect makes the rows: the demo's device first, then the caller's own, then the rest.
func (v *devicesView) collect() {
	v.rows = v.rows[:0]
	row := func(serial string) *deviceRow {
		at := slices.IndexFunc(v.rows, func(r deviceRow) bool { return r.serial == serial })
		if at < 0 {
			v.rows = append(v.rows, deviceRow{serial: serial})
			at = len(v.rows) - 1
		}
		return &v.rows[at]
	}
	if a := v.env.Authenticator; a != nil {
		row(a.Serial()).demo = true
	}
	for _, list := range []awsops.Reading[[]devices.Device]{v.own, v.virtual} {
		known, _ := list.Get()
		for _, d := range known {
			r := row(d.Serial)
			if r.listed == nil || r.listed.Owner == "" {
				r.listed = &d
			}
		}
	}
	for _, s := range v.typed {
		row(s).typed = true
	}
	for _, s := range v.kept {
		row(s).kept = true
	}
	v.at = max(min(v.at, len(v.rows)-1), 0)
}

func (v *devicesView) selected() (deviceRow, bool) {
	if v.at >= len(v.rows) {
		return deviceRow{}, false
	}
	return v.rows[v.at], true
}

func (v *devicesView) Actions() []ui.Action {
	move := func(n int) func() tea.Cmd {
		return func() tea.Cmd { v.at = max(min(v.at+n, len(v.rows)-1), 0); return nil }
	}
	return []ui.Action{
		{ID: "devices.add", Keys: []string{"n"}, Help: "type a serial", Why: v.whyNoAdd, Run: v.add},
		{ID: "devices.enrol", Keys: []string{"Q"}, Help: "enrolment QR code", Why: v.whyNoQR, Run: v.enrol},
		{ID: "devices.keep", Keys: []string{"K"}, Help: "keep its seed", Why: v.whyNoKeep, Run: v.keep},
		{ID: "devices.forget", Keys: []string{"d"}, Help: "forget its seed or serial", Why: v.whyNoForget, Run: v.forget},
		{ID: "devices.refresh", Keys: []string{"r"}, Help: "refresh", Run: v.load},
		{ID: "devices.down", Keys: []string{"down", "j"}, Help: "next device", Quiet: true, Run: move(1)},
		{ID: "devices.up", Keys: []string{"up", "k"}, Help: "device before", Quiet: true, Run: move(-1)},
	}
}

func (v *devicesView) whyNoAdd() string {
	switch {
	case v.env.Journal == nil:
		return "no journal is kept in this run, so no serial can be remembered"
	case v.account == "":
		return "the caller's account isn't known, so the serial can't be filed: type it when a code is asked for"
	}
	return ""
}

func (v *devicesView) add() tea.Cmd {
	account := v.account
	return ui.Push(ui.NewPrompt(ui.PromptOptions{
		Title: "MFA device", Text: "The serial is remembered for this account, so that it can be chosen when a code is asked for.", Label: "Serial",
		Placeholder: "arn:aws:iam::111122223333:mfa/name, or the printed number",
		Check: func(s string) string {
			if !awsops.ValidSerial(s) {
				return "an ARN, or the number printed on the token"
			}
			return ""
		},
		OK: func(s string) tea.Cmd {
			return v.change(func() error { return v.env.Journal.RememberSerial(account, s) })
		},
	}))
}

// change does what touches files off the loop, and looks again.
func (v *devicesView) change(work func() error) tea.Cmd {
	return ui.Do(v.life, "change", func(context.Context) (struct{}, error) { return struct{}{}, work() },
		func(_ struct{}, err error) tea.Cmd {
			if err != nil {
				return ui.Fail(err, nil)
			}
			return v.load()
		})
}

func (v *devicesView) whyNoQR() string {
	if row, ok := v.selected(); !ok || !row.demo {
		return "only the demo's device shows its enrolment: AWS shows a seed once, when the device is made"
	}
	return ""
}

func (v *devicesView) enrol() tea.Cmd {
	return ui.Push(ui.NewValue(ui.ValueOptions{Label: "Enrol the demo's device", Value: v.env.Authenticator.URI(), QR: true,
		Note: "Scan it with an authenticator app, which then shows the same codes."}))
}
