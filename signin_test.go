package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cooper/awsops/journal"
	"cooper/awsops/profiles"
	"cooper/config"
	"cooper/ui"
	"cooper/views"
)

// shared makes the profiles of a home folder with these files and variables.
func shared(t *testing.T, aws, cooper string, flags config.Flags, env map[string]string) *sharedProfiles {
	t.Helper()
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(aws), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := func(name string) string {
		if name == "HOME" {
			return home
		}
		return env[name]
	}
	cfg, err := config.Load(config.Input{File: "config.toml", Data: []byte(cooper), Env: environ, Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	a := &app{p: &process{env: environ}, cfg: cfg}
	p := &sharedProfiles{a: a}
	a.signIn.list = p
	a.setPresent(p.first())
	return p
}

func entryOf(t *testing.T, l views.ProfileList, title string) views.ProfileEntry {
	t.Helper()
	for _, e := range l.Entries {
		if e.Name == title || e.Name == "" && e.Label == title {
			return e
		}
	}
	t.Fatalf("there is no %s in %+v", title, l.Entries)
	return views.ProfileEntry{}
}

const twoProfiles = "[default]\nregion = eu-west-1\n[profile ceph]\nregion = default\nendpoint_url = https://ceph.example\n[profile prod]\nregion = eu-north-1\n"

func TestCoopersOwnSettingsStandBesideTheAWSFiles(t *testing.T) {
	p := shared(t, twoProfiles, "[profile.prod]\nread_only = true\nendpoint = \"lab\"\n[endpoint.lab]\nurl = \"https://lab.example\"\ndialect = \"sandbox\"\n",
		config.Flags{}, nil)
	l := p.a.List()
	prod := entryOf(t, l, "prod")
	if !prod.ReadOnly || prod.Endpoint != "lab" || prod.Dialect != "sandbox" || prod.Region != "eu-north-1" {
		t.Errorf("prod %+v", prod)
	}
	if e := entryOf(t, l, "ceph"); e.Endpoint != "https://ceph.example" || e.Dialect != "compatible" || e.ReadOnly {
		t.Errorf("ceph %+v", e)
	}
}

func TestAProfilesSessionIsOpenedAsItIsConfigured(t *testing.T) {
	p := shared(t, twoProfiles, "[profile.prod]\nread_only = true\nendpoint = \"https://lab.example\"\n", config.Flags{}, nil)
	o, title, err := p.options("prod")
	if err != nil || title != "prod" || !o.ReadOnly || o.Endpoint != "https://lab.example" || o.Profile != "prod" {
		t.Errorf("%+v, %q, %v", o, title, err)
	}
}

func TestTheProfileInForceIsMarked(t *testing.T) {
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_PROFILE": "prod"}
	for _, c := range []struct {
		name   string
		flags  config.Flags
		env    map[string]string
		want   string
		notice string
	}{
		{"nothing", config.Flags{}, nil, "default", ""},
		{"AWS_PROFILE", config.Flags{}, map[string]string{"AWS_PROFILE": "prod"}, "prod", ""},
		{"keys beat it", config.Flags{}, keys, "(environment)", "wins over AWS_PROFILE=prod"},
		{"the flag beats keys", config.Flags{Profile: "ceph"}, keys, "ceph", "ignored: the profile ceph"},
		{"a web identity", config.Flags{}, map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": "f", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/x"}, "(web identity)", ""},
		{"a container", config.Flags{}, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/"}, "(container)", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := shared(t, twoProfiles, "", c.flags, c.env).a.List()
			for _, e := range l.Entries {
				title := e.Name
				if title == "" {
					title = e.Label
				}
				if e.Present != (title == c.want) {
					t.Errorf("%s is marked: %v", title, e.Present)
				}
			}
			if !strings.Contains(l.Notice, c.notice) || c.notice == "" && l.Notice != "" {
				t.Errorf("notice %q", l.Notice)
			}
		})
	}
}

