package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"cooper/awsops"
	"cooper/awsops/journal"
	"cooper/awsops/profiles"
	"cooper/awsops/record"
	"cooper/config"
	"cooper/sandbox"
	"cooper/views"
)

// waysIn are what there is to sign in with.
type waysIn interface {
	list(present string) views.ProfileList
	options(name string) (awsops.Options, string, error) // and the title of the profile
	role(profiles.SingleSignOn) (awsops.Options, error)
}

// signIn is what sessions are made of, and those that were made and are not in force yet.
type signIn struct {
	list waysIn     // nil: there is but one way
	base *views.Env // of every session, but for Session

	mu     sync.Mutex
	opened map[*awsops.Session]*opened
	chosen []views.ProfileEntry // roles without a profile that were put in force in this run
}

// opened is a session with the environment that its screens get.
type opened struct {
	env   *views.Env
	title string
	role  *views.ProfileEntry // nil for a profile
}

// connect opens a session whose questions go to this program's screen. It may run off the loop.
func (a *app) connect(ctx context.Context, o awsops.Options) (*awsops.Session, error) {
	codes, login := &views.MFAProvider{}, &views.LoginProvider{}
	o.Journal, o.MFA, o.Login = record.To(a.journal), codes, login
	if a.cfg.StateDir != "" {
		o.Uploads = record.Uploads(journal.OpenUploads(a.cfg.StateDir))
	}
	a.signIn.mu.Lock()
	o.Beside = a.signIn.base.Session
	a.signIn.mu.Unlock()
	session, err := awsops.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	a.signIn.mu.Lock()
	defer a.signIn.mu.Unlock()
	env := *a.signIn.base
	env.Session = session
	codes.Bind(&env)
	login.Bind(&env)
	if a.signIn.opened == nil {
		a.signIn.opened = map[*awsops.Session]*opened{}
	}
	a.signIn.opened[session] = &opened{env: &env}
	return session, nil
}

// force puts a session that connect opened in force.
func (a *app) force(s *awsops.Session) {
	a.signIn.mu.Lock()
	got := a.signIn.opened[s]
	clear(a.signIn.opened) // the others were only looked at
	a.signIn.base.Session = s
	if got != nil && got.role != nil && !slices.ContainsFunc(a.signIn.chosen, func(e views.ProfileEntry) bool { return e.Name == got.title }) {
		a.signIn.chosen = append(a.signIn.chosen, *got.role)
	}
	a.signIn.mu.Unlock()
	if got != nil && got.role != nil {
		_ = profiles.Remember(a.cfg.StateDir, remembered(*got.role.SSO)) // it is in the list of this run all the same
	}
	if got == nil {
		return
	}
	if got.title != "" {
		a.setPresent(got.title)
	}
	a.env = got.env
	a.env.Sessions.Add(s)
}

func (a *app) setPresent(title string) { a.present.Store(&title) }

// List is what there is to choose from: profiles, the roles that this run has chosen without one, sso-sessions.
func (a *app) List() views.ProfileList {
	present := *a.present.Load()
	out := a.signIn.list.list(present)
	a.signIn.mu.Lock()
	defer a.signIn.mu.Unlock()
	for _, e := range a.signIn.chosen {
		if slices.ContainsFunc(out.Entries, func(have views.ProfileEntry) bool { return have.Name == e.Name }) {
			continue
		}
		e.Present = e.Name == present
		out.Entries = append(out.Entries, e)
	}
	return out
}

// Forget takes a role without a profile off the list, also of later runs.
func (a *app) Forget(role profiles.SingleSignOn) error {
	a.signIn.mu.Lock()
	a.signIn.chosen = slices.DeleteFunc(a.signIn.chosen, func(e views.ProfileEntry) bool { return remembered(*e.SSO) == remembered(role) })
	a.signIn.mu.Unlock()
	return profiles.Forget(a.cfg.StateDir, remembered(role))
}

// chosen finds a role without a profile that was chosen in this run or an earlier one.
func (a *app) chosen(name string) (views.ProfileEntry, bool) {
	for _, e := range a.List().Entries {
		if e.Kept && e.Name == name && name != "" {
			return e, true
		}
	}
	return views.ProfileEntry{}, false
}

// OpenRole opens a session with a role of IAM Identity Center that no profile names.
func (a *app) OpenRole(ctx context.Context, role profiles.SingleSignOn) (*awsops.Session, error) {
	o, err := a.signIn.list.role(role)
	if err != nil {
		return nil, err
	}
	s, err := a.connect(ctx, o)
	if err != nil || role.Role == "" {
		return s, err
	}
	a.signIn.mu.Lock()
	defer a.signIn.mu.Unlock()
	got := a.signIn.opened[s]
	got.title = o.Profile
	e := roleEntry(role, o)
	e.Endpoint, e.Dialect = s.Endpoint(), s.Dialect().String()
	got.role = &e
	return s, nil
}

