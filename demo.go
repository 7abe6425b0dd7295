package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"cooper/awsops"
	"cooper/config"
	"cooper/sandbox"
	"cooper/ui"
)

// demoRegion is where the demo's session is opened; its buckets are in several regions.
const demoRegion = "eu-west-1"

// demoQueryTime is how long a query of Athena takes in the demo.
const demoQueryTime = 12 * time.Second

type demoFlags struct {
	on    bool
	clock string
}

// runDemo opens the screen on an embedded AWS. It reads no configuration and no AWS variable of this machine, and
// keeps its state in a folder that goes with it.
func (p *process) runDemo(ctx context.Context, flags config.Flags, demo demoFlags, start ui.Place) error {
	if other := flags; other != (config.Flags{ReadOnly: flags.ReadOnly, Theme: flags.Theme, ASCII: flags.ASCII, DebugLog: flags.DebugLog}) {
		return usageError{errors.New("--demo has its own account, region and endpoint: it takes only --read-only, --theme, --ascii, --debug-log and --demo-clock")}
	}
	var at time.Time
	if demo.clock != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, demo.clock); err != nil {
			return usageError{fmt.Errorf("--demo-clock wants a time such as 2026-11-21T10:00:05Z, not %q", demo.clock)}
		}
	}
	cfg, err := demoConfig(flags)
	if err != nil {
		return usageError{err}
	}
	state, err := os.MkdirTemp("", "cooper-demo-")
	if err != nil {
		return fmt.Errorf("the demo has no place for its journal: %w", err)
	}
	defer func() { _ = os.RemoveAll(state) }()
	cfg.StateDir = state
	a := &app{p: p, cfg: cfg, clock: newDemoClock(at)}
	defer a.close()
	boundMemory(p.env)
	server := a.demoServer()
	endpoint, err := server.Start("127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("the embedded AWS can't listen on the loopback interface: %w", err)
	}
	defer func() { _ = endpoint.Close() }()
	if err := a.openDemo(ctx, server, endpoint, flags.ReadOnly); err != nil {
		return err
	}
	return a.run(ctx, start)
}

// demoConfig takes over the few flags that say how the demo looks.
func demoConfig(flags config.Flags) (*config.Config, error) {
	cfg := config.Demo()
	looks, err := config.Load(config.Input{Flags: config.Flags{Theme: flags.Theme, ASCII: flags.ASCII, DebugLog: flags.DebugLog}})
	if err != nil {
		return nil, err
	}
	cfg.Theme, cfg.DebugLog = looks.Theme, looks.DebugLog
	return cfg, nil
}

func (a *app) demoServer() *sandbox.Server {
	server := sandbox.New(sandbox.Options{Clock: a.clock.Now, Seed: 1}) // our client signs by the same clock
	if !a.clock.Frozen() {
		server.SlowQueries(demoQueryTime) // so that one can be watched and stopped
	}
	server.Prepare(server.SeedDemo) // the first frame doesn't wait for 100,000 objects
	return server
}

// openDemo opens the journal and the session of the demo: its root with long-term keys and an MFA device.
func (a *app) openDemo(ctx context.Context, server *sandbox.Server, endpoint *sandbox.Endpoint, readOnly bool) error {
	o, err := a.demoSession(server)
	if err != nil {
		return err
	}
	o.ReadOnly, o.Endpoint, o.Dial, o.RootCAs = readOnly, endpoint.TLS, endpoint.Dial, x509.NewCertPool()
	if a.clock.Frozen() { // a recording shows the same every time: Dial finds the way without the port
		o.Endpoint = sandbox.BaseURL
	}
	o.RootCAs.AppendCertsFromPEM(endpoint.CAPEM)
	return a.openOn(ctx, server, o)
}

// demoSession is a session of the embedded AWS's root, without the way there.
func (a *app) demoSession(server *sandbox.Server) (awsops.Options, error) {
	root, ok := server.Credentials(sandbox.RootUser)
	if !ok {
		return awsops.Options{}, errors.New("the embedded AWS has no root user")
	}
	return awsops.Options{
		Region: demoRegion, Dialect: awsops.DialectSandbox, Isolated: true, Clock: a.clock,
		Static: &awsops.StaticCredentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey},
	}, nil
}

// openOn opens the journal and a session of the embedded AWS, with its device at hand.
func (a *app) openOn(ctx context.Context, server *sandbox.Server, o awsops.Options) error {
	if err := a.openJournal(a.cfg.StateDir); err != nil {
		return err
	}
	a.device = authenticator{server.Device()}
	a.signIn.list = &demoProfiles{a: a, server: server, opt: o}
	a.setPresent(demoProfile)
	return a.openSession(ctx, o)
}

// authenticator shows the codes of the demo's device, as an app on a telephone would.
type authenticator struct{ device sandbox.Device }

func (d authenticator) Serial() string                    { return d.device.Serial }
func (d authenticator) URI() string                       { return d.device.URI() }
func (d authenticator) Code(at time.Time) (string, error) { return d.device.Code(at), nil }

// clockActions move a frozen clock. There are none outside a recording.
func (a *app) clockActions() []ui.Action {
	if a.clock == nil || !a.clock.Frozen() {
		return nil
	}
	move := func(d time.Duration) func() tea.Cmd {
		return func() tea.Cmd {
			a.clock.Move(d)
			return ui.Status("The demo's clock shows "+ui.Time(a.clock.Now())+".", ui.Info)
		}
	}
	return []ui.Action{
		{ID: "clock.step", Help: "clock +30s", Run: move(30 * time.Second)},
		{ID: "clock.day", Help: "clock +24h", Run: move(24 * time.Hour)},
	}
}
