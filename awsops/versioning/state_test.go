package versioning

import "testing"

func TestEveryStateHasItsWords(t *testing.T) {
	for s, want := range map[State]string{
		{}:                   "never enabled, MFA delete never configured",
		{Enabled, ""}:        "enabled, MFA delete never configured",
		{Enabled, Enabled}:   "enabled, MFA delete on",
		{Suspended, Enabled}: "suspended, MFA delete on",
		{Enabled, Disabled}:  "enabled, MFA delete off",
		{"Odd", "Strange"}:   "Odd, MFA delete Strange",
	} {
		if got := s.String(); got != want {
			t.Errorf("%+v is %q, want %q", s, got, want)
		}
	}
}

func TestStatusAndMFADeleteTravelTogetherWithACodeOnly(t *testing.T) {
	s := State{Suspended, Enabled}
	if c := s.sent(true); c.Status != Suspended || c.MFADelete != Enabled {
		t.Errorf("with a code: %+v", c)
	}
	if c := (State{Enabled, Disabled}).sent(false); c.Status != Enabled || c.MFADelete != "" {
		t.Errorf("without a code: %+v", c)
	}
}

func TestTheReadBackTakesOffAndNeverConfiguredAsOne(t *testing.T) {
	if (State{Enabled, ""}).proof() != (State{Enabled, Disabled}).proof() {
		t.Error("off and never configured are told apart")
	}
	for _, other := range []State{{Enabled, Enabled}, {Suspended, ""}, {}} {
		if (State{Enabled, ""}).proof() == other.proof() {
			t.Errorf("%v proves as enabled without MFA delete", other)
		}
	}
}
