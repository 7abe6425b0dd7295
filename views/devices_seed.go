package views

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/seed"
	"cooper/ui"
)

// seedWarning is what keeping a seed means.
const seedWarning = "A seed that lies beside the access key is no second factor: whoever can read this machine's files and knows the passphrase " +
	"needs no device any more. It is sealed with your passphrase (scrypt, AES-256-GCM) in cooper's state folder. A code is filled in for you; a key press still sends it."

func (v *devicesView) whyNoKeep() string {
	row, ok := v.selected()
	switch {
	case !ok:
		return "there is no device to keep a seed for: n types a serial"
	case v.env.Seeds == nil || v.env.Seeds.Dir == "":
		return "this run keeps no files"
	case row.listed != nil && !row.listed.Codes:
		return "a passkey or security key has no codes"
	case row.kept:
		return "its seed is kept already: d forgets it"
	}
	return ""
}

// keep seals a seed that the person types, after saying what that means.
func (v *devicesView) keep() tea.Cmd {
	row, _ := v.selected()
	return ui.Push(ui.NewForm(ui.FormOptions{
		Title: "Keep a seed", Text: seedWarning, Submit: "keep it",
		Fields: []ui.FormField{
			{ID: "seed", Label: "seed", Secret: true, Help: "Base32 or the otpauth:// URI, as AWS showed it when the device was made.", Check: checkSeed},
			{ID: "pass", Label: "passphrase", Secret: true, Help: "At least 12 characters. Without it the seed can't be opened.", Check: checkPassphrase},
			{ID: "again", Label: "again", Secret: true, Help: "The passphrase once more."},
		},
		OK: func(values ui.Values) (tea.Cmd, string) {
			if values["pass"] != values["again"] {
				return nil, "the two passphrases differ"
			}
			return v.change(func() error { return v.env.Seeds.Keep(row.serial, []byte(values["seed"]), []byte(values["pass"])) }), ""
		},
	}))
}

func checkSeed(text string) string {
	s, err := seed.Parse([]byte(text))
	if err != nil {
		return err.Error()
	}
	s.Wipe()
	return ""
}

func checkPassphrase(text string) string {
	if len([]rune(text)) < 12 {
		return "at least 12 characters"
	}
	return ""
}

// Keep seals the seed in text for a device. It takes about 0.2 s.
func (s *Seeds) Keep(serial string, text, passphrase []byte) error {
	defer clear(text)
	defer clear(passphrase)
	parsed, err := seed.Parse(text)
	if err != nil {
		return err
	}
	if err := seed.Save(s.Dir, serial, parsed, passphrase); err != nil {
		return err
	}
	s.put(serial, parsed)
	return nil
}

func (v *devicesView) whyNoForget() string {
	row, ok := v.selected()
	if !ok || !row.kept && !row.typed {
		return "only a kept seed or a typed serial can be forgotten: devices are removed in AWS IAM"
	}
	return ""
}

func (v *devicesView) forget() tea.Cmd {
	row, _ := v.selected()
	what := "The serial that was typed for it is forgotten."
	if row.kept {
		what = "The kept seed is deleted from this machine. The device itself stays as it is."
	}
	return ui.Push(ui.NewConfirm(ui.ConfirmOptions{
		Title: "Forget", Text: row.serial + "\n\n" + what, Danger: true, Yes: "forget it", No: "keep it",
		OK: func() tea.Cmd { return v.change(func() error { return v.forgetRow(row) }) },
	}))
}

func (v *devicesView) forgetRow(row deviceRow) error {
	var err error
	if row.kept {
		err = v.env.Seeds.Forget(row.serial)
	}
	if row.typed {
		err = errors.Join(err, v.env.Journal.ForgetSerial(v.account, row.serial))
	}
	return err
}
