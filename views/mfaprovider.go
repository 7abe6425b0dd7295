package views

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"cooper/awsops"
	"cooper/awsops/devices"
	"cooper/ui"
)

// MFAProvider asks for one-time codes in a dialog. It is made before the session, which needs it, and
// bound to the environment afterwards.
type MFAProvider struct {
	mu  sync.Mutex
	env *Env
	one sync.Mutex // a person is asked one thing at a time
}

// Bind sets the environment in which codes are asked for.
func (p *MFAProvider) Bind(env *Env) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.env = env
}

// Code opens the dialog and waits for its answer or for ctx. It fails with awsops.ErrMFARequired when
// no program runs that could ask, and with ui.ErrDismissed when the person left the dialog. A job that needs several
// codes is paused then, and asks again when it goes on.
func (p *MFAProvider) Code(ctx context.Context, c awsops.Challenge) (awsops.Token, error) {
	p.mu.Lock()
	env := p.env
	p.mu.Unlock()
	if env == nil {
		return awsops.Token{}, awsops.ErrMFARequired
	}
	p.one.Lock()
	defer p.one.Unlock()
	env.lookForDevices(ctx, c)
	c.Devices = env.devicesFor(c)
	job, _ := awsops.JobOf(ctx)
	for {
		got, err := env.askCode(ctx, c, job)
		if errors.Is(err, ui.ErrDismissed) && job != nil && c.Batches > 1 && ctx.Err() == nil {
			got, err = codeReply{pause: true}, nil // leaving a question is no decision to give up what was begun
		}
		switch {
		case errors.Is(err, ui.ErrNobody):
			return awsops.Token{}, errors.Join(awsops.ErrMFARequired, err)
		case err != nil:
			return awsops.Token{}, err
		case !got.pause:
			env.rememberDevice(got.tok.Serial)
			return got.tok, nil
		}
		job.Pause()
		p.one.Unlock() // others may ask meanwhile
		err = job.WaitResumed(ctx)
		p.one.Lock()
		if err != nil {
			return awsops.Token{}, err
		}
	}
}

func (e *Env) askCode(ctx context.Context, c awsops.Challenge, job *awsops.Job) (codeReply, error) {
	stop := keepDrawing(ctx, e.Asker)
	defer stop()
	return ui.Ask(ctx, e.Asker, func(reply func(codeReply)) ui.Dialog { return newCode(e, c, job, reply) })
}

// keepDrawing draws the seconds that pass: a dialog that waits gets no messages of its own.
func keepDrawing(ctx context.Context, a *ui.Asker) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				a.Wake()
			case <-ctx.Done():
				return
			}
		}
	}()
	return cancel
}

// lookPatience is how long AWS IAM may take to list devices before the person is asked to type a serial.
const lookPatience = 3 * time.Second

// lookForDevices asks AWS IAM once which devices there are, when none is known. It does so only once
// the caller is known: a code may be wanted just to fetch the credentials that IAM would need.
func (e *Env) lookForDevices(ctx context.Context, c awsops.Challenge) {
	id, known := e.Session.KnownIdentity()
	if c.Serial != "" || len(c.Devices) > 0 || len(e.Session.Devices()) > 0 || !known {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	r := e.Session.Reader()
	e.Session.SetDevices(devices.Usable(id.ARN, devices.Own(ctx, r), devices.Virtual(ctx, r)))
}

// devicesFor gives the devices to choose from: those the session knows, the demo's, and those that
// were used before.
func (e *Env) devicesFor(c awsops.Challenge) []string {
	out := slices.Concat(c.Devices, e.Session.Devices())
	add := func(s string) { out = append(out, s) } // the dialog leaves out those that come again
	if e.Authenticator != nil {
		add(e.Authenticator.Serial())
	}
	for _, s := range e.remembered() {
		add(s)
	}
	return out
}

// remembered gives the serials that the caller's account used before. It asks nobody who that is: a
// code may be wanted just to fetch the credentials.
func (e *Env) remembered() []string {
	id, ok := e.Session.KnownIdentity()
	if e.Journal == nil || !ok {
		return nil
	}
	known, err := e.Journal.Serials(id.Account)
	if err != nil {
		return nil // a journal that can't be read is told where it is shown
	}
	return known
}

// rememberDevice keeps a serial for the next time. That it could not be kept is no reason to stop.
func (e *Env) rememberDevice(serial string) {
	if id, ok := e.Session.KnownIdentity(); ok && e.Journal != nil {
		_ = e.Journal.RememberSerial(id.Account, serial)
	}
}
