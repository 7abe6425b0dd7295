package views

import (
	"errors"
	"io/fs"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops/seed"
	"cooper/ui"
)

// Seeds are the MFA seeds that an operator chose to keep: sealed in a folder, and open for the rest
// of the run once the passphrase was typed.
type Seeds struct {
	Dir string

	mu   sync.Mutex
	open map[string]*seed.Seed
}

// Kept gives the serials whose seeds are kept. No folder means none.
func (s *Seeds) Kept() ([]string, error) {
	if s == nil || s.Dir == "" {
		return nil, nil
	}
	kept, err := seed.Kept(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return kept, err
}

// Unlock opens a kept seed. It takes about 0.2 s.
func (s *Seeds) Unlock(serial string, passphrase []byte) error {
	defer clear(passphrase)
	opened, err := seed.Load(s.Dir, serial, passphrase)
	if err != nil {
		return err
	}
	s.put(serial, opened)
	return nil
}

func (s *Seeds) put(serial string, opened *seed.Seed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[string]*seed.Seed{}
	}
	s.open[serial] = opened
}

// Code makes a code of a seed that is open; false when it isn't.
func (s *Seeds) Code(serial string, at time.Time) (string, bool) {
	if s == nil {
		return "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	opened, ok := s.open[serial]
	if !ok {
		return "", false
	}
	code, err := opened.Code(at)
	return code, err == nil
}

// Forget removes a kept seed, also from memory.
func (s *Seeds) Forget(serial string) error {
	s.mu.Lock()
	if opened, ok := s.open[serial]; ok {
		opened.Wipe()
		delete(s.open, serial)
	}
	s.mu.Unlock()
	return seed.Remove(s.Dir, serial)
}

// Close wipes what is open.
func (s *Seeds) Close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for serial, opened := range s.open {
		opened.Wipe()
		delete(s.open, serial)
	}
}

// fill puts the code of an open kept seed in. It is sent by a key all the same.
func (d *codeDialog) fill() {
	if d.serial != nil || d.done || d.digits != "" && d.filled == 0 {
		return
	}
	now := d.now()
	step := now.Unix()/int64(d.period()/time.Second) + 1
	if d.filled == step {
		return
	}
	if code, ok := d.env.Seeds.Code(d.devices[d.device], now); ok {
		d.digits, d.filled = code, step
	}
}

func (d *codeDialog) whyNoSeed() string {
	if d.serial != nil {
		return "choose a device first"
	}
	kept, err := d.env.Seeds.Kept()
	switch {
	case err != nil:
		return "the folder with the kept seeds can't be read"
	case !slices.Contains(kept, d.devices[d.device]):
		return "no seed is kept for this device"
	}
	if _, open := d.env.Seeds.Code(d.devices[d.device], d.now()); open {
		return "the kept seed's code is filled in: enter sends it"
	}
	return ""
}

// unlock asks for the passphrase, once in a run.
func (d *codeDialog) unlock() tea.Cmd {
	serial := d.devices[d.device]
	return d.env.unlockSeed(serial, func(err error) {
		if err != nil {
			d.tell = "the seed stays closed: " + err.Error()
		}
	})
}

// unlockSeed asks for a kept seed's passphrase and opens it off the loop.
func (e *Env) unlockSeed(serial string, then func(error)) tea.Cmd {
	life := e.Life()
	return ui.Push(ui.NewPrompt(ui.PromptOptions{
		Title: "Kept seed", Text: "The seed of " + ui.Clean(serial) + " is sealed with a passphrase. It stays open until cooper ends.",
		Label: "Passphrase", Secret: true,
		OK: func(text string) tea.Cmd {
			return seedTask(life, func() error { return e.Seeds.Unlock(serial, []byte(text)) }, then)
		},
		Cancelled: life.Close,
	}))
}
