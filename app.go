package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/profiles"
	"cooper/awsops/record"
	"cooper/config"
	"cooper/ui"
	"cooper/views"
	"cooper/views/edit"
	"cooper/views/presign"
)

// endPatience is how long jobs may take to end after the screen is gone.
const endPatience = 3 * time.Second

// app is the program with its session and its screens wired together.
type app struct {
	p       *process
	cfg     *config.Config
	env     *views.Env // of the session in force; changed on the loop only
	journal *journal.Journal
	shell   *ui.Shell
	who     atomic.Pointer[whoCalls] // as last asked; read by the shell on every draw
	present atomic.Pointer[string]   // the title of the profile in force, "" while it isn't one of the list
	signIn  signIn
	device  views.Authenticator // the demo's, else nil
	clock   *demoClock          // nil outside the demo
	log     *os.File
	notice  string // said once at the start
}

// runTUI opens the screen on the configured account or endpoint.
func (p *process) runTUI(ctx context.Context, flags config.Flags, start ui.Place) error {
	cfg, err := config.Read(p.env, flags)
	if err != nil {
		return usageError{err}
	}
	if err := checkKeys(cfg); err != nil {
		return usageError{err}
	}
	a := &app{p: p, cfg: cfg}
	defer a.close()
	boundMemory(p.env)
	if err := a.openJournal(cfg.StateDir); err != nil {
		return err
	}
	shared := &sharedProfiles{a: a}
	a.signIn.list = shared
	a.setPresent(shared.first())
	if err := a.openSession(ctx, shared.open(cfg.Connection())); err != nil {
		return err
	}
	a.notice = first(a.notice, profiles.Notice(p.env, cfg.Connection().Profile))
	return a.run(ctx, start)
}

