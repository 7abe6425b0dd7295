package awsops

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// decliner waits for the test and then does not log in.
type decliner struct {
	mu     sync.Mutex
	asked  int
	answer chan struct{}
}

func (d *decliner) Login(ctx context.Context, _ Lapse) error {
	d.mu.Lock()
	d.asked++
	d.mu.Unlock()
	select {
	case <-d.answer:
		return errors.New("not now")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// noSource keeps every source of credentials of this machine out.
func noSource(t *testing.T) {
	t.Helper()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
	}
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func TestAnAnswerThatDeclinesIsForAllCallsThatWaited(t *testing.T) {
	noSource(t)
	synctest.Test(t, func(t *testing.T) {
		person := &decliner{answer: make(chan struct{})}
		w := &wire{}
		s := isolated(t, w, func(o *Options) { o.Login = person })
		s.opt.Static, s.inner = nil, noWire{}
		over := &Error{Op: "ListBuckets", Kind: KindExpired, Message: "over"}
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				if e := Wrap("", "", "", s.renew(t.Context(), over)); e == nil || e.Kind != KindExpired || e.Message != "over" {
					t.Errorf("error %v", e)
				}
			})
		}
		synctest.Wait()
		close(person.answer)
		group.Wait()
		if person.asked != 1 {
			t.Errorf("asked %d times", person.asked)
		}
		if err := s.renew(t.Context(), over); err == nil || person.asked != 1 {
			t.Errorf("a call right after it: %v, asked %d times", err, person.asked)
		}
		time.Sleep(declinedFor + time.Second)
		if err := s.renew(t.Context(), over); err == nil || person.asked != 2 {
			t.Errorf("a call that begins later: %v, asked %d times", err, person.asked)
		}
	})
}

func TestACallThatIsCancelledStopsWaitingForALogin(t *testing.T) {
	noSource(t)
	synctest.Test(t, func(t *testing.T) {
		person := &decliner{answer: make(chan struct{})}
		s := isolated(t, &wire{}, func(o *Options) { o.Login = person })
		s.opt.Static, s.inner = nil, noWire{}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		for range 2 {
			go func() { ended <- s.renew(ctx, &Error{Kind: KindExpired}) }()
		}
		synctest.Wait()
		cancel()
		for range 2 {
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		}
	})
}

// noWire is a way out that nothing may take.
type noWire struct{ aws.HTTPClient }

func TestKeysOfTheProgramAreNeverRenewed(t *testing.T) {
	s := isolated(t, &wire{}, func(o *Options) { o.Login = &decliner{} })
	if s.canRenew() {
		t.Error("a login is asked for")
	}
}

func TestAJobWhoseRoleWantsACodeWaitsForThePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newCredentialBox(nil)
		one, two, late := &Job{}, &Job{}, &Job{}
		for _, j := range []*Job{one, two, late} {
			j.state.Store(uint32(JobRunning))
		}
		leaveOne, leaveTwo := box.wait.enter(one), box.wait.enter(two)
		leaveAgain := box.wait.enter(one)
		leaveTwo()
		done := box.wait.ask()
		leaveLate := box.wait.enter(late)
		if one.State() != JobWaiting || two.State() != JobRunning || late.State() != JobWaiting {
			t.Errorf("%v, %v, %v", one.State(), two.State(), late.State())
		}
		leaveAgain()
		done()
		leaveOne()
		leaveLate()
		for _, j := range []*Job{one, two, late} {
			if j.asking.Load() != 0 || j.State() != JobRunning {
				t.Errorf("%v, %d", j.State(), j.asking.Load())
			}
		}
	})
}
