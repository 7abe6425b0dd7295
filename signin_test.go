package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cooper/config"
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