// boundMemory has the garbage collector run before the heap has doubled. What is large here, listings and logs, holds no
// pointers and costs it little; GOGC says otherwise.
func boundMemory(env func(string) string) {
	if env("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// sessionOptions translates a connection of the configuration.
func sessionOptions(c config.Connection) awsops.Options {
	o := awsops.Options{
		Profile: c.Profile, Region: c.Region, Endpoint: c.EndpointURL, CABundle: c.CABundle, ReadOnly: c.ReadOnly,
	}
	switch c.Dialect {
	case config.Sandbox:
		o.Dialect = awsops.DialectSandbox
	case config.Compatible:
		o.Dialect = awsops.DialectCompatible
	default:
		o.Dialect = awsops.DialectAWS
	}
	switch c.PathStyle {
	case config.PathAlways:
		o.PathStyle = awsops.PathStyleAlways
	case config.PathNever:
		o.PathStyle = awsops.PathStyleNever
	default:
		o.PathStyle = awsops.PathStyleAuto
	}
	return o
}

// openJournal opens the journal for writing. While another cooper writes to it, this one writes a journal beside it, as
// the verbs do: a change that is not written down is refused.
func (a *app) openJournal(dir string) error {
	if dir == "" {
		return errors.New("no home folder is known, so the journal has no place: set XDG_STATE_HOME or HOME")
	}
	j, err := journal.Open(dir)
	if held, ok := errors.AsType[*journal.HeldError](err); ok {
		var beside string
		if j, beside, err = journal.OpenBeside(dir); err == nil {
			a.notice = fmt.Sprintf("Another cooper (process %d) keeps the journal: this one writes %s beside it.", held.PID, beside)
		}
	}
	if err != nil {
		return fmt.Errorf("the journal can't be opened: %w", err)
	}
	a.journal = j
	left, _ := record.LeftIn(j) // what can't be read is told on the screen of jobs
	others, _ := record.Others(j.Beside()).Unfinished()
	if n := len(left) + len(others); n > 0 {
		offer := ui.Plural(int64(n), "job", "jobs") + " of an earlier run did not come to an end: J shows what is left, n there goes on."
		a.notice = strings.TrimSpace(offer + " " + a.notice)
	}
	return nil
}

// openSession opens the first session of the run and puts it in force.
func (a *app) openSession(ctx context.Context, o awsops.Options) error {
	theme := ui.NewTheme(ui.ThemeOptions{Light: a.cfg.Theme.Mode == config.Light, ASCII: a.cfg.Theme.ASCII})
	a.env = &views.Env{Theme: theme, Asker: &ui.Asker{}, Environ: a.p.env, Journal: a.journal, Planners: planners(),
		Seeds: &views.Seeds{Dir: a.cfg.StateDir}, Home: a.p.env("HOME"), Sessions: &views.Sessions{}, Presigner: &presign.Shelf{}, Authenticator: a.device,
		Edit: edit.Choose, Prices: pricesOf(a.cfg.Prices)}
	if a.signIn.list != nil {
		a.env.Profiles = a
	}
	a.signIn.base = a.env
	session, err := a.connect(ctx, o)
	if err != nil {
		return err
	}
	a.force(session)
	return nil
}

// run shows the screen until the person leaves it or ctx ends.
func (a *app) run(ctx context.Context, start ui.Place) error {
	if err := a.needTerminal(); err != nil {
		return err
	}
	if err := a.openLog(); err != nil {
		return err
	}
	life, end := context.WithCancelCause(context.Background())
	defer end(nil)
	program := tea.NewProgram(a.openShell(life, start), a.programOptions(ctx)...)
	a.env.Asker.Bind(program.Send)
	go a.askWho(life, a.env.Session)
	_, err := program.Run()
	a.leave(end, context.Cause(ctx))
	if crash := a.shell.Err(); crash != nil {
		return crash
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// leave ends what ran on the screen: jobs before the dialogs, because a question that is dismissed would count as the
// person's answer.
func (a *app) leave(end context.CancelCauseFunc, cause error) {
	a.endJobs()
	a.env.Asker.Bind(nil)
	a.shell.Close()
	end(cause)
}

// openShell makes the shell with its screens; they end with life.
func (a *app) openShell(life context.Context, start ui.Place) *ui.Shell {
	a.signIn.base.Context, a.env.Context = life, life
	a.shell = ui.New(a.options(start))
	return a.shell
}

func (a *app) programOptions(ctx context.Context) []tea.ProgramOption {
	return []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(a.p.in), tea.WithOutput(a.p.out), tea.WithoutSignalHandler(), tea.WithFPS(120),
	}
}

// needTerminal refuses to draw into a file or a pipe.
func (a *app) needTerminal() error {
	for name, stream := range map[string]any{"standard input": a.p.in, "standard output": a.p.out} {
		f, ok := stream.(*os.File)
		if !ok || !term.IsTerminal(f.Fd()) {
			return usageError{fmt.Errorf("%s is not a terminal; the screen needs one", name)}
		}
	}
	return nil
}

func (a *app) openLog() error {
	if a.cfg.DebugLog == "" {
		return nil
	}
	f, err := os.OpenFile(a.cfg.DebugLog, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return usageError{fmt.Errorf("the debug log can't be written: %w", err)}
	}
	a.log = f
	return nil
}

func (a *app) options(start ui.Place) ui.Options {
	o := ui.Options{
		Name: "cooper", Theme: a.env.Theme, Screens: screens(func() *views.Env { return a.env }), Home: ui.Place{Screen: "buckets"}, Start: start,
		Tabs: bucketTabs(), Roots: rootScreens(), Identity: a.identity, Works: func() []ui.Work { return a.env.Works() }, Keys: a.cfg.Keys,
		Goto: placeOf, Explain: views.Explain, FullDraw: a.cfg.Theme.FullRedraw, KeepDark: a.cfg.Theme.Mode != config.Auto,
		Actions: a.clockActions(), Notice: a.notice,
	}
	if a.log != nil {
		o.Log = slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return o
}

// endJobs stops what still runs, to be offered again at the next start, and waits until its place is written. Jobs
// that the person cancelled while leaving have ended as cancelled before.
func (a *app) endJobs() {
	ctx, cancel := context.WithTimeout(context.Background(), endPatience)
	defer cancel()
	for _, j := range a.env.Sessions.Jobs() {
		j.Cancel(awsops.ErrLater)
	}
	for _, j := range a.env.Sessions.Jobs() {
		_ = j.Wait(ctx) // the job's own error is in the journal
	}
}

func (a *app) close() {
	if a.journal != nil {
		_ = a.journal.Close() // only lets go of the lock: every line was synced when it was written
	}
	if a.log != nil {
		_ = a.log.Close()
	}
}
