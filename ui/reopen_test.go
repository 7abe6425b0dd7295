package ui

import (
	"testing"

	"cooper/ui/uitest"
)

func TestEveryScreenIsMadeAnewWhereItIs(t *testing.T) {
	var made []Place
	var old []*fake
	r := newRig(func(r *rig) {
		r.opts.Start = Place{Screen: "objects", Bucket: "b", Prefix: "2026/"}
	})
	r.o.Screens["objects"] = func(p Place) View {
		made = append(made, p)
		f := &fake{title: "objects"}
		old = append(old, f)
		return f
	}
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Send(Reopen()())
		if len(made) != 2 || made[0] != made[1] {
			t.Errorf("made %v", made)
		}
		if old[0].closed != 1 || old[1].closed != 0 || r.home.closed != 1 {
			t.Errorf("closed %d, %d, home %d", old[0].closed, old[1].closed, r.home.closed)
		}
	})
}

func TestMakingScreensAnewAsksWhenSomethingWouldBeLost(t *testing.T) {
	r := newRig()
	r.home.dirty = "The policy was not saved."
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) {
		p.Send(Reopen()())
		p.Sees("The policy was not saved.")
		p.Press("n")
		if r.home.closed != 0 {
			t.Error("it was closed all the same")
		}
	})
}

func TestCredentialsThatHaveEndedAreTold(t *testing.T) {
	r := newRig(func(r *rig) { r.opts.Identity = func() Identity { return Identity{Profile: "dev", Over: true} } })
	inBubble(t, uitest.Opts{}, r, func(p *uitest.Program) { p.Sees("[EXPIRED]") })
}