// Open opens a session with one of the profiles.
func (a *app) Open(ctx context.Context, name string) (*awsops.Session, error) {
	if e, ok := a.chosen(name); ok {
		return a.OpenRole(ctx, *e.SSO)
	}
	o, title, err := a.signIn.list.options(name)
	if err != nil {
		return nil, err
	}
	s, err := a.connect(ctx, o)
	if err != nil {
		return nil, err
	}
	a.signIn.mu.Lock()
	defer a.signIn.mu.Unlock()
	a.signIn.opened[s].title = title
	return s, nil
}

// Use puts a session in force and asks who calls with it.
func (a *app) Use(s *awsops.Session) {
	a.force(s)
	go a.askWho(a.env.Context, s)
}

// sharedProfiles are those of the shared AWS files and what the environment itself offers.
type sharedProfiles struct{ a *app }

// ambientLabels are what ways to sign in are called that have no name.
var ambientLabels = map[profiles.Kind]string{
	profiles.Environment: "(environment)", profiles.WebIdentity: "(web identity)", profiles.Container: "(container)",
}

// first is the title of the profile that a session is opened with which names none.
func (p *sharedProfiles) first() string {
	env := p.a.p.env
	if named := p.a.cfg.Connection().Profile; named != "" {
		return named
	}
	ambient := profiles.Ambient(env)
	if len(ambient) > 0 && ambient[0].Kind != profiles.Container {
		return ambientLabels[ambient[0].Kind]
	}
	name := first(env("AWS_PROFILE"), "default")
	if e, ok := profiles.Load(env).Find(name); len(ambient) > 0 && (!ok || e.Kind == profiles.Surrounding) {
		return ambientLabels[ambient[0].Kind]
	}
	return name
}

func (p *sharedProfiles) list(present string) views.ProfileList {
	set := profiles.Load(p.a.p.env)
	out := views.ProfileList{Troubles: set.Troubles, Entries: p.remembered(set)}
	for i := range out.Entries {
		out.Entries[i].Present = out.Entries[i].Name == present
	}
	ambient := profiles.Ambient(p.a.p.env)
	if len(ambient) > 0 {
		out.Entries = append(out.Entries, p.entry(ambient[0], present)) // the others are never reached
	}
	for _, e := range set.Profiles {
		out.Entries = append(out.Entries, p.entry(e, present))
	}
	for _, e := range set.Sessions {
		session := views.ProfileEntry{Profile: e, Label: e.Name, Region: e.Region, Dialect: string(config.AWS)}
		session.Name = "" // it is no profile
		out.Entries = append(out.Entries, session)
	}
	named := present
	if len(ambient) > 0 && present == ambientLabels[ambient[0].Kind] {
		named = ""
	}
	out.Notice = profiles.Notice(p.a.p.env, named)
	return out
}

// remembered are the roles without a profile that earlier runs signed in as, as far as their sso-session is still there.
func (p *sharedProfiles) remembered(set profiles.Set) []views.ProfileEntry {
	roles, _ := profiles.Roles(p.a.cfg.StateDir) // a list that can't be read offers nothing
	var out []views.ProfileEntry
	for _, r := range roles {
		i := slices.IndexFunc(set.Sessions, func(s profiles.Profile) bool { return s.Name == r.Session && s.Kind == profiles.Portal })
		if i < 0 {
			continue
		}
		role := *set.Sessions[i].SSO
		role.Account, role.Role = r.Account, r.Role
		if o, err := p.role(role); err == nil {
			out = append(out, roleEntry(role, o))
		}
	}
	return out
}

func remembered(r profiles.SingleSignOn) profiles.Remembered {
	return profiles.Remembered{Session: r.Session, Account: r.Account, Role: r.Role}
}

// roleEntry is a role without a profile in the list.
func roleEntry(role profiles.SingleSignOn, o awsops.Options) views.ProfileEntry {
	return views.ProfileEntry{Profile: profiles.Profile{Name: o.Profile, Kind: profiles.SSO, Source: profiles.SSO, Account: role.Account, Region: o.Region, SSO: &role},
		Region: o.Region, Endpoint: o.Endpoint, Dialect: o.Dialect.String(), ReadOnly: o.ReadOnly, Kept: true}
}

