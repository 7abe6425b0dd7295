package existing

import (
	"testing"
	"time"
)

func TestWhatDiffersIsReplaced(t *testing.T) {
	at := time.Unix(1000, 5)
	for _, c := range []struct {
		choice        Choice
		source, there State
		want          bool
	}{
		{Leave, State{1, at}, State{2, at}, false}, {Replace, State{1, at}, State{1, at}, true}, {Differ, State{1, at}, State{1, time.Unix(1000, 0)}, false},
		{Differ, State{1, at}, State{2, at}, true}, {Differ, State{1, at.Add(time.Minute)}, State{1, at}, true},
	} {
		if got := c.choice.Replaces(c.source, c.there); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestOnlyTheThreeChoicesAreValid(t *testing.T) {
	for c, want := range map[Choice]bool{Leave: true, Replace: true, Differ: true, "leave": false, "maybe": false} {
		if c.Valid() != want {
			t.Errorf("%q: %v", c, !want)
		}
	}
}
