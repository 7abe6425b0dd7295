package transfer

import (
	"context"
	"errors"
	"syscall"
	"time"

	"cooper/awsops"
)

// What is tried again beyond the SDK's own three attempts: a transfer of thousands of files meets every weather.
const (
	tries     = 8
	firstWait = 250 * time.Millisecond
	mostWait  = 10 * time.Second
)

// patiently makes a call until it passes or fails for good. wait is the machine's time.
func patiently(ctx context.Context, call func() error) error {
	pause := firstWait
	for try := 1; ; try++ {
		err := call()
		if err == nil || try == tries || !passing(err) || ctx.Err() != nil {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
		pause = min(2*pause, mostWait)
	}
}

// passing tells failures that may be gone the next time: the server was busy, or the connection broke.
func passing(err error) bool {
	e := awsops.Wrap("transfer", "", "", err)
	switch e.Kind {
	case awsops.KindThrottled:
		return true
	case awsops.KindNetwork:
		return e.Status == 0 || e.Status >= 500
	case awsops.KindConflict:
		return e.Code == "ConditionalRequestConflict" || e.Code == "OperationAborted"
	}
	return e.Status >= 500 && e.Status != 501
}

// later tells whether a file that did not come to its end may do so in another run. What stopped it may be what another
// file of the job met, which is then the cause of ctx's end; a person who cancels wants nothing kept.
func later(ctx context.Context, err error) bool {
	if cause := context.Cause(ctx); cause != nil {
		if errors.Is(cause, awsops.ErrLater) {
			return true
		}
		err = cause
	}
	e := awsops.Wrap("transfer", "", "", err)
	return e.Code != codeDamaged && (passing(e) || e.Kind == awsops.KindExpired || e.Kind == awsops.KindCredentials)
}

// hopeless tells failures that every further file would meet, too: the job stops, to be gone on with.
func hopeless(e *awsops.Error) bool {
	switch e.Kind {
	case awsops.KindExpired, awsops.KindCredentials, awsops.KindCancelled, awsops.KindReadOnly, awsops.KindThrottled:
		return true
	case awsops.KindNetwork:
		return e.Code != codeDamaged
	}
	return e.Code == "NoSuchBucket" || full(e)
}

// full tells a disk that takes no more: every further object would be fetched, and paid for, in vain.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EROFS)
}

// lanes bounds the requests that all files of a job have on their way together.
type lanes chan struct{}

func newLanes(n int) lanes { return make(lanes, n) }

// enter waits for room, and while the job is paused.
func (l lanes) enter(ctx context.Context) error {
	if err := awsops.Progress(ctx).Hold(ctx); err != nil {
		return err
	}
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l lanes) leave() { <-l }