// open makes the options of the profile that a run begins with: one of the files, or a role without a profile by the name
// that it is listed under.
func (p *sharedProfiles) open(c config.Connection) awsops.Options {
	set := profiles.Load(p.a.p.env)
	if _, ok := set.Find(c.Profile); ok || c.Profile == "" {
		return sessionOptions(c)
	}
	for _, e := range p.remembered(set) {
		if e.Name == c.Profile {
			if o, err := p.role(*e.SSO); err == nil {
				return o
			}
		}
	}
	return sessionOptions(c)
}

// entry puts together what the AWS files and cooper's own configuration say.
func (p *sharedProfiles) entry(e profiles.Profile, present string) views.ProfileEntry {
	c := p.a.cfg.For(e.Name)
	out := views.ProfileEntry{Profile: e, Label: ambientLabels[e.Kind], Region: first(c.Region, e.Region), Dialect: string(c.Dialect),
		Endpoint: first(c.Endpoint, first(c.EndpointURL, e.Endpoint)), ReadOnly: c.ReadOnly}
	if c.EndpointURL == "" && e.Endpoint != "" {
		out.Dialect = string(config.Compatible)
	}
	out.Present = present == first(e.Name, out.Label)
	return out
}

func (p *sharedProfiles) options(name string) (awsops.Options, string, error) {
	title := name
	if name == "" {
		if ambient := profiles.Ambient(p.a.p.env); len(ambient) > 0 {
			title = ambientLabels[ambient[0].Kind]
		}
	}
	return sessionOptions(p.a.cfg.For(name)), title, nil
}

// role makes the options of a role without a profile. It is called as aws configure sso would call its profile, so that
// command lines are right once the lines of that are in the file; a profile of that name keeps it.
func (p *sharedProfiles) role(r profiles.SingleSignOn) (awsops.Options, error) {
	set := profiles.Load(p.a.p.env)
	name := "sso-session " + r.Session
	if r.Role != "" {
		name = views.ProfileNameOf(r)
		if _, taken := set.Find(name); taken {
			name = r.Session + "-" + name
		}
	}
	o := sessionOptions(p.a.cfg.For(name))
	usual, _ := set.Find(p.a.p.env("AWS_PROFILE"))
	o.Region = first(first(o.Region, first(p.a.p.env("AWS_REGION"), p.a.p.env("AWS_DEFAULT_REGION"))), first(usual.Region, r.Region))
	o.SSO = &awsops.SSORole{Session: r.Session, StartURL: r.StartURL, Region: r.Region, Account: r.Account, Role: r.Role}
	return o, nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// demoProfile is the demo's first profile: the account's root.
const demoProfile = "demo"

// demoProfiles are the embedded AWS's principals.
type demoProfiles struct {
	a      *app
	server *sandbox.Server
	opt    awsops.Options
}

// demoKinds are the demo's profiles by the sandbox's name for their keys, in the order in which they are listed.
var demoKinds = []struct {
	name, principal string
	kind            profiles.Kind
}{
	{demoProfile, sandbox.RootUser, profiles.Static}, {"admin", sandbox.AdminUser, profiles.Static},
	{"admin-session", sandbox.AdminSession, profiles.Temporary}, {"operator", sandbox.OperatorUser, profiles.Static},
	{"reader", sandbox.ReaderUser, profiles.Static},
}

func (p *demoProfiles) list(present string) views.ProfileList {
	var out views.ProfileList
	for _, k := range demoKinds {
		e := views.ProfileEntry{Profile: profiles.Profile{Name: k.name, Kind: k.kind, Source: k.kind, Account: p.server.Account(), Region: p.opt.Region},
			Region: p.opt.Region, Endpoint: "embedded", Dialect: string(config.Sandbox), ReadOnly: p.opt.ReadOnly, Present: k.name == present}
		if c, ok := p.server.Credentials(k.principal); ok {
			e.KeyTail = c.AccessKeyID[len(c.AccessKeyID)-4:]
		}
		out.Entries = append(out.Entries, e)
	}
	return out
}

func (p *demoProfiles) role(profiles.SingleSignOn) (awsops.Options, error) {
	return awsops.Options{}, errors.New("the demo has no IAM Identity Center")
}

func (p *demoProfiles) options(name string) (awsops.Options, string, error) {
	for _, k := range demoKinds {
		c, ok := p.server.Credentials(k.principal)
		if k.name != name || !ok {
			continue
		}
		o := p.opt
		o.Static = &awsops.StaticCredentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
		return o, name, nil
	}
	return awsops.Options{}, "", errors.New("the demo has no profile " + name)
}
