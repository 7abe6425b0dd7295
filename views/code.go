package views

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/ui"
)

// codeMargin is how much of its step a code must have left: awsops sends none later than that.
const codeMargin = 3 * time.Second

// codeDialog asks for one one-time code: which device, six digits, and how long they are good for.
type codeDialog struct {
	env     *Env
	c       awsops.Challenge
	job     *awsops.Job // that the code is for, nil for none
	reply   func(codeReply)
	devices []string
	device  int
	serial  *ui.Field // set while the serial is being typed
	digits  string
	filled  int64 // the step that a kept seed filled the digits in for, 0 for none
	tell    string
	early   bool // a code came before a fresh one could be sent
	done    bool
}

// codeReply is what a person decided: to send a code, or to go on later.
type codeReply struct {
	tok   awsops.Token
	pause bool
}

// newCode makes the dialog of a challenge. reply gets the decision once.
func newCode(env *Env, c awsops.Challenge, job *awsops.Job, reply func(codeReply)) *codeDialog {
	d := &codeDialog{env: env, c: c, job: job, reply: reply, devices: knownDevices(c)}
	if len(d.devices) == 0 {
		d.serial = ui.NewField(ui.FieldOptions{Placeholder: "arn:aws:iam::111122223333:mfa/name, or the printed number"})
	}
	return d
}

// knownDevices puts the device that the challenge names before the others.
func knownDevices(c awsops.Challenge) []string {
	var out []string
	for _, s := range append([]string{c.Serial}, c.Devices...) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (d *codeDialog) Title() string { return "One-time code" }
func (d *codeDialog) Typing() bool  { return true }
func (d *codeDialog) Cancel()       {}

func (d *codeDialog) Actions() []ui.Action {
	return []ui.Action{
		{ID: "code.serial", Keys: []string{"ctrl+t"}, Help: "type another device's serial", Run: func() tea.Cmd {
			d.serial = ui.NewField(ui.FieldOptions{})
			return nil
		}},
		{ID: "code.pause", Keys: []string{"ctrl+p"}, Help: "pause the job", Why: d.whyNoPause, Run: d.pause},
		{ID: "code.seed", Keys: []string{"ctrl+k"}, Help: "use the kept seed", Why: d.whyNoSeed, Run: d.unlock},
	}
}

func (d *codeDialog) whyNoPause() string {
	if d.job == nil {
		return "no job waits for this code"
	}
	return ""
}

// pause frees the screen: the job asks again when it goes on.
func (d *codeDialog) pause() tea.Cmd {
	d.done = true
	d.reply(codeReply{pause: true})
	return tea.Batch(ui.Drop(d), ui.Status("Paused: J shows the jobs, and p there goes on.", ui.Info))
}

// now is the server's time: codes go by it, whatever this machine's clock says.
func (d *codeDialog) now() time.Time { return d.env.Session.ServerNow() }

func (d *codeDialog) period() time.Duration {
	if d.c.Period > 0 {
		return d.c.Period
	}
	return 30 * time.Second
}

// left is how much of the present step is left.
func (d *codeDialog) left() time.Duration {
	p := d.period()
	return p - time.Duration(d.now().UnixNano())%p
}

// wait is how long no code can be sent yet, 0 when one can be sent now.
func (d *codeDialog) wait() time.Duration {
	wait := d.c.NotBefore.Sub(d.env.Now())
	if left := d.left(); left <= codeMargin {
		wait = max(wait, left)
	}
	return max(wait, 0)
}

func (d *codeDialog) Update(msg tea.Msg) (tea.Cmd, bool) {
	if d.serial != nil {
		return d.typeSerial(msg), d.done
	}
	switch m := msg.(type) {
	case tea.PasteMsg:
		d.add(m.Content)
	case tea.KeyPressMsg:
		d.key(m)
	}
	return nil, d.done
}

func (d *codeDialog) key(k tea.KeyPressMsg) {
	switch name := k.String(); name {
	case "enter":
		d.submit()
	case "backspace":
		d.unfill()
		d.digits = d.digits[:max(len(d.digits)-1, 0)]
	case "tab", "shift+tab":
		d.switchDevice(name == "tab")
	default:
		if k.Text != "" {
			d.add(k.Text)
		}
	}
}

func (d *codeDialog) switchDevice(next bool) {
	if len(d.devices) < 2 {
		d.tell = "no other device is known: ctrl+t types a serial"
		return
	}
	step := 1
	if !next {
		step = len(d.devices) - 1
	}
	d.device = (d.device + step) % len(d.devices)
	d.digits, d.filled, d.tell = "", 0, ""
}

// add takes digits as they were typed or pasted, "123 456" among them. The sixth sends the code.
func (d *codeDialog) add(text string) {
	d.unfill()
	d.tell, d.early = "", false
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9' && len(d.digits) < 6:
			d.digits += string(r)
		case r >= '0' && r <= '9':
			d.digits, d.tell = "", "a code has six digits, not more"
			return
		case !strings.ContainsRune(" -\t\r\n", r):
			d.tell = "a code has digits only"
		}
	}
	if len(d.digits) == 6 && d.tell == "" {
		d.submit()
	}
}

// unfill takes digits away that the kept seed put there: typing begins anew.
func (d *codeDialog) unfill() {
	if d.filled != 0 {
		d.digits, d.filled = "", 0
	}
}

func (d *codeDialog) submit() {
	d.fill()
	if len(d.digits) != 6 {
		d.tell = "a code has six digits"
		return
	}
	if wait := d.wait(); wait > 0 {
		d.digits, d.filled, d.early = "", 0, true
		return
	}
	if d.done {
		return
	}
	d.done = true
	d.reply(codeReply{tok: awsops.Token{Serial: d.devices[d.device], Code: d.digits}})
	d.digits = ""
}

func (d *codeDialog) typeSerial(msg tea.Msg) tea.Cmd {
	k, isKey := msg.(tea.KeyPressMsg)
	if !isKey || k.String() != "enter" {
		if d.serial.Update(msg) {
			d.tell = ""
		}
		return nil
	}
	s := strings.TrimSpace(d.serial.Value())
	if s == "" && len(d.devices) > 0 {
		d.serial = nil
		return nil
	}
	if !awsops.ValidSerial(s) {
		d.tell = "that is no serial: an ARN, or the number printed on the token"
		return nil
	}
	if at := slices.Index(d.devices, s); at >= 0 {
		d.device = at
	} else {
		d.devices = append(d.devices, s)
		d.device = len(d.devices) - 1
	}
	d.serial, d.digits, d.filled, d.tell = nil, "", 0, ""
	return nil
}

func seconds(d time.Duration) string {
	return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
}
