package transfer

import (
	"context"
	"errors"
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
