package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFrozenClockWaitsUntilItIsMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
		c := newDemoClock(start)
		done := make(chan error, 1)
		go func() { done <- c.Until(t.Context(), start.Add(45*time.Second)) }()
		c.Move(30 * time.Second)
		synctest.Wait()
		time.Sleep(time.Hour) // time that passes elsewhere does not count
		select {
		case err := <-done:
			t.Fatalf("the wait ended 15 seconds early: %v", err)
		default:
		}
		c.Move(30 * time.Second)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if got := c.Now(); !got.Equal(start.Add(time.Minute)) {
			t.Errorf("the clock shows %v", got)
		}
	})
}

func TestARunningClockFollowsTheMachineAndCanNotBeMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newDemoClock(time.Time{})
		c.Move(time.Hour)
		start := time.Now()
		if err := c.Until(t.Context(), start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if got := c.Now().Sub(start); got != time.Minute {
			t.Errorf("waited %v, want a minute", got)
		}
		if c.Frozen() {
			t.Error("it says that it stands still")
		}
	})
}

func TestWaitingForTheClockEndsWithTheContext(t *testing.T) {
	for name, at := range map[string]time.Time{"frozen": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "running": {}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newDemoClock(at)
				gone := errors.New("gone")
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(gone) })
				if err := c.Until(ctx, c.Now().Add(time.Hour)); !errors.Is(err, gone) {
					t.Errorf("ended with %v", err)
				}
			})
		})
	}
}