func TestTheEnvironmentIsChosenByNoName(t *testing.T) {
	p := shared(t, twoProfiles, "", config.Flags{}, map[string]string{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01", "AWS_SECRET_ACCESS_KEY": "secret"})
	o, title, err := p.options("")
	if err != nil || o.Profile != "" || title != "(environment)" {
		t.Errorf("%+v, %q, %v", o, title, err)
	}
}

func TestARoleWithoutAProfileIsCalledAsItsProfileWouldBe(t *testing.T) {
	const corp = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\n[sso-session bad]\nsso_region = eu-central-1\n"
	p := shared(t, corp+"[default]\nregion = eu-north-1\n[profile admin-444455556666]\nregion = eu-west-3\n",
		"[profile.admin-222233334444]\nread_only = true\n", config.Flags{}, nil)
	session := entryOf(t, p.a.List(), "corp")
	if session.Kind != profiles.Portal || session.Name != "" {
		t.Fatalf("the sso-session: %+v", session)
	}
	if bad := entryOf(t, p.a.List(), "bad"); bad.Kind != profiles.Broken {
		t.Errorf("an sso-session without a start URL: %+v", bad)
	}
	role := *session.SSO
	role.Account, role.Role = "222233334444", "admin"
	o, err := p.role(role)
	if err != nil || o.Profile != "admin-222233334444" || o.Region != "eu-north-1" || !o.ReadOnly || o.SSO.Session != "corp" || o.SSO.Role != "admin" {
		t.Errorf("options %+v %+v, %v", o.Profile, o.SSO, err)
	}
	role.Account = "444455556666"
	if o, _ := p.role(role); o.Profile != "corp-admin-444455556666" {
		t.Errorf("a profile of that name is there, and the role is called %s", o.Profile)
	}
}

func TestARoleThatWasChosenStaysInTheListForItsLoginAndForSwitchingBack(t *testing.T) {
	p := shared(t, "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\n", "", config.Flags{}, nil)
	a := p.a
	a.journal, a.signIn.base = journal.Memory(), &views.Env{Sessions: &views.Sessions{}, Asker: &ui.Asker{}, Context: t.Context()}
	role := *entryOf(t, a.List(), "corp").SSO
	role.Account, role.Role = "222233334444", "admin"
	for range 2 {
		s, err := a.OpenRole(t.Context(), role)
		if err != nil {
			t.Fatal(err)
		}
		a.force(s)
	}
	l := a.List()
	e := entryOf(t, l, "admin-222233334444")
	if len(l.Entries) != 2 || !e.Present || e.Kind != profiles.SSO || remembered(*e.SSO) != remembered(role) {
		t.Errorf("%d entries, %+v", len(l.Entries), e)
	}
	a.setPresent("default")
	s, err := a.Open(t.Context(), "admin-222233334444")
	if err != nil || s.Profile() != "admin-222233334444" {
		t.Errorf("opened again: %v", err)
	}
	if kept, err := profiles.Roles(a.cfg.StateDir); err != nil || len(kept) != 1 || kept[0] != remembered(role) {
		t.Errorf("remembered: %v, %v", kept, err)
	}
}

func TestARoleThatAnEarlierRunSignedInAsIsOfferedFirstAndForgotten(t *testing.T) {
	p := shared(t, "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\n", "", config.Flags{}, nil)
	a := p.a
	a.journal, a.signIn.base = journal.Memory(), &views.Env{Sessions: &views.Sessions{}, Asker: &ui.Asker{}, Context: t.Context()}
	role := *entryOf(t, a.List(), "corp").SSO
	role.Account, role.Role = "222233334444", "admin"
	if err := profiles.Remember(a.cfg.StateDir, remembered(role)); err != nil {
		t.Fatal(err)
	}
	later := &sharedProfiles{a: &app{p: a.p, cfg: a.cfg}} // another run
	later.a.signIn.list, later.a.signIn.base, later.a.journal = later, a.signIn.base, a.journal
	later.a.setPresent("default")
	l := later.a.List()
	if e := l.Entries[0]; len(l.Entries) != 2 || e.Name != "admin-222233334444" || !e.Kept || e.Present {
		t.Errorf("after a restart: %+v", l.Entries)
	}
	if s, err := later.a.Open(t.Context(), "admin-222233334444"); err != nil || s.Profile() != "admin-222233334444" {
		t.Errorf("opened after a restart: %v", err)
	}
	if o := later.open(config.Connection{Profile: "admin-222233334444"}); o.SSO == nil || o.SSO.Account != role.Account {
		t.Errorf("named with --profile: %+v", o.SSO)
	}
	if err := later.a.Forget(role); err != nil || len(later.a.List().Entries) != 1 {
		t.Errorf("forgotten: %v, %+v", err, later.a.List().Entries)
	}
}

func TestARoleWhoseSSOSessionIsGoneIsNotOffered(t *testing.T) {
	p := shared(t, "[sso-session other]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\n", "", config.Flags{}, nil)
	if err := profiles.Remember(p.a.cfg.StateDir, profiles.Remembered{Session: "corp", Account: "222233334444", Role: "admin"}); err != nil {
		t.Fatal(err)
	}
	if l := p.a.List(); len(l.Entries) != 1 {
		t.Errorf("%+v", l.Entries)
	}
	if o := p.open(config.Connection{Profile: "admin-222233334444"}); o.SSO != nil || o.Profile != "admin-222233334444" {
		t.Errorf("%+v", o)
	}
}
