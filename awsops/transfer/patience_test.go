package transfer

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"cooper/awsops"
)

func TestWhatIsWorthKeepingForAnotherRun(t *testing.T) {
	expired := &awsops.Error{Kind: awsops.KindExpired}
	denied := &awsops.Error{Kind: awsops.KindDenied, Status: 403}
	for name, c := range map[string]struct {
		cause error // of the job's end, nil while it runs
		err   error
		want  bool
	}{
		"the login ended":                       {nil, expired, true},
		"the server was busy":                   {nil, &awsops.Error{Kind: awsops.KindThrottled, Status: 503}, true},
		"it was denied":                         {nil, denied, false},
		"it was damaged":                        {nil, &awsops.Error{Kind: awsops.KindNetwork, Code: codeDamaged}, false},
		"the program is left":                   {awsops.ErrLater, context.Canceled, true},
		"a person cancelled":                    {errors.New("cancelled"), context.Canceled, false},
		"another file met the end of the login": {expired, context.Canceled, true},
		"another file was denied":               {denied, context.Canceled, false},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		if c.cause != nil {
			cancel(c.cause)
		}
		if got := later(ctx, c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		cancel(nil)
	}
}

func TestWhatEveryFurtherFileWouldMeetStopsTheJob(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"the disk is full":           {localError("the file can't be written", &os.PathError{Op: "write", Path: "k", Err: syscall.ENOSPC}), true},
		"the folder can't be used":   {localError("the file can't be written", &os.PathError{Op: "open", Path: "k", Err: syscall.EACCES}), false},
		"the login ended":            {&awsops.Error{Kind: awsops.KindExpired}, true},
		"the connection is gone":     {&awsops.Error{Kind: awsops.KindNetwork}, true},
		"one object arrives damaged": {broken("damaged"), false},
		"one object is denied":       {&awsops.Error{Kind: awsops.KindDenied, Status: 403}, false},
	} {
		if got := hopeless(awsops.Wrap("GetObject", "b", "k", c.err)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
